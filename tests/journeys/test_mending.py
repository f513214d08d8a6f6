"""The review without a mouse, a second person, and a new find on an approved and coded transcript."""

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from fieldwork.anonymisation.approval import approve
from fieldwork.anonymisation.detection import detect
from fieldwork.anonymisation.review import accept_all
from fieldwork.app import import_followers
from fieldwork.coding.models import Coding
from fieldwork.coding.services import Point, add_code, code_passage
from fieldwork.core.accounts import Account
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground
from fieldwork.programme.models import Member, Role
from fieldwork.programme.services import find_study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.models import Segment
from fieldwork.transcription.services import transcript_of
from fieldwork.web.services import start_session

_REVIEW = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("test_review.py"))))
"""The journey through a first review: its installation, and how it is looked for names and selected there."""
AT, sign_in, look_for_names, select_words = _REVIEW.AT, _REVIEW.sign_in, _REVIEW.look_for_names, _REVIEW.select
standing = _REVIEW.standing
NOTE = "Можно ли назвать Нину?"


@pytest.mark.slow
@pytest.mark.chromium
def test_a_whole_review_without_a_mouse(
    standing: None, data: Path, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page()
    sign_in(page)
    page.goto(f"{AT}/E04")
    page.get_by_role("button", name="Найти имена").press("Enter")
    look_for_names(data)
    expect(page.get_by_role("heading", level=1)).to_have_text("Имена в E04")
    # Олег Савельев, Директор, Нина Шевцова, Савельев, Нину Шевцову, +7 701 123 45 67
    page.keyboard.press("Digit1")
    expect(page.locator("#was s")).to_have_text("Директор")
    page.keyboard.press("Digit4")
    expect(page.locator("#was s")).to_have_text("Нина Шевцова")
    page.keyboard.press("Digit5")
    page.keyboard.type(NOTE)
    page.keyboard.press("Enter")
    expect(page.locator("#was s")).to_have_text("Савельев")
    expect(page.locator("#head")).to_contain_text("1 упоминание ждёт ответа эксперта")
    page.keyboard.press("Digit2")
    expect(page.locator("#turn-3 .mn")).to_have_text("[человек]")
    expect(page.locator("#was s")).to_have_text("Нину Шевцову")
    page.keyboard.press("Digit3")
    expect(page.locator("#turn-4 .mn--done").first).to_have_text("[…]")
    page.keyboard.press("Digit1")
    # what waits for the expert comes last, and its note is there
    expect(page.locator("#was s")).to_have_text("Нина Шевцова")
    expect(page.locator("#asked-note")).to_have_text(NOTE)
    check(page)
    page.keyboard.press("Digit1")
    expect(page.locator("#head")).to_contain_text("Всё решено")
    page.keyboard.press("KeyZ")
    expect(page.locator("#asked-note")).to_have_text(NOTE)
    page.keyboard.press("Digit1")
    expect(page.locator("#head")).to_contain_text("Всё решено")
    page.get_by_role("link", name="К утверждению").press("Enter")
    expect(page.get_by_text("Не нашли ни одного.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Утвердить").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Текст E04 без имён")
    page.get_by_role("link", name="Кто что изменил").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Кто что изменил в E04")
    assert "Шевцов" not in page.content()
    check(page)


@pytest.mark.slow
@pytest.mark.chromium
def test_the_surest_come_first_where_that_is_wanted(standing: None, data: Path, open_page: Callable[..., Page]) -> None:
    page = open_page()
    sign_in(page)
    page.goto(f"{AT}/E04")
    page.get_by_role("button", name="Найти имена").click()
    look_for_names(data)
    expect(page.locator("#turns")).to_be_visible()
    page.select_option("#order", "doubt")
    expect(page.locator("#was s")).to_have_text("Директор")
    page.select_option("#order", "sure")
    expect(page.locator("#was s")).to_have_text("+7 701 123 45 67")
    page.keyboard.press("Digit1")
    expect(page.locator("#was s")).to_have_text("Олег Савельев")
    expect(page.locator("#progress")).to_have_text("2 из 7")
    page.reload()
    expect(page.locator("#was s")).to_have_text("Олег Савельев")  # the choice is kept


def second_person(data: Path) -> str:
    """The session of another investigator of the study."""
    ground = open_ground(Settings(data=data))
    with ground.work() as work:
        account = work.add(Account(login="second@example.org", display_name="Жанар С.", created_at=work.now))
        study = find_study(work, "creative-class")
        role = Role.PRINCIPAL_INVESTIGATOR
        work.add(Member(study_id=study.id, account_id=account.id, initials="ЖС", role=role))
        session = start_session(work, account)
    ground.close()
    return session


@pytest.mark.slow
@pytest.mark.chromium
def test_a_second_person_looks_and_the_two_settle(
    standing: None, data: Path, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    session = second_person(data)
    first = open_page()
    sign_in(first)
    first.goto(f"{AT}/E04")
    first.get_by_role("button", name="Найти имена").click()
    look_for_names(data)
    expect(first.locator("#turns")).to_be_visible()
    for _ in range(6):
        first.keyboard.press("Digit1")
    expect(first.locator("#head")).to_contain_text("Всё решено")
    first.get_by_role("link", name="Второй взгляд").click()
    first.get_by_label("Процент решённых упоминаний").first.fill("100")
    first.select_option("#reviewer", label="Жанар С.")
    check(first)
    first.get_by_role("button", name="Составить выборку и попросить").click()

    second = open_page(session=session)
    second.goto(f"{AT}/E04/second")
    second.get_by_role("link", name="Посмотреть").click()
    seen = []
    while second.get_by_role("heading", level=1).inner_text() != "Второй взгляд на E04":
        check(second)
        assert "[человек" not in second.content()
        marked = second.locator(".rv__src mark")
        words = marked.inner_text() if marked.count() else ""
        seen.append(words)
        with second.expect_navigation():
            second.keyboard.press("Digit4" if words == "Директор" else "Digit1")
    assert sorted(filter(None, seen)) == sorted(
        ["Олег Савельев", "Директор", "Нина Шевцова", "Савельев", "Нину Шевцову", "+7 701 123 45 67"]
    )
    expect(second.locator("main")).to_contain_text("Первый заменил, второй оставил бы.")
    check(second)
    first.goto(f"{AT}/E04/approval")
    expect(first.locator("main")).to_contain_text("1 расхождение не разрешено.")
    first.get_by_role("link", name="Разрешить").click()
    first.get_by_role("button", name="Оставить как есть").click()
    expect(first.locator("main")).to_contain_text("разрешено")
    first.goto(f"{AT}/E04/approval")
    expect(first.get_by_text("Не нашли ни одного.")).to_be_visible()
    first.get_by_role("button", name="Утвердить").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Текст E04 без имён")


def coded(data: Path) -> UUID:
    """Approves the transcript, and codes a passage of it; the coding's id."""
    import_followers()
    ground = open_ground(Settings(data=data))
    with ground.work() as work:
        study = find_study(work, "creative-class")
        transcript = transcript_of(work, find_interview(work, find_expert(work, study, "E04")))
        detect(work, transcript)
        accept_all(work, transcript)
    with ground.work() as work:
        approve(work, transcript_of(work, find_interview(work, find_expert(work, study, "E04"))))
    with ground.work() as work:
        segment = segment_at(work, transcript, 2)
        text = segment.text or ""
        start, end = text.index("мы звали"), text.index("рыжий") + len("рыжий")
        code = add_code(work, study, "Свои люди", "кто рядом", in_vivo=False)
        coding = code_passage(work, code, Point(segment, start), Point(segment, end)).id
    ground.close()
    return coding


def quote_of(data: Path, coding: UUID) -> tuple[str, str]:
    """A coding's quote, and the words that stand where it is."""
    ground = open_ground(Settings(data=data))
    with ground.work() as work:
        row = work.get(Coding, coding)
        text = work.get(Segment, row.start_segment_id).text or ""
        found = row.quote, text[row.start_offset : row.end_offset]
    ground.close()
    return found


@pytest.mark.slow
@pytest.mark.chromium
def test_a_new_find_in_a_coded_text(
    standing: None, data: Path, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    coding = coded(data)
    page = open_page()
    sign_in(page)
    page.goto(f"{AT}/E04")
    page.get_by_role("link", name="Поправить").click()
    check(page)
    select_words(page, 2, "рыжий")
    expect(page.locator("#marked")).to_have_text("рыжий")
    expect(page.get_by_text("Во всех местах с этими словами: 2")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Скрыть", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Скрыто в 2 местах")
    assert "рыжий" not in page.content()
    quote, words = quote_of(data, coding)
    assert quote == words
    assert quote.startswith("мы звали его [человек-")

    page.locator("#turn-4 [data-edit]").click()
    page.fill("#text", page.input_value("#text").replace("редко", "изредка"))
    check(page)
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#turn-4")).to_contain_text("изредка")
    page.keyboard.press("KeyZ")
    expect(page.locator("#turn-4")).to_contain_text("редко,")
    expect(page.locator("#turn-4")).not_to_contain_text("изредка")

    page.locator("#turn-2 .mn", has_text="[человек-").first.click()
    page.get_by_role("button", name="Вернуть слова").click()
    expect(page.locator("#turn-2")).to_contain_text("Помог Олег Савельев")
    quote, words = quote_of(data, coding)
    assert quote == words
    page.get_by_role("link", name="Кто что изменил").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Кто что изменил в E04")
    assert "Савельев" not in page.content()
    check(page)
    page.goto(f"{AT}/who/person-2")
    check(page)

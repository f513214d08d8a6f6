"""How much the masking misses, walked through by two people: drawn, marked apart, settled, measured, mended."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fieldwork.anonymisation.detection import detect
from fieldwork.core.accounts import Account
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground
from fieldwork.demo.field import set_up
from fieldwork.programme.models import Member
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.writing import NewSegment, write_segments
from fieldwork.web.services import start_session

AT = "/s/creative-class/anonymisation/accuracy"
TURNS = (
    "Кто вам помог на первых порах?",
    "Помог Олег Савельев 🎭, мы звали его рыжий. Директор там Нина Шевцова.",
    "А где он сейчас?",
    "Потом рыжий уехал, а Нина Шевцова осталась.",
)
HIDDEN = "рыжий"  # a nickname that no list has


@pytest.fixture
def sessions(data: Path) -> Iterator[list[str]]:
    """Two principal investigators of a study with one raw transcript in which names were looked for."""
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    tokens = []
    with ground.work() as work:
        study = set_up(work)
        for initials in ("ПИ", "ПП"):
            account = work.add(Account(login=f"{initials}@example.org", display_name=initials, created_at=work.now))
            work.add(Member(study_id=study.id, account_id=account.id, initials=initials, role="principal_investigator"))
            tokens.append(start_session(work, account))
        interview = find_interview(work, find_expert(work, study, "E04"))
        transcript = work.add(Transcript(interview_id=interview.id, source="plain", created_at=work.now))
        write_segments(work, transcript, [NewSegment(Speaker.EXPERT, line) for line in TURNS])
        detect(work, transcript)
    yield tokens
    ground.close()


def word(page: Page, text: str, number: int = 0) -> None:
    """Press a word of the passage."""
    page.locator("#passage .w").get_by_text(text, exact=True).nth(number).click()


def marked(page: Page) -> list[str]:
    """What is marked, and as what."""
    return page.locator("#marks li").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('span, small')].map(one => one.textContent).join(': '))"
    )


def select(page: Page, first: str, last: str) -> None:
    """Draw the mouse from one word to another."""
    begin = page.locator("#passage .w").get_by_text(first, exact=True).first.bounding_box()
    end = page.locator("#passage .w").get_by_text(last, exact=True).first.bounding_box()
    assert begin is not None
    assert end is not None
    page.mouse.move(begin["x"] + 2, begin["y"] + begin["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] - 2, end["y"] + end["height"] / 2, steps=4)
    page.mouse.up()


def mark_by_keyboard(page: Page, check: Callable[[Page], None]) -> None:
    """Arrows, Shift, one key per kind, taking back, nothing here."""
    page.goto(f"{AT}/marking")
    expect(page.get_by_role("heading", level=1)).to_have_text("Фрагмент 1 из 4")
    assert page.locator(".mn").count() == 0  # what the program found is not shown
    check(page)
    expect(page.locator("#next")).to_be_disabled()
    page.keyboard.press("KeyN")
    expect(page.get_by_role("heading", level=1)).to_have_text("Фрагмент 2 из 4")
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Digit1"):
        page.keyboard.press(key)
    assert marked(page) == ["Олег Савельев: Человек"]
    page.keyboard.press("KeyZ")
    assert marked(page) == []
    page.keyboard.press("Digit2")
    assert marked(page) == ["Савельев: Организация"]
    page.keyboard.press("Delete")
    assert marked(page) == []
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Digit1")
    word(page, HIDDEN)
    page.keyboard.press("Digit1")
    select(page, "Нина", "Шевцова")
    page.get_by_role("button", name="Человек").click()
    assert marked(page) == ["Олег Савельев: Человек", "рыжий: Человек", "Нина Шевцова: Человек"]
    check(page)
    expect(page.locator("#nothing")).to_be_disabled()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Фрагмент 3 из 4")
    page.keyboard.press("KeyB")
    expect(page.get_by_role("heading", level=1)).to_have_text("Фрагмент 2 из 4")
    assert len(marked(page)) == 3
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Фрагмент 3 из 4")
    page.keyboard.press("KeyN")
    expect(page.get_by_role("heading", level=1)).to_have_text("Фрагмент 4 из 4")
    page.goto(AT)  # one stops, and goes on another day
    expect(page.get_by_text("3 из 4")).to_be_visible()
    page.get_by_role("link", name="Продолжить разметку").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Фрагмент 4 из 4")
    word(page, HIDDEN)
    page.keyboard.press("Digit1")
    select(page, "Нина", "Шевцова")
    page.keyboard.press("Digit1")
    page.keyboard.press("Enter")
    finish(page, check)


def finish(page: Page, check: Callable[[Page], None]) -> None:
    expect(page.locator(".ac__nums")).to_be_visible()
    check(page)
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".ac__rows")).to_be_visible()


def mark_on_a_phone(page: Page, check: Callable[[Page], None]) -> None:
    """By tapping; the nickname is overlooked in the last turn."""
    page.goto(f"{AT}/marking")
    check(page)
    page.locator("#nothing").click()
    expect(page.locator("#passage")).to_contain_text("Помог")
    for text in ("Олег", "Нина"):
        word(page, text)
        page.keyboard.press("Shift+ArrowRight")
        page.locator("[data-label=PER]").click()
    word(page, HIDDEN)
    page.locator("[data-label=PER]").click()
    check(page)
    page.locator("#next").click()
    expect(page.locator("#passage")).to_contain_text("сейчас")
    page.locator("#nothing").click()
    expect(page.locator("#passage")).to_contain_text("осталась")
    word(page, "Нина")
    page.keyboard.press("Shift+ArrowRight")
    page.locator("[data-label=PER]").click()
    page.locator("#next").click()
    finish(page, check)


@pytest.mark.slow
@pytest.mark.chromium
def test_two_people_measure_what_the_masking_misses(
    sessions: list[str], open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    lead, second = open_page(session=sessions[0]), open_page("390", "kk", "dark", sessions[1])
    lead.goto(AT)
    check(lead)
    for box in lead.locator("input[name=marker]").all():
        box.set_checked("ПИ" in box.locator("..").inner_text() or "ПП" in box.locator("..").inner_text())
    lead.get_by_role("button", name="Отобрать", exact=True).click()
    expect(lead.get_by_role("heading", name="Разметка порознь")).to_be_visible()
    check(lead)
    second.goto(AT)
    check(second)

    mark_by_keyboard(lead, check)
    mark_on_a_phone(second, check)

    second.goto(f"{AT}/settling")
    check(second)
    second.locator("#propose").click()  # all that either marked: just what the lead has
    expect(second.locator(".ac__rows")).to_be_visible()
    lead.goto(AT)
    expect(lead.get_by_text("Расхождений не осталось.")).to_be_visible()
    lead.get_by_role("button", name="Измерить").click()
    expect(lead.get_by_text("3 из 5 мест найдено программой и показано человеку")).to_be_visible()
    check(lead)
    second.goto(AT)
    expect(second.locator(".ac__big")).to_have_text("60 %")
    check(second)

    lead.get_by_role("link", name="Что пропущено").click()
    expect(lead.locator(".ac__miss mark")).to_have_text([HIDDEN, HIDDEN])
    check(lead)
    lead.get_by_role("button", name="Заменить в проверке").first.click()
    expect(lead.locator(".ac__miss").get_by_text("Теперь закрыто.")).to_be_visible()
    lead.goto(AT)
    expect(lead.get_by_text("3 из 5 мест")).to_be_visible()

"""The review of names, walked through: find them, decide by keyboard and by hand, mark what was missed, approve."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fieldwork.app import HANDLERS
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.supervisor import Supervisor
from fieldwork.core.work import open_ground
from fieldwork.demo.field import set_up
from fieldwork.programme.models import Member
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.formats import parse_file
from fieldwork.transcription.importing import import_transcript
from fieldwork.web.services import set_up as set_up_account

PASSWORD = "четыре слова и лошадь"
LOGIN = "asel@example.org"
AT = "/s/creative-class/anonymisation"
INTERVIEW = """WEBVTT

00:00:01.000 --> 00:00:04.000
Интервьюер: Кто вам помог на первых порах?

00:00:05.000 --> 00:00:12.000
Эксперт: Помог Олег Савельев 🎭, мы звали его рыжий. Директор там Нина Шевцова.

00:00:13.000 --> 00:00:15.000
Интервьюер: А Савельев где сейчас?

00:00:16.000 --> 00:00:24.000
Эксперт: Потом рыжий уехал в Алматы. Нину Шевцову я вижу редко, мой номер +7 701 123 45 67.
"""
APPROVED = [
    "Кто вам помог на первых порах?",
    "Помог [друг] 🎭, мы звали его [друг]. Директор там [человек-2].",
    "А [друг] где сейчас?",
    "Потом [друг] уехал в Алматы. [человек-2] я вижу редко, мой номер [телефон].",
]
SECRETS = ("Савельев", "рыжий", "Шевцов", "701 123")


@pytest.fixture
def standing(data: Path, tmp_path: Path) -> None:
    """An installation with the demo's field, and one transcript that Zoom's captions gave."""
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    captions = tmp_path / "interview.vtt"
    captions.write_text(INTERVIEW, encoding="utf-8")
    with ground.work() as work:
        account = set_up_account(work, login=LOGIN, display_name="Асель", password=PASSWORD)
        study = set_up(work)
        work.add(Member(study_id=study.id, account_id=account.id, initials="ПИ", role="principal_investigator"))
        interview = find_interview(work, find_expert(work, study, "E04"))
        import_transcript(work, interview, parse_file(captions))
    ground.close()


def sign_in(page: Page) -> None:
    page.goto("/signin")
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


def look_for_names(data: Path) -> None:
    """What a worker does with the queue."""
    ground = open_ground(Settings(data=data))
    kinds = {kind: name for kind, name in HANDLERS.items() if kind == "anonymisation.detect"}
    Supervisor(ground, kinds).run(until_idle=True)
    ground.close()


def select(page: Page, turn: int, words: str) -> None:
    """Select words of a turn, as a hand with a mouse does."""
    box = page.evaluate(
        """([turn, words]) => {
            const pieces = [...document.querySelectorAll(`#turn-${turn} span[data-at]`)];
            const piece = pieces.find((one) => one.textContent.includes(words));
            piece.scrollIntoView({ block: "center" });
            const range = document.createRange();
            const at = piece.textContent.indexOf(words);
            range.setStart(piece.firstChild, at);
            range.setEnd(piece.firstChild, at + words.length);
            const { left, right, top, height } = range.getBoundingClientRect();
            return [left, right, top + height / 2];
        }""",
        [turn, words],
    )
    left, right, middle = box
    page.mouse.move(left + 1, middle)
    page.mouse.down()
    page.mouse.move(right - 1, middle, steps=4)
    page.mouse.up()


def waits(page: Page) -> list[str]:
    """The undecided words, as they stand in the text."""
    return page.locator("#turns .mn[data-state=pending]").all_inner_texts()


def decide_by_keyboard(page: Page) -> None:
    """All of the first entity otherwise, back, and again; the next stays; all of the one after it as proposed."""
    page.keyboard.press("Shift+KeyC")
    page.fill("#replacement", "[друг]")
    page.keyboard.press("Enter")
    expect(page.locator("#turn-3 .mn")).to_have_text("[друг]")
    assert "Савельев" not in page.content()
    expect(page.locator("#toasts")).to_contain_text("Заменено в 2 местах")
    page.keyboard.press("KeyZ")
    expect(page.locator("#turn-3 .mn")).to_have_text("Савельев")
    page.keyboard.press("Shift+KeyC")
    page.fill("#replacement", "[друг]")
    page.keyboard.press("Enter")
    expect(page.locator("#turn-3 .mn")).to_have_text("[друг]")
    expect(page.locator("#becomes ins")).to_have_text("[должность-1]")
    page.keyboard.press("KeyR")
    expect(page.locator("#turn-2 .mn--kept")).to_have_text("Директор")
    page.keyboard.press("Shift+KeyA")
    expect(page.locator("#turn-4 .mn--done")).to_have_text("[человек-2]")
    expect(page.locator("#progress")).to_have_text("6 из 7")


def mark_by_hand(page: Page, check: Callable[[Page], None]) -> None:
    """The phone; then what the program missed, in both its places, and back."""
    page.locator("#turn-4 .mn[data-state=pending]").click()
    page.get_by_role("button", name="Заменить [телефон]").click()
    expect(page.locator("#head")).to_contain_text("Всё решено")
    select(page, 2, "рыжий")
    expect(page.locator("#marked")).to_have_text("рыжий")
    check(page)
    page.select_option("#entity", label="[друг]")
    expect(page.get_by_text("Во всех местах с этими словами: 2")).to_be_visible()
    page.get_by_role("button", name="Отметить", exact=True).click()
    expect(page.locator("#turns")).not_to_contain_text("рыжий")
    page.keyboard.press("KeyZ")
    expect(page.locator("#turns")).to_contain_text("рыжий уехал")


def mark_by_typing(page: Page) -> None:
    """The same without a mouse: the words are typed."""
    page.keyboard.press("KeyM")
    page.fill("#words", "Рыжий")
    page.select_option("#entity", label="[друг]")
    page.get_by_role("button", name="Отметить", exact=True).click()
    expect(page.locator("#turns")).not_to_contain_text("рыжий")


def approve(page: Page, check: Callable[[Page], None]) -> None:
    """The source on request, the check for names that were left, the seal, the text that everybody reads."""
    page.get_by_role("link", name="Исходник").click()
    expect(page.locator(".rv__src")).to_contain_text("мы звали его рыжий")
    check(page)
    page.get_by_role("link", name="Вернуться к решениям").click()
    page.get_by_role("link", name="К утверждению").click()
    expect(page.get_by_text("Не нашли ни одного.")).to_be_visible(timeout=30_000)  # a process is started for it
    check(page)
    page.get_by_role("button", name="Утвердить").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Текст E04 без имён")
    check(page)
    page.get_by_role("link", name="Читать текст").click()
    expect(page.locator(".turn p")).to_have_text(APPROVED)
    assert not any(secret in page.content() for secret in SECRETS)


@pytest.mark.slow
@pytest.mark.chromium
def test_a_transcript_loses_its_names(
    standing: None, data: Path, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page()
    sign_in(page)
    page.goto(AT)
    check(page)
    page.get_by_role("button", name="Найти имена").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ищем имена")
    check(page)
    look_for_names(data)
    expect(page.get_by_role("heading", level=1)).to_have_text("Имена в E04")
    check(page)
    expect(page.locator("#turns .mn")).not_to_have_count(0)
    assert waits(page) == ["Олег Савельев", "Директор", "Нина Шевцова", "Савельев", "Нину Шевцову", "+7 701 123 45 67"]
    expect(page.locator("#kind")).to_have_text("Человек")
    expect(page.locator("#was")).to_have_text("Помог Олег Савельев 🎭, мы звали его рыжий. Директор там Нина Шевцова.")
    expect(page.locator("#becomes")).to_have_text(
        "Помог [человек-1] 🎭, мы звали его рыжий. Директор там Нина Шевцова."
    )

    decide_by_keyboard(page)
    mark_by_hand(page, check)
    mark_by_typing(page)
    assert not any(secret in page.content() for secret in SECRETS)
    approve(page, check)


@pytest.mark.slow
@pytest.mark.chromium
def test_two_people_at_one_text_see_each_other(standing: None, data: Path, open_page: Callable[..., Page]) -> None:
    first, second = open_page(), open_page()
    sign_in(first)
    first.goto(f"{AT}/E04")
    first.get_by_role("button", name="Найти имена").click()
    look_for_names(data)
    expect(first.locator("#turns")).to_be_visible()
    sign_in(second)
    second.goto(f"{AT}/E04")
    first.keyboard.press("KeyA")
    expect(first.locator("#turn-2 .mn").first).to_have_text("[человек-1]")
    second.keyboard.press("KeyR")  # of what it still takes for undecided
    expect(second.locator("#toasts")).to_contain_text("Это уже изменил кто-то другой")
    expect(second.locator("#turn-2 .mn").first).to_have_text("[человек-1]")
    expect(second.locator("#turn-2 .mn").first).to_have_class("mn mn--done is-here")


@pytest.mark.slow
@pytest.mark.chromium
def test_on_a_phone_in_kazakh(
    standing: None, data: Path, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page("390", "kk", "dark")
    sign_in(page)
    page.goto(f"{AT}/E04")
    check(page)
    page.get_by_role("button", name="Есімдерді табу").click()
    check(page)
    look_for_names(data)
    expect(page.get_by_role("heading", level=1)).to_have_text("E04 мәтініндегі есімдер")
    check(page)
    page.get_by_role("button", name="сенімдісін қабылдау").click()
    expect(page.locator("#head")).to_contain_text("1 шешім қалды")
    page.get_by_role("button", name="Сол күйінде қалдыру").click()
    expect(page.locator("#head")).to_contain_text("Бәрі шешілді")
    check(page)
    page.get_by_role("button", name="Жинау немесе жаю").click()
    check(page)
    page.get_by_role("link", name="Бекітуге").click()
    expect(page.get_by_text("Бірде-біреуі табылмады.")).to_be_visible(timeout=30_000)
    check(page)
    page.goto(f"{AT}/register")
    check(page)
    page.goto(f"{AT}/E04/approval")
    page.get_by_role("button", name="Бекіту").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("E04 мәтіні есімсіз")
    check(page)

"""Coding in Chromium: by mouse, by typing, in vivo, by keyboard alone, on a phone; undo, memos, refusals."""

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from fieldwork.coding.models import Coding
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground
from fieldwork.programme.models import Member
from fieldwork.web.services import set_up

PASSWORD = "четыре слова и лошадь"
LOGIN = "asel@example.org"
BENCH = "/s/almaty/coding/E07"
STUDIES = runpy.run_path(str(Path(__file__).parent.parent / "coding" / "studies.py"))
pytestmark = [pytest.mark.slow, pytest.mark.chromium]


@pytest.fixture
def standing(data: Path) -> None:
    """An installation with one approved transcript, two codes, and a coder who is signed in by ``bench``."""
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    with ground.work() as work:
        account = set_up(work, login=LOGIN, display_name="Асель", password=PASSWORD)
        study = STUDIES["interview_to_code"](work)
        work.add(Member(study_id=study.id, account_id=account.id, initials="АС", role="coder"))
    ground.close()


@pytest.fixture
def bench(standing: None, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens the workbench: (size, language)."""

    def go(*dress: str) -> Page:
        page = open_page(*dress)
        page.goto(f"/signin?to={BENCH}")
        page.fill("[name=login]", LOGIN)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{BENCH}")
        expect(page.locator("#turns[data-ready]")).to_be_visible()
        return page

    return go


def quotes(data: Path) -> list[str]:
    """The words of every coding in the database."""
    ground = open_ground(Settings(data=data))
    try:
        with ground.look() as session:
            return sorted(session.exec(select(Coding.quote)).all())
    finally:
        ground.close()


def mark(page: Page, words: str, turn: int = 2) -> None:
    """Draw over words of a turn with the mouse."""
    box = page.evaluate(
        """([turn, words]) => {
          const node = document.querySelector(`#turn-${turn} [data-text]`).firstChild;
          const at = node.data.indexOf(words), range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + words.length);
          const [first, last] = [range.getClientRects()[0], [...range.getClientRects()].at(-1)];
          return [first.left + 2, first.top + first.height / 2, last.right - 2, last.top + last.height / 2];
        }""",
        [turn, words],
    )
    page.mouse.move(box[0], box[1])
    page.mouse.down()
    page.mouse.move(box[2], box[3], steps=5)
    page.mouse.up()
    expect(page.locator("#choose-input")).to_be_focused()
    expect(page.locator("#choose-quote")).to_have_text(words)


def saved(page: Page) -> None:
    """Wait until the server has the deed."""
    expect(page.locator("#save")).to_have_text("Сохранено")


def names(page: Page) -> Locator:
    """The names of codes in the margin."""
    return page.locator("#turns [data-coding]")


def test_words_are_marked_typed_coded_undone_and_stay(
    bench: Callable[..., Page], data: Path, check: Callable[[Page], None]
) -> None:
    page = bench()
    check(page)
    mark(page, "𝒯еатр: здесь")
    expect(page.locator("#choose-input")).to_be_focused()
    check(page)
    page.keyboard.type("ошиб")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(names(page)).to_have_count(1)
    saved(page)
    assert quotes(data) == ["𝒯еатр: здесь"]

    mark(page, "можно")
    page.keyboard.press("1")  # the code used last
    expect(names(page)).to_have_count(2)
    saved(page)
    page.keyboard.press("z")
    expect(names(page)).to_have_count(1)
    expect(page.locator("#told")).to_have_text("Отменено.")
    assert quotes(data) == ["𝒯еатр: здесь"]

    page.reload()
    expect(names(page)).to_have_count(1)
    expect(names(page).first).to_have_accessible_name(
        "код «Право на ошибку»: начало «𝒯еатр: здесь», конец «𝒯еатр: здесь»"
    )
    expect(page.locator(".wb__u").first).to_be_visible()
    page.locator("#turns .brl").first.click()
    expect(page.locator("#one-quote")).to_have_text("𝒯еатр: здесь")
    expect(page.locator("#one-code")).to_have_attribute("href", "/s/almaty/codes/1")
    check(page)
    page.keyboard.press("Delete")
    expect(names(page)).to_have_count(0)
    page.get_by_role("button", name="Отменить").last.click()
    expect(names(page)).to_have_count(1)
    assert quotes(data) == ["𝒯еатр: здесь"]


def test_in_vivo_new_codes_changed_codes_and_refusals(bench: Callable[..., Page], data: Path) -> None:
    page = bench()
    mark(page, "Люди-переводчики", 6)
    page.keyboard.press("Enter")  # nothing typed: the words themselves
    expect(names(page)).to_have_text(["Люди-переводчики"])
    mark(page, "Первые деньги", 4)
    page.keyboard.type('Деньги <b>"первые"</b>')
    page.keyboard.press("Control+Enter")
    expect(page.locator("#new-definition")).to_be_focused()
    page.keyboard.type("Откуда взялись первые деньги")
    page.keyboard.press("Control+Enter")
    expect(names(page)).to_have_text(['Деньги <b>"первые"</b>', "Люди-переводчики"])
    saved(page)

    mark(page, "Первые деньги", 4)
    page.keyboard.type("деньги")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("уже стоит на этом самом фрагменте")
    expect(page.locator("#choose-input")).to_have_value("деньги")  # nothing typed is lost
    expect(names(page)).to_have_count(2)
    page.keyboard.press("Escape")

    page.locator("#turns .brl").first.click()
    page.get_by_role("button", name="Сменить код").click()
    page.keyboard.type("ошибку")
    page.keyboard.press("Enter")
    expect(page.locator("#one-code")).to_have_text("Право на ошибку")
    expect(names(page)).to_have_text(["Право на ошибку", "Люди-переводчики"])
    page.get_by_role("button", name="Сдвинуть границы").click()
    page.get_by_role("button", name="Закончить на слово позже").click()
    page.get_by_role("button", name="Сохранить границы").click()
    expect(page.locator("#one-quote")).to_have_text("Первые деньги пришли")
    expect(page.get_by_text("Границы сдвинуты.")).to_be_visible()
    assert quotes(data) == ["Люди-переводчики", "Первые деньги пришли"]


def test_all_of_it_by_keyboard(bench: Callable[..., Page], data: Path, check: Callable[[Page], None]) -> None:
    page = bench()
    page.locator("#turn-1").focus()
    page.keyboard.press("j")
    expect(page.locator("#turn-2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#choose-quote")).to_contain_text("ошибиться.")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("#choose-quote")).to_have_text("Алматы 🏔️ и 𝒯еатр:")
    page.keyboard.press("Alt+Shift+ArrowRight")
    expect(page.locator("#choose-quote")).to_have_text("🏔️ и 𝒯еатр:")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Enter")  # the words stay for one more code
    expect(names(page)).to_have_count(1)
    page.keyboard.type("script")
    page.keyboard.press("Enter")
    expect(names(page)).to_have_count(2)
    expect(page.locator("#turn-2")).to_be_focused()
    saved(page)
    assert quotes(data) == ["🏔️ и 𝒯еатр:", "🏔️ и 𝒯еатр:"]

    names(page).last.focus()
    expect(names(page).last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#one-code")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#turn-2")).to_be_focused()

    page.keyboard.press("m")
    expect(page.locator("#memo-text")).to_be_focused()
    page.keyboard.type("Горы <i>и</i> театр")
    page.keyboard.press("Escape")
    page.reload()
    page.locator("#turn-1").focus()
    page.keyboard.press("m")
    expect(page.locator("#memo-text")).to_have_value("Горы <i>и</i> театр")  # the draft is kept
    check(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#memos b")).to_have_text("Горы <i>и</i> театр")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("код in vivo: самими словами")


def test_on_a_phone_in_kazakh(bench: Callable[..., Page], data: Path, check: Callable[[Page], None]) -> None:
    page = bench("390", "kk")
    check(page)
    page.locator("#turn-6 [data-text]").dblclick(position={"x": 20, "y": 14})
    expect(page.locator("#choose-quote")).to_have_text("Люди")
    expect(page.locator("#panel")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Бір сөз кейінірек аяқтау").click()
    page.get_by_role("option").nth(1).click()
    expect(page.locator("#panel")).to_be_hidden()
    expect(names(page)).to_have_count(1)
    expect(page.locator("#save")).to_have_text("Сақталды")
    assert len(quotes(data)) == 1
    names(page).first.click()
    expect(page.locator("#one")).to_be_visible()
    check(page)
    page.goto("/s/almaty/coding")
    expect(page.get_by_role("heading", level=1)).to_have_text("Кодтау")
    check(page)

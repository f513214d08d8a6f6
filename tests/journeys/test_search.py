"""Search, palette, shortcuts and help, by keyboard, in Russian and Kazakh, on a desk and on a phone."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground
from fieldwork.programme.models import Member
from fieldwork.programme.services import create_study
from fieldwork.web.services import set_up

SMALL = Path(__file__).parent.parent / "overview" / "small_study.py"
PASSWORD = "четыре слова и лошадь"
LOGIN = "asel@example.org"


@pytest.fixture
def standing(data: Path) -> None:
    """An installation with a small study and its principal investigator."""
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    with ground.work() as work:
        account = set_up(work, login=LOGIN, display_name="Асель", password=PASSWORD)
        study = create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
        runpy.run_path(str(SMALL))["fill"](work, study)
        work.add(Member(study_id=study.id, account_id=account.id, initials="АС", role="principal_investigator"))
    ground.close()


def sign_in(page: Page, to: str) -> None:
    page.goto(f"/signin?to={to}")
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith(to) and "signin" not in url)


@pytest.mark.slow
@pytest.mark.chromium
def test_a_word_is_searched_from_any_page(
    standing: None, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page()
    sign_in(page, "/s/libraries/guide")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("арендой")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/search"))
    expect(page.locator("#found-count")).to_have_text("Найдено 5 мест")
    check(page)
    box = page.get_by_role("searchbox")
    box.fill("кофей")  # as one types, without sending anything
    expect(page.locator("#found-count")).to_have_text("Найдено 1 место")
    expect(page.locator("#found mark")).to_have_text(["кофейни"])
    box.fill("синхрофазотрон")
    expect(page.locator("#found-count")).to_have_text("Ничего не нашлось")
    check(page)
    box.fill("")
    expect(page.get_by_text("слово в любой форме")).to_be_visible()
    box.fill("центр города")
    page.locator("#found a", has_text="коворкинг").click()
    expect(page).to_have_url("/s/libraries/transcripts/E01#turn-3")


@pytest.mark.slow
@pytest.mark.chromium
def test_the_palette_goes_anywhere_by_keyboard(
    standing: None, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page()
    sign_in(page, "/s/libraries/")
    page.get_by_role("link", name="Обзор").first.focus()
    page.keyboard.press("Control+k")
    palette = page.locator("#palette")
    combo = palette.get_by_role("combobox", name="Найти или сделать")
    expect(combo).to_be_focused()
    expect(palette.get_by_role("option", name="Расшифровки")).to_be_visible()
    check(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Обзор").first).to_be_focused()

    page.keyboard.press("Control+k")
    page.keyboard.type("hfcibahjd")  # «расшифров» with the Latin layout on
    expect(palette.get_by_role("option", selected=True)).to_have_text("Расшифровки")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/s/libraries/transcripts")

    page.keyboard.press("Control+k")
    page.keyboard.type("съедает")
    option = palette.get_by_role("option", name="Аренда съедает гонорар").first
    expect(option).to_have_attribute("aria-selected", "true")
    expect(combo).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "?")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/s/libraries/codes/1")

    page.keyboard.press("Control+k")
    page.keyboard.type("e02")
    expect(palette.get_by_role("option", selected=True)).to_contain_text("E02")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/s/libraries/experts/E02")

    page.keyboard.press("Control+k")
    page.keyboard.type("кофеен")
    hit = palette.get_by_role("option", name="кофейни")
    expect(hit).to_be_visible()
    check(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # over the top to the last: search everywhere
    expect(palette.get_by_role("option", selected=True)).to_contain_text("Искать везде")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q="))
    expect(page.locator("#found mark")).to_have_text(["кофейни"])


@pytest.mark.slow
@pytest.mark.chromium
def test_shortcuts_are_listed_and_a_stage_says_what_it_is(
    standing: None, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page()
    sign_in(page, "/s/libraries/codes")
    page.locator("body").click(position={"x": 700, "y": 860})
    page.keyboard.press("Shift+Slash")
    dialog = page.get_by_role("dialog", name="Сочетания клавиш")
    expect(dialog).to_contain_text("Ctrl K")
    check(page)
    page.keyboard.press("Escape")
    page.get_by_label("Что это за этап").click()
    help_text = page.locator("details.about")
    expect(help_text).to_contain_text("Открытое кодирование")
    expect(help_text.get_by_role("link", name="Категории")).to_be_visible()
    check(page)
    help_text.get_by_role("link", name="Термины и весь путь").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Справка")
    check(page)
    page.get_by_text("Осевое кодирование", exact=True).first.click()
    expect(page.locator("details.term[open]")).to_be_visible()
    check(page)


@pytest.mark.slow
@pytest.mark.chromium
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_in_kazakh(
    standing: None, open_page: Callable[..., Page], check: Callable[[Page], None], theme: str
) -> None:
    page = open_page("390", "kk", theme)
    sign_in(page, "/s/libraries/")
    check(page)
    page.get_by_role("link", name="Табу не істеу").click()
    palette = page.locator("#palette")
    combo = palette.get_by_role("combobox")
    expect(combo).to_be_focused()
    combo.fill("шеберхана")
    expect(palette.get_by_role("option", name="шеберхана табу")).to_be_visible()
    check(page)
    palette.get_by_role("option", name="шеберхана табу").click()
    expect(page).to_have_url("/s/libraries/transcripts/E01#turn-4")
    page.goto("/s/libraries/more")
    check(page)
    page.get_by_role("link", name="Іздеу").click()
    page.get_by_role("searchbox").fill("аренда")
    expect(page.locator("#found-count")).to_have_text("6 жер табылды")  # «арендатор» begins so too, while one types
    check(page)
    page.goto("/s/libraries/help")
    expect(page.get_by_role("heading", level=1)).to_have_text("Анықтама")
    check(page)

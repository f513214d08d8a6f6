"""Sorting codes by mouse, by keyboard and from a list; editing the codebook; memos: in two languages and two widths."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from fieldwork.core.accounts import Account
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground
from fieldwork.programme.models import Member, Role
from fieldwork.web.services import set_up

PASSWORD = "четыре слова и лошадь"
LOGIN = "asel@example.org"
AT = "/s/almaty"
HTML = '<img src=x onerror="alert(1)">'


@pytest.fixture
def coded(data: Path) -> None:
    """The demo's codebook, and somebody who leads the study."""
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    builders = runpy.run_path(str(Path(__file__).parent.parent / "coding" / "studies.py"))
    with ground.work() as work:
        set_up(work, login=LOGIN, display_name="Асель", password=PASSWORD)
        study = builders["coded_study"](work)
        account = work.session.exec(select(Account).where(Account.login == LOGIN)).one()
        work.add(Member(study_id=study.id, account_id=account.id, initials="АЖ", role=Role.PRINCIPAL_INVESTIGATOR))
    ground.close()


@pytest.fixture
def signed_in(coded: None, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Opens a window in which she is signed in."""

    def make(size: str = "1440", language: str = "ru", theme: str = "light") -> Page:
        page = open_page(size, language, theme)
        page.goto("/signin")
        page.fill("[name=login]", LOGIN)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page

    return make


def card(page: Page, number: int) -> Locator:
    """A category's card, counted from 0."""
    return page.locator(".cat").nth(number)


def count(page: Page, number: int) -> Locator:
    """How many codes its card tells of."""
    return card(page, number).locator(".tk em")


def drag(page: Page, what: Locator, onto: Locator) -> None:
    """Drag with the mouse, as a hand does: press, move over, move on a little, let go."""
    start, end = what.bounding_box(), onto.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 40, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 60, start["y"] + start["height"] / 2 + 12, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=12)
    page.mouse.move(end["x"] + end["width"] / 2 + 4, end["y"] + end["height"] / 2 + 2, steps=3)
    page.mouse.up()


@pytest.mark.slow
@pytest.mark.chromium
def test_codes_and_categories_are_dragged_and_taken_back(
    signed_in: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = signed_in()
    page.goto(f"{AT}/categories")
    check(page)
    expect(count(page, 0)).to_have_text(re.compile("^7"))
    expect(count(page, 1)).to_have_text(re.compile("^5"))

    first = page.locator(".lane__b:visible .cd").first
    name = first.get_attribute("data-name")
    drag(page, first, card(page, 1))
    expect(page.locator(".toast").last).to_contain_text("теперь в категории")
    expect(count(page, 0)).to_have_text(re.compile("^6"))
    expect(count(page, 1)).to_have_text(re.compile("^6"))
    card(page, 1).locator(".cat__n").click()
    expect(page.locator(".lane__b:visible .cd").nth(5)).to_have_attribute("data-name", name or "")

    page.keyboard.press("KeyZ")
    expect(count(page, 0)).to_have_text(re.compile("^7"))
    expect(count(page, 1)).to_have_text(re.compile("^5"))

    moving = card(page, 0).get_attribute("data-name")
    bands = page.locator(".band")
    expect(bands.nth(1).locator(".cat")).to_have_count(6)
    drag(page, card(page, 0), bands.nth(1).locator(".cat").nth(1))
    expect(bands.nth(1).locator(".cat")).to_have_count(7)
    expect(bands.nth(1).locator(".cat").filter(has_text=moving or "")).to_have_count(1)
    expect(page.locator(".toast").last).to_contain_text("теперь под ключевой")  # sent, and not only drawn
    page.reload()
    expect(bands.nth(1).locator(".cat")).to_have_count(7)


@pytest.mark.slow
@pytest.mark.chromium
def test_the_same_by_keyboard_and_from_a_list(signed_in: Callable[..., Page], check: Callable[[Page], None]) -> None:
    page = signed_in()
    page.goto(f"{AT}/categories")
    first = page.locator(".lane__b:visible .cd").first
    name = first.get_attribute("data-name") or ""
    first.locator("a").focus()
    page.keyboard.press("KeyG")
    expect(page.locator("#told")).to_contain_text("Взято")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#told")).to_contain_text("место 6 из 6")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#told")).to_contain_text("место 5 из 6")
    page.keyboard.press("Escape")
    expect(page.locator("#told")).to_contain_text("Вернули на место")
    expect(page.locator(".lane__b:visible .cd").first).to_have_attribute("data-name", name)
    expect(first.locator("a")).to_be_focused()

    page.keyboard.press("KeyG")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("теперь в категории")
    expect(count(page, 1)).to_have_text(re.compile("^6"))
    expect(page.locator(".lane__b:visible .cd").nth(4)).to_have_attribute("data-name", name)

    page.locator(".lane__b:visible .cd").nth(4).locator(".cd__m").click()
    check(page)
    page.locator("#move-to").select_option(label="Без категории")
    page.get_by_role("button", name="Перенести", exact=True).click()
    expect(page.locator(".lane__f .cd")).to_have_count(1)
    expect(page.locator("#sorted")).to_contain_text("179 из 180")  # as the server counts
    page.reload()
    expect(page.locator(".lane__f .cd")).to_have_count(1)

    card(page, 0).locator(".cat__n").focus()
    page.keyboard.press("KeyG")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".band").nth(1).locator(".cat")).to_have_count(7)


@pytest.mark.slow
@pytest.mark.chromium
def test_headings_are_named_refused_and_removed(signed_in: Callable[..., Page], check: Callable[[Page], None]) -> None:
    page = signed_in()
    page.goto(f"{AT}/categories")
    page.get_by_role("button", name="Новая ключевая категория").click()
    expect(page.locator("#seventh")).to_be_visible()
    check(page)
    page.get_by_label("По-русски").fill(HTML)
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_role("heading", name=HTML)).to_be_visible()
    expect(page.locator(".toast").last).to_contain_text("без цвета")
    page.locator(".band").nth(6).get_by_role("button", name="категория", exact=True).click()
    page.get_by_label("По-русски").fill("Мотивация")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator(".toast").last).to_contain_text("Мотивация")
    page.get_by_label("По-русски").fill("Новая мотивация")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator(".band").nth(6).locator(".cat")).to_have_count(1)
    page.locator(".band").nth(6).locator(".cat").hover()
    page.get_by_role("button", name="Изменить категорию «Новая мотивация»").click()
    page.locator(".bd__rm").click()
    expect(page.locator(".band").nth(6).locator(".cat")).to_have_count(0)
    page.get_by_label("Найти на доске").fill("аренд")
    expect(page.locator(".cat.is-dim").first).to_be_visible()
    expect(page.locator(".lane__b:visible .cd").first).to_be_visible()
    check(page)


@pytest.mark.slow
@pytest.mark.chromium
def test_codes_are_renamed_merged_and_taken_back(signed_in: Callable[..., Page], check: Callable[[Page], None]) -> None:
    page = signed_in()
    page.goto(f"{AT}/codes")
    check(page)
    line = page.locator("#code-2")
    line.get_by_role("button", name="Изменить код 2").click()
    check(page)
    name = page.locator("#name-2")
    expect(name).to_be_focused()
    name.fill(HTML)
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("Переименовано")
    name.fill("Только в начале пути")
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("уже есть")
    expect(name).to_have_value("Только в начале пути")
    name.press("Escape")
    expect(line.locator(".cb__c")).to_have_text(HTML)

    page.goto(f"{AT}/codes/2?edit=1")
    page.get_by_text("Слить или убрать").click()
    page.get_by_label("Слить с другим кодом").fill("999")
    page.get_by_role("button", name="Слить", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("номером или названием нет")
    check(page)
    page.get_by_label("Слить с другим кодом").fill("3")
    page.get_by_role("button", name="Слить", exact=True).click()
    expect(page).to_have_url(re.compile(r"/codes/3$"))
    expect(page.locator("#quotations small")).to_have_text(re.compile("^3"))
    page.keyboard.press("KeyZ")
    expect(page.locator(".toast").last).to_contain_text("Отменено")
    expect(page.locator("#quotations small")).to_have_text(re.compile("^2"))
    page.goto(f"{AT}/codes?sort=codings&expert=E08")
    expect(page.locator("#codes li[id]").first).to_be_visible()
    check(page)


@pytest.mark.slow
@pytest.mark.chromium
def test_memos_are_written_found_and_taken_back(signed_in: Callable[..., Page], check: Callable[[Page], None]) -> None:
    page = signed_in()
    page.goto(f"{AT}/codes/2")
    check(page)
    page.get_by_role("link", name="Написать заметку").click()
    expect(page.get_by_label("О чём она")).to_have_value("code:2")
    check(page)
    page.get_by_label("Заголовок").fill("Почему «прочее»")
    page.get_by_label("Заметка").fill(f"Одна строка.\n{HTML}")
    page.get_by_role("button", name="Сохранить заметку").click()
    expect(page).to_have_url(re.compile(r"/memos#memo-\d+$"))
    expect(page.get_by_text(HTML)).to_be_visible()
    check(page)
    page.get_by_label("Найти заметку").fill("прочее")
    expect(page.locator(".mm__t")).to_have_count(1)
    page.get_by_role("button", name="Убрать заметку").click()
    expect(page.locator(".toast").last).to_contain_text("убрана")
    expect(page.get_by_role("heading", name="Почему «прочее»")).to_have_count(0)
    page.keyboard.press("KeyZ")
    expect(page.get_by_role("heading", name="Почему «прочее»")).to_be_visible()


@pytest.mark.slow
@pytest.mark.chromium
def test_all_of_it_in_kazakh_at_390_pixels(signed_in: Callable[..., Page], check: Callable[[Page], None]) -> None:
    page = signed_in("390", "kk", "dark")
    for path in ("codes", "codes/2", "codes/2?edit=1", "memos", "memos/new"):
        page.goto(f"{AT}/{path}")
        check(page)
    page.goto(f"{AT}/categories")
    check(page)
    card(page, 0).locator(".cat__n").click()
    expect(page.locator(".lane__b:visible .cd")).to_have_count(7)
    check(page)
    page.locator(".lane__b:visible .cd__m").first.click()
    page.locator("#move-to").select_option(index=3)
    page.get_by_role("button", name="Сол жерге көшіру", exact=True).click()
    expect(page.locator(".toast").last).to_be_visible()  # sent, and not only drawn
    expect(page.locator(".lane__b:visible .cd")).to_have_count(6)
    page.reload()
    expect(count(page, 0)).to_have_text(re.compile("^6"))

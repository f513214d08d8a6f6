"""From an empty installation to the dashboard of a study, by hand and by keyboard, in two languages and two widths."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground
from fieldwork.programme.services import create_study
from fieldwork.web.services import set_up

PASSWORD = "четыре слова и лошадь"
LOGIN = "asel@example.org"


def begin_a_study(page: Page, check: Callable[[Page], None]) -> None:
    """The three steps of a new study, one refusal on the way, and the guide that came of it."""
    page.get_by_role("link", name="Начать").click()
    check(page)
    page.fill("[name=title_ru]", 'Третье место <script>alert("x")</script>')
    page.fill("[name=slug]", "third-place")
    page.fill("[name=initials]", "АС")
    page.get_by_role("button", name="Продолжить").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Кого ищем")
    check(page)
    page.fill("[name=label_0]", "Руководители библиотек")
    page.get_by_role("button", name="Продолжить").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("[name=label_0]")).to_have_value("Руководители библиотек")
    page.fill("[name=quota_0]", "4")
    page.get_by_role("button", name="Продолжить").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Вопросы")
    check(page)
    page.fill("[name=objective_ru]", "Описать, кто приходит в библиотеки")
    page.fill("[name=formation]", "Как вы пришли в эту работу?\nКак менялась библиотека?")
    page.fill("[name=support]", "Чего не хватает?")
    page.get_by_role("button", name="Открыть исследование").click()
    expect(page.get_by_role("heading", level=1)).to_have_text('Третье место <script>alert("x")</script>')
    check(page)

    page.goto("/s/third-place/guide")
    expect(page.locator(".gd__q")).to_have_text(
        ["Как вы пришли в эту работу?", "Как менялась библиотека?", "Чего не хватает?"]
    )
    check(page)
    page.get_by_role("link", name="Изменить вопрос 2").click()
    check(page)
    page.fill("[name=probes_ru]", "Что ушло?\nЧто появилось?")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#question-2 .gd__p li")).to_have_text(["Что ушло?", "Что появилось?"])


@pytest.mark.slow
@pytest.mark.chromium
def test_first_run_to_a_study_of_ones_own(open_page: Callable[..., Page], check: Callable[[Page], None]) -> None:
    page = open_page()
    page.goto("/")
    expect(page).to_have_url("/first-run")
    check(page)
    page.fill("[name=display_name]", "Асель С.")
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=password_again]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("С чего начнём?")
    check(page)
    begin_a_study(page, check)
    page.goto("/s/third-place/members")
    check(page)
    page.fill("[name=login]", "marat@example.org")
    page.fill("[name=display_name]", "Марат К.")
    page.fill("[name=initials]", "МК")
    page.get_by_role("button", name="Пригласить").click()
    link = page.locator("code").inner_text()
    check(page)

    other = open_page("390", "kk")
    other.goto(link)
    check(other)
    other.fill("[name=password]", PASSWORD)
    other.fill("[name=password_again]", PASSWORD)
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", level=1)).to_have_text("Зерттеулер")
    check(other)
    other.get_by_role("link", name="Третье место").click()
    check(other)
    assert other.goto("/s/third-place/trail").status == 403  # type: ignore[union-attr]
    check(other)
    page.goto("/s/third-place/trail")
    expect(page.get_by_role("cell", name="участник приглашён").first).to_be_visible()
    check(page)


@pytest.fixture
def standing(data: Path) -> None:
    """An installation with its administrator and an empty study that is not theirs."""
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    with ground.work() as work:
        set_up(work, login=LOGIN, display_name="Асель", password=PASSWORD)
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
    ground.close()


@pytest.mark.slow
@pytest.mark.chromium
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["1440", "390"])
def test_the_way_in_looks_right_in_every_dress(
    standing: None, open_page: Callable[..., Page], check: Callable[[Page], None], size: str, theme: str
) -> None:
    page = open_page(size, "kk", theme)
    page.goto("/signin")
    check(page)
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", "not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Неден бастаймыз?")
    check(page)
    page.goto("/s/libraries/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Мұнда ештеңе жоқ")
    check(page)


@pytest.mark.slow
@pytest.mark.chromium
def test_what_was_typed_comes_back_after_signing_in_again(
    standing: None, data: Path, open_page: Callable[..., Page]
) -> None:
    page = open_page("390")
    page.goto("/signin?to=/studies/new")
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.fill("[name=title_ru]", "Дом культуры")
    page.fill("[name=slug]", "house")
    page.fill("[name=initials]", "АС")
    page.context.clear_cookies(name="fieldwork_session")
    page.get_by_role("button", name="Продолжить").click()
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_text("Дом культуры")).to_be_visible()
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Кого ищем")

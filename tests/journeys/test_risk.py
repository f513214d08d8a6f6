"""A table that would tell who somebody is: refused, mended with one click, and the report is written again."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlmodel import select

from fieldwork.anonymisation.publishing import undo_form
from fieldwork.programme.models import Role, Study

pytestmark = [pytest.mark.slow, pytest.mark.chromium]

STUDY = "/s/creative-class"
RISK = f"{STUDY}/anonymisation/risk"
REFUSED = "Таблицу выборки так публиковать нельзя: за 55-64 (1); 15-19 (2) меньше 3 экспертов."


@pytest.fixture
def undecided(demo: Flask, member: Callable[[str], str]) -> str:
    """The demo as if nobody had chosen how its sample is published; a session of the principal investigator."""
    with demo.extensions["fieldwork"].ground.work() as work:
        undo_form(work, work.session.exec(select(Study)).one())
    return member(Role.PRINCIPAL_INVESTIGATOR)


def test_a_small_cell_is_refused_mended_and_taken_back(
    undecided: str, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page(session=undecided)
    page.goto(f"{STUDY}/report")
    expect(page.locator("#writing")).to_contain_text(REFUSED)
    expect(page.locator("#writing")).to_contain_text("45-54, 55-64 → 45+; 15-19, 20+ → 15+")
    page.get_by_role("link", name="К риску раскрытия").click()
    expect(page.locator("#table")).to_contain_text("В таком виде публиковать нельзя")
    check(page)

    page.get_by_role("button", name="Публиковать, как предложено").press("Enter")
    expect(page.locator("#table")).to_contain_text("Публиковать можно: за каждым числом не меньше 3 экспертов.")
    page.goto(f"{STUDY}/report")
    expect(page.locator("#writing")).to_contain_text("Да: каждый код держится на цитатах")
    expect(page.locator("#writing")).to_contain_text("Пробный поиск экспертов не доведён до конца")

    page.goto(RISK)
    page.get_by_role("button", name="Вернуть прежний вид").click()
    expect(page.locator("#table")).to_contain_text("В таком виде публиковать нельзя")


def test_traits_are_chosen_and_groups_named_on_a_phone(
    undecided: str, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page("390", "ru", "dark", undecided)
    page.goto(RISK)
    for name in ("Возраст", "Стаж, лет"):
        page.get_by_label(name, exact=True).uncheck()
    page.get_by_label("Сфера", exact=True).check()
    page.get_by_label("Признаки попарно").check()
    page.get_by_role("button", name="Посчитать").click()
    expect(page.locator("#table")).to_contain_text("не публикуется")
    page.locator("summary", has_text="Назвать группы самим").click()
    check(page)
    for field in page.locator("input[name^='label.sector']").all():
        field.fill("культура и город")
    page.get_by_role("button", name="Публиковать с этими названиями").click()
    expect(page.locator("#table")).to_contain_text("Публиковать можно")
    expect(page.locator("#table")).to_contain_text("культура и город (14)")


@pytest.mark.parametrize("look", ["1440 ru light", "390 kk dark", "390 en light"])
def test_a_trial_search_is_made_and_shown(
    undecided: str, open_page: Callable[..., Page], check: Callable[[Page], None], look: str
) -> None:
    page = open_page(*look.split(), undecided)
    page.goto(f"{RISK}/intruder")
    first: Any = page.locator("#search_words form")
    first.locator("input[name=note]").fill("искали час, ничего")
    first.locator("button[value=no]").press("Enter")
    expect(page.locator("#search_words")).to_contain_text("искали час, ничего")
    check(page)
    page.goto(f"{RISK}/readers/E06")
    check(page)
    page.locator("#recognised button[value=yes]").click()
    expect(page.locator("#E06")).to_contain_text({"ru": "да", "kk": "иә", "en": "yes"}[look.split()[1]])
    check(page)
    page.goto(f"{RISK}/quotes?all=1")
    waiting = page.locator("#waiting li").count()
    page.locator("#waiting form").first.get_by_role("button").click()
    expect(page.locator("#waiting li")).to_have_count(waiting - 1)
    page.goto(f"{RISK}/quotes?all=1")
    expect(page.locator("#seen li")).to_have_count(1)
    check(page)

"""From an empty study to a filled matrix: strata, an expert, an invitation, a meeting, a consent; in two languages."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fieldwork.core.accounts import Account
from fieldwork.core.clock import ALMATY, utc_now
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground
from fieldwork.programme.models import Member, Role
from fieldwork.programme.services import create_study
from fieldwork.web.services import set_up

PASSWORD = "четыре слова и лошадь"
LOGIN = "asel@example.org"
FIELD = "/s/field"


@pytest.fixture
def empty_study(data: Path) -> None:
    """An installation with one account, the principal investigator of a study in which nothing has been done."""
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    with ground.work() as work:
        account: Account = set_up(work, login=LOGIN, display_name="Асель", password=PASSWORD)
        study = create_study(work, "field", {"ru": "Поле", "kk": "Дала", "en": "Field"})
        work.add(Member(study_id=study.id, account_id=account.id, initials="АС", role=Role.PRINCIPAL_INVESTIGATOR))
    ground.close()


def sign_in(page: Page, to: str) -> None:
    page.goto(f"/signin?to={to}")
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".rail")).to_be_attached()


def fill(page: Page, **fields: str) -> None:
    """Type into fields by their names; lists by their values."""
    for name, value in fields.items():
        place = page.locator(f"main [name={name}]")
        if place.evaluate("one => one.tagName") == "SELECT":
            place.select_option(value)
        else:
            place.fill(value)


def send(page: Page, check: Callable[[Page], None], here: str) -> None:
    """Check the form, send it, and arrive at a page that is in order, too."""
    check(page)
    page.locator("main form .btn--p").last.click()
    page.wait_for_url(f"**{FIELD}/{here}")
    check(page)


@pytest.mark.slow
@pytest.mark.chromium
@pytest.mark.parametrize(("size", "language"), [("1440", "ru"), ("390", "kk")])
@pytest.mark.usefixtures("empty_study")
def test_from_an_empty_study_to_a_meeting_with_consent(
    open_page: Callable[..., Page], check: Callable[[Page], None], size: str, language: str
) -> None:
    page = open_page(size, language)
    sign_in(page, f"{FIELD}/experts")
    check(page)

    plan(page, check, language)
    recruit(page, check)
    meet(page, check)
    agree(page, check, language)
    page.goto(f"{FIELD}/experts#coverage")
    expect(page.locator(".mx tbody tr")).to_have_count(1)
    expect(page.locator(".mx .miss")).to_be_visible()
    expect(page.locator(".qt .miss")).to_be_visible()
    check(page)


def plan(page: Page, check: Callable[[Page], None], language: str) -> None:
    """A stratum and an aspect."""
    page.locator("main .em .btn--p").click()
    page.wait_for_url(f"**{FIELD}/sample/strata/new")
    fill(page, **{f"label_{language}": "Театр", "quota": "3"})
    send(page, check, "sample#strata")
    page.goto(f"{FIELD}/sample/aspects/new")
    fill(page, **{f"label_{language}": "Аренда", "min_experts": "3"})
    send(page, check, "sample#aspects")


def recruit(page: Page, check: Callable[[Page], None]) -> None:
    """An expert, first with an exact age, then invited, then agreed; who it is stays apart."""
    page.goto(f"{FIELD}/experts/new")
    fill(page, stratum="s1", group="режиссёр", sector="театр", sex="f", age="37", experience="20+")
    fill(page, full_name="Есенова Сауле Маратовна", phone="+7 701 555 99 99", interviewer="АС")
    page.locator("main form .btn--p").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    expect(page.locator("[name=full_name]")).to_have_value("Есенова Сауле Маратовна")
    fill(page, age="35-44")
    send(page, check, "experts/E01")
    assert "Есенова" not in page.content()

    for what in ("invited", "agreed"):
        page.goto(f"{FIELD}/experts/E01/answer?what={what}")
        fill(page, channel="phone")
        send(page, check, "experts/E01")
    page.goto(f"{FIELD}/experts/E01/identity")
    expect(page.locator("[name=full_name]")).to_have_value("Есенова Сауле Маратовна")
    check(page)


def meet(page: Page, check: Callable[[Page], None]) -> None:
    """A meeting tomorrow; one may not record yet."""
    page.goto(f"{FIELD}/interviews/new?expert=E01")
    tomorrow = (utc_now() + timedelta(days=1)).astimezone(ALMATY).date().isoformat()
    fill(page, day=tomorrow, clock="15:00", mode="in_person")
    send(page, check, "interviews")
    page.locator("main .tbl a").first.click()
    expect(page.locator(".talk-ok .miss")).to_be_visible()
    check(page)


def agree(page: Page, check: Callable[[Page], None], language: str) -> None:
    """A form, and a decision on it in which nothing is chosen beforehand; then one may record."""
    page.goto(f"{FIELD}/consent/forms/new")
    fill(page, **{f"operator_{language}": "Университет", f"responsible_{language}": "Асель"})
    fill(page, email="a@example.org", phone="+7", complaints_email="c@example.org", dated="2025-01-01")
    fill(page, **{f"complaints_{language}": "Комиссия"})
    fill(page, recording_until="2030-12-31", identity_key_until="2030-12-31", full_withdrawal_until="2030-06-30")
    send(page, check, "consent")
    page.goto(f"{FIELD}/consent/E01/record")
    assert page.locator("main input[type=radio]:checked").count() == 0
    for scope in ("record", "transcribe", "quote", "archive", "named"):
        answer = "no" if scope == "named" else "yes"
        page.locator(f"label:has([name=scope_{scope}][value={answer}])").click()
    expect(page.locator(".co__n:visible")).to_have_count(1)
    fill(page, language=language, method="paper")
    send(page, check, "consent/E01")
    page.goto(f"{FIELD}/consent/E01/withdraw")
    check(page)
    page.goto(f"{FIELD}/interviews/E01")
    expect(page.locator(".talk-ok .say--yes")).to_be_visible()
    check(page)

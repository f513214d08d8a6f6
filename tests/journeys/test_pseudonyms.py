"""Choosing a pseudonym in a browser: from the register to its cases, generalisations, a profile, an own term."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fieldwork.anonymisation.detection import detect
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
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
INTERVIEW = """И: Кто вам помог?
Э: Я позвонила Жанне Тулегеновой, и с Жанной мы поехали в Алматы.
"""


@pytest.fixture
def standing(data: Path, tmp_path: Path) -> None:
    """An installation with the demo's field, and one transcript in which names were found."""
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    file = tmp_path / "interview.txt"
    file.write_text(INTERVIEW, encoding="utf-8")
    with ground.work() as work:
        account = set_up_account(work, login=LOGIN, display_name="Асель", password=PASSWORD)
        study = set_up(work)
        work.add(Member(study_id=study.id, account_id=account.id, initials="ПИ", role="principal_investigator"))
        transcript = import_transcript(work, find_interview(work, find_expert(work, study, "E04")), parse_file(file))
    with ground.work() as work:
        detect(work, transcript)
    ground.close()


def sign_in(page: Page) -> None:
    page.goto("/signin")
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


@pytest.mark.chromium
@pytest.mark.usefixtures("standing")
@pytest.mark.parametrize("look", ["1440 ru light", "390 ru dark"])
def test_a_pseudonym_is_chosen_and_seen_in_its_cases(
    open_page: Callable[..., Page], check: Callable[[Page], None], look: str
) -> None:
    page = open_page(*look.split())
    sign_in(page)
    page.goto(f"{AT}/register")
    check(page)
    page.locator("#person-1").get_by_role("link", name="Что стоит вместо").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Что стоит вместо [человек-1]")
    check(page)

    # by keyboard alone: the second choice, the name, Enter
    page.get_by_label("Обозначение").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Псевдоним, по падежам")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("Руслан")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("E02")
    expect(page.locator("#text")).to_have_value("Руслан")
    page.fill("#text", "Асия Каримова")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Названо иначе в 2 местах")
    expect(page.locator(".nm__read dd").nth(0)).to_have_text("Асии Каримовой")
    expect(page.locator(".nm__read dd").nth(3)).to_have_text("Асией Каримовой")
    check(page)

    page.goto(f"{AT}/E04")
    expect(page.locator("#turn-2 .mn").first).to_be_visible()
    page.goto(f"{AT}/who/place-1/words")
    page.get_by_role("link", name="Подсказать").click()
    expect(page.locator("#steps")).to_have_value("крупный город\nгород")
    page.get_by_role("button", name="Сохранить обобщения").click()
    expect(page.locator(".nm__read dd").nth(2)).to_have_text("крупный город")

    page.goto(f"{AT}/profiles")
    check(page)
    report = page.locator("section#report")
    report.get_by_label("Город или страна").select_option("2")
    report.get_by_label("Города и страны").uncheck()
    report.get_by_role("button", name="Сохранить").click()
    page.goto(f"{AT}/who/place-1/words")
    expect(page.locator(".nm__read dd").nth(1)).to_have_text("город")

    page.goto(f"{AT}/terms")
    check(page)
    page.fill("#words", "Тау Хаб")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Имена нужно поискать заново")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Убрать Тау Хаб").click()
    expect(page.get_by_text("Тау Хаб")).to_have_count(0)
    page.keyboard.press("KeyZ")
    expect(page.get_by_text("Тау Хаб").first).to_be_visible()

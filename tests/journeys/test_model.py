"""From sorted categories to a model, along the evidence to the words and back, to a report one can look at."""

import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from fieldwork.anonymisation.publishing import publish_proposed
from fieldwork.consent.imports import import_consents
from fieldwork.core.accounts import Account
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground, open_ground
from fieldwork.demo.material import document
from fieldwork.paradigm.building import LinkInput, connect, core_called, give_role, remove_link, tell_story
from fieldwork.paradigm.models import Link, ParadigmRole
from fieldwork.programme.models import Member
from fieldwork.programme.services import find_study
from fieldwork.report.importing import import_recommendations
from fieldwork.web.guard import SESSION_COOKIE
from fieldwork.web.services import access_of, start_session

ROOT = Path(__file__).parents[2]
SERVE = "from fieldwork.cli import main; main()"
CENTRE = "Алматы как креативный центр"
FINANCE = "Финансовые вопросы креативных индустрий"


@pytest.fixture
def installed(data: Path) -> Iterator[tuple[Ground, str]]:
    """The demo study with its categories sorted, and a session of its principal investigator."""
    studies = runpy.run_path(str(ROOT / "tests" / "coding" / "studies.py"))
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    with ground.work() as work:
        study = studies["coded_study"](work)
        import_consents(work, study, document("consent"))
        publish_proposed(work, study)
        account = work.add(Account(login="pi@example.org", display_name="Асель", created_at=work.now))
        access_of(work, account.id)
        work.add(Member(study_id=study.id, account_id=account.id, initials="ЖЖ", role="principal_investigator"))
        token = start_session(work, account)
    yield ground, token
    ground.close()


def signed_in(page: Page, token: str, server: str) -> Page:
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": server}])
    return page


def role(page: Page, place: str) -> str:
    """What stands in a role, as it is seen."""
    return " ".join(page.locator(f"#r-{place} [data-core] b").all_inner_texts())


@pytest.mark.slow
@pytest.mark.chromium
def test_from_sorted_categories_to_a_report_and_back_to_the_words(
    installed: tuple[Ground, str], server: str, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    ground, token = installed
    page = signed_in(open_page(), token, server)
    page.goto("/s/almaty/model")
    expect(page.locator("#tray-h")).to_contain_text("6")
    check(page)

    build(page)
    link(page, check)
    follow(page, check)
    finish_the_model(ground)
    write(page, ground, check)


def build(page: Page) -> None:
    """Roles by mouse and by keys; a second phenomenon is refused."""
    # by mouse
    drag(page, "#core-almaty_centre", "#r-phe")
    expect(page.locator("#r-phe [data-core] b")).to_have_text(CENTRE)
    expect(page.locator("#drawing canvas").first).to_be_attached()

    # by keyboard: up from the tray, over the six roles to the third, and down
    page.locator("#core-finance a[data-node]").focus()
    page.keyboard.press("KeyG")
    expect(page.locator("#live")).to_contain_text("поднята")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#r-con [data-core] b")).to_have_text(FINANCE)
    expect(page.locator("#tray-h")).to_contain_text("4")
    page.keyboard.press("KeyG")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert role(page, "con") == FINANCE

    # a second phenomenon is refused, and the card is back where it was
    drag(page, "#core-finance", "#r-phe")
    expect(page.locator("#toasts")).to_contain_text("Феномен в модели уже есть")
    expect(page.locator("#r-con [data-core] b")).to_have_text(FINANCE)
    assert role(page, "phe") == CENTRE


def link(page: Page, check: Callable[[Page], None]) -> None:
    """A link with the quotations that carry it."""
    page.get_by_role("link", name="Новая связь").click()
    page.locator("select[name=source]").select_option("finance")
    expect(page.locator("input[type=hidden][name=source]")).to_have_value("finance")
    check(page)
    page.fill("[name=label_ru]", "ограничивает <b>")
    page.fill("#pick-f", "аренда")
    page.locator("#pick li:not([hidden]) input:visible").first.check()
    page.fill("#pick-f", "")
    page.get_by_role("button", name="Сохранить связь").click()
    expect(page.locator("#links .pm__w em")).to_have_text("ограничивает <b>")
    expect(page.locator("#links")).to_contain_text("держится на 1 выбранной цитате")
    expect(page.locator("#check")).to_contain_text("Роль «последствия» пуста")
    check(page)


def follow(page: Page, check: Callable[[Page], None]) -> None:
    """Down the chain beside the model to the turn, and back up from it."""
    page.locator("#core-finance a[data-node]").click()
    panel = page.locator("#evidence")
    expect(panel.locator("[data-step]")).to_have_count(5)
    expect(panel.locator(".ts__t").first).to_contain_text(FINANCE)
    check(page)
    page.keyboard.press("ArrowDown")
    page.locator("#ev-category-after").click()
    expect(panel.locator("[data-step]").nth(1)).to_contain_text("2 из 6")
    quotation = panel.locator("blockquote").inner_text()
    panel.get_by_role("link", name="Открыть в тексте").click()
    page.wait_for_url(re.compile(r"/transcripts/E\d\d#turn-\d+"))
    turn = page.url.rsplit("#turn-", 1)[1]
    expect(page.locator(f"#turn-{turn}")).to_contain_text(quotation.split("\n")[0])
    page.locator(f"#turn-{turn} .tx__ev").click()
    expect(page.locator("#evidence")).to_contain_text(FINANCE)
    check(page)


def write(page: Page, ground: Ground, check: Callable[[Page], None]) -> None:
    """The report: written by a worker, looked at, taken home without a name."""
    page.goto("/s/almaty/report")
    expect(page.get_by_text("Да: каждый код держится на цитатах")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Записать отчёт").click()
    expect(page.locator("#job")).to_be_visible()
    work_until_idle(ground)
    expect(page.locator("#preview img")).to_be_visible(timeout=60_000)
    assert page.locator("#preview img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1000
    page.keyboard.press("ArrowRight")
    expect(page.locator("#preview [role=status]")).to_contain_text("Страница 2 из")
    check(page)
    with page.expect_download() as handed:
        page.locator("#preview").get_by_role("link", name="Скачать PDF").click()
    file = Path(handed.value.path())
    assert file.read_bytes()[:5] == b"%PDF-"
    words = " ".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(file))
    names = {one["text"] for one in document("mentions") if one["label"] == "PER" and " " in one["text"]}
    assert [name for name in sorted(names) if name in words] == []
    assert CENTRE in words


@pytest.mark.slow
@pytest.mark.chromium
def test_the_model_and_its_evidence_on_a_phone_in_kazakh(
    installed: tuple[Ground, str], server: str, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    ground, token = installed
    finish_the_model(ground)
    page = signed_in(open_page("390", "kk", "dark"), token, server)
    page.goto("/s/almaty/model")
    check(page)
    menu = page.locator("#core-finance .nd__m")
    menu.locator("summary").click()
    menu.locator("select").select_option("consequences")
    menu.get_by_role("button", name="Рөл беру").click()
    expect(page.locator("#r-out #core-finance")).to_be_visible()
    page.locator("#toasts").get_by_role("button").click()
    expect(page.locator("#r-con #core-finance")).to_be_visible()
    page.locator("#core-finance a[data-node]").click()
    expect(page.locator("#evidence blockquote")).to_be_visible()
    check(page)
    page.locator("#evidence [data-trail-close]").click()
    expect(page.locator("#evidence blockquote")).to_have_count(0)
    for path in ("model?view=list", "model?view=story", "model/link", "model/story", "evidence", "report"):
        page.goto(f"/s/almaty/{path}")
        check(page)
    page.goto("/s/almaty/evidence?code=21")
    check(page)


def drag(page: Page, card: str, to: str) -> None:
    """Drag a card by the mouse, as a hand does: down, some way, over the place, up."""
    page.locator(card).scroll_into_view_if_needed()
    start, end = page.locator(f"{card} .ex").bounding_box(), page.locator(f"{to} ul[data-role]").bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 4, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(start["x"] + 20, start["y"] + 30, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2 + 2, steps=12)
    page.mouse.up()


def finish_the_model(ground: Ground) -> None:
    """What is left to do until the model is the demo's: the other roles, links, recommendations."""
    given = document("paradigm")
    with ground.work() as work:
        study = find_study(work, "almaty")
        for name, one in given["roles"].items():
            give_role(work, study, core_called(work, study, one["core_category"]), ParadigmRole(name))
        cores = {name: core_called(work, study, one["core_category"]) for name, one in given["roles"].items()}
        tell_story(work, study, given["storyline"])
        for link in work.session.exec(select(Link)).all():  # what was made by hand shows only one side
            remove_link(work, study, link)
        for one in given["links"]:
            connect(work, study, cores[one["from"]], cores[one["to"]], LinkInput(one["label"], one["evidence"]))
        import_recommendations(work, study, given)


def work_until_idle(ground: Ground) -> None:
    """A worker of the installation, as a process of its own."""
    arguments = ["worker", "--until-idle", "--data", str(ground.settings.data)]
    subprocess.run([sys.executable, "-c", SERVE, *arguments], cwd=ROOT, check=True, timeout=120)

"""From a file on somebody's disk to a finished transcript: chosen, broken off, gone on with, filed, transcribed."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlmodel import select

from fieldwork.core.schema import shipped, upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground, open_ground
from fieldwork.demo.field import set_up as set_up_field
from fieldwork.demo.material import SLUG
from fieldwork.programme.models import Member
from fieldwork.recording.models import Recording
from fieldwork.web.services import set_up

ROOT = Path(__file__).parent.parent.parent
LOGIN, PASSWORD = "asel@example.org", "четыре слова и лошадь"
MODEL = shipped("audio/demo/whisper-demo.pt")
CHAT = shipped("audio/demo") / "Чат WhatsApp с контактом Мадина Свет"
MESSAGES = [CHAT / f"PTT-20250409-WA000{number}.opus" for number in (1, 2)]
WORK = "from fieldwork.cli import main; main()"
PAGE = f"/s/{SLUG}/recordings/upload/E08"


@pytest.fixture
def ground(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """An installation with a study whose experts have consented; its server and worker know the demo's model."""
    monkeypatch.setenv("FIELDWORK_WHISPER_MODEL", str(MODEL))
    monkeypatch.setenv("FIELDWORK_POLL_SECONDS", "0.2")
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    with ground.work() as work:
        account = set_up(work, login=LOGIN, display_name="Асель", password=PASSWORD)
        study = set_up_field(work)
        work.add(Member(study_id=study.id, account_id=account.id, initials="ASx", role="principal_investigator"))
    yield ground
    ground.close()


@pytest.fixture
def worker(ground: Ground) -> Iterator[None]:
    """``fieldwork worker`` beside the server."""
    arguments = ["worker", "--data", str(ground.settings.data)]
    process = subprocess.Popen([sys.executable, "-c", WORK, *arguments], cwd=ROOT)
    yield
    process.terminate()
    process.wait(timeout=60)


def sign_in(page: Page) -> None:
    page.goto(f"/signin?to={PAGE}")
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Запись интервью E08")


@pytest.mark.slow
@pytest.mark.chromium
def test_a_recording_is_uploaded_broken_off_gone_on_with_and_transcribed(
    ground: Ground, worker: None, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page()
    sign_in(page)
    check(page)
    page.set_input_files("#files", MESSAGES)
    voices = page.locator("#chosen-list select")
    expect(voices).to_have_count(2)
    voices.nth(0).select_option("interviewer")
    voices.nth(1).select_option("expert")
    expect(page.get_by_label("Сразу расшифровать")).to_be_checked()
    check(page)

    broken: list[str] = []

    def break_once(route: Route) -> None:
        if route.request.method == "PATCH" and not broken:
            broken.append(route.request.headers["upload-offset"])
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/uploads/*", break_once)
    page.locator("#chosen").get_by_role("button", name="Загрузить").click()
    expect(page.locator("#arrivals .upf[data-state=filed]")).to_have_count(2, timeout=60_000)
    expect(page.locator("#queue > li")).to_have_count(0)
    assert broken == ["0"]
    link = page.get_by_role("link", name="Открыть расшифровку")
    expect(link).to_be_visible(timeout=60_000)
    check(page)
    link.click()
    expect(page).to_have_url(f"/s/{SLUG}/transcripts/E08")
    with ground.look() as session:
        rows = session.exec(select(Recording).order_by("position")).all()
        assert [(row.kind, row.speaker, row.bytes) for row in rows] == [
            ("message", "interviewer", MESSAGES[0].stat().st_size),
            ("message", "expert", MESSAGES[1].stat().st_size),
        ]


@pytest.mark.slow
@pytest.mark.chromium
def test_a_phone_goes_on_after_the_page_was_closed(
    ground: Ground, open_page: Callable[..., Page], check: Callable[[Page], None], tmp_path: Path
) -> None:
    page = open_page("390")
    sign_in(page)
    check(page)
    large = tmp_path / "Разговор <img src=x onerror=alert(1)>.wav"
    large.write_bytes(MESSAGES[0].read_bytes() + bytes(9_000_000))
    page.set_input_files("#files", large)
    expect(page.locator("#chosen-list b")).to_have_text(large.name)

    def first_only(route: Route) -> None:
        if route.request.headers.get("upload-offset", "0") == "0":
            route.continue_()
        else:
            route.abort("internetdisconnected")

    page.route("**/uploads/*", first_only)
    page.locator("#chosen").get_by_role("button", name="Загрузить").click()
    told = page.locator("#queue [data-told]")
    expect(told).to_have_text(
        "Нет сети. Загруженное цело; когда сеть появится, загрузка продолжится сама.", timeout=40_000
    )
    check(page)
    page.unroute_all()
    page.goto(PAGE)
    expect(told).to_have_text("Загрузка прервалась. Выберите этот же файл, и она продолжится с этого места.")
    expect(page.locator("#queue b")).to_have_text(large.name)
    check(page)
    offsets: list[str] = []
    page.on("request", lambda one: offsets.append(one.headers["upload-offset"]) if one.method == "PATCH" else None)
    page.set_input_files("#files", large)
    expect(page.locator("#arrivals .upf[data-state=arrived]")).to_have_count(1, timeout=60_000)
    assert offsets == [str(8 * 1024 * 1024)]

    page.set_input_files("#files", MESSAGES[1])
    page.route("**/uploads/*", lambda route: route.abort("internetdisconnected"))
    page.locator("#chosen").get_by_role("button", name="Загрузить").click()
    page.get_by_role("button", name=f"Отменить загрузку {MESSAGES[1].name}").click()
    expect(told).to_have_text("Загрузка отменена.")
    page.unroute_all()
    page.get_by_role("button", name="Вернуть").click()
    expect(page.locator("#arrivals .upf[data-state=arrived]")).to_have_count(2, timeout=60_000)
    check(page)

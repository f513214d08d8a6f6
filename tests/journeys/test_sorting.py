"""«К какому интервью?»: an exported chat and two tracks of a meeting are dropped, proposed, confirmed, and filed."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from fieldwork.core.schema import shipped, upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground, open_ground
from fieldwork.demo.field import set_up as set_up_field
from fieldwork.demo.material import SLUG
from fieldwork.programme.models import Member
from fieldwork.recording.models import Recording, Upload
from fieldwork.web.services import set_up

ROOT = Path(__file__).parent.parent.parent
LOGIN, PASSWORD = "asel@example.org", "четыре слова и лошадь"
DEMO = shipped("audio/demo")
CHAT = DEMO / "Чат WhatsApp с контактом Мадина Свет"
MEETING = next(path for path in DEMO.iterdir() if path.name.startswith("2025-03-25"))
WORK = "from fieldwork.cli import main; main()"
PAGE = f"/s/{SLUG}/recordings/unsorted"


@pytest.fixture
def ground(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """An installation with a study whose experts have consented."""
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


@pytest.mark.slow
@pytest.mark.chromium
def test_a_chat_and_two_tracks_find_their_interviews(
    ground: Ground, worker: None, open_page: Callable[..., Page], check: Callable[[Page], None], tmp_path: Path
) -> None:
    chat = tmp_path / f"{CHAT.name}.zip"
    with zipfile.ZipFile(chat, "w") as file:
        for one in sorted(CHAT.iterdir()):
            file.write(one, one.name)
    messages = sum(one.suffix == ".opus" for one in CHAT.iterdir())
    page = open_page()
    page.goto(f"/signin?to={PAGE}")
    page.fill("[name=login]", LOGIN)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("К какому интервью?")
    check(page)
    page.set_input_files("#files", [chat, *sorted((MEETING / "Audio Record").iterdir())])
    groups = page.locator(".srt__g")
    expect(groups).to_have_count(2, timeout=120_000)
    expect(page.locator("#groups[data-settled]")).to_be_attached(timeout=120_000)
    told = groups.filter(has_text="сообщения одного чата")
    expect(told.locator("select[name=code]")).to_have_value("E08")
    expect(told.locator(".srt__p b")).to_have_text("Сомнений нет")
    meeting = groups.filter(has_text="дорожки одной встречи")
    expect(meeting.locator("select[name=code]")).to_have_value("E02")
    check(page)
    _picture(page, "sorting-1440")
    page.get_by_role("button", name="Сохранить 2, в которых нет сомнений").click()
    expect(page.locator(".srt__g")).to_have_count(0, timeout=60_000)
    expect(page.locator("#groups .upf")).to_have_count(0, timeout=180_000)
    with ground.look() as session:
        kinds = sorted(row.kind for row in session.exec(select(Recording)).all())
        states = {row.state for row in session.exec(select(Upload)).all()}
    assert (kinds, states) == (["message"] * messages + ["track", "track"], {"filed"})


def _picture(page: Page, name: str) -> None:
    """For looking at: in the folder that FIELDWORK_TEST_PICTURES names, in both themes and on a phone."""
    folder = os.environ.get("FIELDWORK_TEST_PICTURES")
    if not folder:
        return
    page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=f"{folder}/{name}-dark.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=f"{folder}/{name}-390-dark.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.screenshot(path=f"{folder}/{name}-390.png", full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})

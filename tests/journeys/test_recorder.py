"""The recorder in Chromium, on its own device for tests: no network for a while, a closed tab, and nothing is lost."""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlmodel import select

from fieldwork.consent.services import withdraw
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground, open_ground
from fieldwork.demo.field import set_up as set_up_field
from fieldwork.demo.material import SLUG
from fieldwork.programme.models import Member
from fieldwork.programme.services import find_study
from fieldwork.recording.live_models import LiveChunk, LiveMark, LivePart
from fieldwork.recording.media import normalise
from fieldwork.recording.models import Recording
from fieldwork.sampling.services import find_expert
from fieldwork.web.services import set_up, start_session

pytestmark = [pytest.mark.slow, pytest.mark.chromium]

ROOT = Path(__file__).parent.parent.parent
PAGE = f"/s/{SLUG}/recordings/record/E08"
FAKE = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium with a microphone of its own that beeps every second."""
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FAKE)
    yield chromium
    chromium.close()


@pytest.fixture
def ground(data: Path) -> Iterator[Ground]:
    """An installation with a study whose experts have consented."""
    settings = Settings(data=data)
    ground = open_ground(settings)
    upgrade(settings.database_url)
    yield ground
    ground.close()


@pytest.fixture
def session(ground: Ground) -> str:
    """A session of the principal investigator."""
    with ground.work() as work:
        account = set_up(work, login="asel@example.org", display_name="Асель", password="четыре слова и лошадь")
        study = set_up_field(work)
        work.add(Member(study_id=study.id, account_id=account.id, initials="ASx", role="principal_investigator"))
        return start_session(work, account)


def ready(page: Page) -> None:
    expect(page.locator("#recorder[data-ready=yes]")).to_have_count(1)


def chunk(page: Page, part: int, number: int) -> AbstractContextManager[object]:
    """Wait until the server has answered to that chunk."""
    return page.expect_response(lambda answer: f"/{part}/{number}?" in answer.url, timeout=60_000)


def test_nothing_is_lost_without_network_and_with_a_closed_tab(
    ground: Ground, session: str, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page("390", session=session)
    sent: dict[tuple[str, str], str] = {}

    def note(request: object) -> None:
        parts = request.url.split("?")[0].split("/")  # type: ignore[attr-defined]
        if "/live/" in request.url and parts[-1].isdigit():  # type: ignore[attr-defined]
            digest = hashlib.sha256(request.post_data_buffer or b"").hexdigest()  # type: ignore[attr-defined]
            assert sent.setdefault((parts[-2], parts[-1]), digest) == digest

    page.context.on("request", note)
    page.goto(PAGE)
    ready(page)
    check(page)
    page.locator("#start").click()
    expect(page.locator("#clock")).to_have_text("00:00:05")
    page.locator("[data-question='2']").click()
    page.context.set_offline(True)
    expect(page.locator("#rec-waits")).to_contain_text("3", timeout=20_000)
    other = page.context.new_page()
    page.close()  # the tab is closed with chunks that nobody has but the browser
    page.context.set_offline(False)
    other.goto(PAGE)
    ready(other)
    expect(other.locator("#stop")).to_be_visible()
    other.locator("#start").click()
    expect(other.locator("#clock")).to_have_text("00:00:05")
    other.locator("#stop").click()
    gap = other.locator("[data-gap]")
    expect(gap).to_have_count(1)
    check(other)
    run = [sys.executable, "-c", "from fieldwork.cli import main; main()", "worker", "--until-idle"]
    subprocess.run([*run, "--data", str(ground.settings.data)], cwd=ROOT, check=True)
    with ground.look() as look:
        parts = look.exec(select(LivePart).order_by("number")).all()
        assert [part.number for part in parts] == [1, 2]
        assert int(gap.get_attribute("data-gap") or 0) == parts[1].began_ms - parts[0].ended_ms > 0
        for part in parts:
            chunks = look.exec(select(LiveChunk).where(LiveChunk.part_id == part.id).order_by("number")).all()
            assert [one.number for one in chunks] == list(range(1, part.chunks + 1))
            assert [one.sha256 for one in chunks] == [sent[str(part.number), str(one.number)] for one in chunks]
        assert len(sent) == sum(part.chunks for part in parts)
        assert [one.part for one in look.exec(select(LiveMark)).all()] == [1]
        filed = look.exec(select(Recording).order_by("position")).all()
        assert [one.blob_id for one in filed] == [part.blob_id for part in parts]
        for part, one in zip(parts, filed, strict=True):
            assert abs(one.duration_ms - (part.ended_ms - part.began_ms)) < 500, (one.duration_ms, part)
    with ground.work() as work:
        expert = find_expert(work, find_study(work, SLUG), "E08")
    for part in parts:
        with ground.blobs.open(expert_subject(expert.id), part.blob_id) as blob:
            assert len(blob.read()) == part.received


def test_without_consent_the_microphone_is_not_asked_for(
    ground: Ground, session: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(session=session)
    page.add_init_script("navigator.mediaDevices.getUserMedia = async () => { throw (window.asked = true) }")
    page.goto(PAGE)
    ready(page)
    with ground.work() as work:
        withdraw(work, find_expert(work, find_study(work, SLUG), "E08"))
    page.locator("#start").click()
    expect(page.locator("#rec-told")).to_contain_text("E08")
    assert page.evaluate("window.asked") is None
    answer = page.goto(PAGE)
    assert answer is not None
    assert answer.status == 409
    assert "microphone=()" in answer.headers["permissions-policy"]


def test_a_refusal_for_good_stops_sending_and_the_sound_can_be_saved(
    ground: Ground, session: str, open_page: Callable[..., Page], check: Callable[[Page], None], tmp_path: Path
) -> None:
    page = open_page("390", session=session)
    page.goto(PAGE)
    ready(page)
    with chunk(page, 1, 2):
        page.locator("#start").click()
    with ground.work() as work:
        withdraw(work, find_expert(work, find_study(work, SLUG), "E08"))
    expect(page.locator("#rec-over")).to_be_visible(timeout=60_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/live/" in request.url else None)
    expect(page.locator("#rec-told")).to_contain_text("E08")
    expect(page.locator("#stop")).to_be_hidden()
    expect(page.locator("#start")).to_be_hidden()
    check(page)
    with page.expect_download() as download:
        page.locator("#rec-save").click()
    saved = tmp_path / "saved.webm"
    download.value.save_as(saved)
    assert download.value.suggested_filename == "E08-1.webm"
    assert asked == []  # nothing is tried again
    sound = normalise(saved, tmp_path / "saved.wav")  # every piece from the first on, those that were sent, too
    assert sound.duration_ms > 3500
    assert not sound.silent


def test_a_device_that_slept_begins_another_part_and_the_gap_is_noted(
    ground: Ground, session: str, open_page: Callable[..., Page]
) -> None:
    page = open_page("1440", session=session)
    page.goto(PAGE)
    ready(page)
    with chunk(page, 1, 1):
        page.locator("#start").click()
    with chunk(page, 2, 1):  # a part of its own
        page.evaluate("(() => { const real = Date.now.bind(Date); Date.now = () => real() + 90_000 })()")
    page.locator("#stop").click()
    gap = page.locator("[data-gap]")
    expect(gap).to_have_count(1)
    with ground.look() as look:
        first, second = look.exec(select(LivePart).order_by("number")).all()
    assert int(gap.get_attribute("data-gap") or 0) == second.began_ms - first.ended_ms
    assert second.began_ms - first.ended_ms > 80_000


def test_a_silent_microphone_and_a_full_device_are_told(
    session: str, open_page: Callable[..., Page], check: Callable[[Page], None]
) -> None:
    page = open_page("390", session=session)
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => {"
        "  const context = new AudioContext(), [tone, mute] = [context.createOscillator(), context.createGain()];"
        "  const end = context.createMediaStreamDestination();"
        "  mute.gain.value = 0; tone.connect(mute).connect(end); tone.start();"
        "  return end.stream; };"
        "navigator.storage.estimate = async () => ({ quota: window.quota ?? 1e10, usage: 5e9 });"
    )
    page.goto(PAGE)
    ready(page)
    page.evaluate("window.quota = 5e9 + 1e8")
    page.locator("#start").click()
    expect(page.locator("#rec-told")).to_contain_text("200")
    expect(page.locator("#hold")).to_be_hidden()
    page.evaluate("window.quota = 1e10")
    page.locator("#start").click()
    expect(page.locator("#hold")).to_be_visible()
    expect(page.locator("#rec-mute")).to_be_hidden()
    expect(page.locator("#rec-mute")).to_be_visible(timeout=60_000)
    check(page)


def test_an_unfinished_recording_is_deleted_here_and_there(
    ground: Ground, session: str, open_page: Callable[..., Page]
) -> None:
    page = open_page("1440", session=session)
    page.goto(PAGE)
    ready(page)
    with chunk(page, 1, 2):
        page.locator("#start").click()
    other = page.context.new_page()
    page.close()
    other.goto(PAGE)
    ready(other)
    other.locator("[data-unfinished] [data-opens]").click()
    with other.expect_navigation():
        other.locator("dialog[open] .btn--d").click()
    ready(other)
    expect(other.locator("[data-unfinished]")).to_have_count(0)
    expect(other.locator("#stop")).to_be_hidden()
    with ground.look() as look:
        assert look.exec(select(LivePart)).all() == []
        assert look.exec(select(LiveChunk)).all() == []
    left = """new Promise((good) => { indexedDB.open("fieldwork-recorder").onsuccess = ({ target }) => {
        const asked = target.result.transaction("chunks").objectStore("chunks").count();
        asked.onsuccess = () => good(asked.result); } })"""
    assert other.evaluate(left) == 0

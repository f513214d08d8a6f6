"""The browser's recorder for ten real minutes: three of them without a network, the tab closed once.

Counted: every chunk that the recorder in the browser gave out (its sha256, noted inside the page) against those on the
server. Needs Chromium, whose fake device beeps.
"""

import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright
from sqlmodel import select

from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground, open_ground
from fieldwork.demo.field import set_up as set_up_field
from fieldwork.demo.material import SLUG
from fieldwork.programme.models import Member
from fieldwork.programme.services import find_study
from fieldwork.recording.live_models import LiveChunk, LivePart
from fieldwork.recording.models import Recording
from fieldwork.sampling.services import find_expert
from fieldwork.web.guard import SESSION_COOKIE
from fieldwork.web.services import set_up, start_session

PORT = 8497
BASE = f"http://127.0.0.1:{PORT}"
ADDRESS = f"{BASE}/s/{SLUG}/recordings/record/E08"
FIELDWORK = Path(sys.executable).with_name("fieldwork")
FLAGS = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
ONLINE_S, OFFLINE_S, CLOSED_AT_S, AFTER_S = 120, 180, 150, 300  # closed after 150 s of the network's absence
NOTE = """
const real = MediaRecorder;
window.MediaRecorder = class extends real {
  set ondataavailable(tell) {
    if (tell && !this.noted) this.noted = this.addEventListener("dataavailable", async ({ data }) => {
      if (!data.size) return;
      const digest = await crypto.subtle.digest("SHA-256", await data.arrayBuffer());
      window.given([...new Uint8Array(digest)].map((one) => one.toString(16).padStart(2, "0")).join(""));
    }) ?? true;
    super.ondataavailable = tell;
  }
};
"""


def main(say: Callable[[str, float, float, str], None]) -> None:
    """Record, break, count."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        ground = open_ground(Settings(data=Path(name)))
        stack.callback(ground.close)
        session = _prepared(ground)
        server = subprocess.Popen(
            [FIELDWORK, "serve", "--no-worker", "--port", str(PORT), "--data", name],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(server.wait)
        stack.callback(server.terminate)
        given: list[str] = []
        _recorded(session, given)
        _told(ground, given, say)


def _prepared(ground: Ground) -> str:
    upgrade(ground.settings.database_url)
    with ground.work() as work:
        account = set_up(work, login="asel@example.org", display_name="Асель", password="четыре слова и лошадь")
        study = set_up_field(work)
        work.add(Member(study_id=study.id, account_id=account.id, initials="ASx", role="principal_investigator"))
        return start_session(work, account)


def _recorded(session: str, given: list[str]) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        context = chromium.new_context(permissions=["microphone"])
        context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": BASE}])
        context.expose_function("given", lambda digest: given.append(digest))  # noqa: PLW0108 - it is marked by Playwright, as a builtin cannot be
        context.add_init_script(NOTE)
        page = _opened(context)
        page.locator("#start").click()
        page.wait_for_timeout(ONLINE_S * 1000)
        context.set_offline(True)
        page.wait_for_timeout(CLOSED_AT_S * 1000)
        page.close()
        time.sleep(OFFLINE_S - CLOSED_AT_S)
        context.set_offline(False)
        page = _opened(context)
        page.locator("#start").click()
        page.wait_for_timeout(AFTER_S * 1000)
        page.locator("#stop").click()
        page.locator("[data-gap]").wait_for(timeout=120_000)
        chromium.close()


def _opened(context: BrowserContext) -> Page:
    page = context.new_page()
    for _ in range(120):
        try:
            page.goto(ADDRESS)
            break
        except Error:  # the server is not up yet
            time.sleep(0.5)
    page.locator("#recorder[data-ready=yes]").wait_for(timeout=180_000)
    return page


def _told(ground: Ground, given: list[str], say: Callable[[str, float, float, str], None]) -> None:
    subprocess.run([FIELDWORK, "worker", "--until-idle", "--data", str(ground.settings.data)], check=True)
    with ground.work() as work:
        expert = find_expert(work, find_study(work, SLUG), "E08")
        parts = work.session.exec(select(LivePart).order_by("number")).all()
        kept, whole = [], True
        for part in parts:
            chunks = work.session.exec(select(LiveChunk).where(LiveChunk.part_id == part.id).order_by("number")).all()
            kept += [one.sha256 for one in chunks]
            with work.blobs.open(expert_subject(expert.id), part.blob_id) as blob:
                sizes = [len(blob.read(one.bytes)) == one.bytes for one in chunks]
                blob.seek(0)
                digests = [hashlib.sha256(blob.read(one.bytes)).hexdigest() == one.sha256 for one in chunks]
                whole = whole and all(sizes + digests)
        recordings = work.session.exec(select(Recording).order_by("position")).all()
    lost = len([one for one in given if one not in kept])
    say("recorder: chunks the recorder gave out", len(given), len(given), "")
    say("recorder: of these on the server", len(given) - lost, len(given), "")
    print(f"recorder: lost {lost}, twice {len(kept) - len(set(kept))}, in order and whole: {whole and kept == given}")  # noqa: T201
    for before, after in pairwise(parts):
        print(f"recorder: gap before part {after.number}: {after.began_ms - before.ended_ms} ms")  # noqa: T201
    for part, one in zip(parts, recordings, strict=True):
        told = f"{part.chunks} chunks, {part.ended_ms - part.began_ms} ms by the clock, {one.duration_ms} ms of sound"
        print(f"recorder: part {part.number}: {told}")  # noqa: T201

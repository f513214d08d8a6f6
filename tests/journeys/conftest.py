"""Journeys in real Chromium: a server of its own on an installation in a temporary folder, axe-core on every page."""

import re
import runpy
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright
from sqlmodel import select

from fieldwork.app import create_app
from fieldwork.core.accounts import Account
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground
from fieldwork.programme.models import Member, Role, Study
from fieldwork.web.bundling import DIST
from fieldwork.web.guard import SESSION_COOKIE
from fieldwork.web.services import access_of, start_session

CHROMIUM = "/usr/bin/chromium"
ROOT = Path(__file__).parent.parent.parent
SERVE = "from fieldwork.cli import main; main()"
EXPECTED = re.compile(r"status of 4\d\d|Status Error Code 4\d\d|net::ERR_(CONNECTION_RESET|INTERNET_DISCONNECTED)")
"""What a console may say: refusals, and connections that a journey breaks itself."""
SETTLED = """Promise.all(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime < 2000)
    .map(one => one.finished.catch(() => 0))).then(() => 0)"""
"""Until what fades in has faded in: half of it is paler than anybody reads it."""
SIZES = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver, of which a process may have one only."""
    expect.set_options(timeout=30_000)  # a busy machine is no fault of a page
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield chromium
    chromium.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of the server, to be filled before ``server`` is asked for."""
    return tmp_path / "data"


@pytest.fixture
def server(data: Path) -> Iterator[str]:
    """The address of ``fieldwork serve`` on ``data``, without a worker."""
    assert (DIST / "versions.json").exists(), "run: fieldwork assets"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["serve", "--no-worker", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen([sys.executable, "-c", SERVE, *arguments], cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture
def demo(demo_run: Path, data: Path) -> Iterator[Flask]:
    """The demo study as the server's data, and the same pages inside this process, to ask them what there is."""
    shutil.copytree(demo_run / "data", data)
    ground = open_ground(Settings(data=data))
    yield create_app(ground=ground)
    ground.close()


@pytest.fixture
def crawling() -> SimpleNamespace:
    """The functions of ``crawling.py`` (tests are no package, so it cannot be imported)."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "crawling.py")))


@pytest.fixture
def member(demo: Flask) -> Callable[[str], str]:
    """Makes a member of the demo study in a role; returns the token of a session of theirs."""

    def make(role: str) -> str:
        with demo.extensions["fieldwork"].ground.work() as work:
            account = work.add(Account(login=f"{role}@example.org", display_name="Асель С.", created_at=work.now))
            access_of(work, account.id).administrator = role == Role.PRINCIPAL_INVESTIGATOR
            study = work.session.exec(select(Study)).one()
            work.add(Member(study_id=study.id, account_id=account.id, initials=role[:2].upper(), role=role))
            return start_session(work, account)

    return make


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """Opens a browser window: size, language, theme, session token. Errors in its console fail the test in the end."""
    errors: list[str] = []
    contexts = []

    def make(size: str = "1440", language: str = "ru", theme: str = "light", session: str = "") -> Page:
        context = browser.new_context(viewport=SIZES[size], color_scheme=theme, base_url=server)  # type: ignore[arg-type]
        context.add_cookies([{"name": "fieldwork_language", "value": language, "url": server}])
        if session:
            context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": server}])
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda told: errors.append(f"{page.url}: {told.text}") if told.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        return page

    yield make
    for context in contexts:
        context.close()
    assert [error for error in errors if not EXPECTED.search(error)] == []


def accessible(page: Page) -> list[str]:
    """What axe-core finds wrong on a page (WCAG 2.2 A and AA, best practices), as sentences."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    page.evaluate(SETTLED)
    # axe would copy the style sheets of shadow trees (the waveform) into inline ones, which the page forbids by policy;
    # it needs them for what a style sheet does to a turned screen only, and ours do nothing there
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}, "preload": False})
    return [
        f"{page.url}: {one['id']}: {one['help']}: {node['target']}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


@pytest.fixture
def check() -> Callable[[Page], None]:
    """Fails where axe-core finds anything, or the page scrolls sideways."""

    def look(page: Page) -> None:
        found, (wide, window) = _looked_at(page)
        assert found == []
        assert wide <= window, f"{page.url} is {wide} px wide in a window of {window} px"

    return look


def _looked_at(page: Page) -> tuple[list[str], tuple[int, int]]:
    """What axe-core finds, and the widths; a click before it may still be on its way to the next page."""
    for _ in range(5):
        page.wait_for_load_state("load")
        try:
            found = accessible(page)
            wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        except Error as error:
            if "Execution context was destroyed" not in str(error):
                raise
        else:
            return found, (wide, window)
    raise AssertionError(f"{page.url} goes on to other pages")


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        assert process.poll() is None, "the server has ended"
        try:
            urllib.request.urlopen(f"{url}/static/theme.js", timeout=2).close()  # noqa: S310 - our own address
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} does not answer")

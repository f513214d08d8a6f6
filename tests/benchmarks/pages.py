"""Every page of the demo study as a browser meets it: time on the server, time to interactive, scripts, memory.

A server of its own on a fresh run of the demo; pages are found by following links. ``python tests/benchmarks pages``;
FIELDWORK_BENCH_DEMO may name the data folder of a finished run, to spare making one.
"""

import gzip
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

from playwright.sync_api import sync_playwright
from sqlmodel import select

sys.path.insert(0, str(Path(__file__).parents[1] / "journeys"))
from crawling import pages, signed_in

from fieldwork.app import create_app
from fieldwork.core.accounts import Account
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground
from fieldwork.programme.models import Member, Role, Study
from fieldwork.web.guard import SESSION_COOKIE
from fieldwork.web.services import start_session

FIELDWORK = Path(sys.executable).with_name("fieldwork")
REQUESTS = 200
SERVER_LIMIT_MS = 150.0
INTERACTIVE_LIMIT_MS = 1000.0
SCRIPTS_LIMIT_KB = 200.0
MEMORY_LIMIT_MIB = 150.0
INTERACTIVE = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def main(say: Any) -> None:
    """Measure, and print each page; ``say(name, value, limit, unit)`` prints a figure beside its limit."""
    with demo_served() as (port, process, session, found):
        slowest = max(_on_the_server(port, session, path) for path in found)
        say("slowest page of the demo, p95 of 200 requests", slowest, SERVER_LIMIT_MS, "ms")
        interactive, scripts = _in_chromium(port, session, found)
        say("slowest page to interactive in Chromium", interactive, INTERACTIVE_LIMIT_MS, "ms")
        say("heaviest page's scripts, compressed", scripts, SCRIPTS_LIMIT_KB, "kB")
        say("web process after all that, without torch", _resident_mib(process), MEMORY_LIMIT_MIB, "MiB")


@contextmanager
def demo_served() -> Iterator[tuple[int, int, str, list[str]]]:
    """A server on a demo of its own: port, id of the answering process, token of a session, one page of each kind."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        _demo(data)
        session, found = _prepared(data)
        with served(data) as (port, process):
            yield port, process, session, found


def _demo(data: Path) -> None:
    ready = os.environ.get("FIELDWORK_BENCH_DEMO")
    if ready:
        shutil.copytree(ready, data)
        upgrade(Settings(data=data).database_url)
    else:
        command = [FIELDWORK, "demo", "--data", data, "--report", data.parent / "report.pdf"]
        subprocess.run(command, check=True, capture_output=True)


def _prepared(data: Path) -> tuple[str, list[str]]:
    """A session of the principal investigator, and the address of one page of each kind."""
    ground = open_ground(Settings(data=data))
    with ground.work() as work:
        account = work.add(Account(login="bench@example.org", display_name="Bench", created_at=work.now))
        study = work.session.exec(select(Study)).one()
        work.add(Member(study_id=study.id, account_id=account.id, initials="BN", role=Role.PRINCIPAL_INVESTIGATOR))
        session = start_session(work, account)
    app = create_app(ground=ground)
    found = pages(app, signed_in(app, session), f"/s/{study.slug}/")
    ground.close()
    return session, sorted(path for paths in found.values() for path in paths)


@contextmanager
def served(data: Path) -> Iterator[tuple[int, int]]:
    """The port of a server, and the id of the process that answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["serve", "--no-worker", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen([FIELDWORK, *arguments], stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/static/theme.js").close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
        yield port, int(children[0])
    finally:
        process.terminate()
        process.wait(timeout=20)


def _on_the_server(port: int, session: str, path: str) -> float:
    """p95 in ms of one page asked for 200 times, one after the other, over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    times = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": f"{SESSION_COOKIE}={session}"})
        answer = connection.getresponse()
        answer.read()
        times.append(1000 * (time.perf_counter() - started))
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path}: {answer.status}")
    connection.close()
    p95 = quantiles(times, n=20)[-1]
    print(f"  {path:<70} p95 {p95:7.1f} ms")  # noqa: T201
    return p95


def _resident_mib(process: int) -> float:
    """Resident memory of the web process, which must not have loaded torch."""
    if "torch" in Path(f"/proc/{process}/maps").read_text(encoding="utf-8"):
        raise RuntimeError("the web process has loaded torch")
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024


def _in_chromium(port: int, session: str, found: list[str]) -> tuple[float, float]:
    """The slowest page's ms to interactive (scripts run, listeners there), and the heaviest page's scripts in kB."""
    slowest, heaviest, sizes, loaded = 0.0, 0.0, dict[str, int](), list[str]()

    def weigh(answer: Any) -> None:
        if answer.request.resource_type == "script":
            sizes.setdefault(answer.url, len(gzip.compress(answer.body())))
            loaded.append(answer.url)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        url = f"http://127.0.0.1:{port}"
        context = browser.new_context(base_url=url)
        context.add_cookies([{"name": SESSION_COOKIE, "value": session, "url": url}])
        page = context.new_page()
        page.on("response", weigh)
        for path in found:
            loaded.clear()
            page.goto(path, wait_until="load")
            interactive = float(page.evaluate(INTERACTIVE))
            scripts = sum(sizes[one] for one in set(loaded)) / 1000
            print(f"  {path:<70} interactive {interactive:7.1f} ms, scripts {scripts:6.1f} kB")  # noqa: T201
            slowest, heaviest = max(slowest, interactive), max(heaviest, scripts)
        browser.close()
    return slowest, heaviest

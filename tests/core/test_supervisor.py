import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from job_handlers import HANDLERS
from sqlmodel import col, select

from fieldwork.core.audit import AuditEntry
from fieldwork.core.jobs import Job, JobState, enqueue, request_cancel
from fieldwork.core.settings import Settings
from fieldwork.core.supervisor import Progress, Supervisor
from fieldwork.core.work import Ground

pytestmark = pytest.mark.processes

WORKER = Path(__file__).with_name("worker_process.py")
PATIENCE = 60  # s: how long a test waits for what must come; a busy machine takes its time


def ask(ground: Ground, kind: str, **args: Any) -> UUID:
    with ground.work() as work:
        return enqueue(work, kind, kind, **args).id


def row(ground: Ground, job_id: UUID) -> Job:
    with ground.look() as session:
        return session.get_one(Job, job_id)


def windows(ground: Ground, job_id: UUID) -> list[int]:
    """The numbers of the windows that were written, in order."""
    query = select(AuditEntry).where(col(AuditEntry.subject_id) == job_id, col(AuditEntry.deed) == "window.done")
    with ground.look() as session:
        return [entry.details["number"] for entry in session.exec(query.order_by(col(AuditEntry.number)))]


def wait(until: Callable[[], bool]) -> float:
    """Wait until something is so; returns how long it took, in s."""
    started = time.monotonic()
    while not until():
        assert time.monotonic() - started < PATIENCE
        time.sleep(0.02)
    return time.monotonic() - started


def end(worker: threading.Thread) -> None:
    """Wait for a worker's end: it must not outlive the installation it works on."""
    worker.join(PATIENCE)
    assert not worker.is_alive()


def alive(process: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Where the hanging handler tells its process, its program's process, and the folder it was lent."""
    return tmp_path / "told"


def all_end(*processes: int) -> None:
    """Wait until these processes are gone: the kernel ends what was killed a moment after it was asked to."""
    wait(lambda: not any(alive(process) for process in processes))


def read(told: Path) -> tuple[int, int, Path]:
    child, program, folder = told.read_text().splitlines()
    return int(child), int(program), Path(folder)


@pytest.fixture
def start_worker(settings: Settings) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts workers as processes of their own; what is left of them is killed after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        worker = subprocess.Popen([sys.executable, str(WORKER), settings.model_dump_json()])
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


def test_a_job_is_done_window_by_window_and_shows_how_far_it_is(ground: Ground) -> None:
    job = ask(ground, "windows", total="4", seconds="0.3")
    shown: list[Progress] = []
    Supervisor(ground, HANDLERS).run(until_idle=True, on_progress=shown.append)
    assert (row(ground, job).state, windows(ground, job)) == (JobState.DONE, [0, 1, 2, 3])
    assert shown[0] == Progress(job, "windows", "running", 0, 0)
    assert shown[-1] == Progress(job, "windows", "done", 4, 4)
    assert [progress.done for progress in shown] == sorted(progress.done for progress in shown)
    assert len(set(shown)) == len(shown)  # only what has changed


def test_a_refusal_fails_the_job_with_its_reason_and_keeps_the_steps_before(ground: Ground) -> None:
    job = ask(ground, "refuse")
    Supervisor(ground, HANDLERS).run(until_idle=True)
    seen = row(ground, job)
    assert (seen.state, seen.failure, seen.crashes) == (JobState.FAILED, "TooQuiet", 0)
    assert seen.failure_values == {"total": 4, "silent": "3.5"}
    assert windows(ground, job) == [0]


def test_three_crashes_without_getting_further_quarantine_a_job(ground: Ground) -> None:
    job = ask(ground, "vanish")
    Supervisor(ground, HANDLERS).run(until_idle=True)
    seen = row(ground, job)
    assert (seen.state, seen.crashes, seen.fence) == (JobState.QUARANTINED, 3, 3)


def test_a_job_that_gets_further_before_each_crash_is_finished(ground: Ground) -> None:
    job = ask(ground, "limp", total="3")
    Supervisor(ground, HANDLERS).run(until_idle=True)
    seen = row(ground, job)
    assert (seen.state, seen.fence, windows(ground, job)) == (JobState.DONE, 3, [0, 1, 2])


def test_the_log_says_where_it_broke_but_not_what_was_said(
    ground: Ground, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    job = ask(ground, "leak")
    Supervisor(ground, HANDLERS).run(until_idle=True)
    printed = capfd.readouterr()
    everything = printed.out + printed.err + caplog.text
    assert "Айгерим" not in everything
    assert "Сатпаева" not in everything
    assert printed.err.count("ValueError at ") == 3
    assert f"job {job} (leak) quarantined after 3 crashes" in caplog.text


def test_a_job_of_an_unknown_kind_is_left_for_a_worker_that_knows_it(ground: Ground) -> None:
    job = ask(ground, "from the future")
    Supervisor(ground, HANDLERS).run(until_idle=True)
    assert row(ground, job).state == JobState.QUEUED


def test_a_long_window_outlives_the_lease_because_the_supervisor_beats(ground: Ground) -> None:
    job = ask(ground, "windows", total="1", seconds="2.5")
    Supervisor(ground, HANDLERS).run(until_idle=True)
    assert (row(ground, job).fence, windows(ground, job)) == (1, [0])


def test_a_cancelled_job_is_dead_within_two_seconds_with_all_that_it_started(ground: Ground, told: Path) -> None:
    job = ask(ground, "hang", told=str(told))
    worker = threading.Thread(target=Supervisor(ground, HANDLERS).run, kwargs={"until_idle": True})
    worker.start()
    wait(told.exists)
    child, program, folder = read(told)
    assert (alive(child), alive(program), folder.joinpath("plain").read_text()) == (True, True, "plain")
    with ground.work() as work:
        request_cancel(work, job)
    took = wait(lambda: row(ground, job).state == JobState.CANCELLED)
    end(worker)
    assert took < 2
    all_end(child, program)
    assert not folder.exists()
    assert (windows(ground, job), row(ground, job).crashes) == ([0], 0)


def test_a_stopped_worker_puts_its_job_back_at_once(ground: Ground, told: Path) -> None:
    job = ask(ground, "hang", told=str(told))
    stop = threading.Event()
    worker = threading.Thread(target=Supervisor(ground, HANDLERS).run, kwargs={"stop": stop})
    worker.start()
    wait(told.exists)
    stop.set()
    end(worker)
    seen = row(ground, job)
    assert (seen.state, seen.crashes, seen.owner) == (JobState.QUEUED, 0, None)
    all_end(*read(told)[:2])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_ends_politely_when_asked_to(
    ground: Ground, told: Path, start_worker: Callable[[], subprocess.Popen[bytes]], number: signal.Signals
) -> None:
    job = ask(ground, "hang", told=str(told))
    worker = start_worker()
    wait(told.exists)
    worker.send_signal(number)
    assert worker.wait(PATIENCE) == 0
    seen = row(ground, job)
    assert (seen.state, seen.crashes, seen.done) == (JobState.QUEUED, 0, 1)
    all_end(*read(told)[:2])


def test_a_killed_worker_takes_all_with_it_and_another_one_takes_over(
    ground: Ground, told: Path, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    job = ask(ground, "hang", told=str(told))
    worker = start_worker()
    wait(told.exists)
    child, program, folder = read(told)
    worker.kill()
    all_end(child, program)
    assert row(ground, job).state == JobState.RUNNING
    told.unlink()

    start_worker()

    took = wait(told.exists)
    seen = row(ground, job)
    assert (seen.fence, seen.crashes) == (2, 0)  # it had got further: no crash
    assert took > 0.5  # not before the lease ran out
    assert not folder.exists()  # the new worker swept what the dead one had lent


def test_windows_are_neither_lost_nor_doubled_when_workers_are_killed(
    ground: Ground, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    job = ask(ground, "windows", total="9", seconds="0.15")
    for _ in range(2):
        before = len(windows(ground, job))
        worker = start_worker()
        wait(lambda: len(windows(ground, job)) > before)  # noqa: B023 - waited for here
        worker.kill()
        worker.wait()
    Supervisor(ground, HANDLERS).run(until_idle=True)
    assert (row(ground, job).state, windows(ground, job)) == (JobState.DONE, list(range(9)))


def test_two_workers_share_the_work(ground: Ground, open_again: Callable[[], Ground]) -> None:
    with ground.work() as work:
        jobs = [enqueue(work, "windows", f"{number}", total="2", seconds="0.05").id for number in range(4)]
    workers = [
        threading.Thread(target=Supervisor(open_again(), HANDLERS).run, kwargs={"until_idle": True}) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        end(worker)
    seen = [(row(ground, job).state, row(ground, job).fence, windows(ground, job)) for job in jobs]
    assert seen == [(JobState.DONE, 1, [0, 1])] * 4


def test_no_password_shows_among_the_arguments_of_a_child(ground: Ground, told: Path) -> None:
    ask(ground, "hang", told=str(told))
    stop = threading.Event()
    worker = threading.Thread(target=Supervisor(ground, HANDLERS).run, kwargs={"stop": stop})
    worker.start()
    wait(told.exists)
    arguments = Path(f"/proc/{read(told)[0]}/cmdline").read_text()
    stop.set()
    end(worker)
    assert "fieldwork.core.child" in arguments
    assert ground.settings.database_url not in arguments


ORPHAN = """
import json, subprocess, sys
order = json.loads(sys.argv[1])
child = subprocess.Popen([sys.executable, "-m", "fieldwork.core.child"], stdin=subprocess.PIPE, start_new_session=True)
child.stdin.write(json.dumps(order).encode())
child.stdin.close()
sys.exit(child.wait())
"""


def test_a_child_whose_supervisor_is_gone_already_does_nothing(ground: Ground) -> None:
    job = ask(ground, "windows", total="1", seconds="0")
    order = {
        "supervisor": os.getpid(),
        "job": str(job),
        "kind": "windows",
        "fence": 1,
        "settings": {},
        "handler": "x:y",
    }
    ran = subprocess.run([sys.executable, "-c", ORPHAN, json.dumps(order)], check=False)
    assert ran.returncode == 4

"""The worker's supervisor: claims jobs, runs each in a child process, keeps its lease, and watches for cancelling."""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import FrameType
from uuid import UUID, uuid4

from sqlalchemy.exc import OperationalError

from fieldwork.core import runs
from fieldwork.core.files import DiskFull, sweep_private_folders
from fieldwork.core.jobs import Job, JobState
from fieldwork.core.runs import Claim
from fieldwork.core.work import Ground

_TICK = 0.1  # s between looks at the child
_LOOK = 0.3  # s between looks at the row: a cancelled child dies well within 2 s

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far a job is: ``done`` of ``total`` pieces, and the state its row is in."""

    job_id: UUID
    kind: str
    state: str
    done: int
    total: int


class Supervisor:
    """Runs jobs, one at a time, each in a child of its own.

    ``handlers`` maps job kinds to «module:function»; ``light_only`` leaves heavy jobs to other workers.
    """

    def __init__(
        self, ground: Ground, handlers: Mapping[str, str], *, owner: str | None = None, light_only: bool = False
    ) -> None:
        self._ground = ground
        self._handlers = handlers
        self._light_only = light_only
        self._owner = owner or f"{os.uname().nodename}:{os.getpid()}:{uuid4().hex[:8]}"
        self._shown: Progress | None = None

    def run(
        self,
        *,
        until_idle: bool = False,
        stop: threading.Event | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Work until ``stop`` is set, or (``until_idle``) until nothing is running, due or waiting for another try.

        A job interrupted by ``stop`` goes back into the queue at once and counts no crash. ``on_progress`` is called
        from this thread whenever a job's row has changed.
        """
        stop = stop or threading.Event()
        sweep_private_folders()
        while not stop.is_set():
            claim = runs.claim(self._ground, self._owner, self._handlers.keys(), light_only=self._light_only)
            if claim is not None:
                self._supervise(claim, stop, on_progress or _quietly)
            elif until_idle and runs.is_idle(self._ground, self._handlers.keys(), light_only=self._light_only):
                return
            else:
                _doze(self._ground.settings.poll_seconds, stop)

    def _supervise(self, claim: Claim, stop: threading.Event, show: Callable[[Progress], None]) -> None:
        log.info("job %s (%s) claimed, fence %d", *claim)
        child = self._spawn(claim)
        try:
            self._watch(claim, child, stop, show)
        except BaseException:
            _kill(child)
            runs.release(self._ground, claim)
            raise
        _kill(child)
        sweep_private_folders()  # plain copies that the child could not remove
        self._settle(claim, child.returncode, stopped=stop.is_set())
        self._look(claim, show)

    def _watch(
        self, claim: Claim, child: subprocess.Popen[bytes], stop: threading.Event, show: Callable[[Progress], None]
    ) -> None:
        """Until the child has ended, or must be: stopped, cancelled, or the job lost to another worker."""
        beat_at = time.monotonic() + self._ground.settings.beat_seconds
        look_at = 0.0
        while not _ended(child) and not stop.is_set():
            now = time.monotonic()
            try:
                if now >= look_at:
                    look_at = now + _LOOK
                    if not self._look(claim, show):
                        return
                if now >= beat_at:
                    beat_at = now + self._ground.settings.beat_seconds
                    runs.beat(self._ground, claim)
            except (OperationalError, DiskFull) as error:
                # locked, away or full for a moment: the lease is long enough to try again
                log.warning("job %s (%s): no sign of life written (%s)", claim.job_id, claim.kind, type(error).__name__)

    def _look(self, claim: Claim, show: Callable[[Progress], None]) -> bool:
        """Show how far the job is; returns whether its child may go on."""
        with self._ground.look() as session:
            job = session.get(Job, claim.job_id)
        if job is None or job.fence != claim.fence:
            return False
        progress = Progress(job.id, job.kind, job.state, job.done, job.total)
        if progress != self._shown:
            self._shown = progress
            show(progress)
        return not (job.state == JobState.RUNNING and job.cancel_requested)

    def _settle(self, claim: Claim, code: int, *, stopped: bool) -> None:
        """Write down how the run ended where the child could not do so itself."""
        with self._ground.look() as session:
            job = session.get(Job, claim.job_id)
        if job is None or job.fence != claim.fence or job.state != JobState.RUNNING:
            return  # the row says it already
        if job.cancel_requested:
            runs.cancelled(self._ground, claim)
            log.info("job %s (%s) cancelled", claim.job_id, claim.kind)
        elif stopped:
            runs.release(self._ground, claim)
            log.info("job %s (%s) put back", claim.job_id, claim.kind)
        else:
            log.error("job %s (%s) crashed with code %d", claim.job_id, claim.kind, code)
            runs.crash(self._ground, claim, code)

    def _spawn(self, claim: Claim) -> subprocess.Popen[bytes]:
        """Start the child, head of a process group of its own, and give it its order."""
        order = {
            "supervisor": os.getpid(),
            "settings": self._ground.settings.model_dump(mode="json"),
            "job": str(claim.job_id),
            "kind": claim.kind,
            "fence": claim.fence,
            "handler": self._handlers[claim.kind],
        }
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "fieldwork.core.child", "--job", str(claim.job_id)],  # for readers of ps
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,  # libraries print what they hear
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},  # as multiprocessing does
            start_new_session=True,
        )
        with contextlib.suppress(BrokenPipeError), child.stdin or contextlib.nullcontext() as pipe:
            if pipe is not None:
                pipe.write(json.dumps(order).encode())
        return child


@contextlib.contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, for ``Supervisor.run`` in the main thread of a command."""
    stop = threading.Event()

    def set_it(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, set_it) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _quietly(_progress: Progress) -> None:
    """Show nothing."""


def _ended(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(_TICK)
    except subprocess.TimeoutExpired:
        return False
    return True


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and everything it started; nothing happens where it has ended."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _doze(seconds: float, stop: threading.Event) -> None:
    """Sleep without holding the event's lock: a signal handler that sets it must never wait for us."""
    until = time.monotonic() + seconds
    while not stop.is_set() and (left := until - time.monotonic()) > 0:
        time.sleep(min(_TICK, left))

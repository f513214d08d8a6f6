"""Runs of jobs: claiming one, keeping it, writing under its fence, ending it."""

import contextlib
import logging
import signal
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from fieldwork.core.clock import is_within
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.jobs import Job, JobState, end, locked
from fieldwork.core.work import Ground, Work

CRASHES_ALLOWED = 3
_LOCK_PATIENCE_MS = 2000

log = logging.getLogger(__name__)


class GaveUp(Refusal):
    """Three crashes without a step: a person has to look."""

    message = (
        "The work's process ended {crashes} times without getting any further (the last time it {ending}). Check that "
        "the machine has memory and disk left, then let it go on; the worker's log names the place."
    )


class Fenced(Exception):  # noqa: N818 - not a failure: another worker holds the job now
    """The job was taken over, or has ended: whoever sees this must stop and has written nothing."""


class Cancelled(Exception):  # noqa: N818 - not a failure: somebody asked for it
    """Somebody cancelled the job: the handler must let this pass."""


class Claim(NamedTuple):
    """The right to run a job, until a newer ``fence`` is given out."""

    job_id: UUID
    kind: str
    fence: int


@dataclass(frozen=True)
class JobRun:
    """What a handler gets. Heavy work happens outside ``step``, results are written inside."""

    ground: Ground
    job_id: UUID
    fence: int
    kind: str
    args: dict[str, str]

    @classmethod
    def of(cls, ground: Ground, claim: Claim) -> "JobRun":
        """The run of a claimed job.

        Raises:
            NotFound: the job's row is gone.
        """
        with ground.look() as session:
            job = session.get(Job, claim.job_id)
            if job is None:
                raise NotFound(kind="job", name=claim.job_id)
            return cls(ground, claim.job_id, claim.fence, claim.kind, dict(job.args))

    @contextlib.contextmanager
    def step(self) -> Iterator[Work]:
        """One transaction of the job: verifies the fence under the write lock, commits once at the end.

        A step is a sign of life as well: it renews the lease.

        Raises:
            Fenced: the job is no longer ours; nothing is written.
            Cancelled: somebody cancelled it; nothing is written.
        """
        with self.ground.work() as work:
            job = _own(work.session, Claim(self.job_id, self.kind, self.fence))
            if job is None:
                raise Fenced
            if job.cancel_requested:
                raise Cancelled
            work.now = self.ground.clock()  # waiting for the lock took its time
            yield work
            _renew(job, self.ground, self.ground.clock())

    def progress(self, work: Work, done: int, total: int) -> None:
        """Say how far the job is, in the transaction of the step that got it there."""
        job = work.get(Job, self.job_id)
        job.done, job.total = done, total


def claim(
    ground: Ground, owner: str, kinds: Collection[str] | None = None, *, light_only: bool = False
) -> Claim | None:
    """Take the job that is due, the most urgent first, then the longest waiting: queued, or with a lease that ran out.

    A job found dead for the third time without having got any further is quarantined instead of taken. Outside the
    hours that ``FIELDWORK_NIGHT`` gives them, heavy jobs wait, save those that somebody has hurried.

    Args:
        ground: the installation.
        owner: who takes it.
        kinds: the jobs that this worker knows.
        light_only: leave heavy jobs to other workers.

    Returns:
        The claim; None when nothing is due.
    """
    with ground.look() as session:
        if session.exec(_due(ground, ground.clock(), kinds, light_only=light_only)).first() is None:
            return None  # an idle worker takes no write lock
    with ground.work() as work:
        work.session.connection()  # the lock first, then the time
        now = ground.clock()
        query = _due(ground, now, kinds, light_only=light_only).with_for_update(skip_locked=True)
        while (job := work.session.exec(query).first()) is not None:
            if _take(job, ground, owner, now):
                return Claim(job.id, job.kind, job.fence)
    return None


def beat(ground: Ground, claim: Claim) -> bool:
    """Renew the lease.

    Returns:
        False when the job is no longer ours.
    """
    with ground.work() as work:
        if work.session.connection().dialect.name == "postgresql":  # a step may hold the row: come back later
            work.session.execute(sa.text(f"SET LOCAL lock_timeout = {_LOCK_PATIENCE_MS}"))
        job = _own(work.session, claim)
        if job is not None:
            _renew(job, ground, ground.clock())
        return job is not None


def execute(ground: Ground, claim: Claim, handler: Callable[[JobRun], None]) -> bool:
    """Run a claimed job's handler in this process and write down how it ended.

    Returns:
        False when the job was taken over meanwhile, and nothing could be written down.
    """
    try:
        handler(JobRun.of(ground, claim))
    except Fenced:
        return False
    except Cancelled:
        return cancelled(ground, claim)
    except Refusal as refusal:
        return fail(ground, claim, refusal)
    return finish(ground, claim)


def finish(ground: Ground, claim: Claim) -> bool:
    """Mark the job done. False when it is no longer ours."""
    return _conclude(ground, claim, lambda job, now: end(job, JobState.DONE, now))


def fail(ground: Ground, claim: Claim, refusal: Refusal) -> bool:
    """Mark the job failed: the refusal's class and its values (numbers and strings) are kept, no sentence."""

    def mark(job: Job, now: datetime) -> None:
        end(job, JobState.FAILED, now)
        job.failure = type(refusal).__name__
        job.failure_values = {
            name: value if isinstance(value, int) else str(value) for name, value in refusal.values.items()
        }

    return _conclude(ground, claim, mark)


def cancelled(ground: Ground, claim: Claim) -> bool:
    """Mark the job cancelled, once its child is gone. False when it is no longer ours."""
    return _conclude(ground, claim, lambda job, now: end(job, JobState.CANCELLED, now))


def release(ground: Ground, claim: Claim) -> bool:
    """Put the job back into the queue at once, without a crash: its worker stops politely."""

    def mark(job: Job, now: datetime) -> None:
        _back(job, now)

    return _conclude(ground, claim, mark)


def crash(ground: Ground, claim: Claim, code: int = 0) -> bool:
    """Put the job of a child that died back into the queue, later each time; quarantine it the third time.

    ``code`` is what the process ended with, below zero the signal that ended it.
    """

    def mark(job: Job, now: datetime) -> None:
        if job.cancel_requested:
            end(job, JobState.CANCELLED, now)
        elif not _count_crash(job, now, "killed" if code == -signal.SIGKILL else "crashed"):
            _back(job, now + timedelta(seconds=ground.settings.poll_seconds * 2**job.crashes))

    return _conclude(ground, claim, mark)


def is_idle(ground: Ground, kinds: Collection[str], *, light_only: bool = False) -> bool:
    """Whether nothing of these kinds is running, due, or waiting for another try.

    Jobs planned for later may be there, and heavy ones that wait for the night.
    """
    now = ground.clock()
    waiting = (col(Job.state) == JobState.QUEUED) & ((col(Job.run_at) <= now) | (col(Job.fence) > 0))
    waiting &= _allowed(ground, now, light_only=light_only)
    running = col(Job.state) == JobState.RUNNING
    if light_only:
        running &= col(Job.heavy).is_(False)
    with ground.look() as session:
        return session.exec(select(Job.id).where(waiting | running, col(Job.kind).in_(kinds)).limit(1)).first() is None


def _due(ground: Ground, now: datetime, kinds: Collection[str] | None, *, light_only: bool) -> SelectOfScalar[Job]:
    query = select(Job).where(
        ((col(Job.state) == JobState.QUEUED) & (col(Job.run_at) <= now))
        | ((col(Job.state) == JobState.RUNNING) & (col(Job.lease_until) < now)),
        _allowed(ground, now, light_only=light_only),
    )
    if kinds is not None:
        query = query.where(col(Job.kind).in_(kinds))
    return query.order_by(col(Job.priority).desc(), col(Job.run_at), col(Job.created_at), col(Job.id)).limit(1)


def _allowed(ground: Ground, now: datetime, *, light_only: bool) -> sa.ColumnElement[bool]:
    """Which jobs a worker may take at this hour."""
    if light_only:
        return col(Job.heavy).is_(False)
    if is_within(now, ground.settings.night_hours):
        return sa.true()
    return col(Job.heavy).is_(False) | (col(Job.priority) > 0)


def _take(job: Job, ground: Ground, owner: str, now: datetime) -> bool:
    """Make a due job ours, unless it was cancelled meanwhile or has crashed too often."""
    if job.state == JobState.RUNNING:  # its worker died
        if job.cancel_requested:
            end(job, JobState.CANCELLED, now)
            return False
        if _count_crash(job, now, "vanished"):
            return False
    job.state = JobState.RUNNING
    job.owner = owner
    job.fence += 1
    job.done_at_claim = job.done
    job.claimed_at = now
    _renew(job, ground, now)
    return True


def _count_crash(job: Job, now: datetime, ending: str) -> bool:
    """Count a crash, from the start again when the job had got further; returns whether it is quarantined."""
    job.crashes = 0 if job.done > job.done_at_claim else job.crashes + 1
    if job.crashes < CRASHES_ALLOWED:
        return False
    log.error("job %s (%s) quarantined after %d crashes", job.id, job.kind, job.crashes)
    end(job, JobState.QUARANTINED, now)
    job.failure, job.failure_values = GaveUp.__name__, {"crashes": job.crashes, "ending": ending}
    return True


def _back(job: Job, run_at: datetime) -> None:
    job.state = JobState.QUEUED
    job.run_at = run_at
    job.owner = None
    job.lease_until = None


def _renew(job: Job, ground: Ground, now: datetime) -> None:
    job.heartbeat_at = now
    job.lease_until = now + timedelta(seconds=ground.settings.lease_seconds)


def _own(session: Session, claim: Claim) -> Job | None:
    """The claimed job, locked; None when the claim has lapsed."""
    try:
        job = locked(session, claim.job_id)
    except NotFound:
        return None
    return job if job.fence == claim.fence and job.state == JobState.RUNNING else None


def _conclude(ground: Ground, claim: Claim, mark: Callable[[Job, datetime], None]) -> bool:
    with ground.work() as work:
        job = _own(work.session, claim)
        if job is not None:
            mark(job, ground.clock())
        return job is not None

"""Jobs as rows: the table, and the deeds on it: ask, cancel, put first, retry. ``runs`` and ``supervisor`` run them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from fieldwork.core.audit import record
from fieldwork.core.database import Record, json_field, moment_field, one_of
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # refused by its handler: the reason is in ``failure``
    CANCELLED = "cancelled"
    QUARANTINED = "quarantined"  # crashed too often without getting anywhere


UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
RETRYABLE = (JobState.FAILED, JobState.CANCELLED, JobState.QUARANTINED)


class NothingToCancel(Refusal):
    """The job has ended already."""

    message = "The job {job} has ended already ({state}): there is nothing to cancel."


class NothingToRetry(Refusal):
    """The job neither failed nor was cancelled."""

    message = "The job {job} is {state}: only one that failed, was cancelled or is quarantined can be queued again."


class NothingToHurry(Refusal):
    """The job is not waiting."""

    message = "The job {job} is {state}: only one that waits can be put first."


class Job(Record, table=True):
    """The truth about one piece of long work. ``args`` hold ids only.

    ``fence`` counts the claims: who holds an older number may no longer write. ``done`` of ``total`` is how far the
    work has come (windows, files); ``done_at_claim`` is what the present claim found, ``crashes`` how often in a row
    the job died without adding to it. ``heavy`` works take all of a machine's cores for long: some workers leave them
    alone, and an installation may keep them for the night. The higher ``priority`` goes first; above 0 somebody has
    said that it is not to wait, for the night neither. ``claimed_at`` is when the present claim, or the last, began.
    """

    __tablename__ = "job"
    __table_args__ = (
        sa.UniqueConstraint("key"),
        one_of("state", tuple(JobState)),
        sa.Index("ix_job_due", "state", "run_at"),
    )

    kind: str
    key: str
    args: dict[str, Any] = json_field(default_factory=dict)
    state: str = JobState.QUEUED
    created_at: datetime = moment_field()
    run_at: datetime = moment_field()
    heavy: bool = False
    priority: int = 0
    claimed_at: datetime | None = moment_field(default=None, nullable=True)
    owner: str | None = None
    fence: int = 0
    lease_until: datetime | None = moment_field(default=None, nullable=True)
    heartbeat_at: datetime | None = moment_field(default=None, nullable=True)
    done: int = 0
    total: int = 0
    done_at_claim: int = 0
    crashes: int = 0
    cancel_requested: bool = False
    failure: str | None = None
    failure_values: dict[str, Any] = json_field(default_factory=dict)
    finished_at: datetime | None = moment_field(default=None, nullable=True)


def enqueue(
    work: Work, kind: str, key: str, *, run_at: datetime | None = None, heavy: bool = False, **args: str
) -> Job:
    """Ask for a job in the transaction of the fact it follows.

    ``key`` makes it idempotent: a job of that key that is queued, running or done is returned as it is; one that
    failed, was cancelled or quarantined is queued again, with the arguments given now.
    """
    job = _of_key(work.session, key)
    if job is None:
        fresh = Job(kind=kind, key=key, args=args, heavy=heavy, created_at=work.now, run_at=run_at or work.now)
        try:
            with work.session.begin_nested():
                return work.add(fresh)
        except IntegrityError:  # another transaction asked for the same at the same moment (PostgreSQL)
            job = _of_key(work.session, key)
            if job is None:
                raise
    if job.state in RETRYABLE:
        job.args = args
        requeue(job, run_at or work.now)
    return job


def request_cancel(work: Work, job_id: UUID) -> Job:
    """Cancel a job: at once where it is queued, through its worker (within two seconds) where it is running.

    Raises:
        NotFound: there is no such job.
        NothingToCancel: it has ended.
    """
    job = locked(work.session, job_id)
    if job.state not in UNFINISHED:
        raise NothingToCancel(job=job_id, state=job.state)
    job.cancel_requested = True
    if job.state == JobState.QUEUED:
        end(job, JobState.CANCELLED, work.now)
    record(work, "job.cancelled", subject_id=job.id)
    return job


def go_first(work: Work, job_id: UUID) -> Job:
    """Let a queued job go before all others, and by day where heavy ones wait for the night.

    Raises:
        NotFound: there is no such job.
        NothingToHurry: it is not waiting.
    """
    job = locked(work.session, job_id)
    if job.state != JobState.QUEUED:
        raise NothingToHurry(job=job_id, state=job.state)
    highest = work.session.exec(select(sa.func.max(Job.priority)).where(Job.state == JobState.QUEUED)).one()
    job.priority = max(int(highest or 0), 0) + 1
    record(work, "job.hurried", subject_id=job.id)
    return job


def retry(work: Work, job_id: UUID) -> Job:
    """Queue a job again that failed, was cancelled or is quarantined.

    Raises:
        NotFound: there is no such job.
        NothingToRetry: it is queued, running or done.
    """
    job = locked(work.session, job_id)
    if job.state not in RETRYABLE:
        raise NothingToRetry(job=job_id, state=job.state)
    requeue(job, work.now)
    record(work, "job.retried", subject_id=job.id)
    return job


def requeue(job: Job, run_at: datetime) -> None:
    """Back into the queue, with a clean record; what it had already done stays done."""
    job.state = JobState.QUEUED
    job.run_at = run_at
    job.crashes = 0
    job.priority = 0
    job.cancel_requested = False
    job.failure = None
    job.failure_values = {}
    job.finished_at = None


def locked(session: Session, job_id: UUID) -> Job:
    """The job as it is now, locked until the transaction ends (SQLite: the whole database is).

    Raises:
        NotFound: there is no such job.
    """
    query = select(Job).where(col(Job.id) == job_id).with_for_update()
    job = session.exec(query, execution_options={"populate_existing": True}).first()
    if job is None:
        raise NotFound(kind="job", name=job_id)
    return job


def end(job: Job, state: JobState, now: datetime) -> None:
    """Put a job into a final state."""
    job.state = state
    job.finished_at = now
    job.owner = None
    job.lease_until = None


def _of_key(session: Session, key: str) -> Job | None:
    return session.exec(select(Job).where(col(Job.key) == key).with_for_update()).first()

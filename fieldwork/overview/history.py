"""Questions about jobs and the audit trail of one study."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.anonymisation.models import Redaction
from fieldwork.core.accounts import Account
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound, Refusal, refusal_called
from fieldwork.core.ids import NOBODY
from fieldwork.core.jobs import UNFINISHED, Job, JobState
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.recording.models import Upload
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Transcript, Window

PER_PAGE = 50


@dataclass(frozen=True)
class Pace:
    """How a transcription gets on: ms of audio done and in all, and how many of them a ms takes (None: too early)."""

    done_ms: int
    total_ms: int
    speed: float | None

    @property
    def left_minutes(self) -> int | None:
        """About how long the rest will take at this speed; at least a minute."""
        if not self.speed:
            return None
        return max(1, round((self.total_ms - self.done_ms) / self.speed / 60_000))


@dataclass(frozen=True)
class StudyJob:
    """A job with the code of the expert whose material it works on; empty where it is about the whole study."""

    job: Job
    code: str
    pace: Pace | None = None
    failure: Refusal | None = None

    @property
    def share(self) -> int:
        """How far it is, in per cent."""
        return round(100 * self.job.done / self.job.total) if self.job.total else 0


@dataclass(frozen=True)
class Entry:
    """An entry of the trail with who did it; nobody's name means the platform."""

    entry: AuditEntry
    who: str


@dataclass(frozen=True)
class Trail:
    """One page of the trail, the newest first."""

    entries: Sequence[Entry]
    page: int
    pages: int


def jobs_of(work: Work, study: Study) -> list[StudyJob]:
    """The study's long works, the newest first."""
    subjects = _subjects(work, study)
    jobs = work.session.exec(select(Job).order_by(col(Job.created_at).desc(), col(Job.key)))
    return [
        StudyJob(job, subjects[name], _pace(work, job), _failure(job))
        for job in jobs
        if (name := _subject(job, subjects))
    ]


def job_of(work: Work, study: Study, job_id: UUID) -> Job:
    """A job of this study.

    Raises:
        NotFound: there is none of that id here.
    """
    job = work.session.get(Job, job_id)
    if job is None or not _subject(job, _subjects(work, study)):
        raise NotFound(kind="job", name=job_id)
    return job


def _pace(work: Work, job: Job) -> Pace | None:
    """The pace of a transcription that waits or runs, once its windows are cut."""
    if not job.heavy or job.state not in UNFINISHED or "transcript" not in job.args:
        return None
    query = select(Window.start_ms, Window.end_ms, Window.recognised_at)
    rows = work.session.exec(query.where(Window.transcript_id == UUID(str(job.args["transcript"])))).all()
    if not rows:
        return None
    since = job.claimed_at if job.state == JobState.RUNNING else None
    new_ms = sum(end - start for start, end, at in rows if since and at and at > since)
    took_ms = (work.now - since).total_seconds() * 1000 if since else 0.0
    return Pace(
        done_ms=sum(end - start for start, end, at in rows if at),
        total_ms=sum(end - start for start, end, _ in rows),
        speed=new_ms / took_ms if new_ms and took_ms > 0 else None,
    )


def _failure(job: Job) -> Refusal | None:
    """Why a job failed or was given up, where its refusal is known here."""
    kind = refusal_called(job.failure) if job.failure else None
    return kind(**job.failure_values) if kind else None


def trail_of(work: Work, study: Study, page: int) -> Trail:
    """One page of the study's audit trail."""
    here = col(AuditEntry.study_id) == study.id
    count = work.session.execute(sa.select(sa.func.count()).select_from(AuditEntry).where(here)).scalar_one()
    pages = max(1, -(-count // PER_PAGE))
    page = min(max(page, 1), pages)
    rows = work.session.exec(
        select(AuditEntry, Account)
        .join(Account, col(Account.id) == col(AuditEntry.actor_id), isouter=True)
        .where(here)
        .order_by(col(AuditEntry.number).desc())
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE)
    )
    return Trail([Entry(entry, _name(entry, account)) for entry, account in rows], page, pages)


def _name(entry: AuditEntry, account: Account | None) -> str:
    return "" if entry.actor_id == NOBODY or account is None else account.display_name or account.login


def _subject(job: Job, subjects: Mapping[str, str]) -> str:
    """The id among the job's arguments that is one of ``subjects``; «» where none is."""
    return next((name for name in map(str, job.args.values()) if name in subjects), "")


def _subjects(work: Work, study: Study) -> dict[str, str]:
    """What jobs of the study work on: ids of it, its interviews, uploads, transcripts, copies -> the expert's code."""
    rows = work.session.exec(
        select(Interview.id, Transcript.id, Upload.id, Expert.code)
        .join(Expert, col(Expert.id) == col(Interview.expert_id))
        .join(Transcript, col(Transcript.interview_id) == col(Interview.id), isouter=True)
        .join(Upload, col(Upload.interview_id) == col(Interview.id), isouter=True)
        .where(Interview.study_id == study.id)
    )
    copies = work.session.exec(
        select(Redaction.id, Expert.code)
        .join(Transcript, col(Transcript.id) == col(Redaction.transcript_id))
        .join(Interview, col(Interview.id) == col(Transcript.interview_id))
        .join(Expert, col(Expert.id) == col(Interview.expert_id))
        .where(Interview.study_id == study.id)
    )
    found = {str(one): code for *ids, code in rows for one in ids if one is not None}
    return {str(study.id): ""} | found | {str(one): code for one, code in copies}

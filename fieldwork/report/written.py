"""Reports that were written: asking for one, keeping its file, looking at it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.consent.models import Consent
from fieldwork.core.accounts import Account
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.jobs import Job, enqueue
from fieldwork.core.vault import study_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.report.models import WrittenReport
from fieldwork.report.rules import NotKept, WordsTakenBack
from fieldwork.report.writing import noted_down
from fieldwork.sampling.models import Expert

if TYPE_CHECKING:
    from fieldwork.report.typesetting.rendering import RenderedReport

JOB_KIND = "report.write"


@dataclass(frozen=True)
class Written:
    """A report with who asked for it; ``kept`` says whether its file can be looked at."""

    row: WrittenReport
    who: str
    kept: bool


def ask(work: Work, study: Study) -> Job:
    """Ask for the report; one is written at a time, and asking twice for the same asks once."""
    written = sa.select(sa.func.count()).where(col(WrittenReport.study_id) == study.id)
    count = work.session.execute(written).scalar_one()
    job = enqueue(
        work,
        JOB_KIND,
        f"{_prefix(study)}{count}",
        study=str(study.id),
        by=str(work.actor.account_id),
    )
    record(work, "report.requested", study_id=study.id, subject_id=job.id)
    return job


def latest_job(work: Work, study: Study) -> Job | None:
    """The last job that was asked to write the study's report."""
    mine = select(Job).where(Job.kind == JOB_KIND, col(Job.key).startswith(_prefix(study), autoescape=True))
    return work.session.exec(mine.order_by(col(Job.created_at).desc(), col(Job.key).desc())).first()


def keep(work: Work, study: Study, rendered: "RenderedReport", file: BinaryIO, language: str) -> WrittenReport:
    """Keep a report's file, encrypted, with its row.

    Raises:
        DiskFull: there is no room; nothing is left behind.
    """
    stored = work.blobs.store(study_subject(study.id), file)
    work.on_rollback(lambda: work.blobs.delete(stored.blob_id))
    by = work.actor.account_id if not work.actor.is_platform else None
    return noted_down(work, study, rendered, language, blob_id=stored.blob_id, written_by=by)


def reports_of(work: Work, study: Study) -> list[Written]:
    """The study's reports, the newest first."""
    rows = work.session.exec(
        select(WrittenReport, Account)
        .join(Account, col(Account.id) == col(WrittenReport.written_by), isouter=True)
        .where(WrittenReport.study_id == study.id)
        .order_by(col(WrittenReport.written_at).desc(), col(WrittenReport.id))
    ).all()
    taken_back = _taken_back(work, study)
    return [
        Written(row, account.display_name if account else "", bool(row.blob_id) and not _is_before(row, taken_back))
        for row, account in rows
    ]


def opened(work: Work, study: Study, report_id: UUID) -> tuple[WrittenReport, BinaryIO]:
    """A report and its file.

    Raises:
        NotFound: the study has no such report.
        NotKept: its file is not here.
        WordsTakenBack: an expert has withdrawn since.
    """
    row = work.session.get(WrittenReport, report_id)
    if row is None or row.study_id != study.id:
        raise NotFound(kind="report", name=report_id)
    if row.blob_id is None:
        raise NotKept
    if _is_before(row, _taken_back(work, study)):
        raise WordsTakenBack
    return row, work.blobs.open(study_subject(study.id), row.blob_id)


def _taken_back(work: Work, study: Study) -> Sequence[Consent]:
    """The withdrawals of the study."""
    query = select(Consent).join(Expert, col(Expert.id) == col(Consent.expert_id))
    return work.session.exec(query.where(Expert.study_id == study.id, col(Consent.withdrawn_at).is_not(None))).all()


def _is_before(row: WrittenReport, taken_back: Sequence[Consent]) -> bool:
    return any(one.withdrawn_at is not None and one.withdrawn_at > row.written_at for one in taken_back)


def _prefix(study: Study) -> str:
    return f"{JOB_KIND}:{study.id}:"

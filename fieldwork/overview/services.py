"""Questions over all rooms: the experts' paths, saturation, quotas, what is due."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fieldwork.anonymisation.models import Decision, Mention
from fieldwork.coding.models import Code, Coding
from fieldwork.consent.models import Consent
from fieldwork.core.database import Texts
from fieldwork.core.jobs import Job, JobState
from fieldwork.core.work import Work
from fieldwork.overview.rules import Facts, Path, path_of
from fieldwork.programme.models import Study
from fieldwork.recording.models import Recording
from fieldwork.sampling.models import ContactAttempt, Expert, ExpertStatus, Stratum
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.doubting import Coverage, coverages_of
from fieldwork.transcription.models import Segment, Transcript

FAILED = (JobState.FAILED, JobState.QUARANTINED)
_UNKNOWN = Coverage(compared=False)


@dataclass(frozen=True)
class Quota:
    """A stratum with how many of its experts were interviewed, agreed, and are wanted."""

    label: Texts
    interviewed: int
    agreed: int
    wanted: int


@dataclass(frozen=True)
class Newcomers:
    """How many codes an interview brought that none before it had."""

    code: str
    new_codes: int


def paths_of(work: Work, study: Study) -> list[Path]:
    """Every expert's path, by code."""
    session = work.session
    experts = session.exec(select(Expert).where(Expert.study_id == study.id).order_by(col(Expert.code))).all()
    consents = _consents(session, study.id)
    interviews = {one.expert_id: one for one in session.exec(select(Interview).where(Interview.study_id == study.id))}
    sounds = _per(session, study.id, Recording.interview_id, Recording.id)
    transcripts = {
        one.interview_id: one
        for one in session.exec(
            select(Transcript)
            .join(Interview, col(Interview.id) == col(Transcript.interview_id))
            .where(Interview.study_id == study.id)
        )
    }
    mentions, undecided = _mentions(session, study.id)
    codings, fresh = _codings(session, study.id)
    jobs = _transcription_jobs(session)
    contacted = _contacts(session, study.id)
    coverages = coverages_of(work, list(transcripts.values()))
    found = []
    for expert in experts:
        interview = interviews.get(expert.id)
        transcript = transcripts.get(interview.id) if interview else None
        job = jobs.get(str(transcript.id)) if transcript else None
        coverage = coverages.get(transcript.id, _UNKNOWN) if transcript else _UNKNOWN
        found.append(
            Facts(
                code=expert.code,
                group=expert.group,
                status=expert.status,
                contacted=contacted.get(expert.id),
                interviewer=interview.interviewer_id if interview else expert.interviewer_id,
                consented=consents.get(expert.id) == "given",
                withdrawn=consents.get(expert.id) == "withdrawn",
                starts_at=interview.starts_at if interview else None,
                sounds=sounds.get(interview.id, 0) if interview else 0,
                transcript=transcript.state if transcript else None,
                transcription_share=round(100 * job.done / job.total) if job and job.total else None,
                transcription_failed=bool(job and job.state in FAILED),
                mentions=mentions[transcript.id] if transcript else 0,
                undecided=undecided[transcript.id] if transcript else 0,
                places=coverage.places,
                unchecked=coverage.left,
                new_codes=fresh[expert.code],
                codings=codings[expert.code],
            )
        )
    return [path_of(facts, work.now) for facts in found]


def quotas_of(work: Work, study: Study) -> list[Quota]:
    """The strata with their experts, in the plan's order."""
    interviewed = sa.select(col(Interview.expert_id)).where(
        col(Interview.study_id) == study.id, col(Interview.starts_at) <= work.now
    )
    rows = work.session.execute(
        sa.select(
            Stratum,
            sa.func.count(sa.case((col(Expert.id).in_(interviewed), 1))),
            sa.func.count(sa.case((col(Expert.status) == ExpertStatus.AGREED, 1))),
        )
        .join(Expert, col(Expert.stratum_id) == col(Stratum.id), isouter=True)
        .where(col(Stratum.study_id) == study.id)
        .group_by(col(Stratum.id))
        .order_by(col(Stratum.position))
    )
    return [Quota(stratum.label, done, agreed, stratum.quota) for stratum, done, agreed in rows]


def saturation_of(paths: Sequence[Path], starts: dict[str, datetime]) -> list[Newcomers]:
    """New codes per interview, in the order they were held; interviews without codes are left out."""
    coded = [path.facts for path in paths if path.facts.codings]
    coded.sort(key=lambda facts: (starts[facts.code], facts.code))
    return [Newcomers(facts.code, facts.new_codes) for facts in coded]


def _consents(session: Session, study_id: UUID) -> dict[UUID, str]:
    """The latest decision of every expert: given or withdrawn."""
    rows = session.exec(
        select(Consent)
        .join(Expert, col(Expert.id) == col(Consent.expert_id))
        .where(Expert.study_id == study_id)
        .order_by(col(Consent.given_at))
    )
    return {row.expert_id: "withdrawn" if row.withdrawn_at else "given" for row in rows}


def _contacts(session: Session, study_id: UUID) -> dict[UUID, date]:
    """The day of the last contact with every expert."""
    rows = session.execute(
        sa.select(col(ContactAttempt.expert_id), sa.func.max(col(ContactAttempt.on)))
        .join(Expert, col(Expert.id) == col(ContactAttempt.expert_id))
        .where(col(Expert.study_id) == study_id)
        .group_by(col(ContactAttempt.expert_id))
    )
    return {row[0]: row[1] for row in rows}


def _per(session: Session, study_id: UUID, by: Any, counted: Any) -> dict[UUID, int]:
    rows = session.execute(
        sa.select(by, sa.func.count(counted))
        .join(Interview, col(Interview.id) == by)
        .where(col(Interview.study_id) == study_id)
        .group_by(by)
    )
    return {row[0]: row[1] for row in rows}


def _mentions(session: Session, study_id: UUID) -> tuple[Counter[UUID], Counter[UUID]]:
    """Mentions, and undecided ones, per transcript."""
    rows = session.execute(
        sa.select(
            col(Segment.transcript_id),
            sa.func.count(),
            sa.func.count(sa.case((col(Mention.decision) == Decision.PENDING, 1))),
        )
        .select_from(Mention)
        .join(Segment, col(Segment.id) == col(Mention.segment_id))
        .join(Transcript, col(Transcript.id) == col(Segment.transcript_id))
        .join(Interview, col(Interview.id) == col(Transcript.interview_id))
        .where(col(Interview.study_id) == study_id)
        .group_by(col(Segment.transcript_id))
    ).all()
    return Counter({row[0]: row[1] for row in rows}), Counter({row[0]: row[2] for row in rows})


def _codings(session: Session, study_id: UUID) -> tuple[Counter[str], Counter[str]]:
    """Codings, and codes that no earlier interview had, per expert."""
    rows = session.execute(
        sa.select(col(Expert.code), col(Coding.code_id), sa.func.count())
        .select_from(Coding)
        .join(Code, col(Code.id) == col(Coding.code_id))
        .join(Segment, col(Segment.id) == col(Coding.start_segment_id))
        .join(Transcript, col(Transcript.id) == col(Segment.transcript_id))
        .join(Interview, col(Interview.id) == col(Transcript.interview_id))
        .join(Expert, col(Expert.id) == col(Interview.expert_id))
        .where(col(Code.study_id) == study_id)
        .group_by(col(Expert.code), col(Coding.code_id), col(Interview.starts_at))
        .order_by(col(Interview.starts_at), col(Expert.code))
    ).all()
    codings: Counter[str] = Counter()
    fresh: Counter[str] = Counter()
    known: set[UUID] = set()
    for code, code_id, count in rows:
        codings[code] += count
        fresh[code] += code_id not in known
        known.add(code_id)
    return codings, fresh


def _transcription_jobs(session: Session) -> dict[str, Job]:
    """Jobs of transcription, by the transcript they belong to."""
    jobs = session.exec(select(Job).where(Job.kind == "transcription.transcribe"))
    return {str(job.args.get("transcript", "")): job for job in jobs}

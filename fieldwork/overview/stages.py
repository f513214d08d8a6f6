"""The stage rail: how far each stage of a study is, counted from the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from fieldwork.anonymisation.models import Approval
from fieldwork.coding.models import Category, Code, Coding
from fieldwork.consent.models import Consent
from fieldwork.core.work import Work
from fieldwork.overview.about import ABOUT
from fieldwork.paradigm.models import ParadigmModel, RoleAssignment
from fieldwork.programme.models import Guide, Question
from fieldwork.recording.models import Recording
from fieldwork.report.models import WrittenReport
from fieldwork.sampling.models import Expert, ExpertStatus, Stratum
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript
from fieldwork.web.languages import noted
from fieldwork.web.places import Place, Stage, StageGroup


@dataclass(frozen=True)
class Counts:
    """What a study has of everything."""

    wanted: int
    agreed: int
    questions: int
    questions_expected: int
    interviews: int
    consented: int
    recorded: int
    transcripts: int
    raw: int
    approved: int
    coded: int
    codes: int
    categories: int
    sorted_codes: int
    roles: int
    reports: int
    quotations: int
    with_sound: int


def counts_of(session: Session, study_id: UUID, questions_expected: int) -> Counts:
    """Count it, in one query."""
    experts = sa.select(col(Expert.id)).where(col(Expert.study_id) == study_id)
    interviews = sa.select(col(Interview.id)).where(col(Interview.study_id) == study_id)
    transcripts = sa.select(col(Transcript.id)).where(col(Transcript.interview_id).in_(interviews))
    codes = sa.select(col(Code.id)).where(col(Code.study_id) == study_id)
    sound = sa.select(col(Segment.id)).where(
        col(Segment.transcript_id).in_(transcripts), col(Segment.start_ms).is_not(None)
    )
    counted = {
        "agreed": _count(Expert, col(Expert.study_id) == study_id, col(Expert.status) == ExpertStatus.AGREED),
        "questions": _count(
            Question, col(Question.guide_id).in_(sa.select(col(Guide.id)).where(col(Guide.study_id) == study_id))
        ),
        "interviews": _count(Interview, col(Interview.study_id) == study_id),
        "consented": _count(
            Consent,
            col(Consent.expert_id).in_(experts),
            col(Consent.withdrawn_at).is_(None),
            of=col(Consent.expert_id).distinct(),
        ),
        "recorded": _count(
            Recording, col(Recording.interview_id).in_(interviews), of=col(Recording.interview_id).distinct()
        ),
        "transcripts": _count(Transcript, col(Transcript.interview_id).in_(interviews)),
        "raw": _count(Transcript, col(Transcript.interview_id).in_(interviews), col(Transcript.state) != "in_progress"),
        "approved": _count(Approval, col(Approval.transcript_id).in_(transcripts)),
        "coded": _count(
            Segment,
            col(Segment.transcript_id).in_(transcripts),
            col(Segment.id).in_(sa.select(col(Coding.start_segment_id)).where(col(Coding.code_id).in_(codes))),
            of=col(Segment.transcript_id).distinct(),
        ),
        "codes": _count(Code, col(Code.study_id) == study_id),
        "categories": _count(Category, col(Category.study_id) == study_id),
        "sorted_codes": _count(Code, col(Code.study_id) == study_id, col(Code.category_id).is_not(None)),
        "roles": _count(
            RoleAssignment,
            col(RoleAssignment.model_id).in_(
                sa.select(col(ParadigmModel.id)).where(col(ParadigmModel.study_id) == study_id)
            ),
            of=col(RoleAssignment.role).distinct(),
        ),
        "reports": _count(WrittenReport, col(WrittenReport.study_id) == study_id),
        "quotations": _count(Coding, col(Coding.code_id).in_(codes)),
        "with_sound": _count(Coding, col(Coding.code_id).in_(codes), col(Coding.start_segment_id).in_(sound)),
        "wanted": sa.select(sa.func.coalesce(sa.func.sum(col(Stratum.quota)), 0))
        .where(col(Stratum.study_id) == study_id)
        .scalar_subquery(),
    }
    row = session.execute(sa.select(*(query.label(name) for name, query in counted.items()))).one()
    return Counts(questions_expected=questions_expected, **row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


def rail_of(work: Work, place: Place) -> Sequence[StageGroup]:
    """The ten stages, from the field to the report."""
    found = counts_of(work.session, place.study.id, place.study.questions_expected)
    experts = max(found.wanted, found.agreed)
    return (
        StageGroup(
            noted("Field"),
            (
                _stage("sampling.experts", noted("Sample"), found.agreed, experts),
                _stage("programme.guide", noted("Interview guide"), found.questions, found.questions_expected),
                _stage("scheduling.interviews", noted("Meetings and consents"), found.consented, experts),
                _stage("recording.recordings", noted("Recordings"), found.recorded, experts),
            ),
        ),
        StageGroup(
            noted("Text"),
            (
                _stage("transcription.transcripts", noted("Transcripts"), found.raw, experts),
                _stage("anonymisation.review_list", noted("Without names"), found.approved, max(found.raw, 1)),
            ),
        ),
        StageGroup(
            noted("Analysis"),
            (
                _stage("coding.transcripts_to_code", noted("Coding"), found.coded, max(found.approved, 1)),
                _stage(
                    "coding.board", noted("Categories"), found.sorted_codes, found.codes, str(found.categories or "")
                ),
                _stage("paradigm.model", noted("Model"), found.roles, 6),
            ),
        ),
        StageGroup(noted("Result"), (_stage("report.report", noted("Report"), found.reports, 1, ""),)),
    )


def _stage(endpoint: str, label: str, done: int, wanted: int, count: str | None = None) -> Stage:
    if count is None:
        count = "" if not done else str(done) if done >= wanted else f"{done}/{wanted}"
    about = ABOUT[endpoint]
    if not done:
        return Stage(endpoint, label, "todo", 0, count, about)
    if done >= wanted:
        return Stage(endpoint, label, "done", 100, count, about)
    return Stage(endpoint, label, "part", round(100 * done / wanted), count, about)


def _count(model: Any, *conditions: Any, of: Any = None) -> Any:
    counted = sa.func.count(of) if of is not None else sa.func.count()
    return sa.select(counted).select_from(model).where(*conditions).scalar_subquery()

"""The study's figures, counted from the database, beside those of the published study."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fieldwork.anonymisation.models import Decision, Mention
from fieldwork.coding.models import Category, Code, Coding, CoreCategory
from fieldwork.core.clock import ALMATY
from fieldwork.demo.material import document
from fieldwork.paradigm.models import ParadigmModel, RoleAssignment
from fieldwork.programme.models import Guide, Question
from fieldwork.recording.models import Recording
from fieldwork.report.models import Recommendation, RecommendationEvidence
from fieldwork.sampling.models import Expert, ExpertStatus
from fieldwork.scheduling.models import ONLINE, Interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState


@dataclass(frozen=True)
class Figure:
    """One counted figure; ``published`` is None where the published study names none."""

    name: str
    counted: str
    published: str | None = None

    @property
    def agrees(self) -> bool:
        """Whether it is the published one (true where there is nothing to compare with)."""
        return self.published is None or self.counted == self.published


def figures(session: Session, study_id: UUID) -> list[Figure]:
    """Every figure of the demo's closing table, in the order of the field."""
    return [
        *_sample(session, study_id),
        *_material(session, study_id),
        *_analysis(session, study_id),
        *_model(session, study_id),
    ]


def _count(session: Session, query: sa.Select[Any]) -> int:
    return int(session.execute(query).scalar_one())


def _of_study(model: Any, study_id: UUID) -> sa.Select[Any]:
    return sa.select(sa.func.count()).select_from(model).where(model.study_id == study_id)


def _sample(session: Session, study_id: UUID) -> Iterator[Figure]:
    published = document("published")
    experts = _of_study(Expert, study_id).where(col(Expert.status) != ExpertStatus.DECLINED)
    yield Figure("experts", str(_count(session, experts)), str(published["experts"]))
    interviews = _of_study(Interview, study_id)
    online = col(Interview.mode).in_(ONLINE)
    yield Figure("interviews online", str(_count(session, interviews.where(online))), str(published["online"]))
    yield Figure("interviews in person", str(_count(session, interviews.where(~online))), str(published["offline"]))
    moments = session.exec(select(Interview.starts_at).where(col(Interview.study_id) == study_id)).all()
    days = sorted(moment.astimezone(ALMATY).date() for moment in moments)
    yield Figure("first interview", str(days[0]) if days else "", str(published["fieldwork_from"]))
    yield Figure("last interview", str(days[-1]) if days else "", str(published["fieldwork_to"]))
    questions = sa.select(sa.func.count()).select_from(Question).join(Guide).where(col(Guide.study_id) == study_id)
    yield Figure("guide questions", str(_count(session, questions)), str(published["questions"]))


def _material(session: Session, study_id: UUID) -> Iterator[Figure]:
    interviews = sa.select(col(Interview.id)).where(col(Interview.study_id) == study_id)
    recordings = sa.select(sa.func.count()).select_from(Recording).where(col(Recording.interview_id).in_(interviews))
    yield Figure("recordings", str(_count(session, recordings)))
    approved = (
        sa.select(sa.func.count())
        .select_from(Transcript)
        .where(col(Transcript.interview_id).in_(interviews), col(Transcript.state) == TranscriptState.ANONYMISED)
    )
    yield Figure("transcripts anonymised and approved", str(_count(session, approved)))
    segments = sa.select(sa.func.count()).select_from(Segment).join(Transcript)
    yield Figure("segments", str(_count(session, segments.where(col(Transcript.interview_id).in_(interviews)))))
    replaced = (
        sa.select(sa.func.count())
        .select_from(Mention)
        .join(Segment)
        .join(Transcript)
        .where(col(Transcript.interview_id).in_(interviews), col(Mention.decision) == Decision.ACCEPTED)
    )
    yield Figure("mentions replaced", str(_count(session, replaced)))


def _analysis(session: Session, study_id: UUID) -> Iterator[Figure]:
    published = document("published")
    codes = _count(session, _of_study(Code, study_id))
    in_vivo = _count(session, _of_study(Code, study_id).where(col(Code.in_vivo)))
    grounded = (
        sa.select(sa.func.count(sa.distinct(col(Coding.code_id)))).join(Code).where(col(Code.study_id) == study_id)
    )
    codings = sa.select(sa.func.count()).select_from(Coding).join(Code).where(col(Code.study_id) == study_id)
    yield Figure("codes", str(codes), str(published["codes"]))
    yield Figure("codes with a quotation", str(_count(session, grounded)), str(published["codes"]))
    yield Figure("codes in vivo", f"{in_vivo} ({100 * in_vivo // codes if codes else 0} %)")
    yield Figure("codings", str(_count(session, codings)))
    yield Figure("categories", str(_count(session, _of_study(Category, study_id))), str(published["categories"]))
    cores = _count(session, _of_study(CoreCategory, study_id))
    yield Figure("core categories", str(cores), str(published["core_categories"]))


def _model(session: Session, study_id: UUID) -> Iterator[Figure]:
    published = document("published")
    roles = session.exec(
        select(RoleAssignment.role, CoreCategory.key)
        .join(CoreCategory)
        .join(ParadigmModel, col(RoleAssignment.model_id) == col(ParadigmModel.id))
        .where(col(ParadigmModel.study_id) == study_id)
    ).all()
    held = dict(roles)
    for role, core_category in published["roles"].items():
        yield Figure(role.replace("_", " "), held.get(role, ""), core_category)
    linked = (
        sa.select(sa.func.count(sa.distinct(col(RecommendationEvidence.recommendation_id))))
        .join(Recommendation)
        .where(col(Recommendation.study_id) == study_id)
    )
    yield Figure("recommendations linked to findings", str(_count(session, linked)), str(published["recommendations"]))

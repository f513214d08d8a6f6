"""Tables of the report: recommendations with their evidence, reports that were written, what a reader could find."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldwork.core.database import Record, Texts, foreign, json_field, moment_field, one_of


class Recommendation(Record, table=True):
    """A recommendation drawn from findings.

    ``before`` is what the last change replaced, so that it can be taken back; one that was removed keeps its row.
    """

    __tablename__ = "recommendation"
    __table_args__ = (sa.UniqueConstraint("study_id", "key"),)

    study_id: UUID = foreign("study.id")
    key: str
    position: int
    title: Texts = json_field()
    addressee: Texts = json_field()
    text: Texts = json_field()
    before: dict[str, Any] | None = json_field(default=None, nullable=True)
    removed_at: datetime | None = moment_field(default=None, nullable=True)


class RecommendationEvidence(Record, table=True):
    """A category whose findings a recommendation rests on."""

    __tablename__ = "recommendation_evidence"
    __table_args__ = (sa.UniqueConstraint("recommendation_id", "category_id"),)

    recommendation_id: UUID = foreign("recommendation.id")
    category_id: UUID = foreign("category.id")
    position: int


class WrittenReport(Record, table=True):
    """That a report left the house: when, in which language, and the sha256 of the file.

    ``blob_id`` names the file where it is kept here (reports written in the browser), ``written_by`` who asked for it.
    """

    __tablename__ = "written_report"

    study_id: UUID = foreign("study.id")
    language: str
    format: str = "pdf"
    sha256: str
    bytes: int
    pages: int
    written_at: datetime = moment_field()
    blob_id: UUID | None = None
    written_by: UUID | None = foreign("account.id", ondelete="SET NULL", nullable=True, default=None)


class QuoteLook(Record, table=True):
    """That somebody looked at what is rare in a coded quote.

    ``reasons`` are the rules that had marked it: where another one marks it later, it is to be looked at again.
    """

    __tablename__ = "quote_look"
    __table_args__ = (sa.UniqueConstraint("coding_id"),)

    coding_id: UUID = foreign("coding.id")
    reasons: list[str] = json_field()
    note: str
    seen_by_id: UUID | None = foreign("member.id", ondelete="SET NULL", nullable=True, default=None)
    seen_at: datetime = moment_field()


class IntruderAnswer(Record, table=True):
    """An answer to a question of the motivated-intruder test.

    ``about`` is an expert's code, or empty for a question about the whole study. ``basis`` is the sha256 of what was
    about to be published when it was given: another one makes the answer old.
    """

    __tablename__ = "intruder_answer"
    __table_args__ = (sa.UniqueConstraint("study_id", "question", "about"), one_of("answer", ("yes", "no")))

    study_id: UUID = foreign("study.id")
    question: str
    about: str = ""
    answer: str
    note: str
    basis: str
    answered_by_id: UUID | None = foreign("member.id", ondelete="SET NULL", nullable=True, default=None)
    answered_at: datetime = moment_field()

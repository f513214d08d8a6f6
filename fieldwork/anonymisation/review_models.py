"""Tables of the review: what was changed by whom, changes to approved transcripts, the second look at a sample."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from fieldwork.anonymisation.models import LABELS
from fieldwork.core.database import Record, foreign, json_field, moment_field, one_of


class Looked(StrEnum):
    """What somebody sees in a second review."""

    MENTION = "mention"
    TURN = "turn"
    MISSED = "missed"


VERDICTS = ("replaced", "kept")


class MentionChange(Record, table=True):
    """One deed on a mention, by whom: it outlives the mention, which a new search or an undo may take away.

    ``decision`` and ``entity_key`` are as the deed left them. ``sealed_replacement`` (field
    «mention_change.sealed_replacement») is under the expert's key: people may type anything.
    """

    __tablename__ = "mention_change"
    __table_args__ = (one_of("label", LABELS),)

    transcript_id: UUID = foreign("transcript.id")
    mention_id: UUID = Field(index=True)
    deed: str
    decision: str
    label: str
    entity_key: str
    sealed_replacement: bytes
    made_by_id: UUID
    made_at: datetime = moment_field()


class LaterChange(Record, table=True):
    """What a deed changed in one approved transcript, so that it can be taken back.

    A deed on several transcripts has one row in each, with the same ``deed_id``. ``after`` is the digest of each turn's
    text as the deed left it, by the turn's id; ``sealed_before`` (field «later_change.sealed_before», the expert's key)
    is JSON of the turns and their mentions as they were. ``places`` is how many stretches changed.
    """

    __tablename__ = "later_change"
    __table_args__ = (sa.UniqueConstraint("deed_id", "transcript_id"),)

    transcript_id: UUID = foreign("transcript.id")
    deed_id: UUID
    deed: str
    places: int
    after: dict[str, str] = json_field()
    sealed_before: bytes
    made_by_id: UUID
    made_at: datetime = moment_field()
    taken_back_by_id: UUID | None = None
    taken_back_at: datetime | None = moment_field(default=None, nullable=True)


class ReviewRule(Record, table=True):
    """Whether a study's approvals wait for a second look, and at how many mentions (percent, at least) and turns."""

    __tablename__ = "review_rule"
    __table_args__ = (
        sa.UniqueConstraint("study_id"),
        sa.CheckConstraint("share BETWEEN 0 AND 100 AND least >= 0 AND turns >= 0", name="shares"),
    )

    study_id: UUID = foreign("study.id")
    second_required: bool
    share: int
    least: int
    turns: int


class SecondReview(Record, table=True):
    """That somebody else is asked to look at a sample of a transcript, not knowing what was decided.

    ``reviewer_id`` is an account. Once ``finished_at`` is set, the differences are shown and settled.
    """

    __tablename__ = "second_review"
    __table_args__ = (sa.UniqueConstraint("transcript_id", "number"),)

    transcript_id: UUID = foreign("transcript.id")
    number: int
    reviewer_id: UUID
    asked_by_id: UUID
    asked_at: datetime = moment_field()
    finished_at: datetime | None = moment_field(default=None, nullable=True)


class SecondLook(Record, table=True):
    """One thing in a second review: a mention, a turn in which nothing is marked, or what its reader missed there.

    ``start`` and ``end`` are code points of the raw text. ``first`` is what stood when the sample was drawn, ``second``
    what the reviewer says, ``outcome`` what was settled where they differ.
    """

    __tablename__ = "second_look"
    __table_args__ = (
        sa.UniqueConstraint("second_review_id", "position"),
        one_of("kind", tuple(Looked)),
        one_of("first", VERDICTS),
        one_of("second", VERDICTS),
        one_of("outcome", VERDICTS),
        sa.CheckConstraint('start >= 0 AND "end" > start', name="span"),
    )

    second_review_id: UUID = foreign("second_review.id")
    position: int
    kind: str
    segment_id: UUID = foreign("segment.id")
    mention_id: UUID | None = foreign("mention.id", ondelete="SET NULL", nullable=True, default=None)
    start: int
    end: int
    label: str
    first: str
    first_by_id: UUID | None = None
    second: str | None = None
    second_at: datetime | None = moment_field(default=None, nullable=True)
    outcome: str | None = None
    settled_by_id: UUID | None = None
    settled_at: datetime | None = moment_field(default=None, nullable=True)

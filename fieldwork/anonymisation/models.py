"""Tables of anonymisation: entities, mentions, approvals, what is published about the sample."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldwork.core.database import Record, foreign, json_field, moment_field, one_of

LABELS = ("PER", "ORG", "LOC", "PHONE", "EMAIL", "URL", "HANDLE", "ID", "DATE", "ADDRESS", "POSITION")


class Decision(StrEnum):
    """What a reviewer said of a mention."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Entity(Record, table=True):
    """Whoever or whatever is mentioned, over all its forms and the whole study.

    ``sealed_name`` (field «entity.sealed_name») is sealed under the expert's key for a sampled expert, under the
    study's key for everybody else. ``placeholder`` is its numbered sign for good ([человек-2]), whatever stands for it
    in the texts; empty where it never got one.
    """

    __tablename__ = "entity"
    __table_args__ = (sa.UniqueConstraint("study_id", "key"), one_of("label", LABELS))

    study_id: UUID = foreign("study.id")
    key: str  # E07, person-3, organisation-2 …: never a name
    label: str
    replacement: str
    expert_id: UUID | None = foreign("expert.id", nullable=True, default=None)
    sealed_name: bytes
    placeholder: str = ""


class EntityWording(Record, table=True):
    """What else may stand for an entity: level 0 is its chosen pseudonym, 1, 2 … say less and less of it.

    ``forms`` are the text's cases by their pymorphy name (nomn, gent, datv, accs, ablt, loct); empty: it never bends.
    """

    __tablename__ = "entity_wording"
    __table_args__ = (sa.UniqueConstraint("entity_id", "level"),)

    entity_id: UUID = foreign("entity.id")
    level: int
    text: str
    gender: str = ""
    forms: dict[str, str] = json_field(default_factory=dict)


class Mention(Record, table=True):
    """One mention in a segment: code points in the raw text, and (after approval) in the pseudonymised text.

    ``sealed_original`` (field «mention.sealed_original») is under the key of the segment's expert. After approval every
    mention has its place in the new text, also one that stayed (rejected). ``cases`` are those its words may stand in
    («gent accs»): None where nobody has looked, empty where none could be told. ``linked_by_id`` is who said by hand
    whose mention it is. ``sealed_note`` (field «mention.sealed_note», the same key) is what is to be asked of the
    expert; until it is decided, the mention is open.
    """

    __tablename__ = "mention"
    __table_args__ = (
        one_of("label", LABELS),
        one_of("decision", tuple(Decision)),
        sa.CheckConstraint('start >= 0 AND "end" > start', name="span"),
    )

    segment_id: UUID = foreign("segment.id")
    entity_id: UUID = foreign("entity.id")
    label: str
    start: int
    end: int
    detector: str
    certain: bool
    decision: str = Decision.PENDING
    decided_by_id: UUID | None = None
    decided_at: datetime | None = moment_field(default=None, nullable=True)
    replacement: str
    replaced_start: int | None = None
    replaced_end: int | None = None
    sealed_original: bytes
    cases: str | None = None
    linked_by_id: UUID | None = None
    sealed_note: bytes | None = None
    asked_by_id: UUID | None = None
    asked_at: datetime | None = moment_field(default=None, nullable=True)


class Approval(Record, table=True):
    """That somebody took responsibility for a transcript's anonymisation."""

    __tablename__ = "approval"
    __table_args__ = (sa.UniqueConstraint("transcript_id"),)

    transcript_id: UUID = foreign("transcript.id")
    approved_by_id: UUID
    approved_at: datetime = moment_field()


class ExportProfile(Record, table=True):
    """How much detail leaves with an export; a study's three first ones have no row until somebody changes them.

    ``names`` says what stands for those who keep level 0, ``levels`` how far each label is generalised (0 where it is
    not named).
    """

    __tablename__ = "export_profile"
    __table_args__ = (sa.UniqueConstraint("study_id", "key"), one_of("names", ("approved", "pseudonyms", "signs")))

    study_id: UUID = foreign("study.id")
    key: str
    name: str
    names: str
    levels: dict[str, Any] = json_field()
    places_stay: bool
    for_report: bool = False
    removed_at: datetime | None = moment_field(default=None, nullable=True)


class StudyTerm(Record, table=True):
    """Words that a study wants replaced wherever they stand (term), or let alone (exception).

    ``sealed_words`` (field «study_term.sealed_words») are under the study's key: they may be a name.
    """

    __tablename__ = "study_term"
    __table_args__ = (one_of("kind", ("term", "exception")), one_of("label", LABELS))

    study_id: UUID = foreign("study.id")
    kind: str
    label: str
    certain: bool
    sealed_words: bytes
    added_by_id: UUID | None = None
    added_at: datetime = moment_field()
    removed_at: datetime | None = moment_field(default=None, nullable=True)


class PublishedForm(Record, table=True):
    """How the sample's table is published: which traits, how generalised, how many of them together.

    The newest of a study that was not taken back counts. ``columns`` is trait -> value as noted -> value as published;
    a trait that is not named is left out.
    """

    __tablename__ = "published_form"
    __table_args__ = (
        sa.UniqueConstraint("study_id", "number"),
        one_of("shown", ("alone", "pairs", "together")),
    )

    study_id: UUID = foreign("study.id")
    number: int
    shown: str
    columns: dict[str, dict[str, str]] = json_field()
    decided_by_id: UUID | None = foreign("member.id", ondelete="SET NULL", nullable=True, default=None)
    decided_at: datetime = moment_field()
    undone_at: datetime | None = moment_field(default=None, nullable=True)


class AccuracySample(Record, table=True):
    """A random sample of a study's passages that two people mark by hand, to tell how much the masking misses.

    ``seed`` makes the same draw again; ``frame`` are the passages and ``frame_words`` the words it was drawn from.
    Once ``measured_at`` is set, what is masked in each passage is frozen: what is mended later cannot flatter it.
    """

    __tablename__ = "accuracy_sample"
    __table_args__ = (
        sa.UniqueConstraint("study_id", "number"),
        sa.CheckConstraint("size > 0 AND frame >= size AND frame_words > 0", name="size"),
    )

    study_id: UUID = foreign("study.id")
    number: int
    seed: str
    size: int
    frame: int
    frame_words: int
    drawn_by_id: UUID
    drawn_at: datetime = moment_field()
    measured_by_id: UUID | None = None
    measured_at: datetime | None = moment_field(default=None, nullable=True)


class AccuracyMarker(Record, table=True):
    """Somebody who marks passages of a sample, by account; nobody sees the other's marks before both have finished."""

    __tablename__ = "accuracy_marker"
    __table_args__ = (sa.UniqueConstraint("sample_id", "account_id"),)

    sample_id: UUID = foreign("accuracy_sample.id")
    account_id: UUID = foreign("account.id", ondelete="RESTRICT")
    finished_at: datetime | None = moment_field(default=None, nullable=True)


class AccuracyPassage(Record, table=True):
    """A stretch of a turn in a sample: code points of the raw text, marked by two people, first apart, then agreed.

    Under the expert's key lie ``sealed_digest`` (the words' fingerprint: a later correction shows), ``sealed_gold``
    (what identifies, as it was agreed: JSON of start, end, label), ``sealed_measure`` (what was masked when it was
    measured). Who proposed the gold waits for the other, or for the lead, until ``settled_at``. ``segment_id`` is
    empty once the turn was cut anew.
    """

    __tablename__ = "accuracy_passage"
    __table_args__ = (
        sa.UniqueConstraint("sample_id", "number"),
        sa.CheckConstraint('start >= 0 AND "end" > start AND words > 0', name="span"),
        sa.CheckConstraint("first_id <> second_id", name="two"),
    )

    sample_id: UUID = foreign("accuracy_sample.id")
    transcript_id: UUID = foreign("transcript.id")
    segment_id: UUID | None = foreign("segment.id", ondelete="SET NULL", nullable=True, default=None)
    number: int
    start: int
    end: int
    words: int
    first_id: UUID  # an account, as is the second
    second_id: UUID
    sealed_digest: bytes
    sealed_gold: bytes | None = None
    proposed_by_id: UUID | None = None
    settled_by_id: UUID | None = None  # nobody where both had marked the same
    settled_at: datetime | None = moment_field(default=None, nullable=True)
    sealed_measure: bytes | None = None


class AccuracyMarking(Record, table=True):
    """What one person marked in a passage: JSON of start, end, label under the expert's key; empty: nothing there."""

    __tablename__ = "accuracy_marking"
    __table_args__ = (sa.UniqueConstraint("passage_id", "account_id"),)

    passage_id: UUID = foreign("accuracy_passage.id")
    account_id: UUID
    sealed_marks: bytes
    marked_at: datetime = moment_field()


class AccuracyMend(Record, table=True):
    """A missed stretch that was handed to the review: code points of the raw text, and the mention it became."""

    __tablename__ = "accuracy_mend"
    __table_args__ = (sa.UniqueConstraint("passage_id", "start", "end"),)

    passage_id: UUID = foreign("accuracy_passage.id")
    mention_id: UUID | None = foreign("mention.id", ondelete="SET NULL", nullable=True, default=None)
    start: int
    end: int
    made_by_id: UUID
    made_at: datetime = moment_field()


class Redaction(Record, table=True):
    """That the names in an interview's recordings were silenced, and how. The copies are ``recording.SoundCopy``.

    ``fingerprint`` is the digest of the stretches that were silenced and the recordings they lie in: where another one
    is due, the copies are stale. Empty, with ``made_at``, until all copies are made.
    """

    __tablename__ = "redaction"
    __table_args__ = (
        sa.UniqueConstraint("transcript_id"),
        one_of("mask", ("silence", "bleep")),
        one_of("container", ("ogg", "m4a", "flac", "wav")),
        sa.CheckConstraint("before_ms >= 0 AND after_ms >= 0", name="padding"),
    )

    transcript_id: UUID = foreign("transcript.id")
    mask: str
    container: str
    before_ms: int
    after_ms: int
    alter_voice: bool
    fingerprint: str = ""
    asked_by_id: UUID
    asked_at: datetime = moment_field()
    made_at: datetime | None = moment_field(default=None, nullable=True)

"""Tables of recordings that a browser makes: on their way, chunk by chunk, until they are filed."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from fieldwork.core.database import Record, foreign, moment_field


class LiveRecording(Record, table=True):
    """A recording that a browser makes.

    ``sealed_key`` (expert's key, field «live_recording.sealed_key») is the AES key under which the browser keeps chunks
    that have not arrived; the browser itself never stores it. ``touched_at`` is when anything last came for it;
    ``dropped_at`` when it was removed since nobody had gone on with it: then nothing but this row is left, to be told.
    """

    __tablename__ = "live_recording"

    study_id: UUID = foreign("study.id")
    interview_id: UUID = foreign("interview.id")
    account_id: UUID = foreign("account.id")
    sealed_key: bytes
    began_at: datetime = moment_field()
    filed_at: datetime | None = moment_field(default=None, nullable=True)
    touched_at: datetime | None = moment_field(default=None, nullable=True)
    dropped_at: datetime | None = moment_field(default=None, nullable=True)


class LivePart(Record, table=True):
    """One run of the recorder: a media file of its own, in a growing blob. A closed tab ends it, the next one begins.

    ``received`` bytes are safe, whole frames in the blob and the rest in ``sealed_tail`` (expert's key, field
    «live_part.sealed_tail»). ``began_ms`` and ``ended_ms`` are moments by the browser's clock (ms since 1970),
    ``paused_ms`` is what of the time between was paused on purpose.
    """

    __tablename__ = "live_part"
    __table_args__ = (sa.UniqueConstraint("live_id", "number"), sa.CheckConstraint("number > 0", name="number"))

    live_id: UUID = foreign("live_recording.id")
    number: int
    blob_id: UUID
    chunks: int = 0
    received: int = Field(default=0, sa_type=sa.BigInteger)
    sealed_tail: bytes | None = None
    began_ms: int = Field(sa_type=sa.BigInteger)
    ended_ms: int = Field(sa_type=sa.BigInteger)
    paused_ms: int = Field(default=0, sa_type=sa.BigInteger)


class LiveChunk(Record, table=True):
    """A chunk that has arrived: its number in its part (from 1) and what it was, so that the same may come twice."""

    __tablename__ = "live_chunk"
    __table_args__ = (sa.UniqueConstraint("part_id", "number"), sa.CheckConstraint("number > 0", name="number"))

    part_id: UUID = foreign("live_part.id")
    number: int
    sha256: str
    bytes: int


class LiveMark(Record, table=True):
    """A question of the guide was asked: ``at_ms`` of the recorded time of a part."""

    __tablename__ = "live_mark"
    __table_args__ = (
        sa.UniqueConstraint("live_id", "part", "at_ms", "question_id"),
        sa.CheckConstraint("at_ms >= 0 AND part > 0", name="at"),
    )

    live_id: UUID = foreign("live_recording.id")
    part: int
    question_id: UUID = foreign("question.id")
    at_ms: int = Field(sa_type=sa.BigInteger)

"""Tables of reading back: links with which experts read what was written of them, and what they remark."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from fieldwork.core.database import Record, foreign, moment_field, one_of


class RemarkKind(StrEnum):
    """What an expert asks for."""

    WRONG = "wrong"  # it was not said like this
    LEAVE_OUT = "leave_out"
    REMARK = "remark"


class RemarkState(StrEnum):
    """What became of it."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"


class ReadBack(Record, table=True):
    """A link to one raw transcript for its expert. Only the SHA-256 of the token is kept."""

    __tablename__ = "read_back"
    __table_args__ = (sa.UniqueConstraint("token_sha256"), one_of("language", ("ru", "kk", "en")))

    transcript_id: UUID = foreign("transcript.id")
    token_sha256: str
    language: str
    made_by_id: UUID
    made_at: datetime = moment_field()
    expires_at: datetime = moment_field()
    revoked_at: datetime | None = moment_field(default=None, nullable=True)
    opened_at: datetime | None = moment_field(default=None, nullable=True)
    confirmed_at: datetime | None = moment_field(default=None, nullable=True)


class ReadBackRemark(Record, table=True):
    """What an expert remarks on a turn.

    ``sealed_words`` (expert's key, field «read_back_remark.sealed_words») is JSON: the passage and the expert's words;
    empty once the transcript is approved. ``segment_id`` is empty where the turn was merged away.
    """

    __tablename__ = "read_back_remark"
    __table_args__ = (one_of("kind", tuple(RemarkKind)), one_of("state", tuple(RemarkState)))

    read_back_id: UUID = foreign("read_back.id")
    segment_id: UUID | None = foreign("segment.id", ondelete="SET NULL", nullable=True, default=None)
    kind: str
    sealed_words: bytes | None = None
    made_at: datetime = moment_field()
    state: str = RemarkState.OPEN
    decided_by_id: UUID | None = None
    decided_at: datetime | None = moment_field(default=None, nullable=True)
    correction_id: UUID | None = foreign("correction.id", ondelete="SET NULL", nullable=True, default=None)

"""Tables of scheduling: the interviews."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from fieldwork.core.database import Record, foreign, moment_field, one_of


class Mode(StrEnum):
    """How an interview is held."""

    ZOOM = "zoom"
    WHATSAPP = "whatsapp"
    IN_PERSON = "in_person"


ONLINE = (Mode.ZOOM, Mode.WHATSAPP)


class Interview(Record, table=True):
    """One interview with one expert; ``minutes`` is how long it lasted (or is planned to last)."""

    __tablename__ = "interview"
    __table_args__ = (
        sa.UniqueConstraint("expert_id"),
        one_of("mode", tuple(Mode)),
        sa.CheckConstraint("minutes > 0", name="minutes"),
    )

    study_id: UUID = foreign("study.id")
    expert_id: UUID = foreign("expert.id")
    interviewer_id: UUID = foreign("member.id", ondelete="RESTRICT")
    starts_at: datetime = moment_field()
    minutes: int
    mode: str
    language: str = "ru"

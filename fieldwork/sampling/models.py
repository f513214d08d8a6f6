"""Tables of purposive sampling. Identities are sealed under the key of the expert they belong to."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from fieldwork.core.database import Record, Texts, foreign, json_field, one_of


class ExpertStatus(StrEnum):
    """Where an expert stands on the way to an interview."""

    CANDIDATE = "candidate"
    INVITED = "invited"
    AGREED = "agreed"
    DECLINED = "declined"


class SamplingPlan(Record, table=True):
    """How a study samples: type, planned size, when to stop."""

    __tablename__ = "sampling_plan"
    __table_args__ = (sa.UniqueConstraint("study_id"),)

    study_id: UUID = foreign("study.id")
    type: Texts = json_field()
    size: int
    saturation_rule: Texts = json_field()


class Criterion(Record, table=True):
    """A criterion an expert must (required) or should (desirable) meet; weight 1 to 5."""

    __tablename__ = "criterion"
    __table_args__ = (
        sa.UniqueConstraint("study_id", "key"),
        one_of("kind", ("required", "desirable")),
        sa.CheckConstraint("weight BETWEEN 1 AND 5", name="weight"),
    )

    study_id: UUID = foreign("study.id")
    key: str
    position: int
    kind: str
    weight: int
    text: Texts = json_field()
    justification: str


class Stratum(Record, table=True):
    """A stratum of the sample and how many experts it needs."""

    __tablename__ = "stratum"
    __table_args__ = (sa.UniqueConstraint("study_id", "key"), sa.CheckConstraint("quota > 0", name="quota"))

    study_id: UUID = foreign("study.id")
    key: str
    position: int
    quota: int
    label: Texts = json_field()


class Aspect(Record, table=True):
    """A row of the coverage matrix: something enough experts must have spoken to."""

    __tablename__ = "aspect"
    __table_args__ = (sa.UniqueConstraint("study_id", "key"),)

    study_id: UUID = foreign("study.id")
    key: str
    position: int
    label: Texts = json_field()
    min_experts: int
    questions: list[int] = json_field(default_factory=list)
    categories: list[str] = json_field(default_factory=list)


class Expert(Record, table=True):
    """An expert: everywhere the code (E07) and generalised traits; who it is lies in ``ExpertIdentity``."""

    __tablename__ = "expert"
    __table_args__ = (
        sa.UniqueConstraint("study_id", "code"),
        one_of("status", tuple(ExpertStatus)),
        one_of("sex", ("f", "m")),
    )

    study_id: UUID = foreign("study.id")
    stratum_id: UUID = foreign("stratum.id", ondelete="RESTRICT")
    interviewer_id: UUID | None = foreign("member.id", ondelete="SET NULL", nullable=True, default=None)
    """The interviewer who may know who the expert is."""
    replaces_id: UUID | None = foreign("expert.id", ondelete="SET NULL", nullable=True, default=None)
    """The expert who declined, and whose place this one takes."""
    code: str
    status: str = ExpertStatus.CANDIDATE
    group: str
    sector: str
    sex: str
    age_band: str
    experience_band: str
    region: str = ""
    """City or region of the work, as it may be published; empty where nobody noted it."""


class ExpertIdentity(Record, table=True):
    """Who an expert is: JSON sealed under the expert's key (field «expert_identity.sealed», row id)."""

    __tablename__ = "expert_identity"
    __table_args__ = (sa.UniqueConstraint("expert_id"),)

    expert_id: UUID = foreign("expert.id")
    sealed: bytes


class Nomination(Record, table=True):
    """How an expert came to be considered; the note is sealed under the expert's key."""

    __tablename__ = "nomination"
    __table_args__ = (one_of("source", ("desk_review", "publications", "expert")),)

    expert_id: UUID = foreign("expert.id")
    source: str
    nominated_by_id: UUID | None = foreign("expert.id", ondelete="SET NULL", nullable=True, default=None)
    member_id: UUID = foreign("member.id", ondelete="RESTRICT")
    on: date
    sealed_note: bytes | None = None


class ContactAttempt(Record, table=True):
    """One attempt to reach an expert and what came of it; the note is sealed under the expert's key."""

    __tablename__ = "contact_attempt"

    expert_id: UUID = foreign("expert.id")
    member_id: UUID = foreign("member.id", ondelete="RESTRICT")
    on: date
    channel: str
    outcome: str
    sealed_note: bytes | None = Field(default=None)

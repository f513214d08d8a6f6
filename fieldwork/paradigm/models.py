"""Tables of the paradigm model: roles, links with evidence, contradictions, and its earlier versions."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldwork.core.database import Record, Texts, foreign, json_field, moment_field, one_of


class ParadigmRole(StrEnum):
    """The six roles of Strauss and Corbin's paradigm."""

    CAUSAL_CONDITIONS = "causal_conditions"
    PHENOMENON = "phenomenon"
    CONTEXT = "context"
    INTERVENING_CONDITIONS = "intervening_conditions"
    STRATEGIES = "action_interaction_strategies"
    CONSEQUENCES = "consequences"


class ParadigmModel(Record, table=True):
    """A study's paradigm model and its storyline."""

    __tablename__ = "paradigm_model"
    __table_args__ = (sa.UniqueConstraint("study_id"),)

    study_id: UUID = foreign("study.id")
    storyline: Texts = json_field(default_factory=dict)


class RoleAssignment(Record, table=True):
    """A core category in a role. Each core category has one role; the phenomenon is exactly one."""

    __tablename__ = "role_assignment"
    __table_args__ = (
        sa.UniqueConstraint("model_id", "core_category_id"),
        one_of("role", tuple(ParadigmRole)),
        sa.Index(
            "uq_role_assignment_phenomenon",
            "model_id",
            unique=True,
            sqlite_where=sa.text("role = 'phenomenon'"),
            postgresql_where=sa.text("role = 'phenomenon'"),
        ),
    )

    model_id: UUID = foreign("paradigm_model.id")
    role: str
    core_category_id: UUID = foreign("core_category.id")
    storyline: Texts = json_field(default_factory=dict)


class Link(Record, table=True):
    """A directed link between two roles' core categories."""

    __tablename__ = "paradigm_link"
    __table_args__ = (
        sa.UniqueConstraint("source_id", "target_id"),
        sa.CheckConstraint("source_id <> target_id", name="ends"),
    )

    model_id: UUID = foreign("paradigm_model.id")
    position: int
    source_id: UUID = foreign("role_assignment.id")
    target_id: UUID = foreign("role_assignment.id")
    label: Texts = json_field()


class LinkEvidence(Record, table=True):
    """A category that a link rests on."""

    __tablename__ = "link_evidence"
    __table_args__ = (sa.UniqueConstraint("link_id", "category_id"),)

    link_id: UUID = foreign("paradigm_link.id")
    category_id: UUID = foreign("category.id")


class LinkQuotation(Record, table=True):
    """A quotation chosen to carry a link; a category in which none is chosen carries it as a whole."""

    __tablename__ = "link_quotation"
    __table_args__ = (sa.UniqueConstraint("link_id", "coding_id"),)

    link_id: UUID = foreign("paradigm_link.id")
    coding_id: UUID = foreign("coding.id")


class ParadigmVersion(Record, table=True):
    """The model as it was before a deed: roles, links and storyline, so that the deed can be taken back."""

    __tablename__ = "paradigm_version"
    __table_args__ = (sa.UniqueConstraint("model_id", "number"),)

    model_id: UUID = foreign("paradigm_model.id")
    number: int
    state: dict[str, Any] = json_field()
    left_at: datetime = moment_field()


class Contradiction(Record, table=True):
    """Two categories in which experts contradict each other, and how the analyst reads it."""

    __tablename__ = "contradiction"

    model_id: UUID = foreign("paradigm_model.id")
    position: int
    left_category_id: UUID = foreign("category.id")
    right_category_id: UUID = foreign("category.id")
    text: Texts = json_field()


class ContradictionVoice(Record, table=True):
    """An expert on one side of a contradiction."""

    __tablename__ = "contradiction_voice"
    __table_args__ = (sa.UniqueConstraint("contradiction_id", "expert_id"), one_of("side", ("left", "right")))

    contradiction_id: UUID = foreign("contradiction.id")
    expert_id: UUID = foreign("expert.id")
    side: str

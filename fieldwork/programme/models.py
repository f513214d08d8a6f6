"""Tables of the research programme: study, members, parts, objectives, guide, glossary."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from fieldwork.core.database import Record, Texts, foreign, json_field, moment_field, one_of


class Role(StrEnum):
    """What a member may do in a study."""

    PRINCIPAL_INVESTIGATOR = "principal_investigator"
    INTERVIEWER = "interviewer"
    CODER = "coder"
    VIEWER = "viewer"


class Part(StrEnum):
    """The parts of a research programme."""

    PROBLEM = "problem"
    OBJECT = "object"
    SUBJECT = "subject"
    AIM = "aim"
    RESEARCH_QUESTION = "research_question"


class Block(StrEnum):
    """The three blocks of the guide."""

    FORMATION = "formation"
    CURRENT_STATE = "current_state"
    SUPPORT = "support"


class Study(Record, table=True):
    """One expert-interview study."""

    __tablename__ = "study"
    __table_args__ = (
        sa.UniqueConstraint("slug"),
        sa.CheckConstraint("questions_expected > 0", name="questions_expected"),
    )

    slug: str
    title: Texts = json_field()
    method: Texts = json_field(default_factory=dict)
    fieldwork_from: date | None = None
    fieldwork_to: date | None = None
    questions_expected: int = 12
    created_at: datetime = moment_field()


class Member(Record, table=True):
    """An account's part in a study; ``initials`` sign memos, interviews and contacts."""

    __tablename__ = "member"
    __table_args__ = (
        sa.UniqueConstraint("study_id", "account_id"),
        sa.UniqueConstraint("study_id", "initials"),
        one_of("role", tuple(Role)),
    )

    study_id: UUID = foreign("study.id")
    account_id: UUID = foreign("account.id", ondelete="RESTRICT")
    initials: str
    role: str


class ProgrammePart(Record, table=True):
    """One part of the programme in each language."""

    __tablename__ = "programme_part"
    __table_args__ = (sa.UniqueConstraint("study_id", "kind"), one_of("kind", tuple(Part)))

    study_id: UUID = foreign("study.id")
    kind: str
    text: Texts = json_field()


class Objective(Record, table=True):
    """A numbered objective; guide questions serve one each."""

    __tablename__ = "objective"
    __table_args__ = (sa.UniqueConstraint("study_id", "number"),)

    study_id: UUID = foreign("study.id")
    number: int
    text: Texts = json_field()


class Theory(Record, table=True):
    """A theoretical source of the programme and what is taken from it."""

    __tablename__ = "theory"
    __table_args__ = (sa.UniqueConstraint("study_id", "key"),)

    study_id: UUID = foreign("study.id")
    key: str
    position: int
    author: Texts = json_field()
    work_title: str
    work_year: int
    concept: Texts = json_field()
    text: Texts = json_field()


class Guide(Record, table=True):
    """The interview guide of a study."""

    __tablename__ = "guide"
    __table_args__ = (sa.UniqueConstraint("study_id"),)

    study_id: UUID = foreign("study.id")
    opening: Texts = json_field()
    opening_minutes: int
    closing: Texts = json_field()
    closing_minutes: int
    block_labels: dict[str, Texts] = json_field()


class Question(Record, table=True):
    """One question of the guide, with the gap in existing research that it came from."""

    __tablename__ = "question"
    __table_args__ = (
        sa.UniqueConstraint("guide_id", "number"),
        one_of("block", tuple(Block)),
        sa.CheckConstraint("number > 0", name="number"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
    )

    guide_id: UUID = foreign("guide.id")
    objective_id: UUID = foreign("objective.id", ondelete="RESTRICT")
    number: int
    block: str
    minutes: int
    text: Texts = json_field()
    gap: Texts = json_field(default_factory=dict)


class Probe(Record, table=True):
    """A follow-up to a question."""

    __tablename__ = "probe"
    __table_args__ = (sa.UniqueConstraint("question_id", "position"),)

    question_id: UUID = foreign("question.id")
    position: int
    text: Texts = json_field()


class GlossaryTerm(Record, table=True):
    """A term of the study, for transcription prompts and proof-reading."""

    __tablename__ = "glossary_term"
    __table_args__ = (sa.UniqueConstraint("study_id", "term"),)

    study_id: UUID = foreign("study.id")
    term: str
    kind: str
    kk: str | None = None
    en: str | None = None
    heard_as: list[str] = json_field(default_factory=list)
    confused_with: list[str] = json_field(default_factory=list)
    short: str | None = Field(default=None)

"""Tables of coding: core categories, categories, codes, codings, memos."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from fieldwork.core.database import Record, Texts, foreign, json_field, moment_field, one_of


class MemoKind(StrEnum):
    """Strauss and Corbin's memos."""

    CODE = "code"
    THEORETICAL = "theoretical"
    OPERATIONAL = "operational"


class Anchor(StrEnum):
    """How a coding found its place: the quote as it was given, or its likeness in a text that differs by a word."""

    EXACT = "exact"
    LIKENESS = "likeness"


class CoreCategory(Record, table=True):
    """A core category of selective coding."""

    __tablename__ = "core_category"
    __table_args__ = (sa.UniqueConstraint("study_id", "key"),)

    study_id: UUID = foreign("study.id")
    key: str
    position: int
    label: Texts = json_field()


class Category(Record, table=True):
    """A category of axial coding, under a core category once there is one."""

    __tablename__ = "category"
    __table_args__ = (sa.UniqueConstraint("study_id", "key"),)

    study_id: UUID = foreign("study.id")
    core_category_id: UUID | None = foreign("core_category.id", ondelete="SET NULL", nullable=True, default=None)
    key: str
    position: int
    label: Texts = json_field()


class Code(Record, table=True):
    """A code of open coding, named in the expert's words (in vivo) or the researcher's.

    ``published_name`` stands in for the name where consent withholds the words it is made of. ``position`` is its place
    in its category once somebody has put it there; the others follow by their numbers.
    """

    __tablename__ = "code"
    __table_args__ = (sa.UniqueConstraint("study_id", "number"), sa.UniqueConstraint("study_id", "name"))

    study_id: UUID = foreign("study.id")
    category_id: UUID | None = foreign("category.id", ondelete="SET NULL", nullable=True, default=None)
    number: int
    name: str
    in_vivo: bool
    definition: str
    published_name: Texts | None = json_field(default=None, nullable=True)
    position: int | None = None


class Coding(Record, table=True):
    """A code on a passage of pseudonymised text, from (segment, offset) to (segment, offset), with the quote itself."""

    __tablename__ = "coding"
    __table_args__ = (
        sa.UniqueConstraint("code_id", "start_segment_id", "start_offset", "end_segment_id", "end_offset"),
        one_of("anchor", tuple(Anchor)),
        sa.CheckConstraint("start_offset >= 0 AND end_offset >= 0", name="offsets"),
    )

    code_id: UUID = foreign("code.id")
    start_segment_id: UUID = foreign("segment.id", ondelete="RESTRICT")
    start_offset: int
    end_segment_id: UUID = foreign("segment.id", ondelete="RESTRICT")
    end_offset: int
    quote: str
    anchor: str = Anchor.EXACT
    likeness: float = 1.0
    coder_id: UUID | None = foreign("member.id", ondelete="RESTRICT", nullable=True, default=None)
    coded_at: datetime = moment_field()


class Reversal(Record, table=True):
    """What a deed on codebook or memos changed, so that it can be taken back.

    ``changes`` is a list of {table, id, before, after}: the columns that changed, before and after; all of them where
    the row was added (before is None) or removed (after is None). Removed codings are not in it, but in
    ``RemovedCoding``, so that no words of an interview outlive their transcript here.
    """

    __tablename__ = "reversal"

    study_id: UUID = foreign("study.id")
    member_id: UUID = foreign("member.id")
    deed: str
    changes: list[Any] = json_field()
    made_at: datetime = moment_field()
    taken_back_at: datetime | None = moment_field(default=None, nullable=True)


class RemovedCoding(Record, table=True):
    """A coding that was taken off its passage, under its old id, kept so that it can be put back as it was.

    Its code may be removed, too, and come back: no foreign key. ``reversal_id`` where a deed on the codebook took it.
    """

    __tablename__ = "removed_coding"

    code_id: UUID = Field(index=True)
    reversal_id: UUID | None = foreign("reversal.id", nullable=True, default=None)
    start_segment_id: UUID = foreign("segment.id")
    start_offset: int
    end_segment_id: UUID = foreign("segment.id")
    end_offset: int
    quote: str
    anchor: str
    likeness: float
    coder_id: UUID | None = foreign("member.id", ondelete="SET NULL", nullable=True, default=None)
    coded_at: datetime = moment_field()
    removed_by_id: UUID | None = foreign("member.id", ondelete="SET NULL", nullable=True, default=None)
    removed_at: datetime = moment_field()


class Memo(Record, table=True):
    """A memo, attached to a category, a code or an expert, or to nothing yet."""

    __tablename__ = "memo"
    __table_args__ = (sa.UniqueConstraint("study_id", "number"), one_of("kind", tuple(MemoKind)))

    study_id: UUID = foreign("study.id")
    number: int
    kind: str
    dated: date
    author_id: UUID = foreign("member.id", ondelete="RESTRICT")
    category_id: UUID | None = foreign("category.id", ondelete="SET NULL", nullable=True, default=None)
    code_id: UUID | None = foreign("code.id", ondelete="SET NULL", nullable=True, default=None)
    expert_id: UUID | None = foreign("expert.id", ondelete="SET NULL", nullable=True, default=None)
    title: str
    text: str

"""The table of the search: the lemma column beside everything that can be found."""

from uuid import UUID

import sqlalchemy as sa

from fieldwork.core.database import Record, foreign, one_of

KINDS = ("code", "category", "core_category", "memo", "segment", "question", "recommendation")
"""What can be found; each is a row of the table of that name."""

_SUBJECT = f"COALESCE({', '.join(f'{kind}_id' for kind in KINDS)}) IS NOT NULL"


class SearchEntry(Record, table=True):
    """The words of one text with their lemmas, in the order of the text (see ``words.encoded``).

    ``digest`` tells whether they are still those of the text. The row that holds the text is pointed at, so that the
    words go with it: nobody has to remember to erase them.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        one_of("kind", KINDS),
        sa.CheckConstraint(_SUBJECT, name="subject"),
        {"info": {"derived": True}},
    )

    study_id: UUID = foreign("study.id")
    kind: str
    code_id: UUID | None = foreign("code.id", nullable=True, default=None, unique=True)
    category_id: UUID | None = foreign("category.id", nullable=True, default=None, unique=True)
    core_category_id: UUID | None = foreign("core_category.id", nullable=True, default=None, unique=True)
    memo_id: UUID | None = foreign("memo.id", nullable=True, default=None, unique=True)
    segment_id: UUID | None = foreign("segment.id", nullable=True, default=None, unique=True)
    question_id: UUID | None = foreign("question.id", nullable=True, default=None, unique=True)
    recommendation_id: UUID | None = foreign("recommendation.id", nullable=True, default=None, unique=True)
    digest: str
    words: str

    @property
    def subject(self) -> UUID:
        """The row that holds the text."""
        found: UUID = getattr(self, f"{self.kind}_id")
        return found

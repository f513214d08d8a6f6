"""What the command palette can go to by name: experts and the codebook."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from fieldwork.coding.models import Category, Code, CoreCategory
from fieldwork.core.database import Texts
from fieldwork.sampling.models import Expert


@dataclass(frozen=True)
class Named:
    """An expert, a code or a category: what it is called, the key of its page, and what tells it from others.

    ``hint`` is an expert's group, a code's category; ``core`` the position of the core category it belongs to.
    """

    kind: str
    name: Texts | str
    key: str
    hint: Texts | str = ""
    core: int = 0


def names_of(session: Session, study_id: UUID) -> Sequence[Named]:
    """Experts by code, codes by number, categories in their order."""
    experts = sa.select(col(Expert.code), col(Expert.group)).where(col(Expert.study_id) == study_id)
    shelves = (
        sa.select(col(Category.id), col(Category.key), col(Category.label), col(CoreCategory.position))
        .join(CoreCategory, col(CoreCategory.id) == col(Category.core_category_id), isouter=True)
        .where(col(Category.study_id) == study_id)
        .order_by(col(Category.position))
    )
    codes = sa.select(col(Code.name), col(Code.number), col(Code.category_id)).where(col(Code.study_id) == study_id)
    categories = {row.id: row for row in session.execute(shelves)}
    found = [Named("expert", row.code, row.code, row.group) for row in session.execute(experts.order_by(Expert.code))]
    for row in session.execute(codes.order_by(col(Code.number))):
        shelf = categories.get(row.category_id)
        hint, core = (shelf.label, shelf.position or 0) if shelf else ("", 0)
        found.append(Named("code", row.name, str(row.number), hint, core))
    return [*found, *(Named("category", row.label, row.key, "", row.position or 0) for row in categories.values())]

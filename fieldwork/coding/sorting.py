"""Axial coding: codes are sorted into categories, categories under core categories; both are named and emptied."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from fieldwork.coding.codebook import in_order
from fieldwork.coding.models import Category, Code, CoreCategory, Memo, Reversal
from fieldwork.coding.reversing import Before
from fieldwork.coding.rules import NameTaken
from fieldwork.coding.services import add_category, add_core_category
from fieldwork.core.audit import record
from fieldwork.core.database import Texts, is_pointed_at
from fieldwork.core.errors import BadInput, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study

Heading = Category | CoreCategory

KINDS: dict[type[Heading], str] = {Category: "category", CoreCategory: "core category"}


class LabelMissing(BadInput):
    """A heading without words."""

    message = "Give it a name, in one language at least."


class NotEmpty(Refusal):
    """Removing a heading must not scatter what stands under it."""

    message = "There is still something under this heading ({count}): move it elsewhere first, then remove the heading."


class HeadingInUse(Refusal):
    """Later stages build upon the heading."""

    message = "The paradigm model or a recommendation rests on this heading: take it out there first, then remove it."


def sort_code(
    work: Work, code: Code, category: Category | None, before: Code | None = None, member: Member | None = None
) -> Reversal | None:
    """Put a code into a category, before another code of it or at its end; None: into none.

    Returns:
        What takes it back; None where it stands there already.
    """
    watched = [code] if category is None else [*_codes_of(work, category), code]
    noted = Before(work, *watched)
    if category is None:
        code.category_id, code.position = None, None
    else:
        code.category_id = category.id
        _number(_inserted(_codes_of(work, category, code), code, before))
    return _noted(work, code, noted, member, "code.sorted")


def sort_category(
    work: Work, category: Category, core: CoreCategory | None, before: Category | None = None,
    member: Member | None = None,
) -> Reversal | None:  # fmt: skip
    """Put a category under a core category, before another one or at its end; None: under none.

    Returns:
        What takes it back; None where it stands there already.
    """
    query = select(Category).where(Category.study_id == category.study_id).order_by(col(Category.position))
    everything = list(work.session.exec(query))
    noted = Before(work, *everything)
    category.core_category_id = None if core is None else core.id
    others = [one for one in everything if one.id != category.id]
    if before is None:
        under = [one for one in others if one.core_category_id == category.core_category_id]
        after = others.index(under[-1]) + 1 if under else len(others)
        before = others[after] if after < len(others) else None
    _number(_inserted(others, category, before))
    return _noted(work, category, noted, member, "category.sorted")


def begin_category(work: Work, study: Study, label: Texts, core: CoreCategory | None = None) -> Category:
    """Add a category under a key of its own making.

    Raises:
        LabelMissing: there is no word in it.
        NameTaken: another one is called the same.
    """
    _check_label(work, study.id, Category, label)
    return add_category(work, study, _free_key(work, study, Category, "cat"), label, core)


def begin_core_category(work: Work, study: Study, label: Texts) -> CoreCategory:
    """Add a core category under a key of its own making.

    Raises:
        LabelMissing: there is no word in it.
        NameTaken: another one is called the same.
    """
    _check_label(work, study.id, CoreCategory, label)
    return add_core_category(work, study, _free_key(work, study, CoreCategory, "core"), label)


def rename_heading(work: Work, heading: Heading, label: Texts, member: Member | None = None) -> Reversal | None:
    """Give a category or core category other words; its key stays.

    Raises:
        LabelMissing: there is no word in them.
        NameTaken: another one is called the same.
    """
    _check_label(work, heading.study_id, type(heading), label, apart_from=heading.id)
    noted = Before(work, heading)
    heading.label = label
    return _noted(work, heading, noted, member, f"{heading.__tablename__}.renamed")


def remove_heading(work: Work, heading: Heading, member: Member | None = None) -> Reversal | None:
    """Remove an empty category or core category; memos about it stay, about nothing. The others close up.

    Raises:
        NotEmpty: codes or categories stand under it.
        HeadingInUse: the model or a recommendation rests on it.
    """
    model: type[Any] = type(heading)
    under = select(Code.id).where(col(Code.category_id) == heading.id)
    if isinstance(heading, CoreCategory):
        under = select(Category.id).where(col(Category.core_category_id) == heading.id)
    if count := len(work.session.exec(under).all()):
        raise NotEmpty(count=count)
    if is_pointed_at(work.session, model, [heading.id], apart_from=[Code, Category, Memo]):
        raise HeadingInUse
    memos = work.session.exec(select(Memo).where(col(Memo.category_id) == heading.id)).all()
    query = select(model).where(model.study_id == heading.study_id).order_by(col(model.position))
    everything = work.session.exec(query).all()
    noted = Before(work, *everything, *memos)
    for memo in memos:
        memo.category_id = None
    _number([one for one in everything if one.id != heading.id])
    work.session.flush()
    work.session.delete(heading)
    work.session.flush()
    deed = f"{heading.__tablename__}.removed"
    record(work, deed, study_id=heading.study_id, subject_id=heading.id)
    return noted.after(heading.study_id, member, deed, removed=[heading])


def _free_key(work: Work, study: Study, model: type[Any], stem: str) -> str:
    keys = set(work.session.exec(select(model.key).where(model.study_id == study.id)))
    return next(key for key in (f"{stem}-{number}" for number in range(1, len(keys) + 2)) if key not in keys)


def _codes_of(work: Work, category: Category, apart_from: Code | None = None) -> list[Code]:
    found = work.session.exec(select(Code).where(col(Code.category_id) == category.id)).all()
    return in_order([one for one in found if apart_from is None or one.id != apart_from.id])


def _inserted(others: Sequence[Any], row: Any, before: Any) -> list[Any]:
    """The others with the row before one of them; at the end where that one is not among them."""
    ids = [one.id for one in others]
    at = ids.index(before.id) if before is not None and before.id in ids else len(ids)
    return [*others[:at], row, *others[at:]]


def _number(rows: Sequence[Any]) -> None:
    for position, row in enumerate(rows, start=1):
        row.position = position


def _noted(work: Work, row: Code | Heading, noted: Before, member: Member | None, deed: str) -> Reversal | None:
    if not noted.changed():
        return None
    work.session.flush()
    record(work, deed, study_id=row.study_id, subject_id=row.id)
    return noted.after(row.study_id, member, deed)


def _check_label(
    work: Work, study_id: UUID, model: type[Any], label: Texts, *, apart_from: UUID | None = None
) -> None:  # fmt: skip
    """Refuse a label that is empty, or another's in any language."""
    if not any(text.strip() for text in label.values()):
        raise LabelMissing
    for one in work.session.exec(select(model).where(model.study_id == study_id)):
        same = [text for language, text in label.items() if one.label.get(language, "").casefold() == text.casefold()]
        if one.id != apart_from and same:
            raise NameTaken(kind=KINDS[model], name=same[0])

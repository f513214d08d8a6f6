"""Mending the codebook: codes are renamed, defined, merged, removed. Each writes one entry, and can be taken back."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from fieldwork.coding.marking import set_aside
from fieldwork.coding.models import Code, Coding, Memo, RemovedCoding, Reversal
from fieldwork.coding.reversing import Before
from fieldwork.coding.rules import checked_name
from fieldwork.coding.services import _refuse_taken
from fieldwork.core.audit import record
from fieldwork.core.database import Texts, is_pointed_at
from fieldwork.core.errors import BadInput, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.programme.rules import check_texts


class ChangedMeanwhile(Refusal):
    """Two people wrote into the same field."""

    message = (
        "Somebody else has changed this since you opened the page, so your text was not saved over theirs. It is still "
        "in the field: load the page in another tab, compare, and save again there."
    )


class CodeStillQuoted(Refusal):
    """Removing a code takes its quotations' codings with it, which must be said first."""

    message = (
        "The code {code} is on another number of quotations: {count}. They would lose it. Look at them with "
        "`fieldwork codes show`, then remove it with --codings {count}."
    )
    on_pages = (
        "The code {code} now marks {count} quotations, not as many as when you opened the page. Load the page again "
        "and see what would go with it."
    )


class MergedWithItself(BadInput):
    """One code has nothing to be merged with."""

    message = "The code {code} cannot be merged with itself: choose another one."


class QuotationsInUse(Refusal):
    """Quotations that later stages have chosen."""

    message = (
        "Quotations of the code {code} are chosen as evidence in the paradigm model. Choose others there first, then "
        "come back."
    )


@dataclass(frozen=True)
class Merged:
    """What a merge came to.

    Attributes:
        moved: codings that now have the other code.
        folded: codings on passages that the other code marked already.
        reversal: takes it back; None where nobody could.
    """

    moved: int
    folded: int
    reversal: Reversal | None


def rename_code(
    work: Work, code: Code, name: str, member: Member | None = None, *, was: str | None = None
) -> Reversal | None:  # fmt: skip
    """Give a code another name.

    Args:
        work: the unit of work.
        code: which; its number stays.
        name: the new one.
        member: who does it.
        was: the name as the page showed it, where there was one.

    Returns:
        What takes it back; None where nothing changed.

    Raises:
        NameMissing: the name is empty.
        NameTaken: another code has it.
        ChangedMeanwhile: the name is not what the page showed.
    """
    name = checked_name(name, code.definition)
    _refuse_changed(code.name, name, was)
    if name != code.name:
        _refuse_taken(work, work.get(Study, code.study_id), "code", Code.name, name)
    return _revised(work, code, member, "code.renamed", name=name)


def define_code(
    work: Work, code: Code, definition: str, member: Member | None = None, *, was: str | None = None
) -> Reversal | None:  # fmt: skip
    """Say what a code covers.

    Raises:
        NameMissing: nothing is said.
        ChangedMeanwhile: the definition is not what the page showed.
    """
    definition = definition.strip()
    checked_name(code.name, definition)
    _refuse_changed(code.definition, definition, was)
    return _revised(work, code, member, "code.defined", definition=definition)


def publish_code_as(work: Work, code: Code, names: Texts | None, member: Member | None = None) -> Reversal | None:
    """Say what a report calls a code where consent withholds the words of its name; None: its own name.

    Raises:
        TextMissing: a language has none.
    """
    if names is not None:
        check_texts(names, "published name of a code")
    return _revised(work, code, member, "code.published_as", published_name=names)


def mark_in_vivo(work: Work, code: Code, member: Member | None = None, *, in_vivo: bool) -> Reversal | None:
    """Say whether a code's name is made of an expert's words."""
    return _revised(work, code, member, "code.in_vivo_marked", in_vivo=in_vivo)


def remove_code(work: Work, code: Code, member: Member | None = None, *, codings: int = 0) -> Reversal | None:
    """Remove a code, with as many codings as the person was told; memos about it stay, about nothing.

    Raises:
        CodeStillQuoted: it has another number of codings by now.
        QuotationsInUse: a later stage has chosen one of them.
    """
    marked = _codings(work, code)
    if len(marked) != codings:
        raise CodeStillQuoted(code=f"№ {code.number}", count=len(marked))
    _refuse_in_use(work, code, marked)
    memos = _memos(work, code)
    before = Before(work, code, *memos)
    aside = [set_aside(work, coding, member) for coding in marked]
    for memo in memos:
        memo.code_id = None
    _remove(work, code)
    reversal = before.after(code.study_id, member, "code.removed", removed=[code], codings=aside)
    record(work, "code.removed", study_id=code.study_id, subject_id=code.id, codings=len(aside))
    return reversal


def merge_codes(work: Work, code: Code, into: Code, member: Member | None = None) -> Merged:
    """Make one code of two: codings and memos of ``code`` go to ``into``, which keeps its number, name and place.

    Where both mark the very same passage, the passage keeps one coding. ``code`` is removed.

    Raises:
        MergedWithItself: both are the same.
        QuotationsInUse: a later stage has chosen a coding that would be folded.
    """
    if code.id == into.id:
        raise MergedWithItself(code=f"№ {code.number}")
    marked, memos = _codings(work, code), _memos(work, code)
    taken = {_place(coding) for coding in _codings(work, into)}
    doubled = [coding for coding in marked if _place(coding) in taken]
    moved = [coding for coding in marked if _place(coding) not in taken]
    _refuse_in_use(work, code, doubled)
    before = Before(work, code, *moved, *memos)
    aside: list[RemovedCoding] = [set_aside(work, coding, member) for coding in doubled]
    for coding in moved:
        coding.code_id = into.id
    for memo in memos:
        memo.code_id = into.id
    _remove(work, code)
    reversal = before.after(code.study_id, member, "codes.merged", removed=[code], codings=aside)
    counts = {"moved": len(moved), "folded": len(aside)}
    record(work, "codes.merged", study_id=code.study_id, subject_id=into.id, merged=str(code.id), **counts)
    return Merged(**counts, reversal=reversal)


def _revised(work: Work, code: Code, member: Member | None, deed: str, **values: Any) -> Reversal | None:
    """Set columns of a code; no entry where nothing changes."""
    if all(getattr(code, name) == value for name, value in values.items()):
        return None
    before = Before(work, code)
    for name, value in values.items():
        setattr(code, name, value)
    work.add(code)
    record(work, deed, study_id=code.study_id, subject_id=code.id)
    return before.after(code.study_id, member, deed)


def _refuse_changed(now: str, wanted: str, was: str | None) -> None:
    """Refuse to overwrite what somebody else wrote meanwhile, unless both wrote the same."""
    if was is not None and was.split() != now.split() and now != wanted:  # browsers turn line breaks into \r\n
        raise ChangedMeanwhile


def _refuse_in_use(work: Work, code: Code, codings: list[Coding]) -> None:
    if codings and is_pointed_at(work.session, Coding, [coding.id for coding in codings]):
        raise QuotationsInUse(code=f"№ {code.number}")


def _codings(work: Work, code: Code) -> list[Coding]:
    query = select(Coding).where(Coding.code_id == code.id)
    return sorted(work.session.exec(query), key=lambda coding: coding.id.hex)


def _memos(work: Work, code: Code) -> list[Memo]:
    return list(work.session.exec(select(Memo).where(col(Memo.code_id) == code.id)))


def _place(coding: Coding) -> tuple[Any, ...]:
    return coding.start_segment_id, coding.start_offset, coding.end_segment_id, coding.end_offset


def _remove(work: Work, code: Code) -> None:
    work.session.flush()  # what has left the code first: the database would take it along
    work.session.delete(code)
    work.session.flush()

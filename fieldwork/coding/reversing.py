"""Taking deeds on codebook and memos back: what they changed is noted down, and put back while it stands so."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.coding.marking import restore_removed
from fieldwork.coding.models import Category, Code, Coding, CoreCategory, Memo, RemovedCoding, Reversal
from fieldwork.coding.rules import NameTaken
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study

Row = Code | Category | CoreCategory | Memo | Coding
Values = dict[str, Any]

_TABLES: dict[str, type[Row]] = {
    str(model.__tablename__): model for model in (CoreCategory, Category, Code, Memo, Coding)
}
"""What can be put back, parents first."""
_ORDER = {"position"}
"""Places among others: put back as they were, but no reason to refuse when the others have moved meanwhile."""


class TakenBackAlready(Refusal):
    """Undo pressed twice."""

    message = "This has been taken back already."


class ChangedSince(Refusal):
    """Undoing would overwrite what somebody did afterwards."""

    message = (
        "This cannot be taken back any more: somebody has changed the same thing since. Load the page again and change "
        "it by hand."
    )


class Before:
    """The rows of a deed as they are before it."""

    def __init__(self, work: Work, *rows: Row) -> None:
        self._work = work
        self._rows = {(str(row.__tablename__), row.id): (row, _values(row)) for row in rows}

    def changed(self) -> bool:
        """Whether any of them is not as it was."""
        return any(_values(row) != before for row, before in self._rows.values())

    def after(
        self,
        study_id: UUID,
        member: Member | None,
        deed: str,
        *,
        removed: Sequence[Row] = (),
        codings: Sequence[RemovedCoding] = (),
    ) -> Reversal | None:
        """Note down what the deed has changed.

        Args:
            study_id: the study.
            member: who did it; without a member (command line) nothing is noted down.
            deed: what it is called in the trail.
            removed: those of the rows that it removed.
            codings: codings that went with them.

        Returns:
            What ``take_back`` needs; None where nothing changed, or nobody could take it back.
        """
        gone = {row.id for row in removed}
        changes = [
            {"table": table, "id": str(row.id), "before": before, "after": None}
            if row.id in gone
            else {"table": table, "id": str(row.id), **_difference(before, _values(row))}
            for (table, _), (row, before) in self._rows.items()
        ]
        changes = [one for one in changes if one["before"]]
        if member is None or not changes:
            return None
        reversal = Reversal(study_id=study_id, member_id=member.id, deed=deed, changes=changes, made_at=self._work.now)
        return _kept(self._work, reversal, codings)


def note_added(work: Work, row: Row, study_id: UUID, member: Member, deed: str) -> Reversal:
    """Note down that a row was added, so that it can be taken back."""
    change = {"table": str(row.__tablename__), "id": str(row.id), "before": None, "after": _values(row)}
    return _kept(work, Reversal(study_id=study_id, member_id=member.id, deed=deed, changes=[change], made_at=work.now))


def take_back(work: Work, study: Study, reversal_id: UUID) -> Reversal:
    """Put back what a deed changed.

    Raises:
        NotFound: there is no such deed in this study.
        TakenBackAlready: it has been taken back.
        ChangedSince: what it changed has been changed again.
        NameTaken: another code has the name meanwhile.
    """
    reversal = work.session.get(Reversal, reversal_id, with_for_update=True)
    if reversal is None or reversal.study_id != study.id:
        raise NotFound(kind="page", name="here")
    if reversal.taken_back_at is not None:
        raise TakenBackAlready
    for change in reversal.changes:
        _refuse_changed(work, change)
    order = {name: place for place, name in enumerate(_TABLES)}
    added = [one for one in reversal.changes if one["before"] is None]
    others = [one for one in reversal.changes if one["before"] is not None]
    others.sort(key=lambda change: order[change["table"]])
    for change in added:
        work.session.delete(_row(work, change))
    work.session.flush()
    for change in others:
        _put_back(work, change)
    work.session.flush()
    restored = work.session.exec(select(RemovedCoding).where(RemovedCoding.reversal_id == reversal.id)).all()
    for removed in restored:
        restore_removed(work, removed)
    reversal.taken_back_at = work.now
    work.add(reversal)
    record(work, "codebook.taken_back", study_id=study.id, subject_id=reversal.id, taken_back=reversal.deed)
    return reversal


def _kept(work: Work, reversal: Reversal, codings: Sequence[RemovedCoding] = ()) -> Reversal:
    work.add(reversal)
    for coding in codings:
        coding.reversal_id = reversal.id
    work.add_all(list(codings))
    return reversal


def _refuse_changed(work: Work, change: Values) -> None:
    row = _row(work, change)
    if change["after"] is None:
        still = row is None
    elif row is None:
        still = False
    else:
        now = _values(row)
        still = all(now[name] == value for name, value in change["after"].items() if name not in _ORDER)
        still = still and not (change["before"] is None and _holds_others(work, row))
    if not still:
        raise ChangedSince


def _holds_others(work: Work, row: Row) -> bool:
    """Whether something was put into a row since it was added."""
    holding: dict[type[Any], list[tuple[type[Any], Any]]] = {
        CoreCategory: [(Category, col(Category.core_category_id))],
        Category: [(Code, col(Code.category_id)), (Memo, col(Memo.category_id))],
        Code: [(Coding, col(Coding.code_id)), (Memo, col(Memo.code_id))],
    }
    return any(
        work.session.exec(select(model.id).where(column == row.id).limit(1)).first() is not None
        for model, column in holding.get(type(row), [])
    )


def _put_back(work: Work, change: Values) -> None:
    model = _TABLES[change["table"]]
    values = {name: _decoded(model, name, value) for name, value in change["before"].items()}
    if model is Code:
        _refuse_name_taken(work, change, values)
    row = _row(work, change)
    if row is None:
        row = model(**values)
    for name, value in values.items():
        setattr(row, name, value)
    work.session.add(row)
    work.session.flush()


def _refuse_name_taken(work: Work, change: Values, values: Values) -> None:
    if "name" not in values:
        return
    study_id = values.get("study_id") or work.get(Code, UUID(change["id"])).study_id
    same = select(Code.id).where(
        Code.study_id == study_id, Code.name == values["name"], col(Code.id) != UUID(change["id"])
    )
    if work.session.exec(same).first() is not None:
        raise NameTaken(kind="code", name=values["name"])


def _row(work: Work, change: Values) -> Any:
    return work.session.get(_TABLES[change["table"]], UUID(change["id"]), populate_existing=True)


def _values(row: Row) -> Values:
    """The row's columns as JSON keeps them."""
    return {column.name: _encoded(getattr(row, column.name)) for column in sa.inspect(type(row)).columns}


def _difference(before: Values, after: Values) -> Values:
    changed = [name for name, value in before.items() if after[name] != value]
    return {"before": {name: before[name] for name in changed}, "after": {name: after[name] for name in changed}}


def _encoded(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _decoded(model: type[Row], name: str, value: Any) -> Any:
    kind = sa.inspect(model).columns[name].type
    if value is not None and isinstance(kind, sa.Uuid):
        return UUID(value)
    return date.fromisoformat(value) if value is not None and isinstance(kind, sa.Date) else value

"""Changing the plan of a sample by hand: type and size, criteria, strata, aspects; their order; taking them out."""

from collections.abc import Sequence
from typing import Any, Final

from sqlmodel import col, select

from fieldwork.core.audit import record
from fieldwork.core.database import Texts
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.rules import check_texts
from fieldwork.sampling.models import Aspect, Criterion, Expert, SamplingPlan, Stratum
from fieldwork.sampling.plan import (
    MOST,
    add_aspect,
    add_criterion,
    add_stratum,
    check_aspect,
    check_criterion,
    check_stratum,
    plan_of,
    set_plan,
)

Kind = type[Criterion] | type[Stratum] | type[Aspect]
Row = Criterion | Stratum | Aspect

KINDS: Final[dict[str, Kind]] = {"criteria": Criterion, "strata": Stratum, "aspects": Aspect}
"""What a plan has lists of, as addresses call them."""
ADDERS: Final[dict[str, Any]] = {"criteria": add_criterion, "strata": add_stratum, "aspects": add_aspect}
_CHECKS: Final[dict[str, Any]] = {
    "criterion": lambda key, given: check_criterion(key, given["kind"], given["weight"], given["text"]),
    "stratum": lambda key, given: check_stratum(key, given["quota"], given["label"]),
    "aspect": lambda key, given: check_aspect(key, given["min_experts"], given["label"]),
}


class SizeWrong(BadInput):
    """A sample of nobody, or of a crowd."""

    message = "A sample of {size} experts cannot be. Give a whole number from 1 to {most}."


class StratumInUse(Refusal):
    """Experts belong to the stratum."""

    message = (
        "The experts {experts} belong to this stratum, so it cannot be removed. Put them into another stratum first, "
        "on their pages."
    )


def write_plan(work: Work, study: Study, *, kind: Texts, size: int, saturation_rule: Texts) -> SamplingPlan:
    """Say how the study samples, or say it anew.

    Raises:
        SizeWrong: fewer than one expert, or more than a thousand.
        TextMissing: a language is absent.
    """
    if not 1 <= size <= MOST:
        raise SizeWrong(size=size, most=MOST)
    plan = plan_of(work, study)
    if plan is None:
        return set_plan(work, study, kind=kind, size=size, saturation_rule=saturation_rule)
    check_texts(kind, "type of sample")
    check_texts(saturation_rule, "saturation rule")
    plan.type, plan.size, plan.saturation_rule = kind, size, saturation_rule
    work.add(plan)
    record(work, "sampling.changed", study_id=study.id, subject_id=plan.id, size=size)
    return plan


def kind_called(kind: str) -> Kind:
    """The table of that name in addresses.

    Raises:
        NotFound: there is none.
    """
    if kind not in KINDS:
        raise NotFound(kind="page", name=kind)
    return KINDS[kind]


def rows_of(work: Work, study: Study, model: Kind) -> Sequence[Any]:
    """The study's criteria, strata or aspects, in order."""
    return work.session.exec(
        select(model).where(model.study_id == study.id).order_by(col(model.position), col(model.key))
    ).all()


def find_row(work: Work, study: Study, kind: str, key: str) -> Any:
    """The criterion, stratum or aspect of that key.

    Raises:
        NotFound: there is none.
    """
    model = kind_called(kind)
    row = work.session.exec(select(model).where(model.study_id == study.id, model.key == key)).first()
    if row is None:
        raise NotFound(kind=str(model.__tablename__), name=key)
    return row


def add_row(work: Work, study: Study, kind: str, given: dict[str, Any], *, key: str = "", place: int = 0) -> Any:
    """Add a criterion, a stratum or an aspect, under the next free key where none is given (s1, s2, …).

    Args:
        work: the unit of work.
        study: whose plan.
        kind: one of ``KINDS``.
        given: its columns without key and position.
        key: where one is brought back that was removed.
        place: its number among the others, from 1; last where it is 0.

    Raises:
        NotFound: no such kind.
        QuotaWrong, WeightWrong, AspectWrong, TextMissing, KeyTaken: what is wrong with it.
    """
    model = kind_called(kind)
    taken = {row.key for row in rows_of(work, study, model)}
    free = (f"{kind[0]}{number}" for number in range(1, len(taken) + 2))
    row = ADDERS[kind](work, study, key or next(one for one in free if one not in taken), **given)
    if place:
        _arrange(work, study, row, place)
    return row


def change_row(work: Work, row: Row, given: dict[str, Any]) -> None:
    """Write a criterion, stratum or aspect anew; its key stays.

    Args:
        work: the unit of work.
        row: which one.
        given: its columns without key and position.

    Raises:
        QuotaWrong, WeightWrong, AspectWrong, TextMissing: what is wrong with it.
    """
    noun = str(row.__tablename__)
    _CHECKS[noun](row.key, given)
    for name, value in given.items():
        setattr(row, name, value)
    work.add(row)
    record(work, f"{noun}.changed", study_id=row.study_id, subject_id=row.id)


def move_row(work: Work, study: Study, row: Row, by: int) -> None:
    """Move a criterion, stratum or aspect among its like, up (-1) or down (1); at the end it stays."""
    places = [one.id for one in rows_of(work, study, type(row))]
    _arrange(work, study, row, places.index(row.id) + 1 + by)
    record(work, f"{row.__tablename__}.moved", study_id=row.study_id, subject_id=row.id)


def remove_row(work: Work, study: Study, row: Row) -> int:
    """Take a criterion, stratum or aspect out of the plan.

    Returns:
        The place it had, from 1: for whoever wants it back.

    Raises:
        StratumInUse: experts belong to the stratum.
    """
    if isinstance(row, Stratum):
        there = select(Expert.code).where(Expert.stratum_id == row.id).order_by(col(Expert.code))
        if codes := work.session.exec(there).all():
            raise StratumInUse(experts=", ".join(codes))
    place = [one.id for one in rows_of(work, study, type(row))].index(row.id) + 1
    record(work, f"{row.__tablename__}.removed", study_id=row.study_id, subject_id=row.id)
    work.session.delete(row)
    work.session.flush()
    return place


def _arrange(work: Work, study: Study, row: Row, place: int) -> None:
    """Put the row at its place, from 1, and number all of them anew."""
    others = [one for one in rows_of(work, study, type(row)) if one.id != row.id]
    others.insert(min(max(place, 1), len(others) + 1) - 1, row)
    for number, one in enumerate(others, 1):
        one.position = number
    work.add_all(list(others))

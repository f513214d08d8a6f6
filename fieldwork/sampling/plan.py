"""The sampling plan of a study: type and size, criteria, strata with quotas, aspects to be covered."""

from collections.abc import Sequence
from typing import TypeVar

from sqlmodel import col, func, select

from fieldwork.core.audit import record
from fieldwork.core.database import Texts
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.guide_editing import Followed, when_renumbered
from fieldwork.programme.models import Study
from fieldwork.programme.rules import check_texts
from fieldwork.sampling.models import Aspect, Criterion, SamplingPlan, Stratum

Keyed = TypeVar("Keyed", Criterion, Stratum, Aspect)
MOST = 1000
"""No study of interviews has more experts; a quota beyond that is a slip of the pen."""


class PlanExists(Refusal):
    """The study has its sampling plan."""

    message = "The study {slug} already has a sampling plan."


class KeyTaken(Refusal):
    """A criterion, stratum or aspect of that key exists."""

    message = "The study already has a {kind} called {key}. Choose another key."


class QuotaWrong(BadInput):
    """A stratum that needs nobody, or a crowd."""

    message = "A quota of {quota} cannot be. Give a whole number from 1 to {most}."


class WeightWrong(BadInput):
    """A criterion's weight or kind is out of range."""

    message = (
        "The criterion {key} has the kind «{kind}» and the weight {weight}. Use required or desirable, and 1 to 5."
    )


class AspectWrong(BadInput):
    """An aspect that nobody, or a crowd, is to speak to."""

    message = "{number} experts cannot be asked for. Give a whole number from 1 to {most}."


def set_plan(work: Work, study: Study, *, kind: Texts, size: int, saturation_rule: Texts) -> SamplingPlan:
    """How the study samples: type, planned number of experts, when to stop.

    Raises:
        PlanExists: it has been said.
        TextMissing: a language is absent.
    """
    check_texts(kind, "type of sample")
    check_texts(saturation_rule, "saturation rule")
    if plan_of(work, study) is not None:
        raise PlanExists(slug=study.slug)
    plan = work.add(SamplingPlan(study_id=study.id, type=kind, size=size, saturation_rule=saturation_rule))
    record(work, "sampling.planned", study_id=study.id, subject_id=plan.id, size=size)
    return plan


def plan_of(work: Work, study: Study) -> SamplingPlan | None:
    """The study's sampling plan, if there is one."""
    return work.session.exec(select(SamplingPlan).where(SamplingPlan.study_id == study.id)).first()


def add_criterion(
    work: Work, study: Study, key: str, *, kind: str, weight: int, text: Texts, justification: str
) -> Criterion:
    """Add a criterion after those there are.

    Raises:
        WeightWrong: kind or weight.
        TextMissing: a language is absent.
        KeyTaken: the key is in use.
    """
    check_criterion(key, kind, weight, text)
    position = _next_position(work, study, Criterion, "criterion", key)
    row = Criterion(
        study_id=study.id,
        key=key,
        position=position,
        kind=kind,
        weight=weight,
        text=text,
        justification=justification,
    )
    work.add(row)
    record(work, "criterion.added", study_id=study.id, subject_id=row.id, weight=weight)
    return row


def add_stratum(work: Work, study: Study, key: str, *, quota: int, label: Texts) -> Stratum:
    """Add a stratum after those there are.

    Raises:
        QuotaWrong: fewer than one expert.
        TextMissing: a language is absent.
        KeyTaken: the key is in use.
    """
    check_stratum(key, quota, label)
    position = _next_position(work, study, Stratum, "stratum", key)
    row = work.add(Stratum(study_id=study.id, key=key, position=position, quota=quota, label=label))
    record(work, "stratum.added", study_id=study.id, subject_id=row.id, quota=quota)
    return row


def add_aspect(
    work: Work,
    study: Study,
    key: str,
    *,
    label: Texts,
    min_experts: int,
    questions: Sequence[int],
    categories: Sequence[str],
) -> Aspect:
    """Add a row of the coverage matrix after those there are.

    Raises:
        AspectWrong: fewer than one expert.
        TextMissing: a language is absent.
        KeyTaken: the key is in use.
    """
    check_aspect(key, min_experts, label)
    position = _next_position(work, study, Aspect, "aspect", key)
    row = work.add(
        Aspect(
            study_id=study.id,
            key=key,
            position=position,
            label=label,
            min_experts=min_experts,
            questions=list(questions),
            categories=list(categories),
        )
    )
    record(work, "aspect.added", study_id=study.id, subject_id=row.id, min_experts=min_experts)
    return row


def check_criterion(key: str, kind: str, weight: int, text: Texts) -> None:
    """Refuse a criterion that cannot be.

    Raises:
        WeightWrong, TextMissing: what is wrong with it.
    """
    if kind not in ("required", "desirable") or not 1 <= weight <= 5:  # noqa: PLR2004 - the scale of the programme
        raise WeightWrong(key=key, kind=kind, weight=weight)
    check_texts(text, f"criterion {key}")


def check_stratum(key: str, quota: int, label: Texts) -> None:
    """Refuse a stratum that cannot be.

    Raises:
        QuotaWrong, TextMissing: what is wrong with it.
    """
    if not 1 <= quota <= MOST:
        raise QuotaWrong(quota=quota, most=MOST)
    check_texts(label, f"stratum {key}")


def check_aspect(key: str, min_experts: int, label: Texts) -> None:
    """Refuse an aspect that cannot be.

    Raises:
        AspectWrong, TextMissing: what is wrong with it.
    """
    if not 1 <= min_experts <= MOST:
        raise AspectWrong(number=min_experts, most=MOST)
    check_texts(label, f"aspect {key}")


def criteria_of(work: Work, study: Study) -> Sequence[Criterion]:
    """The study's criteria, in order."""
    return work.session.exec(
        select(Criterion).where(Criterion.study_id == study.id).order_by(col(Criterion.position))
    ).all()


def strata_of(work: Work, study: Study) -> Sequence[Stratum]:
    """The study's strata, in order."""
    return work.session.exec(select(Stratum).where(Stratum.study_id == study.id).order_by(col(Stratum.position))).all()


def aspects_of(work: Work, study: Study) -> Sequence[Aspect]:
    """The rows of the coverage matrix, in order."""
    return work.session.exec(select(Aspect).where(Aspect.study_id == study.id).order_by(col(Aspect.position))).all()


@when_renumbered
def follow_questions(work: Work, study: Study, changed: Followed) -> None:
    """Let aspects point at the same questions when the guide numbers them anew; questions taken out leave them."""
    for aspect in aspects_of(work, study):
        numbers = [changed.get(number, number) for number in aspect.questions]
        aspect.questions = sorted(number for number in numbers if number is not None)
        work.add(aspect)


def find_stratum(work: Work, study: Study, key: str) -> Stratum:
    """The stratum of that key.

    Raises:
        NotFound: there is none.
    """
    row = work.session.exec(select(Stratum).where(Stratum.study_id == study.id, Stratum.key == key)).first()
    if row is None:
        raise NotFound(kind="stratum", name=key)
    return row


def _next_position(work: Work, study: Study, model: type[Keyed], kind: str, key: str) -> int:
    """The place after the last row of that kind.

    Raises:
        KeyTaken: the key is in use.
    """
    if work.session.exec(select(model.id).where(model.study_id == study.id, model.key == key)).first():
        raise KeyTaken(kind=kind, key=key)
    last = work.session.exec(select(func.max(model.position)).where(model.study_id == study.id)).one()
    return (last or 0) + 1

"""Recommendations and the categories they rest on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.coding.models import Category
from fieldwork.core.audit import record
from fieldwork.core.database import Texts
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.report.models import Recommendation, RecommendationEvidence


class NoEvidence(BadInput):
    """A recommendation follows from findings."""

    message = "The recommendation {key} rests on no category: name at least one whose findings lead to it."


class KeyTaken(Refusal):
    """Recommendations are told apart by their keys."""

    message = "There is already a recommendation {key} in this study: choose another key."


class WordsMissing(BadInput):
    """A recommendation says what should be done."""

    message = "A recommendation needs a title and a text: say in a few words what should be done, then why."


class NothingToTakeBack(Refusal):
    """Nothing was done that could be taken back."""

    message = "There is nothing to take back here any more."


@dataclass(frozen=True)
class Advice:
    """A recommendation with the keys of the categories it rests on."""

    row: Recommendation
    evidence: tuple[str, ...]


def add_recommendation(
    work: Work, study: Study, key: str, *, title: Texts, addressee: Texts, text: Texts, evidence: Sequence[str]
) -> Recommendation:
    """Add a recommendation, after those there are.

    Args:
        work: the unit of work.
        study: the study.
        key: what it is called.
        title: in every language, as the two that follow.
        addressee: to whom it is addressed.
        text: what should be done.
        evidence: keys of the categories whose findings it rests on, the weightiest first.

    Raises:
        NoEvidence: it rests on nothing.
        KeyTaken: the key is in use.
        NotFound: an unknown category.
    """
    categories = _categories(work, study, key, evidence)
    mine = Recommendation.study_id == study.id
    if work.session.exec(select(Recommendation.id).where(mine, Recommendation.key == key)).first() is not None:
        raise KeyTaken(key=key)
    last = work.session.exec(select(sa.func.max(col(Recommendation.position))).where(mine)).one()
    row = Recommendation(
        study_id=study.id, key=key, position=(last or 0) + 1, title=title, addressee=addressee, text=text
    )
    work.add(row)
    _rest(work, row, categories)
    record(work, "recommendation.added", study_id=study.id, subject_id=row.id, evidence=len(evidence))
    return row


def change_recommendation(
    work: Work, row: Recommendation, *, title: Texts, addressee: Texts, text: Texts, evidence: Sequence[str]
) -> None:
    """Give a recommendation other words and other evidence; what it was is kept, for taking it back.

    Raises:
        NoEvidence: it would rest on nothing.
        WordsMissing: it has no title, or says nothing.
        NotFound: an unknown category.
    """
    study = work.get(Study, row.study_id)
    check_words(title, text)
    categories = _categories(work, study, row.key, evidence)
    row.before = _state(work, row)
    row.title, row.addressee, row.text = title, addressee, text
    _rest(work, row, categories)
    record(work, "recommendation.changed", study_id=row.study_id, subject_id=row.id, evidence=len(evidence))


def remove_recommendation(work: Work, row: Recommendation) -> None:
    """Take a recommendation out of the report."""
    row.removed_at = work.now
    work.session.flush()
    record(work, "recommendation.removed", study_id=row.study_id, subject_id=row.id)


def take_back(work: Work, row: Recommendation) -> None:
    """Take the last deed on a recommendation back: one that was removed returns, one that was changed is as before.

    Raises:
        NothingToTakeBack: neither happened.
    """
    if row.removed_at is not None:
        row.removed_at = None
    elif row.before is not None:
        before, row.before = row.before, _state(work, row)
        row.title, row.addressee, row.text = before["title"], before["addressee"], before["text"]
        study = work.get(Study, row.study_id)
        there = {one.key: one for one in work.session.exec(select(Category).where(Category.study_id == study.id))}
        _rest(work, row, [there[key] for key in before["evidence"] if key in there])
    else:
        raise NothingToTakeBack
    work.session.flush()
    record(work, "recommendation.taken_back", study_id=row.study_id, subject_id=row.id)


def free_key(work: Work, study: Study) -> str:
    """A key that no recommendation of the study has or had: R1, R2, ..."""
    taken = set(work.session.exec(select(Recommendation.key).where(Recommendation.study_id == study.id)))
    return next(key for number in count(1) if (key := f"R{number}") not in taken)


def recommendation_of(work: Work, study: Study, recommendation_id: UUID, *, removed: bool = False) -> Recommendation:
    """The study's recommendation of that id; removed ones only where they are asked for.

    Raises:
        NotFound: there is none.
    """
    row = work.session.get(Recommendation, recommendation_id)
    if row is None or row.study_id != study.id or (row.removed_at is not None and not removed):
        raise NotFound(kind="recommendation", name=recommendation_id)
    return row


def check_words(title: Texts, text: Texts) -> None:
    """Refuse a recommendation without a title, or one that says nothing.

    Raises:
        WordsMissing: one of the two.
    """
    if not any(title.values()) or not any(text.values()):
        raise WordsMissing


def recommendations_of(work: Work, study: Study) -> list[Advice]:
    """The study's recommendations in their order."""
    rows = work.session.exec(
        select(Recommendation)
        .where(Recommendation.study_id == study.id, col(Recommendation.removed_at).is_(None))
        .order_by(col(Recommendation.position))
    ).all()
    evidence = work.session.exec(
        select(RecommendationEvidence, Category.key)
        .join(Category, col(RecommendationEvidence.category_id) == Category.id)
        .where(Category.study_id == study.id)
        .order_by(col(RecommendationEvidence.position))
    ).all()
    return [Advice(row, tuple(key for link, key in evidence if link.recommendation_id == row.id)) for row in rows]


def _categories(work: Work, study: Study, key: str, evidence: Sequence[str]) -> list[Category]:
    """The categories named, each once, in that order."""
    if not evidence:
        raise NoEvidence(key=key)
    there = {row.key: row for row in work.session.exec(select(Category).where(Category.study_id == study.id))}
    for name in evidence:
        if name not in there:
            raise NotFound(kind="category", name=name)
    return [there[name] for name in dict.fromkeys(evidence)]


def _rest(work: Work, row: Recommendation, categories: Sequence[Category]) -> None:
    """Let a recommendation rest on these categories and no others."""
    mine = col(RecommendationEvidence.recommendation_id) == row.id
    work.session.execute(sa.delete(RecommendationEvidence).where(mine))
    work.add_all(
        [
            RecommendationEvidence(recommendation_id=row.id, category_id=one.id, position=position)
            for position, one in enumerate(categories, start=1)
        ]
    )


def _state(work: Work, row: Recommendation) -> dict[str, Any]:
    evidence = work.session.exec(
        select(Category.key)
        .join(RecommendationEvidence)
        .where(RecommendationEvidence.recommendation_id == row.id)
        .order_by(col(RecommendationEvidence.position))
    ).all()
    return {"title": row.title, "addressee": row.addressee, "text": row.text, "evidence": list(evidence)}

"""The interview guide of a study: taken from a file as a whole, asked for question by question."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, delete, select

from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.contents import objectives_of
from fieldwork.programme.models import Guide, Probe, Question, Study
from fieldwork.programme.rules import check_guide, check_replacement
from fieldwork.programme.shapes import GuideShape, QuestionShape, parsed


class GuideExists(Refusal):
    """The study has a guide, and replacing it was not asked for."""

    message = "The study {slug} already has a guide. To put this one in its place, add --replace."
    on_pages = "The study {slug} already has a guide. To put this one in its place, tick the box below the file."


def set_guide(work: Work, study: Study, data: object, *, source: str = "guide", replace: bool = False) -> Guide:
    """Take the guide that a file of ``interview_guides/`` holds.

    A replacement keeps the rows of the questions by their numbers, so that whatever points at question 5 of the old
    guide points at question 5 of the new one; it may therefore correct a question but not drop one.

    Args:
        work: the unit of work.
        study: whose guide it is; its objectives must be there.
        data: what the YAML file held (shape: ``GuideShape``).
        source: what messages call the file.
        replace: whether a guide that is there may be replaced.

    Raises:
        LanguageMissing, PlaceMissing, PlaceUnknown, PlaceWrong: the file's shape.
        BadInput: any refusal of ``rules.check_guide``.
        GuideExists: there is a guide and ``replace`` is not set.
        QuestionLost: the replacement lacks a question the present guide has.
    """
    shape = parsed(GuideShape, data, source)
    objectives = {objective.number: objective.id for objective in objectives_of(work, study)}
    check_guide(shape, study.questions_expected, objectives)
    present = guide_of(work, study)
    if present is not None and not replace:
        raise GuideExists(slug=study.slug)
    guide = work.add(_filled(present or Guide(study_id=study.id, **_head(shape)), shape))
    questions = {question.number: question for question in questions_of(work, study)}
    check_replacement(questions, [question.number for question in shape.questions])
    for question in shape.questions:
        _write_question(work, guide, questions.get(question.number), question, objectives[question.objective])
    deed = "guide.replaced" if present else "guide.set"
    record(work, deed, study_id=study.id, subject_id=guide.id, questions=len(shape.questions))
    return guide


def guide_of(work: Work, study: Study) -> Guide | None:
    """The study's guide, if it has one yet."""
    return work.session.exec(select(Guide).where(Guide.study_id == study.id)).first()


def questions_of(work: Work, study: Study) -> Sequence[Question]:
    """The questions of the study's guide, by number; none while it has no guide."""
    return work.session.exec(
        select(Question)
        .join(Guide, col(Guide.id) == col(Question.guide_id))
        .where(Guide.study_id == study.id)
        .order_by(col(Question.number))
    ).all()


def question_numbered(work: Work, study: Study, number: int) -> Question:
    """One question of the study's guide.

    Raises:
        NotFound: the guide has no such number.
    """
    for question in questions_of(work, study):
        if question.number == number:
            return question
    raise NotFound(kind="question", name=number)


def probes_of(work: Work, study: Study) -> dict[UUID, list[Probe]]:
    """The probes of every question of the study's guide, by question id, in order."""
    rows = work.session.exec(
        select(Probe)
        .join(Question, col(Question.id) == col(Probe.question_id))
        .join(Guide, col(Guide.id) == col(Question.guide_id))
        .where(Guide.study_id == study.id)
        .order_by(col(Question.number), col(Probe.position))
    )
    probes: dict[UUID, list[Probe]] = {}
    for probe in rows:
        probes.setdefault(probe.question_id, []).append(probe)
    return probes


def _head(shape: GuideShape) -> dict[str, Any]:
    return {
        "opening": shape.opening.texts(),
        "opening_minutes": shape.opening.minutes,
        "closing": shape.closing.texts(),
        "closing_minutes": shape.closing.minutes,
        "block_labels": {block: label.texts() for block, label in shape.blocks.items()},
    }


def _filled(guide: Guide, shape: GuideShape) -> Guide:
    for name, value in _head(shape).items():
        setattr(guide, name, value)
    return guide


def _write_question(
    work: Work, guide: Guide, present: Question | None, shape: QuestionShape, objective_id: UUID
) -> None:
    values: dict[str, Any] = {
        "objective_id": objective_id,
        "block": shape.block,
        "minutes": shape.minutes,
        "text": shape.text.texts(),
        "gap": shape.gap.texts(),
    }
    question = present or Question(guide_id=guide.id, number=shape.number, **values)
    for name, value in values.items():
        setattr(question, name, value)
    work.add(question)
    work.session.exec(delete(Probe).where(col(Probe.question_id) == question.id))
    work.add_all(
        [
            Probe(question_id=question.id, position=position, text=probe.texts())
            for position, probe in enumerate(shape.probes, 1)
        ]
    )

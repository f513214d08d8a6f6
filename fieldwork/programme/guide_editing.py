"""Writing the guide by hand, question by question. Numbers follow the order of the questions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlmodel import col, delete

from fieldwork.core.audit import record
from fieldwork.core.database import Texts, is_pointed_at
from fieldwork.core.errors import BadInput, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.editing import objective_numbered, save_objective
from fieldwork.programme.guides import guide_of, questions_of
from fieldwork.programme.inputs import (
    BLOCK_LABELS,
    TELL_MORE,
    HeadInput,
    QuestionInput,
    check_head,
    check_question,
    placed,
)
from fieldwork.programme.models import Guide, Probe, Question, Study

_MINUTES: Final = 5  # for a question, until somebody says otherwise
_ASIDE: Final = 10_000  # numbers that no guide has, while its questions change places
Followed = Mapping[int, int | None]
"""Old number of a question -> its new one; None where it was removed."""

_followers: Final[list[Callable[[Work, Study, Followed], None]]] = []


class GuideInUse(Refusal):
    """Answers in transcripts point at the questions."""

    message = (
        "Transcripts hold answers to the guide's questions, so none can be removed or change its place any more. "
        "Its words can still be changed, and a question can be added at the end."
    )


class NothingDrafted(BadInput):
    """A first guide without a question."""

    message = "Write at least one question, or leave this step out for now."


def when_renumbered(follow: Callable[[Work, Study, Followed], None]) -> Callable[[Work, Study, Followed], None]:
    """Let a later room that keeps numbers of questions follow when they change."""
    _followers.append(follow)
    return follow


def save_head(work: Work, study: Study, given: HeadInput) -> Guide:
    """Write what is said before and after the questions, and what the blocks are called; begins the guide if need be.

    Raises:
        TextMissing: a language is absent.
        TalkTooLong: minutes out of range.
    """
    check_head(given)
    guide = guide_of(work, study)
    deed = "guide.changed" if guide else "guide.set"
    guide = guide or Guide(study_id=study.id, **given.columns())
    for name, value in given.columns().items():
        setattr(guide, name, value)
    work.add(guide)
    record(work, deed, study_id=study.id, subject_id=guide.id, questions=len(questions_of(work, study)))
    return guide


def add_question(work: Work, study: Study, given: QuestionInput) -> Question:
    """Add a question at the end of its block; a guide that was not begun is begun.

    Raises:
        TextMissing, BlockUnknown, MinutesWrong, ProbeMissing: what was given.
        NotFound: the programme has no such objective.
        GuideInUse: it would push questions on that transcripts point at.
    """
    present = list(questions_of(work, study))
    check_question(len(present) + 1, given)
    objective = objective_numbered(work, study, given.objective)
    guide = guide_of(work, study) or _begun(work, study)
    place = placed([one.block for one in present], given.block)
    if place < len(present):
        _refuse_in_use(work, present)
    question = Question(
        guide_id=guide.id, number=_ASIDE, objective_id=objective.id, block=given.block, minutes=given.minutes,
        text=given.text, gap=given.gap,
    )  # fmt: skip
    work.add(question)
    _write_probes(work, question, given.probes)
    _renumber(work, study, [*present[:place], question, *present[place:]])
    record(work, "question.added", study_id=study.id, subject_id=question.id, number=question.number)
    return question


def draft_guide(work: Work, study: Study, objective: Texts, drafts: Mapping[str, Sequence[Texts]]) -> int:
    """Write a first guide: the questions of each block, five minutes each, with the one probe that fits all of them.

    Args:
        work: the unit of work.
        study: whose guide it is; it may have an objective and questions already.
        objective: what the questions are to find out.
        drafts: block -> its questions, in order.

    Returns:
        How many questions were written.

    Raises:
        NothingDrafted: no question was given.
        TextMissing: the objective.
    """
    if not any(drafts.values()):
        raise NothingDrafted
    serves = save_objective(work, study, objective).number
    for block, texts in drafts.items():
        for text in texts:
            given = QuestionInput(
                block=block, minutes=_MINUTES, objective=serves, text=text, probes=(TELL_MORE,), gap={}
            )
            add_question(work, study, given)
    return sum(map(len, drafts.values()))


def change_question(work: Work, study: Study, question: Question, given: QuestionInput) -> None:
    """Change a question's words, probes, minutes and objective; in another block it comes last.

    Raises:
        TextMissing, BlockUnknown, MinutesWrong, ProbeMissing: what was given.
        NotFound: the programme has no such objective.
        GuideInUse: it would change places, and transcripts point at it.
    """
    check_question(question.number, given)
    question.objective_id = objective_numbered(work, study, given.objective).id
    question.minutes, question.text, question.gap = given.minutes, given.text, given.gap
    if question.block != given.block:
        others = [one for one in questions_of(work, study) if one.id != question.id]
        place = placed([one.block for one in others], given.block)
        question.block = given.block
        _move(work, study, [*others[:place], question, *others[place:]])
    work.add(question)
    _write_probes(work, question, given.probes)
    record(work, "question.changed", study_id=study.id, subject_id=question.id, number=question.number)


def move_question(work: Work, study: Study, question: Question, steps: int) -> None:
    """Move a question up (steps < 0) or down within its block, as far as that goes.

    Raises:
        GuideInUse: transcripts point at the questions.
    """
    order = list(questions_of(work, study))
    of_block = [index for index, one in enumerate(order) if one.block == question.block]
    at = next(index for index, one in enumerate(order) if one.id == question.id)
    target = min(max(at + steps, of_block[0]), of_block[-1])
    moved = order.pop(at)
    order.insert(target, moved)
    if target != at:
        _move(work, study, order)
        record(work, "question.moved", study_id=study.id, subject_id=question.id, number=question.number)


def remove_question(work: Work, study: Study, question: Question) -> None:
    """Take a question out with its probes; those after it move up.

    Raises:
        GuideInUse: transcripts point at the questions.
    """
    present = list(questions_of(work, study))
    _refuse_in_use(work, present)
    record(work, "question.removed", study_id=study.id, subject_id=question.id, number=question.number)
    work.session.exec(delete(Probe).where(col(Probe.question_id) == question.id))
    work.session.delete(question)
    work.session.flush()
    _renumber(work, study, [one for one in present if one.id != question.id], gone=question.number)


def _begun(work: Work, study: Study) -> Guide:
    empty = {"ru": "", "kk": "", "en": ""}
    guide = Guide(
        study_id=study.id, opening=empty, opening_minutes=0, closing=empty, closing_minutes=0, block_labels=BLOCK_LABELS
    )
    record(work, "guide.set", study_id=study.id, subject_id=guide.id, questions=0)
    return work.add(guide)


def _write_probes(work: Work, question: Question, probes: Sequence[Texts]) -> None:
    work.session.exec(delete(Probe).where(col(Probe.question_id) == question.id))
    work.add_all([Probe(question_id=question.id, position=at, text=text) for at, text in enumerate(probes, 1)])


def _move(work: Work, study: Study, order: Sequence[Question]) -> None:
    _refuse_in_use(work, order)
    _renumber(work, study, order)


def _renumber(work: Work, study: Study, order: Sequence[Question], gone: int | None = None) -> None:
    """Number the questions 1, 2, 3 … in this order; rooms that keep numbers follow."""
    before = [one.number for one in order]
    changed: dict[int, int | None] = {old: new for new, old in enumerate(before, 1) if old != new and old < _ASIDE} | (
        {} if gone is None else {gone: None}
    )
    for shift in (_ASIDE, 0):  # two steps: at no moment do two questions share a number
        for number, question in enumerate(order, 1):
            question.number = number + shift
            work.session.add(question)
        work.session.flush()
    if changed:
        for follow in _followers:
            follow(work, study, changed)


def _refuse_in_use(work: Work, questions: Sequence[Question]) -> None:
    if is_pointed_at(work.session, Question, [one.id for one in questions], apart_from=[Probe]):
        raise GuideInUse

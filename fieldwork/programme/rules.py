"""What a study and its guide must be like: values in, named refusals out."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import pairwise

from fieldwork.core.errors import BadInput
from fieldwork.programme.models import Block, Role
from fieldwork.programme.shapes import LANGUAGES, GuideShape, QuestionShape

BLOCKS = tuple(Block)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SLUG = 60


class SlugWrong(BadInput):
    """A study's short name is used in commands and addresses."""

    message = (
        "«{slug}» cannot be a study's short name. Use Latin small letters, digits and single hyphens (at most 60)."
    )


class TextMissing(BadInput):
    """A text given outside a file lacks a language."""

    message = "The {what} has no text in «{language}». Give it in ru, kk and en."


class FieldworkBackwards(BadInput):
    """The last day of fieldwork lies before the first."""

    message = "Fieldwork cannot end ({end}) before it begins ({start}). Swap or correct the dates."


class FieldworkHalf(BadInput):
    """Only one end of the fieldwork period was given."""

    message = "Give both the first and the last day of fieldwork, or neither."


class QuestionsNotPositive(BadInput):
    """A study without questions."""

    message = "A study needs at least one question; {number} was given."


class RoleUnknown(BadInput):
    """No such role."""

    message = "«{role}» is not a role. Choose one of: {roles}."


class QuestionTwice(BadInput):
    """Two questions of a guide carry one number."""

    message = (
        "The guide has two questions number {number}. Give each question a number of its own, from 1 to {expected}."
    )


class QuestionCountDiffers(BadInput):
    """The guide's number of questions is not the study's."""

    message = (
        "The guide has {found} questions, the study expects {expected}; missing: {missing}. Add or remove questions, "
        "or change the study's number with: fieldwork study change SLUG --questions {found}"
    )
    on_pages = (
        "The guide has {found} questions, the study expects {expected}; missing: {missing}. Add or remove questions, "
        "or change the study's number on the page of its programme."
    )


class QuestionNumberWrong(BadInput):
    """The right number of questions, but not numbered from 1 without gaps."""

    message = "The guide has no question number {missing}. Number its questions from 1 to {expected} without gaps."


class BlocksWrong(BadInput):
    """The guide does not name exactly the three blocks, in their order."""

    message = "The guide must name the blocks {wanted}, in this order; it names: {found}. Correct «blocks»."


class BlockUnknown(BadInput):
    """A question stands in a block that does not exist."""

    message = "Question {number} stands in an unknown block «{block}». Use one of: {wanted}."


class BlocksOutOfOrder(BadInput):
    """A question of an earlier block follows one of a later block."""

    message = "Question {number} ({block}) follows a question of a later block. Keep the order: {wanted}."


class BlockEmpty(BadInput):
    """A block without a question."""

    message = "The block «{block}» has no question. Put at least one question into each of: {wanted}."


class MinutesWrong(BadInput):
    """A question that takes no time."""

    message = "Question {number} is planned to take {minutes} minutes. Give a whole number from 1 to 60."


class ObjectiveUnknown(BadInput):
    """A question serves an objective the programme does not have."""

    message = (
        "Question {number} serves objective {objective}, which the programme does not have. Its objectives: {known}."
    )


class ProbeMissing(BadInput):
    """A question without a follow-up."""

    message = "Question {number} has no probes. Add at least one under «probes», in ru, kk and en."


class QuestionLost(BadInput):
    """A new guide would drop a question that passages of transcripts may point at."""

    message = "The new guide has no question {number}, which the present one has. Keep it, or set up a new study."


LONGEST_QUESTION = 60  # minutes; a question of an hour is a slip of the pen in a guide of 60 to 75 minutes


def check_slug(slug: str) -> None:
    """Refuse a short name that would not do in an address or on the command line.

    Raises:
        SlugWrong: it would not.
    """
    if len(slug) > _LONGEST_SLUG or not _SLUG.fullmatch(slug):
        raise SlugWrong(slug=slug)


def check_texts(texts: Mapping[str, str], what: str) -> None:
    """Refuse a text that is absent or blank in a language.

    Raises:
        TextMissing: names the first language that lacks it.
    """
    for language in LANGUAGES:
        if not texts.get(language, "").strip():
            raise TextMissing(what=what, language=language)


def check_fieldwork(start: date | None, end: date | None) -> None:
    """Refuse half a period, or one that runs backwards.

    Raises:
        FieldworkHalf: only one of the two days.
        FieldworkBackwards: the end before the start.
    """
    if (start is None) != (end is None):
        raise FieldworkHalf
    if start is not None and end is not None and end < start:
        raise FieldworkBackwards(start=start.isoformat(), end=end.isoformat())


def check_questions_expected(number: int) -> None:
    """Refuse a study without questions.

    Raises:
        QuestionsNotPositive: fewer than one.
    """
    if number < 1:
        raise QuestionsNotPositive(number=number)


def role_called(role: str) -> Role:
    """The role of that name.

    Raises:
        RoleUnknown: there is none.
    """
    try:
        return Role(role)
    except ValueError:
        raise RoleUnknown(role=role, roles=", ".join(Role)) from None


def check_guide(guide: GuideShape, expected: int, objectives: Collection[int]) -> None:
    """Refuse a guide that does not fit its study.

    Args:
        guide: as read from its file; languages have been checked there.
        expected: how many questions the study's guide has.
        objectives: numbers of the programme's objectives.

    Raises:
        QuestionTwice, QuestionCountDiffers, QuestionNumberWrong: its numbering.
        BlocksWrong, BlockUnknown, BlocksOutOfOrder, BlockEmpty: its blocks.
        MinutesWrong, ObjectiveUnknown, ProbeMissing: one question.
    """
    check_numbers([question.number for question in guide.questions], expected)
    if tuple(guide.blocks) != BLOCKS:
        raise BlocksWrong(wanted=listed(BLOCKS), found=listed(guide.blocks))
    questions = sorted(guide.questions, key=lambda question: question.number)
    for question in questions:
        _check_question(question, objectives)
    _check_blocks(questions)


def check_numbers(numbers: Collection[int], expected: int) -> None:
    """Refuse numbers that are not 1 to ``expected``, each once.

    Raises:
        QuestionTwice, QuestionCountDiffers, QuestionNumberWrong: which of these it is.
    """
    for number, times in Counter(numbers).items():
        if times > 1:
            raise QuestionTwice(number=number, expected=expected)
    missing = [number for number in range(1, expected + 1) if number not in numbers]
    if len(numbers) != expected:
        raise QuestionCountDiffers(found=len(numbers), expected=expected, missing=listed(map(str, missing)) or "-")
    if missing:
        raise QuestionNumberWrong(missing=missing[0], expected=expected)


def check_replacement(present: Collection[int], new: Collection[int]) -> None:
    """Refuse to lose a question number that is in use.

    Raises:
        QuestionLost: names the first one.
    """
    for number in sorted(present):
        if number not in new:
            raise QuestionLost(number=number)


def _check_question(question: QuestionShape, objectives: Collection[int]) -> None:
    if question.block not in BLOCKS:
        raise BlockUnknown(number=question.number, block=question.block, wanted=listed(BLOCKS))
    if not 1 <= question.minutes <= LONGEST_QUESTION:
        raise MinutesWrong(number=question.number, minutes=question.minutes)
    if question.objective not in objectives:
        known = listed(str(number) for number in sorted(objectives)) or "-"
        raise ObjectiveUnknown(number=question.number, objective=question.objective, known=known)
    if not question.probes:
        raise ProbeMissing(number=question.number)


def _check_blocks(questions: list[QuestionShape]) -> None:
    for before, after in pairwise(questions):
        if BLOCKS.index(Block(after.block)) < BLOCKS.index(Block(before.block)):
            raise BlocksOutOfOrder(number=after.number, block=after.block, wanted=listed(BLOCKS))
    used = {question.block for question in questions}
    for block in BLOCKS:
        if block not in used:
            raise BlockEmpty(block=block, wanted=listed(BLOCKS))


def listed(words: Iterable[str]) -> str:
    """Words with commas between them."""
    return ", ".join(words)

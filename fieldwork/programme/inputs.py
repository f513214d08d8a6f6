"""What is written by hand into programme and guide: values in, named refusals out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fieldwork.core.database import Texts
from fieldwork.core.errors import BadInput
from fieldwork.programme.models import Block
from fieldwork.programme.rules import (
    BLOCKS,
    LONGEST_QUESTION,
    BlockUnknown,
    MinutesWrong,
    ProbeMissing,
    check_texts,
    listed,
)


class TalkTooLong(BadInput):
    """What is said before or after the questions takes longer than a question, or less than no time."""

    message = "Beginning and end of the talk are planned to take {minutes} minutes. Give whole numbers from 0 to 60."


BLOCK_LABELS: dict[str, dict[str, str]] = {
    Block.FORMATION: {"ru": "Становление", "kk": "Қалыптасуы", "en": "Formation"},
    Block.CURRENT_STATE: {"ru": "Текущее состояние", "kk": "Қазіргі жағдайы", "en": "Current state"},
    Block.SUPPORT: {"ru": "Меры поддержки", "kk": "Қолдау шаралары", "en": "Support measures"},
}
"""What the blocks of a guide are called until somebody gives them other names."""


TELL_MORE: Texts = {
    "ru": "Расскажите об этом подробнее.",
    "kk": "Осы туралы толығырақ айтып беріңізші.",
    "en": "Please tell me more about that.",
}
"""The probe that fits every question."""


@dataclass(frozen=True)
class TheoryInput:
    """A theoretical source as written by hand; texts in ru, kk and en."""

    author: Texts
    work_title: str
    work_year: int
    concept: Texts
    text: Texts

    def columns(self) -> dict[str, Any]:
        """As the table has it."""
        return asdict(self)


@dataclass(frozen=True)
class HeadInput:
    """What is said around the questions, and what the blocks are called; minutes are whole."""

    opening: Texts
    opening_minutes: int
    closing: Texts
    closing_minutes: int
    block_labels: dict[str, Texts]

    def columns(self) -> dict[str, Any]:
        """As the table has it."""
        return asdict(self)


@dataclass(frozen=True)
class QuestionInput:
    """A question as written by hand; ``objective`` is a number of the programme."""

    block: str
    minutes: int
    objective: int
    text: Texts
    probes: tuple[Texts, ...]
    gap: Texts


def check_head(head: HeadInput) -> None:
    """Refuse minutes that are none, and blocks without a name. What is said may be left empty.

    Raises:
        TalkTooLong: minutes of beginning or end.
        TextMissing: a block without a name.
    """
    for minutes in (head.opening_minutes, head.closing_minutes):
        if not 0 <= minutes <= LONGEST_QUESTION:
            raise TalkTooLong(minutes=minutes)
    for block in BLOCKS:
        check_texts(head.block_labels.get(block, {}), "block")


def check_question(number: int, given: QuestionInput) -> None:
    """Refuse a question that cannot be asked.

    Raises:
        TextMissing, BlockUnknown, MinutesWrong, ProbeMissing: what is wrong with it.
    """
    check_texts(given.text, "question")
    if given.block not in BLOCKS:
        raise BlockUnknown(number=number, block=given.block, wanted=listed(BLOCKS))
    if not 1 <= given.minutes <= LONGEST_QUESTION:
        raise MinutesWrong(number=number, minutes=given.minutes)
    if not given.probes:
        raise ProbeMissing(number=number)
    for probe in given.probes:
        check_texts(probe, "probe")


def placed(blocks: Sequence[str], block: str) -> int:
    """The index at which a question of ``block`` comes last in it, among questions of ``blocks`` in their order."""
    rank = [BLOCKS.index(Block(one)) for one in blocks]
    return sum(one <= BLOCKS.index(Block(block)) for one in rank)

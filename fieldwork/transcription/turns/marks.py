"""Which question each turn belongs to where the interviewer tapped the guide's questions while asking them."""

from collections.abc import Sequence
from dataclasses import dataclass

EARLY_MS = 15_000
"""House rule: a tap may come so long before its question is heard (one taps, looks up, and asks) ..."""
LATE_MS = 15_000
"""... or so long after it began. A turn that began longer ago was another one's answer, not the question."""


@dataclass(frozen=True)
class Placed:
    """A turn on the clock of the interview: when it begins and ends (ms), whether the interviewer speaks, its guess.

    ``guess`` is the number of the question that the words tell, None outside the guide.
    """

    start_ms: int
    end_ms: int
    asks: bool
    guess: int | None


@dataclass(frozen=True)
class Mark:
    """A question was asked at so many ms of the interview."""

    at_ms: int
    question: int


def marked_questions(turns: Sequence[Placed], marks: Sequence[Mark]) -> list[int | None]:
    """The question of every turn: marks decide where they are, words where nobody tapped.

    From the turn that a mark points at until the turn of the next mark, everything belongs to the marked question; but
    a question that was never marked (a forgotten tap) keeps the turns that words give it, if by its number it lies
    between the two. Before the first mark words decide, except for questions that are marked later.

    Args:
        turns: in the order of the interview.
        marks: in any order; the same question may be marked again: the later one counts as a return to it.
    """
    if not marks:
        return [turn.guess for turn in turns]
    begins = _begins(turns, sorted(marks, key=lambda mark: mark.at_ms))
    marked = {mark.question for mark in marks}
    found: list[int | None] = []
    current: int | None = None
    coming = sorted(begins)
    for number, turn in enumerate(turns):
        if number in begins:
            current = begins[number]
        following = next((begins[at] for at in coming if at > number), None)
        found.append(turn.guess if _by_words(turn.guess, current, following, marked) else current)
    return found


def _by_words(guess: int | None, current: int | None, following: int | None, marked: set[int]) -> bool:
    """Whether the words decide about a turn."""
    if guess is None or guess in marked:
        return current is None and guess is None
    after = current is None or guess > current
    return after and (following is None or guess < following)


def _begins(turns: Sequence[Placed], marks: Sequence[Mark]) -> dict[int, int]:
    """By the number of a turn (from 0) the question that begins with it; of two marks on one turn the later one."""
    return {at: mark.question for mark in marks if (at := _pointed_at(turns, mark.at_ms)) is not None}


def _pointed_at(turns: Sequence[Placed], at_ms: int) -> int | None:
    """The turn that a tap means: the interviewer's that begins nearest to it; else the one that is heard then, or next.

    The later of two that are equally near.
    """
    near = [
        (abs(turn.start_ms - at_ms), -number)
        for number, turn in enumerate(turns)
        if turn.asks and -LATE_MS <= turn.start_ms - at_ms <= EARLY_MS
    ]
    if near:
        return -min(near)[1]
    return next((number for number, turn in enumerate(turns) if turn.end_ms > at_ms), None)

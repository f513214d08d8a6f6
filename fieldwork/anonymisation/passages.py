"""Passages that a sample is drawn from: where turns are cut, which are drawn, and the words that marks cover.

All places are code points of a turn's raw text, ends exclusive.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from fieldwork.anonymisation.models import LABELS
from fieldwork.core.errors import BadInput

Mark = tuple[int, int, str]
Item = TypeVar("Item")

LONGEST = 120  # words of a passage; a longer turn is cut
USUAL = 90  # words of the pieces of a long turn
MOST = 100  # marks in one passage
_SLACK = 20  # words that a cut may move to meet the end of a sentence
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"[.!?…]")
_FIELDS = 3


class MarksUnreadable(BadInput):
    """What is marked cannot be read as places with their kinds."""

    message = (
        "The marks cannot be read: each is START:END:KIND in code points of the turn, at most {most}, not crossing."
    )


class MarkOutside(BadInput):
    """A mark does not cover words of its passage."""

    message = "There are no words from {start} to {end} in this passage. Mark words of the passage itself."


def words_in(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The words (letters and digits) of a text that lie wholly between two places."""
    return [match.span() for match in _WORD.finditer(text, start, len(text) if end is None else end)]


def passages_of(text: str) -> Iterator[tuple[int, int, int]]:
    """A turn's passages: start, end, number of words. Longer turns are cut, at an end of a sentence where one is near.

    Every word lies in exactly one passage; a turn without a word has none.
    """
    words = words_in(text)
    pieces = 1 if len(words) <= LONGEST else -(-len(words) // USUAL)
    cuts = [_cut(text, words, round(len(words) * piece / pieces)) for piece in range(1, pieces)]
    for first, after in zip([0, *cuts], [*cuts, len(words)], strict=True):
        if first < after:
            start = 0 if first == 0 else words[first][0]
            end = len(text) if after == len(words) else words[after][0]
            kept = text[start:end]
            yield start + len(kept) - len(kept.lstrip()), start + len(kept.rstrip()), after - first


def _cut(text: str, words: Sequence[tuple[int, int]], wanted: int) -> int:
    """The index of the word before which to cut: the nearest one that begins a sentence, else the one wanted."""
    near = sorted(range(max(1, wanted - _SLACK), min(len(words), wanted + _SLACK)), key=lambda at: abs(at - wanted))
    return next((at for at in near if _SENTENCE_END.search(text, words[at - 1][1], words[at][0])), wanted)


def drawn(strata: Sequence[Sequence[Item]], size: int, seed: str) -> list[Item]:
    """A systematic sample: each stratum shuffled, then every k-th of them all from a random start.

    Every item has the same chance, size / number of items, and each stratum gives its share, rounded up or down.
    The same seed draws the same.
    """
    chance = random.Random(seed)  # noqa: S311 - a sample that can be drawn again, no secret
    line = []
    for stratum in strata:
        shuffled = list(stratum)
        chance.shuffle(shuffled)
        line += shuffled
    step = len(line) / size
    begin = chance.random() * step
    return [line[min(int(begin + step * at), len(line) - 1)] for at in range(size)]


def parsed_marks(told: str) -> list[Mark]:
    """The form «marks»: ``12:20:PER,31:40:ORG``; empty where nothing is marked.

    Raises:
        MarksUnreadable: not so written, too many, or of a kind that there is not.
    """
    marks = []
    for one in filter(None, told.split(",")):
        fields = one.split(":")
        if len(fields) != _FIELDS or not (fields[0].isdecimal() and fields[1].isdecimal()) or fields[2] not in LABELS:
            raise MarksUnreadable(most=MOST)
        marks.append((int(fields[0]), int(fields[1]), fields[2]))
    if len(marks) > MOST:
        raise MarksUnreadable(most=MOST)
    return marks


def told_marks(marks: Iterable[Mark]) -> str:
    """Marks as the form has them."""
    return ",".join(f"{start}:{end}:{label}" for start, end, label in marks)


def checked_marks(text: str, start: int, end: int, marks: Iterable[Mark]) -> list[Mark]:
    """Marks of a passage as they are kept: in order, from the first letter of their first word to the last of the last.

    Two people who differ by a quotation mark or a full stop do not differ.

    Raises:
        MarkOutside: one covers no words, or leaves the passage.
        MarksUnreadable: two of them cross.
    """
    kept: list[Mark] = []
    for one in sorted(marks):
        words = words_in(text, one[0], one[1]) if start <= one[0] < one[1] <= end else []
        if not words:
            raise MarkOutside(start=one[0], end=one[1])
        if kept and words[0][0] < kept[-1][1]:
            raise MarksUnreadable(most=MOST)
        kept.append((words[0][0], words[-1][1], one[2]))
    return kept


def covered(text: str, start: int, end: int, masks: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """How many words a stretch has, and how many of them are masked to their last letter, by any masks together."""
    words = words_in(text, start, end)
    return len(words), sum(_is_covered(*word, masks) for word in words)


def _is_covered(start: int, end: int, masks: Sequence[tuple[int, int]]) -> bool:
    for first, after in sorted(masks):
        if first <= start < after:
            start = after
        if start >= end:
            return True
    return False


def joined(first: Sequence[Mark], second: Sequence[Mark]) -> list[Mark]:
    """All that either of two people marked, the first one's where they cross: what an agreement begins from."""
    more = [mark for mark in second if not any(touches(mark, one) for one in first)]
    return sorted([*first, *more])


def touches(mark: Mark, other: Mark) -> bool:
    """Whether two marks share a code point."""
    return mark[0] < other[1] and other[0] < mark[1]


def stretches(text: str, start: int, end: int, marks: Sequence[Mark]) -> Iterator[tuple[str, str]]:
    """A passage cut at its marks: what stands there, and its kind; empty where nothing is marked."""
    at = start
    for first, after, label in marks:
        yield text[at:first], ""
        yield text[first:after], label
        at = after
    yield text[at:end], ""


def pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """A passage cut into words and what lies between them: start, end, text."""
    at = start
    for first, after in [*words_in(text, start, end), (end, end)]:
        if at < first:
            yield at, first, text[at:first]
        if first < after:
            yield first, after, text[first:after]
        at = after

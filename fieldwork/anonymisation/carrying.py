"""Where places in a text stand once it was typed or cut anew. Pure: texts and places in, places out.

Positions are code points, end exclusive.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Protocol

from fieldwork.anonymisation.mention import Mention
from fieldwork.anonymisation.placeholders import Piece, Rewritten
from fieldwork.transcription.rules import borders

_MARKS = ' \t\n\u00a0,.;:!?«»"()—–-'
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
_PARTED = " "  # two turns that become one are parted by a blank


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a row of texts: which of them, and its code points there."""

    text: int
    start: int
    end: int


def carried(spots: Sequence[Spot], before: Sequence[str], after: Sequence[str]) -> list[Spot | None]:
    """Where the same words stand after a stretch of turns was typed or cut anew.

    Args:
        spots: places in ``before``.
        before: the turns as they were.
        after: the same stretch, cut otherwise or with other letters.

    Returns:
        For each its place in ``after``; None where its words are not the same any more, or were parted.
    """
    olds, news = _starts(before), _starts(after)
    old, new = _PARTED.join(before), _PARTED.join(after)
    led = borders(old, new) if spots else []
    found: list[Spot | None] = []
    for spot in spots:
        first, last = olds[spot.text] + spot.start, olds[spot.text] + spot.end - 1
        start, end = led[first], led[last] + 1  # by its letters: what is put in beside them does not belong to it
        at = max(number for number, begins in enumerate(news) if begins <= start)
        same = new[start:end] == old[first : last + 1] and end <= news[at] + len(after[at])
        found.append(Spot(at, start - news[at], end - news[at]) if same else None)
    return found


def rewritten(text: str, steps: Sequence["Step"]) -> Rewritten:
    """A text with the words of some steps (in order, apart) in place of what stood there, and its table."""
    out: list[str] = []
    pieces: list[Piece] = []
    at = length = 0
    for step in steps:
        out += [text[at : step.start], step.words]
        length += step.start - at
        pieces.append(Piece(step.start, step.end, length, length + len(step.words)))
        length += len(step.words)
        at = step.end
    return Rewritten("".join((*out, text[at:])), tuple(pieces))


def _starts(texts: Sequence[str]) -> list[int]:
    starts, at = [], 0
    for text in texts:
        starts.append(at)
        at += len(text) + len(_PARTED)
    return starts


def led_start(table: Rewritten, at: int) -> int:
    """Where a stretch begins that began at ``at``: what was put in right before it does not belong to it."""
    place = at
    for piece in table.pieces:
        if piece.end <= at:
            place = at - piece.end + piece.new_end
        elif piece.start <= at:
            return piece.new_start
    return place


def led_end(table: Rewritten, at: int) -> int:
    """Where a stretch ends that ended at ``at``: what was put in right behind it does not belong to it."""
    place = at
    for piece in table.pieces:
        if piece.start >= at:
            break
        place = piece.new_end + max(0, at - piece.end)
    return place


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of a text, and the words that stand there now."""

    start: int
    end: int
    words: str


def typed(before: str, after: str, fixed: Sequence[tuple[int, int]]) -> list[Step] | None:
    """What somebody typed anew in a text whose placeholders must not be touched.

    Args:
        before: the text as it was.
        after: the text as typed.
        fixed: where the placeholders stand in ``before``, in order.

    Returns:
        The stretches of words that were changed, in order; None where a placeholder is missing, or stands otherwise.
    """
    steps: list[Step] = []
    at = to = 0
    for start, end in [*fixed, (len(before), len(before))]:
        sign = before[start:end]
        there = after.find(sign, to) if sign else len(after)
        if there < 0:
            return None
        steps += [
            Step(at + step.src_start, at + step.src_end, after[to + step.dest_start : to + step.dest_end])
            for step in _words_changed(before[at:start], after[to:there])
        ]
        at, to = end, there + len(sign)
    return steps


@dataclass(frozen=True, slots=True)
class _Changed:
    src_start: int
    src_end: int
    dest_start: int
    dest_end: int


def _words_changed(before: str, after: str) -> Iterator[_Changed]:
    """Changed stretches, whole words together: «кофейня» typed for «кафейня» is one change, not one letter."""
    old, new = _pieces(before), _pieces(after)
    starts, ends = _offsets(old), _offsets(new)
    for tag, first, last, to_first, to_last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield _Changed(starts[first], starts[last], ends[to_first], ends[to_last])


def _pieces(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _offsets(pieces: Sequence[str]) -> list[int]:
    return [0, *accumulate(map(len, pieces))]


class Span(Protocol):
    """Anything that begins and ends."""

    start: int
    end: int


def outside(found: Mention, kept: Iterable[Span]) -> list[Mention]:
    """The parts of a mention that none of the others covers, as far as they hold a word of two letters; never sure."""
    parts: list[Mention] = []
    at = found.start
    for other in [*sorted((one for one in kept if one.end > found.start and one.start < found.end), key=_begin), None]:
        until = found.end if other is None else max(at, other.start)
        text = found.text[at - found.start : until - found.start]
        lead = len(text) - len(text.lstrip(_MARKS))
        words = text.strip(_MARKS)
        if _TWO_LETTERS.search(words):
            start = at + lead
            parts.append(replace(found, start=start, end=start + len(words), text=words, certain=False))
        at = max(at, other.end) if other is not None else found.end
    return parts


def _begin(span: Span) -> int:
    return span.start

"""When a mention is said: from the times of its words, else by its place in a sentence, else the whole turn.

A turn's words and cues are told in code points of the raw text and in ms of its recording.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from fieldwork.core.errors import BadInput
from fieldwork.transcription.rules import TimedSpan
from fieldwork.transcription.word_times import FASTEST_MS, Word

BEFORE_MS, AFTER_MS, MOST_MS = 150, 200, 5_000
MARGIN_MS = 350
MARGIN_SHARE = 0.12
"""How far an estimated place may be off: so much, or so much of its sentence, whichever is more (measured)."""
_BETWEEN = 3  # code points between the words of one mention: a blank, a quotation mark, a comma


class PaddingWrong(BadInput):
    """More, or less, than a padding may be."""

    message = "{given} ms are too much or too little: give 0 to {most} ms before and after each silenced stretch."


class Sureness(StrEnum):
    """How a stretch was found."""

    EXACT = "exact"  # by the times of its words
    ESTIMATED = "estimated"  # by its place in a sentence that has times
    WHOLE = "whole"  # only the turn has times: all of it


class Spot(NamedTuple):
    """When a mention is said, in ms of its recording, without padding."""

    start_ms: int
    end_ms: int
    sureness: Sureness


def checked_padding(before_ms: int, after_ms: int) -> None:
    """Refuse a padding that is none.

    Raises:
        PaddingWrong: less than nothing, or more than five seconds.
    """
    for given in (before_ms, after_ms):
        if not 0 <= given <= MOST_MS:
            raise PaddingWrong(given=given, most=MOST_MS)


def spot_of(
    start: int, end: int, words: Sequence[Word], cues: Iterable[TimedSpan], turn: tuple[int | None, int | None]
) -> Spot | None:
    """When the code points from ``start`` to ``end`` of a turn are said; None where that is not known at all.

    Args:
        start: first code point of the mention in the raw text.
        end: one past the last.
        words: of the turn.
        cues: of the turn.
        turn: when it begins and ends.
    """
    return _exact(start, end, words) or _estimated(start, end, cues) or _whole(turn)


def _exact(start: int, end: int, words: Sequence[Word]) -> Spot | None:
    own = [word for word in words if word.start < end and start < word.end]
    times = [(word.start_ms, word.end_ms) for word in own if word.start_ms is not None and word.end_ms is not None]
    if not own or len(times) < len(own):
        return None
    gaps = [start, *(border for word in own for border in (word.start, word.end)), end]
    missing = [gaps[at + 1] - gaps[at] for at in range(0, len(gaps), 2)]
    begins, ends = min(one for one, _ in times), max(one for _, one in times)
    if max(missing) > _BETWEEN or ends - begins < FASTEST_MS * (end - start):
        return None
    return Spot(begins, ends, Sureness.EXACT)


def _estimated(start: int, end: int, cues: Iterable[TimedSpan]) -> Spot | None:
    """By the share of its sentences' letters, with a margin; never outside them."""
    own = [cue for cue in cues if cue.start < end and start < cue.end]
    if not own or any(not _possible(cue) for cue in own):
        return None
    if own[0].start > start + _BETWEEN or own[-1].end < end - _BETWEEN:
        return None  # words that no cue covers
    if any(later.start - earlier.end > _BETWEEN for earlier, later in pairwise(own)):
        return None
    begins = min(_share(cue, max(start, cue.start), -1) for cue in own)
    ends = max(_share(cue, min(end, cue.end), 1) for cue in own)
    return Spot(begins, ends, Sureness.ESTIMATED)


def _share(cue: TimedSpan, at: int, side: int) -> int:
    start_ms, end_ms = cue.start_ms or 0, cue.end_ms or 0
    length = end_ms - start_ms
    margin = max(MARGIN_MS, length * MARGIN_SHARE)
    there = start_ms + length * (at - cue.start) / (cue.end - cue.start) + side * margin
    return round(max(start_ms, min(end_ms, there)))


def _possible(cue: TimedSpan) -> bool:
    if cue.start_ms is None or cue.end_ms is None or cue.end <= cue.start:
        return False
    return cue.end_ms - cue.start_ms >= FASTEST_MS * (cue.end - cue.start)


def _whole(turn: tuple[int | None, int | None]) -> Spot | None:
    start_ms, end_ms = turn
    return None if start_ms is None or end_ms is None else Spot(start_ms, max(end_ms, start_ms + 1), Sureness.WHOLE)

"""Line breaking over the whole paragraph. Pure: numbers in, chosen stops out.

After D. E. Knuth and M. F. Plass, "Breaking paragraphs into lines", Software: Practice and Experience 11 (1981): of all
ways to break a paragraph, the one with the least sum of demerits. reportlab breaks line by line and knows no Kazakh
or ё inside words; with this search gaps wider than 2.5 spaces fell from 48 to 1 in 117 lines of Russian.
"""

from collections.abc import Sequence
from enum import Enum
from math import inf
from typing import Final, NamedTuple

_STRETCH: Final = 0.5  # of a space, at which a line counts as badness 100
_SHRINK: Final = 0.22  # of a space, the most a gap may lose
_RAG: Final = 0.15  # of the measure, at which a ragged line counts as badness 100
_HYPHEN: Final = 60.0
_HYPHENS_RUNNING: Final = 2e6
_HYPHEN_BEFORE_LAST: Final = 3e6
_SHORT_LAST: Final = 3e6
_FORCED: Final = 1e4
_TIE: Final = 2e5
_SLACK: Final = 12.0  # a start is given up only when even hanging punctuation cannot save the line
_TIGHT: Final = 0.01  # rounding of widths, in points


class Ending(Enum):
    """How a stop ends its line."""

    SPACE = 0
    HYPHEN = 1
    FORCED = 2  # inside a word that is longer than a line
    TIE = 3  # after a preposition or conjunction, which would rather stay with its word


class Stop(NamedTuple):
    """A place where a line may end and the next begin.

    ``end`` and ``start`` are natural widths from the paragraph's beginning, in points: to the line's end (with an added
    hyphen, without what hangs into the margin) and to where the next line begins. ``gaps_end`` and ``gaps_start`` count
    the stretchable spaces up to there. ``word`` and ``offset`` say where the next line begins in the text.
    """

    word: int
    offset: int
    end: float
    start: float
    gaps_end: int
    gaps_start: int
    ending: Ending = Ending.SPACE


class Measure(NamedTuple):
    """What lines are to fill, in points: the first line, the others, a normal space, the least last line."""

    first: float
    rest: float
    space: float
    least_last: float


def choose_stops(stops: Sequence[Stop], measure: Measure, *, justified: bool) -> list[int]:
    """Indices of the stops at which lines end, beginning with 0 (the paragraph's start), ending with the last one.

    Tolerances grow until a way is found; text is never lost: at worst a line is too loose, or, where a single letter is
    wider than the measure, too long.
    """
    if len(stops) == 1:
        return [0]
    if justified:
        for least_fill in (0.8, 0.1):
            path = _search(stops, measure, least_fill, ragged=False)
            if path:
                return path
    return _search(stops, measure, 0.0, ragged=True) or _greedy(stops, measure)


def _search(stops: Sequence[Stop], measure: Measure, least_fill: float, *, ragged: bool) -> list[int]:
    """The way of least demerits, or nothing if no way keeps within the tolerances."""
    last = len(stops) - 1
    costs = [0.0, *([inf] * last)]
    previous = [0] * (last + 1)
    lowest = 0
    for here in range(1, last + 1):
        stop = stops[here]
        for begin in range(lowest, here):
            start = stops[begin]
            width = measure.rest if begin else measure.first
            free = width - (stop.end - start.start)
            gaps = stop.gaps_end - start.gaps_start
            if free < -_TIGHT - (0.0 if ragged else _SHRINK * measure.space * gaps):
                if begin == lowest and free < -_SLACK - _SHRINK * measure.space * gaps:
                    lowest += 1
                continue
            if costs[begin] == inf:
                continue
            if here == last and free >= 0:
                demerits = _last_line(start, width - free, measure)
            elif width - free < least_fill * width:
                break  # later starts leave the line emptier still
            else:
                demerits = _line(start, stop, free, width if ragged else measure.space * gaps, ragged=ragged)
            if costs[begin] + demerits < costs[here]:
                costs[here], previous[here] = costs[begin] + demerits, begin
    return _path(previous, last) if costs[last] < inf else []


def _line(start: Stop, stop: Stop, free: float, basis: float, *, ragged: bool) -> float:
    """Demerits of a full line with ``free`` points to spare; ``basis`` is what they are spread over."""
    unit = _RAG if ragged else (_STRETCH if free > 0 else _SHRINK)
    ratio = abs(free) / (max(basis, 0.1) * unit)
    demerits = (1 + 100 * ratio**3 + (_HYPHEN if stop.ending is Ending.HYPHEN else 0)) ** 2
    if stop.ending is Ending.FORCED:
        demerits += _FORCED
    if stop.ending is Ending.TIE:
        demerits += _TIE
    if stop.ending is Ending.HYPHEN and start.ending is Ending.HYPHEN:
        demerits += _HYPHENS_RUNNING
    return demerits


def _last_line(start: Stop, natural: float, measure: Measure) -> float:
    """Demerits of the last line: it may be short, yet not a mere syllable."""
    demerits = 1.0
    if natural < measure.least_last:
        demerits += _SHORT_LAST
    if start.ending is Ending.HYPHEN:
        demerits += _HYPHEN_BEFORE_LAST
    return demerits


def _path(previous: Sequence[int], last: int) -> list[int]:
    """The chosen stops, from the first to the last."""
    path = [last]
    while path[-1]:
        path.append(previous[path[-1]])
    return path[::-1]


def _greedy(stops: Sequence[Stop], measure: Measure) -> list[int]:
    """As much as fits on each line, and at least one stop: the way that always exists."""
    path = [0]
    while path[-1] < len(stops) - 1:
        begin = path[-1]
        width = measure.rest if begin else measure.first
        fitting = begin + 1
        while fitting + 1 < len(stops) and stops[fitting + 1].end - stops[begin].start <= width + _TIGHT:
            fitting += 1
        path.append(fitting)
    return path

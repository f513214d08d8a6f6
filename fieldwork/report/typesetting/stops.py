"""The places where a line may end: after words, at hyphens, at ties, and, if nothing else helps, anywhere."""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import Final, NamedTuple

from fieldwork.report.content import Language
from fieldwork.report.typesetting.fonts import text_width
from fieldwork.report.typesetting.hyphenation import break_points
from fieldwork.report.typesetting.microtype import NBSP, SOFT_HYPHEN
from fieldwork.report.typesetting.runs import Piece, Word
from fieldwork.report.typesetting.totalfit import Ending, Measure, Stop

# The share of a sign that may hang into the margin at a line's end
_HANG: Final = {"-": 0.55, SOFT_HYPHEN: 0.55, ",": 0.5, ".": 0.5, "»": 0.3, ":": 0.3, ";": 0.3, "—": 0.2}
_WORTH_BREAKING: Final = 5  # letters
# After a preposition or conjunction a line may end if need be; after a number or an initial only in overlong words.
_WEAK_TIE: Final = re.compile(rf"(?<![^\W\d_])[^\W\d_]{{1,3}}{NBSP}(?!—)")
_ANY_TIE: Final = re.compile(NBSP)


class _At(NamedTuple):
    """A word and what lies before it: its number, the natural width in points, the stretchable spaces."""

    number: int
    word: Word
    place: float
    gaps: int


def find_stops(words: Sequence[Word], measure: Measure, language: Language, *, justified: bool) -> list[Stop]:
    """Every place where a line may end, in order; the first is the beginning.

    Words of ragged text are broken only where they are longer than a line.
    """
    stops = [Stop(0, 0, 0.0, 0.0, 0, 0)]
    place, gaps = 0.0, 0
    narrowest = min(measure.first, measure.rest)
    for number, word in enumerate(words):
        at = _At(number, word, place, gaps)
        if word.width > narrowest:
            stops += _overlong_stops(at, language, narrowest)
        elif justified:
            stops += _in_order((*_hyphen_stops(at, language), *_tie_stops(at, _WEAK_TIE)))
        place += word.width
        gaps += word.text.count(NBSP)
        after = 1 if word.space else 0
        stops.append(Stop(number + 1, 0, place - _overhang(word), place + word.space, gaps, gaps + after))
        place += word.space
        gaps += after
    return stops


def _in_order(stops: Iterable[Stop]) -> list[Stop]:
    return sorted(stops, key=attrgetter("offset"))


def _overlong_stops(at: _At, language: Language, measure: float) -> list[Stop]:
    """Stops in a word longer than a line: at its ties and hyphens; if they do not suffice, after every letter."""
    gentle = _in_order((*_hyphen_stops(at, language), *_tie_stops(at, _ANY_TIE)))
    starts = [at.place, *(stop.start for stop in gentle)]
    ends = [*(stop.end for stop in gentle), at.place + at.word.width]
    if all(end - start <= measure for start, end in zip(starts, ends, strict=True)):
        return gentle
    return list(_forced_stops(at))


def _pieces(at: _At) -> Iterable[tuple[Piece, int, float, int]]:
    """Each piece of a word with the offset, the width and the spaces before it."""
    offset, place, gaps = 0, at.place, at.gaps
    for piece in at.word.pieces:
        yield piece, offset, place, gaps
        offset += len(piece.text)
        place += piece.width
        gaps += piece.text.count(NBSP)


def _hyphen_stops(at: _At, language: Language) -> Iterable[Stop]:
    """The stops inside a word where hyphenation allows them."""
    for piece, offset, place, gaps in _pieces(at):
        points = break_points(piece.text, language) if len(piece.text) >= _WORTH_BREAKING else []
        for point in points:
            head = piece.text[:point]
            start = place + _width(head, piece)
            sign = head[-1] if head[-1] in "-/" else SOFT_HYPHEN
            added = _width(sign, piece) if sign == SOFT_HYPHEN else 0.0
            end = start + added - _HANG.get(sign, 0.0) * _width(sign, piece)
            before = gaps + head.count(NBSP)
            yield Stop(at.number, offset + point, end, start, before, before, Ending.HYPHEN)


def _tie_stops(at: _At, ties: re.Pattern[str]) -> Iterable[Stop]:
    """Stops at no-break spaces: better than gaping lines, worse than anything else."""
    for piece, offset, place, gaps in _pieces(at):
        for match in ties.finditer(piece.text):
            head = piece.text[: match.end() - 1]
            end = place + _width(head, piece)
            before = gaps + head.count(NBSP)
            start = end + _width(NBSP, piece)
            yield Stop(at.number, offset + match.end(), end, start, before, before + 1, Ending.TIE)


def _forced_stops(at: _At) -> Iterable[Stop]:
    """Stops after every letter of a word that no line can hold (an address, a row of signs)."""
    for piece, offset, place, gaps in _pieces(at):
        starts = accumulate((_width(letter, piece) for letter in piece.text), initial=place)
        for point, start in zip(range(len(piece.text)), starts, strict=False):
            if offset + point:
                before = gaps + piece.text.count(NBSP, 0, point)
                yield Stop(at.number, offset + point, start, start, before, before, Ending.FORCED)


def _overhang(word: Word) -> float:
    """How far the last sign of a word may hang into the margin, in points."""
    piece = word.pieces[-1]
    return _HANG.get(piece.text[-1], 0.0) * _width(piece.text[-1], piece)


def _width(text: str, piece: Piece) -> float:
    return text_width(text, piece.face.font, piece.face.size)

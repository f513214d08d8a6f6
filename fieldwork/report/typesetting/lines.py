"""Text into lines: words become stops, the best stops become lines that know how to be drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from fieldwork.report.content import Language
from fieldwork.report.typesetting.fonts import text_width
from fieldwork.report.typesetting.microtype import NBSP, SOFT_HYPHEN
from fieldwork.report.typesetting.runs import Piece, Run, Word, cut_word, measured, piece_at, split_words
from fieldwork.report.typesetting.stops import find_stops
from fieldwork.report.typesetting.tokens import LEAD, TextStyle
from fieldwork.report.typesetting.totalfit import Ending, Measure, Stop, choose_stops

_LEAST_LAST: Final = 2.6 * LEAD  # the last line is longer than the next paragraph's indent
_MOST_STRETCH: Final = 2.0  # spaces added to a space; a line that would need more rather ends short


@dataclass(frozen=True, slots=True)
class Line:
    """A line ready to be drawn.

    ``indent`` counts from the style's left edge, ``stretch`` is added to each of its spaces; both in points.
    """

    pieces: tuple[Piece, ...]
    indent: float
    stretch: float

    @property
    def text(self) -> str:
        """The line's letters, an added hyphen included (as a soft hyphen)."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def width(self) -> float:
        """The width as drawn, in points."""
        gaps = sum(piece.text.count(" ") + piece.text.count(NBSP) for piece in self.pieces)
        return sum(piece.width for piece in self.pieces) + gaps * self.stretch


def break_lines(runs: Iterable[Run], style: TextStyle, width: float, language: Language) -> tuple[Line, ...]:
    """The runs set in lines between the style's indents.

    Args:
        runs: the text; spaces separate words, no-break spaces do not.
        style: face (for the normal space), indents, justification, hyphenation.
        width: the full width in points, from which the style's left and right indents are taken.
        language: whose hyphenation applies: to all words of justified text, in ragged text to overlong words only.
    """
    words = split_words(runs)
    if not words:
        return ()
    rest = width - style.left - style.right
    space = text_width(" ", style.face.font, style.face.size)
    measure = Measure(rest - style.first, rest, space, _LEAST_LAST if style.justified else 0.0)
    stops = find_stops(words, measure, language, justified=style.justified)
    chosen = [stops[index] for index in choose_stops(stops, measure, justified=style.justified)]
    return tuple(
        _line(words, start, stop, style, measure, is_first=index == 0, is_last=index == len(chosen) - 2)
        for index, (start, stop) in enumerate(pairwise(chosen))
    )


def _line(
    words: Sequence[Word],
    start: Stop,
    stop: Stop,
    style: TextStyle,
    measure: Measure,
    *,
    is_first: bool,
    is_last: bool,
) -> Line:
    """The line between two stops."""
    pieces = _merge(_pieces_between(words, start, stop))
    width = measure.first if is_first else measure.rest
    free = width - (stop.end - start.start)
    gaps = stop.gaps_end - start.gaps_start
    fill = style.justified and gaps > 0 and (not is_last or free < 0)
    indent = style.first if is_first else 0.0
    if style.align != "left":
        indent += free / 2 if style.align == "centre" else free
    return Line(pieces, indent, min(free / gaps, measure.space * _MOST_STRETCH) if fill else 0.0)


def _pieces_between(words: Sequence[Word], start: Stop, stop: Stop) -> Iterable[Piece]:
    """The pieces from one stop to another, spaces and an added hyphen included."""
    last = stop.word if stop.offset else stop.word - 1
    for index in range(start.word, last + 1):
        word = words[index]
        begin = start.offset if index == start.word else 0
        end = stop.offset if index == stop.word and stop.offset else None
        yield from cut_word(word, begin, end - 1 if end and stop.ending is Ending.TIE else end)
        if end is not None and stop.ending is Ending.HYPHEN and word.text[end - 1] not in "-/":
            yield measured(SOFT_HYPHEN, piece_at(word, end - 1))
        elif index < last:
            link = words[index + 1].pieces[0].link
            before = word.pieces[-1]
            yield measured(" ", before._replace(page_of="", link=link if link == before.link else ""))


def _merge(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Neighbours of the same face and link joined, so that a line is drawn in few strokes."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and merged[-1][1:2] + merged[-1][3:] == piece[1:2] + piece[3:] and not piece.page_of:
            before = merged.pop()
            merged.append(before._replace(text=before.text + piece.text, width=before.width + piece.width))
        else:
            merged.append(piece)
    return tuple(merged)

"""Saturation: the share of codes and categories reached after each interview, and the new codes it brought.

Two panels over one axis; no second scale on either.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from fieldwork.report.content import Saturation
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.figures.figure import Picture
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import (
    CELL,
    DEEP,
    FULL,
    INK,
    MARGIN,
    MID,
    RULE,
    RUST,
    SOFT,
    WHITE,
    Colour,
    Face,
)

_LEFT: Final = MARGIN + 26
_RIGHT: Final = FULL - 84
_BASE: Final = 26.0
_BARS: Final = 40.0  # the height of the highest bar
_MIDDLE: Final = 84.0
_HEIGHT: Final = 206.0
_TOP: Final = _HEIGHT - 8
_SMALL: Final = Face("Sans", 7.6, SOFT)
_BOLD: Final = Face("Sans-Bold", 8)
_MOST_LABELS: Final = 24


class SaturationPicture(Picture):
    """Curves above, bars below."""

    height = _HEIGHT

    def __init__(self, composer: Composer, saturation: Saturation) -> None:
        words = composer.words
        self._words = words
        self._new = saturation.new_codes
        self._count = max(len(self._new), 1)
        self._codes = list(accumulate(saturation.new_codes))
        self._categories = list(accumulate(saturation.new_categories))
        self._labels = (
            words.count(_last(self._categories), words.category_count),
            words.count(_last(self._codes), words.codes),
        )
        bringing = [number for number, new in enumerate(saturation.new_categories, start=1) if new]
        self._last = bringing[-1] if bringing else 0
        note = words.saturation_last.format(number=self._last)
        self._note = composer.lines(note, CELL.but(face=Face("Sans-Italic", 8)), FULL - _RIGHT - 8)

    def draw(self, pen: Pen) -> None:
        """Grid, bars, curves, words."""
        self._draw_grid(pen)
        self._draw_bars(pen)
        self._draw_curve(pen, self._categories, RUST, WHITE)
        self._draw_curve(pen, self._codes, DEEP, DEEP)
        self._draw_words(pen)

    def _x(self, index: int) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (index + 0.5) / self._count

    def _y(self, share: float) -> float:
        return _MIDDLE + (_TOP - _MIDDLE) * share

    def _draw_grid(self, pen: Pen) -> None:
        for quarter in range(5):
            y = self._y(quarter / 4)
            pen.rule((_LEFT, y), (_RIGHT, y), 0.4, RULE)
            pen.text(_LEFT - 6, y - 2.6, f"{quarter * 25}\u00a0%", _SMALL, "right")
        if self._last:
            x = self._x(self._last - 1)
            pen.rule((x, _MIDDLE), (x, _TOP + 2), 0.7, INK, (2.2, 2))
            pen.rule((x + 2, self._y(0.62) - 7), (_RIGHT + 4, self._y(0.62) - 7), 0.4, INK)
            pen.lines(self._note, _RIGHT + 6, self._y(0.62) + len(self._note) * 4.75 - 7 + 1, 9.5, 7.2)

    def _draw_bars(self, pen: Pen) -> None:
        pen.rule((_LEFT, _BASE), (_RIGHT, _BASE), 0.8, INK)
        width = min(13.0, (_RIGHT - _LEFT) / self._count * 0.6)
        every = -(-self._count // _MOST_LABELS)
        for index, new in enumerate(self._new):
            height = _BARS * new / max(*self._new, 1)
            pen.box((self._x(index) - width / 2, _BASE), width, height, MID)
            if index % every == 0:
                pen.text(self._x(index), _BASE + height + 3, str(new), Face("Sans", 7.4), "centre")
                pen.text(self._x(index), _BASE - 10, str(index + 1), _SMALL, "centre")

    def _draw_curve(self, pen: Pen, reached: Sequence[int], colour: Colour, fill: Colour) -> None:
        total = _last(reached)
        points = [(self._x(index), self._y(value / total)) for index, value in enumerate(reached)] if total else []
        if points:
            pen.polyline(points, 1.5, colour)
        for point in points:
            pen.ring(point, 2.2, 1, colour, fill)

    def _draw_words(self, pen: Pen) -> None:
        pen.text(MARGIN - 8, _TOP - 3, self._words.saturation_share, _BOLD, "right")
        pen.text(MARGIN - 8, _BASE + 22, self._words.saturation_new, _BOLD, "right")
        pen.text((_LEFT + _RIGHT) / 2, 2, self._words.saturation_axis, Face("Sans", 8, SOFT), "centre")
        self._draw_key(pen)

    def _draw_key(self, pen: Pen) -> None:
        """Which curve is which, in the lower right of the upper panel, where no curve comes."""
        for row, (label, colour, fill) in enumerate(zip(self._labels, (RUST, DEEP), (WHITE, DEEP), strict=True)):
            y = self._y(0.25) - 9 - row * 11
            pen.rule((_RIGHT - 84, y), (_RIGHT - 70, y), 1.5, colour)
            pen.ring((_RIGHT - 77, y), 2.2, 1, colour, fill)
            pen.text(_RIGHT - 64, y - 2.8, label, Face("Sans-Bold", 8.2, colour))


def _last(values: Sequence[int]) -> int:
    return values[-1] if values else 0

"""How many experts spoke of each category of a core category: a lollipop per category, the most frequent first."""

from typing import Final

from fieldwork.report.content import CoreCategory
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.figures.figure import Picture
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import (
    DEEP,
    FIGURE_SIDE,
    FULL,
    LEAD,
    MARGIN,
    MID,
    RULE,
    SOFT,
    WHITE,
    Face,
    TextStyle,
)

_AXIS_LEFT: Final = MARGIN + 176
_AXIS_RIGHT: Final = FULL - 16
_LABEL_WIDTH: Final = _AXIS_LEFT - 10
_HEAD: Final = 14.0
_MOST_TICKS: Final = 8
_MOST_ROWS: Final = 28  # two-line rows still fit on a page; the table has them all
_SMALL: Final = Face("Sans", 7.4, SOFT)


class FrequencyPicture(Picture):
    """Categories against the number of experts who spoke of them."""

    def __init__(self, composer: Composer, core: CoreCategory) -> None:
        self._total = max(composer.content.experts, 1)
        self._axis = composer.words.frequency_axis.format(total=composer.content.experts)
        ranked = sorted(core.categories, key=lambda category: -category.counts.experts)[:_MOST_ROWS]
        numbers = composer.numbering.categories
        self._rows = [
            (
                category.counts.experts,
                f"category:{category.key}",
                composer.lines(
                    f"{numbers[category.key]} {category.title}",
                    _style(hot=self._hot(category.counts.experts)),
                    _LABEL_WIDTH,
                ),
            )
            for category in ranked
        ]
        self.height = _HEAD + sum(_height(len(lines)) for _, _, lines in self._rows)

    def _hot(self, experts: int) -> bool:
        """Whether a majority spoke of it."""
        return experts * 2 > self._total

    def draw(self, pen: Pen) -> None:
        """The axis, then a row per category."""
        self._draw_axis(pen)
        top = self.height - _HEAD
        for experts, anchor, lines in self._rows:
            height = _height(len(lines))
            middle = top - height / 2
            bottom = pen.lines(lines, 0, middle + len(lines) * 9.5 / 2, 9.5, 7.3)
            pen.link(anchor, _LABEL_WIDTH - 120, bottom, _LABEL_WIDTH, middle + height / 2)
            self._draw_row(pen, experts, middle)
            top -= height

    def _x(self, experts: int) -> float:
        return _AXIS_LEFT + (_AXIS_RIGHT - _AXIS_LEFT) * min(experts / self._total, 1)

    def _draw_axis(self, pen: Pen) -> None:
        step = -(-self._total // _MOST_TICKS)
        for value in range(0, self._total + 1, step):
            x = self._x(value)
            pen.rule((x, 0), (x, self.height - _HEAD + 2), 0.4 if value else 0.8, RULE)
            pen.text(x, self.height - 7, str(value), _SMALL, "centre")
        pen.text(_LABEL_WIDTH, self.height - 7, self._axis, _SMALL, "right")

    def _draw_row(self, pen: Pen, experts: int, y: float) -> None:
        hot = self._hot(experts)
        colour = DEEP if hot else MID
        pen.rule((_AXIS_LEFT, y), (self._x(experts), y), 1.4, colour)
        pen.ring((self._x(experts), y), 3, 1.4, colour, DEEP if hot else WHITE)
        x = self._x(experts) + 7
        pen.box((x - 1.5, y - 4), 5 + 4.5 * len(str(experts)), 8, WHITE)  # the grid stays clear of the number
        pen.text(x, y - 2.8, str(experts), Face("Sans-Bold", 8))


def _style(*, hot: bool) -> TextStyle:
    """Of a category's name."""
    return FIGURE_SIDE.but(face=Face("Sans-Bold" if hot else "Sans", 8.2))


def _height(lines: int) -> float:
    """A row's height."""
    return max(LEAD, lines * 9.5 + 4.5)

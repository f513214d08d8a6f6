"""A picture with its caption below, floating; and the small strokes that pictures share."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

from fieldwork.report.typesetting.blocks import Block, Entry, TextBlock
from fieldwork.report.typesetting.lines import Line
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import DEEP, LEAD, RULE, Colour

_CAPTION_GAP: Final = 8.0


class Picture(ABC):
    """A drawing on the full width, its origin in the lower left corner."""

    height: float

    @abstractmethod
    def draw(self, pen: Pen) -> None:
        """All strokes, letters and links."""


class Figure(Block):
    """A picture and its caption; their height is rounded to the grid."""

    floats = True
    before = LEAD
    after = LEAD

    def __init__(self, picture: Picture, caption: TextBlock, entry: Entry) -> None:
        self._picture = picture
        self._caption = caption
        self.entry: Entry = entry
        self.anchor = entry.anchor

    @property
    def height(self) -> float:
        """Picture, gap and caption in whole grid lines."""
        return -(-(self._picture.height + _CAPTION_GAP + self._caption.height) // LEAD) * LEAD

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """Picture above, caption below."""
        with pen.moved(x, top - self._picture.height):
            self._picture.draw(pen)
        self._caption.draw(pen, x, top - self._picture.height - _CAPTION_GAP)


def dots(
    pen: Pen, x: float, y: float, filled: int, total: int = 0, *, step: float = 4.2, colour: Colour = DEEP
) -> None:
    """``filled`` dots from ``x`` rightwards, then small ones up to ``total``."""
    radius = step * 0.345
    for index in range(max(filled, total)):
        full = index < filled
        centre = (x + radius + index * step, y)
        pen.disc(centre, radius if full else radius * 0.55, colour if full else RULE)


def widest(lines: Sequence[Line]) -> float:
    """The width of the widest line, in points."""
    return max((line.width for line in lines), default=0.0)

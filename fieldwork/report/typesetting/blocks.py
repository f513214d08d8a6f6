"""Blocks: what a column is filled with. A block knows its height, may be split, and draws itself from its top down."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Final, NamedTuple

from fieldwork.report.content import Language
from fieldwork.report.typesetting.lines import Line
from fieldwork.report.typesetting.microtype import SOFT_HYPHEN
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import HALF, MARGIN_NOTE, MID, Face, TextStyle

_LEAST_LINES: Final = 2  # of a paragraph, at a column's foot and head
_HANG: Final = 8.0


class Entry(NamedTuple):
    """A line of the contents and of the reader's outline. ``kind``: section, figure or table; ``level`` 0 or 1."""

    kind: str
    level: int
    number: str
    title: str
    anchor: str


class Mark(NamedTuple):
    """A number that stands in a paragraph's indent, ``left`` points from the block's edge."""

    left: float
    lines: Sequence[Line]


class Block(ABC):
    """A part of the flow. Lengths in points.

    ``before`` and ``after`` are kept free towards its neighbours; of two that meet, the larger counts.
    """

    before: float = 0.0
    after: float = 0.0
    keeps: bool = False  # stays with the beginning of the next block
    room: float = 0.0  # what must be left of a column for this block to begin there, with what it keeps
    floats: bool = False  # may move to the head of the next page while text goes on
    anchor: str = ""
    entry: Entry | None = None

    @property
    @abstractmethod
    def height(self) -> float:
        """The height at full width."""

    @property
    def least(self) -> float:
        """The height of the smallest part that may stand at a column's foot."""
        return self.height

    def split(self, room: float) -> tuple["Block", "Block"] | None:  # noqa: ARG002 - blocks that cannot be split ignore it
        """A part that fits into ``room`` and the rest, or nothing."""
        return None

    def anchors(self) -> Iterator[str]:
        """Every anchor that is drawn with this block."""
        if self.anchor:
            yield self.anchor

    def draw(self, pen: Pen, x: float, top: float) -> None:
        """Draw with the left edge at ``x`` and the upper edge at ``top``."""
        if self.anchor:
            pen.anchor(self.anchor, top + 6)
        self.paint(pen, x, top)

    @abstractmethod
    def paint(self, pen: Pen, x: float, top: float) -> None:
        """The strokes and letters themselves."""


class Space(Block):
    """Empty height, dropped where it would begin a column."""

    def __init__(self, height: float) -> None:
        self._height = height

    @property
    def height(self) -> float:
        """As asked for."""
        return self._height

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """Nothing to draw."""


class NewPage(Block):
    """What follows begins a page; figures that still wait are placed first."""

    height = 0.0

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """Nothing to draw."""


class TextBlock(Block):
    """A paragraph in lines. ``side`` (in the margin column) and ``mark`` stand on the paragraph's first baseline."""

    def __init__(
        self,
        lines: Sequence[Line],
        style: TextStyle,
        *,
        side: Sequence[Line] = (),
        mark: Mark | None = None,
        anchor: str = "",
        language: Language | None = None,
        keeps: bool = False,
        unsplit: bool = False,
        before: float | None = None,
        after: float | None = None,
    ) -> None:
        self.lines = lines
        self.style = style
        self.side = side
        self.mark = mark
        self.anchor = anchor
        self.language: Language | None = language
        self.keeps = keeps
        self.unsplit = unsplit
        self.before = style.before if before is None else before
        self.after = style.after if after is None else after

    @property
    def height(self) -> float:
        """The paragraph's, or its margin label's if that is higher."""
        return max(len(self.lines) * self.style.leading + self.style.air, self._side_height)

    @property
    def least(self) -> float:
        """Two lines (and the margin label), or all of a short paragraph."""
        if self.unsplit or len(self.lines) < 2 * _LEAST_LINES:
            return self.height
        return max(_LEAST_LINES * self.style.leading, self._side_height)

    @property
    def _side_height(self) -> float:
        """The margin label's, in half grid lines; its last line may hang into the air below the paragraph."""
        return ceil(max(len(self.side) * MARGIN_NOTE.leading - _HANG, 0) / HALF) * HALF

    def split(self, room: float) -> tuple[Block, Block] | None:
        """Cut between lines, two at least on either side; the lines stay as they were set."""
        fitting = min(int((room + 0.01) / self.style.leading), len(self.lines) - _LEAST_LINES)
        if self.unsplit or fitting < _LEAST_LINES:
            return None
        fitting = self._whole(fitting)
        if fitting * self.style.leading < self.least:
            return None
        head = TextBlock(
            self.lines[:fitting],
            self.style,
            side=self.side,
            mark=self.mark,
            anchor=self.anchor,
            language=self.language,
            before=self.before,
            after=0.0,
        )
        return head, TextBlock(
            self.lines[fitting:], self.style, language=self.language, keeps=self.keeps, before=0.0, after=self.after
        )

    def _whole(self, fitting: int) -> int:
        """So many lines, or up to two fewer, lest a word be broken over two pages."""
        for count in range(fitting, max(fitting - 3, _LEAST_LINES - 1), -1):
            if not self.lines[count - 1].text.endswith(SOFT_HYPHEN):
                return count
        return fitting

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """Margin label and lines."""
        pen.lines(self.side, x, top, MARGIN_NOTE.leading, self.style.drop)
        if self.mark:
            pen.lines(self.mark.lines, x + self.mark.left, top, MARGIN_NOTE.leading, self.style.drop)
        if self.language:
            with pen.language(self.language):
                self._text(pen, x, top)
        else:
            self._text(pen, x, top)

    def _text(self, pen: Pen, x: float, top: float) -> None:
        pen.lines(self.lines, x + self.style.left, top, self.style.leading, self.style.drop)


class Heading(TextBlock):
    """A heading with its number in the margin column; it opens an entry of the contents."""

    def __init__(self, lines: Sequence[Line], style: TextStyle, entry: Entry, room: float = 0.0) -> None:
        super().__init__(lines, style, keeps=True, anchor=entry.anchor, unsplit=True)
        self.entry: Entry = entry
        self.room = room

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """Number, heading, and the outline's entry."""
        entry = self.entry
        pen.outline(f"{entry.number} {entry.title}".strip(), entry.anchor, entry.level)
        if entry.level:
            pen.text(x, top - self.style.drop, entry.number, MARGIN_NOTE.face.cut("Sans-Bold"))
        else:
            pen.text(x, top - self.style.drop, entry.number, Face("Serif", self.style.face.size, MID))
        super().paint(pen, x, top)

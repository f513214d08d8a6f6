"""Two columns on the full width, of equal height where the text ends."""

from collections import deque
from collections.abc import Iterator, Sequence
from functools import cached_property
from math import inf

from fieldwork.report.typesetting.blocks import Block
from fieldwork.report.typesetting.flow import Column, fill
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import FULL, LEAD, ROOM

GUTTER = 22.5
COLUMN_WIDTH = (FULL - GUTTER) / 2
_LEAST = 10 * LEAD


class Columns(Block):
    """Blocks of column width in two columns."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = tuple(blocks)

    @cached_property
    def height(self) -> float:
        """The least height at which both columns hold everything; infinite if a page's does not suffice."""
        if not self._blocks:
            return 0.0
        total = sum(block.height for block in self._blocks)
        lowest = max(1, int(total / 2 / LEAD))
        for lines in range(lowest, int(ROOM / LEAD) + 1):
            if not _fill_two(self._blocks, lines * LEAD)[1]:
                return lines * LEAD
        return inf

    @property
    def least(self) -> float:
        """Ten lines, or all there is."""
        return min(self.height, _LEAST)

    def split(self, room: float) -> tuple[Block, Block] | None:
        """Both columns filled to the foot, and the rest."""
        room = int((room + 0.01) / LEAD) * LEAD
        columns, rest = _fill_two(self._blocks, room) if room >= _LEAST else ([], ())
        return (_FullColumns(columns, room), Columns(rest)) if columns and rest else None

    def anchors(self) -> Iterator[str]:
        """Those of all blocks."""
        for block in self._blocks:
            yield from block.anchors()

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """Both columns, evened out."""
        _draw(_fill_two(self._blocks, min(self.height, ROOM))[0], pen, x, top)


class _FullColumns(Block):
    """Two columns that reach a page's foot."""

    def __init__(self, columns: Sequence[Column], height: float) -> None:
        self._columns = columns
        self._height = height

    @property
    def height(self) -> float:
        """That of the room they were given."""
        return self._height

    def anchors(self) -> Iterator[str]:
        """Those of all blocks."""
        for column in self._columns:
            for placed in column.placed:
                yield from placed.block.anchors()

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """Both columns."""
        _draw(self._columns, pen, x, top)


def _fill_two(blocks: Sequence[Block], room: float) -> tuple[list[Column], tuple[Block, ...]]:
    """Two columns of a height, and what they do not hold."""
    queue = deque(blocks)
    columns = [fill(queue, room), fill(queue, room)]
    return columns, tuple(queue)


def _draw(columns: Sequence[Column], pen: Pen, x: float, top: float) -> None:
    for index, column in enumerate(columns):
        for block, below in column.placed:
            block.draw(pen, x + index * (COLUMN_WIDTH + GUTTER), top - below)

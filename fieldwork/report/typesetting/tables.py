"""Tables with horizontal rules only: grouped rows, a head that repeats, a label per group that hangs over its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from fieldwork.report.typesetting.blocks import Block, Entry, TextBlock
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import FULL, INK, LEAD, RULE

_FIRST_ROWS = 4  # of a group stay together at its beginning,
_LAST_ROWS = 2  # and these at its end
_HEAVY, _LIGHT, _FAINT = 0.9, 0.5, 0.35


@dataclass(frozen=True, slots=True)
class Cell:
    """A block at a distance from the table's left edge."""

    left: float
    block: Block


@dataclass(frozen=True, slots=True)
class Row:
    """Cells on a common upper edge."""

    cells: tuple[Cell, ...]

    @property
    def height(self) -> float:
        """The highest cell's."""
        return max(cell.block.height for cell in self.cells)

    def draw(self, pen: Pen, x: float, top: float) -> None:
        """All cells."""
        for cell in self.cells:
            cell.block.draw(pen, x + cell.left, top)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one label. ``again`` replaces the label where the group goes on in the next column."""

    label: Cell
    again: Cell
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A table's fixed parts: captions (the second for continuations), head, left end of the rules, air in groups."""

    caption: TextBlock
    caption_again: TextBlock
    head: Row | None = None
    left: float = 0.0
    above: float = 0.0
    below: float = 0.0


@dataclass
class Table(Block):
    """A table, or after a split a part of one."""

    look: Look
    groups: Sequence[Group]
    entry: Entry | None = None
    note: TextBlock | None = None
    goes_on: bool = False  # another part follows
    went_on: bool = False  # another part came before
    before: float = LEAD
    after: float = LEAD
    anchor: str = field(init=False)

    def __post_init__(self) -> None:
        self.anchor = self.entry.anchor if self.entry and not self.went_on else ""

    @property
    def height(self) -> float:
        """Caption, head, groups and note."""
        return _grid(self._head_height + sum(map(self._group_height, self.groups)) + self._note_height)

    @property
    def least(self) -> float:
        """Caption, head and the rows of the first group that stay together."""
        first = self.groups[0]
        rows = first.rows if len(first.rows) < _FIRST_ROWS + _LAST_ROWS else first.rows[:_FIRST_ROWS]
        return self._head_height + self._group_height(replace(first, rows=rows))

    def split(self, room: float) -> tuple[Block, Block] | None:
        """Cut at the last place that fits and leaves no few rows alone."""
        best = None
        used = self._head_height
        for index, group in enumerate(self.groups):
            for count in _cuts(group):
                if used + self._group_height(replace(group, rows=group.rows[:count])) <= room:
                    best = (index, count)
            used += self._group_height(group)
        if best is None or best == (len(self.groups) - 1, len(self.groups[-1].rows)):
            return None
        return self._cut(*best)

    def _cut(self, index: int, count: int) -> tuple[Block, Block]:
        """The table up to a row of a group, and the rest."""
        group = self.groups[index]
        head = [*self.groups[:index], replace(group, rows=group.rows[:count])]
        rest = [replace(group, label=group.again, rows=group.rows[count:])] if count < len(group.rows) else []
        tail = [*rest, *self.groups[index + 1 :]]
        return (
            replace(self, groups=head, note=None, goes_on=True),
            replace(self, groups=tail, went_on=True),
        )

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """Rules and rows from the caption down."""
        look = self.look
        caption = look.caption_again if self.went_on else look.caption
        caption.draw(pen, x, top)
        top -= _grid(caption.height)
        self._rule(pen, x, top, _HEAVY)
        if look.head:
            look.head.draw(pen, x, top)
            top -= look.head.height
            self._rule(pen, x, top, _LIGHT)
        for index, group in enumerate(self.groups):
            if index:
                self._rule(pen, x, top, _FAINT)
            self._draw_group(pen, x, top, group)
            top -= self._group_height(group)
        self._rule(pen, x, top, _FAINT if self.goes_on else _HEAVY)
        if self.note:
            self.note.draw(pen, x, top - 4)

    def anchors(self) -> Iterator[str]:
        """The table's own; cells hold none."""
        if self.anchor:
            yield self.anchor

    def _draw_group(self, pen: Pen, x: float, top: float, group: Group) -> None:
        top -= self.look.above
        group.label.block.draw(pen, x + group.label.left, top)
        for row in group.rows:
            row.draw(pen, x, top)
            top -= row.height

    def _rule(self, pen: Pen, x: float, y: float, width: float) -> None:
        pen.rule((x + self.look.left, y), (x + FULL, y), width, RULE if width == _FAINT else INK)

    def _group_height(self, group: Group) -> float:
        rows = sum(row.height for row in group.rows)
        return self.look.above + max(rows, group.label.block.height) + self.look.below

    @property
    def _head_height(self) -> float:
        caption = self.look.caption_again if self.went_on else self.look.caption
        return _grid(caption.height) + (self.look.head.height if self.look.head else 0.0)

    @property
    def _note_height(self) -> float:
        return self.note.height + 4 if self.note else 0.0


def _cuts(group: Group) -> list[int]:
    """After how many rows a group may be cut; after all of them always."""
    count = len(group.rows)
    return [*range(_FIRST_ROWS, count - _LAST_ROWS + 1), count]


def _grid(height: float) -> float:
    """The height rounded up to whole grid lines."""
    return -(-(height - 0.01) // LEAD) * LEAD

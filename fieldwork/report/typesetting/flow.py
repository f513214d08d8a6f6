"""Filling columns and pages with blocks: splits, blocks that stay together, figures that float."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

from fieldwork.report.typesetting.blocks import Block, NewPage
from fieldwork.report.typesetting.tokens import ROOM

_ROUNDING: Final = 0.01
_CHAIN: Final = 24  # blocks that may stay together


class Placed(NamedTuple):
    """A block and how far below the column's top its own top lies, in points."""

    block: Block
    below: float


@dataclass(slots=True)
class Column:
    """A column being filled from the top, ``room`` points high."""

    room: float = ROOM
    placed: list[Placed] = field(default_factory=list)
    used: float = 0.0
    _after: float = 0.0

    def take(self, queue: deque[Block]) -> bool:
        """Place the queue's first block, or as much of it as fits; False: nothing more fits, go to the next column."""
        block = queue[0]
        gap = max(self._after, block.before) if self.placed else 0.0
        left = self.room - self.used - gap + _ROUNDING
        needed = max(_needed(queue), block.room)
        if needed > self.room:  # no column holds all that is to stay together
            needed = _needed(queue, most=2)
        if block.height <= left and (needed <= left or not self.placed):
            self._place(queue.popleft(), gap)
            return True
        parts = block.split(left) if not block.keeps or block.height > self.room else None
        if parts:
            self._place(parts[0], gap)
            queue[0] = parts[1]
            return False
        if not self.placed:  # higher than a column: better over the edge than never
            self._place(queue.popleft(), gap)
            return True
        return False

    def would_take(self, block: Block) -> bool:
        """Whether a block fits whole."""
        gap = max(self._after, block.before) if self.placed else 0.0
        return block.height <= self.room - self.used - gap + _ROUNDING

    def _place(self, block: Block, gap: float) -> None:
        self.placed.append(Placed(block, self.used + gap))
        self.used += gap + block.height
        self._after = block.after


def _needed(queue: deque[Block], most: int = _CHAIN) -> float:
    """The room the first block needs: itself, what it keeps with it, and the least of what follows."""
    total, after = 0.0, 0.0
    for index, block in enumerate(islice(queue, most)):
        if block.floats and index:
            continue  # a figure may wait
        total += (max(after, block.before) if index else 0.0) + (block.height if block.keeps else block.least)
        after = block.after
        if not block.keeps:
            break
    return total


def fill(queue: deque[Block], room: float) -> Column:
    """One column filled from the queue, which keeps what did not fit."""
    column = Column(room)
    while queue and column.take(queue):
        pass
    return column


def paginate(blocks: Iterable[Block]) -> Iterator[list[Placed]]:
    """The blocks on pages. A figure that does not fit waits for the head of the next page while text fills this one."""
    queue, waiting = deque(blocks), deque[Block]()
    while queue or waiting:
        page = Column()
        while waiting and (not page.placed or page.would_take(waiting[0])):
            page.take(waiting)
        _fill_page(page, queue, waiting)
        if page.placed:
            yield page.placed


def _fill_page(page: Column, queue: deque[Block], waiting: deque[Block]) -> None:
    """Text onto a page; figures that do not fit, or would overtake others, are set waiting."""
    while queue:
        block = queue[0]
        if isinstance(block, NewPage):
            if page.placed or waiting:
                if not waiting:
                    queue.popleft()
                return
            queue.popleft()
        elif waiting and block.entry and not block.entry.level and not block.floats:
            return  # a section does not overtake the figures of the one before
        elif block.floats and (waiting or not page.would_take(block)):
            waiting.append(queue.popleft())
        elif not page.take(queue):
            return

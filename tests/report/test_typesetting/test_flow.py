"""Filling pages and columns: what stays together, what floats, what is cut where."""

from collections import deque
from collections.abc import Iterator

import pytest

from fieldwork.report.typesetting.blocks import Block, NewPage, Space
from fieldwork.report.typesetting.columns import Columns
from fieldwork.report.typesetting.flow import fill, paginate
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import LEAD, ROOM


class Brick(Block):
    """A block of a height, with a name."""

    def __init__(self, name: str, lines: float, *, keeps: bool = False) -> None:
        self.anchor = name
        self.keeps = keeps
        self._lines = lines

    @property
    def height(self) -> float:
        return self._lines * LEAD

    def paint(self, pen: Pen, x: float, top: float) -> None:
        raise NotImplementedError


class Floating(Brick):
    floats = True


def names(blocks: list[Block]) -> list[list[str]]:
    """The anchors on each page."""
    return [[anchor for block, _ in page for anchor in block.anchors()] for page in paginate(blocks)]


def test_a_full_page_is_followed_by_the_next() -> None:
    assert names([Brick("a", 30), Brick("b", 19), Brick("c", 1)]) == [["a", "b"], ["c"]]


def test_a_heading_goes_with_what_follows_it() -> None:
    assert names([Brick("text", 46), Brick("heading", 2, keeps=True), Brick("more", 2)]) == [
        ["text"],
        ["heading", "more"],
    ]


def test_a_heading_is_not_kept_back_by_a_figure_that_may_wait() -> None:
    pages = names([Brick("text", 40), Brick("heading", 2, keeps=True), Floating("figure", 20), Brick("more", 5)])

    assert pages == [["text", "heading", "more"], ["figure"]]


def test_text_fills_the_page_while_a_figure_waits_for_the_next() -> None:
    pages = names([Brick("a", 40), Floating("figure", 20), Brick("b", 9), Brick("c", 5)])

    assert pages == [["a", "b"], ["figure", "c"]]


def test_figures_keep_their_order() -> None:
    pages = names([Brick("a", 40), Floating("first", 20), Floating("second", 5), Brick("b", 3)])

    assert pages == [["a", "b"], ["first", "second"]]


def test_a_new_page_lets_waiting_figures_out_first() -> None:
    pages = names([Brick("a", 40), Floating("figure", 20), NewPage(), Brick("b", 5)])

    assert pages == [["a"], ["figure"], ["b"]]


def test_new_pages_make_no_empty_ones() -> None:
    assert names([NewPage(), Brick("a", 1), NewPage(), NewPage(), Brick("b", 1), NewPage()]) == [["a"], ["b"]]


def test_a_block_higher_than_a_page_is_placed_nevertheless() -> None:
    assert names([Brick("a", 1), Brick("tower", 60), Brick("b", 1)]) == [["a"], ["tower"], ["b"]]


def test_space_at_the_head_of_a_column_counts_only_between_blocks() -> None:
    first, second = Brick("a", 1), Brick("b", 1)
    first.before = second.before = 10.0
    first.after = 7.0

    column = fill(deque([first, second]), ROOM)

    assert [placed.below for placed in column.placed] == [0.0, LEAD + 10.0]
    assert column.used == 2 * LEAD + 10.0


@pytest.fixture
def bricks() -> list[Block]:
    return [Brick(str(number), 3) for number in range(1, 41)]


def anchors_of(parts: tuple[Block, Block]) -> Iterator[list[str]]:
    for part in parts:
        yield list(part.anchors())


def test_two_columns_are_of_equal_height_where_they_end(bricks: list[Block]) -> None:
    assert Columns(bricks[:10]).height == 15 * LEAD


def test_columns_are_cut_without_losing_an_entry(bricks: list[Block]) -> None:
    parts = Columns(bricks).split(30 * LEAD)

    assert parts is not None
    assert parts[0].height == 30 * LEAD
    assert list(anchors_of(parts)) == [[str(n) for n in range(1, 21)], [str(n) for n in range(21, 41)]]


def test_columns_of_any_length_end(bricks: list[Block]) -> None:
    pages = names([Columns(bricks * 5), Space(LEAD)])

    assert [anchor for page in pages for anchor in page] == [str(n) for _ in range(5) for n in range(1, 41)]

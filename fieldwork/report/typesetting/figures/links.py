"""The links of the paradigm model in words: numbers, ends, what each says, what it rests on; three to a row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from fieldwork.report.content import ParadigmLink
from fieldwork.report.typesetting.blocks import Block
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.figures.arrows import BADGE, badge
from fieldwork.report.typesetting.lines import Line
from fieldwork.report.typesetting.microtype import NBSP
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.runs import Run
from fieldwork.report.typesetting.tokens import DEEP, FULL, RUST, SOFT, Face, TextStyle

_COLUMNS: Final = 3
_GUTTER: Final = 18.0
_WIDTH: Final = (FULL - _GUTTER * (_COLUMNS - 1)) / _COLUMNS
_STYLE: Final = TextStyle(Face("Sans", 8), leading=10.2, left=18)
_ENDS: Final = Face("Sans-Bold", 7.6, RUST)
_LABEL: Final = Face("Sans-Italic", 8.2)
_EVIDENCE: Final = Face("Sans", 7.4, SOFT)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A link: its number and its lines."""

    number: int
    lines: tuple[Line, ...]


class LinkRow(Block):
    """Up to three links side by side."""

    def __init__(self, entries: Sequence[_Entry]) -> None:
        self._entries = entries

    @property
    def height(self) -> float:
        """The longest entry's, and the air below."""
        return max(len(entry.lines) for entry in self._entries) * _STYLE.leading + 7

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """Numbers in circles, lines beside them."""
        for column, entry in enumerate(self._entries):
            left = x + column * (_WIDTH + _GUTTER)
            badge(pen, (left + BADGE, top - 6), entry.number)
            pen.lines(entry.lines, left + _STYLE.left, top, _STYLE.leading, 8)


def link_rows(composer: Composer) -> list[LinkRow]:
    """All links of the model, in rows."""
    entries = [_entry(composer, number, link) for number, link in enumerate(composer.content.paradigm.links, start=1)]
    return [LinkRow(entries[place : place + _COLUMNS]) for place in range(0, len(entries), _COLUMNS)]


def _entry(composer: Composer, number: int, link: ParadigmLink) -> _Entry:
    """A link in words: from where to where, what it says, what it rests on."""
    nodes = composer.numbering.nodes
    ends = f"{nodes[link.source].label} →{NBSP}{nodes[link.target].label}"
    paragraphs = (
        [composer.run(ends, _ENDS)],
        [composer.run(link.label, _LABEL)],
        list(_evidence(composer, link)),
    )
    return _Entry(number, tuple(line for runs in paragraphs for line in composer.lines(runs, _STYLE, _WIDTH)))


def _evidence(composer: Composer, link: ParadigmLink) -> Iterator[Run]:
    """The numbers of the categories, and of the codings in them."""
    words, numbers = composer.words, composer.numbering.categories
    for index, key in enumerate(link.evidence):
        if index:
            yield Run(", ", _EVIDENCE)
        yield Run(numbers[key], _EVIDENCE.inked(DEEP), f"category:{key}")
    if link.codings:
        between = " · " if link.evidence else ""
        yield Run(f"{between}{words.count(link.codings, words.codings)}", _EVIDENCE)

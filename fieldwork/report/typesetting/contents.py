"""The contents: a line per heading, figure and table; the page numbers are filled in when everything is placed."""

from collections.abc import Iterable, Iterator

from fieldwork.report.typesetting.blocks import Block, Entry, Heading, NewPage
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.lines import Line
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import (
    BASELINE,
    FULL,
    H1,
    HALF,
    LEAD,
    MARGIN,
    MARGIN_NOTE,
    MEASURE,
    RULE,
    SOFT,
    Face,
    TextStyle,
)

ANCHOR = "contents"
_STYLES = {
    ("section", 0): TextStyle(Face("Serif-Bold", 10.25), left=MARGIN, right=34, before=HALF),
    ("section", 1): TextStyle(Face("Serif", 9.4), leading=LEAD, left=MARGIN + 34, right=34),
    ("figure", 0): TextStyle(Face("Sans", 8.8), left=MARGIN, right=34),
    ("table", 0): TextStyle(Face("Sans", 8.8), left=MARGIN, right=34),
}
_PAGE = Face("Sans", 8.8, SOFT)


class ContentsLine(Block):
    """One entry: number, title, dots, page; the whole line is a link."""

    def __init__(self, entry: Entry, lines: tuple[Line, ...], label: tuple[Line, ...] = ()) -> None:
        self._entry = entry
        self._lines = lines
        self._label = label
        self._style = _STYLES[entry.kind, entry.level]
        self.before = 2 * LEAD if label else self._style.before
        self.keeps = entry.kind == "section" and not entry.level

    @property
    def height(self) -> float:
        """That of its lines."""
        return len(self._lines) * self._style.leading

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """Title on the left, page on the right of its last line, dots between."""
        style, entry = self._style, self._entry
        if entry.kind == "section" and entry.level:
            pen.text(x + MARGIN, top - style.drop, entry.number, Face("Sans", 8.4, SOFT))
        elif entry.kind == "section":
            pen.text(x + MARGIN - 8, top - style.drop, entry.number, Face("Serif", 10.25, SOFT), "right")
        pen.lines(self._label, x, top, LEAD, BASELINE)
        bottom = pen.lines(self._lines, x + style.left, top, style.leading, style.drop)
        baseline = bottom + style.leading - style.drop
        pen.text(x + FULL, baseline, str(pen.page_of(entry.anchor)), _PAGE, "right")
        dots = x + style.left + self._lines[-1].width + 6
        pen.rule((dots, baseline), (max(dots, x + FULL - 20), baseline), 0.35, RULE, (0.35, 3))
        pen.link(entry.anchor, x, bottom, x + FULL, top)


def contents_page(composer: Composer, blocks: Iterable[Block]) -> Iterator[Block]:
    """The contents of the blocks, on pages of their own."""
    words = composer.words
    heading = Entry("section", 0, "", words.contents, ANCHOR)
    yield Heading(composer.lines(words.contents, H1), H1, heading)
    entries = [block.entry for block in blocks if block.entry]
    for kind, title in (("section", ""), ("figure", words.figures), ("table", words.tables)):
        label = composer.lines(title, MARGIN_NOTE.but(face=Face("Sans-Bold", 8, SOFT))) if title else ()
        for entry in (entry for entry in entries if entry.kind == kind):
            prefix = f"{entry.number} " if kind != "section" else ""
            style = _STYLES[kind, entry.level]
            lines = composer.lines(f"{prefix}{entry.title}", style, MARGIN + MEASURE)
            yield ContentsLine(entry, lines, label)
            label = ()
    yield NewPage()

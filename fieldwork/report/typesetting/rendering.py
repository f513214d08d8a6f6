"""The report as a PDF: ``render(content, output)``.

The order of work: compose all blocks, place them on pages, and only then draw, when every page number is known. The
same content gives the same bytes: dates come from the content, nothing from clock or machine.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, BinaryIO, Final

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from fieldwork.report.content import ReportContent
from fieldwork.report.content_checks import check_content
from fieldwork.report.typesetting.blocks import Block
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.contents import contents_page
from fieldwork.report.typesetting.flow import Placed, paginate
from fieldwork.report.typesetting.fonts import load_fonts
from fieldwork.report.typesetting.metadata import set_metadata
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.story import closing, codebook, findings, opening
from fieldwork.report.typesetting.story.cover import ANCHOR, draw_cover
from fieldwork.report.typesetting.tokens import (
    BOTTOM,
    FULL,
    LEFT,
    MARGIN,
    MEASURE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RULE,
    SOFT,
    TOP,
    Face,
    TextStyle,
)

rl_config.useA85 = 0  # binary streams: a tenth smaller, and quicker than text in base 85

_HEAD: Final = TextStyle(Face("Serif-Italic", 9, SOFT))
_TITLE: Final = TextStyle(Face("Sans", 8, SOFT))
_FOOT: Final = Face("Sans", 7.6, SOFT)


@dataclass(frozen=True, slots=True)
class PlacedHeading:
    """A heading, figure or table as printed. ``level`` 0 or 1; ``page`` counts from 1, the title page."""

    kind: str
    level: int
    number: str
    title: str
    page: int


@dataclass(frozen=True, slots=True)
class RenderedReport:
    """What was written: number of pages, size in bytes, checksums of the file and of the content, the contents.

    ``unprintable`` holds characters of the content that no font of the report has; they are printed as «?».
    """

    pages: int
    size: int
    sha256: str
    content_sha256: str
    headings: tuple[PlacedHeading, ...]
    unprintable: frozenset[str]


def render(content: ReportContent, output: BinaryIO) -> RenderedReport:
    """Typeset a report and write the PDF to ``output`` in one go, when it is complete.

    Raises:
        ContentInconsistent: keys repeat, references lead nowhere, there is not exactly one phenomenon, or the codebook
            and the categories' counts disagree.
        FontsMissing: the report's fonts are not fetched yet.
    """
    check_content(content)
    load_fonts()
    composer = Composer(content)
    digest = content_digest(content)
    pages = list(paginate(_compose(composer, digest)))
    file = BytesIO()
    canvas = Canvas(
        file,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        invariant=1,
        pageCompression=1,
        initialFontName="Serif",  # else an unembedded Helvetica slips in
        lang=content.language,
    )
    set_metadata(canvas, content)
    _draw(canvas, composer, pages)
    canvas.save()
    data = file.getvalue()
    output.write(data)
    return RenderedReport(
        pages=len(pages) + 1,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content_sha256=digest,
        headings=_headings(pages),
        unprintable=frozenset(composer.unprintable),
    )


def content_digest(content: ReportContent) -> str:
    """SHA-256 over the content as JSON with sorted keys: the checksum that the colophon prints."""
    text = json.dumps(asdict(content), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _compose(composer: Composer, digest: str) -> list[Block]:
    """All blocks after the title page, in order."""
    body: list[Block] = [
        *opening.methods(composer),
        *opening.results(composer),
        *findings.model(composer),
        *findings.cores(composer),
        *closing.limits(composer),
        *closing.recommendations(composer),
        *closing.guide(composer),
        *codebook.codebook(composer),
        *closing.colophon(composer, digest),
    ]
    return [*opening.abstracts(composer), *contents_page(composer, body), *body]


def _draw(canvas: Any, composer: Composer, pages: list[list[Placed]]) -> None:
    """The title page, then the others with their running heads."""
    anchors = {ANCHOR: 1}
    for number, page in enumerate(pages, start=2):
        for placed in page:
            anchors.update(dict.fromkeys(placed.block.anchors(), number))
    pen = Pen(canvas, anchors)
    draw_cover(pen, composer)
    section = ""
    for number, page in enumerate(pages, start=2):
        canvas.showPage()
        for block, below in page:
            block.draw(pen, LEFT, TOP - below)
            if block.entry and block.entry.kind == "section" and not block.entry.level:
                section = block.entry.title
        with pen.artifact():
            _draw_running(pen, composer, number, section)


def _draw_running(pen: Pen, composer: Composer, number: int, section: str) -> None:
    """Running head: study, section, page; running foot: edition."""
    content, words, y = composer.content, composer.words, TOP + 30
    pen.lines(composer.cut(content.title, _TITLE, MARGIN - 8), LEFT, y, 0, 0)
    pen.lines(composer.cut(section, _HEAD, MEASURE - 24), LEFT + MARGIN, y, 0, 0)
    pen.text(LEFT + FULL, y, str(number), Face("Sans-Bold", 8.5), "right")
    pen.rule((LEFT, y - 7), (LEFT + FULL, y - 7), 0.4, RULE)
    edition = f"Fieldwork · {words.version} {content.version} · {words.day(content.date)}"
    pen.text(LEFT + MARGIN, BOTTOM - 34, edition, _FOOT)


def _headings(pages: list[list[Placed]]) -> tuple[PlacedHeading, ...]:
    """Every entry of the contents with the page it stands on."""
    return tuple(
        PlacedHeading(entry.kind, entry.level, entry.number, entry.title, number)
        for number, page in enumerate(pages, start=2)
        for block, _ in page
        if (entry := block.entry) and block.anchor
    )

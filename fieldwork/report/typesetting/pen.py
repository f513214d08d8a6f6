"""The one door to reportlab's canvas: typed strokes, letters, links and marks. Points, y upwards."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from fieldwork.report.typesetting.fonts import text_width
from fieldwork.report.typesetting.lines import Line
from fieldwork.report.typesetting.microtype import NBSP, SOFT_HYPHEN
from fieldwork.report.typesetting.runs import Piece
from fieldwork.report.typesetting.tokens import Colour, Face

Point = tuple[float, float]
_LINK_DESCENT: Final = 0.3  # of the size: how far a link's area reaches below the baseline
_LINK_ASCENT: Final = 0.9
_TAGS: Final = {"ru": "ru-RU", "kk": "kk-KZ", "en": "en-GB"}


class Pen:
    """Draws on the pages of one document. ``pages`` gives the page number of each anchor."""

    def __init__(self, canvas: Any, pages: Mapping[str, int]) -> None:
        self._canvas = canvas
        self._pages = pages

    def page_of(self, anchor: str) -> int:
        """The page on which an anchor stands."""
        return self._pages[anchor]

    def line(self, line: Line, x: float, baseline: float) -> None:
        """A set line; its links become clickable."""
        text = self._canvas.beginText(x + line.indent, baseline)
        if line.stretch:
            text.setWordSpace(line.stretch)
        for piece in line.pieces:
            text.setFont(piece.face.font, piece.face.size)
            text.setFillColorRGB(*piece.face.colour)
            text.textOut(str(self.page_of(piece.page_of)) if piece.page_of else _printed(piece.text))
        if line.stretch:
            text.setWordSpace(0)  # the text state outlives the text object
        self._canvas.drawText(text)
        self._line_links(line, x + line.indent, baseline)

    def _line_links(self, line: Line, x: float, baseline: float) -> None:
        """Clickable areas over the linked pieces of a line."""
        for piece in line.pieces:
            gaps = piece.text.count(" ") + piece.text.count(NBSP)
            right = x + piece.width + gaps * line.stretch
            if piece.link:
                self.link(piece.link, x, _bottom(piece, baseline), right, baseline + piece.face.size * _LINK_ASCENT)
            x = right

    def lines(self, lines: Sequence[Line], x: float, top: float, leading: float, drop: float) -> float:
        """Lines one under another from ``top``; the first baseline lies ``drop`` below it. Returns their bottom."""
        for index, line in enumerate(lines):
            self.line(line, x, top - drop - index * leading)
        return top - len(lines) * leading

    def text(self, x: float, y: float, text: str, face: Face, align: str = "left", *, tracking: float = 0.0) -> None:
        """A short text with its baseline at ``y``; ``align`` says which of its points ``x`` is."""
        if align != "left":
            width = text_width(text, face.font, face.size) + tracking * len(text)
            x -= width if align == "right" else width / 2
        self._canvas.setFillColorRGB(*face.colour)
        self._canvas.setFont(face.font, face.size)
        self._canvas.drawString(x, y, text, charSpace=tracking)

    def rule(self, start: Point, end: Point, width: float, colour: Colour, dash: Sequence[float] = ()) -> None:
        """A straight line."""
        self._stroke(width, colour, dash)
        self._canvas.line(*start, *end)
        self._solid(dash)

    def polyline(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """A line through points, with rounded joins."""
        self._stroke(width, colour, ())
        self._canvas.setLineJoin(1)
        path = self._canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        self._canvas.drawPath(path, stroke=1, fill=0)

    def bend(self, points: Sequence[Point], radius: float, width: float, colour: Colour, dash: Sequence[float]) -> None:
        """A line along points whose corners are rounded by Bézier curves of the given radius."""
        self._stroke(width, colour, dash)
        path = self._canvas.beginPath()
        path.moveTo(*points[0])
        for before, corner, after in zip(points, points[1:], points[2:], strict=False):
            begin, end = _towards(corner, before, radius), _towards(corner, after, radius)
            path.lineTo(*begin)
            path.curveTo(*_between(begin, corner, _KAPPA), *_between(end, corner, _KAPPA), *end)
        path.lineTo(*points[-1])
        self._canvas.drawPath(path, stroke=1, fill=0)
        self._solid(dash)

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled shape."""
        self._canvas.setFillColorRGB(*colour)
        path = self._canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        path.close()
        self._canvas.drawPath(path, stroke=0, fill=1)

    def disc(self, centre: Point, radius: float, colour: Colour) -> None:
        """A filled circle."""
        self._canvas.setFillColorRGB(*colour)
        self._canvas.circle(*centre, radius, stroke=0, fill=1)

    def ring(self, centre: Point, radius: float, width: float, colour: Colour, fill: Colour | None = None) -> None:
        """A circle's outline, filled if a colour is given."""
        self._stroke(width, colour, ())
        if fill:
            self._canvas.setFillColorRGB(*fill)
        self._canvas.circle(*centre, radius, stroke=1, fill=1 if fill else 0)

    def box(self, corner: Point, width: float, height: float, colour: Colour, radius: float = 0.0) -> None:
        """A filled rectangle from its lower left corner."""
        self._canvas.setFillColorRGB(*colour)
        if radius:
            self._canvas.roundRect(*corner, width, height, radius, stroke=0, fill=1)
        else:
            self._canvas.rect(*corner, width, height, stroke=0, fill=1)

    def link(self, anchor: str, left: float, bottom: float, right: float, top: float) -> None:
        """An area that leads to an anchor."""
        self._canvas.linkRect("", anchor, (left, bottom, right, top), relative=1)

    def anchor(self, name: str, top: float) -> None:
        """The place that links to ``name`` lead to."""
        _, absolute = self._canvas.absolutePosition(0, top)
        self._canvas.bookmarkPage(name, fit="XYZ", left=0, top=absolute, zoom=0)

    def outline(self, title: str, anchor: str, level: int) -> None:
        """An entry of the reader's list of contents."""
        self._canvas.addOutlineEntry(title, anchor, level, closed=level > 0)

    @contextmanager
    def moved(self, x: float, y: float) -> Iterator[None]:
        """What is drawn inside has its origin at this point."""
        self._canvas.saveState()
        self._canvas.translate(x, y)
        yield
        self._canvas.restoreState()

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside belongs to the page, not to the text: running heads."""
        yield from self._marked("/Artifact BMC")

    @contextmanager
    def language(self, language: str) -> Iterator[None]:
        """What is drawn inside is in another language than the document."""
        yield from self._marked(f"/Span <</Lang ({_TAGS[language]})>> BDC")

    def _marked(self, begin: str) -> Iterator[None]:
        """Marked content; reportlab has no public call for it, so its list of operators is written to."""
        self._canvas._code.append(begin)  # noqa: SLF001
        yield
        self._canvas._code.append("EMC")  # noqa: SLF001

    def _stroke(self, width: float, colour: Colour, dash: Sequence[float]) -> None:
        self._canvas.setLineWidth(width)
        self._canvas.setStrokeColorRGB(*colour)
        if dash:
            self._canvas.setDash(list(dash))

    def _solid(self, dash: Sequence[float]) -> None:
        if dash:
            self._canvas.setDash([])


_KAPPA: Final = 0.5523  # the share of the way at which a cubic Bézier comes closest to a quarter of a circle


def _between(start: Point, end: Point, share: float) -> Point:
    """The point at a share of the way from ``start`` to ``end``."""
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _towards(start: Point, end: Point, distance: float) -> Point:
    """The point at a distance from ``start`` on the way to ``end``, halfway at most."""
    return _between(start, end, min(distance / max(math.dist(start, end), 1e-6), 0.5))


def _printed(text: str) -> str:
    """A soft hyphen as the hyphen-minus by which readers (poppler, pdf.js, pdfium) know that a word goes on."""
    return text.replace(SOFT_HYPHEN, "-")


def _bottom(piece: Piece, baseline: float) -> float:
    """The lower edge of a link's area."""
    return baseline - piece.face.size * _LINK_DESCENT

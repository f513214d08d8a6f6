"""The report's fonts in reportlab: registered once per process, measured through a cache."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from fieldwork.core.errors import Refusal
from fieldwork.report.typesetting.cuts import CUTS, FONTS, missing_files

_MILLE: Final = 0.001  # glyph widths are in thousandths of the size


class FontsMissing(Refusal):
    """The report cannot be drawn without its fonts."""

    message = (
        "The report's fonts are not in {folder}. Fetch them with: python -m fieldwork.report.typesetting.fetch_fonts"
    )


def load_fonts(folder: Path = FONTS) -> None:
    """Register the six cuts with reportlab, unless they are registered already.

    Raises:
        FontsMissing: a file is not there.
    """
    if missing_files(folder):
        raise FontsMissing(folder=folder)
    registered = pdfmetrics.getRegisteredFontNames()
    for cut in CUTS:
        if cut.name not in registered:
            # asciiReadable would put all of ASCII into every subset
            pdfmetrics.registerFont(TTFont(cut.name, str(folder / cut.file_name), asciiReadable=False))
    _widths.cache_clear()
    _word_width.cache_clear()


def has_glyph(font: str, sign: str) -> bool:
    """Whether a cut holds a character."""
    return ord(sign) in pdfmetrics.getFont(font).face.charToGlyph


def text_width(text: str, font: str, size: float) -> float:
    """The natural width of a text in points."""
    return _word_width(font, text) * size


@lru_cache(maxsize=1 << 16)
def _word_width(font: str, text: str) -> float:
    """The width of a text at size 1: words repeat, so most answers come from the cache."""
    widths = _widths(font)
    return sum([widths[sign] for sign in text]) * _MILLE


class _Widths(dict[str, float]):
    """Widths by character, filled from the font at first use."""

    def __init__(self, face: Any) -> None:
        super().__init__()
        self._face = face

    def __missing__(self, sign: str) -> float:
        width = float(self._face.getCharWidth(ord(" ") if sign == "\u00a0" else ord(sign)))
        self[sign] = width
        return width


@cache
def _widths(font: str) -> _Widths:
    """The widths of a cut's characters, in thousandths of the size."""
    return _Widths(pdfmetrics.getFont(font).face)

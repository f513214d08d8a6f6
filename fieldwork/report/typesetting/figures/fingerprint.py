"""The title page's figure: a dot per code, a column per category, a group per core category."""

from typing import Final

from fieldwork.report.content import CoreCategory, ReportContent
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.figures.figure import Picture
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import DEEP, FULL, INK, RUST, Face

_GAP: Final = 11.0  # between groups
_FOOT: Final = 18.0  # below the dots: the rule and the number of codes
_WIDEST: Final = 16.0  # of a column, so that few categories do not make balloons


class Fingerprint(Picture):
    """All codes of the study at a glance; the phenomenon is coloured."""

    def __init__(self, composer: Composer, height: float) -> None:
        self.height = height
        self._content: ReportContent = composer.content
        self._phenomenon = composer.numbering.phenomenon.key

    def draw(self, pen: Pen) -> None:
        """Groups from left to right, standing on their rules."""
        columns = max(len(self._content.categories), 1)
        tallest = max((category.counts.codes for category in self._content.categories), default=1)
        width = min((FULL - _GAP * (len(self._content.cores) - 1)) / columns, _WIDEST)
        step = min(width * 0.82, (self.height - _FOOT - 8) / max(tallest, 1))
        x = 0.0
        for core in self._content.cores:
            self._group(pen, core, x, width, step)
            x += width * len(core.categories) + _GAP

    def _group(self, pen: Pen, core: CoreCategory, x: float, width: float, step: float) -> None:
        """One core category: its columns of dots, its rule and its number of codes."""
        colour = RUST if core.key == self._phenomenon else DEEP
        radius = min(width * 0.3, step * 0.37)
        for column, category in enumerate(core.categories):
            for row in range(category.counts.codes):
                pen.disc((x + (column + 0.5) * width, _FOOT + 8 + row * step), radius, colour)
        right = x + width * len(core.categories)
        pen.rule((x + 1, _FOOT), (max(right, x + 8) - 1, _FOOT), 0.6, INK)
        pen.text((x + max(right, x + 8)) / 2, _FOOT - 11, str(core.counts.codes), Face("Sans-Bold", 8), "centre")

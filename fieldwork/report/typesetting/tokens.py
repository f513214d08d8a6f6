"""The look's constants: page, grid, colours, faces and text styles. Lengths are in points, y runs upwards.

A4; a column of 42 mm for numbers, labels and expert codes stands left of the measure of 126 mm (56-67 characters).
Baselines of the text sit on a grid of 14 points, 49 lines a page. Colours differ in lightness (L* in the comments), so
they survive a grey print; a weight, a fill, a dash or a label always repeats what a colour says.
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

MM: Final = 72 / 25.4
PAGE_WIDTH: Final = 210 * MM
PAGE_HEIGHT: Final = 297 * MM
LEAD: Final = 14.0
HALF: Final = LEAD / 2
LEFT: Final = 22 * MM
FULL: Final = 168 * MM
MARGIN: Final = 42 * MM
MARGIN_TEXT: Final = MARGIN - 12
MEASURE: Final = FULL - MARGIN
LINES: Final = 49
BOTTOM: Final = 78.0
ROOM: Final = LINES * LEAD
TOP: Final = BOTTOM + ROOM
BASELINE: Final = 10.25  # from a grid line's top to its baseline


class Colour(NamedTuple):
    """Red, green, blue, each from 0 to 1."""

    red: float
    green: float
    blue: float


def _colour(code: str) -> Colour:
    """A colour from six hexadecimal digits."""
    return Colour(*(int(code[place : place + 2], 16) / 255 for place in (0, 2, 4)))


INK: Final = _colour("1B1B1B")  # L* 10
DEEP: Final = _colour("17475A")  # L* 28
SOFT: Final = _colour("5E6266")  # L* 41
RUST: Final = _colour("B0542F")  # L* 47
MID: Final = _colour("8FB0BC")  # L* 70
RULE: Final = _colour("B9BEC2")  # L* 77
TINT: Final = _colour("E9EFF1")  # L* 94
WHITE: Final = Colour(1, 1, 1)


class Face(NamedTuple):
    """A cut at a size (points) in a colour. ``font`` is a name of ``cuts.CUTS``."""

    font: str
    size: float
    colour: Colour = INK

    def inked(self, colour: Colour) -> "Face":
        """The same letters in another colour."""
        return self._replace(colour=colour)

    def cut(self, font: str) -> "Face":
        """Another cut at the same size and colour."""
        return self._replace(font=font)


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How a paragraph is set: face, leading, indents, spaces around it (points) and how its lines end.

    ``air`` is added below its last line; such text hangs from the grid by its first line.

    Justified text is hyphenated; ragged text only where a word is longer than its line.
    """

    face: Face
    leading: float = LEAD
    left: float = 0.0
    right: float = 0.0
    first: float = 0.0
    justified: bool = False
    before: float = 0.0
    after: float = 0.0
    align: str = "left"
    air: float = 0.0

    @property
    def drop(self) -> float:
        """From the top of a line to its baseline, so that leadings of 14 and 28 sit on the grid."""
        if self.air:
            return BASELINE
        if self.leading >= LEAD:
            return self.leading - (LEAD - BASELINE)
        return self.leading * BASELINE / LEAD

    def but(self, **changes: object) -> "TextStyle":
        """The style with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # the fields' names and types are the callers' own


BODY: Final = TextStyle(Face("Serif", 10.25), left=MARGIN, first=LEAD, justified=True)
FIRST: Final = BODY.but(first=0.0)
QUOTE: Final = BODY.but(left=MARGIN + LEAD, right=LEAD, first=-4.6, before=HALF, after=HALF)
H1: Final = TextStyle(Face("Serif-Bold", 22), leading=28, left=MARGIN, before=2 * LEAD, after=LEAD)
H2: Final = TextStyle(Face("Serif-Bold", 12), left=MARGIN, before=LEAD)
MARGIN_NOTE: Final = TextStyle(Face("Sans", 8, SOFT), leading=11)
TRAIL: Final = TextStyle(Face("Sans", 8.5, SOFT), left=MARGIN)
PLAIN: Final = TextStyle(Face("Sans", 9), left=MARGIN)
CAPTION: Final = TextStyle(Face("Sans", 8.5, SOFT), leading=11, left=MARGIN)
NOTE: Final = TextStyle(Face("Sans", 8, SOFT), leading=11, left=MARGIN)
CELL: Final = TextStyle(Face("Sans", 9), leading=11.5, air=2.5)
HEAD: Final = TextStyle(Face("Sans-Bold", 7.8, SOFT))
GROUP: Final = TextStyle(Face("Sans", 8), leading=11)
CODE: Final = TextStyle(Face("Serif", 9.4), leading=12, left=20.0)
CODE_NOTE: Final = TextStyle(Face("Sans", 8, SOFT), leading=11, left=20.0)
CODE_GROUP: Final = TextStyle(Face("Sans-Bold", 8.4), leading=12, left=30.0)
CODE_CORE: Final = TextStyle(Face("Serif-Bold", 11))
FIGURE_SIDE: Final = TextStyle(Face("Sans", 8), leading=9.5, align="right")

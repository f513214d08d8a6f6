"""Arrows of the paradigm figure: a line along its way, a head at each end that is pointed at, numbers in circles."""

from dataclasses import dataclass
from typing import Final

from fieldwork.report.typesetting.figures.routes import Point, Way
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import DEEP, WHITE, Face

BADGE: Final = 6.4  # radius
_CORNER: Final = 12.0
_DASH: Final = (3.4, 2.2)


@dataclass(frozen=True, slots=True)
class Arrow:
    """All links between two roles: one line with a head at each end that is pointed at, and their numbers."""

    way: Way
    numbers: tuple[int, ...]
    forth: bool
    back: bool
    width: float
    feedback: bool

    def draw_line(self, pen: Pen) -> None:
        """The line and its heads."""
        head = 4.4 + self.width * 1.25
        way = list(self.way)
        if self.forth:
            way[-1] = _short_of(way[-1], way[-2], head * 0.8)
            _head(pen, self.way[-1], self.way[-2], head)
        if self.back:
            way[0] = _short_of(way[0], way[1], head * 0.8)
            _head(pen, self.way[0], self.way[1], head)
        pen.bend(way, _CORNER, self.width, DEEP, _DASH if self.feedback else ())

    def draw_badges(self, pen: Pen) -> None:
        """The numbers, side by side on the longest stretch."""
        start, end = max(zip(self.way, self.way[1:], strict=False), key=lambda ends: _length(*ends))
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        upright = abs(end[1] - start[1]) > abs(end[0] - start[0])
        if _length(start, end) < 6 * BADGE:  # a badge would hide a short arrow: beside it
            x, y = (x + 11, y) if upright else (x, y + 11)
        step = 2 * BADGE + 1.5
        for index, number in enumerate(self.numbers):
            shift = (index - (len(self.numbers) - 1) / 2) * step
            badge(pen, (x, y + shift) if upright else (x + shift, y), number)


def _length(start: Point, end: Point) -> float:
    return abs(end[0] - start[0]) + abs(end[1] - start[1])  # every stretch is level or upright


def _short_of(end: Point, before: Point, distance: float) -> Point:
    """The end moved back towards the point before it."""
    share = distance / max(_length(before, end), distance)
    return end[0] + (before[0] - end[0]) * share, end[1] + (before[1] - end[1]) * share


def _head(pen: Pen, end: Point, before: Point, size: float) -> None:
    """An arrow's head at ``end``, coming from ``before``."""
    length = max(_length(before, end), 1e-6)
    dx, dy = (end[0] - before[0]) / length, (end[1] - before[1]) / length
    base = (end[0] - dx * size, end[1] - dy * size)
    half = size * 0.42
    pen.polygon([end, (base[0] - dy * half, base[1] + dx * half), (base[0] + dy * half, base[1] - dx * half)], DEEP)


def badge(pen: Pen, centre: Point, number: int) -> None:
    """A link's number in a circle."""
    pen.ring(centre, BADGE, 0.7, DEEP, WHITE)
    pen.text(centre[0], centre[1] - 2.6, str(number), Face("Sans-Bold", 7.4, DEEP), "centre")

"""The course of the work: interviews per week as dots, phases as bars, on one scale of days."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from fieldwork.report.content import Course, Phase
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.figures.figure import Picture
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import DEEP, FIGURE_SIDE, LEAD, MARGIN, MEASURE, RULE, RUST, SOFT, WHITE, Face

_DATES_WIDTH: Final = 62.0  # right of the last bar
_DOT_STEP: Final = 8.2
_MONTHS_HEIGHT: Final = 22.0
_NARROW_MONTH: Final = 34.0  # points, below which a month's name would run into the next
_WEEK: Final = timedelta(days=7)
_LABEL: Final = Face("Sans", 8)
_BOLD: Final = Face("Sans-Bold", 8)


class CoursePicture(Picture):
    """Weeks and phases on a scale of days."""

    def __init__(self, composer: Composer, course: Course) -> None:
        self._words = composer.words
        self._course = course
        self._labels = [composer.lines(phase.name, FIGURE_SIDE, MARGIN - 10) for phase in course.phases]
        days = [phase.start for phase in course.phases] + [week.start for week in course.weeks]
        ends = [phase.end for phase in course.phases] + [week.start + _WEEK for week in course.weeks]
        self._first = min(days)
        self._unit = (MEASURE - _DATES_WIDTH) / max((max(ends) - self._first).days + 1, 1)
        self._tallest = max((week.interviews for week in course.weeks), default=0)
        self.height = _MONTHS_HEIGHT + self._weeks_height + self._phases_height + 8

    @property
    def _weeks_height(self) -> float:
        return self._tallest * _DOT_STEP + 26 if self._course.weeks else 0.0

    @property
    def _phases_height(self) -> float:
        return sum(_row_height(len(lines)) for lines in self._labels)

    def draw(self, pen: Pen) -> None:
        """Months, weeks, phases."""
        self._draw_months(pen)
        top = self.height - _MONTHS_HEIGHT
        if self._course.weeks:
            self._draw_weeks(pen, top)
        top -= self._weeks_height
        for phase, lines in zip(self._course.phases, self._labels, strict=True):
            height = _row_height(len(lines))
            pen.lines(lines, 0, top + (len(lines) - 1) * 1.5, 9.5, 8.2)
            self._draw_phase(pen, phase, top - height / 2 + 1.5, is_first=phase == self._course.phases[0])
            top -= height

    def _x(self, day: date) -> float:
        """Where a day begins."""
        return MARGIN + (day - self._first).days * self._unit

    def _months(self) -> Iterator[date]:
        """The first day shown, then the first of each month."""
        day = self._first
        last = max((phase.end for phase in self._course.phases), default=day)
        while day <= last:
            yield day
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)

    def _draw_months(self, pen: Pen) -> None:
        starts = list(self._months())
        foot = self._phases_height + 8
        for index, day in enumerate(starts):
            x = self._x(day)
            pen.rule((x, 4), (x, foot), 0.4, RULE)
            pen.rule((x, self.height - 14), (x, self.height - 2), 0.4, RULE)
            following = self._x(starts[index + 1]) if index + 1 < len(starts) else x + _NARROW_MONTH
            if following - x >= _NARROW_MONTH or index:
                pen.text(x + 3, self.height - 8, self._words.month(day), _LABEL.inked(SOFT))

    def _draw_weeks(self, pen: Pen, top: float) -> None:
        base = top - self._tallest * _DOT_STEP
        pen.text(MARGIN - 10, top - 10, self._words.interviews_per_week, _BOLD, "right")
        for week in self._course.weeks:
            x = self._x(week.start) + 3.5 * self._unit
            for index in range(week.interviews):
                pen.disc((x, base + index * _DOT_STEP + 2), 3, RUST)
            pen.text(x, base - 11, str(week.interviews), _BOLD, "centre")

    def _draw_phase(self, pen: Pen, phase: Phase, y: float, *, is_first: bool) -> None:
        left, right = self._x(phase.start), self._x(phase.end + timedelta(days=1))
        pen.box((left, y - 2.5), right - left, 5, RUST if is_first else DEEP)
        span = f"{self._words.short_day(phase.start)} – {self._words.short_day(phase.end)}"
        pen.box((right + 3, y - 5), _DATES_WIDTH - 8, 10, WHITE)  # the months' lines stay clear of the dates
        pen.text(right + 5, y - 2.6, span, Face("Sans", 7.4, SOFT))


def _row_height(lines: int) -> float:
    """A phase's row: a grid line, more where its name takes several lines."""
    return max(LEAD, lines * 9.5 + 4)

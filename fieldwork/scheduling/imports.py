"""Setting interviews from a file: the ``interview`` of each expert in ``experts.yaml``.

The shape::

    experts:
      E01: {…, interview: {date: 2025-03-21, start: "11:00", minutes: 68, mode: zoom, by: АС, language: ru}}

``start`` is the clock in Almaty, in quotes; ``by`` are the interviewer's initials; ``language`` is ru when absent.
Experts without ``interview`` are passed over.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import member_by_initials
from fieldwork.programme.shapes import ClockTime, Line, Shape, parsed
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.rules import almaty_moment
from fieldwork.scheduling.services import add_interview


class InterviewShape(Shape):
    """One interview."""

    day: date = Field(alias="date")
    start: ClockTime
    minutes: int
    mode: Line
    by: Line
    language: Line = "ru"


class InterviewedShape(Shape):
    """An expert as far as this room reads it."""

    model_config = ConfigDict(extra="ignore")

    interview: InterviewShape | None = None


class InterviewsFileShape(Shape):
    """``experts.yaml``; the sampling room checks the experts' own keys."""

    team: Any = None
    experts: dict[Line, InterviewedShape]


def import_interviews(work: Work, study: Study, data: object, *, source: str = "experts.yaml") -> Sequence[Interview]:
    """The interviews of a file of the shape above, in its order; team and experts come first.

    Raises:
        PlaceMissing, PlaceUnknown, PlaceWrong: the file's shape.
        NotFound: an expert or initials the study does not have.
        Refusal: any of ``services.add_interview``.
    """
    shape = parsed(InterviewsFileShape, data, source)
    return [
        add_interview(
            work,
            find_expert(work, study, code),
            member_by_initials(work, study, row.interview.by),
            starts_at=almaty_moment(row.interview.day, row.interview.start),
            minutes=row.interview.minutes,
            mode=row.interview.mode,
            language=row.interview.language,
        )
        for code, row in shape.experts.items()
        if row.interview is not None
    ]

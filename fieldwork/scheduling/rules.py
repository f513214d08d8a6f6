"""Decisions of scheduling: fieldwork dates, overlaps, counts. Values in, values or named refusals out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from fieldwork.core.clock import ALMATY
from fieldwork.core.errors import BadInput, Refusal
from fieldwork.scheduling.models import ONLINE, Interview, Mode

INTERVIEW_LANGUAGES = ("ru", "kk", "en")
FIRST_YEAR, LAST_YEAR = 2000, 2100
_LONGEST = 480  # minutes; a working day is a slip of the pen, not an interview


class ModeUnknown(BadInput):
    """No such mode."""

    message = "«{mode}» is not a mode of interview. Choose one of: {modes}."


class MinutesWrong(BadInput):
    """An interview that takes no time, or more than a working day."""

    message = "An interview of {minutes} minutes cannot be. Give a whole number from 1 to 480."


class MomentWrong(BadInput):
    """A day of another century."""

    message = "An interview on {day} cannot be. Correct the year."


class LanguageWrong(BadInput):
    """Not one of the languages of interviews."""

    message = "«{language}» is not a language of interviews here. Choose one of: {languages}."


class OutsideFieldwork(Refusal):
    """The day lies outside the study's fieldwork."""

    message = (
        "The interview with {expert} would be on {day}, but fieldwork is from {start} to {end}. "
        "Choose a day within it, or change the dates of fieldwork first."
    )


class InterviewerBusy(Refusal):
    """The interviewer is in another interview at that time."""

    message = (
        "{initials} is in an interview from {start} to {end} (Almaty time) on {day}. "
        "Choose another time or another interviewer."
    )


class Stage(StrEnum):
    """How an interview stands."""

    OVERDUE = "overdue"
    AHEAD = "ahead"
    HELD = "held"


@dataclass(frozen=True)
class FieldFigures:
    """The field in figures, as a methods section gives them; days are Almaty's, durations minutes."""

    interviews: int
    by_mode: dict[str, int]
    online: int
    offline: int
    first_day: date | None
    last_day: date | None
    shortest: int | None
    longest: int | None


def almaty_moment(day: date, clock: time) -> datetime:
    """A day and a time of the clock in Almaty as a moment with its zone (stored as UTC)."""
    return datetime.combine(day, clock, tzinfo=ALMATY)


def almaty_day(moment: datetime) -> date:
    """The day it is in Almaty at that moment.

    Raises:
        ValueError: the moment has no zone, which is a slip of the program and not of a person.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(ALMATY).date()


def mode_called(mode: str) -> Mode:
    """The mode of that name.

    Raises:
        ModeUnknown: there is none.
    """
    try:
        return Mode(mode)
    except ValueError:
        raise ModeUnknown(mode=mode, modes=", ".join(Mode)) from None


def check_moment(moment: datetime) -> None:
    """Refuse a moment of another century, which is a slip of the pen.

    Raises:
        MomentWrong: it is.
    """
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise MomentWrong(day=moment.date().isoformat())


def stage_of(starts_at: datetime, minutes: int, now: datetime, *, held: bool) -> Stage:
    """How an interview stands now.

    Args:
        starts_at: with its zone.
        minutes: how long it takes.
        now: with its zone.
        held: whether a recording or a transcript of it is kept.
    """
    if held:
        return Stage.HELD
    return Stage.AHEAD if starts_at + timedelta(minutes=minutes) > now else Stage.OVERDUE


def check_length(minutes: int) -> None:
    """Refuse a duration that cannot be.

    Raises:
        MinutesWrong: it cannot.
    """
    if not 1 <= minutes <= _LONGEST:
        raise MinutesWrong(minutes=minutes)


def check_language(language: str) -> None:
    """Refuse a language interviews are not held in.

    Raises:
        LanguageWrong: it is not among them.
    """
    if language not in INTERVIEW_LANGUAGES:
        raise LanguageWrong(language=language, languages=", ".join(INTERVIEW_LANGUAGES))


def check_within_fieldwork(expert: str, moment: datetime, start: date | None, end: date | None) -> None:
    """Refuse a moment whose Almaty day lies outside the fieldwork (both days included); a study without dates has none.

    Raises:
        OutsideFieldwork: says the dates.
    """
    day = almaty_day(moment)
    if start is not None and end is not None and not start <= day <= end:
        raise OutsideFieldwork(expert=expert, day=day.isoformat(), start=start.isoformat(), end=end.isoformat())


def overlap(start: datetime, minutes: int, other_start: datetime, other_minutes: int) -> bool:
    """Whether two stretches share a minute; one may begin when the other ends."""
    end = start + timedelta(minutes=minutes)
    other_end = other_start + timedelta(minutes=other_minutes)
    return start < other_end and other_start < end


def check_free(initials: str, start: datetime, minutes: int, others: Iterable[Interview]) -> None:
    """Refuse a time at which the interviewer is in another interview.

    Args:
        initials: the interviewer's, for the message.
        start: when the interview would begin.
        minutes: how long it would take.
        others: the interviewer's other interviews.

    Raises:
        InterviewerBusy: says when that interview is.
    """
    for other in others:
        if overlap(start, minutes, other.starts_at, other.minutes):
            begins = other.starts_at.astimezone(ALMATY)
            ends = begins + timedelta(minutes=other.minutes)
            raise InterviewerBusy(
                initials=initials, day=begins.date().isoformat(), start=f"{begins:%H:%M}", end=f"{ends:%H:%M}"
            )


def field_figures(interviews: Sequence[Interview]) -> FieldFigures:
    """The field in figures: counted from the interviews, never typed in."""
    counts = Counter(interview.mode for interview in interviews)
    days = sorted(almaty_day(interview.starts_at) for interview in interviews)
    lengths = sorted(interview.minutes for interview in interviews)
    online = sum(counts[mode] for mode in ONLINE)
    return FieldFigures(
        interviews=len(interviews),
        by_mode={str(mode): counts[mode] for mode in Mode},
        online=online,
        offline=len(interviews) - online,
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        shortest=lengths[0] if lengths else None,
        longest=lengths[-1] if lengths else None,
    )

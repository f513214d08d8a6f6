"""What the forms of meetings say, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from fieldwork.core.errors import BadInput
from fieldwork.programme.forms import read_number
from fieldwork.sampling.forms import read_day
from fieldwork.scheduling.rules import almaty_moment
from fieldwork.web.languages import gettext as _


class ClockWrong(BadInput):
    """A time that is none."""

    message = "«{value}» is not a time of day. Write it as 15:00."


@dataclass(frozen=True)
class Meeting:
    """A meeting as planned; ``initials`` are the interviewer's."""

    starts_at: datetime
    minutes: int
    mode: str
    language: str
    initials: str


def read_meeting(form: Mapping[str, str]) -> Meeting:
    """When, how, how long, and who asks; day and time are Almaty's.

    Raises:
        FieldEmpty, DateWrong, ClockWrong, NumberWrong: a field.
    """
    return Meeting(
        starts_at=read_moment(form, "day", "clock"),
        minutes=read_number(form, "minutes"),
        mode=form.get("mode", ""),
        language=form.get("language", ""),
        initials=form.get("interviewer", ""),
    )


def read_moment(form: Mapping[str, str], day: str, clock: str) -> datetime:
    """A day and a time of the clock in Almaty, from two fields.

    Raises:
        FieldEmpty, DateWrong, ClockWrong: a field.
    """
    return almaty_moment(read_day(form, day, _("Day")), _clock(form.get(clock, "")))


def _clock(text: str) -> time:
    hours, colon, minutes = text.strip().partition(":")
    whole = hours.isdecimal() and minutes[:2].isdecimal() and len(hours) <= len("00") and colon == ":"
    try:
        return time(int(hours), int(minutes[:2])) if whole else time.fromisoformat("none")
    except ValueError:
        raise ClockWrong(value=text) from None

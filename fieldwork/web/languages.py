"""The languages of the pages: every room's gettext catalogues as one; dates, numbers, durations as people write them.

English messages are the keys. ``_`` (``gettext``) and ``ngettext`` speak the language of the request; ``noted`` only
marks a message for extraction, where it is translated later.
"""

import gettext as stdlib
import io
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files

from babel import dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from fieldwork.core.clock import ALMATY
from fieldwork.core.errors import Refusal
from fieldwork.core.texts import tell

LANGUAGES = {"ru": "Рус", "kk": "Қаз", "en": "Eng"}
"""Language -> its name in the switch."""
DEFAULT = "ru"

_spoken: ContextVar[str] = ContextVar("language", default=DEFAULT)


def speak(language: str) -> None:
    """Choose the language of this request (or thread)."""
    _spoken.set(language if language in LANGUAGES else DEFAULT)


def language() -> str:
    """The language spoken now."""
    return _spoken.get()


@lru_cache
def translations(spoken: str) -> stdlib.NullTranslations:
    """The catalogues of all rooms in one language, compiled in memory."""
    merged = stdlib.NullTranslations()
    for room in sorted(files("fieldwork").iterdir(), key=lambda one: one.name):
        path = room.joinpath("translations", f"{spoken}.po")
        if room.is_dir() and room.name != "core" and path.is_file():
            compiled = io.BytesIO()
            with path.open("rb") as file:
                write_mo(compiled, read_po(file, locale=spoken))
            compiled.seek(0)
            one = stdlib.GNUTranslations(compiled)
            one.add_fallback(merged)
            merged = one
    return merged


def gettext(message: str, /, **values: object) -> str:
    """``message`` in the language spoken, its ``%(placeholders)s`` filled."""
    told = translations(language()).gettext(message)
    return told % values if values else told


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """The form of ``one``/``many`` that fits ``number`` (available as ``%(num)s``)."""
    return translations(language()).ngettext(one, many, number) % {"num": number_(number), **values}


def noted(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


def refusal_told(refusal: Refusal) -> str:
    """A refusal as a sentence in the language spoken; rooms may word it in their own catalogues."""
    own = translations(language()).gettext(refusal.message)
    return own.format(**refusal.values) if own != refusal.message else tell(refusal, language(), on_pages=True)


def local(texts: Mapping[str, str] | None) -> str:
    """A text kept in several languages, in the one spoken, or in one that it has."""
    if not texts:
        return ""
    return texts.get(language()) or texts.get(DEFAULT) or next(iter(texts.values()), "")


def day(value: date | datetime) -> str:
    """«28 апреля 2025 г.»."""
    return dates.format_date(_in_almaty(value), "d MMMM y", locale=language())


def short_day(value: date | datetime) -> str:
    """«28 апр.»."""
    return dates.format_date(_in_almaty(value), "d MMM", locale=language())


def moment(value: datetime) -> str:
    """«28 апреля 2025, 14:05», in Almaty."""
    return f"{day(value)}, {clock(value)}"


def clock(value: datetime) -> str:
    """«14:05», in Almaty."""
    return value.astimezone(ALMATY).strftime("%H:%M")


def number_(value: float) -> str:
    """«12 345,6» as the language writes it."""
    return numbers.format_decimal(value, locale=language())


def percent(share: float) -> str:
    """0.64 as «64 %»."""
    return numbers.format_percent(share, locale=language())


def timecode(ms: int) -> str:
    """Milliseconds as «00:12:41»."""
    seconds = ms // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def ago(value: datetime, now: datetime) -> str:
    """«3 минуты назад»."""
    return dates.format_timedelta(value - now, add_direction=True, locale=language())


ROLES = {
    "principal_investigator": noted("principal investigator"),
    "interviewer": noted("interviewer"),
    "coder": noted("coder"),
    "viewer": noted("viewer"),
}
"""What a role in a study is called."""


def role(value: str) -> str:
    """A role in the language spoken."""
    return gettext(ROLES.get(value, value))


FILTERS: dict[str, Callable[..., str]] = {
    "ago": ago,
    "clock": clock,
    "day": day,
    "local": local,
    "moment": moment,
    "number": number_,
    "percent": percent,
    "refusal": refusal_told,
    "role": role,
    "short_day": short_day,
    "timecode": timecode,
}


def _in_almaty(value: date | datetime) -> date:
    return value.astimezone(ALMATY).date() if isinstance(value, datetime) else value

"""Russian forms of counted words and dates, by CLDR's rules in Babel."""

from collections.abc import Sequence
from datetime import date

from babel import Locale
from babel.dates import format_date

_RUSSIAN = Locale("ru")


def form(number: int, one: str, few: str, many: str) -> str:
    """The form that a number asks for: 1 код, 2 кода, 5 кодов."""
    return {"one": one, "few": few}.get(_RUSSIAN.plural_form(number), many)


def counted(number: int, one: str, few: str, many: str) -> str:
    """The number with its noun: «48 кодов»."""
    return f"{number}\N{NO-BREAK SPACE}{form(number, one, few, many)}"


def day(moment: date, *, year: bool = True) -> str:
    """«21 марта» or «21 марта 2025 года»."""
    told = format_date(moment, "d MMMM", "ru")
    return f"{told} {moment.year} года" if year else told


def period(first: date, last: date) -> str:
    """«с 21 марта по 28 апреля 2025 года»; one day alone is «21 марта 2025 года»."""
    if first == last:
        return day(first)
    return f"с {day(first, year=first.year != last.year)} по {day(last)}"


def span(first: date, last: date) -> str:
    """«21 марта – 28 апреля 2025 года», for a table."""
    return day(first) if first == last else f"{day(first, year=first.year != last.year)} – {day(last)}"


def listed(words: Sequence[str]) -> str:
    """«а, б и в»."""
    return " и ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def sentence(text: str) -> str:
    """A text with a full stop, if it has no end of its own."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…" else f"{text}."


def lowered(text: str) -> str:
    """A text to go on with inside a sentence: its first letter small, unless the word is all capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]

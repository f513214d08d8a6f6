"""What the pages of the review send, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fieldwork.core.errors import BadInput

MOST = 200
_NUMBERS = 3
_DIGITS = 9


class PlacesUnreadable(BadInput):
    """Which words are meant is not told."""

    message = "Select the words that are to be replaced, then mark them. At most {most} places at once."


@dataclass(frozen=True)
class Marking:
    """What was missed: its places (number of the turn, code points of its raw text), its kind, whose it is if known."""

    places: Sequence[tuple[int, int, int]]
    label: str
    entity: str


def parsed_places(form: Mapping[str, str]) -> Marking:
    """The form «places» («12:40:46,15:0:6»), «label», «entity».

    Raises:
        PlacesUnreadable: no places, too many, or not as numbers.
    """
    try:
        places = [tuple(int(number) for number in place.split(":")) for place in form.get("places", "").split(",")]
    except ValueError:
        raise PlacesUnreadable(most=MOST) from None
    if len(places) > MOST or any(len(place) != _NUMBERS or max(place) >= 1 << 31 for place in places):
        raise PlacesUnreadable(most=MOST)
    return Marking([(place[0], place[1], place[2]) for place in places], form.get("label", ""), form.get("entity", ""))


class NumberUnreadable(BadInput):
    """A number is wanted."""

    message = "«{told}» is not a whole number. Give one, such as 150."


def parsed_number(form: Mapping[str, str], name: str) -> int:
    """A field that holds a whole number.

    Raises:
        NumberUnreadable: it does not.
    """
    told = form.get(name, "").strip()
    if not told.isdecimal() or len(told) > _DIGITS:
        raise NumberUnreadable(told=told[:20])
    return int(told)

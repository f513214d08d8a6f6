"""Finding words in what was said, and setting others in their place: the same for one turn and for a whole study."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from fieldwork.core.errors import BadInput

LONGEST_SOUGHT = 200
"""Code points that are looked for at most: a sentence."""
LONGEST_PUT = 500
"""Code points that are put in at most."""
AROUND = 48
"""Code points shown on either side of a place."""
_LETTER = r"[\w\u0300-\u036f]"  # a stress mark belongs to its letter
_YO = {"е": "её", "ё": "её", "Е": "ЕЁ", "Ё": "ЕЁ"}
_CONTROL = ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
_TURNS_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that let text run the other way: what is read is no longer what stands there."""


class NothingSought(BadInput):
    """Nothing to look for."""

    message = "Say which words to look for: there are none in the field."


class SoughtTooLong(BadInput):
    """A pattern longer than a sentence."""

    message = "Look for {longest} characters at most: a few words find the place just as well."


class PutTooLong(BadInput):
    """A replacement longer than any word."""

    message = "Put in {longest} characters at most. Longer passages are corrected in their own turn."


class ControlCharacters(BadInput):
    """What would not be seen in the text."""

    message = (
        "The words hold characters that cannot be seen, such as a line break or a tab. Type them instead of pasting."
    )


@dataclass(frozen=True, repr=False)
class Sought:
    """What is looked for, and how; ``yo``: е and ё count as one letter."""

    words: str
    whole: bool = True
    case: bool = False
    yo: bool = True

    def __repr__(self) -> str:
        """How; never what."""
        return f"Sought(whole={self.whole}, case={self.case}, yo={self.yo})"

    def __post_init__(self) -> None:
        """Refuse what cannot be looked for.

        Raises:
            NothingSought, SoughtTooLong, ControlCharacters: the words.
        """
        if not self.words.strip():
            raise NothingSought
        if len(self.words) > LONGEST_SOUGHT:
            raise SoughtTooLong(longest=LONGEST_SOUGHT)
        _require_visible(self.words)

    @property
    def pattern(self) -> re.Pattern[str]:
        """A pattern that stands for these letters and nothing else; a blank stands for blanks of any kind."""
        body = "".join(self._one(part) for part in re.findall(r"\s+|\S", self.words.strip()))
        if self.whole:
            body = f"(?<!{_LETTER}){body}(?!{_LETTER})"
        return re.compile(body, 0 if self.case else re.IGNORECASE)

    def _one(self, part: str) -> str:
        if part.isspace():
            return r"\s+"
        return f"[{_YO[part]}]" if self.yo and part in _YO else re.escape(part)


def require_replacement(words: str) -> str:
    """Words that may be put in, none among them.

    Raises:
        PutTooLong, ControlCharacters: the words.
    """
    if len(words) > LONGEST_PUT:
        raise PutTooLong(longest=LONGEST_PUT)
    _require_visible(words)
    return words


def places(text: str, sought: Sought) -> list[tuple[int, int]]:
    """Where the words stand, in code points, end exclusive, from left to right; none overlaps another."""
    return [match.span() for match in sought.pattern.finditer(text)]


def replaced(text: str, found: Collection[tuple[int, int]], words: str) -> str:
    """The text with other words at some places; where none are put in, one of the two blanks around goes as well."""
    for start, end in sorted(found, reverse=True):
        before, behind = text[:start], text[end:]
        if not words and behind[:1].isspace() and (not before or before[-1].isspace()):
            behind = behind[1:]
        text = before + words + behind
    return text


def context(text: str, start: int, end: int) -> tuple[str, str, str]:
    """The words before a place, there and behind, cut at blanks, with «…» where more stands."""
    low, high = max(0, start - AROUND), min(len(text), end + AROUND)
    before, behind = text[low:start], text[end:high]
    if low:
        before = "…" + before.split(" ", 1)[-1]
    if high < len(text):
        behind = behind.rsplit(" ", 1)[0] + "…"
    return before, text[start:end], behind


def _require_visible(words: str) -> None:
    if any(unicodedata.category(one) in _CONTROL or one in _TURNS_ROUND for one in words):
        raise ControlCharacters

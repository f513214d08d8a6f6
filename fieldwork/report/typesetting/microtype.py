"""Microtypography: no-break spaces, dashes, ellipses and quotation marks of Russian, Kazakh and English. Pure.

The rules are the customary ones of each language's typesetting (for Russian: Milchin & Cheltsova's handbook). No
library of the field covers Kazakh or keeps to signs that the report's fonts hold, hence these few expressions.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from fieldwork.report.content import Language

NBSP: Final = "\N{NO-BREAK SPACE}"
SOFT_HYPHEN: Final = "\N{SOFT HYPHEN}"
LINK_OPENS: Final = "\ue000"  # these two stand around what becomes a link, while a text is being polished
LINK_CLOSES: Final = "\ue001"
_LETTER: Final = "A-Za-zА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі"

# Invisible or layout-bearing characters that must not reach a line: they carry no text.
_DROPPED: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0e\ufe0f]")
_SPACES: Final = re.compile("[ \t\n\r\f\v\u2028\u2029\u0085\u2002-\u2006\u2008\u200a\u3000]+")
_NARROW: Final = re.compile("[\u202f\u2007\u2009]")  # fixed-width and thin spaces: never break there
_RANGE: Final = re.compile(r"(?<![\w-])(\d{1,4})-(\d{1,4})(?![\w-])")
_DASH: Final = re.compile(r" (?:-{1,3}|–|—) ")
_NUMBER: Final = re.compile(rf"(?<![\w.,])(\d(?:[\d.,]*\d)?|№) (?=[{_LETTER}\d«\ue000])")
_INITIALS: Final = re.compile(rf"(?<![{_LETTER}])([{_LETTER}]|Дж)\. (?=[А-ЯЁA-ZӘҒҚҢӨҰҮҺІ])")
_SHORT: Final[dict[Language, re.Pattern[str]]] = {
    "ru": re.compile(
        r"(?<![\w-])([А-Яа-яЁё]{1,2}|для|или|при|без|что|над|под|про|они|это) (?=[\w«„(\ue000])", re.IGNORECASE
    ),
    "kk": re.compile(
        r"(?<![\w-])(?!(?:да|де|та|те|ма|ме|ба|бе|па|пе) )([А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]{1,2}) (?=[\w«„(\ue000])"
    ),
    "en": re.compile(r"(?<![\w-])(a|an|the|of|to|in|on|at|by|is|or|I|p\.|no\.) (?=[\w“(\ue000])", re.IGNORECASE),
}
_KAZAKH_PARTICLE: Final = re.compile(r" (?=(?:да|де|та|те|ма|ме|ба|бе|па|пе|ғой)(?![\w]))")
_MARKS: Final[dict[Language, tuple[str, str, str, str]]] = {
    "ru": ("«", "»", "„", "“"),
    "kk": ("«", "»", "„", "“"),
    "en": ("“", "”", "‘", "’"),
}


@lru_cache(maxsize=4096)
def polish(text: str, language: Language) -> str:
    """The text as it is to be set: signs of the language, and no line break where a reader would stumble."""
    text = _straight_quotes(_dashes(clean(text)), language)
    for pattern in (_SHORT[language], _SHORT[language], _NUMBER, _INITIALS, _INITIALS):
        text = pattern.sub(_glue, text)  # twice where matches may follow each other: «и в том»
    if language == "kk":
        text = _KAZAKH_PARTICLE.sub(NBSP, text)
    return text


def clean(text: str) -> str:
    """One line of composed characters: spaces made plain, invisible characters and controls dropped."""
    # what is dropped goes first: spaces on either side of it are then one space, letters beside it compose
    kept = "".join(sign for sign in text if (sign >= " " and sign != "\x7f") or sign in "\t\n\v\f\r")
    text = unicodedata.normalize("NFC", _DROPPED.sub("", kept))
    text = _SPACES.sub(" ", _NARROW.sub(NBSP, text))
    return "".join(sign for sign in text if sign >= " ").strip(" ")


def quoted(text: str, language: Language) -> str:
    """The text in quotation marks; marks inside it become those of the second level."""
    opening, closing, inner_opening, inner_closing = _MARKS[language]
    text = _straight_quotes(clean(text), language).replace(opening, inner_opening).replace(closing, inner_closing)
    return f"{opening}{text}{closing}"


def representable(text: str, has_glyph: Callable[[str], bool]) -> tuple[str, set[str]]:
    """The text in characters that a font holds, and those it lacks (set as «?»), so that nothing vanishes unseen."""
    lacking = {sign for sign in set(text) if not has_glyph(sign)}
    if not lacking:
        return text, lacking
    replacements = {sign: _stand_in(sign, has_glyph) for sign in lacking}
    lost = {sign for sign, stand_in in replacements.items() if stand_in is None}
    return "".join(replacements.get(sign, sign) or "?" for sign in text), lost


def _stand_in(sign: str, has_glyph: Callable[[str], bool]) -> str | None:
    """A plainer spelling of a character: U+2011 by a hyphen, a ligature by its letters."""
    if sign in "\u2010\u2011":
        return "-"
    plain = unicodedata.normalize("NFKC", sign)
    return plain if plain != sign and all(map(has_glyph, plain)) else None


def _dashes(text: str) -> str:
    """Dashes between words, en dashes in ranges of figures, one sign for an ellipsis."""
    text = _DASH.sub(f"{NBSP}— ", text)
    return _RANGE.sub(r"\1–\2", text).replace("...", "…")


def _straight_quotes(text: str, language: Language) -> str:
    """Typewriter quotation marks turned into the language's own."""
    if '"' not in text:
        return text
    opening, closing, _, _ = _MARKS[language]
    text = re.sub(r'(^|[\s(\[«„“‘—–-])"(?=\S)', rf"\1{opening}", text)
    return text.replace('"', closing)


def _glue(match: re.Match[str]) -> str:
    """The match with its last space made unbreakable."""
    return f"{match[0][:-1]}{NBSP}"

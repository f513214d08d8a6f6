"""Where a word may be broken: pyphen for Russian and English, a syllable rule for Kazakh. Pure.

pyphen has no Kazakh patterns; there a word breaks before the last consonant ahead of a vowel, which is the rule of
Kazakh school grammar (тасымал). Each word follows its own letters: a Kazakh or English word keeps its rule in a Russian
text.
"""

import re
from functools import cache, lru_cache
from typing import Final

import pyphen

from fieldwork.report.content import Language

_WORD: Final = re.compile(r"[^\W\d_]{5,}")
_REAL_HYPHEN: Final = re.compile(r"(?<=\w)[-/](?=\w{3})")
_KAZAKH_LETTERS: Final = re.compile("[әғқңөұүһі]")
_LATIN: Final = re.compile("[a-z]+")
_VOWELS: Final = "аәеёиоөуұүыіэюя"
_KAZAKH_BREAK: Final = re.compile(
    rf"(?<=[{_VOWELS}])[^{_VOWELS}]*?(?=[^{_VOWELS}ьъ][{_VOWELS}])|(?<=[{_VOWELS}])(?=у[{_VOWELS}])"
)
_LEAST_BEFORE: Final = 2
_LEAST_AFTER: Final = 3
_DICTIONARIES: Final[dict[Language, str]] = {"ru": "ru_RU", "en": "en_GB"}


def break_points(text: str, language: Language) -> list[int]:
    """Offsets (code points) in a text without spaces before which a line may end.

    After a real hyphen or slash no hyphen is to be added; everywhere else one is.
    """
    points = {match.end() for match in _REAL_HYPHEN.finditer(text)}
    for match in _WORD.finditer(text):
        points.update(match.start() + point for point in _word_points(match.group().lower(), language))
    return sorted(points)


@lru_cache(maxsize=65536)
def _word_points(word: str, language: Language) -> tuple[int, ...]:
    """Break points of one lower-case word, at least two letters before and three after."""
    own: Language = "en" if _LATIN.fullmatch(word) else "kk" if _KAZAKH_LETTERS.search(word) else language
    if own == "kk":
        points = [match.end() for match in _KAZAKH_BREAK.finditer(word)]
    else:
        points = _dictionary(own).positions(word)
    return tuple(int(point) for point in points if _LEAST_BEFORE <= point <= len(word) - _LEAST_AFTER)


@cache
def _dictionary(language: Language) -> pyphen.Pyphen:
    """The patterns for a language; loading them takes about 50 ms."""
    return pyphen.Pyphen(lang=_DICTIONARIES[language], left=_LEAST_BEFORE, right=_LEAST_AFTER)

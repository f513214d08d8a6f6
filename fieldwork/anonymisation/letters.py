"""Letters: Kazakh to Russian, invisible marks, Latin spellings and the sound of a word. Pure and dictionary-free."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

KAZAKH = str.maketrans("әғқңөұүһіӘҒҚҢӨҰҮҺІ", "агкноуухиАГКНОУУХИ")
_KEY = KAZAKH | str.maketrans("‐‑", "--")
_MARKED = re.compile("[^\u0300-\u036f]?[\u0300-\u036f]+|[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+")


def russian(text: str) -> str:
    """The text with Kazakh (and Kyrgyz) letters as the nearest Russian ones, letter for letter: offsets stay."""
    return text.translate(KAZAKH)


@lru_cache(maxsize=100_000)
def plain(word: str) -> str:
    """The key of a word in every index: Russian letters, lower case, no ё."""
    return word.translate(_KEY).lower().replace("ё", "е")


class View(NamedTuple):
    """A text without combining and invisible marks, and where each of its letters stood.

    Attributes:
        text: the composed text.
        origin: for every position of ``text`` (and one past its end) the code point of the original; None when both
            are the same text.
    """

    text: str
    origin: Sequence[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Lead a span of the view back to code points of the original text (end exclusive)."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end]


def view(text: str) -> View:
    """Compose letters with their marks and drop what cannot be seen (stress, soft hyphens, zero-width signs)."""
    if not _MARKED.search(text):
        return View(text, None)
    out: list[str] = []
    origin: list[int] = []
    at = 0
    for match in _MARKED.finditer(text):
        out.extend(text[at : match.start()])
        origin.extend(range(at, match.start()))
        composed = unicodedata.normalize("NFC", match[0])
        if unicodedata.category(composed[0]) not in {"Mn", "Cf"}:
            out.append(composed[0])
            origin.append(match.start())
        at = match.end()
    out.extend(text[at:])
    origin.extend(range(at, len(text) + 1))
    return View("".join(out), origin)


_LATIN_GROUPS = (
    ("shch", "ш"), ("sch", "ш"), ("dzh", "ж"), ("kh", "х"), ("zh", "ж"), ("ch", "ч"), ("sh", "ш"), ("gh", "г"),
    ("ph", "ф"), ("ts", "ц"), ("iya", "ия"), ("ya", "я"), ("ia", "я"), ("yu", "ю"), ("iu", "ю"), ("yo", "е"),
    ("ye", "е"), ("ck", "к"), ("x", "кс"),
)  # fmt: skip
_MARKED_LATIN = (
    ("š", "sh"), ("ş", "sh"), ("č", "ch"), ("ç", "ch"), ("ž", "zh"), ("ŝ", "sch"), ("ğ", "g"), ("ı", "y"), ("ß", "ss"),
)  # fmt: skip
_LATIN_LETTERS = str.maketrans("abcdefghijklmnopqrstuvwyz", "абкдефгхижклмнопкрстуввиз")
_SKELETON = (
    ("дж", "ж"), ("я", "а"), ("ю", "у"), ("ы", "и"), ("й", "и"), ("э", "е"), ("ь", ""), ("ъ", ""), ("щ", "ш"),
    ("тс", "с"), ("ц", "с"), ("ие", "е"),
)  # fmt: skip
_GLIDE = re.compile("(?<=[аеиоу])у(?=[аеио])")  # «Салауат», «Салават», «Salawat»
_DOUBLED = re.compile(r"(.)\1+")
_BARE = re.compile("[а-яa-z-]*")  # letters without marks of their own (й loses its own below), as nearly all are


def is_latin(word: str) -> bool:
    """Whether a word begins with a Latin letter, plain or marked («Ševčenko», «Äsem»)."""
    return word[0].isascii() or "\u00c0" <= word[0] <= "\u024f"


@lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """A word reduced to what spellings share («Нурпеисова», «Nurpeissova»); Cyrillic or Latin letters in.

    Latin conventions are many (passport, GOST, Kazakh Latin): the reduction is our own, no library has them all.
    """
    key = plain(word)
    if is_latin(key) and not key.isascii():
        for old, new in _MARKED_LATIN:
            key = key.replace(old, new)
    if not _BARE.fullmatch(key):
        key = "".join(c for c in unicodedata.normalize("NFD", key) if unicodedata.category(c) != "Mn")
    if key.isascii():
        for old, new in _LATIN_GROUPS:
            key = key.replace(old, new)
        key = key.translate(_LATIN_LETTERS)
    for old, new in _SKELETON:
        if old in key:
            key = key.replace(old, new)
    return _DOUBLED.sub(r"\1", _GLIDE.sub("в", key))


_SOUND = str.maketrans("оеиэуюйгхкбвджзщц", "аиииууиккк" + "пфтшсшс")


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """The word as a recogniser may mishear it: unstressed vowels and voiced consonants fall together."""
    return _DOUBLED.sub(r"\1", skeleton(word).translate(_SOUND))

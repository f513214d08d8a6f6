"""What is a word, what a person asks for, and how well a text answers it. Knows no database and no dictionary.

A text is kept as its words in order, each with its lemmas: ``=людей=человек= =деньги=деньга=``. So one LIKE finds a
word in any form (``%=человек=%``) or by its beginning (``%=чел%``), on SQLite and PostgreSQL alike; and since words
are letters and digits only, nothing that a person types means anything to LIKE.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Lemmas = Callable[[str], Sequence[str]]

LONGEST_QUERY = 400
MOST_WORDS = 12
SHORTEST_BEGINNING = 2
PART = "|"
"""Stands between the name of something and the rest of its text: no phrase runs across it."""

_WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")
_STRESS = str.maketrans("", "", "\u0300\u0301")
_RUSSIAN = re.compile(r"[а-я]+")
_PHRASE = re.compile(r'"([^"]*)"|«([^»]*)»|“([^”]*)”|„([^“”]*)[“”]')
_STOP = frozenset(
    "а без бы в вы да для до же за и из или к как ко ли мы на не но о об от по под при с со то у что это я "  # noqa: SIM905
    "және мен бен пен да де бұл үшін the a an and of in to is for".split()
)
_IN_NAME = 3.0
_EXACT, _LEMMA, _BEGINNING = 1.0, 0.9, 0.5


@dataclass(frozen=True)
class Wanted:
    """A word that is asked for: as typed, its lemmas, and whether it may go on."""

    form: str
    lemmas: tuple[str, ...] = ()
    beginning: bool = False

    @property
    def patterns(self) -> list[str]:
        """What LIKE has to find, any of them."""
        whole = [f"%={one}=%" for one in {self.form, *self.lemmas}]
        return [*whole, f"%={self.form}%"] if self.beginning else sorted(whole)

    def quality(self, token: str) -> float:
        """How well a word of a text (``=людей=человек=``) answers."""
        if token.startswith(f"={self.form}="):
            return _EXACT
        if f"={self.form}=" in token or any(f"={one}=" in token for one in self.lemmas):
            return _LEMMA
        return _BEGINNING if self.beginning and f"={self.form}" in token else 0.0


@dataclass(frozen=True)
class Query:
    """What is asked for: every term has to be there; a term of several words, in that order."""

    terms: tuple[tuple[Wanted, ...], ...]
    shortened: bool = False
    """Whether more was typed than is looked for."""

    @property
    def words(self) -> list[Wanted]:
        """The words of all terms."""
        return [word for term in self.terms for word in term]


def parsed(typed: str, lemmas: Lemmas, *, typing: bool = False) -> Query:
    """Read what was typed: words, "phrases" in any quotation marks, beginnings with a star.

    Words like «и» and «в» count only where nothing else is asked for, or inside a phrase.

    Args:
        typed: anything; unbalanced quotation marks and signs of other search engines are not looked at.
        lemmas: the dictionary.
        typing: whether the last word is still being written, and so may go on.
    """
    kept = typed[:LONGEST_QUERY]
    phrases = [next((part for part in found if part), "") for found in _PHRASE.findall(kept)]
    terms = [term for phrase in phrases if (term := tuple(_wanted(phrase, lemmas)))]
    loose = list(_wanted(_PHRASE.sub(" ", kept), lemmas, typing=typing and not kept.endswith((" ", '"', "»"))))
    meant = [word for word in loose if word.form not in _STOP or word.beginning]
    terms += [(word,) for word in dict.fromkeys(meant or (loose if not terms else []))]
    cut = len(typed) > LONGEST_QUERY or sum(map(len, terms)) > MOST_WORDS
    return Query(tuple(_first(terms, MOST_WORDS)), cut)


def forms(text: str) -> list[tuple[int, int, str]]:
    """The words of a text: from, to (code points, end exclusive), and the word in lower case with «е» for «ё»."""
    return [(found.start(), found.end(), _folded(found[0])) for found in _WORD.finditer(text)]


def encoded(name: str, body: str, lemmas: Lemmas) -> str:
    """The column beside a text: its words with their lemmas."""
    return f" {_encoded(name, lemmas)} {PART} {_encoded(body, lemmas)} "


def score(words: str, query: Query) -> float:
    """How well an encoded text answers; 0 where a term is missing.

    Words count more in a name than below it, in short texts than in long ones, as typed than in another form; the
    tenth time counts little.
    """
    name, _, body = words.partition(f" {PART} ")
    named, told = name.split(), body.split()
    long = math.sqrt(8 + len(told)) if told else math.sqrt(8 + len(named))
    whole = 0.0
    for term in query.terms:
        in_name, in_body = _hits(named, term), _hits(told, term)
        if not in_name and not in_body:
            return 0.0
        best = max((*(_IN_NAME * one for one in in_name), *in_body))
        whole += best * (1 + math.log(len(in_name) + len(in_body)))
    return whole / long


def marks(text: str, query: Query, lemmas: Lemmas) -> list[tuple[int, int]]:
    """Where a text answers: spans in code points, in order, none within another."""
    found = forms(text)
    tokens = [_token(form, lemmas) for _, _, form in found]
    spans = {
        (found[at][0], found[at + len(term) - 1][1])
        for term in query.terms
        for at in range(len(tokens) - len(term) + 1)
        if all(word.quality(tokens[at + step]) for step, word in enumerate(term))
    }
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def snippet(text: str, spans: Sequence[tuple[int, int]], width: int = 180) -> list[tuple[str, bool]]:
    """About ``width`` code points round the densest hits, as pieces: words, and whether they are a hit."""
    start = _window(text, spans, width)
    end = len(text) if len(text) <= start + width else _edge(text, start + width)
    pieces: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for left, right in spans:
        if left >= start and right <= end:
            pieces += [(text[at:left], False), (text[left:right], True)]
            at = right
    pieces += [(text[at:end] if end == len(text) else f"{text[at:end].rstrip()}…", False)]
    return [(piece, hit) for piece, hit in pieces if piece]


def _wanted(text: str, lemmas: Lemmas, *, typing: bool = False) -> Iterable[Wanted]:
    found = forms(text)
    for number, (_, end, form) in enumerate(found):
        goes_on = text[end : end + 1] == "*" or (typing and number == len(found) - 1)
        yield Wanted(form, _lemmas(form, lemmas), goes_on and len(form) >= SHORTEST_BEGINNING)


def _first(terms: Iterable[tuple[Wanted, ...]], count: int) -> Iterable[tuple[Wanted, ...]]:
    for term in terms:
        if count > 0:
            yield term[:count]
        count -= len(term)


def _hits(tokens: Sequence[str], term: Sequence[Wanted]) -> list[float]:
    """The quality of each place where the words of a term stand in their order."""
    found = []
    for at in range(len(tokens) - len(term) + 1):
        qualities = []
        for step, word in enumerate(term):
            quality = word.quality(tokens[at + step])
            if not quality:
                break
            qualities.append(quality)
        else:
            found.append(sum(qualities) / len(qualities) * len(term))
    return found


def _window(text: str, spans: Sequence[tuple[int, int]], width: int) -> int:
    """Where the piece begins that holds most hits, with some words before the first."""
    if len(text) <= width or not spans:
        return 0
    best = max(spans, key=lambda one: (sum(one[0] <= other[0] < one[0] + width * 2 // 3 for other in spans), -one[0]))
    start = best[0] - width // 4
    return 0 if start <= 0 else _edge(text, min(start, len(text) - width))


def _edge(text: str, at: int) -> int:
    """The beginning of the word after ``at``, where one is near."""
    space = text.find(" ", at)
    return space + 1 if 0 <= space < at + 25 else at


def _encoded(text: str, lemmas: Lemmas) -> str:
    return " ".join(_token(form, lemmas) for _, _, form in forms(text))


def _token(form: str, lemmas: Lemmas) -> str:
    others = [one for one in _lemmas(form, lemmas) if one != form]
    return f"={'='.join((form, *others))}="


def _lemmas(form: str, lemmas: Lemmas) -> tuple[str, ...]:
    """Russian words only: Latin and Kazakh letters are looked for as they stand."""
    return tuple(lemmas(form)) if _RUSSIAN.fullmatch(form) else ()


def _folded(word: str) -> str:
    """Case, stress marks, «ё» and the way a letter is composed make no difference."""
    return unicodedata.normalize("NFC", word.translate(_STRESS)).casefold().replace("ё", "е")

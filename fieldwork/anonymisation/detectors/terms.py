"""A study's own terms and exceptions in a document: over case endings, capitals and Latin spelling."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from fieldwork.anonymisation.detectors.organisations import head_forms
from fieldwork.anonymisation.letters import plain, skeleton
from fieldwork.anonymisation.lexicon import analyser, bases, facts, kazakh_bases
from fieldwork.anonymisation.mention import Document, Mention
from fieldwork.anonymisation.paradigms import noun_forms
from fieldwork.anonymisation.terms import Term

_TOKEN = re.compile(r"[^\W\d_]+(?:[-‐‑'’ʼ][^\W\d_]+)*|\d+")
_BETWEEN = re.compile(r"[\s\u00a0\-–—«»\"“”„'’.№#@/_]{0,3}")
# Detectors that an exception never silences: the study's contact records, and its own terms.
_SHORTEST = 3
_SPARED = frozenset({"known", "terms"})


class Token(NamedTuple):
    """A word or a number of a document."""

    start: int
    end: int
    text: str
    key: str


class Hit(NamedTuple):
    """Where a phrase stands: ``bold`` where it is written as a name, ``plain_word`` where it need not be one."""

    start: int
    end: int
    phrase: int
    bold: bool
    plain_word: bool


@lru_cache(maxsize=20_000)
def case_forms(word: str) -> frozenset[str]:
    """Every form of a word (a key) of a phrase: by dictionary and by the plainest endings."""
    if word.isdigit() or word.isascii():
        return frozenset({word})
    known = facts(word)
    lemmas = known.lemmas if known.known else frozenset({word})
    forms = set(noun_forms(word)).union(*(noun_forms(lemma) for lemma in lemmas))
    for reading in analyser().parse(word):
        if reading.is_known:
            forms |= {plain(form.word) for form in reading.lexeme}
    return frozenset(forms)


@lru_cache(maxsize=20_000)
def likeliest_forms(word: str) -> frozenset[str]:
    """The forms of a word as it is likeliest meant: «ветров» in «Роза ветров» are winds, not a Mr Vetrov."""
    known = not word.isascii() and not word.isdigit() and facts(word).known
    reading = analyser().parse(word)[0] if known else None
    return frozenset(plain(form.word) for form in reading.lexeme) | {word} if reading else case_forms(word)


def tokens(text: str) -> list[Token]:
    """Words and numbers of a text."""
    return [Token(m.start(), m.end(), m[0], plain(m[0])) for m in _TOKEN.finditer(text)]


class Phrases:
    """Finds phrases (a term's or an exception's words) in a document; a look at the index per word, however many."""

    def __init__(self, phrases: Sequence[str], forms: Callable[[str], frozenset[str]] = case_forms) -> None:
        self.forms = forms
        self.phrases = [tokens(phrase) for phrase in phrases]
        self.first: dict[str, list[int]] = {}
        for number, words in enumerate(self.phrases):
            for form in self._entries(words[0].key) if words else ():
                self.first.setdefault(form, []).append(number)

    def _entries(self, key: str) -> frozenset[str]:
        """A Latin word is found in Cyrillic letters too, and the other way round."""
        forms = self.forms(key)
        return forms | {"~" + skeleton(form) for form in forms if not form.isdigit()}

    def find(self, document: Document) -> Iterator[Hit]:
        """Every occurrence; where several phrases begin at one word the longest."""
        if not self.first:
            return
        found = tokens(document.text)
        for index, token in enumerate(found):
            hits = [hit for number in self._candidates(token) if (hit := self._match(document, found, index, number))]
            if hits:
                yield max(hits, key=lambda hit: hit.end)

    def _candidates(self, token: Token) -> set[int]:
        keys = [token.key, *kazakh_bases(token.key, _SHORTEST)]
        if not token.key.isdigit():
            keys += ["~" + skeleton(base) for base in bases(token.key)]
        return {number for key in keys for number in self.first.get(key, ())}

    def _match(self, document: Document, found: list[Token], index: int, number: int) -> Hit | None:
        words = self.phrases[number]
        here = found[index : index + len(words)]
        if len(here) < len(words) or not all(map(self._same, words, here)):
            return None
        gaps = itertools.pairwise(here)
        if any(not _BETWEEN.fullmatch(document.text, left.end, right.start) for left, right in gaps):
            return None
        start, end = here[0].start, here[-1].end
        named = any(word.text[0].isupper() for word in words)
        ordinary = all(facts(word.key).common for word in words if not word.text.isdigit())
        opening = any(w.opening for w in document.words_within(start, here[0].end))
        bold = here[0].text[0].isupper() and not opening
        return Hit(start, end, number, bold or document.quoted(start, end) == (start, end), named and ordinary)

    def _same(self, word: Token, other: Token) -> bool:
        if word.key == other.key:
            return True
        if word.key.isascii() != other.key.isascii():
            theirs = set() if other.key.isdigit() else {skeleton(base) for base in bases(other.key)}
            return not theirs.isdisjoint({skeleton(form) for form in self.forms(word.key)})
        forms = self.forms(word.key)
        return other.key in forms or bool(kazakh_bases(other.key, _SHORTEST) & forms)


class Terms:
    """Mentions of a study's own terms.

    A term that is also ordinary words («Охра», «Роза») but is given with a capital needs a capital in the text; at the
    start of a sentence, where a capital says nothing, it is left to a person.
    """

    name = "terms"

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)
        self.phrases = Phrases([term.words for term in self.terms])

    def detect(self, document: Document) -> list[Mention]:
        """One mention per occurrence, with the term's own label."""
        found = []
        for hit in self.phrases.find(document):
            term = self.terms[hit.phrase]
            doubtful = hit.plain_word and not hit.bold
            if doubtful and document.text[hit.start].islower():
                continue
            certain = term.certain and not (doubtful or (hit.plain_word and document.recased))
            found.append(document.mention(hit.start, hit.end, term.label, self.name, certain=certain))
        return found


class Exceptions:
    """Words that a study never wants proposed: «Роза ветров», a band, a public figure."""

    def __init__(self, words: Sequence[str]) -> None:
        self.phrases = Phrases([phrase for phrase in words if _TOKEN.search(phrase)], likeliest_forms)

    def without(self, document: Document, mentions: Iterable[Mention]) -> list[Mention]:
        """The mentions without those that an exception covers; known identities and terms always stay.

        An organisation's head noun before it («группа «Роза ветров»») belongs to the exception, a longer name
        («Роза Ветрова») does not.
        """
        spans = [(hit.start, hit.end) for hit in self.phrases.find(document)]
        if not spans:
            return list(mentions)
        return [m for m in mentions if m.detector in _SPARED or not self._covered(m, spans)]

    @staticmethod
    def _covered(mention: Mention, spans: list[tuple[int, int]]) -> bool:
        words = [
            (mention.start + token.start, mention.start + token.end)
            for token in tokens(mention.text)
            if token.key not in head_forms()
        ]
        return bool(words) and any(all(a <= start and end <= b for start, end in words) for a, b in spans)

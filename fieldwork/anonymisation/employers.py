"""Names of organisations as contact records give them, found again in every form."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from fieldwork.anonymisation.letters import plain, skeleton
from fieldwork.anonymisation.lexicon import facts
from fieldwork.anonymisation.mention import Document
from fieldwork.anonymisation.paradigms import noun_forms

_QUOTED = re.compile(r"[«\"“„]([^«»\"“”]+)[»\"”“]")
_WORDS = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


class Phrase(NamedTuple):
    """A name of one or more words: a set of forms for each word, and the digits that belong to it."""

    entity: str
    words: tuple[frozenset[str], ...]
    digits: str
    common: bool


class Found(NamedTuple):
    """A phrase in a document. ``marked`` tells that quotes or a capital inside a sentence show it to be a name."""

    start: int
    end: int
    phrase: Phrase
    marked: bool


def names_of(employer: str, aliases: Iterable[str]) -> list[str]:
    """The quoted part of an employer's name (all of it where nothing is quoted) and its aliases."""
    quoted = _QUOTED.findall(employer)
    whole = [re.sub(r"[«»\"“”„]", "", employer)] if employer and len(_WORDS.findall(employer)) > 2 else []  # noqa: PLR2004
    names = [*(quoted or ([employer] if employer else [])), *whole, *aliases]
    return list(dict.fromkeys(name.strip() for name in names if _WORDS.search(name)))


class PhraseIndex:
    """Finds names of organisations (or any fixed names) in a document by the forms of their first word."""

    def __init__(self, names: Iterable[tuple[str, str]], *, people: bool = True, inflected: bool = False) -> None:
        """Index names.

        Args:
            names: (entity, name) pairs.
            people: a bare word which is also a person's name needs quotation marks.
            inflected: the names may stand in any case, as they stood in a text.
        """
        self.inflected = inflected
        self.people = people
        self.first: dict[str, list[Phrase]] = {}
        for entity, name in names:
            words = tuple(plain(word) for word in _WORDS.findall(name))
            if not words:
                continue
            digits = re.search(r"\d+", name)
            common = all(facts(word).common for word in words)
            phrase = Phrase(entity, tuple(self._forms(w) for w in words), digits[0] if digits else "", common)
            for form in phrase.words[0]:
                self.first.setdefault(form, []).append(phrase)

    def _forms(self, word: str) -> frozenset[str]:
        lemmas = facts(word).lemmas if self.inflected else ()
        forms = frozenset().union(noun_forms(word), *(noun_forms(lemma) for lemma in lemmas))
        return forms | {skeleton(form) + "\0" for form in forms}

    def find(self, document: Document) -> list[Found]:
        """Every occurrence, the longest name where several begin at one word."""
        found: list[Found] = []
        if not self.first:
            return found
        for index, word in enumerate(document.words):
            key = word.key if not word.key.isascii() else skeleton(word.key) + "\0"
            options = [hit for phrase in self.first.get(key, ()) if (hit := self._match(document, index, phrase))]
            if options:
                found.append(max(options, key=lambda hit: hit.end))
        return found

    def _match(self, document: Document, index: int, phrase: Phrase) -> Found | None:
        words = document.words[index : index + len(phrase.words)]
        if len(words) < len(phrase.words):
            return None
        for word, forms in zip(words, phrase.words, strict=True):
            if word.key not in forms and skeleton(word.key) + "\0" not in (forms if word.key.isascii() else ()):
                return None
        if any(not document.adjacent(index + k, index + k + 1) for k in range(len(words) - 1)):
            return None
        end = words[-1].end
        if phrase.digits:
            number = re.compile(rf"\s*-?\s*{phrase.digits}(?!\d)").match(document.text, end)
            if number is None:
                return None
            end = number.end()
        quote = document.quoted(words[0].start, end)
        in_quotes = quote is not None and quote[0] == words[0].start
        if (
            self.people
            and len(words) == 1
            and not phrase.digits
            and facts(words[0].key).kind is not None
            and not in_quotes
        ):
            return Found(words[0].start, end, phrase, marked=False)
        shouted = words[0].text.isupper() and len(words[0].text) > 1 and phrase.common
        capital = words[0].capital and not shouted and (not words[0].opening or len(words) > 1 or not phrase.common)
        return Found(words[0].start, end, phrase, in_quotes or capital)

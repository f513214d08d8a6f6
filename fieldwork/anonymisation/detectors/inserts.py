"""Names that stand outside Russian: in Kazakh sentences and case endings, and in Latin letters."""

import re
from functools import lru_cache

from fieldwork.anonymisation.letters import plain, skeleton
from fieldwork.anonymisation.lexicon import (
    PATRONYMIC,
    facts,
    gazetteer,
    is_made_of_names,
    kazakh_bases,
    kazakh_given,
    surname_suffix,
    word_list,
)
from fieldwork.anonymisation.mention import PER, Document, Mention, Word

_LATIN_WORD = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-ſ][a-zß-öø-ÿā-ſ]+(?:['’-][A-ZÀ-Þ]?[a-zß-öø-ÿ]+)*|[A-Z]\.")
_BETWEEN = "van von der de da di du del la le bin ibn al el ter ten"
_PARTICLES = frozenset(_BETWEEN.split())
_LONGEST_LATIN = 4
_SHORTEST = 3


class KazakhNames:
    """Names with Kazakh endings («Айгерімнің», «Дәуренмен»), and their neighbours."""

    name = "kazakh"

    def detect(self, document: Document) -> list[Mention]:
        """PER mentions; a name alone in a Kazakh sentence needs the list of given names or a patronymic's ending."""
        words = document.words
        found = []
        index = 0
        while index < len(words):
            if not self._named(document, words[index]):
                index += 1
                continue
            last = index
            while document.adjacent(last, last + 1) and self._follows(words[last + 1]):
                last += 1
            found.append(document.mention(words[index].start, words[last].end, PER, self.name))
            index = last + 1
        return found

    @staticmethod
    def _named(document: Document, word: Word) -> bool:
        if not word.capital or word.key[0].isascii() or len(word.key) <= _SHORTEST:
            return False
        known = facts(word.key)
        if known.known and known.common:
            return False
        if document.turkic(word.start):
            stems = kazakh_bases(word.key)
            return kazakh_given(word.key) or any(is_made_of_names(key) for key in (word.key, *stems))
        listed = word_list("kazakh_given")
        return not known.known and bool(kazakh_bases(word.key) & listed)

    @staticmethod
    def _follows(word: Word) -> bool:
        """A surname or a patronymic, with or without a Kazakh ending."""
        if not word.capital:
            return False
        return any(surname_suffix(key) or facts(key).kind == PATRONYMIC for key in (word.key, *kazakh_bases(word.key)))


class LatinNames:
    """Two to four capitalised Latin words in a row: certain where one is a given name, else for a person to see."""

    name = "latin"

    def detect(self, document: Document) -> list[Mention]:
        """PER mentions. Names of firms are in the majority among Latin words, so a word of business ends a name."""
        found = []
        run: list[Word] = []
        words = document.words
        for index, word in enumerate(words):
            if _name_like(word) or (run and word.text in _PARTICLES):
                if run and not document.adjacent(index - 1, index):
                    found += self._whole(document, run)
                    run = []
                run.append(word)
                continue
            found += self._whole(document, run)
            run = []
        return found + self._whole(document, run)

    def _whole(self, document: Document, run: list[Word]) -> list[Mention]:
        while run and not run[-1].capital:
            run = run[:-1]
        if not 1 <= len(run) <= _LONGEST_LATIN or any(word.key in word_list("latin_business") for word in run):
            return []
        given = [is_latin_given(word.text) for word in run]
        if len(run) == 1 and not given[0]:
            return []
        if document.quoted(run[0].start, run[-1].end) and not given[0]:
            return []
        certain = len(run) > 1 and any(given)
        return [document.mention(run[0].start, run[-1].end, PER, self.name, certain=certain)]


def _name_like(word: Word) -> bool:
    return bool(_LATIN_WORD.fullmatch(word.text)) and not word.text.isupper()


@lru_cache(maxsize=20_000)
def is_latin_given(word: str) -> bool:
    """Whether a Latin word is a given name: a usual one of the West, or a listed one of ours in any transliteration."""
    return plain(word) in word_list("latin_given") or (len(word) > _SHORTEST and skeleton(word) in _skeletons())


@lru_cache(maxsize=1)
def _skeletons() -> frozenset[str]:
    listed = word_list("kazakh_given") | {name for name in gazetteer("first") if facts(name).tags and len(name) > 4}  # noqa: PLR2004
    return frozenset(skeleton(name) for name in listed if len(name) > _SHORTEST)

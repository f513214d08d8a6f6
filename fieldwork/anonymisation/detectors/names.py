"""Names by rule: dictionary readings, lists and suffixes, neighbours, initials; and their spread through a document."""

import re
from collections.abc import Iterable

from fieldwork.anonymisation.letters import russian
from fieldwork.anonymisation.lexicon import (
    GIVEN,
    PATRONYMIC,
    SURNAME,
    Facts,
    facts,
    is_listed_given,
    surname_suffix,
    word_list,
)
from fieldwork.anonymisation.mention import PER, Document, Mention, Word

_CYRILLIC = re.compile(r"[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі'’ʼ‐‑-]+")
_INITIALS_AFTER = re.compile(r"[ \u00a0]?[А-ЯЁӘҒҚҢӨҰҮІ]\.(?:[ \u00a0]?[А-ЯЁӘҒҚҢӨҰҮІ]\.)?")
_INITIALS_BEFORE = re.compile(r"(?<![\w.])[А-ЯЁӘҒҚҢӨҰҮІ]\.[ \u00a0]?(?:[А-ЯЁӘҒҚҢӨҰҮІ]\.[ \u00a0]?)?$")
_NICKNAME = re.compile(r".{3,}(?:[оеё]в|ин)к(?:а|и|е|у|ой|ою)")
_TOPONYMS = ("район", "област", "улиц", "проспект", "переул", "тракт", "аудан", "округ", "ущел")
_SYLLABLE = 5
_SEED = 3


def is_cyrillic_name(word: Word) -> bool:
    """Whether a word is written as names are: a capital, Cyrillic letters, no abbreviation."""
    return word.capital and bool(_CYRILLIC.fullmatch(word.text)) and not (len(word.text) > 1 and word.text.isupper())


class NameRules:
    """Names that the dictionaries and suffixes recognise, with their neighbours and initials."""

    name = "names"

    def detect(self, document: Document) -> list[Mention]:
        """PER mentions; ``certain`` is False for a capitalised homonym without a neighbour that is a name."""
        words = document.words
        found: dict[int, bool] = {}
        for index, word in enumerate(words):
            if is_cyrillic_name(word):
                verdict = self._judge(document, index)
                if verdict is not None:
                    found[index] = verdict
        self._extend(document, found)
        return join(document, found, self.name)

    def _judge(self, document: Document, index: int) -> bool | None:
        """True: a name. False: perhaps. None: no."""
        word = document.words[index]
        known = facts(word.key)
        if self._is_no_name(document, index, known):
            return None
        if known.kind is not None and self._is_supported(document, index, known):
            return True
        if self._initialled(document, word) and (known.kind is not None or not known.common):
            return True
        return self._homonym(document, word, known)

    def _is_no_name(self, document: Document, index: int, known: Facts) -> bool:
        """Adjectives of places, nicknames of schools, Kazakh words («Бүгін») that only look like Russian surnames."""
        word = document.words[index]
        kazakh = known.kind == SURNAME and (
            (word.opening and russian(word.text) != word.text)
            or (document.turkic(word.start) and (word.opening or document.recased) and not surname_suffix(word.key))
        )
        nickname = bool(_NICKNAME.fullmatch(word.key)) and not known.known
        return kazakh or nickname or self._is_place(document, index)

    def _is_supported(self, document: Document, index: int, known: Facts) -> bool:
        """Strong by itself, or beside another name."""
        if known.strong and not known.geographic:
            return True
        return any(self._supports(document, index, other, known) for other in (index - 1, index + 1))

    @staticmethod
    def _is_place(document: Document, index: int) -> bool:
        """«Ауэзовском районе»: an adjective before the type word of a place."""
        for word in document.words[index + 1 : index + 4]:
            if word.key.startswith(_TOPONYMS):
                return True
            if not word.capital and word.key != "и":
                return False
        return False

    @staticmethod
    def _supports(document: Document, index: int, other: int, known: Facts) -> bool:
        """Whether the neighbouring word is a name too and the two make a pair."""
        if not 0 <= other < len(document.words) or not document.adjacent(*sorted((index, other))):
            return False
        neighbour = document.words[other]
        if not is_cyrillic_name(neighbour):
            return False
        theirs = facts(neighbour.key)
        if any(w.opening and f.common and not f.tags for w, f in ((document.words[index], known), (neighbour, theirs))):
            return False
        if theirs.kind is None or not (known.strong or theirs.strong or theirs.kind != known.kind):
            return False
        return known.strong or {known.kind, theirs.kind} != {SURNAME}

    @staticmethod
    def _homonym(document: Document, word: Word, known: Facts) -> bool | None:
        """«Канату», «Роза»: ordinary words that are given names; a capital inside a sentence decides."""
        if word.opening or known.geographic or known.kind != GIVEN or document.quoted(word.start, word.end):
            return None
        if document.recased or not is_listed_given(word.key) or len(word.key) < _SEED:
            return None
        before = document.words_within(max(0, word.start - 30), word.start)
        if before and before[-1].capital and not before[-1].opening and document.text[before[-1].end] == " ":
            return None
        return True

    @staticmethod
    def _initialled(document: Document, word: Word) -> bool:
        after = _INITIALS_AFTER.match(document.text, word.end)
        before = _INITIALS_BEFORE.search(document.text[max(0, word.start - 8) : word.start])
        doubled = (after and after[0].count(".") > 1) or (before and before[0].count(".") > 1)
        return bool(doubled) and len(word.text) > 1

    @staticmethod
    def _extend(document: Document, found: dict[int, bool]) -> None:
        """Take in the unknown surname after a given name («Хелен Моррис»), and Korean names of three syllables."""
        words = document.words
        for index in sorted(found):
            right = index + 1
            if right >= len(words) or right in found or not document.adjacent(index, right):
                continue
            mine, next_word = facts(words[index].key), words[right]
            if not is_cyrillic_name(next_word) or next_word.opening:
                continue
            theirs = facts(next_word.key)
            korean = bool(theirs.lemmas & word_list("korean_surnames")) and len(next_word.key) <= _SYLLABLE
            unknown = not theirs.known or surname_suffix(next_word.key)
            if mine.kind in {GIVEN, PATRONYMIC} and mine.strong and (korean or (unknown and not theirs.geographic)):
                found[right] = found[index]
        for index, word in enumerate(words[:-2]):
            trio = words[index : index + 3]
            if (
                word.key in word_list("korean_surnames")
                and all(is_cyrillic_name(w) and len(w.key) <= _SYLLABLE for w in trio)
                and not any(w.opening for w in trio[1:])
                and document.adjacent(index, index + 1)
                and document.adjacent(index + 1, index + 2)
            ):
                found.update({index: True, index + 1: True, index + 2: True})


def join(document: Document, found: dict[int, bool], detector: str) -> list[Mention]:
    """Words in a row become one mention; initials beside them belong to it."""
    mentions: list[Mention] = []
    run: list[int] = []
    for index in sorted(found):
        if run and (index != run[-1] + 1 or not document.adjacent(run[-1], index)):
            mentions.append(_whole(document, run, found, detector))
            run = []
        run.append(index)
    if run:
        mentions.append(_whole(document, run, found, detector))
    return mentions


def _whole(document: Document, run: list[int], found: dict[int, bool], detector: str) -> Mention:
    start, end = document.words[run[0]].start, document.words[run[-1]].end
    start, end = with_initials(document.text, start, end)
    return document.mention(start, end, PER, detector, certain=any(found[index] for index in run))


def with_initials(text: str, start: int, end: int) -> tuple[int, int]:
    """Stretch a name over the initials that touch it."""
    after = _INITIALS_AFTER.match(text, end)
    if after and not text[end:].startswith("."):
        end = after.end()
    before = _INITIALS_BEFORE.search(text[max(0, start - 8) : start])
    if before:
        start -= len(before[0])
    return start, end


def spread(document: Document, mentions: Iterable[Mention]) -> list[Mention]:
    """Every capitalised word that shares a lemma with a confirmed name of the same document.

    A lemma that is an ordinary word is spread only where its capital means something (inside a sentence).
    """
    confirmed = [m for m in mentions if m.label == PER and m.certain]
    covered = {word.start for m in confirmed for word in document.words_within(m.start, m.end)}
    seeds: set[str] = set()
    for word in document.words:
        if word.start in covered and word.capital and len(word.key) > _SEED and is_cyrillic_name(word):
            seeds |= facts(word.key).lemmas
    found: dict[int, bool] = {}
    for index, word in enumerate(document.words):
        if word.start in covered or not is_cyrillic_name(word) or len(word.key) <= _SEED:
            continue
        known = facts(word.key)
        if not known.lemmas & seeds:
            continue
        if known.common and (word.opening or known.kind is None or document.quoted(word.start, word.end)):
            continue
        found[index] = True
    return join(document, found, "spread")

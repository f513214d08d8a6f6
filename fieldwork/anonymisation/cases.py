"""Which cases a mention's words may stand in: by their form, by what governs them. Our own rules, over pymorphy3.

A case that cannot be told is left open: whoever bends a pseudonym by it then takes the form that fits all, or the
invariable one. Loads dictionaries: never in the process that serves pages.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.lexicon import (
    GIVEN,
    HONORIFICS,
    PATRONYMIC,
    SURNAME,
    analyser,
    candidates,
    facts,
    gazetteer,
    word_list,
)
from fieldwork.anonymisation.mention import PER
from fieldwork.anonymisation.pseudonyms import name_forms
from fieldwork.anonymisation.surroundings import governed
from fieldwork.anonymisation.wordings import ABLT, ACCS, CASES, DATV, GENT, NOMN

_WORD = re.compile(r"[^\W\d_]+(?:[-‐‑'’ʼ][^\W\d_]+)*")
_OPENING = re.compile(r"[«„“\"]\s*$")
_KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_RUSSIAN_WORD = re.compile(r"\b(?:и|в|на|с|не|что|я|мы|он|она|это|у|к|как|но|был|была|потом)\b", re.IGNORECASE)
_SEXES = ("m", "f")


class Reading(NamedTuple):
    """A case that a form may be in, and the sex of whom it would name (empty: says nothing)."""

    case: str
    sex: str


def cases_of(before: str, words: str, after: str, label: str, forms: Iterable[str] = ()) -> list[str]:
    """The cases that a mention may stand in, in the order of ``CASES``; empty where none can be told.

    Args:
        before: what stands before it in its turn.
        words: the mention itself.
        after: what stands after it.
        label: what it is.
        forms: other forms the same entity was met in: they tell the sex.
    """
    if _is_kazakh(before + after, words):
        return []
    found = readings(words, label)
    sexes = _sexes(found, (readings(form, label) for form in forms)) if label == PER else set()
    if sexes:
        found = {one for one in found if not one.sex or one.sex in sexes}
    own = {one.case for one in found}
    if label != PER and _OPENING.search(before):
        return [NOMN] if _named(before) else _ordered(own)
    if len(own) == 1 and (label == PER or _is_known(words)):
        return _ordered(own)
    asked = governed(before, after, label, "".join(sorted(sexes or {one.sex for one in found})), own)
    if asked and not own & asked and len(asked) == 1 and label != PER and not _is_known(words):
        return _ordered(asked)  # «из Жетысая»: the ending of an unknown name says less than its preposition
    return _ordered(own & asked if asked and own & asked else own)


def readings(words: str, label: str) -> set[Reading]:
    """Every case that the form of these words allows."""
    parts = [match[0] for match in _WORD.finditer(words) if len(match[0]) > 1]
    if not parts:
        return set()
    if label == PER:
        return _person(parts)
    return _thing(tuple(parts))


def _ordered(cases: Iterable[str]) -> list[str]:
    return [case for case in CASES if case in set(cases)]


def _is_kazakh(around: str, words: str) -> bool:
    """Whether the sentence is Kazakh: its endings are no Russian cases."""
    return bool(_KAZAKH.search(around)) and not _RUSSIAN_WORD.search(around) and bool(words)


def _sexes(found: set[Reading], others: Iterable[set[Reading]]) -> set[str]:
    """The sexes that fit this form and all others of the entity; none where they contradict each other."""
    fitting = {one.sex for one in found if one.sex} or set(_SEXES)
    for other in others:
        told = {one.sex for one in other if one.sex}
        if told:
            fitting &= told
    return fitting


def _person(parts: Sequence[str]) -> set[Reading]:
    every = [_name_readings(part) for part in parts]
    common = set.intersection(*every)
    if common:
        return common
    # «Ким Чан Сика»: what comes before the last part of an eastern name does not bend
    return every[-1]


@lru_cache(maxsize=20_000)
def _name_readings(word: str) -> set[Reading]:
    key = plain(word)
    head, _, tail = key.rpartition("-")
    if head and tail in HONORIFICS:
        return {Reading(case, sex) for case in CASES for sex in _SEXES}
    found = {
        Reading(case, sex)
        for lemma, kind, sex in _lemmas(key)
        for case, form in name_forms(lemma, kind, sex).items()
        if _same(form, key)
    }
    return found or {Reading(case, sex) for case in CASES for sex in _SEXES if _ending_allows(key, case, sex)}


def _same(form: str, key: str) -> bool:
    """Whether the forms are one, «Марией» and «Мариею» too."""
    return form == key or (key.endswith(("ою", "ею")) and form == key[:-1] + "й")


def _lemmas(key: str) -> set[tuple[str, str, str]]:
    """The names in the nominative that a form may be of, with their kind and sex."""
    known = facts(key)
    found: set[tuple[str, str, str]] = set()
    options = known.lemmas | candidates(key) | {key}
    for lemma in options:
        if _is_given(lemma):
            found |= {(lemma, GIVEN, sex) for sex in _given_sexes(lemma)}
    if known.kind == PATRONYMIC:
        found |= _patronymics(key)
    stem = re.sub(r"(?:а|у|ым|е|ой|ою)$", "", key)
    if re.search(r"(?:[оеё]в|[иы]н)$", stem) and (known.kind == SURNAME or not found):
        found |= {(stem, SURNAME, "m"), (stem + "а", SURNAME, "f")}
    if not found and known.kind == SURNAME:
        found |= _other_surnames(key, options)
    return found


def _patronymics(key: str) -> set[tuple[str, str, str]]:
    stem = re.sub(r"(?:ой|ою|а|ы|е|у|ем|ом)$", "", key)
    if stem.endswith(("вн", "чн")):
        return {(stem + "а", PATRONYMIC, "f")}
    if stem.endswith("ч"):
        return {(stem, PATRONYMIC, "m")}
    return {(key, PATRONYMIC, "f" if key.endswith("зы") else "m")}


def _other_surnames(key: str, options: Iterable[str]) -> set[tuple[str, str, str]]:
    adjective = re.fullmatch(r"(.*[сц]к)(?:ий|ого|ому|им|ом|ая|ой|ую)", key)
    if adjective:
        return {(adjective[1] + "ий", SURNAME, "m"), (adjective[1] + "ая", SURNAME, "f")}
    listed = {one for one in options if one in gazetteer("last") or one in word_list("korean_surnames")}
    return {(one, SURNAME, sex) for one in listed for sex in _SEXES}


@lru_cache(maxsize=20_000)
def _is_given(lemma: str) -> bool:
    return lemma in word_list("kazakh_given") or lemma in gazetteer("first")


@lru_cache(maxsize=20_000)
def _given_sexes(lemma: str) -> tuple[str, ...]:
    tags = [one.tag for one in analyser().parse(lemma) if one.is_known and "Name" in one.tag and "nomn" in one.tag]
    known = tuple(sex for sex, gender in (("m", "masc"), ("f", "femn")) if any(gender in tag for tag in tags))
    if lemma.endswith(("жан", "хан")):
        return _SEXES  # «Ержан» and «Аружан»: the dictionary has them all as men
    if known:
        return known
    if lemma.endswith(("а", "я", "гуль", "гюль", "гул", "сулу", "наз")):
        return ("f",)
    return _SEXES


def _ending_allows(key: str, case: str, sex: str) -> bool:
    """For a name that no list has: what its last letters say."""
    feminine = {"а": {NOMN}, "я": {NOMN}, "ы": {GENT}, "у": {ACCS}, "ю": {ACCS}, "ой": {ABLT}, "ей": {ABLT}}
    masculine = {
        "а": {GENT, ACCS},
        "я": {GENT, ACCS},
        "у": {DATV},
        "ю": {DATV},
        "ом": {ABLT},
        "ем": {ABLT},
        "ым": {ABLT},
    }
    table = masculine if sex == "m" else feminine
    for ending in sorted(table, key=len, reverse=True):
        if key.endswith(ending):
            return case in table[ending]
    if key[-1] in "еиоуыэюя":
        return True
    return sex == "f" or case == NOMN


@lru_cache(maxsize=20_000)
def _thing(parts: tuple[str, ...]) -> set[Reading]:
    """Adjectives and the first noun agree; a name that the dictionary has not goes by its last word."""
    found: set[str] | None = None
    known = [part for part in parts if _is_known(part)]
    for part in known or parts:  # «Алатауском районе»: the second word tells
        own, noun = _word_cases(part)
        found = own if found is None or not own & found else own & found
        if noun:
            break
    return {Reading(case, "") for case in found or CASES}


def _is_known(words: str) -> bool:
    """Whether the dictionary has one of these words as a noun or an adjective."""
    return any(
        one.is_known and one.tag.POS in {"NOUN", "ADJF"} for word in _WORD.findall(words) for one in _parse(word)
    )


def _word_cases(word: str) -> tuple[set[str], bool]:
    """The cases of a noun or an adjective, and whether it is a noun."""
    if word.isupper() or sum(letter.isupper() for letter in word) > 1:
        return set(CASES), True  # «КазНУ»
    parsed = _readable(_parse(word))
    nouns = [one for one in parsed if "NOUN" in one.tag]
    adjectives = [one for one in parsed if "ADJF" in one.tag and (one.is_known or not nouns)]
    chosen = nouns or adjectives
    if adjectives and max(one.score for one in adjectives) > max((one.score for one in nouns), default=0.0):
        chosen = adjectives
    cases = {str(one.tag.case) for one in chosen} & set(CASES)
    if plain(word)[-1] in "иоуыэ" and not any(one.is_known for one in chosen):
        cases = set(CASES)
    return cases or set(CASES), chosen is nouns or not chosen


@lru_cache(maxsize=20_000)
def _parse(word: str) -> Sequence[Any]:
    readings: Sequence[Any] = analyser().parse(word)
    return readings


def _readable(parsed: Sequence[Any]) -> list[Any]:
    known = [one for one in parsed if one.is_known]
    geographic = [one for one in known if "Geox" in one.tag and "sing" in one.tag]
    singular = [one for one in known or parsed if "plur" not in one.tag]
    return geographic or singular or list(parsed)


def _named(before: str) -> bool:
    """Whether a noun before the quotation mark says what is named: «фонда „…“»; then the name itself does not bend."""
    words = _WORD.findall(before[-60:])
    if not words or not before.rstrip(' «„“"').endswith(words[-1]):
        return False
    return any("NOUN" in one.tag for one in analyser().parse(words[-1])[:2])

"""Every case form of a name, from its nominative: plain endings, pymorphy's lexemes, petrovich's rules.

The endings come first: they give full recall on regular grammar (petrovich alone missed a tenth of Kazakh forms).
"""

import re
from functools import lru_cache
from typing import Any

from petrovich.enums import Case, Gender
from petrovich.main import Petrovich

from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.lexicon import GIVEN, PATRONYMIC, SURNAME, analyser

MALE, FEMALE = "m", "f"
_CASES = (Case.GENITIVE, Case.DATIVE, Case.ACCUSATIVE, Case.INSTRUMENTAL, Case.PREPOSITIONAL)
_INVARIABLE = "оиуыэею"
_TAG = {GIVEN: "Name", PATRONYMIC: "Patr", SURNAME: "Surn"}


def _with(base: str, endings: str) -> set[str]:
    return {base + ending for ending in endings.split()} | {base}


def _common_noun(word: str) -> set[str]:
    """Endings of the two noun declensions that names follow."""
    stem, last = word[:-1], word[-1]
    if last == "а":
        return {word} | {stem + e for e in ("ы", "и", "е", "у", "ой", "ей", "ою", "ам", "ами", "ах")}
    if last == "я":
        return {word} | {stem + e for e in ("и", "е", "ю", "ей", "ею", "ям", "ями")}
    if last == "й":
        return {word} | {stem + e for e in ("я", "ю", "ем", "е", "и", "ев", "ям")}
    if last == "ь":
        return {word, word + "ю"} | {stem + e for e in ("я", "ю", "ем", "е", "и", "ью")}
    if last in _INVARIABLE:
        return {word}
    forms = _with(word, "а у ом ем е ы ов ам ами ах")
    if word.endswith(("ек", "ок")) and len(word) > 4:  # noqa: PLR2004 - «Игорёк», not «Бек»
        forms |= {word[:-2] + "ьк" + e for e in ("а", "у", "ом", "е")} | {
            word[:-2] + "к" + e for e in ("а", "у", "ом", "е")
        }
    return forms


@lru_cache(maxsize=50_000)
def short_forms(word: str) -> frozenset[str]:
    """Forms of an everyday name («Азик»): the plain endings are enough."""
    return frozenset(_common_noun(word))


def _surname(word: str, sex: str | None) -> set[str]:
    if re.search(r"[иы]х$", word):
        return {word}
    possessive = re.fullmatch(r"(.*(?:[оеё]в|[иы]н))(а?)", word)
    if possessive:
        base = possessive[1]
        sex = FEMALE if possessive[2] else sex or MALE
        plural = {base + e for e in ("ы", "ых", "ым", "ыми")}
        own = {base + e for e in ("а", "ой", "у", "ою")} if sex == FEMALE else _with(base, "а у ым ом е")
        return own | plural
    adjective = re.fullmatch(r"(.*)(?:ый|ий|ой|ая|яя)", word)
    if adjective and len(adjective[1]) > 2:  # noqa: PLR2004 - «Цой» is a noun
        stem = adjective[1]
        if word.endswith("ая"):
            return {stem + e for e in ("ая", "ой", "ую", "ою", "ые", "ых", "ым", "ие", "их", "им")}
        endings = "ий ый ой ого его ому ему им ым ом ем ые ых ыми ие их ими"
        return {stem + e for e in endings.split()}
    if sex == FEMALE and word[-1] not in "ая":
        return {word}
    return _common_noun(word)


def _patronymic(word: str) -> set[str]:
    if word.endswith("ич"):
        short = re.sub("[ое]вич$", "ыч", word)
        soft = re.sub("[ое]вич$", "ич", word)
        return {form for base in (word, short, soft) for form in _with(base, "а у ем ом е и")}
    if word.endswith(("вна", "чна")):
        return {word[:-1] + e for e in ("а", "ы", "е", "у", "ой", "ою")}
    return {word} | (_with(word, "у") if word.endswith("уулу") else set())


@lru_cache(maxsize=20_000)
def noun_forms(word: str) -> frozenset[str]:
    """Case forms of a word in the name of a place or an organisation: by dictionary, and by the plainest endings."""
    forms = {word}
    for reading in analyser().parse(word):
        noun = plain(reading.normal_form) == word and "NOUN" in reading.tag
        if noun or ("ADJF" in reading.tag and "nomn" in reading.tag):
            forms |= {plain(form.word) for form in reading.lexeme}
    if word.endswith(("ова", "ева", "ина", "ая")):
        return frozenset(forms)
    if word[-1] in "бвгджзклмнпрстфхцчшщ":
        forms |= {word + ending for ending in ("а", "у", "е", "ом")}
    elif word[-1] == "а":
        forms |= {word[:-1] + ending for ending in ("ы", "и", "е", "у", "ой")}
    elif word[-1] == "я":
        forms |= {word[:-1] + ending for ending in ("и", "ю", "е", "ей")}
    elif word[-1] in "йь":
        forms |= {word[:-1] + ending for ending in ("я", "ю", "е", "ем")}
    return frozenset(forms)


@lru_cache(maxsize=1)
def _petrovich() -> Any:
    return Petrovich()


@lru_cache(maxsize=50_000)
def forms(word: str, kind: str, sex: str | None = None) -> frozenset[str]:
    """All forms of a nominative (a key, as ``plain`` makes it) of a given name, patronymic or surname, as keys.

    Args:
        word: the nominative, lower case, Russian letters.
        kind: ``GIVEN``, ``PATRONYMIC`` or ``SURNAME``.
        sex: ``m``, ``f`` or None where unknown: then both paradigms.
    """
    parts = word.split("-")
    if len(parts) == 2 and all(len(part) > 2 for part in parts):  # noqa: PLR2004 - «Римский-Корсаков»
        heads, tails = forms(parts[0], kind, sex), forms(parts[1], kind, sex)
        return frozenset(f"{head}-{tail}" for head in heads for tail in tails)
    if kind == SURNAME:
        found = _surname(word, sex)
    elif kind == PATRONYMIC:
        found = _patronymic(word)
    else:
        found = _common_noun(word)
    return frozenset(found | _lexeme(word, kind, sex) | _by_petrovich(word, kind, sex) | {word})


def _lexeme(word: str, kind: str, sex: str | None) -> set[str]:
    unwanted = {{MALE: "femn", FEMALE: "masc"}[sex]} if sex else set()
    for reading in analyser().parse(word):
        if reading.is_known and _TAG[kind] in reading.tag and "nomn" in reading.tag and "sing" in reading.tag:
            return {plain(form.word) for form in reading.lexeme if not unwanted & form.tag.grammemes}
    return set()


def _by_petrovich(word: str, kind: str, sex: str | None) -> set[str]:
    if not re.fullmatch("[а-я]+", word):
        return set()
    inflect = {GIVEN: _petrovich().firstname, PATRONYMIC: _petrovich().middlename, SURNAME: _petrovich().lastname}[kind]
    gender = Gender.FEMALE if sex == FEMALE else Gender.MALE
    return {plain(inflect(word.capitalize(), case, gender)) for case in _CASES}


_PATRONYMIC_ENDING = re.compile(r"(?:улы|уулу|кызы|гызы|[ое]вич|[ое]вна|ич|ична|инична)$")


def patronymic_variants(word: str) -> set[str]:
    """The same father's name in the other custom: «Серикулы» and «Серикович», «Бекежанкызы» and «Бекежановна»."""
    base = _PATRONYMIC_ENDING.sub("", word)
    if base == word or not base:
        return {word}
    if word.endswith(("вна", "чна", "кызы", "гызы")):
        return {word, base + "овна", base + "евна", base + "кызы"}
    return {word, base + "ович", base + "евич", base + "улы"}


def sex_of(patronymic: str | None, surname: str | None) -> str | None:
    """What a patronymic or surname (keys) says about the sex; None where they say nothing."""
    if patronymic:
        if patronymic.endswith(("вна", "чна", "кызы", "гызы")):
            return FEMALE
        if patronymic.endswith(("ич", "улы", "уулу", "оглы")):
            return MALE
    if surname and re.search(r"(?:[оеё]в|[иы]н|ск|цк)(?:а|ая)$", surname):
        return FEMALE
    if surname and re.search(r"(?:[оеё]в|[иы]н|[сц]кий|[сц]кой)$", surname):
        return MALE
    return None

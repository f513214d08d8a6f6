"""A chosen pseudonym, or a generalisation, in the six cases.

Words that pymorphy3's dictionary has as what they are (a man's name, a woman's surname) bend by it; all others by the
plain endings of Russian names. petrovich was tried and left: it bends no «Никита», makes «Ольгы» and «Цого», and gives
Kazakh women's names endings that nobody says («Айгулью»). Loads dictionaries: never in the process that serves pages.
"""

import re
from functools import lru_cache
from typing import Any

from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.lexicon import GIVEN, PATRONYMIC, SURNAME, analyser, facts
from fieldwork.anonymisation.paradigms import FEMALE, MALE, sex_of
from fieldwork.anonymisation.wordings import ABLT, ACCS, CASES, DATV, GENT, LOCT, NOMN, Bent

_WORD = re.compile(r"[^\W\d_]+(?:[-‐‑'’ʼ][^\W\d_]+)*")
_TAG = {GIVEN: "Name", PATRONYMIC: "Patr", SURNAME: "Surn"}
_GRAMMEME = {MALE: "masc", FEMALE: "femn"}
_SIBILANT = "жшчщц"
_VELAR = "гкхжшчщ"
_FIXED = re.compile(r"(?:[оуюыэеи]|[иы]х|улы|уулу|кызы|гызы|оглы)$")
_POSSESSIVE = re.compile(r"(?:[оеё]в|[иы]н)$")
_ADJECTIVE = re.compile(r"(?:[сц]к|[нвл])(?:ий|ый|ой)$")
_DIGIT_OR_LATIN = re.compile(r"[0-9A-Za-z]")


def bend(text: str, *, person: bool, gender: str = "") -> Bent:
    """A wording with its six forms.

    Args:
        text: a name («Марат Ахметов») or words («фонд „Север“», «крупный город») in the nominative.
        person: whether it names somebody.
        gender: m or f, where it is known; else it is told from the name itself.

    Returns:
        The wording; without forms where its gender decides and cannot be told, or where it cannot be bent.
    """
    words = [match[0] for match in _WORD.finditer(text)]
    if person and words and all(word[0].isupper() for word in words):
        return _person(text, words, gender)
    return _phrase(text)


def gender_of(text: str) -> str:
    """What a name in the nominative says of the sex: m, f, or nothing."""
    words = [match[0] for match in _WORD.finditer(text)]
    kinds = _kinds(words)
    by = {kind: plain(word) for word, kind in zip(words, kinds, strict=True)}
    told = sex_of(by.get(PATRONYMIC), by.get(SURNAME))
    if told:
        return told
    return _given_gender(by[GIVEN]) if GIVEN in by else ""


def name_forms(word: str, kind: str, sex: str) -> dict[str, str]:
    """The cases of one part of a name.

    Args:
        word: its nominative, as written.
        kind: ``GIVEN``, ``PATRONYMIC`` or ``SURNAME``.
        sex: m or f.
    """
    if "-" in word:
        parts = [name_forms(part, kind, sex) for part in word.split("-")]
        return {case: "-".join(part[case] for part in parts) for case in CASES}
    return dict(_name_forms(word, kind, sex))


@lru_cache(maxsize=20_000)
def _name_forms(word: str, kind: str, sex: str) -> dict[str, str]:
    return _by_dictionary(word, kind, sex) or {
        case: word[: len(word) - cut] + ending for case, (cut, ending) in _endings(plain(word), kind, sex).items()
    }


def _by_dictionary(word: str, kind: str, sex: str) -> dict[str, str] | None:
    if plain(word) != word.lower().replace("ё", "е"):
        return None  # Kazakh letters: no word of the dictionary
    for reading in analyser().parse(word):
        tag = reading.tag
        if not (reading.is_known and _TAG[kind] in tag and "nomn" in tag and "sing" in tag and _GRAMMEME[sex] in tag):
            continue
        found = {case: reading.inflect({case, "sing", _GRAMMEME[sex]}) for case in CASES}
        if all(found.values()):
            return {case: _as_written(word, form.word) for case, form in found.items()}
    return None


def _as_written(word: str, form: str) -> str:
    """A form of the dictionary with the word's capital, and with its own letters as far as they are the same."""
    form = re.sub("ёй$", "ей", form)  # the dictionary stresses «Алиёй»
    same = 0
    while same < min(len(word), len(form)) and plain(word[same]) == plain(form[same]):
        same += 1
    return word[:same] + form[same:]


def _endings(word: str, kind: str, sex: str) -> dict[str, tuple[int, str]]:
    """Case -> how many letters go and what comes, by the word's ending."""
    if kind == SURNAME and sex == FEMALE and re.search(r"(?:[оеё]в|[иы]н)а$", word):
        return _row(1, "а", "ой", "ой", "у", "ой", "ой")
    if kind == SURNAME and re.search(r"(?:ая|яя)$", word) and sex == FEMALE:
        return _row(2, word[-2:], "ой", "ой", "ую", "ой", "ой")
    if kind == SURNAME and sex == MALE and _ADJECTIVE.search(word):
        stem = "и" if word[-3] in _VELAR else "ы"
        return _row(2, word[-2:], "ого", "ому", "ого", f"{stem}м", "ом")
    if _FIXED.search(word) or (sex == FEMALE and word[-1] not in "ая"):
        return dict.fromkeys(CASES, (0, ""))
    if kind == SURNAME and sex == MALE and _POSSESSIVE.search(word):
        return _row(0, "", "а", "у", "а", "ым", "е")
    return _noun(word)


def _noun(word: str) -> dict[str, tuple[int, str]]:
    last, stem = word[-1], word[-2:-1]
    if last == "а":
        return _row(1, "а", "и" if stem in _VELAR else "ы", "е", "у", "ей" if stem in _SIBILANT else "ой", "е")
    if last == "я":
        soft = "и" if stem == "и" else "е"
        return _row(1, "я", "и", soft, "ю", "ей", soft)
    if last == "й":
        return _row(1, "й", "я", "ю", "я", "ем", "и" if stem == "и" else "е")
    if last == "ь":
        return _row(1, "ь", "я", "ю", "я", "ем", "е")
    return _row(0, "", "а", "у", "а", "ем" if last in _SIBILANT else "ом", "е")


def _row(cut: int, *endings: str) -> dict[str, tuple[int, str]]:
    return {case: (cut, ending) for case, ending in zip(CASES, endings, strict=True)}


def _person(text: str, words: list[str], gender: str) -> Bent:
    told = gender or gender_of(text)
    kinds = _kinds(words)
    either = [
        _replaced(text, [name_forms(w, k, sex) for w, k in zip(words, kinds, strict=True)]) for sex in told or "mf"
    ]
    if any(_DIGIT_OR_LATIN.search(word) for word in words) or any(forms != either[0] for forms in either):
        return Bent(text, told)
    return Bent(text, told, either[0])


def _kinds(words: list[str]) -> list[str]:
    """What each word of a name is: by the lists, else the first is a given name and the last a surname."""
    kinds = []
    for number, word in enumerate(words):
        found = facts(plain(word)).kind
        surname_like = _POSSESSIVE.search(plain(word)) or re.search(r"(?:[оеё]в|[иы]н)а$|[сц]к(?:ий|ая)$", plain(word))
        if found == PATRONYMIC or (found and len(words) > 1 and found not in kinds):
            kinds.append(found)
        elif len(words) > 1 and (number == len(words) - 1 or surname_like):
            kinds.append(SURNAME)
        else:
            kinds.append(found or (SURNAME if surname_like else GIVEN))
    return kinds


def _given_gender(key: str) -> str:
    genders = {
        sex
        for reading in analyser().parse(key)
        for sex, grammeme in _GRAMMEME.items()
        if reading.is_known and "Name" in reading.tag and "nomn" in reading.tag and grammeme in reading.tag
    }
    if len(genders) == 1:
        return genders.pop()
    if genders:
        return ""
    if re.search(r"(?:[ая]|гуль|гюль|сулу|наз)$", key):
        return FEMALE
    return MALE if re.search(r"(?:(?<!жи)бек|бай|болат|жол|мырза)$", key) else ""


def _replaced(text: str, forms: list[dict[str, str]]) -> dict[str, str]:
    """The whole wording in each case: its words' forms in place of its words."""
    result = {}
    for case in CASES:
        parts = iter(forms)
        result[case] = _WORD.sub(lambda match, parts=parts, case=case: next(parts, {}).get(case, match[0]), text)  # type: ignore[misc]
    return result


_CLOSED = re.compile(r"[«„“\"].*?[»“”\"]|\[[^\]]*\]")
_GENDERS = {"masc": "m", "femn": "f", "neut": "n"}


def _phrase(text: str) -> Bent:
    """Adjectives and the first noun bend; what follows the noun, and what stands in quotation marks, does not."""
    outside = _CLOSED.sub(lambda match: " " * len(match[0]), text)
    matches = list(_WORD.finditer(outside))
    head = next((n for n, match in enumerate(matches) if _noun_reading(match[0]) is not None), None)
    if head is None:
        return Bent(text)
    noun = _noun_reading(matches[head][0])
    number = "plur" if "plur" in noun.tag else "sing"
    gender = "p" if number == "plur" else _GENDERS.get(str(noun.tag.gender), "")
    readings = [_adjective_reading(match[0], noun, number) for match in matches[:head]]
    if any(reading is None for reading in readings):
        return Bent(text)
    forms = {}
    for case in CASES:
        out, at = "", 0
        for match, reading in zip(matches, [*readings, noun], strict=False):
            out += text[at : match.start()] + _inflected(match[0], reading, case, number, noun)
            at = match.end()
        forms[case] = out + text[at:]
    return Bent(text, gender, forms) if forms[NOMN] == text else Bent(text, gender)


def _noun_reading(word: str) -> Any:
    """The word as a noun in the nominative; None where it is none, or likelier an adjective."""
    readings = analyser().parse(word)
    if any("ADJF" in one.tag and "nomn" in one.tag and one.is_known for one in readings[:1]):
        return None
    nouns = [one for one in readings if "NOUN" in one.tag and "nomn" in one.tag]
    singular = [one for one in nouns if "sing" in one.tag]
    return next(iter(singular or nouns), None)


def _adjective_reading(word: str, noun: Any, number: str) -> Any:
    for reading in analyser().parse(word):
        agrees = number in reading.tag and (number == "plur" or noun.tag.gender in reading.tag)
        if ("ADJF" in reading.tag or "PRTF" in reading.tag) and "nomn" in reading.tag and agrees:
            return reading
    return None


def _inflected(word: str, reading: Any, case: str, number: str, noun: Any) -> str:
    wanted = {case, number}
    if "NOUN" not in reading.tag and case == ACCS:
        animate = noun.tag.animacy == "anim"
        if number == "plur" or noun.tag.gender == "masc":
            wanted.add("anim" if animate else "inan")
    found = reading.inflect(wanted)
    return _as_written(word, found.word) if found else word


__all__ = ["ABLT", "ACCS", "DATV", "GENT", "LOCT", "NOMN", "bend", "gender_of", "name_forms"]

"""What governs a name in a sentence: the preposition before it, the noun or the verb it depends on. Our own rules.

Only the clause is read, and only as far as something is certain; where two readings stay, both are given.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.lexicon import analyser, phrase_list
from fieldwork.anonymisation.mention import PER
from fieldwork.anonymisation.wordings import ABLT, ACCS, CASES, DATV, GENT, LOCT, NOMN

_TOKEN = re.compile(r"[^\W\d_]+(?:[-‐‑'’ʼ][^\W\d_]+)*|[,.!?…:;()«»\"—–\n]")
_STOPS = frozenset(".!?…:;()—–\n")
_HALF = 0.5
_REACH = 9  # tokens read on either side

_PREPOSITIONS = {
    GENT: "без для до из от у около возле кроме после вместо вокруг насчет против среди ради из-за из-под мимо "
    "напротив внутри вне помимо касательно относительно честь словам поводу",
    DATV: "к ко благодаря вопреки навстречу согласно",
    ACCS: "про через сквозь",
    ABLT: "над перед передо между",
    LOCT: "о об обо при",
}
_OF = {word: {case} for case, words in _PREPOSITIONS.items() for word in words.split()}
_OF |= {"по": {DATV}, "под": {ACCS, ABLT}, "подо": {ACCS, ABLT}}


def governed(before: str, after: str, label: str, sexes: str, own: set[str]) -> set[str] | None:
    """The cases that the clause around a mention asks for; None where it says nothing.

    Args:
        before: what stands before the mention.
        after: what stands after it.
        label: what it is.
        sexes: m, f or both: whom the mention may name.
        own: the cases its form allows.
    """
    left = _tokens(before)[-_REACH:]
    right = _tokens(after)[:_REACH]
    at = len(left)
    agreed: set[str] = set(CASES)
    while at and (word := left[at - 1]) not in _STOPS and word != ",":
        preposition = _preposition(left, at - 1, label, own)
        if preposition is not None:
            return agreed & preposition or preposition
        modifier = _agreeing(word, label, nearest=at == len(left))
        if modifier is None:
            break
        agreed &= modifier or agreed
        at -= 1
    if at < len(left) and left[at - 1 : at] != [","] and len(agreed) == 1:
        return agreed
    found = _by_clause(left[:at], right, label, sexes)
    if found is None:
        return agreed if at < len(left) else None
    return agreed & found or found


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text[-240:] if len(text) > 240 else text)  # noqa: PLR2004 - a clause is shorter


@lru_cache(maxsize=20_000)
def _parse(word: str) -> Sequence[Any]:
    readings: Sequence[Any] = analyser().parse(word)
    return readings


def _preposition(left: Sequence[str], at: int, label: str, own: set[str]) -> set[str] | None:
    word = left[at].lower().replace("ё", "е")
    if word in {"с", "со"}:
        away = _some(left[:at], "source") or (label != PER and own & {GENT, ABLT} == {GENT})
        return {GENT, ABLT} if away else {ABLT}
    if word == "за":
        return {ACCS} if _some(left[:at], "thanks") else {ABLT} if _some(left[:at], "behind") else {ACCS, ABLT}
    if word in {"в", "во", "на"}:
        return _into(left[:at], word, label)
    return _OF.get(word)


def _into(left: Sequence[str], word: str, label: str) -> set[str]:
    if label == PER:
        return {ACCS} if word == "на" and not _some(left, "upon") and _verb(left) is not None else {ACCS, LOCT}
    if _some(left, "motion"):
        return {ACCS}
    return {LOCT} if _some(left, "rest") or _verb(left) is None else {ACCS, LOCT}


def _some(tokens: Sequence[str], group: str) -> bool:
    """Whether a word of the clause is of this group."""
    lemmas = _lemmas(group)
    return any(reading.normal_form in lemmas for word in _clause(tokens) for reading in _parse(word)[:2])


def _clause(tokens: Sequence[str]) -> list[str]:
    found: list[str] = []
    for word in reversed(tokens):
        if word in _STOPS or word == ",":
            break
        found.append(word)
    return found[::-1]


def _agreeing(word: str, label: str, *, nearest: bool) -> set[str] | None:
    """The cases of a word that agrees with the mention: an adjective, a pronoun, what the person is."""
    readings = [one for one in _parse(word) if one.score > 0.01]  # noqa: PLR2004 - rarer readings mislead
    first = readings[0].tag if readings else None
    if first is None:
        return None
    adjectives = [one for one in readings if "ADJF" in one.tag or "PRTF" in one.tag]
    # «рыжей» is likelier an adjective than an order to redden, although its readings are many
    if adjectives and (adjectives[0] is readings[0] or sum(one.score for one in adjectives) >= _HALF):
        return {str(one.tag.case) for one in adjectives}
    apposed = label == PER and "NOUN" in first and "anim" in first and "sing" in first and nearest
    if not apposed or any(tag in first for tag in ("Name", "Surn", "Patr")):
        return None
    cases = {str(one.tag.case) for one in readings if "NOUN" in one.tag and "sing" in one.tag}
    # «муж Айгуль» is hers, «художница Айгуль» is herself
    return None if readings[0].normal_form in _lemmas("kin") else cases & set(CASES)


def _verb(tokens: Sequence[str]) -> Any:
    """The nearest verb before, in the clause; infinitives, participles and «нужно» count."""
    for word in reversed(_clause(tokens)):
        for reading in _parse(word)[:1]:
            if reading.tag.POS in {"VERB", "INFN", "PRTS", "GRND", "ADJS", "PRED"}:
                return reading
    return None


def _by_clause(left: Sequence[str], right: Sequence[str], label: str, sexes: str) -> set[str] | None:
    """Without a preposition: a subject, an object, or whose something is."""
    previous = left[-1] if left else "."
    following = _finite(right)
    if previous in _STOPS or previous == ",":
        return _after_pause(left, right, sexes, following)
    if previous.lower() in {
        "и",
        "да",
        "или",
        "а",
        "но",
        "что",
        "как",
        "когда",
        "если",
        "вот",
        "потом",
        "это",
        "поэтому",
        "ну",
    }:
        return _after_particle(left, sexes, following)
    noun = _noun(previous)
    if noun is not None:
        return _after_noun(noun, left, label, sexes, following)
    return _after_verb(left, right, sexes, following)


def _after_pause(left: Sequence[str], right: Sequence[str], sexes: str, following: Any) -> set[str] | None:
    if right[:1] == [","] and (not left or left[-1] in _STOPS):
        return {NOMN}  # an address, or the first of several
    return {NOMN} if _fits(following, sexes) else None


def _after_particle(left: Sequence[str], sexes: str, following: Any) -> set[str] | None:
    if _fits(following, sexes) and _subject(left, following) is None:
        return {NOMN}
    return None


def _after_noun(noun: Any, left: Sequence[str], label: str, sexes: str, following: Any) -> set[str] | None:
    """«картина Айгуль», «брат Асета»: whose it is; unless the mention goes with the verb."""
    if label == PER and noun.normal_form in _lemmas("kin"):
        cases = {str(one.tag.case) for one in _parse(left[-1]) if "NOUN" in one.tag}
        return cases | {GENT}
    if _fits(following, sexes) and not _agrees_with(following, noun):
        return {NOMN, GENT}
    verb = _verb(left)
    asked = _asks(verb, left) if verb is not None else None
    return {GENT} | (asked or set()) if asked and asked != {ACCS} else {GENT}


def _after_verb(left: Sequence[str], right: Sequence[str], sexes: str, following: Any) -> set[str] | None:
    verb = _verb(left)
    if verb is None:
        return {NOMN} if _fits(following, sexes) else None
    asked = _asks(verb, left)
    subject = _subject(left, verb)
    if "plur" in verb.tag and not _impersonal(verb) and subject is None and right[:1] == ["и"]:
        return None  # «помогли Айгуль и Асхат»: both did, or somebody helped both
    if _may_be_subject(verb, sexes) and subject is None:
        return {NOMN, *asked} if asked and _object_before(left, verb) is None else {NOMN}
    return asked


def _asks(verb: Any, left: Sequence[str]) -> set[str] | None:
    """The case a verb asks for."""
    case = next((one for one in (DATV, ABLT, GENT, ACCS) if verb.normal_form in _lemmas(one)), None)
    if case is None and "tran" in verb.tag:
        case = ACCS
    if case == ACCS and "не" in [word.lower() for word in _clause(left)[-3:]]:
        return {ACCS, GENT}
    return {case} if case else None


def _impersonal(verb: Any) -> bool:
    return verb.tag.POS in {"INFN", "GRND", "PRED"} or "impr" in verb.tag


def _may_be_subject(verb: Any, sexes: str) -> bool:
    """Whether a person of that sex may be who does it."""
    tag = verb.tag
    if tag.POS not in {"VERB", "PRTS", "ADJS"} or "impr" in tag:
        return False
    if "plur" in tag:
        return False
    if "past" in tag or tag.POS in {"PRTS", "ADJS"}:
        return ("masc" in tag and "m" in sexes) or ("femn" in tag and "f" in sexes)
    return "3per" in tag


def _fits(verb: Any, sexes: str) -> bool:
    return verb is not None and _may_be_subject(verb, sexes)


def _agrees_with(verb: Any, noun: Any) -> bool:
    """Whether the noun may be what the verb is about: «выставка Айгуль открылась»."""
    if "nomn" not in noun.tag:
        return False
    if "past" in verb.tag:
        return str(noun.tag.gender) == str(verb.tag.gender)
    return True


def _finite(right: Sequence[str]) -> Any:
    """The verb right after the mention, past an adverb or a particle."""
    for word in right[:4]:
        if word in _STOPS or word == ",":
            return None
        reading = _parse(word)[0]
        if reading.tag.POS in {"VERB", "PRTS"}:
            return reading
        if reading.tag.POS not in {"ADVB", "PRCL", "NPRO", "ADJS"}:
            return None
    return None


def _subject(left: Sequence[str], verb: Any) -> Any:
    """A pronoun or a noun in the clause that the verb is about."""
    for word in _clause(left):
        for reading in _parse(word)[:2]:
            if reading.tag.POS == "NPRO" and "nomn" in reading.tag:
                return reading
        noun = _noun(word)
        if noun is not None and _only_nominative(word) and verb is not None and _agrees_with(verb, noun):
            return noun
    return None


def _only_nominative(word: str) -> bool:
    cases = {str(one.tag.case) for one in _parse(word) if "NOUN" in one.tag and "sing" in one.tag}
    return NOMN in cases and ACCS not in cases


def _object_before(left: Sequence[str], verb: Any) -> Any:
    """A noun or pronoun in the case the verb asks for: then what follows the verb is its subject."""
    asked = _asks(verb, left) or set()
    for word in _clause(left):
        for reading in _parse(word)[:3]:
            if reading.tag.POS in {"NOUN", "NPRO"} and str(reading.tag.case) in asked:
                return reading
    return None


def _noun(word: str) -> Any:
    readings = _parse(word)[:1]
    return next((one for one in readings if one.tag.POS == "NOUN" and plain(word) != "спасибо"), None)


@cache
def _government() -> dict[str, frozenset[str]]:
    """The groups of words in ``data/government.txt``, as lemmas."""
    found: dict[str, set[str]] = {}
    for line in phrase_list("government"):
        group, _, lemmas = line.partition(":")
        found.setdefault(group, set()).update(lemmas.split())
    return {group: frozenset(lemmas) for group, lemmas in found.items()}


def _lemmas(group: str) -> frozenset[str]:
    return _government()[group]

"""Everyday forms of given names: a list of the usual ones, and how Kazakh and Russian speakers make others."""

import re
from functools import lru_cache

from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.lexicon import phrase_list, word_list

_VOWELS = "аеиоуыэюя"
_ONSET = re.compile(rf"^([^{_VOWELS}]*[{_VOWELS}])([^{_VOWELS}]+)?")
_SHORTEST = 3
_COMPOUND = re.compile(
    r"(.{3,})(?:жан|джан|бек|бай|хан|гуль|гул|али|гали|болат|мурат|султан|нур|дос|берген|берди|мухамед|ахмет|гельды|бану|"
    r"бахрам|нар|назар|кул|сулу|айым)"
)


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for line in phrase_list("diminutives"):
        full, _, short = line.partition(":")
        table[plain(full)] = frozenset(plain(word) for word in short.split())
    return table


@lru_cache(maxsize=1)
def _reverse() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for full, shorts in _table().items():
        for short in shorts:
            table.setdefault(short, set()).add(full)
    return {short: frozenset(fulls) for short, fulls in table.items()}


def listed(given: str) -> frozenset[str]:
    """The usual everyday forms of a given name (keys)."""
    return _table().get(given, frozenset())


def full_names(short: str) -> frozenset[str]:
    """Given names whose everyday form this is (keys); a name is no everyday form of itself."""
    return _reverse().get(short, frozenset())


@lru_cache(maxsize=10_000)
def derived(given: str) -> frozenset[str]:
    """Forms that speakers make: «Бауке», «Ереке» (first syllable + -ке), «Олжасик», «Айгеримка», «Асекен»."""
    found: set[str] = set()
    match = _ONSET.match(given)
    found |= _from_parts(given) | _from_listed(given)
    if match:
        cluster = match[1] + (match[2] or "")[:2]
        found |= {match[1] + "ня", cluster + "ик"}
        open_syllable = match[1]
        closed = open_syllable + (match[2] or "")[:1]
        found |= {
            open_syllable + "ке",
            open_syllable + "кен",
            closed + "еке",
            closed + "ке",
            closed + "екен",
            closed + "ик",
            closed + "ека",
            closed + "я",
            closed + "а",
            closed + "уха",
            closed + "юха",
        }
        found |= {given[:2] + "еке", closed + "аш", closed + "ош", closed + "ка"}
        if len(given) > 1 and given[1] in _VOWELS and given[0] not in _VOWELS:
            found.add(given[0] + given[1] + "ке")
    base = given.rstrip("ьаяй")
    found |= {
        base + e
        for e in ("ка", "ька", "очка", "ечка", "жан", "ик", "чик", "ок", "тай", "ша", "еке", "уля", "уша", "юша")
    }
    if given.endswith(("а", "я")):
        found |= {given + "ш", given + "шка", given[:-1]}
    else:
        found.add(given + "а")
    # «Дана» is a name of its own, nobody's everyday form
    return frozenset(
        form for form in found if len(form) > _SHORTEST and form != given and form not in word_list("kazakh_given")
    )


def _from_parts(given: str) -> set[str]:
    """«Турсун», «Турсунка» of Турсунжан, «Асемка» of Асемгуль: the first part of a compound name, and its forms."""
    parts = _COMPOUND.fullmatch(given)
    if parts is None:
        return set()
    first = parts[1]
    return {first, *(first + e for e in ("а", "ка", "ик", "еке", "чик", "ушка", "ок"))}


def _from_listed(given: str) -> set[str]:
    """«Женечка», «Женюша» of «Женя»: everyday forms beget tenderer and ruder ones."""
    endings = "ечка очка енька онька уша юша уня юня уля юля ка ька уся юся ха уха юха"
    return {short[:-1] + e for short in listed(given) if short[-1] in "ая" for e in endings.split()}


@lru_cache(maxsize=10_000)
def everyday(given: str) -> frozenset[str]:
    """All everyday forms of a given name, listed and derived."""
    return listed(given) | derived(given)

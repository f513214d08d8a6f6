"""What says less of an entity, by rule: suggestions from its kind and our own small table, for people to change."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.lexicon import phrase_list
from fieldwork.anonymisation.mention import LOC

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PLACE = ("населённый пункт",)
_DISTRICT = ("район города", "город")
_STEM = 4
_LONGEST_ENDING = 4  # letters that a stem of the table may be followed by in a case form


def suggested(label: str, forms: Iterable[str]) -> Sequence[str]:
    """The generalisations of an entity, the closest first; nothing for people and contacts.

    Args:
        label: its kind.
        forms: how it was named: for those with identity rights. They are not in what is returned.
    """
    words = [plain(word) for form in forms for word in _WORD.findall(form)]
    for stem, steps in _table().get(label, ()):
        if stem == "*" or any(word.startswith(stem) and len(word) - len(stem) <= _LONGEST_ENDING for word in words):
            return steps
    if label != LOC:
        return ()
    return _DISTRICT if any(word[:_STEM] in _districts() for word in words) else _PLACE


@cache
def _districts() -> frozenset[str]:
    """How the micro-districts of Almaty begin: they are parts of a city."""
    return frozenset(plain(name)[:_STEM] for name in phrase_list("districts_almaty"))


@cache
def _table() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for line in phrase_list("generalisations"):
        key, _, steps = line.partition(":")
        label, _, stem = key.partition(" ")
        found.setdefault(label, []).append((plain(stem.strip()), tuple(step.strip() for step in steps.split("|"))))
    return found

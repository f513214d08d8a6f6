"""Whose track or message: the labels of a source against the names of interviewer and expert."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz

from fieldwork.recording.models import RecordingKind
from fieldwork.recording.shapes.plan import ImportPlan, ItemKind, PlannedFile

_ALIKE = 75.0  # of 100
_CLEAR = 5.0
# Passport spelling of Kazakhstan, roughly: enough to find «RuslanAkhmetov» in «Руслан Ахметов».
_LATIN = dict(zip("абвгдеёзийклмнопрстуфыэәғқңөұүһі", "abvgdeeziyklmnoprstufyeagknouuhi", strict=True)) | {
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ю": "yu",
    "я": "ya",
    "ь": "",
    "ъ": "",
}


@dataclass(frozen=True)
class Names:
    """Every spelling of a person's name that is known: full, short, in Latin letters."""

    interviewer: tuple[str, ...] = ()
    expert: tuple[str, ...] = ()


def speakers(labels: Iterable[str], names: Names) -> dict[str, str | None]:
    """Who each label is: «interviewer», «expert», or None where no name is like it or both are.

    With two labels and one of them recognised, the other is the other person.
    """
    found = {label: _one(label, names) for label in labels}
    known = {who for who in found.values() if who}
    if len(found) == 2 and len(known) == 1 and None in found.values():  # noqa: PLR2004 - an interview has two people
        other = "expert" if known == {"interviewer"} else "interviewer"
        found = {label: who or other for label, who in found.items()}
    return found


def planned_files(plan: ImportPlan, roles: Mapping[str, str | None]) -> list[PlannedFile]:
    """The sound files of a plan in their order, each with its speaker; transcripts are imported elsewhere."""
    return [
        PlannedFile(Path(item.path), RecordingKind(item.kind.value), roles.get(item.label or ""))
        for item in plan.items
        if item.kind is not ItemKind.TRANSCRIPT
    ]


def _one(label: str, names: Names) -> str | None:
    interviewer = max((_likeness(label, name) for name in names.interviewer), default=0.0)
    expert = max((_likeness(label, name) for name in names.expert), default=0.0)
    if max(interviewer, expert) < _ALIKE or abs(interviewer - expert) < _CLEAR:
        return None
    return "interviewer" if interviewer > expert else "expert"


def _likeness(label: str, name: str) -> float:
    return float(fuzz.token_set_ratio(plain(label), plain(name)))


def plain(name: str) -> str:
    """A name in small Latin letters, its words apart; Kazakhstan's spelling, whichever it came in."""
    letters = "".join(_LATIN.get(letter, letter) for letter in name.casefold())
    return " ".join(re.findall(r"[^\W\d_]+", letters))

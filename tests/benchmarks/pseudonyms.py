"""How often a chosen pseudonym takes the case of the words it replaces; on our own sentences with gold cases."""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from fieldwork.anonymisation.cases import cases_of
from fieldwork.anonymisation.pseudonyms import bend
from fieldwork.anonymisation.wordings import form_in, is_sure

SENTENCES = Path(__file__).parents[1] / "anonymisation" / "cases.yaml"
LEAST_RIGHT = 0.95
_MARKED = re.compile(r"\[\[([^|\]]+)\|(\w+)\|(\w+)\]\]")
# One of each way to bend, apart from those that never do: they would be right whatever the case.
PSEUDONYMS = {
    "m": ("Марат Ахметов", "Сергей"),
    "f": ("Асия", "Анара Ахметова"),
    "LOC": ("крупный город",),
    "ORG": ("учреждение культуры", "школа"),
    "ADDRESS": ("улица в центре",),
}


class Case(NamedTuple):
    """A mention with its sentence and its gold case."""

    before: str
    words: str
    after: str
    kind: str
    gold: str

    @property
    def label(self) -> str:
        """What the mention is."""
        return "PER" if self.kind in "mf" else self.kind


def sentences(part: str) -> Iterator[Case]:
    """The mentions of one half of the sentences."""
    for line in yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))[part]:
        marks = list(_MARKED.finditer(line))
        for mark in marks:
            before, after = line[: mark.start()], line[mark.end() :]
            yield Case(_MARKED.sub(r"\1", before), mark[1], _MARKED.sub(r"\1", after), mark[2], mark[3])


def outcomes(part: str, *, show: bool = False) -> Counter[str]:
    """How many pseudonyms stand inflected and right, invariable, wrong."""
    found: Counter[str] = Counter()
    for case in sentences(part):
        cases = cases_of(case.before, case.words, case.after, case.label)
        for text in PSEUDONYMS[case.kind]:
            wording = bend(text, person=case.kind in "mf")
            gold = wording.forms[case.gold]
            given = form_in(wording, cases)
            sure = bool(cases) and is_sure(wording, cases)
            outcome = "right" if sure and given == gold else "wrong" if sure else "invariable"
            found[outcome] += 1
            if show and outcome != "right":
                print(outcome, cases, case.gold, f"{case.before}[{case.words}]{case.after} -> {given}")  # noqa: T201
    return found


def main(*, show: bool = False) -> None:
    """Print the shares for the sentences the rules were made on, and for those kept apart."""
    for part in ("developed", "held"):
        found = outcomes(part, show=show)
        total, bent = found.total(), found["right"] + found["wrong"]
        shares = "  ".join(f"{name} {found[name] / total:.3f}" for name in ("right", "invariable", "wrong"))
        told = f"right of those inflected {found['right'] / bent:.3f} (least {LEAST_RIGHT}), of {total}"
        print(f"pseudonyms in case, {part:<10} {shares}  {told}")  # noqa: T201


if __name__ == "__main__":
    main(show="-v" in sys.argv)

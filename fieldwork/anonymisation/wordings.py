"""What stands for an entity in the case of the words it replaces. Pure and without dictionaries: pages may use it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CASES = NOMN, GENT, DATV, ACCS, ABLT, LOCT = ("nomn", "gent", "datv", "accs", "ablt", "loct")
"""The six cases by pymorphy's names: nominative, genitive, dative, accusative, instrumental, prepositional."""

_SENTENCE_END = re.compile(r"(?:^|[.!?…\n])[\s«»\"“„(—–-]*$")


@dataclass(frozen=True, slots=True)
class Bent:
    """A wording with its forms.

    Attributes:
        text: the nominative; the form that stands wherever the case is unsure.
        gender: m, f, n or p (plural); empty where it is not known.
        forms: case -> form; empty where the wording never bends, or nobody knows how.
    """

    text: str
    gender: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)

    @property
    def bends(self) -> bool:
        """Whether it looks otherwise in some case."""
        return any(form != self.text for form in self.forms.values())


def form_in(wording: Bent, cases: Sequence[str]) -> str:
    """A wording in the case of the words it stands for.

    Args:
        wording: with its forms.
        cases: those the words may stand in; none where nothing is known.

    Returns:
        The form that all of these cases share; the invariable one where they differ.
    """
    found = {wording.forms.get(case, wording.text) for case in cases}
    return found.pop() if len(found) == 1 else wording.text


def is_sure(wording: Bent, cases: Sequence[str]) -> bool:
    """Whether the form that stands is the right one, as far as can be told: the cases agree on it."""
    return len({wording.forms.get(case, wording.text) for case in cases or CASES}) == 1


def split_cases(told: str | None) -> list[str]:
    """The cases of a mention as kept («gent accs»)."""
    return told.split() if told else []


def as_sentence_begins(before: str, form: str) -> str:
    """A form with a capital where a sentence begins with it; ``before`` is what stands before it."""
    return form[:1].upper() + form[1:] if _SENTENCE_END.search(before[-40:]) else form

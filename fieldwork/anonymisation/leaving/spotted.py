"""What was found in something that leaves."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from fieldwork.anonymisation.leaving.parts import Step


@dataclass(frozen=True, slots=True, repr=False)
class Spotted:
    """A place in something that leaves which would tell whom it is about.

    Attributes:
        place: the way to it, names in it masked.
        kind: name, contact, employer, organisation, address, position, pattern, picture, recording, whereabouts; team
            and reference where somebody is named on purpose.
        blocking: whether it forbids to let it out.
        whose: the entity's key (``E02``, ``organisation-3``); empty where it is nobody's.
        before: what stands before it; for those with the right to know.
        words: what would tell.
        after: what stands after it.
    """

    place: tuple[Step, ...]
    kind: str
    blocking: bool
    whose: str = ""
    before: str = ""
    words: str = ""
    after: str = ""

    def __repr__(self) -> str:
        """Where it is, never what it says."""
        return f"Spotted({self.kind} of {self.whose or '?'})"

    def packed(self) -> list[Any]:
        """As JSON takes it."""
        return [*asdict(self).values()]

    @classmethod
    def unpacked(cls, told: list[Any]) -> "Spotted":
        """What ``packed`` gave, after its way through JSON."""
        return cls(tuple(Step(*step) for step in told[0]), *told[1:])


def blocking(spotted: Iterable[Spotted]) -> list[Spotted]:
    """Only what forbids to let it out."""
    return [one for one in spotted if one.blocking]

"""Decisions about a review: what may stand in a mention's place, which kind is which, how long the rest will take."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from fieldwork.anonymisation.mention import ADDRESS, LOC, ORG, PER, POSITION
from fieldwork.anonymisation.models import Mention
from fieldwork.core.errors import BadInput

LONGEST = 120
LONGEST_NOTE = 300
_KNOWING = {"known", "terms", "contacts", "numbers"}
"""Detectors that look for what a study has told, or for what has a check digit or a form of its own."""
_SURE_SECONDS = 8
_DOUBTFUL_SECONDS = 40
_MINUTE = 60


class ReplacementEmpty(BadInput):
    """Something has to stand in a mention's place."""

    message = "The replacement is empty. Give what is to stand in the mention's place, such as [человек-2]."


class ReplacementTooLong(BadInput):
    """A replacement is a few words."""

    message = "The replacement has {length} characters, {longest} at most. Say it shorter."


class NoteTooLong(BadInput):
    """A note is a line or two."""

    message = "The note has {length} characters, {longest} at most. Say it shorter."


CUT = "[…]"
"""What stands where words were cut out."""
_BARE: Final = {PER: "[человек]", ORG: "[организация]", LOC: "[место]", ADDRESS: "[место]", POSITION: "[человек]"}


@dataclass(frozen=True, repr=False)
class Leak:
    """A place where the approved text would tell whom it is about.

    Attributes:
        position: the number of its segment.
        start: first code point of the raw text.
        end: one past the last.
        kind: name, contact, employer, position or pattern.
        blocking: whether it forbids the approval; else it asks for a look.
        whose: the code of whom it tells; empty for a bare pattern.
        before: what stands before it in the text that would be published.
        words: what would tell.
        after: what stands after it.
    """

    position: int
    start: int
    end: int
    kind: str
    blocking: bool
    whose: str
    before: str
    words: str
    after: str

    def __repr__(self) -> str:
        """Where it is, never what it says."""
        return f"Leak({self.kind} of {self.whose or '?'} in segment {self.position})"


def broader(label: str, replacement: str, wordings: Sequence[str] = ()) -> str:
    """What says less than a replacement: the next of the entity's wordings, then its kind without a number, then «[…]».

    Args:
        label: the mention's kind.
        replacement: what stands there now.
        wordings: what else may stand for the entity, each saying less than the one before.
    """
    ladder = [*wordings, *([_BARE[label]] if label in _BARE else []), CUT]
    at = ladder.index(replacement) + 1 if replacement in ladder else 0
    return ladder[min(at, len(ladder) - 1)]


def names_nobody(replacement: str) -> bool:
    """Whether it stands for a kind, or for nothing: no entity is called so."""
    return replacement == CUT or replacement in _BARE.values()


def checked_note(note: str) -> str:
    """A note as it is kept: on one line, without blanks around it; it may be empty.

    Raises:
        NoteTooLong: it is longer than a note.
    """
    told = " ".join(note.split())
    if len(told) > LONGEST_NOTE:
        raise NoteTooLong(length=len(told), longest=LONGEST_NOTE)
    return told


def rank_of(mention: Mention) -> int:
    """How sure the program is of a mention, 0 to 3: somebody it knows, certain, a likely name, anything else."""
    if mention.certain:
        return 3 if mention.detector in _KNOWING else 2
    return 1 if mention.label in {PER, ORG, ADDRESS} else 0


def checked_replacement(replacement: str) -> str:
    """A replacement as it is kept: on one line, without blanks around it.

    Raises:
        ReplacementEmpty, ReplacementTooLong: it cannot stand there.
    """
    told = " ".join(replacement.split())
    if not told:
        raise ReplacementEmpty
    if len(told) > LONGEST:
        raise ReplacementTooLong(length=len(told), longest=LONGEST)
    return told


@dataclass(frozen=True)
class Agreed:
    """How far two people say the same of the same things: how many, the share that agrees, and Cohen's kappa.

    ``kappa`` is None where it says nothing: nothing was looked at, or both always said the same one thing.
    """

    count: int
    same: int
    kappa: float | None

    @property
    def percent(self) -> int:
        """The share that agrees, in whole percent."""
        return round(100 * self.same / self.count) if self.count else 0


def agreed(pairs: Sequence[tuple[str, str]]) -> Agreed:
    """Agreement of two people, beyond chance: kappa = (observed - expected) / (1 - expected) (Cohen, 1960).

    Own code, because scikit-learn's would bring numpy into the server; a test compares them.
    """
    count, same = len(pairs), sum(one == other for one, other in pairs)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    expected = sum(first[value] * second[value] for value in first) / count**2 if count else 1.0
    return Agreed(count, same, (same / count - expected) / (1 - expected) if expected < 1 else None)


def sample_size(decided: int, share: int, least: int) -> int:
    """How many of the decided mentions somebody else looks at: a share in percent, at least so many, at most all."""
    return min(decided, max(least, math.ceil(decided * share / 100)))


def tint_of(label: str) -> str:
    """The group of a kind of mention, which gives it its colour: p people, o organisations, m places, x all else."""
    return {PER: "p", ORG: "o", LOC: "m", ADDRESS: "m"}.get(label, "x")


def minutes_left(sure: int, doubtful: int) -> int:
    """About how many minutes the undecided mentions will take: a sure one is a glance, a doubtful one a thought."""
    seconds = sure * _SURE_SECONDS + doubtful * _DOUBTFUL_SECONDS
    return max(1, round(seconds / _MINUTE)) if seconds else 0


def stamp_of(mention: Mention) -> str:
    """A short sign of how a mention stands: another one once somebody has decided it or changed its replacement."""
    when = mention.decided_at.timestamp() if mention.decided_at else 0
    asked = mention.asked_at.timestamp() if mention.asked_at else 0
    told = f"{mention.decision} {when} {mention.decided_by_id} {mention.replacement} {mention.entity_id} {asked}"
    return sha256(told.encode()).hexdigest()[:16]

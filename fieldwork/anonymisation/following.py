"""What later rooms do when an approved text is changed, and what they know of its turns when it leaves."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fieldwork.anonymisation.placeholders import Rewritten
from fieldwork.core.work import Work
from fieldwork.transcription.models import Segment, Transcript


@dataclass(frozen=True, repr=False)
class Edited:
    """A turn of an approved transcript that was changed.

    Attributes:
        segment: its row, with the new text.
        before: the text as it was.
        table: the new text, and where its changed stretches stood before and stand now.
    """

    segment: Segment
    before: str
    table: Rewritten

    def __repr__(self) -> str:
        """Which turn, never what it says."""
        return f"Edited({self.segment.position})"


@dataclass(frozen=True)
class Followed:
    """What went along: how many rows, and those that have no place any more (kept, but not counted or quoted)."""

    moved: int = 0
    unplaced: tuple[UUID, ...] = ()

    def __add__(self, other: "Followed") -> "Followed":
        """Both together."""
        return Followed(self.moved + other.moved, self.unplaced + other.unplaced)


Follower = Callable[[Work, Transcript, Sequence[Edited]], Followed]
_followers: Final[list[Follower]] = []
Categorised = Callable[[Work, Transcript], Mapping[UUID, Collection[str]]]
_categorised: Final[list[Categorised]] = []


def when_rewritten(follow: Follower) -> Follower:
    """Let a later room that keeps places or words of approved texts follow when they are changed."""
    _followers.append(follow)
    return follow


def told_of(work: Work, transcript: Transcript, edited: Sequence[Edited]) -> Followed:
    """Tell those who follow, and gather what became of what they keep."""
    work.session.flush()
    return sum((follow(work, transcript, edited) for follow in _followers), Followed())


def who_categorises(tell: Categorised) -> Categorised:
    """Let a later room say under which categories the turns of a transcript are coded.

    Args:
        tell: gives the categories' keys by the id of each turn that has any.
    """
    _categorised.append(tell)
    return tell


def categories_in(work: Work, transcript: Transcript) -> dict[UUID, frozenset[str]]:
    """The keys of the categories under which each turn of a transcript is coded; turns without any are left out."""
    found: dict[UUID, frozenset[str]] = {}
    for tell in _categorised:
        for segment_id, keys in tell(work, transcript).items():
            found[segment_id] = found.get(segment_id, frozenset()) | frozenset(keys)
    return found

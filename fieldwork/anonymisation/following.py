"""What later rooms do when an approved text is changed after all: codings stay on their words, kept words go."""

from collections.abc import Callable, Sequence
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


def when_rewritten(follow: Follower) -> Follower:
    """Let a later room that keeps places or words of approved texts follow when they are changed."""
    _followers.append(follow)
    return follow


def told_of(work: Work, transcript: Transcript, edited: Sequence[Edited]) -> Followed:
    """Tell those who follow, and gather what became of what they keep."""
    work.session.flush()
    return sum((follow(work, transcript, edited) for follow in _followers), Followed())

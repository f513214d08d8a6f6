"""The plan of an import: what each file is, and what is left out and why."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path, PurePath
from typing import BinaryIO

from fieldwork.recording.models import RecordingKind


class ItemKind(StrEnum):
    """What a file of a plan holds: the kinds of recordings, or a finished transcript."""

    TRACK = "track"
    MIXED = "mixed"
    MESSAGE = "message"
    TRANSCRIPT = "transcript"


class Reason(StrEnum):
    """Why a file is left out."""

    SAME_AS_TRACKS = "same_as_tracks"  # the mix of tracks that are imported one by one
    PICTURE = "picture"  # a video beside its own sound, a photo
    CAPTIONS = "captions"  # live captions beside the finished transcript
    CHAT = "chat"  # read for the order and the senders; no interview itself
    PROGRAM_FILE = "program_file"  # belongs to Zoom or the file system, holds no sound
    NOT_CONVERTED = "not_converted"  # Zoom has not made a recording of it yet: open it with a double click
    ARCHIVE = "archive"  # unpack it first
    MISSING = "missing"  # the chat names it and it is not there: export the chat with its media
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PlanItem:
    """One file to import.

    ``label`` is the participant as the source calls them; ``group`` the folder that makes one interview of its files;
    ``order`` counts from 1 within it. ``started_at`` comes from names: naive means local time, aware means UTC.
    """

    path: PurePath
    kind: ItemKind
    group: PurePath
    order: int = 0
    label: str | None = None
    started_at: datetime | None = None


@dataclass(frozen=True)
class LeftOut:
    """One file that is not imported."""

    path: PurePath
    reason: Reason


@dataclass(frozen=True)
class ImportPlan:
    """What would be imported, in order, and everything else that lay there."""

    items: tuple[PlanItem, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The participants named, in the order of their first file."""
        return tuple(dict.fromkeys(item.label for item in self.items if item.label))

    @property
    def groups(self) -> tuple[PurePath, ...]:
        """The folders that make one interview each."""
        return tuple(dict.fromkeys(item.group for item in self.items))


@dataclass(frozen=True)
class PlannedFile:
    """A sound file ready for import: what it holds and whose voice (None: several, or unknown).

    ``inside`` opens it where it lies in an archive, and has no path of its own on the disk.
    """

    path: Path
    kind: RecordingKind
    speaker: str | None = None
    inside: Callable[[], BinaryIO] | None = None

    def opened(self) -> BinaryIO:
        """Its bytes, seekable.

        Raises:
            OSError: it cannot be opened.
        """
        return self.inside() if self.inside else self.path.open("rb")


@dataclass
class Draft:
    """A plan being written for one folder."""

    items: list[PlanItem] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def leave(self, path: PurePath, reason: Reason) -> None:
        """Note a file that is not imported."""
        self.left_out.append(LeftOut(path, reason))

"""What lies on a disk to be imported: files, folders and archives, each file with what it tells of itself."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath, PurePosixPath

from fieldwork.core.errors import Refusal
from fieldwork.recording.archives import Archive, ZoomNotConverted
from fieldwork.recording.gathering import Piece, Told, voice_of
from fieldwork.recording.media import probe
from fieldwork.recording.models import RecordingKind
from fieldwork.recording.shapes import ItemKind, LeftOut, PlannedFile, Reason, survey


@dataclass(frozen=True, repr=False)
class Bundle:
    """The recordings that were named, in order, and everything else that lay there."""

    pieces: tuple[Piece, ...]
    files: Mapping[str, PlannedFile]
    left_out: tuple[LeftOut, ...]
    transcripts: tuple[PurePath, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The participants and senders named, in the order of their first file."""
        return tuple(dict.fromkeys(piece.told.label for piece in self.pieces if piece.told.label))

    def planned(self, keys: Sequence[str], roles: Mapping[str, str | None]) -> list[PlannedFile]:
        """The files of those pieces, each with its speaker."""
        told = {piece.key: piece.told for piece in self.pieces}
        return [replace(self.files[key], speaker=roles.get(voice_of(told[key]))) for key in keys]


def collect(paths: Iterable[Path], limit_mb: int, until_read: contextlib.ExitStack) -> Bundle:
    """What is to be imported; archives stay open until ``until_read`` ends.

    Raises:
        ArchiveUnreadable …: an archive cannot be taken (``archives``).
        ZoomNotConverted: there is nothing but what Zoom has not finished.
        OSError: a file cannot be read.
    """
    plan = survey(paths)
    left: list[LeftOut] = []
    found = [
        (Told.of(item), PlannedFile(Path(item.path), RecordingKind(item.kind.value)))
        for item in plan.items
        if item.kind is not ItemKind.TRANSCRIPT
    ]
    for one in plan.left_out:
        if one.reason is not Reason.ARCHIVE or one.path.suffix.lower() != ".zip":
            left.append(one)
            continue
        file = until_read.enter_context(contextlib.closing(Path(one.path).open("rb")))  # noqa: SIM115 - open as long
        archive = Archive(file, one.path.stem, limit_mb)
        for item in archive.plan.items:
            opened = partial(archive.opened, PurePosixPath(item.path))
            found.append((Told.of(item), PlannedFile(Path(item.path), RecordingKind(item.kind.value), inside=opened)))
        left += archive.plan.left_out
    if not found and any(one.reason is Reason.NOT_CONVERTED for one in left):
        raise ZoomNotConverted
    pieces = tuple(_piece(str(number), told, file) for number, (told, file) in enumerate(found))
    files = {piece.key: file for piece, (_, file) in zip(pieces, found, strict=True)}
    transcripts = tuple(item.path for item in plan.items if item.kind is ItemKind.TRANSCRIPT)
    return Bundle(pieces, files, tuple(left), transcripts)


def _piece(key: str, told: Told, file: PlannedFile) -> Piece:
    """A file as matching sees it; a recorder's is asked for its length, and for its moment where its name is silent."""
    if told.kind != RecordingKind.MIXED or file.inside:
        return Piece(key, told)
    with contextlib.suppress(Refusal):  # what is wrong with it is told when it is imported
        found = probe(file.path)
        return Piece(key, replace(told, made=found.made_at or ""), found.duration_ms)
    return Piece(key, told)

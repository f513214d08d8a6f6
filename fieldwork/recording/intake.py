"""The way of a file into an interview: asked for, prepared outside every transaction, then given its rows.

An import is no job: its files lie on the machine of whoever gives it, and their paths hold names, which a job's
arguments must not. Probing and normalising may take minutes, so they happen while no transaction holds the database.
"""

import contextlib
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from typing import BinaryIO, cast
from uuid import UUID

from fieldwork.core.accounts import PLATFORM, Actor
from fieldwork.core.errors import Refusal
from fieldwork.core.files import BlobStore, Stored, private_folder
from fieldwork.core.ids import NOBODY
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground
from fieldwork.recording.media import Normalised, Probe, Source, normalise, probe, strip
from fieldwork.recording.models import Recording
from fieldwork.recording.services import Prepared, add_recordings, require_importable
from fieldwork.recording.shapes import PlannedFile
from fieldwork.scheduling.models import Interview

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Listened:
    """A file that was listened to: what it is, its normalised sound, and what is kept of it where it has a picture."""

    found: Probe
    normalised: Normalised
    sound: Stored
    kept: Stored | None

    @property
    def blob_ids(self) -> list[UUID]:
        """The blobs that no row owns yet."""
        return [stored.blob_id for stored in (self.sound, self.kept) if stored is not None]


class FileChanged(Refusal):
    """A file was written to while it was being imported."""

    message = (
        "File number {number} changed while it was being imported. Wait until it is complete, then import it again."
    )


def import_files(
    ground: Ground,
    interview_id: UUID,
    files: Sequence[PlannedFile],
    actor: Actor = PLATFORM,
    progress: Progress | None = None,
) -> list[Recording]:
    """Take files into an interview: all of them, or none.

    Args:
        ground: the installation.
        interview_id: whose recording it is.
        files: the files with kind and speaker, in order (``recording.shapes`` makes such plans).
        actor: who imports.
        progress: told how many files are prepared, and of how many.

    Raises:
        ConsentMissing: the expert has not agreed to be recorded.
        NoFiles, SameFileTwice, DuplicateRecording: nothing to import, or it is there already.
        FileChanged: a file was still being written.
        DiskFull: no room; nothing is kept.
        BadInput: a file is not a recording that can be read (``media.refusals``).
    """
    digests = [_digest(file) for file in files]
    with ground.work(actor) as work:
        interview = work.get(Interview, interview_id)
        require_importable(work, interview, digests)
    with (
        _prepared(ground.blobs, interview.expert_id, files, digests, progress or _quietly) as ready,
        ground.work(actor) as work,
    ):
        return add_recordings(work, work.get(Interview, interview_id), ready)


@contextlib.contextmanager
def _prepared(
    blobs: BlobStore, expert_id: UUID, files: Sequence[PlannedFile], digests: Sequence[str], progress: Progress
) -> Iterator[list[Prepared]]:
    """The files with their heavy work done; their blobs go again when anything fails before the rows are safe."""
    blob_ids: list[UUID] = []
    ready = []
    try:
        progress(0, len(files))
        for number, (file, digest) in enumerate(zip(files, digests, strict=True), start=1):
            ready.append(_prepare(blobs, expert_subject(expert_id), file, blob_ids))
            _require_unchanged(number, ready[-1], digest)
            progress(number, len(files))
        yield ready
    except BaseException:
        for blob_id in blob_ids:
            blobs.delete(blob_id)
        raise


def listen(blobs: BlobStore, subject: str, recorded: Source) -> Listened:
    """The heavy half of every import: what a file is, and its normalised sound in a new blob that no row owns yet.

    Where the file has a picture (no consent covers one), a second blob holds its sound as it lies there; everything
    after is made from that, so that the clock of both is one.

    Raises:
        BadInput, DecoderTimeout, DecoderCrashed: it is not a recording that can be read (``media.refusals``).
        DiskFull: no room; nothing is kept.
    """
    found = probe(recorded)
    with private_folder() as folder:
        wav, bare = folder / "sound.wav", folder / "bare"
        if found.has_picture:
            strip(recorded, bare)
        normalised = normalise(bare if found.has_picture else recorded, wav)
        with wav.open("rb") as source:
            sound = blobs.store(subject, source)
        wav.unlink()
        if not found.has_picture:
            return Listened(found, normalised, sound, None)
        try:
            with bare.open("rb") as source:
                return Listened(found, normalised, sound, blobs.store(subject, source))
        except BaseException:
            blobs.delete(sound.blob_id)
            raise


def as_it_came(heard: Listened, original: Stored) -> Stored:
    """What a recording's row tells of its original: digest and length of what came, the blob of what is kept."""
    return Stored(heard.kept.blob_id, original.sha256, original.size) if heard.kept else original


def _prepare(blobs: BlobStore, subject: str, file: PlannedFile, blob_ids: list[UUID]) -> Prepared:
    with file.opened() as source:
        heard = listen(blobs, subject, source if file.inside else file.path)
    blob_ids.extend(heard.blob_ids)
    with file.opened() as source:
        # of a film the bytes are counted once more, for its digest, and not kept
        original = _counted(source) if heard.kept else blobs.store(subject, source)
    blob_ids.append(original.blob_id)
    original = as_it_came(heard, original)
    return Prepared(file.path.name, file.kind, file.speaker, original, heard.sound, heard.found, heard.normalised)


def _counted(source: BinaryIO) -> Stored:
    digest = hashlib.file_digest(cast("BufferedReader", source), "sha256").hexdigest()
    return Stored(NOBODY, digest, source.seek(0, io.SEEK_END))


def _require_unchanged(number: int, file: Prepared, digest: str) -> None:
    if file.original.sha256 != digest:
        raise FileChanged(number=number)


def _quietly(_one: object, _other: object) -> None:
    """Show nothing."""


def _digest(file: PlannedFile) -> str:
    with file.opened() as source:
        return hashlib.file_digest(cast("BufferedReader", source), "sha256").hexdigest()

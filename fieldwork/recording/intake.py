"""The way of a file into an interview: asked for, prepared outside every transaction, then given its rows.

An import is no job: its files lie on the machine of whoever gives it, and their paths hold names, which a job's
arguments must not. Probing and normalising may take minutes, so they happen while no transaction holds the database.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

from fieldwork.core.accounts import PLATFORM, Actor
from fieldwork.core.errors import Refusal
from fieldwork.core.files import BlobStore, Stored, private_folder
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground
from fieldwork.recording.media import Normalised, Probe, Source, normalise, probe
from fieldwork.recording.models import Recording
from fieldwork.recording.services import Prepared, add_recordings, require_importable
from fieldwork.recording.shapes import PlannedFile
from fieldwork.scheduling.models import Interview

Progress = Callable[[int, int], None]
Measured = Callable[[PlannedFile, Normalised], None]


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
    *,
    measured: Measured | None = None,
) -> list[Recording]:
    """Take files into an interview: all of them, or none.

    Args:
        ground: the installation.
        interview_id: whose recording it is.
        files: the files with kind and speaker, in order (``recording.shapes`` makes such plans).
        actor: who imports.
        progress: told how many files are prepared, and of how many.
        measured: told of each file what its sound is like (one of several tracks may well be silent).

    Raises:
        ConsentMissing: the expert has not agreed to be recorded.
        NoFiles, SameFileTwice, DuplicateRecording: nothing to import, or it is there already.
        FileChanged: a file was still being written.
        DiskFull: no room; nothing is kept.
        BadInput: a file is not a recording that can be read (``media.refusals``).
    """
    digests = [_digest(file.path) for file in files]
    with ground.work(actor) as work:
        interview = work.get(Interview, interview_id)
        require_importable(work, interview, digests)
    with (
        _prepared(ground.blobs, interview.expert_id, files, digests, progress or _quietly) as ready,
        ground.work(actor) as work,
    ):
        for file, one in zip(files, ready, strict=True):
            (measured or _quietly)(file, one.normalised)
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


def listen(blobs: BlobStore, subject: str, recorded: Source) -> tuple[Probe, Normalised, Stored]:
    """The heavy half of every import: what a file is, and its normalised sound in a new blob that no row owns yet.

    Raises:
        BadInput, DecoderTimeout, DecoderCrashed: it is not a recording that can be read (``media.refusals``).
        DiskFull: no room; nothing is kept.
    """
    found = probe(recorded)
    with private_folder() as folder:
        wav = folder / "sound.wav"
        normalised = normalise(recorded, wav)
        with wav.open("rb") as source:
            return found, normalised, blobs.store(subject, source)


def _prepare(blobs: BlobStore, subject: str, file: PlannedFile, blob_ids: list[UUID]) -> Prepared:
    found, normalised, sound = listen(blobs, subject, file.path)
    blob_ids.append(sound.blob_id)
    with file.path.open("rb") as source:
        original = blobs.store(subject, source)
    blob_ids.append(original.blob_id)
    return Prepared(file.path.name, file.kind, file.speaker, original, sound, found, normalised)


def _require_unchanged(number: int, file: Prepared, digest: str) -> None:
    if file.original.sha256 != digest:
        raise FileChanged(number=number)


def _quietly(_one: object, _other: object) -> None:
    """Show nothing."""


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

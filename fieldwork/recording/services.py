"""Deeds on recordings: taking them into an interview, telling them, opening their sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO
from uuid import UUID

from sqlmodel import col, select

from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.audit import record
from fieldwork.core.files import BlobStore, Stored
from fieldwork.core.ids import new_id
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.services import signatures_of, study_of
from fieldwork.recording.copies import drop_copy
from fieldwork.recording.media import Normalised, Probe
from fieldwork.recording.models import Recording, RecordingKind
from fieldwork.recording.rules import NoFiles, Place, Sound, places, require_new
from fieldwork.recording.shapes import Names
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import expert_of, identity_of
from fieldwork.scheduling.models import Interview

NAME_FIELD = "recording.sealed_name"


@dataclass(frozen=True)
class Prepared:
    """A file whose heavy work is done: probed, normalised, and lying encrypted in two blobs that no row owns yet."""

    name: str
    kind: RecordingKind
    speaker: str | None
    original: Stored
    sound: Stored
    probe: Probe
    normalised: Normalised


def require_importable(work: Work, interview: Interview, digests: Sequence[str]) -> None:
    """Refuse an import before any heavy work is done for it.

    Args:
        work: the unit of work.
        interview: whose recording it is.
        digests: sha256 (hex) of the files.

    Raises:
        ConsentMissing: the expert has not agreed to be recorded.
        NoFiles: there are none.
        SameFileTwice, DuplicateRecording: a file is there already.
    """
    require(work, interview.expert_id, Scope.RECORD)
    if not digests:
        raise NoFiles
    require_new(digests, known_digests(work, interview.study_id))


def known_digests(work: Work, study_id: UUID) -> dict[str, str]:
    """The sha256 (hex) of every recording of a study, with the code of the expert it belongs to."""
    known = select(Recording.sha256, Expert.code).join_from(Recording, Interview).join(Expert)
    return dict(work.session.exec(known.where(Interview.study_id == study_id)).all())


def add_recordings(work: Work, interview: Interview, files: Sequence[Prepared]) -> list[Recording]:
    """Give prepared files their rows. Asks for consent and looks for duplicates again: preparing takes a while.

    Raises:
        ConsentMissing, NoFiles, SameFileTwice, DuplicateRecording: as ``require_importable``.
    """
    require_importable(work, interview, [file.original.sha256 for file in files])
    where = places(
        [Sound(file.kind, file.speaker, file.normalised.duration_ms) for file in files],
        [
            (Sound(row.kind, row.speaker, row.duration_ms), Place(row.position, row.offset_ms))
            for row in recordings_of(work, interview)
        ],
    )
    rows = [_row(work, interview, file, place) for file, place in zip(files, where, strict=True)]
    work.add_all(rows)
    record(
        work, "recording.imported", study_id=interview.study_id, subject_id=interview.id, count=len(rows),
        milliseconds=sum(row.duration_ms for row in rows),
    )  # fmt: skip
    return rows


def _row(work: Work, interview: Interview, file: Prepared, place: Place) -> Recording:
    row_id = new_id()
    return Recording(
        id=row_id,
        interview_id=interview.id,
        position=place.position,
        kind=file.kind,
        speaker=file.speaker,
        offset_ms=place.offset_ms,
        blob_id=file.original.blob_id,
        normalised_blob_id=file.sound.blob_id,
        sealed_name=work.vault.seal_text(expert_subject(interview.expert_id), NAME_FIELD, row_id, file.name),
        sha256=file.original.sha256,
        bytes=file.original.size,
        container=file.probe.container,
        codec=file.probe.codec,
        sample_rate=file.probe.sample_rate,
        channels=file.probe.channels,
        duration_ms=file.normalised.duration_ms,
        peak_dbfs=file.normalised.peak_dbfs,
        loudness_dbfs=file.normalised.loudness_dbfs,
        speech_dbfs=file.normalised.speech_dbfs,
        noise_dbfs=file.normalised.noise_dbfs,
        silent_share=file.normalised.silent_share,
        clipped_share=file.normalised.clipped_share,
        apart_share=file.normalised.apart_share,
        without_picture=file.probe.has_picture,
        imported_at=work.now,
    )


def recordings_of(work: Work, interview: Interview) -> list[Recording]:
    """The recordings of an interview, in order."""
    query = select(Recording).where(Recording.interview_id == interview.id).order_by(col(Recording.position))
    return list(work.session.exec(query))


def remove_recording(work: Work, interview: Interview, recording: Recording) -> None:
    """Delete a recording for good: sound, original, copy. A transcript made from it stays, without its sound."""
    drop_copy(work, recording)
    for blob_id in (recording.blob_id, recording.normalised_blob_id):
        work.after_commit(partial(work.blobs.delete, blob_id))
    record(
        work, "recording.removed", study_id=interview.study_id, subject_id=interview.id,
        milliseconds=recording.duration_ms,
    )  # fmt: skip
    work.session.delete(recording)
    work.session.flush()


def name_of(work: Work, recording: Recording) -> str:
    """The file's name as it came: for those with identity rights only.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    expert_id = work.get(Interview, recording.interview_id).expert_id
    return work.vault.unseal_text(expert_subject(expert_id), NAME_FIELD, recording.id, recording.sealed_name)


def names_of(work: Work, interview: Interview) -> Names:
    """Every known spelling of the names of the two who speak: whose track, message or turn is whose.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    identity = identity_of(work, expert_of(work, interview.expert_id))
    team = signatures_of(work, study_of(work, interview.study_id))
    interviewer = [one.display_name for one in team if one.member.id == interview.interviewer_id]
    spellings = (identity.full_name, *identity.short_names, identity.latin or "")
    return Names(tuple(interviewer), tuple(filter(None, spellings)))


def sound_of(blobs: BlobStore, expert_id: UUID, recording: Recording) -> BinaryIO:
    """The normalised sound (WAV, 16 kHz, mono, s16), seekable and decrypted as it is read.

    Raises:
        KeyDestroyed: the expert was erased.
        BlobBroken: the file was cut or altered.
    """
    return blobs.open(expert_subject(expert_id), recording.normalised_blob_id)

"""Copies of recordings that are made to be given away, beside what they were made from."""

from functools import partial
from typing import BinaryIO
from uuid import UUID

from sqlmodel import col, select

from fieldwork.core.files import BlobStore, Stored
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.recording.models import Recording, SoundCopy
from fieldwork.scheduling.models import Interview


def copies_of(work: Work, interview: Interview) -> dict[UUID, SoundCopy]:
    """The copies of an interview's recordings, by recording."""
    query = select(SoundCopy).join(Recording, col(SoundCopy.recording_id) == col(Recording.id))
    return {row.recording_id: row for row in work.session.exec(query.where(Recording.interview_id == interview.id))}


def add_copy(work: Work, recording: Recording, stored: Stored, container: str) -> SoundCopy:
    """Give a copy that lies in a blob its row; an earlier one of the same recording goes."""
    drop_copy(work, recording)
    return work.add(
        SoundCopy(
            recording_id=recording.id, blob_id=stored.blob_id, container=container, bytes=stored.size,
            duration_ms=recording.duration_ms, made_at=work.now,
        )
    )  # fmt: skip


def drop_copy(work: Work, recording: Recording) -> None:
    """Delete the copy of a recording, if there is one; its blob goes once that is safe."""
    row = work.session.exec(select(SoundCopy).where(SoundCopy.recording_id == recording.id)).first()
    if row is not None:
        work.after_commit(partial(work.blobs.delete, row.blob_id))
        work.session.delete(row)
        work.session.flush()


def opened_copy(blobs: BlobStore, expert_id: UUID, copy: SoundCopy) -> BinaryIO:
    """A copy's file, seekable and decrypted as it is read.

    Raises:
        KeyDestroyed: the expert was erased.
        BlobBroken: the file was cut or altered.
    """
    return blobs.open(expert_subject(expert_id), copy.blob_id)


def original_of(blobs: BlobStore, expert_id: UUID, recording: Recording) -> BinaryIO:
    """A recording as it was taken in, seekable and decrypted as it is read.

    Raises:
        KeyDestroyed: the expert was erased.
        BlobBroken: the file was cut or altered.
    """
    return blobs.open(expert_subject(expert_id), recording.blob_id)

"""How loud a recording is along its way: measured once, kept sealed, drawn for a whole interview."""

from collections.abc import Sequence
from itertools import pairwise
from typing import BinaryIO
from uuid import UUID

from sqlmodel import col, select

from fieldwork.core.files import BlobStore
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.recording.models import Recording, Waveform
from fieldwork.recording.rules import peak_count
from fieldwork.recording.services import sound_of
from fieldwork.scheduling.models import Interview

PEAKS_FIELD = "waveform.sealed_peaks"
_HEAD_BYTES = 44  # of a WAV file as we write it
_SAMPLE_BYTES = 2
_EVERY = 8  # one sample in eight: 2,000 a second tell as much about loudness, and cost an eighth
_LOUDEST = 32_768


def kept_peaks(work: Work, interview: Interview) -> dict[UUID, bytes]:
    """The peaks that are known already, by recording.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    query = select(Waveform).join(Recording, col(Waveform.recording_id) == col(Recording.id))
    subject = expert_subject(interview.expert_id)
    return {
        row.recording_id: work.vault.unseal(subject, PEAKS_FIELD, row.id, row.sealed_peaks)
        for row in work.session.exec(query.where(Recording.interview_id == interview.id))
    }


def measured_peaks(blobs: BlobStore, expert_id: UUID, recording: Recording) -> bytes:
    """A byte for each stretch of a recording: how far its loudest sample goes, 0 to 255. Reads it once, piece by piece.

    Raises:
        KeyDestroyed: the expert was erased.
        BlobBroken: the file was cut or altered.
    """
    with sound_of(blobs, expert_id, recording) as sound:
        size = sound.seek(0, 2) - _HEAD_BYTES
        sound.seek(_HEAD_BYTES)
        return _peaks(sound, size // _SAMPLE_BYTES, peak_count(recording.duration_ms))


def keep_peaks(work: Work, expert_id: UUID, found: dict[UUID, bytes]) -> None:
    """Keep what was measured; what somebody else has kept meanwhile stays.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    known = set(work.session.exec(select(Waveform.recording_id).where(col(Waveform.recording_id).in_(found))))
    standing = set(work.session.exec(select(Recording.id).where(col(Recording.id).in_(found))))
    for recording_id in (standing - known) & set(found):
        row = Waveform(recording_id=recording_id, sealed_peaks=b"")
        row.sealed_peaks = work.vault.seal(expert_subject(expert_id), PEAKS_FIELD, row.id, found[recording_id])
        work.add(row)


def _peaks(sound: BinaryIO, samples: int, count: int) -> bytes:
    """``count`` stretches of as nearly the same length as whole samples allow."""
    borders: Sequence[int] = [samples * number // count for number in range(count + 1)]
    found = bytearray()
    for start, end in pairwise(borders):
        block = sound.read((end - start) * _SAMPLE_BYTES)
        view = memoryview(block[: len(block) // _SAMPLE_BYTES * _SAMPLE_BYTES]).cast("h")[::_EVERY].tolist()
        loudest = max((abs(sample) for sample in view), default=0)
        found.append(min(255, loudest * 256 // _LOUDEST))
    return bytes(found)

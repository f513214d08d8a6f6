"""Tables of recordings."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from fieldwork.core.database import Record, foreign, json_field, moment_field, one_of


class RecordingKind(StrEnum):
    """What a file holds."""

    TRACK = "track"  # one speaker, as long as the meeting
    MIXED = "mixed"  # everybody
    MESSAGE = "message"  # one voice message of one speaker


class UploadState(StrEnum):
    """How far an upload has come."""

    RECEIVING = "receiving"  # some bytes are still to come
    ARRIVED = "arrived"  # all are there; a job looks at it, or files the recording
    WAITING = "waiting"  # looked at: a person is to say which interview it belongs to
    FILED = "filed"  # it is a recording of its interview
    REFUSED = "refused"  # it cannot be one: «failure» says why, the bytes are gone


class Recording(Record, table=True):
    """One recorded file of an interview. Its blobs and its name as it came are under the expert's key.

    What its sound was like as it came: root mean square in dBFS of all of it, of its loud moments (speech) and of its
    quiet ones (noise); shares of it that are silent and clipped. Empty where these were not measured; speech and noise
    also where there is nothing but silence. ``without_picture``: it came with one (a film, a cover), and only its sound
    is kept, not encoded anew; ``sha256``, ``bytes`` and ``container`` are those of the file as it came.
    ``apart_share``: of its loud moments those on one of two channels alone, the lesser of left and right; empty
    without two.
    """

    __tablename__ = "recording"
    __table_args__ = (
        sa.UniqueConstraint("interview_id", "sha256"),
        sa.UniqueConstraint("interview_id", "position"),
        one_of("kind", tuple(RecordingKind)),
        one_of("speaker", ("interviewer", "expert")),
        sa.CheckConstraint("duration_ms > 0", name="duration_ms"),
    )

    interview_id: UUID = foreign("interview.id")
    position: int
    kind: str
    speaker: str | None = None
    offset_ms: int = 0
    blob_id: UUID
    normalised_blob_id: UUID
    sealed_name: bytes
    sha256: str
    bytes: int = Field(sa_type=sa.BigInteger)
    container: str
    codec: str
    sample_rate: int
    channels: int
    duration_ms: int
    peak_dbfs: float
    without_picture: bool = False
    loudness_dbfs: float | None = None
    speech_dbfs: float | None = None
    noise_dbfs: float | None = None
    silent_share: float | None = None
    clipped_share: float | None = None
    apart_share: float | None = None
    imported_at: datetime = moment_field()


class Waveform(Record, table=True):
    """How loud a recording is along its way, for drawing: a byte (0 to 255) for each equal stretch of it.

    ``sealed_peaks`` is under the expert's key (field «waveform.sealed_peaks»): when somebody speaks is theirs, too.
    """

    __tablename__ = "waveform"
    __table_args__ = (sa.UniqueConstraint("recording_id"),)

    recording_id: UUID = foreign("recording.id")
    sealed_peaks: bytes


class SoundCopy(Record, table=True):
    """A copy of a recording that is made to be given away: names silenced. Its blob is under the expert's key, too.

    It lies here, beside what it was made from, so that whoever deletes a recording deletes its copy.
    """

    __tablename__ = "sound_copy"
    __table_args__ = (sa.UniqueConstraint("recording_id"),)

    recording_id: UUID = foreign("recording.id")
    blob_id: UUID
    container: str
    bytes: int = Field(sa_type=sa.BigInteger)
    duration_ms: int
    made_at: datetime = moment_field()


class Parcel(Record, table=True):
    """What one person has sent without saying which interview it belongs to; at most one for each study.

    Its files, their names and what they tell lie under a key of its own (``vault.parcel_subject``), since nobody knows
    yet whose they are. The key is destroyed when the last of them is filed, or discarded.
    """

    __tablename__ = "parcel"
    __table_args__ = (sa.UniqueConstraint("study_id", "account_id"),)

    study_id: UUID = foreign("study.id")
    account_id: UUID = foreign("account.id")
    touched_at: datetime = moment_field()


class Upload(Record, table=True):
    """A file on its way from a browser into an interview.

    ``received`` of its ``length`` bytes are safe: whole frames in a growing blob, the rest in ``sealed_tail`` (expert's
    key, field «upload.sealed_tail»). The name as it came is sealed, too. ``sequel`` is the kind of job that follows
    once nothing of the interview is on its way any more; ``failure`` names a refusal, or a warning of what is filed.

    One in a parcel has no interview until a person says which, and lies under the parcel's key until it is filed;
    ``sealed_told`` is what it tells of itself (``matching``'s rules read it), ``duration_ms`` how long it is.
    """

    __tablename__ = "upload"
    __table_args__ = (
        one_of("state", tuple(UploadState)),
        one_of("kind", tuple(RecordingKind)),
        one_of("speaker", ("interviewer", "expert")),
        sa.CheckConstraint("received >= 0 AND received <= length AND length > 0", name="received"),
        sa.CheckConstraint("interview_id IS NOT NULL OR parcel_id IS NOT NULL", name="belongs"),
    )

    study_id: UUID = foreign("study.id")
    interview_id: UUID | None = foreign("interview.id", nullable=True, default=None)
    parcel_id: UUID | None = foreign("parcel.id", nullable=True, default=None)
    account_id: UUID = foreign("account.id")
    recording_id: UUID | None = foreign("recording.id", ondelete="SET NULL", nullable=True, default=None)
    blob_id: UUID
    sealed_name: bytes
    sealed_told: bytes | None = None
    duration_ms: int | None = None
    kind: str
    speaker: str | None = None
    sequel: str | None = None
    length: int = Field(sa_type=sa.BigInteger)
    received: int = Field(default=0, sa_type=sa.BigInteger)
    sealed_tail: bytes | None = None
    state: str = UploadState.RECEIVING
    failure: str | None = None
    failure_values: dict[str, Any] = json_field(default_factory=dict)
    created_at: datetime = moment_field()
    touched_at: datetime = moment_field()

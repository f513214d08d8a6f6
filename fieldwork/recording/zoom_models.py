"""Tables of meetings that were recorded in Zoom's cloud: told of by Zoom, until a person says whose they are."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from fieldwork.core.database import Record, foreign, moment_field, one_of


class CloudKind(StrEnum):
    """What a file of the cloud holds."""

    TRACK = "track"  # the sound of one participant
    SOUND = "sound"  # everybody, without the picture
    FILM = "film"  # everybody, with the picture
    TRANSCRIPT = "transcript"  # what Zoom has understood, as WebVTT


class CloudMeeting(Record, table=True):
    """A meeting that Zoom has recorded. Its topic, its host and its pass code are not kept.

    ``sealed_token`` lets its files be fetched until a day after ``told_at``. It, and what is sealed of the files, is
    under a key of the meeting («zoom:…») until a person has said whose interview it is, then under the expert's.
    ``zoom_uuid`` is Zoom's own name of the meeting, opaque; ``account_id`` is in whose name its files are filed,
    ``sequel`` the kind of job that follows once they are.
    """

    __tablename__ = "cloud_meeting"
    __table_args__ = (
        sa.UniqueConstraint("zoom_uuid"),
        sa.CheckConstraint("minutes >= 0", name="minutes"),
        sa.CheckConstraint("(interview_id IS NULL) = (account_id IS NULL)", name="filed"),
    )

    zoom_uuid: str
    began_at: datetime = moment_field()
    minutes: int
    told_at: datetime = moment_field()
    sealed_token: bytes
    interview_id: UUID | None = foreign("interview.id", nullable=True, default=None)
    account_id: UUID | None = foreign("account.id", nullable=True, default=None)
    sequel: str | None = None


class CloudFile(Record, table=True):
    """A file of such a meeting, told once however often Zoom tells of it.

    ``sealed`` holds, as JSON, its address and whose track it is (field «cloud_file.sealed»). Sound that is being
    fetched is an upload like those from browsers; a transcript lies in a blob until somebody takes it in.
    """

    __tablename__ = "cloud_file"
    __table_args__ = (
        sa.UniqueConstraint("meeting_id", "zoom_id"),
        one_of("kind", tuple(CloudKind)),
        sa.CheckConstraint("size > 0", name="size"),
    )

    meeting_id: UUID = foreign("cloud_meeting.id")
    zoom_id: str
    kind: str
    began_at: datetime = moment_field()
    size: int = Field(sa_type=sa.BigInteger)
    sealed: bytes
    upload_id: UUID | None = foreign("upload.id", ondelete="SET NULL", nullable=True, default=None)
    blob_id: UUID | None = None


class CloudAside(Record, table=True):
    """A study said that a meeting is none of its interviews."""

    __tablename__ = "cloud_aside"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "study_id"),)

    meeting_id: UUID = foreign("cloud_meeting.id")
    study_id: UUID = foreign("study.id")

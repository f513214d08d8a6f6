"""Tables of transcripts: windows of recognised audio, segments (turns), cues below them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from fieldwork.core.database import Record, foreign, json_field, moment_field, one_of


class TranscriptState(StrEnum):
    """How far a transcript has come."""

    IN_PROGRESS = "in_progress"
    RAW = "raw"  # complete, its text sealed
    ANONYMISED = "anonymised"  # approved: pseudonymised text in clear


class Speaker(StrEnum):
    """Whose turn a segment is."""

    INTERVIEWER = "interviewer"
    EXPERT = "expert"
    UNKNOWN = "unknown"


class DoubtKind(StrEnum):
    """What may be wrong with a stretch of a machine's transcript."""

    SPEECH_WITHOUT_TEXT = "speech_without_text"  # somebody speaks, and nothing (or too little) is written
    UNSURE_SPEECH = "unsure_speech"  # not transcribed: too loud for a pause, and not surely speech
    CUT_OFF = "cut_off"  # the recording begins or ends amid speech
    TEXT_WITHOUT_SPEECH = "text_without_speech"
    LOOP = "loop"
    INVENTED = "invented"  # a whole sentence that Whisper is known to invent
    LANGUAGE = "language"  # the text slides into another language
    UNLIKELY = "unlikely"  # the engine itself is not sure
    CREDITS = "credits"  # cut by rule; nobody has to look
    INSERTION = "insertion"  # Kazakh within Russian; nobody has to look


class Transcript(Record, table=True):
    """The transcript of an interview; ``engine`` and ``model`` are empty where a finished text was imported.

    ``text_changed_at`` is when a person last changed its words or cut it anew: what was found in it before is stale.
    ``covered_at`` is when its text was compared with the speech in the sound; empty where that was never done.
    """

    __tablename__ = "transcript"
    __table_args__ = (sa.UniqueConstraint("interview_id"), one_of("state", tuple(TranscriptState)))

    interview_id: UUID = foreign("interview.id")
    state: str = TranscriptState.IN_PROGRESS
    source: str  # audio, zoom_vtt, docx, plain, srt
    engine: str | None = None
    model: str | None = None
    language: str = "ru"
    created_at: datetime = moment_field()
    text_changed_at: datetime | None = moment_field(default=None, nullable=True)
    covered_at: datetime | None = moment_field(default=None, nullable=True)


class Window(Record, table=True):
    """A stretch of a recording between pauses; what was recognised in it is sealed JSON under the expert's key."""

    __tablename__ = "transcription_window"
    __table_args__ = (
        sa.UniqueConstraint("recording_id", "position"),
        sa.CheckConstraint("end_ms > start_ms", name="length"),
    )

    transcript_id: UUID = foreign("transcript.id")
    recording_id: UUID = foreign("recording.id")
    position: int
    start_ms: int
    end_ms: int
    recognised_at: datetime | None = moment_field(default=None, nullable=True)
    sealed_result: bytes | None = None


class Doubt(Record, table=True):
    """A stretch of a recording (ms of it) where the transcript may be wrong, and the figures that say so; no words.

    ``looked_at`` is when a person has listened there and either corrected the text or found it right.
    """

    __tablename__ = "transcript_doubt"
    __table_args__ = (
        one_of("kind", tuple(DoubtKind)),
        sa.CheckConstraint("start_ms >= 0 AND end_ms >= start_ms", name="length"),
    )

    transcript_id: UUID = foreign("transcript.id")
    recording_id: UUID = foreign("recording.id")
    kind: str
    start_ms: int
    end_ms: int
    reasons: dict[str, Any] = json_field(default_factory=dict)
    looked_at: datetime | None = moment_field(default=None, nullable=True)
    looked_by_id: UUID | None = None


class Segment(Record, table=True):
    """One turn of one speaker.

    ``sealed_text`` holds the raw text (expert's key, field «segment.sealed_text») until anonymisation is approved; then
    ``text`` holds the pseudonymised text and ``sealed_text`` is emptied, the originals being sealed per mention.
    """

    __tablename__ = "segment"
    __table_args__ = (sa.UniqueConstraint("transcript_id", "position"), one_of("speaker", tuple(Speaker)))

    transcript_id: UUID = foreign("transcript.id")
    position: int
    speaker: str
    question_id: UUID | None = foreign("question.id", ondelete="SET NULL", nullable=True, default=None)
    question_corrected: bool = False
    recording_id: UUID | None = foreign("recording.id", ondelete="SET NULL", nullable=True, default=None)
    start_ms: int | None = None
    end_ms: int | None = None
    sealed_text: bytes | None = None
    text: str | None = None


class Cue(Record, table=True):
    """A timed stretch of a segment's raw text: code points from ``start`` to ``end``, with the engine's confidence."""

    __tablename__ = "cue"
    __table_args__ = (sa.UniqueConstraint("segment_id", "position"),)

    segment_id: UUID = foreign("segment.id")
    position: int
    start: int
    end: int
    start_ms: int
    end_ms: int
    avg_logprob: float | None = None
    no_speech_prob: float | None = None


class WordTimes(Record, table=True):
    """When the words of a segment are heard, where the engine told: places and times only, no word.

    ``words`` holds one [start, end, start_ms, end_ms, probability] for each: code points of the raw text, end
    exclusive, and ms of the segment's recording (null where the engine's times are not to be believed). They stay
    after approval: sound is silenced by them.
    """

    __tablename__ = "word_times"
    __table_args__ = (sa.UniqueConstraint("segment_id"),)

    segment_id: UUID = foreign("segment.id")
    words: list[list[Any]] = json_field(default_factory=list)


class Correction(Record, table=True):
    """What a person changed in a raw transcript, so that it can be taken back; gone once the transcript is approved.

    ``segments`` are the ids of the turns as the deed left them; ``sealed_before`` (expert's key, field
    «correction.sealed_before») is JSON of the turns as they were. ``batch_id`` is shared by what one deed changed in
    many turns (a replacement), which is taken back as one.
    """

    __tablename__ = "correction"
    __table_args__ = (sa.UniqueConstraint("transcript_id", "number"),)

    transcript_id: UUID = foreign("transcript.id")
    number: int
    deed: str
    segments: list[str] = json_field(default_factory=list)
    sealed_before: bytes
    made_by_id: UUID
    made_at: datetime = moment_field()
    batch_id: UUID | None = Field(default=None, index=True)


class Presence(Record, table=True):
    """Who has a raw transcript open, and which turn they are typing in: a heartbeat, worthless a minute later."""

    __tablename__ = "transcript_presence"
    __table_args__ = (sa.UniqueConstraint("transcript_id", "account_id"),)

    transcript_id: UUID = foreign("transcript.id")
    account_id: UUID = foreign("account.id")
    segment_id: UUID | None = foreign("segment.id", ondelete="SET NULL", nullable=True, default=None)
    seen_at: datetime = moment_field()

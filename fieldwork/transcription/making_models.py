"""Tables of how transcripts are made: what models cost on a machine, the study's glossary."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa

from fieldwork.core.database import Record, foreign, json_field, moment_field, one_of


class WordKind(StrEnum):
    """What a word of the glossary is, in the order in which recognisers are likely to mishear it."""

    NAME = "name"
    PLACE = "place"
    ORGANISATION = "organisation"
    KAZAKH = "kazakh"
    JARGON = "jargon"
    LAW = "law"
    CONCEPT = "concept"


class ModelPace(Record, table=True):
    """What one model costs on one machine: seconds of work for a second of speech.

    ``machine`` is a digest of what the machine is, ``model`` a name or a path. ``probed`` comes of a probe of ten
    seconds, ``done`` of the last real transcriptions, the newest at the end. ``memory_mb`` is the most that the process
    of the probe took, ``load_seconds`` how long the model took to load.
    """

    __tablename__ = "model_pace"
    __table_args__ = (sa.UniqueConstraint("machine", "engine", "model"),)

    machine: str
    engine: str
    model: str
    probed: float | None = None
    load_seconds: float | None = None
    memory_mb: int | None = None
    done: list[float] = json_field(default_factory=list)
    measured_at: datetime = moment_field()


class SpeechFound(Record, table=True):
    """How much speech (ms) there is in a recording, as far as a recogniser would be given it."""

    __tablename__ = "speech_found"
    __table_args__ = (sa.UniqueConstraint("recording_id"), sa.CheckConstraint("speech_ms >= 0", name="speech_ms"))

    recording_id: UUID = foreign("recording.id")
    speech_ms: int
    found_at: datetime = moment_field()


class GlossaryWord(Record, table=True):
    """A word of the study's glossary, which recognisers are told.

    ``sealed_word`` (the study's key, field «glossary_word.sealed_word») is JSON of its spellings by language, «ru»
    always among them: people and organisations of the field are named by it.
    """

    __tablename__ = "glossary_word"
    __table_args__ = (one_of("kind", tuple(WordKind)),)

    study_id: UUID = foreign("study.id")
    kind: str
    sealed_word: bytes


class GlossaryChange(Record, table=True):
    """What one deed changed in a study's glossary, so that it can be taken back.

    ``words`` are the ids of the words it touched; ``sealed_before`` (the study's key, field
    «glossary_change.sealed_before») is JSON of those among them that were there before.
    """

    __tablename__ = "glossary_change"
    __table_args__ = (sa.UniqueConstraint("study_id", "number"),)

    study_id: UUID = foreign("study.id")
    number: int
    words: list[str] = json_field(default_factory=list)
    sealed_before: bytes
    made_by_id: UUID
    made_at: datetime = moment_field()

"""Segments and cues: a complete transcript written at once, its words sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.guides import questions_of
from fieldwork.programme.services import study_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Cue, Segment, Speaker, Transcript, TranscriptState, WordTimes
from fieldwork.transcription.rules import EmptyTranscript
from fieldwork.transcription.word_times import Word

TEXT_FIELD = "segment.sealed_text"


@dataclass(frozen=True)
class NewCue:
    """A timed stretch of a turn: code points of its text, ms of its recording (or of the interview, without one)."""

    start: int
    end: int
    start_ms: int
    end_ms: int
    avg_logprob: float | None = None
    no_speech_prob: float | None = None


@dataclass(frozen=True, repr=False)
class NewSegment:
    """One turn that is to be written."""

    speaker: Speaker
    text: str
    question_number: int | None = None
    recording_id: UUID | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    cues: tuple[NewCue, ...] = ()
    words: tuple[Word, ...] = ()

    def __repr__(self) -> str:
        """Whose it is, never what is said in it."""
        return f"NewSegment({self.speaker})"


def write_segments(work: Work, transcript: Transcript, segments: Sequence[NewSegment]) -> list[Segment]:
    """Write all turns of a transcript, which is raw from then on.

    Raises:
        EmptyTranscript: there are none.
        KeyDestroyed: the expert was erased.
    """
    if not segments:
        raise EmptyTranscript
    interview = work.get(Interview, transcript.interview_id)
    subject = expert_subject(interview.expert_id)
    questions = {row.number: row.id for row in questions_of(work, study_of(work, interview.study_id))}
    rows, cues, words = [], [], []
    for position, new in enumerate(segments, start=1):
        row = Segment(
            transcript_id=transcript.id,
            position=position,
            speaker=new.speaker,
            question_id=questions.get(new.question_number) if new.question_number else None,
            recording_id=new.recording_id,
            start_ms=new.start_ms,
            end_ms=new.end_ms,
        )
        row.sealed_text = work.vault.seal_text(subject, TEXT_FIELD, row.id, new.text)
        rows.append(row)
        cues += [_cue(row, number, cue) for number, cue in enumerate(new.cues, start=1)]
        words += [WordTimes(segment_id=row.id, words=[list(word) for word in new.words])] if new.words else []
    work.add_all(rows)
    work.add_all(cues)
    work.add_all(words)
    transcript.state = TranscriptState.RAW
    work.add(transcript)
    return rows


def _cue(row: Segment, position: int, new: NewCue) -> Cue:
    return Cue(
        segment_id=row.id,
        position=position,
        start=new.start,
        end=new.end,
        start_ms=new.start_ms,
        end_ms=new.end_ms,
        avg_logprob=new.avg_logprob,
        no_speech_prob=new.no_speech_prob,
    )

"""Deeds on transcripts: asking for one, reading it, finding it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlmodel import col, delete, select

from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.jobs import UNFINISHED, Job, enqueue
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Question
from fieldwork.recording.services import recordings_of
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.rules import check_language
from fieldwork.transcription.engines import ENGINES, NoModelChosen, UnknownEngine
from fieldwork.transcription.models import Doubt, Segment, Transcript, TranscriptState, Window
from fieldwork.transcription.rules import AlreadyApproved, NothingRecorded, NotTranscribed, TranscriptExists
from fieldwork.transcription.writing import TEXT_FIELD, NewSegment, write_segments

RESULT_FIELD = "transcription_window.sealed_result"
AUDIO = "audio"
JOB_KIND = "transcription.transcribe"


@dataclass(frozen=True, repr=False)
class SegmentView:
    """A segment as it is read: raw text before approval (only for those with identity rights), pseudonymised after."""

    id: UUID
    position: int
    speaker: str
    question_number: int | None
    start_ms: int | None
    end_ms: int | None
    text: str

    def __repr__(self) -> str:
        """Where it is; never what is said in it."""
        return f"SegmentView({self.position} {self.speaker})"


def request_transcription(
    work: Work,
    interview: Interview,
    engine: str,
    model: str | None,
    *,
    language: str | None = None,
) -> Transcript:
    """Have an interview's recordings transcribed by a job.

    Asking again changes engine, model and language of a transcript that is not complete, and revives its job when that
    failed. What another model recognised is thrown away then: one transcript, one model, one language.

    Args:
        work: the unit of work.
        interview: whose recordings.
        engine: a name of ``transcription.engines``.
        model: name or path of the engine's model.
        language: what is spoken; the interview's where it is not given. It is never guessed.

    Raises:
        LanguageWrong: interviews are not held in it.
        UnknownEngine, NoModelChosen: engine and model.
        ConsentMissing: the expert has not agreed to be transcribed.
        NothingRecorded: there is no recording.
        TranscriptExists: it is complete already, or was imported.
    """
    model = chosen_model(engine, model)
    check_language(language or interview.language)
    require(work, interview.expert_id, Scope.TRANSCRIBE)
    code = code_of(work, interview)
    recordings = recordings_of(work, interview)
    if not recordings:
        raise NothingRecorded(code=code)
    transcript = find_transcript(work, interview)
    if transcript is None:
        transcript = work.add(
            Transcript(
                interview_id=interview.id, source=AUDIO, engine=engine, model=model,
                language=language or interview.language, created_at=work.now,
            )
        )  # fmt: skip
    elif transcript.state != TranscriptState.IN_PROGRESS:
        raise TranscriptExists(code=code)
    else:
        language = language or transcript.language
        if (transcript.engine, transcript.model, transcript.language) != (engine, model, language):
            _start_over(work, transcript, engine, model, language)
    enqueue(work, JOB_KIND, job_key(transcript), heavy=True, transcript=str(transcript.id))
    record(
        work, "transcript.requested", study_id=interview.study_id, subject_id=transcript.id,
        recordings=len(recordings), engine=engine,
    )  # fmt: skip
    return transcript


def chosen_model(engine: str, model: str | None) -> str:
    """The model as a job finds it again, wherever it runs: a path made absolute, a name as it is.

    Raises:
        UnknownEngine: no engine of that name.
        NoModelChosen: ``model`` is empty.
    """
    if engine not in ENGINES:
        raise UnknownEngine(name=engine, known=", ".join(ENGINES))
    if not model:
        raise NoModelChosen
    path = Path(model)
    return str(path.resolve()) if path.exists() else model


def _start_over(work: Work, transcript: Transcript, engine: str, model: str, language: str) -> None:
    transcript.engine, transcript.model, transcript.language = engine, model, language
    work.session.exec(delete(Window).where(col(Window.transcript_id) == transcript.id))
    work.session.exec(delete(Doubt).where(col(Doubt.transcript_id) == transcript.id))
    transcript.covered_at = None
    work.add(transcript)


def complete(work: Work, transcript: Transcript, segments: Sequence[NewSegment], *, model: str) -> None:
    """Write the segments of a transcript that a job has made; it is raw from then on.

    Args:
        work: the unit of work.
        transcript: in progress.
        segments: its turns, in order.
        model: what recognised them, with versions, for the methods section.
    """
    rows = write_segments(work, transcript, segments)
    transcript.model = model
    work.add(transcript)
    study_id = interview_of_transcript(work, transcript).study_id
    record(work, "transcript.completed", study_id=study_id, subject_id=transcript.id, segments=len(rows))


def abandon_unfinished(work: Work, interview: Interview) -> None:
    """Make room for an imported transcript: remove one that never became complete, unless a job is at it.

    Raises:
        TranscriptExists: it is complete, or its job is waiting or running.
    """
    transcript = find_transcript(work, interview)
    if transcript is None:
        return
    if transcript.state != TranscriptState.IN_PROGRESS or _at_work(work, transcript):
        raise TranscriptExists(code=code_of(work, interview))
    _delete(work, transcript)


def remove_transcript(work: Work, transcript: Transcript) -> None:
    """Remove a transcript that is not approved, with its segments and mentions: a wrong file, a wrong model.

    Raises:
        AlreadyApproved: coding rests on it; what becomes of it then is the matter of withdrawal.
        NotTranscribed: a job is at it; cancel that first.
    """
    interview = interview_of_transcript(work, transcript)
    if transcript.state == TranscriptState.ANONYMISED:
        raise AlreadyApproved(code=code_of(work, interview))
    if _at_work(work, transcript):
        raise NotTranscribed(code=code_of(work, interview))
    _delete(work, transcript)
    record(work, "transcript.removed", study_id=interview.study_id, subject_id=transcript.id)


def _at_work(work: Work, transcript: Transcript) -> bool:
    query = select(Job.id).where(col(Job.key) == job_key(transcript), col(Job.state).in_(UNFINISHED))
    return work.session.exec(query).first() is not None


def _delete(work: Work, transcript: Transcript) -> None:
    work.session.delete(transcript)  # the database deletes what hangs on it
    work.session.flush()


def job_key(transcript: Transcript) -> str:
    """The idempotency key of a transcript's job."""
    return f"{JOB_KIND}:{transcript.id}"


def find_transcript(work: Work, interview: Interview) -> Transcript | None:
    """The interview's transcript, if there is one."""
    return work.session.exec(select(Transcript).where(Transcript.interview_id == interview.id)).first()


def transcript_of(work: Work, interview: Interview) -> Transcript:
    """The interview's transcript.

    Raises:
        NotFound: there is none.
    """
    transcript = find_transcript(work, interview)
    if transcript is None:
        raise NotFound(kind="transcript", name=code_of(work, interview))
    return transcript


def transcripts_of(work: Work, study_id: UUID) -> list[tuple[Expert, Transcript]]:
    """The study's transcripts with their experts, by code."""
    query = (
        select(Expert, Transcript)
        .join(Interview, col(Interview.expert_id) == col(Expert.id))
        .join(Transcript, col(Transcript.interview_id) == col(Interview.id))
        .where(Expert.study_id == study_id)
        .order_by(col(Expert.code))
    )
    return list(work.session.exec(query).all())


def segment_rows(work: Work, transcript: Transcript) -> list[Segment]:
    """The transcript's segments, in order."""
    query = select(Segment).where(Segment.transcript_id == transcript.id).order_by(col(Segment.position))
    return list(work.session.exec(query))


def segments_of(work: Work, transcript: Transcript) -> list[SegmentView]:
    """The transcript as it may be read: raw before approval, pseudonymised after it. Who may ask is for the caller.

    Raises:
        KeyDestroyed: it is raw and its expert was erased.
    """
    interview = work.get(Interview, transcript.interview_id)
    numbers = dict(
        work.session.exec(
            select(Question.id, Question.number).join(Segment, col(Segment.question_id) == col(Question.id))
            .where(Segment.transcript_id == transcript.id)
        ).all()
    )  # fmt: skip
    return [
        SegmentView(
            id=segment.id,
            position=segment.position,
            speaker=segment.speaker,
            question_number=numbers.get(segment.question_id) if segment.question_id else None,
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            text=text_of(work, segment, interview.expert_id),
        )
        for segment in segment_rows(work, transcript)
    ]


def text_of(work: Work, segment: Segment, expert_id: UUID) -> str:
    """A segment's text as it stands: pseudonymised when there is one, else raw.

    Raises:
        KeyDestroyed: it is raw and its expert was erased.
    """
    if segment.text is not None or segment.sealed_text is None:
        return segment.text or ""
    return work.vault.unseal_text(expert_subject(expert_id), TEXT_FIELD, segment.id, segment.sealed_text)


def code_of(work: Work, interview: Interview) -> str:
    """The code of the interview's expert."""
    return work.get(Expert, interview.expert_id).code


def interview_of_transcript(work: Work, transcript: Transcript) -> Interview:
    """The interview that the transcript is of."""
    return work.get(Interview, transcript.interview_id)

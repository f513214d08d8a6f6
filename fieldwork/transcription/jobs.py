"""The transcription job: windows, recognition, turns. A kill costs the few windows that were being recognised."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.files import BlobStore
from fieldwork.core.runs import JobRun
from fieldwork.programme.services import study_of
from fieldwork.recording.models import Recording, RecordingKind
from fieldwork.recording.services import recordings_of, sound_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.assembly import NOBODY, from_turns, guide_words
from fieldwork.transcription.doubting import note_doubts, note_unheard
from fieldwork.transcription.engines import Batching, Engine, Recognised, open_engine
from fieldwork.transcription.engines.shelf import engine_of
from fieldwork.transcription.marking import follow_marks
from fieldwork.transcription.models import Speaker, Transcript, TranscriptState, Window
from fieldwork.transcription.pacing import note_done
from fieldwork.transcription.prompting import prompt_of
from fieldwork.transcription.recognition import Heard, add_windows, heard_in, keep, windows_of
from fieldwork.transcription.rules import NothingHeard
from fieldwork.transcription.services import code_of, complete, interview_of_transcript, request_transcription
from fieldwork.transcription.turns import GuideWords, Track, join, propose_roles
from fieldwork.transcription.voices import tell_apart
from fieldwork.transcription.windows import Samples, listen, read_samples
from fieldwork.transcription.wording import told_words
from fieldwork.transcription.writing import NewSegment

ONE_VOICE = 0.9  # voices more alike than this are one person's: whose, a person has to say


@dataclass(frozen=True)
class _Task:
    """What the job works on, read once."""

    transcript: Transcript
    expert_id: UUID
    code: str
    recordings: Sequence[Recording]
    windows: Sequence[Window]
    guide: GuideWords
    prompt: str | None


def transcribe(run: JobRun) -> None:
    """Transcribe an interview's recordings: «transcript» among the job's arguments is the transcript's id.

    Raises:
        ConsentMissing: consent was withdrawn meanwhile.
        NoModelChosen, ModelMissing, ModelNotDownloaded, WrongModelFile: no engine to do it with.
        NothingHeard: nobody speaks in the recordings.
        KeyDestroyed: the expert was erased.
    """
    task = _task(run)
    if task.transcript.state != TranscriptState.IN_PROGRESS:
        return  # killed between the last step and the job's own end
    engine = open_engine(task.transcript.engine or "", task.transcript.model)
    windows = task.windows or _cut(run, task, engine)
    _recognise(run, task, engine, windows)
    _finish(run, task, engine)


def begin(run: JobRun) -> None:
    """Ask for the transcript of an interview whose recordings have come in: «interview» is the argument's id.

    Raises:
        NoModelChosen, ConsentMissing, NothingRecorded, TranscriptExists: as ``services.request_transcription``.
    """
    with run.step() as work:
        interview = work.get(Interview, UUID(run.args["interview"]))
        model = work.settings.model
        request_transcription(work, interview, engine_of(model or ""), model)


def _task(run: JobRun) -> _Task:
    with run.step() as work:
        transcript = work.get(Transcript, UUID(run.args["transcript"]))
        interview = interview_of_transcript(work, transcript)
        require(work, interview.expert_id, Scope.TRANSCRIBE)
        study = study_of(work, interview.study_id)
        return _Task(
            transcript=transcript,
            expert_id=interview.expert_id,
            code=code_of(work, interview),
            recordings=recordings_of(work, interview),
            windows=windows_of(work, transcript),
            guide=guide_words(work, study, transcript.language),
            prompt=prompt_of(told_words(work, study), transcript.language),
        )


def _cut(run: JobRun, task: _Task, engine: Engine) -> Sequence[Window]:
    """Find where there is speech, and write the windows of all recordings in one step."""
    found = {}
    for recording in task.recordings:
        with sound_of(run.ground.blobs, task.expert_id, recording) as sound:
            found[recording.id] = listen(sound, enough_ms=engine.enough_ms)
    if not any(one.windows for one in found.values()):
        raise NothingHeard(code=task.code, count=len(found))
    with run.step() as work:
        transcript = work.get(Transcript, task.transcript.id)
        rows = add_windows(work, transcript, {name: one.windows for name, one in found.items()})
        note_unheard(work, transcript, found)
        run.progress(work, 0, len(rows))
    return rows


def _recognise(run: JobRun, task: _Task, engine: Engine, windows: Sequence[Window]) -> None:
    """Recognise every window that has no result yet, as many at a time as the engine takes, each time a step."""
    waiting = [window for window in windows if window.recognised_at is None]
    done = len(windows) - len(waiting)
    begun, heard_ms = time.perf_counter(), 0
    size = engine.together if isinstance(engine, Batching) else 1
    for first in range(0, len(waiting), size):
        part = waiting[first : first + size]
        heard = _heard_together(engine, [_samples(run, task, window) for window in part], task)
        done += len(part)
        heard_ms += sum(window.end_ms - window.start_ms for window in part)
        with run.step() as work:
            for window, pieces in zip(part, heard, strict=True):
                keep(work, work.get(Window, window.id), pieces)
            run.progress(work, done, len(windows))
    with run.step() as work:
        took, model = time.perf_counter() - begun, task.transcript.model or ""
        note_done(work, engine.name, model, seconds=took, speech_ms=heard_ms)


def _samples(run: JobRun, task: _Task, window: Window) -> Samples:
    (recording,) = (one for one in task.recordings if one.id == window.recording_id)
    with sound_of(run.ground.blobs, task.expert_id, recording) as sound:
        return read_samples(sound, window.start_ms, window.end_ms)


def _heard_together(engine: Engine, sounds: Sequence[Samples], task: _Task) -> list[list[Recognised]]:
    language, prompt = task.transcript.language, task.prompt
    if isinstance(engine, Batching):
        return engine.transcribe_all(sounds, language, prompt)
    return [engine.transcribe(sound, language, prompt) for sound in sounds]


def _finish(run: JobRun, task: _Task, engine: Engine) -> None:
    """Turns of what was heard; the segments and the transcript's new state are one step."""
    with run.step() as work:
        heard = heard_in(work, work.get(Transcript, task.transcript.id))
    segments = segments_heard(run.ground.blobs, task.expert_id, task.recordings, heard, task.guide)
    if not segments:
        raise NothingHeard(code=task.code, count=len(task.recordings))
    with run.step() as work:
        transcript = work.get(Transcript, task.transcript.id)
        complete(work, transcript, segments, model=engine.description)
        follow_marks(work, transcript)
        note_doubts(work, transcript, heard)


def segments_heard(
    blobs: BlobStore, expert_id: UUID, recordings: Sequence[Recording], heard: Sequence[Heard], guide: GuideWords
) -> list[NewSegment]:
    """What was heard in an interview's recordings as turns, each with its speaker and question.

    Tracks and messages are merged by time; a mixed recording is split into two voices, of which the one that asks the
    guide's questions is the interviewer. Takes seconds, needs no database.

    Args:
        blobs: where the sound lies.
        expert_id: whose interview it is.
        recordings: in order.
        heard: what was recognised in them, window by window.
        guide: the questions, in the language of the interview.
    """
    tracks: list[Track] = []
    given: dict[str, Speaker] = {}
    for recording in recordings:
        own = _tracks(blobs, expert_id, recording, heard)
        if recording.kind == RecordingKind.MIXED:
            # voices of one file have labels of their own, so their roles are judged among themselves
            spoken = [(turn.speaker, turn.text) for turn in join(own)]
            given |= propose_roles(spoken, guide, {NOBODY: Speaker.UNKNOWN}).roles
        tracks += own
    return from_turns(join(tracks), guide, given)


def _tracks(blobs: BlobStore, expert_id: UUID, recording: Recording, heard: Sequence[Heard]) -> list[Track]:
    """What was heard in a recording, by speaker: known by the file, or told apart by voice."""
    pieces = [piece for window in heard if window.recording_id == recording.id for piece in window.pieces]
    pieces = [piece for piece in pieces if piece.text.strip()]
    if recording.kind != RecordingKind.MIXED:
        label = recording.speaker or (
            f"track {recording.position}" if recording.kind == RecordingKind.TRACK else NOBODY
        )
        return [Track(label, pieces, recording.id, recording.offset_ms)]
    with sound_of(blobs, expert_id, recording) as sound:
        voices = tell_apart(sound, [(piece.start_ms, piece.end_ms) for piece in pieces])
    if voices.likeness > ONE_VOICE:
        return [Track(NOBODY, pieces, recording.id, recording.offset_ms)]
    return [
        Track(
            f"voice {recording.position}.{voice}",
            [piece for piece, own in zip(pieces, voices.labels, strict=True) if own == voice],
            recording.id,
            recording.offset_ms,
        )
        for voice in (0, 1)
    ]

import os
import signal
import wave
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select

from fieldwork.app import HANDLERS
from fieldwork.consent.services import withdraw
from fieldwork.core.jobs import Job, JobState
from fieldwork.core.runs import claim, execute
from fieldwork.core.supervisor import Progress, Supervisor
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.recording.intake import import_files
from fieldwork.recording.models import Recording, RecordingKind
from fieldwork.recording.shapes import PlannedFile
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.jobs import transcribe
from fieldwork.transcription.models import Cue, Segment, Transcript, TranscriptState, Window
from fieldwork.transcription.services import request_transcription, segment_rows, segments_of, transcript_of

Find = Callable[[str], Interview]
Record = Callable[[int], list[Recording]]


def request(ground: Ground, interview: Interview, model: Path | str) -> Transcript:
    with ground.work() as work:
        return request_transcription(work, interview, "whisper", str(model))


def run(ground: Ground) -> Job:
    """Claim the job that is due and run it here."""
    claimed = claim(ground, "test", {"transcription.transcribe"})
    assert claimed is not None
    assert execute(ground, claimed, transcribe)
    with ground.look() as session:
        return session.get_one(Job, claimed.job_id)


def windows(ground: Ground) -> list[Window]:
    query = select(Window).join(Recording, col(Recording.id) == col(Window.recording_id))
    with ground.look() as session:
        return list(session.exec(query.order_by(col(Recording.position), col(Window.position))))


def test_messages_become_turns_in_order(
    ground: Ground, interview_with: Find, record_messages: Record, babbler: Path
) -> None:
    recordings = record_messages(2)
    interview = interview_with("E08")
    transcript = request(ground, interview, babbler)
    job = run(ground)
    assert (job.state, job.failure, job.done, job.total) == (JobState.DONE, None, 2, 2)
    with ground.work() as work:
        done = transcript_of(work, interview)
        assert (done.id, done.state, done.engine) == (transcript.id, TranscriptState.RAW, "whisper")
        assert done.model is not None
        assert done.covered_at is not None
        assert done.model.startswith("openai-whisper 20250625, model babbler (sha256 ")
        rows = segment_rows(work, done)
        assert [(row.speaker, row.recording_id) for row in rows] == [
            ("interviewer", recordings[0].id),
            ("expert", recordings[1].id),
        ]
        assert all(row.text is None for row in rows)
        for row, view, recording in zip(rows, segments_of(work, done), recordings, strict=True):
            cues = work.session.exec(select(Cue).where(Cue.segment_id == row.id).order_by(col(Cue.position))).all()
            assert (cues[0].start, cues[-1].end) == (0, len(view.text))
            assert 0 <= (row.start_ms or 0) < (row.end_ms or 0) <= recording.duration_ms
            assert all(cue.avg_logprob is not None for cue in cues)


def test_silence_is_refused_and_nothing_half_written(
    ground: Ground, interview_with: Find, babbler: Path, tmp_path: Path
) -> None:
    quiet = tmp_path / "quiet.wav"
    with wave.open(str(quiet), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(64_000))
    import_files(ground, interview_with("E14").id, [PlannedFile(quiet, RecordingKind.MIXED)])
    request(ground, interview_with("E14"), babbler)
    job = run(ground)
    assert (job.state, job.failure, job.failure_values) == ("failed", "NothingHeard", {"code": "E14", "count": 1})
    assert windows(ground) == []


def test_a_missing_model_fails_the_job_until_another_is_named(
    ground: Ground, interview_with: Find, record_messages: Record, babbler: Path
) -> None:
    record_messages(1)
    request(ground, interview_with("E08"), "no-such-model")
    job = run(ground)
    assert (job.state, job.failure, job.failure_values["name"]) == ("failed", "ModelMissing", "no-such-model")
    assert windows(ground) == []
    request(ground, interview_with("E08"), babbler)
    again = run(ground)
    assert (again.id, again.state) == (job.id, JobState.DONE)


def test_consent_withdrawn_meanwhile_stops_the_job(
    ground: Ground, study: Study, interview_with: Find, record_messages: Record, babbler: Path
) -> None:
    record_messages(1)
    request(ground, interview_with("E08"), babbler)
    with ground.work() as work:
        withdraw(work, find_expert(work, study, "E08"))
    job = run(ground)
    assert (job.state, job.failure) == ("failed", "ConsentWithdrawn")
    assert windows(ground) == []


def test_an_erased_expert_cannot_be_transcribed(
    ground: Ground, interview_with: Find, record_messages: Record, babbler: Path
) -> None:
    record_messages(1)
    request(ground, interview_with("E08"), babbler)
    ground.vault.destroy(expert_subject(interview_with("E08").expert_id), ground.clock())
    job = run(ground)
    assert (job.state, job.failure) == ("failed", "KeyDestroyed")


@pytest.mark.slow
def test_a_killed_worker_goes_on_at_the_first_window_without_a_result(
    ground: Ground, interview_with: Find, record_messages: Record, babbler: Path
) -> None:
    record_messages(16)  # four steps of four windows
    transcript = request(ground, interview_with("E08"), babbler)
    before: dict[UUID, datetime | None] = {}

    def kill_once(progress: Progress) -> None:
        if progress.done and not before:
            before.update({row.id: row.recognised_at for row in windows(ground)})
            os.kill(child_of(progress.job_id), signal.SIGKILL)

    Supervisor(ground, HANDLERS).run(until_idle=True, on_progress=kill_once)
    after = windows(ground)
    assert 0 < sum(moment is not None for moment in before.values()) < 16
    assert [row.id for row in after] == list(before)
    assert all(row.recognised_at == before[row.id] for row in after if before[row.id])
    assert all(row.recognised_at is not None for row in after)
    with ground.look() as session:
        job = session.exec(select(Job)).one()
        assert (job.state, job.fence, job.done, job.total) == (JobState.DONE, 2, 16, 16)
        assert session.get_one(Transcript, transcript.id).state == TranscriptState.RAW
        segments = session.exec(select(Segment).order_by(col(Segment.position))).all()
    assert [segment.position for segment in segments] == list(range(1, 17))
    assert [segment.speaker for segment in segments] == ["interviewer", "expert"] * 8


def child_of(job_id: UUID) -> int:
    """The process that runs a job."""
    for process in Path("/proc").glob("[0-9]*"):
        command = (process / "cmdline").read_bytes().split(b"\0")
        if str(job_id).encode() in command:
            return int(process.name)
    raise AssertionError("no process runs the job")

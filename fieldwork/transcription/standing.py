"""How far the transcripts of a study are: every interview, with or without one, and the job that is at it."""

from dataclasses import dataclass

from sqlmodel import col, select

from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of
from fieldwork.core.jobs import RETRYABLE, UNFINISHED, Job
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.recording.services import recordings_of
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import interviews_of
from fieldwork.transcription.models import Transcript, TranscriptState
from fieldwork.transcription.services import find_transcript, job_key, segment_rows


@dataclass(frozen=True)
class Progress:
    """How far a job is: at work or not, its share of 100, and whether it ended badly."""

    active: bool
    share: int
    failed: bool


@dataclass(frozen=True)
class Standing:
    """One interview in the list of transcripts.

    Attributes:
        expert: whose interview.
        interview: which.
        transcript: None while there is none.
        turns: how many it has.
        files: how many recordings there are.
        progress: of its job; None where it needs none.
        allowed: whether the expert has agreed to be transcribed, and has not taken it back.
    """

    expert: Expert
    interview: Interview
    transcript: Transcript | None
    turns: int
    files: int
    progress: Progress | None
    allowed: bool


def standing_of(work: Work, study: Study) -> list[Standing]:
    """Every interview of the study, by the code of its expert."""
    rows = []
    for interview in interviews_of(work, study):
        transcript = find_transcript(work, interview)
        decision = decision_of(work, interview.expert_id)
        rows.append(
            Standing(
                expert=work.get(Expert, interview.expert_id),
                interview=interview,
                transcript=transcript,
                turns=len(segment_rows(work, transcript)) if transcript else 0,
                files=len(recordings_of(work, interview)),
                progress=progress_of(work, transcript) if transcript else None,
                allowed=decision is not None and decision.allows(Scope.TRANSCRIBE),
            )
        )
    return sorted(rows, key=lambda row: row.expert.code)


def progress_of(work: Work, transcript: Transcript) -> Progress | None:
    """How far the job of a transcript is that is being made; None where it is complete."""
    if transcript.state != TranscriptState.IN_PROGRESS:
        return None
    job = work.session.exec(select(Job).where(col(Job.key) == job_key(transcript))).first()
    if job is None:
        return Progress(active=False, share=0, failed=False)
    share = 100 * job.done // job.total if job.total else 0
    return Progress(active=job.state in UNFINISHED, share=share, failed=job.state in RETRYABLE)

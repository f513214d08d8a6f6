"""What becomes of an uploaded recording here: its transcript, and how far that is, on the page of uploads."""

from flask import render_template
from sqlmodel import col, select

from fieldwork.core.errors import refusal_called
from fieldwork.core.jobs import UNFINISHED, Job, JobState
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.recording.upload_views import Following, follows_upload
from fieldwork.recording.uploads import sequel_key
from fieldwork.sampling.services import expert_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import TranscriptState
from fieldwork.transcription.services import find_transcript, job_key
from fieldwork.web.languages import refusal_told

BEGIN = "transcription.begin"


@follows_upload(BEGIN)
def transcript_of_upload(
    work: Work,
    study: Study,  # noqa: ARG001 - every sequel is asked so
    interview: Interview,
) -> Following | None:
    """How far the transcript is, and the way to it; nothing where none was asked for."""
    transcript = find_transcript(work, interview)
    asked = _newest(work, col(Job.key).startswith(f"{sequel_key(BEGIN, interview)}:", autoescape=True))
    job = _newest(work, col(Job.key) == job_key(transcript)) if transcript else None
    if transcript is None and asked is None:
        return None
    shown = asked if asked is not None and (job is None or asked.state != JobState.DONE) else job
    ready = transcript is not None and transcript.state != TranscriptState.IN_PROGRESS
    html = render_template(
        "transcription/of_upload.html",
        expert=expert_of(work, interview.expert_id),
        job=shown,
        share=100 * shown.done // shown.total if shown and shown.total else 0,
        ready=ready,
        failed=_failure(shown),
    )
    return Following(html, busy=shown is not None and shown.state in UNFINISHED)


def _newest(work: Work, which: object) -> Job | None:
    return work.session.exec(select(Job).where(which).order_by(col(Job.created_at).desc())).first()  # type: ignore[arg-type]


def _failure(job: Job | None) -> str:
    """Why a job stopped, in words."""
    kind = refusal_called(job.failure) if job and job.failure else None
    return refusal_told(kind(**job.failure_values)) if kind and job else ""

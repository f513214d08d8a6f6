"""The page on which a transcription is started: which model, how long it will take here, which language."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.errors import refusal_called
from fieldwork.core.jobs import UNFINISHED, request_cancel
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.recording.services import recordings_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.engines.shelf import engine_of
from fieldwork.transcription.estimating import minutes, same_model
from fieldwork.transcription.making_views import KNOWING, known_interview
from fieldwork.transcription.pacing import estimate_job, outlooks, request_estimate, speech_of, unmeasured
from fieldwork.transcription.services import chosen_model, find_transcript
from fieldwork.transcription.views import LANGUAGES, blueprint, hints_before
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import refusal_told
from fieldwork.web.visits import say

_START = "/s/<slug>/transcripts/<code>/start"


@blueprint.page(_START, allow=KNOWING)
def start(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """What is chosen before the recordings of an interview are transcribed."""
    interview = known_interview(work, study, member, code)
    transcript = find_transcript(work, interview)
    chosen = transcript.model if transcript and transcript.model else work.settings.model
    return render_template(
        "transcription/start.html",
        code=code,
        transcript=transcript,
        files=len(recordings_of(work, interview)),
        hints=hints_before(work, interview),
        spoken_in=transcript.language if transcript else interview.language,
        spoken_languages=LANGUAGES,
        chosen=same_model(chosen_model(engine_of(chosen), chosen)) if chosen else "",
        **_estimate(work, interview),
    )


@blueprint.page(f"{_START}/estimate", allow=KNOWING, quiet=True)
def estimate_progress(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """How far the estimate is, asked for while it is being made."""
    interview = known_interview(work, study, member, code)
    return render_template("transcription/estimate.html", code=code, fragment=True, **_estimate(work, interview))


@blueprint.page(f"{_START}/estimate", allow=KNOWING, methods=("POST",))
def estimate(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Have the speech looked for and the models of the machine measured, by a job."""
    request_estimate(work, known_interview(work, study, member, code))
    return redirect(url_for("transcription.start", slug=study.slug, code=code))


@blueprint.page(f"{_START}/estimate/cancel", allow=KNOWING, methods=("POST",))
def cancel_estimate(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Stop the estimate; what was measured stays."""
    job = estimate_job(work, known_interview(work, study, member, code))
    if job is not None and job.state in UNFINISHED:
        request_cancel(work, job.id)
        say(_("It stops within seconds. What is finished stays."))
    return redirect(url_for("transcription.start", slug=study.slug, code=code))


def _estimate(work: Work, interview: Interview) -> dict[str, object]:
    """What ``transcription/estimate.html`` shows: models with their time, as far as it is known."""
    speech_ms = speech_of(work, interview)
    job = estimate_job(work, interview)
    kind = refusal_called(job.failure) if job and job.failure else None
    found = outlooks(work, speech_ms or 0)
    return {
        "speech_ms": speech_ms,
        "here": [one for one in found if not one.candidate.command],
        "away": [one for one in found if one.candidate.command],
        "incomplete": speech_ms is None or bool(unmeasured(work)),
        "job": job,
        "active": job is not None and job.state in UNFINISHED,
        "share": 100 * job.done // job.total if job and job.total else 0,
        "failed": refusal_told(kind(**job.failure_values)) if kind and job else "",
        "told": _told,
        "same": same_model,
    }


def _told(seconds: float, up: bool | None = None) -> str:  # noqa: FBT001 - templates say it by place
    """«2 h 10 min», never finer than it is known."""
    hours, rest = divmod(minutes(seconds, up=up), 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}

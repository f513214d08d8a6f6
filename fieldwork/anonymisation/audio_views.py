"""Recordings without names: what will be silenced, the copies, listening to both."""

from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.redaction import (
    Manner,
    file_name,
    is_current,
    job_of,
    manner_of,
    ready_copies,
    redaction_of,
    remove_redaction,
    request_redaction,
)
from fieldwork.anonymisation.silencing import Plan, plan_of
from fieldwork.anonymisation.stretches import MOST_MS, PaddingWrong, Sureness
from fieldwork.anonymisation.views import REVIEWERS, blueprint, desk_of
from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of, require
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal, refusal_called
from fieldwork.core.jobs import UNFINISHED, Job, JobState, request_cancel
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.recording.copies import opened_copy
from fieldwork.recording.media.orders import CONTAINERS
from fieldwork.recording.models import Recording, SoundCopy
from fieldwork.recording.views import ranged
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import find_expert, may_know
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.services import transcript_of
from fieldwork.web.failures import status_of
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted, refusal_told
from fieldwork.web.leaving import attachment
from fieldwork.web.policies import member as members
from fieldwork.web.visits import current_place, say

SURENESS: Final = {
    Sureness.EXACT: noted("by the times of its words"),
    Sureness.ESTIMATED: noted("estimated within its sentence, with a margin"),
    Sureness.WHOLE: noted("the whole turn: only it has times"),
}
SHORT: Final = {
    Sureness.EXACT: noted("exactly"),
    Sureness.ESTIMATED: noted("estimated"),
    Sureness.WHOLE: noted("whole turn"),
}
FORMATS: Final = {
    "ogg": noted("OGG: small, for browsers and archives"),
    "m4a": noted("M4A: small, also for older phones"),
    "flac": noted("FLAC: without loss, large"),
    "wav": noted("WAV: without loss, largest"),
}
_DIGITS = 9
MIMETYPES: Final = {"ogg": "audio/ogg", "m4a": "audio/mp4", "flac": "audio/flac", "wav": "audio/wav"}


@blueprint.page("/s/<slug>/anonymisation/<code>/audio", allow=members())
def audio(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """What will be silenced, and the copies; those who may not know the expert see times only."""
    expert = find_expert(work, study, code)
    require(work, expert.id, Scope.TRANSCRIBE)
    return _page(work, expert, transcript_of(work, find_interview(work, expert)), mine=may_know(member, expert))


@blueprint.page("/s/<slug>/anonymisation/<code>/audio/progress", allow=members(*REVIEWERS), quiet=True)
def audio_progress(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """How far the copies are, as a fragment; once they are made, the page loads itself again."""
    desk = desk_of(work, study, member, code)
    shown = _making(work, desk.transcript)
    if shown["job"] is None or shown["job"].state not in UNFINISHED:
        return "", 204, {"HX-Refresh": "true"}
    return render_template("anonymisation/audio_job.html", expert=desk.expert, **shown)


@blueprint.page("/s/<slug>/anonymisation/<code>/audio", allow=members(*REVIEWERS), methods=("POST",))
def make_audio(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Have the copies made."""
    desk = desk_of(work, study, member, code)
    try:
        request_redaction(work, desk.transcript, _wished())
    except Refusal as refusal:
        page = _page(work, desk.expert, desk.transcript, mine=True, refused=refusal_told(refusal))
        return page, status_of(refusal)
    return redirect(url_for("anonymisation.audio", slug=study.slug, code=code))


@blueprint.page("/s/<slug>/anonymisation/<code>/audio/stop", allow=members(*REVIEWERS), methods=("POST",))
def stop_audio(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Stop making them."""
    job = _making(work, desk_of(work, study, member, code).transcript)["job"]
    if job is None:
        raise NotFound(kind="job", name=code)
    request_cancel(work, job.id)
    return redirect(url_for("anonymisation.audio", slug=study.slug, code=code))


@blueprint.page("/s/<slug>/anonymisation/<code>/audio/remove", allow=members(*REVIEWERS), methods=("POST",))
def remove_audio(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Delete the copies; the recordings stay."""
    if remove_redaction(work, desk_of(work, study, member, code).transcript):
        say(_("The copies without names are deleted. The recordings are untouched."))
    return redirect(url_for("anonymisation.audio", slug=study.slug, code=code))


@blueprint.page("/s/<slug>/anonymisation/<code>/audio/<int:number>/sound", allow=members(*REVIEWERS))
def audio_sound(work: Work, study: Study, member: Member, code: str, number: int) -> ResponseReturnValue:
    """A copy to be listened to, whole or the range of bytes that is asked for."""
    desk = desk_of(work, study, member, code)
    _recording, copy = _numbered(work, desk.transcript, number)
    return ranged(opened_copy(work.blobs, desk.expert.id, copy), MIMETYPES[copy.container])


@blueprint.page("/s/<slug>/anonymisation/<code>/audio/<int:number>/file", allow=members(*REVIEWERS), writes=True)
def audio_file(work: Work, study: Study, member: Member, code: str, number: int) -> ResponseReturnValue:
    """A copy to be taken away; the trail notes it."""
    desk = desk_of(work, study, member, code)
    recording, copy = _numbered(work, desk.transcript, number)
    count = len(ready_copies(work, desk.transcript))
    record(work, "anonymisation.audio_given", study_id=study.id, subject_id=desk.transcript.id, count=1)
    return attachment(
        work, study, opened_copy(work.blobs, desk.expert.id, copy), size=copy.bytes,
        name=file_name(desk.expert.code, recording.position, count, copy.container), mimetype=MIMETYPES[copy.container],
    )  # fmt: skip


def _wished() -> Manner:
    """How the form wants the copies.

    Raises:
        PaddingWrong: a number that is none.
    """
    form = request.form
    mask = "bleep" if form.get("mask") == "bleep" else "silence"
    container = form.get("container", "")
    return Manner(
        mask,
        container if container in CONTAINERS else "ogg",
        _milliseconds(form.get("before_ms", "")),
        _milliseconds(form.get("after_ms", "")),
        alter_voice="alter_voice" in form,
    )


def _milliseconds(told: str) -> int:
    digits = told.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) < _DIGITS):
        raise PaddingWrong(given=digits[:20], most=MOST_MS)
    return int(digits)


def _page(work: Work, expert: Expert, transcript: Transcript, *, mine: bool, refused: str = "") -> str:
    making = _making(work, transcript)
    redaction = making["redaction"]
    manner = manner_of(redaction) if redaction else Manner()
    plan, hindered = _planned(work, transcript, manner)
    copies = _ready(work, transcript) if mine else []
    return render_template(
        "anonymisation/audio.html",
        expert=expert,
        mine=mine,
        plan=plan,
        hindered=hindered,
        forbidden=_forbidden(work, expert),
        refused=refused,
        stale=bool(redaction and redaction.made_at and not is_current(work, transcript, redaction)),
        copies=[(one, copy, file_name(expert.code, one.position, len(copies), copy.container)) for one, copy in copies],
        heard=_heard(work, expert),
        manner=manner,
        sureness=SURENESS,
        short=SHORT,
        formats=FORMATS,
        most=MOST_MS,
        **making,
    )


def _planned(work: Work, transcript: Transcript, manner: Manner) -> tuple[Plan | None, str]:
    """What has to be silenced, or why that cannot be told."""
    try:
        return plan_of(work, transcript, manner.before_ms, manner.after_ms), ""
    except Refusal as refusal:
        return None, refusal_told(refusal)


def _ready(work: Work, transcript: Transcript) -> list[tuple[Recording, SoundCopy]]:
    try:
        return ready_copies(work, transcript)
    except Refusal:
        return []  # the page says by itself what is missing


def _forbidden(work: Work, expert: Expert) -> str:
    """Why the expert's consent does not reach so far; empty where it does."""
    try:
        require(work, expert.id, Scope.ARCHIVE)
    except Refusal as refusal:
        return refusal_told(refusal)
    return ""


def _heard(work: Work, expert: Expert) -> bool:
    """Whether the recordings themselves may be listened to here."""
    decision = decision_of(work, expert.id)
    return decision is not None and decision.allows(Scope.RECORD) and may_know(current_place().member, expert)


def _making(work: Work, transcript: Transcript) -> dict[str, Any]:
    redaction = redaction_of(work, transcript)
    job = job_of(work, redaction) if redaction else None
    return {"redaction": redaction, "job": job, "failure": _failure(job) if job else ""}


def _failure(job: Job) -> str:
    """Why the job ended without copies; empty where it did not."""
    if job.state == JobState.CANCELLED:
        return _("Making the copies was stopped. Nothing of them is kept.")
    kind = refusal_called(job.failure) if job.failure else None
    if kind is not None:
        return refusal_told(kind(**job.failure_values))
    return _("Making the copies broke off. Try again.") if job.state in ("failed", "quarantined") else ""


def _numbered(work: Work, transcript: Transcript, number: int) -> tuple[Recording, SoundCopy]:
    for recording, copy in ready_copies(work, transcript):
        if recording.position == number:
            return recording, copy
    raise NotFound(kind="recording", name=number)

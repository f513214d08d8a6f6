"""Where a transcript comes from: asked of the recogniser, or taken from a file."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.recording.views import may_hear
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.engines.shelf import engine_of
from fieldwork.transcription.formats import parse
from fieldwork.transcription.importing import import_transcript, roles_in
from fieldwork.transcription.rules import NoFileChosen, TranscriptTooLarge
from fieldwork.transcription.services import find_transcript, request_transcription
from fieldwork.transcription.views import STATES, blueprint, hints_before
from fieldwork.web.failures import status_of
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import refusal_told
from fieldwork.web.policies import NotYours, member
from fieldwork.web.visits import say

KNOWING = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)
FILE_BYTES = 10 * 1024 * 1024
_FORM_BYTES = FILE_BYTES + 64 * 1024


@blueprint.page("/s/<slug>/transcripts/<code>/request", allow=KNOWING, methods=("POST",))
def request_transcript(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Have the recordings of an interview transcribed."""
    interview = known_interview(work, study, member, code)
    given = request.form
    model = given.get("model") or work.settings.model
    request_transcription(
        work, interview, engine_of(model or ""), model,
        language=given.get("language") or None,
    )  # fmt: skip
    say(" ".join([_("The recordings are being transcribed. You may leave this page."), *hints_before(work, interview)]))
    return redirect(url_for("transcription.transcripts", slug=study.slug))


@blueprint.page("/s/<slug>/transcripts/<code>/import", allow=KNOWING)
def import_form(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """The form for a finished transcript."""
    return _form(work, study, code, known_interview(work, study, member, code))


@blueprint.page("/s/<slug>/transcripts/<code>/import", allow=KNOWING, methods=("POST",), body_bytes=_FORM_BYTES)
def import_file(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Take a finished transcript. The file is read in memory and not kept: it names people."""
    interview = known_interview(work, study, member, code)
    try:
        parsed = parse(_file(), "labelled" if request.form.get("speakers") != "unknown" else "unknown")
        unsure = roles_in(work, interview, parsed).uncertain
        import_transcript(work, interview, parsed)
    except Refusal as refusal:
        return _form(work, study, code, interview, refused=refusal_told(refusal)), status_of(refusal)
    if unsure:
        say(_("The text is in. It is not certain who of the speakers is who: check the first turns."))
    else:
        say(_("The text is in. Read it through, then have the names taken out."))
    return redirect(url_for("transcription.transcript", slug=study.slug, code=code))


def known_interview(work: Work, study: Study, member: Member, code: str) -> Interview:
    """The interview, for those who may know its expert.

    Raises:
        NotFound: there is none.
        NotYours: it is another interviewer's.
    """
    interview = find_interview(work, find_expert(work, study, code))
    if not may_hear(member, interview):
        raise NotYours
    return interview


def _file() -> bytes:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise NoFileChosen
    data = sent.stream.read(FILE_BYTES + 1)
    if len(data) > FILE_BYTES:
        raise TranscriptTooLarge(megabytes=FILE_BYTES // 1024**2)
    return data


def _form(work: Work, study: Study, code: str, interview: Interview, **told: Any) -> str:
    return render_template(
        "transcription/import.html",
        expert=find_expert(work, study, code),
        transcript=find_transcript(work, interview),
        speakers=request.form.get("speakers", "labelled"),
        states=STATES,
        **told,
    )

"""Reading back, the team's side: the link for the expert, what they remarked, and what becomes of it."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.transcription import remarks as deeds
from fieldwork.transcription.correcting_views import KNOWING, known
from fieldwork.transcription.models import Transcript, TranscriptState
from fieldwork.transcription.reading_back import (
    DAYS,
    LONGEST_DAYS,
    hidden_turns,
    links_of,
    live_link_of,
    make_link,
    revoke_link,
)
from fieldwork.transcription.remarks import open_remarks, remarks_of
from fieldwork.transcription.services import interview_of_transcript
from fieldwork.transcription.views import beside_transcript, blueprint
from fieldwork.web.failures import status_of
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import language, refusal_told
from fieldwork.web.policies import may
from fieldwork.web.visits import current_visit, say

_HERE = "/s/<slug>/transcripts/<code>/read-back"
_REMARK = f"{_HERE}/remarks/<uuid:remark>"


@blueprint.page(_HERE, allow=KNOWING)
def read_back(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """The link to send, and the remarks that came in."""
    return _page(work, *known(work, study, member, code))


@blueprint.page(_HERE, allow=KNOWING, methods=("POST",))
def make_read_back(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """A new link, shown this once; an earlier one ends."""
    expert, transcript = known(work, study, member, code)
    asked = request.form.get("language", "")
    try:
        token = make_link(work, transcript, language=asked, days=request.form.get("days", 0, type=int))
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(work, expert, transcript, refused=refusal_told(refusal)), status_of(refusal)
    # behind «#»: browsers keep that part to themselves, so the token stands in no log of a proxy and in no referrer
    link = url_for("transcription.reading_door", language=asked, _external=True) + f"#{token}"
    return _page(work, expert, transcript, link=link)


@blueprint.page(f"{_HERE}/<uuid:link>/revoke", allow=KNOWING, methods=("POST",))
def revoke_read_back(work: Work, study: Study, member: Member, code: str, link: UUID) -> ResponseReturnValue:
    """End a link at once."""
    _expert, transcript = known(work, study, member, code)
    revoke_link(work, transcript, link)
    say(_("The link leads nowhere any more."))
    return _back(study, code)


@blueprint.page(f"{_REMARK}/take", allow=KNOWING, methods=("POST",))
def take_remark(work: Work, study: Study, member: Member, code: str, remark: UUID) -> ResponseReturnValue:
    """Do what the remark asks for, as a correction."""
    transcript = known(work, study, member, code)[1]
    number = deeds.take_over(work, transcript, remark)
    say(_("Turn %(number)s is corrected.") % {"number": number}, undo=_undo(study, code, remark))
    return _back(study, code)


@blueprint.page(f"{_REMARK}/settle", allow=KNOWING, methods=("POST",))
def settle_remark(work: Work, study: Study, member: Member, code: str, remark: UUID) -> ResponseReturnValue:
    """It was followed by hand."""
    deeds.settle(work, known(work, study, member, code)[1], remark)
    say(_("The remark is settled."), undo=_undo(study, code, remark))
    return _back(study, code)


@blueprint.page(f"{_REMARK}/decline", allow=KNOWING, methods=("POST",))
def decline_remark(work: Work, study: Study, member: Member, code: str, remark: UUID) -> ResponseReturnValue:
    """The text stays as it is."""
    deeds.decline(work, known(work, study, member, code)[1], remark)
    say(_("The text stays as it is."), undo=_undo(study, code, remark))
    return _back(study, code)


@blueprint.page(f"{_REMARK}/reopen", allow=KNOWING, methods=("POST",))
def reopen_remark(work: Work, study: Study, member: Member, code: str, remark: UUID) -> ResponseReturnValue:
    """Take a decision back, and the correction that it made."""
    deeds.reopen(work, known(work, study, member, code)[1], remark)
    say(_("It is as it was."))
    return _back(study, code)


@beside_transcript
def read_back_part(work: Work, study: Study, expert: Expert, transcript: Transcript) -> str:
    """The way to the link and the remarks, in the head of a raw transcript."""
    if transcript.state != TranscriptState.RAW or not may(current_visit(), *KNOWING.roles):
        return ""
    waiting = open_remarks(work, transcript)
    return render_template("transcription/read_back_part.html", expert=expert, study=study, waiting=waiting)


def _page(work: Work, expert: Expert, transcript: Transcript, *, link: str = "", refused: str = "") -> str:
    raw = transcript.state == TranscriptState.RAW
    return render_template(
        "transcription/read_back.html",
        expert=expert,
        interview=interview_of_transcript(work, transcript),
        raw=raw,
        remarks=remarks_of(work, transcript),
        live=live_link_of(work, transcript) if raw else None,
        last=next(iter(links_of(work, transcript)), None),
        hidden=hidden_turns(work, transcript),
        link=link,
        refused=refused,
        days=DAYS,
        longest=LONGEST_DAYS,
        chosen=request.form.get("language") or language(),
    )


def _undo(study: Study, code: str, remark: UUID) -> str:
    return url_for("transcription.reopen_remark", slug=study.slug, code=code, remark=remark)


def _back(study: Study, code: str) -> ResponseReturnValue:
    return redirect(url_for("transcription.read_back", slug=study.slug, code=code, _anchor="remarks"))

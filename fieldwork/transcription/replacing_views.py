"""Finding and replacing words over a study: looked for, looked at place by place, replaced, taken back.

What is looked for goes in the body of a request, never into an address: addresses are logged, and it may be a name.
"""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.recording.views import may_hear
from fieldwork.scheduling.services import interviews_of
from fieldwork.transcription.finding import LONGEST_PUT, LONGEST_SOUGHT, Sought
from fieldwork.transcription.replacing import SHOWN, Finds, find_words, replace_words_at, undo_replacement
from fieldwork.transcription.views import blueprint
from fieldwork.web.failures import status_of
from fieldwork.web.languages import ngettext, refusal_told
from fieldwork.web.policies import member
from fieldwork.web.visits import say

KNOWING = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)


@blueprint.page("/s/<slug>/transcripts/replace", allow=KNOWING, methods=("GET", "POST"))
def replace(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """What to look for; then every place where it stands, to choose from; then they are replaced as one deed."""
    if request.method != "POST":
        return _page()
    readable = _readable(work, study, member)
    try:
        sought = _sought()
        if request.form.get("deed") != "replace":
            return _page(find_words(work, study, readable, sought, request.form.get("code", "")))
        words, chosen = request.form.get("words", ""), request.form.getlist("place")
        done = replace_words_at(work, study, readable, sought, words=words, keys=chosen)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(refused=refusal_told(refusal)), status_of(refusal)
    undo = url_for("transcription.undo_replace", slug=study.slug, batch=done.batch_id) if done.batch_id else None
    told = ngettext("%(num)s place is replaced.", "%(num)s places are replaced.", done.places)
    if done.left:
        told += " " + ngettext(
            "%(num)s place was left: somebody has changed its turn meanwhile.",
            "%(num)s places were left: somebody has changed their turns meanwhile.", done.left,
        )  # fmt: skip
    say(told, undo=undo)
    return redirect(url_for("transcription.replace", slug=study.slug))


@blueprint.page("/s/<slug>/transcripts/replace/<uuid:batch>/undo", allow=KNOWING, methods=("POST",))
def undo_replace(work: Work, study: Study, member: Member, batch: UUID) -> ResponseReturnValue:
    """Take a replacement back, except where a turn was corrected since."""
    back, left = undo_replacement(work, study, _readable(work, study, member), batch)
    told = ngettext("%(num)s turn is as it was.", "%(num)s turns are as they were.", back)
    if left:
        told += " " + ngettext(
            "%(num)s turn stays: somebody has corrected it since.",
            "%(num)s turns stay: somebody has corrected them since.", left,
        )  # fmt: skip
    say(told)
    return redirect(url_for("transcription.replace", slug=study.slug))


def _readable(work: Work, study: Study, member: Member) -> set[UUID]:
    return {one.id for one in interviews_of(work, study) if may_hear(member, one)}


def _sought() -> Sought:
    sent = request.form
    return Sought(sent.get("find", ""), whole="whole" in sent, case="case" in sent, yo="yo" in sent)


def _page(found: list[Finds] | None = None, refused: str = "") -> str:
    typed = request.form if request.method == "POST" else {"whole": "1", "yo": "1"}
    raw = [one for one in found or () if not one.approved]
    return render_template(
        "transcription/replace.html",
        typed=typed,
        refused=refused,
        searched=found is not None,
        raw=raw,
        approved=[one for one in found or () if one.approved],
        count=sum(one.count for one in raw),
        shown=sum(len(one.places) for one in raw),
        limit=SHOWN,
        longest=(LONGEST_SOUGHT, LONGEST_PUT),
    )

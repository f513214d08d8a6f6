"""Places in doubt on a transcript's page: looked at, and put back on the list."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.recording.views import may_hear
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.doubting import look_at
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.services import transcript_of
from fieldwork.transcription.views import blueprint, shown
from fieldwork.web.languages import gettext as _
from fieldwork.web.policies import NotYours, member
from fieldwork.web.visits import is_fragment, say

LISTENING = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)


@blueprint.page("/s/<slug>/transcripts/<code>/doubts/<uuid:doubt>/looked", allow=LISTENING, methods=("POST",))
def doubt_looked_at(work: Work, study: Study, member: Member, code: str, doubt: UUID) -> ResponseReturnValue:
    """Somebody has listened there, and the text is right now."""
    return _look(work, study, member, code, doubt, looked=True)


@blueprint.page("/s/<slug>/transcripts/<code>/doubts/<uuid:doubt>/reopened", allow=LISTENING, methods=("POST",))
def doubt_reopened(work: Work, study: Study, member: Member, code: str, doubt: UUID) -> ResponseReturnValue:
    """It is to be looked at again."""
    return _look(work, study, member, code, doubt, looked=False)


@blueprint.page("/s/<slug>/transcripts/<code>/doubts", allow=LISTENING, quiet=True)
def doubts_now(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """The places as they stand, for a page on which words were corrected."""
    expert, _transcript = _known(work, study, member, code)
    if not is_fragment():
        return _page(study, code)
    return render_template("transcription/doubts.html", **shown(work, study, member, expert))


def _look(work: Work, study: Study, member: Member, code: str, doubt: UUID, *, looked: bool) -> ResponseReturnValue:
    expert, transcript = _known(work, study, member, code)
    look_at(work, transcript, doubt, looked=looked)
    if looked:
        undo = url_for("transcription.doubt_reopened", slug=study.slug, code=code, doubt=doubt)
        say(_("The place is marked as checked."), undo=undo)
    if not is_fragment():
        return _page(study, code)
    return render_template("transcription/doubts.html", **shown(work, study, member, expert))


def _known(work: Work, study: Study, member: Member, code: str) -> tuple[Expert, Transcript]:
    expert = find_expert(work, study, code)
    interview = find_interview(work, expert)
    if not may_hear(member, interview):
        raise NotYours
    return expert, transcript_of(work, interview)


def _page(study: Study, code: str) -> ResponseReturnValue:
    return redirect(url_for("transcription.transcript", slug=study.slug, code=code) + "#doubts")

"""Places in doubt on a transcript's page: looked at, and put back on the list."""

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.recording.views import may_hear
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.doubting import look_at
from fieldwork.transcription.services import transcript_of
from fieldwork.transcription.views import blueprint
from fieldwork.web.policies import NotYours, member

LISTENING = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)


@blueprint.page("/s/<slug>/transcripts/<code>/doubts/<uuid:doubt>/looked", allow=LISTENING, methods=("POST",))
def doubt_looked_at(work: Work, study: Study, member: Member, code: str, doubt: UUID) -> ResponseReturnValue:
    """Somebody has listened there, and the text is right now."""
    return _look(work, study, member, code, doubt, looked=True)


@blueprint.page("/s/<slug>/transcripts/<code>/doubts/<uuid:doubt>/reopened", allow=LISTENING, methods=("POST",))
def doubt_reopened(work: Work, study: Study, member: Member, code: str, doubt: UUID) -> ResponseReturnValue:
    """It is to be looked at again."""
    return _look(work, study, member, code, doubt, looked=False)


def _look(work: Work, study: Study, member: Member, code: str, doubt: UUID, *, looked: bool) -> ResponseReturnValue:
    interview = find_interview(work, find_expert(work, study, code))
    if not may_hear(member, interview):
        raise NotYours
    look_at(work, transcript_of(work, interview), doubt, looked=looked)
    return redirect(url_for("transcription.transcript", slug=study.slug, code=code) + "#doubts")

"""Correcting a raw transcript in its page: each deed answers with what it changed, and can be taken back."""

from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.recording.views import may_hear
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.corrections import (
    correct_question,
    correct_speaker,
    correct_text,
    swap_speakers,
    turn_of,
)
from fieldwork.transcription.cutting import merge_with_earlier, split
from fieldwork.transcription.history import correction_of, undo
from fieldwork.transcription.models import Correction, Segment, Speaker, Transcript
from fieldwork.transcription.presence import digest_of
from fieldwork.transcription.reading import conflict_of
from fieldwork.transcription.rules import ChangedMeanwhile
from fieldwork.transcription.services import text_of, transcript_of
from fieldwork.transcription.views import blueprint, shown
from fieldwork.web.failures import status_of
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import refusal_told
from fieldwork.web.pages import as_uuid
from fieldwork.web.policies import NotYours, member
from fieldwork.web.visits import is_fragment, say

KNOWING = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)
_TURN = "/s/<slug>/transcripts/<code>/turns/<uuid:turn>"


@blueprint.page(f"{_TURN}/text", allow=KNOWING, methods=("POST",))
def change_text(work: Work, study: Study, member: Member, code: str, turn: UUID) -> ResponseReturnValue:
    """Other words for a turn; where somebody else has changed them meanwhile, both versions (409)."""
    expert, transcript = known(work, study, member, code)
    segment = turn_of(work, transcript, turn)
    text, begun_from = request.form.get("text", ""), request.form.get("was", "")
    try:
        made = correct_text(work, segment, text, begun_from=begun_from)
    except ChangedMeanwhile as refusal:
        return _conflict(work, expert, transcript, segment, refusal)
    if made is not None:
        _say(study, code, made, _("Turn %(number)s is corrected.") % {"number": segment.position})
    return _one(work, study, member, expert, segment)


@blueprint.page(f"{_TURN}/split", allow=KNOWING, methods=("POST",))
def split_turn(work: Work, study: Study, member: Member, code: str, turn: UUID) -> ResponseReturnValue:
    """Two turns of one, at a place given in code points; words that were typed meanwhile are taken over first."""
    expert, transcript = known(work, study, member, code)
    segment = turn_of(work, transcript, turn)
    text, begun_from = request.form.get("text", ""), request.form.get("was", "")
    lead = len(text) - len(text.lstrip())
    try:
        correct_text(work, segment, text, begun_from=begun_from)
    except ChangedMeanwhile as refusal:
        return _conflict(work, expert, transcript, segment, refusal)
    made = split(work, segment, request.form.get("at", -1, type=int) - lead)
    _say(study, code, made, _("Turn %(number)s is two turns now.") % {"number": segment.position})
    return _all(work, study, member, expert, segment.position + 1)


@blueprint.page(f"{_TURN}/speaker", allow=KNOWING, methods=("POST",))
def change_speaker(work: Work, study: Study, member: Member, code: str, turn: UUID) -> ResponseReturnValue:
    """Whose turn it is."""
    expert, transcript = known(work, study, member, code)
    segment = turn_of(work, transcript, turn)
    asked = request.form.get("speaker", "")
    speaker = Speaker(asked) if asked in set(Speaker) else Speaker.UNKNOWN
    made = correct_speaker(work, segment, speaker)
    _say(study, code, made, _("Turn %(number)s has another speaker.") % {"number": segment.position})
    return _one(work, study, member, expert, segment)


@blueprint.page(f"{_TURN}/swap", allow=KNOWING, methods=("POST",))
def swap(work: Work, study: Study, member: Member, code: str, turn: UUID) -> ResponseReturnValue:
    """From here to the end interviewer and expert change places."""
    expert, transcript = known(work, study, member, code)
    segment = turn_of(work, transcript, turn)
    made = swap_speakers(work, segment)
    _say(study, code, made, _("The speakers are swapped from turn %(number)s on.") % {"number": segment.position})
    return _all(work, study, member, expert, segment.position)


@blueprint.page(f"{_TURN}/question", allow=KNOWING, methods=("POST",))
def change_question(work: Work, study: Study, member: Member, code: str, turn: UUID) -> ResponseReturnValue:
    """Which question of the guide it belongs to; 0 is none."""
    expert, transcript = known(work, study, member, code)
    segment = turn_of(work, transcript, turn)
    made = correct_question(work, segment, request.form.get("question", 0, type=int) or None)
    if made is not None:
        _say(study, code, made, _("Turn %(number)s belongs to another question.") % {"number": segment.position})
    return _all(work, study, member, expert, segment.position)


@blueprint.page(f"{_TURN}/merge", allow=KNOWING, methods=("POST",))
def merge(work: Work, study: Study, member: Member, code: str, turn: UUID) -> ResponseReturnValue:
    """One turn of this one and the one before it."""
    expert, transcript = known(work, study, member, code)
    segment = turn_of(work, transcript, turn)
    position = segment.position - 1
    seen = request.form.get("seen", "")
    made = merge_with_earlier(work, segment, seen=as_uuid(seen) if seen else None)
    _say(study, code, made, _("Two turns are one now, turn %(number)s.") % {"number": position})
    return _all(work, study, member, expert, position)


@blueprint.page(
    "/s/<slug>/transcripts/<code>/corrections/<int:number>/undo", allow=KNOWING, methods=("POST",)
)  # fmt: skip
def undo_correction(work: Work, study: Study, member: Member, code: str, number: int) -> ResponseReturnValue:
    """Take a correction back."""
    expert, transcript = known(work, study, member, code)
    position = undo(work, transcript, correction_of(work, transcript, number))
    say(_("It is as it was."))
    return _all(work, study, member, expert, position)


@blueprint.page(f"{_TURN}/fresh", allow=KNOWING, writes=True)
def fresh_turn(work: Work, study: Study, member: Member, code: str, turn: UUID) -> ResponseReturnValue:
    """A turn as it stands now, for who gives way to somebody else's words."""
    expert, transcript = known(work, study, member, code)
    return _one(work, study, member, expert, turn_of(work, transcript, turn))


def known(work: Work, study: Study, member: Member, code: str) -> tuple[Expert, Transcript]:
    """The expert and the transcript, for those who may know the expert.

    Raises:
        NotFound: there is none.
        NotYours: it is another interviewer's.
    """
    expert = find_expert(work, study, code)
    interview = find_interview(work, expert)
    if not may_hear(member, interview):
        raise NotYours
    return expert, transcript_of(work, interview)


def _say(study: Study, code: str, made: Correction, told: str) -> None:
    say(told, undo=url_for("transcription.undo_correction", slug=study.slug, code=code, number=made.number))


def _one(work: Work, study: Study, member: Member, expert: Expert, segment: Segment) -> ResponseReturnValue:
    """The one turn that a deed changed; to a browser without scripts, the page."""
    if not is_fragment():
        return _page(study, expert, segment.position)
    given = shown(work, study, member, expert)
    turn = next(one for _, turns in given["passages"] for one in turns if one.id == segment.id)
    return render_template("transcription/turn.html", turn=turn, **given)


def _all(work: Work, study: Study, member: Member, expert: Expert, position: int) -> ResponseReturnValue:
    """All turns, after a deed that renumbers or regroups them, with the one to go to."""
    if not is_fragment():
        return _page(study, expert, position)
    return render_template("transcription/turns.html", here=position, **shown(work, study, member, expert))


def _page(study: Study, expert: Expert, position: int) -> ResponseReturnValue:
    return redirect(
        url_for("transcription.transcript", slug=study.slug, code=expert.code, _anchor=f"turn-{position}")
    )  # fmt: skip


def _conflict(
    work: Work, expert: Expert, transcript: Transcript, segment: Segment, refusal: ChangedMeanwhile
) -> Response:
    """Their words, mine, and what differs; nothing is saved."""
    theirs, mine = text_of(work, segment, expert.id), request.form.get("text", "")
    conflict = conflict_of(work, transcript, segment, theirs, mine)
    page = render_template(
        "transcription/conflict.html", conflict=conflict, told=refusal_told(refusal), digest=digest_of(segment)
    )
    response = make_response(page, status_of(refusal))
    response.headers["X-Fieldwork"] = "conflict"
    return response

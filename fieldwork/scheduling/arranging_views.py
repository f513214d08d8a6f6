"""Arranging meetings in the browser: setting, moving, handing over, cancelling, taking them from a file."""

from datetime import timedelta
from typing import Any, Final

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.clock import ALMATY
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.services import member_by_initials, members_of
from fieldwork.sampling.forms import check_seen, read_upload, seen_of
from fieldwork.sampling.models import Expert, ExpertStatus
from fieldwork.sampling.services import INTERVIEWERS, experts_of, find_expert, may_know
from fieldwork.scheduling.forms import Meeting, read_meeting
from fieldwork.scheduling.imports import import_interviews
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import (
    add_interview,
    find_interview,
    interviews_of,
    move_interview,
    remove_interview,
)
from fieldwork.scheduling.views import MODES, SPOKEN, blueprint
from fieldwork.web.filling import filled
from fieldwork.web.languages import gettext as _
from fieldwork.web.policies import NotYours, member
from fieldwork.web.visits import say

FIELD: Final = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)
LEADING: Final = member(Role.PRINCIPAL_INVESTIGATOR)
BOTH: Final = ("GET", "POST")


@blueprint.page("/s/<slug>/interviews/new", allow=FIELD, methods=BOTH)
def new_interview(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Set a day and a time with somebody who has agreed."""
    settled = {one.expert_id for one in interviews_of(work, study)}
    agreed = experts_of(work, study, ExpertStatus.AGREED)
    free = [one for one in agreed if one.id not in settled and may_know(member, one)]

    def deed() -> None:
        expert = find_expert(work, study, request.form.get("expert", ""))
        _arrange(work, study, member, expert, read_meeting(request.form))
        _tell_past(work, expert)

    code = request.form.get("expert") or request.args.get("expert", "")
    there = url_for("scheduling.interviews", slug=study.slug)
    return filled(
        "scheduling/new_interview.html",
        deed,
        then=there,
        told=_("The meeting is set."),
        experts=[(one.code, f"{one.code}, {one.group}") for one in free],
        chosen=code,
        **_choices(work, study, member, None),
    )


@blueprint.page("/s/<slug>/interviews/file", allow=LEADING, methods=BOTH)
def interviews_file(work: Work, study: Study) -> ResponseReturnValue:
    """Take the interviews of ``experts.yaml``."""

    def deed() -> None:
        import_interviews(work, study, read_upload(request.files.get("file")), source=_("the file"))

    there = url_for("scheduling.interviews", slug=study.slug)
    return filled("scheduling/interviews_file.html", deed, then=there, told=_("The meetings are taken from the file."))


@blueprint.page("/s/<slug>/interviews/<code>/edit", allow=FIELD, methods=BOTH)
def edit_interview(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Move a meeting, hand it over, or write down how long it took."""
    expert, found = _own(work, study, member, code)
    seen = seen_of(found)

    def deed() -> None:
        check_seen(request.form, found)
        given = read_meeting(request.form)
        move_interview(
            work,
            found,
            starts_at=given.starts_at,
            minutes=given.minutes,
            mode=given.mode,
            language=given.language,
            interviewer=_interviewer(work, study, member, given.initials),
        )

    there = url_for("scheduling.interview", slug=study.slug, code=code)
    choices = _choices(work, study, member, found)
    return filled("scheduling/edit_interview.html", deed, then=there, expert=expert, seen=seen, **choices)


@blueprint.page("/s/<slug>/interviews/<code>/remove", allow=FIELD, methods=("POST",))
def cancel_interview(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Cancel a meeting; a toast brings it back."""
    _expert, found = _own(work, study, member, code)
    held: dict[str, Any] = _held(found, {one.id: one.initials for one in members_of(work, study)})
    remove_interview(work, found)
    say(
        _("The meeting is cancelled."), undo=url_for("scheduling.restore_interview", slug=study.slug, code=code, **held)
    )
    return redirect(url_for("scheduling.interviews", slug=study.slug))


@blueprint.page("/s/<slug>/interviews/<code>/restore", allow=FIELD, methods=("POST",))
def restore_interview(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Bring a cancelled meeting back, if its time is still free."""
    _arrange(work, study, member, find_expert(work, study, code), read_meeting(request.args))
    say(_("The meeting is set again."))
    return redirect(url_for("scheduling.interviews", slug=study.slug))


def _arrange(work: Work, study: Study, member: Member, expert: Expert, given: Meeting) -> None:
    if not may_know(member, expert):
        raise NotYours
    add_interview(
        work,
        expert,
        _interviewer(work, study, member, given.initials),
        starts_at=given.starts_at,
        minutes=given.minutes,
        mode=given.mode,
        language=given.language,
    )


def _tell_past(work: Work, expert: Expert) -> None:
    found = find_interview(work, expert)
    if found.starts_at + timedelta(minutes=found.minutes) < work.now:
        say(_("Mind: this day has passed already."))


def _own(work: Work, study: Study, member: Member, code: str) -> tuple[Expert, Interview]:
    """The expert of that code with the interview, where it is the member's to arrange.

    Raises:
        NotFound: there is none.
        NotYours: somebody else's.
    """
    expert = find_expert(work, study, code)
    if not may_know(member, expert):
        raise NotYours
    return expert, find_interview(work, expert)


def _interviewer(work: Work, study: Study, member: Member, initials: str) -> Member:
    """Who asks: whom the principal investigator chose; interviewers themselves."""
    return member if member.role == Role.INTERVIEWER else member_by_initials(work, study, initials)


def _choices(work: Work, study: Study, member: Member, interview: Interview | None) -> dict[str, Any]:
    team = [one for one in members_of(work, study) if one.role in INTERVIEWERS]
    asking = [member] if member.role == Role.INTERVIEWER else team
    start = {"day": "", "clock": "", "minutes": "60", "mode": "zoom", "language": "ru", "interviewer": member.initials}
    return {
        "modes": [(mode.value, _(told)) for mode, told in MODES.items()],
        "spoken_languages": [(language, _(told)) for language, told in SPOKEN.items()],
        "interviewers": [(one.initials, one.initials) for one in asking],
        "held": _held(interview, {one.id: one.initials for one in team}) if interview else start,
        "busy": [one for one in interviews_of(work, study) if one.starts_at > work.now],
        "initials": {one.id: one.initials for one in team},
    }


def _held(interview: Interview, initials: Any) -> dict[str, Any]:
    """What the fields hold of a meeting that is set."""
    start = interview.starts_at.astimezone(ALMATY)
    return {
        "day": start.date().isoformat(),
        "clock": f"{start:%H:%M}",
        "minutes": str(interview.minutes),
        "mode": interview.mode,
        "language": interview.language,
        "interviewer": initials.get(interview.interviewer_id, ""),
    }

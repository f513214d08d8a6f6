"""What was changed by whom in a transcript's anonymisation: a page to read, for those with identity rights."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.changes import changes_after, changes_of
from fieldwork.anonymisation.views import KINDS, REVIEWERS, blueprint, desk_of
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import signatures_of
from fieldwork.web.languages import noted
from fieldwork.web.policies import member as members

DEEDS = {
    "accepted": noted("replaced"),
    "rejected": noted("left as it was said"),
    "asked": noted("to be asked of the expert"),
    "added": noted("marked by hand"),
    "linked": noted("told to be somebody else's mention"),
    "taken_back": noted("taken back"),
    "masked": noted("masked after approval"),
    "unmasked": noted("put back after approval"),
    "renamed": noted("called otherwise"),
    "settled": noted("settled after the second look"),
    "gone": noted("gone: its words were changed"),
    "corrected": noted("a typing error corrected"),
}
"""What was done, in words."""


@blueprint.page("/s/<slug>/anonymisation/<code>/changed", allow=members(*REVIEWERS))
def changed(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Every decision, by whom and when; of one mention where it is named (``mention``)."""
    desk = desk_of(work, study, member, code)
    one = _mention(request.args.get("mention", ""))
    return render_template(
        "anonymisation/changed.html", desk=desk, expert=desk.expert, deeds=DEEDS, kinds=KINDS, one=one,
        changes=changes_of(work, desk.transcript, one),
        later=() if one else changes_after(work, desk.transcript),
        names={each.member.account_id: each.display_name for each in signatures_of(work, study)},
    )  # fmt: skip


def _mention(told: str) -> UUID | None:
    try:
        return UUID(told) if told else None
    except ValueError:
        return None

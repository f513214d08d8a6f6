"""Who is who: an entity's mentions over the study, taken apart, joined with another one, called otherwise."""

from collections.abc import Callable
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.contexts import said
from fieldwork.anonymisation.leak_door import look_outside
from fieldwork.anonymisation.marking import find_entity
from fieldwork.anonymisation.meanings import own_forms, wordings_of
from fieldwork.anonymisation.models import Entity
from fieldwork.anonymisation.naming import call_otherwise
from fieldwork.anonymisation.remasking import rename_approved
from fieldwork.anonymisation.rules import LONGEST
from fieldwork.anonymisation.services import entities_of
from fieldwork.anonymisation.splitting import Linked, Place, merge, places_of, split_off, take_back_linking
from fieldwork.anonymisation.views import KINDS, REVIEWERS, blueprint
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import may_know
from fieldwork.transcription.models import Segment
from fieldwork.web.languages import ngettext
from fieldwork.web.policies import NotYours
from fieldwork.web.policies import member as members
from fieldwork.web.visits import say

_AROUND = 60  # code points on either side


@blueprint.page("/s/<slug>/anonymisation/who/<key>", allow=members(*REVIEWERS), writes=True)
def entity(work: Work, study: Study, member: Member, key: str) -> ResponseReturnValue:
    """An entity's mentions in their contexts; the trail notes who read them."""
    return _shown(work, study, member, _entity(work, study, key))


@blueprint.page("/s/<slug>/anonymisation/who/<key>/apart", allow=members(*REVIEWERS), methods=("POST",))
def take_apart(work: Work, study: Study, member: Member, key: str) -> ResponseReturnValue:
    """Some of its mentions name somebody else, who is numbered anew."""
    row = _entity(work, study, key)
    chosen = {UUID(told) for told in request.form.getlist("mention")}

    def deed(*, approved_too: bool) -> Linked:
        return split_off(work, study, row, chosen, approved_too=approved_too, look=look_outside)

    return _done(work, study, member, row, deed)


@blueprint.page("/s/<slug>/anonymisation/who/<key>/join", allow=members(*REVIEWERS), methods=("POST",))
def join(work: Work, study: Study, member: Member, key: str) -> ResponseReturnValue:
    """It is the same as another one."""
    row, into = _entity(work, study, key), _entity(work, study, request.form.get("into", ""))

    def deed(*, approved_too: bool) -> Linked:
        return merge(work, study, row, into, approved_too=approved_too, look=look_outside)

    return _done(work, study, member, row, deed)


@blueprint.page("/s/<slug>/anonymisation/who/<key>/call", allow=members(*REVIEWERS), methods=("POST",))
def call(work: Work, study: Study, member: Member, key: str) -> ResponseReturnValue:
    """Have other words stand for it, where that is said in approved texts, too."""
    row = _entity(work, study, key)
    _require_all(work, member, places_of(work, row))
    before = own_forms(row, wordings_of(work, [row.id]).get(row.id, {}))
    transcripts = {place.transcript.id for place in places_of(work, row)}
    changed = call_otherwise(work, row, request.form.get("replacement", ""), transcripts).changed
    undo = None
    if "approved" in request.form:
        done = rename_approved(work, row, before, transcripts, look=look_outside)
        if done is not None:
            changed += done.places
            undo = url_for("anonymisation.take_later_back", slug=study.slug, deed_id=done.deed_id)
    say(ngettext("Replaced otherwise in %(num)s place", "Replaced otherwise in %(num)s places", changed), undo=undo)
    return redirect(url_for("anonymisation.entity", slug=study.slug, key=key))


@blueprint.page("/s/<slug>/anonymisation/who/<key>/back", allow=members(*REVIEWERS), methods=("POST",))
def take_linking_back(work: Work, study: Study, member: Member, key: str) -> ResponseReturnValue:
    """Put the mentions back to whom they named."""
    row = _entity(work, study, key)
    _require_all(work, member, places_of(work, row))
    count = take_back_linking(work, study, request.form.get("receipt", ""), look=look_outside)
    say(ngettext("Taken back: %(num)s mention", "Taken back: %(num)s mentions", count))
    return redirect(url_for("anonymisation.entity", slug=study.slug, key=key))


def _done(work: Work, study: Study, member: Member, row: Entity, deed: Callable[..., Linked]) -> ResponseReturnValue:
    """Do it where every transcript it reaches is the member's; show the entity with the way back."""
    approved_too = "approved" in request.form
    _require_all(work, member, [one for one in places_of(work, row) if approved_too or not one.approved])
    linked = deed(approved_too=approved_too)
    return _shown(work, study, member, row, linked)


def _require_all(work: Work, member: Member, places: list[Place]) -> None:
    if not all(may_know(member, work.get(Expert, place.interview.expert_id)) for place in places):
        raise NotYours


def _entity(work: Work, study: Study, key: str) -> Entity:
    row = find_entity(work, study.id, key)
    if row is None:
        raise NotFound(kind="entity", name=key)
    return row


def _shown(work: Work, study: Study, member: Member, row: Entity, linked: Linked | None = None) -> ResponseReturnValue:
    places = places_of(work, row)
    shown = []
    for place in places:
        expert = work.get(Expert, place.interview.expert_id)
        if may_know(member, expert):
            text = said(work, work.get(Segment, place.mention.segment_id), expert.id)
            start, end = place.mention.start, place.mention.end
            shown.append({
                "place": place, "expert": expert, "before": text[max(0, start - _AROUND) : start],
                "words": text[start:end], "after": text[end : end + _AROUND],
            })  # fmt: skip
    record(work, "anonymisation.shown", study_id=study.id, subject_id=row.id, count=len(shown))
    return render_template(
        "anonymisation/entity.html", entity=row, places=shown, hidden=len(places) - len(shown), kinds=KINDS,
        others=[one for one in entities_of(work, study) if one.label == row.label and one.id != row.id],
        linked=linked, longest=LONGEST, approved=any(place.approved for place in places),
    )  # fmt: skip

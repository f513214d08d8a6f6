"""What stands for an entity: its sign, a pseudonym that bends, other words; what says less; how each mention reads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.contexts import said
from fieldwork.anonymisation.export_profiles import profiles_of, standing_at
from fieldwork.anonymisation.grammar_door import ask_outside
from fieldwork.anonymisation.leak_door import look_outside
from fieldwork.anonymisation.marking import find_entity
from fieldwork.anonymisation.meanings import meant_by, own_forms, pseudonym_of, sign_of, wordings_of
from fieldwork.anonymisation.models import Decision, Entity
from fieldwork.anonymisation.naming import (
    Called,
    call_by_sign,
    call_otherwise,
    choose_pseudonym,
    generalise,
    standing_before,
    suggest_steps,
    take_name_back,
)
from fieldwork.anonymisation.profiles import GENERALISED, MOST_LEVELS, Detail, Meant, Standing, wording
from fieldwork.anonymisation.remasking import rename_approved
from fieldwork.anonymisation.rules import LONGEST
from fieldwork.anonymisation.splitting import Place, places_of
from fieldwork.anonymisation.views import KINDS, REVIEWERS, blueprint
from fieldwork.anonymisation.wordings import CASES, Bent
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import may_know
from fieldwork.transcription.models import Segment
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import ngettext, noted, refusal_told
from fieldwork.web.policies import NotYours
from fieldwork.web.policies import member as members
from fieldwork.web.visits import say

FIRST_NAMES: Final = {
    "team": noted("For the team"),
    "report": noted("For the report"),
    "archive": noted("For the archive"),
}
"""What the first three profiles are called until a study names them."""

_AROUND = 60  # code points on either side
_SHOWN = 200  # mentions read out on one page


@dataclass(frozen=True, repr=False)
class Read:
    """A mention in its context, and how it reads under each profile, in their order."""

    place: Place
    code: str
    before: str
    words: str
    after: str
    told: Sequence[str]

    def __repr__(self) -> str:
        """Which turn, never what it says."""
        return f"Read({self.place.position})"


@blueprint.page("/s/<slug>/anonymisation/who/<key>/words", allow=members(*REVIEWERS), writes=True)
def wordings(work: Work, study: Study, member: Member, key: str) -> ResponseReturnValue:
    """What stands for it, every mention in its context, and how it reads under each profile; the trail notes it."""
    row = _entity(work, study, member, key)
    steps = suggest_steps(work, row, ask=ask_outside) if "suggest" in request.args else None
    return _page(work, study, member, row, suggested=steps)


@blueprint.page("/s/<slug>/anonymisation/who/<key>/words", allow=members(*REVIEWERS), methods=("POST",))
def choose_wording(work: Work, study: Study, member: Member, key: str) -> ResponseReturnValue:
    """Call it by its sign, by a pseudonym or otherwise; in approved texts, too, where that is said."""
    row = _entity(work, study, member, key)
    mine = _mine(work, member, row)
    before, forms = standing_before(work, row), own_forms(row, wordings_of(work, [row.id]).get(row.id, {}))
    try:
        with work.session.begin_nested():  # all of it, or the page as it was
            called = _called(work, study, row, mine)
            done = rename_approved(work, row, forms, mine, look=look_outside) if "approved" in request.form else None
    except Refusal as refusal:
        return _page(work, study, member, row, refused=refusal_told(refusal), typed=request.form), 422
    changed = called.changed + (done.places if done else 0)
    if done:
        undo = url_for("anonymisation.take_later_back", slug=study.slug, deed_id=done.deed_id)
    else:
        undo = url_for("anonymisation.take_wording_back", slug=study.slug, key=key, before=before)
    say(ngettext("Replaced otherwise in %(num)s place", "Replaced otherwise in %(num)s places", changed), undo=undo)
    return redirect(url_for("anonymisation.wordings", slug=study.slug, key=key))


@blueprint.page("/s/<slug>/anonymisation/who/<key>/steps", allow=members(*REVIEWERS), methods=("POST",))
def choose_steps(work: Work, study: Study, member: Member, key: str) -> ResponseReturnValue:
    """Say what says less and less of it."""
    row = _entity(work, study, member, key)
    before = standing_before(work, row)
    try:
        generalise(work, row, request.form.get("steps", "").splitlines(), _mine(work, member, row), ask=ask_outside)
    except Refusal as refusal:
        return _page(work, study, member, row, refused_steps=refusal_told(refusal), typed=request.form), 422
    say(
        _("Saved: exports say so from now on."),
        undo=url_for("anonymisation.take_wording_back", slug=study.slug, key=key, before=before),
    )
    return redirect(url_for("anonymisation.wordings", slug=study.slug, key=key))


@blueprint.page("/s/<slug>/anonymisation/who/<key>/words/back", allow=members(*REVIEWERS), methods=("POST",))
def take_wording_back(work: Work, study: Study, member: Member, key: str) -> ResponseReturnValue:
    """Call it, and generalise it, as before."""
    row = _entity(work, study, member, key)
    take_name_back(work, row, request.args.get("before", ""), _mine(work, member, row), ask=ask_outside)
    say(_("Taken back."))
    return redirect(url_for("anonymisation.wordings", slug=study.slug, key=key))


def profile_names(profiles: Sequence[Detail]) -> dict[str, str]:
    """Key -> what a profile is called in the reader's language."""
    return {one.key: one.name or _(FIRST_NAMES[one.key]) for one in profiles}


def _called(work: Work, study: Study, row: Entity, mine: Sequence[UUID]) -> Called:
    text = request.form.get("text", "")
    deeds: dict[str, Callable[[], Called]] = {
        "pseudonym": lambda: choose_pseudonym(
            work, study, row, text, mine, gender=_gender(request.form.get("gender", "")), ask=ask_outside
        ),
        "own": lambda: call_otherwise(work, row, text, mine),
    }
    return deeds.get(request.form.get("how", ""), lambda: call_by_sign(work, row, mine))()


def _gender(told: str) -> str:
    return told if told in {"m", "f"} else ""


def _entity(work: Work, study: Study, member: Member, key: str) -> Entity:
    """The entity, for a member who may know somebody that it was met with.

    Raises:
        NotFound: there is none.
        NotYours: it is met in others' interviews only.
    """
    row = find_entity(work, study.id, key)
    if row is None:
        raise NotFound(kind="entity", name=key)
    places = places_of(work, row)
    if places and not _mine(work, member, row):
        raise NotYours
    return row


def _mine(work: Work, member: Member, row: Entity) -> list[UUID]:
    """The transcripts with its mentions whose experts the member may know."""
    found = {
        one.transcript.id: may_know(member, work.get(Expert, one.interview.expert_id)) for one in places_of(work, row)
    }
    return [key for key, known in found.items() if known]


def _page(
    work: Work, study: Study, member: Member, row: Entity, *, suggested: Sequence[Bent] | None = None,
    typed: Mapping[str, str] | None = None, **shown: Any,
) -> str:  # fmt: skip
    kept = wordings_of(work, [row.id]).get(row.id, {})
    chosen, profiles = pseudonym_of(row, kept), profiles_of(work, study)
    steps = [one.text for one in suggested or [one for level, one in sorted(kept.items()) if level > 0]]
    places = places_of(work, row)
    read = [
        _read(work, place, meant_by(row, kept), profiles)
        for place in places
        if may_know(member, work.get(Expert, place.interview.expert_id))
    ]
    record(work, "anonymisation.shown", study_id=study.id, subject_id=row.id, count=len(read))
    typed = typed or {}
    now = "pseudonym" if chosen else "sign" if row.replacement == sign_of(row) else "own"
    return render_template(
        "anonymisation/wordings.html", entity=row, sign=sign_of(row), kinds=KINDS, longest=LONGEST, most=MOST_LEVELS,
        how=typed.get("how", now), text=typed.get("text", "" if now == "sign" else row.replacement),
        gender=typed.get("gender", chosen.gender if chosen else ""), chosen=chosen,
        forms=list(dict.fromkeys(chosen.forms.get(case, chosen.text) for case in CASES)) if chosen else [],
        steps=typed.get("steps", "\n".join(steps)), general=row.label in GENERALISED and not meant_by(row, kept).known,
        suggested=suggested is not None, read=read[:_SHOWN], more=len(read[_SHOWN:]), hidden=len(places) - len(read),
        profiles=profiles, names=profile_names(profiles), approved=any(one.approved for one in places), **shown,
    )  # fmt: skip


def _read(work: Work, place: Place, meant: Meant, profiles: Sequence[Detail]) -> Read:
    mention, expert = place.mention, work.get(Expert, place.interview.expert_id)
    text = said(work, work.get(Segment, mention.segment_id), expert.id)
    before, words, after = text[: mention.start], text[mention.start : mention.end], text[mention.end :]
    stays = mention.decision == Decision.REJECTED
    now = words if stays else mention.replacement
    at = standing_at(mention, meant)
    standing = Standing(len(before), len(before) + len(now), meant, at.cases, stayed=stays)
    told = [wording(before + now + after, standing, one) for one in profiles]
    return Read(place, expert.code, before[-_AROUND:], words, after[:_AROUND], told)

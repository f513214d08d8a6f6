"""Work with experts in the browser: adding, correcting, reaching, replacing; who they are, for those who may know."""

from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.clock import ALMATY
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.imports import import_team
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.services import member_by_initials, members_of
from fieldwork.sampling.forms import (
    check_seen,
    read_answer,
    read_expert,
    read_identity,
    read_note,
    read_upload,
    seen_of,
)
from fieldwork.sampling.imports import import_experts, import_recruitment
from fieldwork.sampling.models import Expert, ExpertStatus
from fieldwork.sampling.plan import criteria_of, strata_of
from fieldwork.sampling.recruitment import nominate, take_back, write_answer
from fieldwork.sampling.rules import Outcome, possible_steps
from fieldwork.sampling.services import (
    INTERVIEWERS,
    add_expert,
    assign_interviewer,
    change_expert,
    change_identity,
    coverage_of,
    experts_of,
    find_expert,
    free_code,
    identity_row,
    may_know,
    replace,
    replaceable,
    reveal_identity,
)
from fieldwork.sampling.views import CHANNELS, OUTCOMES, SEXES, STATUSES, blueprint
from fieldwork.web.filling import filled
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import local, noted, refusal_told
from fieldwork.web.pages import as_uuid
from fieldwork.web.policies import NotYours, member
from fieldwork.web.visits import say

FIELD: Final = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)
LEADING: Final = member(Role.PRINCIPAL_INVESTIGATOR)
BOTH: Final = ("GET", "POST")
SOURCES: Final = {
    "desk_review": noted("found by searching"),
    "publications": noted("by publications"),
    "expert": noted("named by another expert"),
}
ANSWERED: Final = {
    ExpertStatus.INVITED: noted("We have invited this expert"),
    ExpertStatus.AGREED: noted("Agrees to the interview"),
    ExpertStatus.DECLINED: noted("Declines"),
    "replied": OUTCOMES[Outcome.REPLIED],
    "postponed": OUTCOMES[Outcome.POSTPONED],
    "no_answer": OUTCOMES[Outcome.NO_ANSWER],
}


@blueprint.page("/s/<slug>/experts/new", allow=FIELD, methods=BOTH)
def new_expert(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Add a candidate; who it is is sealed at once. An interviewer who adds somebody may know the person."""
    form = request.form

    def deed() -> None:
        # the code stood on the page, so that sending a form twice does not make two experts of one person
        found = add_expert(work, study, read_expert(form), read_identity(form), code=form.get("code") or None)
        interviewer = member if member.role == Role.INTERVIEWER else _interviewer(work, study)
        assign_interviewer(work, found, interviewer)
        replace(work, found, _chosen(work, study, "replaces"))
        if form.get("source"):
            named_by = _chosen(work, study, "nominated_by") if form["source"] == "expert" else None
            note = read_note(form, "note", _("In short")) or None
            today = work.now.astimezone(ALMATY).date()
            nominate(work, found, member, source=form["source"], on=today, nominated_by=named_by, note=note)

    code = request.form.get("code") or free_code(work, study)
    return filled(
        "sampling/new_expert.html",
        deed,
        then=url_for("sampling.expert", slug=study.slug, code=code),
        told=_("%(code)s is in the sample. Who it is lies sealed.", code=code),
        code=code,
        sources=[("", "—"), *((value, _(told)) for value, told in SOURCES.items())],
        **_choices(work, study),
    )


@blueprint.page("/s/<slug>/experts/file", allow=LEADING, methods=BOTH)
def experts_file(work: Work, study: Study) -> ResponseReturnValue:
    """Take team and experts of ``experts.yaml``, or nominations and contacts of ``study.yaml``."""

    def deed() -> None:
        data = read_upload(request.files.get("file"))
        if isinstance(data, dict) and "experts" in data:
            if data.get("team"):
                import_team(work, study, data, source=_("the file"))
            import_experts(work, study, data, source=_("the file"))
        else:
            import_recruitment(work, study, data, source=_("the file"))

    there = url_for("sampling.experts", slug=study.slug)
    told = _("The experts are taken from the file. Destroy it where you do not need it: it names them.")
    return filled("sampling/experts_file.html", deed, then=there, told=told)


@blueprint.page("/s/<slug>/experts/<code>/edit", allow=FIELD, methods=BOTH)
def edit_expert(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Correct stratum and traits; the principal investigator also says who may know the expert."""
    found = _known(work, study, member, code)
    seen = seen_of(found)

    def deed() -> None:
        check_seen(request.form, found)
        change_expert(work, study, found, read_expert(request.form))
        replace(work, found, _chosen(work, study, "replaces"))
        if member.role == Role.PRINCIPAL_INVESTIGATOR and "interviewer" in request.form:
            assign_interviewer(work, found, _interviewer(work, study))

    there = url_for("sampling.expert", slug=study.slug, code=code)
    return filled(
        "sampling/edit_expert.html", deed, then=there, seen=seen, expert=found, **_choices(work, study, found)
    )


@blueprint.page("/s/<slug>/experts/<code>/answer", allow=FIELD, methods=BOTH)
def answer(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Write down an invitation and what came of it."""
    found = _known(work, study, member, code)
    before, form = found.status, request.form
    there = url_for("sampling.expert", slug=study.slug, code=code)
    wanted = form.get("what") or request.args.get("what", "")
    shown = {
        "expert": found,
        "seen": seen_of(found),
        "possible": [one for one in ANSWERED if one not in tuple(ExpertStatus) or one in possible_steps(before)],
        "answered": ANSWERED,
        "criteria": criteria_of(work, study),
        "channels": [("", "—"), *((value, _(told)) for value, told in CHANNELS.items())],
        "wanted": wanted,
        "met": form.getlist("met"),
        "today": work.now.astimezone(ALMATY).date().isoformat(),
    }
    if request.method == "GET":
        return render_template("sampling/answer.html", typed={}, refused="", **shown)
    try:
        check_seen(form, found)
        contact = write_answer(work, found, member, read_answer(form, tuple(form.getlist("met"))))
    except Refusal as refusal:
        return render_template("sampling/answer.html", typed=form, refused=refusal_told(refusal), **shown), 422
    undo = url_for("sampling.undo_answer", slug=study.slug, code=code, contact=contact.id, status=before)
    say(_("%(code)s: %(answer)s.", code=code, answer=_(STATUSES[ExpertStatus(found.status)])), undo=undo)
    covered = next(row for row in coverage_of(work, study) if row.key == _stratum_key(work, study, found))
    if found.status == ExpertStatus.INVITED and covered.over:
        say(_("The quota of this stratum is exceeded by %(over)s.", over=covered.over))
    return redirect(there)


@blueprint.page("/s/<slug>/experts/<code>/answer/undo", allow=FIELD, methods=("POST",))
def undo_answer(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Take back what was just written down."""
    found = _known(work, study, member, code)
    take_back(work, found, as_uuid(request.args.get("contact", "")), request.args.get("status", ""))
    say(_("The answer is taken back."))
    return redirect(url_for("sampling.expert", slug=study.slug, code=code))


@blueprint.page("/s/<slug>/experts/<code>/identity", allow=FIELD, writes=True)
def identity(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Who the expert is. Looking leaves an entry in the trail."""
    found = _known(work, study, member, code)
    known = reveal_identity(work, found)
    held = {name: value if isinstance(value, str) else "\n".join(value or ()) for name, value in vars(known).items()}
    return _identity_page(found, {**held, "seen": seen_of(identity_row(work, found))})


@blueprint.page("/s/<slug>/experts/<code>/identity", allow=FIELD, methods=("POST",))
def edit_identity(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Seal a corrected identity."""
    found = _known(work, study, member, code)
    seen = seen_of(identity_row(work, found))
    try:
        check_seen(request.form, identity_row(work, found))
        change_identity(work, found, read_identity(request.form))
    except NotFound:
        raise
    except Refusal as refusal:
        typed = {**request.form, "seen": seen}
        return _identity_page(found, typed, refused=refusal_told(refusal)), 422
    say(_("Sealed."))
    return redirect(url_for("sampling.expert", slug=study.slug, code=code))


def _known(work: Work, study: Study, member: Member, code: str) -> Expert:
    """The expert of that code, where the member may know who it is.

    Raises:
        NotFound: there is none.
        NotYours: somebody else's expert.
    """
    found = find_expert(work, study, code)
    if not may_know(member, found):
        raise NotYours
    return found


def _identity_page(expert: Expert, typed: dict[str, str], *, refused: str = "") -> str:
    return render_template("sampling/identity.html", expert=expert, typed=typed, refused=refused)


def _choices(work: Work, study: Study, expert: Expert | None = None) -> dict[str, Any]:
    """What the fields of an expert offer, as pairs of value and label; the first is nothing chosen."""
    nobody = ("", "—")
    strata, team = strata_of(work, study), members_of(work, study)
    others = [one for one in experts_of(work, study) if expert is None or one.id != expert.id]
    held = (
        {one.id: one.key for one in strata},
        {one.id: one.initials for one in team},
        {one.id: one.code for one in others},
    )
    return {
        "strata": [nobody, *((one.key, local(one.label)) for one in strata)],
        "sexes": [nobody, *((value, _(told)) for value, told in SEXES.items())],
        "interviewers": [nobody, *((one.initials, one.initials) for one in team if one.role in INTERVIEWERS)],
        "replaceable": [nobody, *((one.code, one.code) for one in replaceable(work, study, expert))],
        "others": [nobody, *((one.code, one.code) for one in others)],
        "held": _held(expert, *held) if expert else {},
    }


def _held(expert: Expert, strata: Any, initials: Any, codes: Any) -> dict[str, str]:
    """What the fields hold of an expert who is there."""
    return {
        "stratum": strata[expert.stratum_id],
        "group": expert.group,
        "sector": expert.sector,
        "sex": expert.sex,
        "age": expert.age_band,
        "experience": expert.experience_band,
        "region": expert.region,
        "interviewer": initials.get(expert.interviewer_id, ""),
        "replaces": codes.get(expert.replaces_id, ""),
    }


def _interviewer(work: Work, study: Study) -> Member | None:
    initials = request.form.get("interviewer", "")
    return member_by_initials(work, study, initials) if initials else None


def _chosen(work: Work, study: Study, name: str) -> Expert | None:
    code = request.form.get(name, "")
    return find_expert(work, study, code) if code else None


def _stratum_key(work: Work, study: Study, expert: Expert) -> str:
    return next(one.key for one in strata_of(work, study) if one.id == expert.stratum_id)

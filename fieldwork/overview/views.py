"""Studies, first steps, the dashboard, jobs, members, the audit trail."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.routing import BuildError

from fieldwork.core.accounts import Account
from fieldwork.core.clock import is_within
from fieldwork.core.errors import Refusal
from fieldwork.core.jobs import go_first, request_cancel, retry
from fieldwork.core.work import Work
from fieldwork.overview.dashboard import dashboard_of
from fieldwork.overview.deeds import DEEDS
from fieldwork.overview.history import job_of, jobs_of, trail_of
from fieldwork.overview.rules import Note, Path
from fieldwork.programme.forms import read_initials
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.services import add_member, signatures_of, studies_of
from fieldwork.programme.team import change_role, let_go, member_signed
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted, refusal_told
from fieldwork.web.pages import Pages, page_of
from fieldwork.web.policies import member, signed_in
from fieldwork.web.rules import check_login, check_name
from fieldwork.web.services import account_called, new_link
from fieldwork.web.visits import current_place, say

blueprint = Pages("overview", __name__)

LEADING = member(Role.PRINCIPAL_INVESTIGATOR)
WORKING = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER, Role.CODER)
STEPS = {
    Note.TO_INVITE: ("sampling.expert", noted("To the expert"), False),
    Note.AWAITS_ANSWER: ("sampling.expert", noted("To the expert"), False),
    Note.AWAITS_CONSENT: ("consent.decide", noted("Write down the consent"), True),
    Note.TO_PLAN: ("sampling.expert", noted("Set a date"), False),
    Note.PLANNED: ("scheduling.interview", noted("To the meeting"), False),
    Note.TO_RECORD: ("recording.upload", noted("Upload the recording"), True),
    Note.TO_TRANSCRIBE: ("recording.upload", noted("Transcribe"), True),
    Note.TRANSCRIBING: ("overview.jobs", noted("Look"), False),
    Note.TRANSCRIPTION_FAILED: ("overview.jobs", noted("See what happened"), False),
    Note.TO_CHECK: ("transcription.transcript", noted("Listen there"), True),
    Note.TO_DETECT: ("anonymisation.review", noted("Look for names"), True),
    Note.TO_REVIEW: ("anonymisation.review", noted("Go on"), True),
    Note.TO_CODE: ("coding.workbench", noted("Begin coding"), False),
}
"""What there is to do for an expert -> the page where it is done, what the link says, and whether it is only for the
principal investigator and that expert's own interviewer."""

ONWARD = {
    "guide": ("programme.guide", noted("Write the interview guide"), noted("Whatever is asked later follows from it.")),
    "sample": ("sampling.plan", noted("Find experts"), noted("Criteria and quotas first, then candidates.")),
    "categories": ("coding.board", noted("Group the codes"), noted("Some codes are in no category yet.")),
    "model": ("paradigm.model", noted("Build the model"), noted("Give the core categories their roles.")),
    "report": ("report.report", noted("To the report"), noted("Every interview is coded, the model is whole.")),
}
"""The next stage of the study -> its page, what to do there, and why."""

ASIDE = (
    ("overview.search_page", noted("Search")),
    ("programme.programme", noted("Research programme")),
    ("sampling.plan", noted("Sampling plan")),
    ("consent.consents", noted("Consents")),
    ("recording.choose_expert", noted("Upload a recording")),
    ("coding.codes", noted("Codebook")),
    ("coding.all_memos", noted("Memos")),
    ("overview.evidence", noted("Chain of evidence")),
    ("overview.jobs", noted("Long work")),
    ("overview.members", noted("Members and roles")),
    ("overview.trail", noted("Who did what")),
    ("overview.help_page", noted("Help")),
)
"""Pages of a study that are no stages: on a phone and in the palette one finds them by name."""


def way_to(study: Study, endpoint: str, **place: Any) -> str:
    """The address of a page, where there is one and the visitor's role opens it; else «»."""
    page = page_of(current_app, endpoint) if endpoint in current_app.view_functions else None
    if page is None or (page.allow.roles and current_place().role not in page.allow.roles):
        return ""
    try:
        return url_for(endpoint, slug=study.slug, **place)
    except BuildError:  # it wants to be told more: another way leads there
        return ""


def next_step(study: Study, member: Member, path: Path) -> tuple[str, str]:
    """Where the visitor does what is to be done for an expert, and what the link says; «» where somebody else does."""
    endpoint, label, closed = STEPS.get(path.note, ("", "", False))
    if closed and member.role != Role.PRINCIPAL_INVESTIGATOR and member.id != path.facts.interviewer:
        return "", ""
    found = way_to(study, endpoint) or way_to(study, endpoint, code=path.facts.code)
    if found and path.note is Note.TO_CHECK:
        found += "#doubts"
    return (found, label) if found else ("", "")


@blueprint.page("/", allow=signed_in())
def home(work: Work, account: Account) -> ResponseReturnValue:
    """The studies of the visitor; where there are none, the first steps."""
    found = studies_of(work, account)
    if not found:
        return redirect(url_for("overview.start"))
    return render_template("overview/studies.html", studies=found)


@blueprint.page("/start", allow=signed_in())
def start() -> ResponseReturnValue:
    """Open the demo, or begin a study."""
    return render_template("overview/start.html")


@blueprint.page("/s/<slug>/", allow=member())
def dashboard(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Where every expert stands, what is due, what is stuck."""
    board = dashboard_of(work, study)
    endpoint, label, why = ONWARD.get(board.onward, ("", "", ""))
    return render_template(
        "overview/dashboard.html",
        board=board,
        step_of=partial(next_step, study, member),
        onward=(way_to(study, endpoint), label, why),
    )


@blueprint.page("/s/<slug>/more", allow=member())
def more(study: Study) -> ResponseReturnValue:
    """On a phone: what the rail holds on larger screens."""
    aside = [(href, label) for endpoint, label in ASIDE if (href := way_to(study, endpoint))]
    return render_template("overview/more.html", aside=aside)


def _jobs(work: Work, study: Study) -> dict[str, Any]:
    """What the list of long works shows; ``held``: heavy ones wait until the night begins."""
    hours = work.settings.night_hours
    return {"jobs": jobs_of(work, study), "held": hours is not None and not is_within(work.now, hours), "night": hours}


@blueprint.page("/s/<slug>/jobs", allow=member())
def jobs(work: Work, study: Study) -> ResponseReturnValue:
    """Long works of the study, with their progress."""
    return render_template("overview/jobs.html", **_jobs(work, study))


@blueprint.page("/s/<slug>/jobs/progress", allow=member(), quiet=True)
def jobs_progress(work: Work, study: Study) -> ResponseReturnValue:
    """The same as a fragment, asked for while something is going on."""
    return render_template("overview/jobs_table.html", **_jobs(work, study))


@blueprint.page("/s/<slug>/jobs/<uuid:job_id>/cancel", allow=WORKING, methods=("POST",))
def cancel_job(work: Work, study: Study, job_id: UUID) -> ResponseReturnValue:
    """Stop a long work; what it has finished stays."""
    request_cancel(work, job_of(work, study, job_id).id)
    say(_("It stops within seconds. What is finished stays."))
    return redirect(url_for("overview.jobs", slug=study.slug))


@blueprint.page("/s/<slug>/jobs/<uuid:job_id>/first", allow=WORKING, methods=("POST",))
def first_job(work: Work, study: Study, job_id: UUID) -> ResponseReturnValue:
    """Let a waiting work go before all others."""
    go_first(work, job_of(work, study, job_id).id)
    say(_("It goes next."))
    return redirect(url_for("overview.jobs", slug=study.slug))


@blueprint.page("/s/<slug>/jobs/<uuid:job_id>/retry", allow=WORKING, methods=("POST",))
def retry_job(work: Work, study: Study, job_id: UUID) -> ResponseReturnValue:
    """Start a long work again, from where it was."""
    retry(work, job_of(work, study, job_id).id)
    say(_("It goes on from where it was."))
    return redirect(url_for("overview.jobs", slug=study.slug))


@blueprint.page("/s/<slug>/members", allow=member())
def members(work: Work, study: Study) -> ResponseReturnValue:
    """Who works in the study, and what each may do."""
    return _members(work, study)


@blueprint.page("/s/<slug>/members", allow=LEADING, methods=("POST",))
def let_in(work: Work, study: Study) -> ResponseReturnValue:
    """Let somebody in; who has no password yet gets a link to hand over."""
    form = request.form
    try:
        login = check_login(form.get("login", ""))
        name, initials = check_name(form.get("display_name", "").strip() or login), read_initials(form)
        add_member(work, study, login=login, display_name=name, initials=initials, role=form.get("role", ""))
    except Refusal as refusal:
        return _members(work, study, refused=refusal_told(refusal), typed=form), 422
    account = account_called(work, login)
    link = "" if account.password_hash else _link(new_link(work, account))
    return _members(work, study, link=link, link_for=login)


@blueprint.page("/s/<slug>/members/<initials>/role", allow=LEADING, methods=("POST",))
def set_role(work: Work, study: Study, initials: str) -> ResponseReturnValue:
    """Give a member another role; it holds at once."""
    changed, _account = member_signed(work, study, initials)
    change_role(work, study, changed, request.form.get("role", ""))
    say(_("The role is changed. It holds at once."))
    return redirect(url_for("overview.members", slug=study.slug))


@blueprint.page("/s/<slug>/members/<initials>/link", allow=LEADING, methods=("POST",))
def link_again(work: Work, study: Study, initials: str) -> ResponseReturnValue:
    """A new link for a member who never had a password."""
    _member, account = member_signed(work, study, initials)
    if account.password_hash:  # else an investigator could take over an account that is used in other studies
        return redirect(url_for("overview.members", slug=study.slug))
    return _members(work, study, link=_link(new_link(work, account)), link_for=account.login)


@blueprint.page("/s/<slug>/members/<initials>/remove", allow=LEADING, methods=("POST",))
def remove_member(work: Work, study: Study, initials: str, member: Member) -> ResponseReturnValue:
    """Take a member out of the study."""
    leaving, account = member_signed(work, study, initials)
    let_go(work, study, leaving)
    if account.id == member.account_id:
        return redirect(url_for("overview.home"))
    say(_("The member has left the study."))
    return redirect(url_for("overview.members", slug=study.slug))


@blueprint.page("/s/<slug>/trail", allow=LEADING)
def trail(work: Work, study: Study) -> ResponseReturnValue:
    """Who did what when: ids and counts, no names of experts, no words."""
    page = request.args.get("page", 1, type=int)
    return render_template("overview/trail.html", trail=trail_of(work, study, page), deeds=DEEDS)


def _members(work: Work, study: Study, **shown: object) -> str:
    roles = [role.value for role in Role]
    return render_template("overview/members.html", signatures=signatures_of(work, study), roles=roles, **shown)


def _link(token: str) -> str:
    return url_for("web.choose_password", token=token, _external=True)

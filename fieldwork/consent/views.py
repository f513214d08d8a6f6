"""Consent in the browser: the versions of the form, what each expert allows, deciding and withdrawing."""

from typing import Any, Final

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.consent.forms import SECTIONS, TOPICS, read_decision, read_form, starting_content
from fieldwork.consent.imports import import_consents
from fieldwork.consent.models import Consent, Scope
from fieldwork.consent.services import (
    add_form,
    current_consent,
    decision_of,
    decisions_of,
    find_form,
    forms_of,
    history_of,
    note_of,
    record_consent,
    topics_of,
    withdraw,
)
from fieldwork.core.clock import ALMATY
from fieldwork.core.errors import BadInput
from fieldwork.core.work import Work
from fieldwork.programme.guides import questions_of
from fieldwork.programme.models import Member, Role, Study
from fieldwork.sampling.forms import check_seen, read_upload, seen_of
from fieldwork.sampling.models import Expert, ExpertStatus
from fieldwork.sampling.services import experts_of, find_expert, may_know
from fieldwork.sampling.views import beside_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.views import SPOKEN, beside_interview
from fieldwork.web.filling import filled
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted
from fieldwork.web.pages import Pages
from fieldwork.web.policies import NotYours, member
from fieldwork.web.visits import current_place

blueprint = Pages("consent", __name__)

FIELD: Final = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)
LEADING: Final = member(Role.PRINCIPAL_INVESTIGATOR)
BOTH: Final = ("GET", "POST")
SCOPES: Final = {
    Scope.RECORD: noted("to be recorded"),
    Scope.TRANSCRIBE: noted("to be made into text"),
    Scope.QUOTE: noted("to be quoted without a name"),
    Scope.ARCHIVE: noted("to have the text kept for other studies"),
    Scope.NAMED: noted("to be named"),
}
AFTER_NO: Final = {
    Scope.RECORD: noted("Fine. Talk without a recorder and take notes; nothing can be uploaded."),
    Scope.TRANSCRIBE: noted("Fine. The sound may be listened to, but no text is made of it."),
    Scope.QUOTE: noted("Fine. The meaning counts in the analysis, no word is printed."),
    Scope.ARCHIVE: noted("Fine. The text is destroyed together with the recording."),
    Scope.NAMED: noted("Fine. Everywhere it will say the expert's code."),
}
METHODS: Final = {
    "online": noted("in writing, by e-mail or on a page"),
    "paper": noted("signed on paper"),
    "voice": noted("spoken, on the recording or in a voice message"),
}


class NotConfirmed(BadInput):
    """A withdrawal is not taken back; it needs more than one click."""

    message = "Tick that you know what follows: a withdrawal cannot be undone."


class NoFormYet(BadInput):
    """A decision is about a form, and there is none."""

    message = "The study has no consent form yet. The principal investigator writes the first version."


@blueprint.page("/s/<slug>/consent", allow=member())
def consents(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """What each expert allows, and the versions of the form."""
    forms = forms_of(work, study)
    people = [one for one in experts_of(work, study) if one.status != ExpertStatus.DECLINED]
    return render_template(
        "consent/consents.html",
        forms=forms,
        versions={form.id: form.version for form in forms},
        decisions=decisions_of(work, study),
        experts=people,
        knows=lambda expert: may_know(member, expert),
        scopes=SCOPES,
    )


@blueprint.page("/s/<slug>/consent/forms/new", allow=LEADING, methods=BOTH)
def new_form(work: Work, study: Study) -> ResponseReturnValue:
    """A new version of the form, begun from the newest there is."""
    forms = forms_of(work, study)
    before = forms[-1].content if forms else starting_content()

    def deed() -> None:
        add_form(work, study, read_form(request.form, before), source=_("the form"))

    return filled(
        "consent/new_form.html",
        deed,
        then=url_for("consent.consents", slug=study.slug),
        told=_("The form has a new version. Decisions on earlier ones stay as they are."),
        before=before,
        newest=forms[-1].version if forms else "",
        numbers=range(SECTIONS),
        today=work.now.astimezone(ALMATY).date().isoformat(),
        scopes=SCOPES,
        written={one["key"]: one for one in before["form"]["scopes"]},
    )


@blueprint.page("/s/<slug>/consent/forms/file", allow=LEADING, methods=BOTH)
def form_file(work: Work, study: Study) -> ResponseReturnValue:
    """Take a form and decisions from ``consent.yaml``."""

    def deed() -> None:
        import_consents(work, study, read_upload(request.files.get("file")), source=_("the file"))

    there = url_for("consent.consents", slug=study.slug)
    return filled("consent/form_file.html", deed, then=there, told=_("Form and decisions are taken from the file."))


@blueprint.page("/s/<slug>/consent/forms/<version>", allow=member())
def form(work: Work, study: Study, version: str) -> ResponseReturnValue:
    """One version of information sheet and form, to read or to print, in the language asked for."""
    found = find_form(work, study, version)
    asked = request.args.get("language", "")
    return render_template(
        "consent/form.html", form=found, shown=asked if asked in SPOKEN else "", spoken_languages=SPOKEN
    )


@blueprint.page("/s/<slug>/consent/<code>", allow=member())
def history(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Every decision of an expert, the latest first."""
    expert = find_expert(work, study, code)
    knows = may_know(member, expert)
    past = [(one, note_of(work, one.consent) if knows else None) for one in history_of(work, expert)]
    return render_template(
        "consent/history.html",
        expert=expert,
        past=past,
        knows=knows,
        scopes=SCOPES,
        methods=METHODS,
        spoken_languages=SPOKEN,
    )


@blueprint.page("/s/<slug>/consent/<code>/record", allow=FIELD, methods=BOTH)
def decide(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Write down an expert's decision; an earlier one stays in the history."""
    expert, forms = _known(work, study, member, code), forms_of(work, study)
    present = current_consent(work, expert.id)
    seen = seen_of(present)

    def deed() -> None:
        if not forms:
            raise NoFormYet
        check_seen(request.form, present)
        chosen = find_form(work, study, request.form.get("version", ""))
        record_consent(
            work, expert, chosen, read_decision(request.form, {one: _(told) for one, told in SCOPES.items()})
        )

    sentences = {one["key"]: one["sentence"] for one in forms[-1].content["form"]["scopes"]} if forms else {}
    now = work.now.astimezone(ALMATY)
    return filled(
        "consent/decide.html",
        deed,
        then=url_for("consent.history", slug=study.slug, code=code),
        told=_("The decision is written down."),
        expert=expert,
        seen=seen,
        forms=[(one.version, one.version) for one in reversed(forms)],
        questions=questions_of(work, study),
        topics=_topics(work, present),
        numbers=range(TOPICS),
        asked={number: request.form.getlist(f"questions{number}") for number in range(TOPICS)},
        scopes=SCOPES,
        after_no=AFTER_NO,
        sentences=sentences,
        methods=[("", "—"), *((value, _(told)) for value, told in METHODS.items())],
        spoken_languages=[("", "—"), *((language, _(told)) for language, told in SPOKEN.items())],
        today=now.date().isoformat(),
        clock=f"{now:%H:%M}",
    )


@blueprint.page("/s/<slug>/consent/<code>/withdraw", allow=FIELD, methods=BOTH)
def take_back(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Write down that an expert takes the consent back: told what follows, and confirmed."""
    expert = _known(work, study, member, code)
    present = current_consent(work, expert.id)

    def deed() -> None:
        if "understood" not in request.form:
            raise NotConfirmed
        withdraw(work, expert)

    last = next((one for one in forms_of(work, study) if present and one.id == present.form_id), None)
    return filled(
        "consent/withdraw.html",
        deed,
        then=url_for("consent.history", slug=study.slug, code=code),
        told=_("The withdrawal is written down. Nothing of this expert is used any more."),
        expert=expert,
        present=present if present and present.withdrawn_at is None else None,
        retention=last.content["retention"] if last else {},
    )


@beside_expert
def consent_part(work: Work, study: Study, expert: Expert) -> str:
    """What the expert allows, on the expert's page."""
    return _part("consent/part.html", work, study, expert)


@beside_interview
def talk_part(work: Work, study: Study, expert: Expert, interview: Interview) -> str:  # noqa: ARG001 - asked so
    """Whether one may record, above the guide."""
    return _part("consent/talk.html", work, study, expert)


def _part(template: str, work: Work, study: Study, expert: Expert) -> str:
    present = current_consent(work, expert.id)
    return render_template(
        template,
        expert=expert,
        study=study,
        decision=decision_of(work, expert.id),
        topics=topics_of(work, present) if present else [],
        knows=may_know(current_place().member, expert),
        scopes=SCOPES,
    )


def _known(work: Work, study: Study, member: Member, code: str) -> Expert:
    """The expert of that code, where the member may know who it is.

    Raises:
        NotFound: there is none.
        NotYours: somebody else's expert.
    """
    expert = find_expert(work, study, code)
    if not may_know(member, expert):
        raise NotYours
    return expert


def _topics(work: Work, present: Consent | None) -> dict[int, Any]:
    """The topics of the decision there is, which a new one begins with: they only ever withhold."""
    return dict(enumerate(topics_of(work, present))) if present else {}

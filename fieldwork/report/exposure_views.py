"""Pages on what a reader could learn: rare facts in quotations, one expert as read, and the trial search."""

from typing import Final
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.risk_views import NAMES, value_told
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.services import members_of
from fieldwork.report.exposure import Exposure, answer, exposure_of, forget_look, look_at
from fieldwork.report.intruder import ABOUT_EXPERT, LONGEST, QUESTIONS
from fieldwork.report.views import blueprint
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted, refusal_told
from fieldwork.web.policies import member
from fieldwork.web.visits import say

LOOKING: Final = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER, Role.CODER)

WHY: Final = {
    "only": noted("the only one"),
    "first": noted("the first one"),
    "most": noted("the youngest, the oldest, the largest"),
    "award": noted("an award or a title"),
    "office": noted("an office that was held"),
    "kin_office": noted("kinship with an official"),
    "years_role": noted("years in a role"),
    "date": noted("a date or a year"),
    "age": noted("an age"),
    "family": noted("children, a family"),
    "tongue": noted("a rare language"),
    "event": noted("an event that others remember"),
    "health": noted("health"),
    "own_field": noted("the speaker's own field or role beside it"),
}
"""The reasons of ``anonymisation.rarity`` in words."""

ASKED: Final = {
    "search_words": noted(
        "Does a search for words of the quotations, exact or by their sense, lead to a person, an article or a talk?"
    ),
    "search_facts": noted(
        "Does a search for rare facts (an event, an award, a year, an office) leave one person or two?"
    ),
    "lists": noted(
        "Is there an open list (staff, jury, festival programme, register of grants) that leaves one person or two?"
    ),
    "colleagues": noted(
        "Would a colleague from the same organisation or field know somebody by favourite words, stories, opinions?"
    ),
    "participants": noted("Would the experts know each other, above all those who were named by another expert?"),
    "portrait": noted(
        "Do all the quotations of one expert, read in a row, make a portrait that fits one person? "
        "Look at «What a reader learns»."
    ),
    "third_persons": noted("Could somebody be known of whom the experts speak: a superior, an official, a colleague?"),
    "already_public": noted(
        "Does something that is public already (announcements, posts, thanks of the team) tell who took part?"
    ),
    "motive": noted("Is there somebody who would gain by knowing an expert, and would it harm the expert gravely?"),
}
"""The questions in words; «yes» is what needs a change."""


@blueprint.page("/s/<slug>/anonymisation/risk/quotes", allow=member())
def rare_facts(work: Work, study: Study) -> ResponseReturnValue:
    """The quotations with rare facts: in the report, or under all codes."""
    return _rare_facts(work, study)


@blueprint.page("/s/<slug>/anonymisation/risk/quotes/<uuid:coding_id>", allow=LOOKING, methods=("POST",))
def look(work: Work, study: Study, member: Member, coding_id: UUID) -> ResponseReturnValue:
    """Keep that somebody looked."""
    try:
        look_at(work, study, coding_id, request.form.get("note", ""), member)
    except NotFound:
        raise
    except Refusal as refusal:
        return _rare_facts(work, study, refused=refusal_told(refusal)), 422
    say(_("Looked at."), undo=url_for("report.look_again", slug=study.slug, coding_id=coding_id))
    return redirect(url_for("report.rare_facts", slug=study.slug, all=request.form.get("all") or None))


@blueprint.page("/s/<slug>/anonymisation/risk/quotes/<uuid:coding_id>/again", allow=LOOKING, methods=("POST",))
def look_again(work: Work, study: Study, coding_id: UUID) -> ResponseReturnValue:
    """Take a look back."""
    forget_look(work, study, coding_id)
    say(_("It waits to be looked at again."))
    return redirect(url_for("report.rare_facts", slug=study.slug))


@blueprint.page("/s/<slug>/anonymisation/risk/readers", allow=member())
def readers(work: Work, study: Study) -> ResponseReturnValue:
    """The experts, and how much a reader learns about each."""
    exposure = exposure_of(work, study)
    return render_template(
        "report/readers.html",
        exposure=exposure,
        rows=[
            (code, exposure.of_expert(code), exposure.answers.get((ABOUT_EXPERT, code))) for code in _codes(exposure)
        ],
    )


@blueprint.page("/s/<slug>/anonymisation/risk/readers/<code>", allow=member())
def reader(work: Work, study: Study, code: str) -> ResponseReturnValue:
    """Everything a reader learns about one expert."""
    return _reader(work, study, code)


@blueprint.page("/s/<slug>/anonymisation/risk/readers/<code>", allow=LOOKING, methods=("POST",))
def recognise(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Say whether the expert could be recognised by it."""
    try:
        answer(work, study, (ABOUT_EXPERT, code), _said(), member)
    except Refusal as refusal:
        return _reader(work, study, code, refused=refusal_told(refusal)), 422
    say(_("Saved."))
    return redirect(url_for("report.readers", slug=study.slug) + f"#{code}")


@blueprint.page("/s/<slug>/anonymisation/risk/intruder", allow=member())
def intruder(work: Work, study: Study) -> ResponseReturnValue:
    """The trial search: its questions, what was answered, by whom and when."""
    return _intruder(work, study)


@blueprint.page("/s/<slug>/anonymisation/risk/intruder/<question>", allow=LOOKING, methods=("POST",))
def answer_question(work: Work, study: Study, member: Member, question: str) -> ResponseReturnValue:
    """Answer one question."""
    if question not in QUESTIONS:
        raise NotFound(kind="question", name=question)
    try:
        answer(work, study, (question, ""), _said(), member)
    except Refusal as refusal:
        return _intruder(work, study, refused=refusal_told(refusal), question=question), 422
    say(_("Saved."))
    return redirect(url_for("report.intruder", slug=study.slug) + f"#{question}")


def _said() -> tuple[str, str]:
    return request.form.get("answer", ""), request.form.get("note", "")


def _codes(exposure: Exposure) -> list[str]:
    return sorted(exposure.standing.rows)


def _rare_facts(work: Work, study: Study, refused: str = "") -> str:
    exposure = exposure_of(work, study)
    everything = bool(request.values.get("all"))
    marked = [one for one in exposure.quotes if one.facts and (everything or one.printed)]
    waiting = [one for one in exposure.waiting if everything or one.printed]
    return render_template(
        "report/rare_facts.html",
        exposure=exposure,
        everything=everything,
        waiting=waiting,
        seen=[one for one in marked if one.look is not None],
        read=sum(everything or one.printed for one in exposure.quotes),
        why=WHY,
        refused=refused,
        longest=LONGEST,
        members=_initials(work, study),
    )


def _reader(work: Work, study: Study, code: str, refused: str = "") -> str:
    exposure = exposure_of(work, study)
    if code not in exposure.standing.rows:
        raise NotFound(kind="expert", name=code)
    form, rows = exposure.standing.form, exposure.standing.rows
    published = {other: form.published(row) for other, row in rows.items()}
    codes = _codes(exposure)
    at = codes.index(code)
    return render_template(
        "report/reader.html",
        code=code,
        quotes=exposure.of_expert(code),
        traits=[
            (name, value_told(name, value), sum(other[name] == value for other in published.values()))
            for name, value in published[code].items()
        ],
        names=NAMES,
        why=WHY,
        given=exposure.answers.get((ABOUT_EXPERT, code)),
        old=_old(exposure, ABOUT_EXPERT, code),
        before=codes[at - 1] if at else "",
        after=codes[at + 1] if at + 1 < len(codes) else "",
        refused=refused,
        longest=LONGEST,
        members=_initials(work, study),
    )


def _intruder(work: Work, study: Study, refused: str = "", question: str = "") -> str:
    exposure = exposure_of(work, study)
    return render_template(
        "report/intruder.html",
        trial=exposure.trial,
        questions=[(key, ASKED[key], exposure.answers.get((key, "")), _old(exposure, key, "")) for key in QUESTIONS],
        experts=[
            (code, exposure.answers.get((ABOUT_EXPERT, code)), _old(exposure, ABOUT_EXPERT, code))
            for code in _codes(exposure)
        ],
        refused=refused,
        refused_at=question,
        longest=LONGEST,
        members=_initials(work, study),
    )


def _old(exposure: Exposure, question: str, about: str) -> bool:
    """Whether an answer is about something else than would be published now."""
    given = exposure.answers.get((question, about))
    return given is not None and given.basis != exposure.bases[about]


def _initials(work: Work, study: Study) -> dict[UUID, str]:
    return {one.id: one.initials for one in members_of(work, study)}

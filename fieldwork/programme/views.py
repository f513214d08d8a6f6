"""Beginning a study; reading its programme and its guide."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.accounts import Account
from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.programme.contents import objectives_of, parts_of, theories_of, write_part
from fieldwork.programme.forms import NewStudy, read_new_study
from fieldwork.programme.guides import guide_of, probes_of, questions_of
from fieldwork.programme.models import Block, Part, Role, Study
from fieldwork.programme.services import add_member, create_study
from fieldwork.web.languages import noted, refusal_told
from fieldwork.web.pages import Pages
from fieldwork.web.policies import member, signed_in

blueprint = Pages("programme", __name__)

PARTS = {
    Part.PROBLEM: noted("Problem"),
    Part.OBJECT: noted("Object"),
    Part.SUBJECT: noted("Subject"),
    Part.AIM: noted("Aim"),
    Part.RESEARCH_QUESTION: noted("Research question"),
}


@blueprint.page("/studies/new", allow=signed_in())
def new_study() -> ResponseReturnValue:
    """The first step: topic and question."""
    return _page({})


@blueprint.page("/studies/new", allow=signed_in(), methods=("POST",))
def begin_study(work: Work, account: Account) -> ResponseReturnValue:
    """Set up the study, with whoever began it as its principal investigator."""
    try:
        study = _begun(work, account, read_new_study(request.form))
    except Refusal as refusal:
        return _page(request.form, refused=refusal_told(refusal)), 422
    return redirect(url_for("sampling.begin_sample", slug=study.slug))


@blueprint.page("/s/<slug>/programme", allow=member())
def programme(work: Work, study: Study) -> ResponseReturnValue:
    """What the study wants to know: its parts, objectives and theory."""
    return render_template(
        "programme/programme.html",
        labels=PARTS,
        parts=parts_of(work, study),
        objectives=objectives_of(work, study),
        theories=theories_of(work, study),
    )


@blueprint.page("/s/<slug>/guide", allow=member())
def guide(work: Work, study: Study) -> ResponseReturnValue:
    """The questions in their three blocks, with probes, minutes, and the objective each serves."""
    found, questions = guide_of(work, study), questions_of(work, study)
    talk = found.opening_minutes + found.closing_minutes if found else 0
    return render_template(
        "programme/guide.html",
        guide=found,
        blocks=[(block.value, [one for one in questions if one.block == block]) for block in Block],
        probes=probes_of(work, study),
        objectives={one.id: one for one in objectives_of(work, study)},
        questions=len(questions),
        minutes=talk + sum(one.minutes for one in questions),
    )


def _begun(work: Work, account: Account, new: NewStudy) -> Any:
    study = create_study(
        work,
        new.slug,
        new.title,
        fieldwork_from=new.fieldwork_from,
        fieldwork_to=new.fieldwork_to,
        questions_expected=new.questions_expected,
    )
    if new.question:
        write_part(work, study, Part.RESEARCH_QUESTION, new.question)
    add_member(
        work,
        study,
        login=account.login,
        display_name=account.display_name,
        initials=new.initials,
        role=Role.PRINCIPAL_INVESTIGATOR,
    )
    return study


def _page(typed: Any, refused: str = "") -> str:
    return render_template("programme/new_study.html", typed=typed, refused=refused)

"""Recommendations written by hand: what is to be done, by whom, and the findings it follows from."""

from collections.abc import Callable, Sequence
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.coding.codebook import Codebook
from fieldwork.coding.evidence import read_codebook
from fieldwork.core.work import Work
from fieldwork.programme.forms import texts_of
from fieldwork.programme.models import Role, Study
from fieldwork.report.models import Recommendation
from fieldwork.report.recommendations import (
    add_recommendation,
    change_recommendation,
    check_words,
    free_key,
    recommendation_of,
    recommendations_of,
    remove_recommendation,
    take_back,
)
from fieldwork.report.views import blueprint
from fieldwork.web.filling import filled
from fieldwork.web.languages import gettext as _
from fieldwork.web.policies import member
from fieldwork.web.visits import say

WRITING = member(Role.PRINCIPAL_INVESTIGATOR, Role.CODER)


@blueprint.page("/s/<slug>/report/recommendations/new", allow=WRITING, methods=("GET", "POST"))
def new_recommendation(work: Work, study: Study) -> ResponseReturnValue:
    """Add a recommendation with the categories whose findings lead to it."""
    book = read_codebook(work.session, study.id)

    def deed() -> str:
        title, addressee, text = (texts_of(request.form, name) for name in ("title", "addressee", "text"))
        check_words(title, text)
        key = free_key(work, study)
        row = add_recommendation(
            work, study, key, title=title, addressee=addressee, text=text, evidence=_evidence(book, ())
        )
        return url_for("report.remove", slug=study.slug, recommendation_id=row.id)

    return _form(study, book, None, (), deed, told=_("The recommendation is in the report."))


@blueprint.page("/s/<slug>/report/recommendations/<uuid:recommendation_id>", allow=WRITING, methods=("GET", "POST"))
def recommendation(work: Work, study: Study, recommendation_id: UUID) -> ResponseReturnValue:
    """Change a recommendation."""
    row = recommendation_of(work, study, recommendation_id)
    book = read_codebook(work.session, study.id)
    kept = next(one.evidence for one in recommendations_of(work, study) if one.row.id == row.id)

    def deed() -> str:
        title, addressee, text = (texts_of(request.form, name) for name in ("title", "addressee", "text"))
        change_recommendation(work, row, title=title, addressee=addressee, text=text, evidence=_evidence(book, kept))
        return _undo(study, row)

    return _form(study, book, row, kept, deed, told=_("The recommendation is changed."))


@blueprint.page("/s/<slug>/report/recommendations/<uuid:recommendation_id>/remove", allow=WRITING, methods=("POST",))
def remove(work: Work, study: Study, recommendation_id: UUID) -> ResponseReturnValue:
    """Take a recommendation out of the report."""
    row = recommendation_of(work, study, recommendation_id)
    remove_recommendation(work, row)
    say(_("The recommendation is out of the report."), undo=_undo(study, row))
    return redirect(_there(study))


@blueprint.page("/s/<slug>/report/recommendations/<uuid:recommendation_id>/undo", allow=WRITING, methods=("POST",))
def undo(work: Work, study: Study, recommendation_id: UUID) -> ResponseReturnValue:
    """Take the last deed on a recommendation back."""
    take_back(work, recommendation_of(work, study, recommendation_id, removed=True))
    say(_("Taken back."))
    return redirect(_there(study))


def _form(
    study: Study, book: Codebook, row: Recommendation | None, kept: Sequence[str], deed: Callable[[], str], *, told: str
) -> ResponseReturnValue:
    return filled(
        "report/recommendation.html",
        deed,
        then=_there(study),
        told=told,
        row=row,
        book=book,
        ticked=request.form.getlist("category") if request.method == "POST" else kept,
    )


def _evidence(book: Codebook, kept: Sequence[str]) -> list[str]:
    """The categories ticked: those it rested on keep their order, then new ones, those with most quotations first."""
    ticked = set(request.form.getlist("category"))
    fresh = [one for one in book.categories if one.key in ticked - set(kept)]
    fresh.sort(key=lambda one: -len(book.of_category(one)))
    strange = sorted(ticked - set(book.category_by_key))
    return [*(key for key in kept if key in ticked), *(one.key for one in fresh), *strange]


def _undo(study: Study, row: Recommendation) -> str:
    return url_for("report.undo", slug=study.slug, recommendation_id=row.id)


def _there(study: Study) -> str:
    return url_for("report.report", slug=study.slug) + "#recommendations"

"""The board of axial coding: codes into categories, categories under core categories; and taking deeds back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.coding.codebook import Codebook
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Category, CoreCategory, Reversal
from fieldwork.coding.reversing import note_added, take_back
from fieldwork.coding.services import code_numbered
from fieldwork.coding.sorting import (
    Heading,
    begin_category,
    begin_core_category,
    remove_heading,
    rename_heading,
    sort_category,
    sort_code,
)
from fieldwork.coding.views import EDITING, blueprint
from fieldwork.core.work import Work
from fieldwork.programme.forms import texts_of
from fieldwork.programme.models import Member, Study
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import local
from fieldwork.web.pages import as_uuid, in_study
from fieldwork.web.policies import member as members
from fieldwork.web.visits import is_fragment, say

COLOURS = 6
"""Core categories that have a colour of their own; a seventh is to be grouped with one of them."""


@blueprint.page("/s/<slug>/categories", allow=members())
def board(work: Work, study: Study) -> ResponseReturnValue:
    """Categories under their core categories, the codes of one of them, and those that are not sorted yet."""
    return _board(work, study)


@blueprint.page("/s/<slug>/categories", allow=EDITING, methods=("POST",))
def add_category(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """A new category, under a core category where one is named."""
    core = _given(work, study, CoreCategory, "core")
    category = begin_category(work, study, texts_of(request.form, "label"), core)
    undo = note_added(work, category, study.id, member, "category.added")
    return _done(work, study, _("The category is there. Drag codes into it."), undo)


@blueprint.page("/s/<slug>/core-categories", allow=EDITING, methods=("POST",))
def add_core_category(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """A new core category; from the seventh on it has no colour."""
    core = begin_core_category(work, study, texts_of(request.form, "label"))
    undo = note_added(work, core, study.id, member, "core_category.added")
    told = _("The core category is there. Drag categories under it.")
    if core.position > COLOURS:
        told = _("The core category is there, without a colour: six have one. Group first, so that six are enough.")
    return _done(work, study, told, undo)


@blueprint.page("/s/<slug>/categories/<uuid:category_id>", allow=EDITING, methods=("POST",))
def rename_category(work: Work, study: Study, member: Member, category_id: UUID) -> ResponseReturnValue:
    """Other words for a category."""
    return _rename(work, study, member, in_study(work.session.get(Category, category_id), study))


@blueprint.page("/s/<slug>/core-categories/<uuid:core_id>", allow=EDITING, methods=("POST",))
def rename_core_category(work: Work, study: Study, member: Member, core_id: UUID) -> ResponseReturnValue:
    """Other words for a core category."""
    return _rename(work, study, member, in_study(work.session.get(CoreCategory, core_id), study))


@blueprint.page("/s/<slug>/categories/<uuid:category_id>/remove", allow=EDITING, methods=("POST",))
def remove_category(work: Work, study: Study, member: Member, category_id: UUID) -> ResponseReturnValue:
    """Remove an empty category."""
    category = in_study(work.session.get(Category, category_id), study)
    return _done(work, study, _("The category is removed."), remove_heading(work, category, member))


@blueprint.page("/s/<slug>/core-categories/<uuid:core_id>/remove", allow=EDITING, methods=("POST",))
def remove_core_category(work: Work, study: Study, member: Member, core_id: UUID) -> ResponseReturnValue:
    """Remove an empty core category."""
    core = in_study(work.session.get(CoreCategory, core_id), study)
    return _done(work, study, _("The core category is removed."), remove_heading(work, core, member))


@blueprint.page("/s/<slug>/categories/codes/<int:number>", allow=EDITING, methods=("POST",))
def move_code(work: Work, study: Study, member: Member, number: int) -> ResponseReturnValue:
    """Put a code into ``category`` (empty: none), before the code ``before``; ``was`` is where the page drew it."""
    code = code_numbered(work, study, number)
    category = _given(work, study, Category, "category")
    before = request.form.get("before", "")
    elsewhere = _elsewhere(work, code.category_id, Category)
    follower = code_numbered(work, study, int(before)) if before.isdecimal() else None
    undo = sort_code(work, code, category, follower, member)
    if elsewhere is None:
        told = _("Code %(number)s is in «%(category)s».", number=number, category=local(category.label)) if category \
            else _("Code %(number)s is among the unsorted ones.", number=number)  # fmt: skip
    else:
        told = _("Meanwhile somebody had moved it: «%(there)s». Now it is where you put it.", there=elsewhere)
    return _done(work, study, told, undo)


@blueprint.page("/s/<slug>/categories/<uuid:category_id>/move", allow=EDITING, methods=("POST",))
def move_category(work: Work, study: Study, member: Member, category_id: UUID) -> ResponseReturnValue:
    """Put a category under ``core`` (empty: none), before the one ``before``; ``was`` is where the page drew it."""
    category = in_study(work.session.get(Category, category_id), study)
    core = _given(work, study, CoreCategory, "core")
    elsewhere = _elsewhere(work, category.core_category_id, CoreCategory)
    undo = sort_category(work, category, core, _given(work, study, Category, "before"), member)
    if elsewhere is None:
        told = _("The category is under «%(core)s».", core=local(core.label)) if core \
            else _("The category is under no core category.")  # fmt: skip
    else:
        told = _("Meanwhile somebody had moved it: «%(there)s». Now it is where you put it.", there=elsewhere)
    return _done(work, study, told, undo)


@blueprint.page("/s/<slug>/codebook/undo/<uuid:reversal_id>", allow=EDITING, methods=("POST",))
def undo(work: Work, study: Study, reversal_id: UUID) -> ResponseReturnValue:
    """Take a deed on codebook, board or memos back; then go to the page of the study that ``to`` names."""
    take_back(work, study, reversal_id)
    say(_("The change is taken back."))
    if is_fragment():
        return "", 204
    to = request.args.get("to", "")
    return redirect(to if to.startswith(f"/s/{study.slug}/") else url_for("coding.board", slug=study.slug))


def undo_address(study: Study, reversal: Reversal | None, to: str) -> str | None:
    """Where a deed is taken back; None where nothing was changed."""
    if reversal is None:
        return None
    return url_for("coding.undo", slug=study.slug, reversal_id=reversal.id, to=to)


def bands_of(book: Codebook) -> list[tuple[CoreCategory | None, list[Category]]]:
    """Core categories with their categories; last those under none."""
    loose = [one for one in book.categories if one.core_category_id is None]
    return [*((core, book.categories_of(core)) for core in book.core_categories), (None, loose)]


def _board(work: Work, study: Study) -> ResponseReturnValue:
    book = read_codebook(work.session, study.id)
    free = [code for code in book.codes if code.category_id is None]
    counts = {code.id: len(book.of_code(code)) for code in book.codes}
    template = "coding/board_body.html" if is_fragment() else "coding/board.html"
    return render_template(template, book=book, bands=bands_of(book), free=free, counts=counts, colours=COLOURS)


def _done(work: Work, study: Study, told: str, reversal: Reversal | None) -> ResponseReturnValue:
    """The board as it is now: drawn anew for a script, else by going there."""
    here = url_for("coding.board", slug=study.slug)
    if reversal is not None:
        say(told, undo=undo_address(study, reversal, here))
    return _board(work, study) if is_fragment() else redirect(here)


def _rename(work: Work, study: Study, member: Member, heading: Heading) -> ResponseReturnValue:
    return _done(work, study, _("Renamed."), rename_heading(work, heading, texts_of(request.form, "label"), member))


def _given(work: Work, study: Study, model: type[Any], name: str) -> Any:
    """The row of this study whose id the form gives; None where it gives none."""
    form: Mapping[str, str] = request.form
    return in_study(work.session.get(model, as_uuid(form[name])), study) if form.get(name) else None


def _elsewhere(work: Work, now: UUID | None, model: type[Any]) -> str | None:
    """What the heading is called under which somebody has put it since the page was drawn; None where nobody has."""
    was = request.form.get("was")
    if was is None or was == str(now or ""):
        return None
    if now is None:
        return _("Without a category") if model is Category else _("Under no core category")
    return local(work.get(model, now).label)

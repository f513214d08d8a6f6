"""Editing one code: field by field, merged into another, removed; and adding one."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.coding.board_views import undo_address
from fieldwork.coding.codebook import Codebook, experts_of
from fieldwork.coding.evidence import read_codebook, words_around
from fieldwork.coding.memos import memos_of
from fieldwork.coding.models import Category, Code, Reversal
from fieldwork.coding.reversing import note_added
from fieldwork.coding.revising import (
    define_code,
    mark_in_vivo,
    merge_codes,
    publish_code_as,
    remove_code,
    rename_code,
)
from fieldwork.coding.services import add_code, code_numbered
from fieldwork.coding.sorting import sort_code
from fieldwork.coding.views import EDITING, Line, blueprint, codebook_page, core_of
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.forms import texts_of
from fieldwork.programme.models import Member, Study
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import ngettext, refusal_told
from fieldwork.web.pages import as_uuid, in_study
from fieldwork.web.policies import member as members
from fieldwork.web.visits import is_fragment, say

_REFUSED = 422


class CodeUnknown(BadInput):
    """A code to merge with was typed that there is not."""

    message = "There is no code by that number or name: choose one from the list."


@blueprint.page("/s/<slug>/codes", allow=EDITING, methods=("POST",))
def add(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """A new code; its passages are marked in the transcripts."""
    form = request.form
    try:
        category = _category(work, study)
        name, definition = form.get("name", ""), form.get("definition", "")
        code = add_code(work, study, name, definition.strip(), in_vivo="in_vivo" in form, category=category)
    except NotFound:
        raise
    except Refusal as refusal:
        return codebook_page(work, study, typed=form, refused=refusal_told(refusal)), _REFUSED
    here = url_for("coding.codes", slug=study.slug)
    undo = undo_address(study, note_added(work, code, study.id, member, "code.added"), here)
    say(_("Code %(number)s is in the codebook. It needs a quotation.", number=code.number), undo=undo)
    return redirect(f"{here}#code-{code.number}")


@blueprint.page("/s/<slug>/codes/<int:number>", allow=members())
def code(work: Work, study: Study, number: int) -> ResponseReturnValue:
    """A code: its definition, where it belongs, memos on it, and every quotation it rests on."""
    return _page(work, study, number)


@blueprint.page("/s/<slug>/codes/<int:number>/edit", allow=EDITING)
def edit(work: Work, study: Study, number: int) -> ResponseReturnValue:
    """The fields of a code, in its line of the codebook; with ``done`` the line again."""
    if not is_fragment():
        return redirect(url_for("coding.code", slug=study.slug, number=number, edit=1))
    book, chosen = _found(work, study, number)
    if "done" in request.args:
        passages = book.of_code(chosen)
        line = Line(chosen, len(passages), len(experts_of(passages)))
        return render_template("coding/code_line.html", line=line)
    return render_template("coding/code_edit.html", code=chosen, book=book, codings=_marked(book, chosen), inline=True)


@blueprint.page("/s/<slug>/codes/<int:number>", allow=EDITING, methods=("POST",))
def revise(work: Work, study: Study, member: Member, number: int) -> ResponseReturnValue:
    """Save one field of a code (``field``: name, definition, in_vivo, published, category)."""
    chosen = code_numbered(work, study, number)
    field = request.form.get("field", "")
    told, reversal = _revised(work, study, member, chosen, field)
    if reversal is not None:
        say(told, undo=undo_address(study, reversal, _address(study, chosen)))
    if not is_fragment():
        return redirect(_address(study, chosen))
    return render_template(
        "coding/code_field.html", field=field, code=chosen, book=read_codebook(work.session, study.id)
    )


@blueprint.page("/s/<slug>/codes/<int:number>/remove", allow=EDITING, methods=("POST",))
def remove(work: Work, study: Study, member: Member, number: int) -> ResponseReturnValue:
    """Remove a code with the codings that the page told of (``codings``)."""
    chosen = code_numbered(work, study, number)
    codings = request.form.get("codings", "")
    try:
        reversal = remove_code(work, chosen, member, codings=int(codings) if codings.isdecimal() else 0)
    except Refusal as refusal:
        return _page(work, study, number, refused=refusal_told(refusal)), _REFUSED
    here = url_for("coding.codes", slug=study.slug)
    say(_("Code %(number)s is removed.", number=number), undo=undo_address(study, reversal, here))
    return redirect(here)


@blueprint.page("/s/<slug>/codes/<int:number>/merge", allow=EDITING, methods=("POST",))
def merge(work: Work, study: Study, member: Member, number: int) -> ResponseReturnValue:
    """Merge a code into another (``into``: its number, or its name)."""
    chosen = code_numbered(work, study, number)
    try:
        into = _named(work, study, request.form.get("into", ""))
        done = merge_codes(work, chosen, into, member)
    except Refusal as refusal:
        return _page(work, study, number, refused=refusal_told(refusal)), _REFUSED
    there = _address(study, into)
    told = ngettext("%(num)s quotation has moved.", "%(num)s quotations have moved.", done.moved)
    if done.folded:
        told += " " + ngettext(
            "%(num)s was marked by both and stays once.", "%(num)s were marked by both and stay once.", done.folded
        )
    say(told, undo=undo_address(study, done.reversal, there))
    return redirect(there)


def _page(work: Work, study: Study, number: int, refused: str = "") -> str:
    book, shown = _found(work, study, number)
    order = [one.number for one in book.codes]
    place = order.index(number)
    category = None if shown.category_id is None else book.category_by_id[shown.category_id]
    passages = book.of_code(shown)
    return render_template(
        "coding/code.html",
        code=shown,
        book=book,
        category=category,
        core=core_of(book, category),
        passages=passages,
        around=words_around(work.session, passages),
        lost=[one for one in book.lost() if one.code_id == shown.id],
        codings=_marked(book, shown),
        memos=memos_of(work.session, study, shown),
        experts=experts_of(passages),
        before=order[place - 1] if place else None,
        after=order[place + 1] if place + 1 < len(order) else None,
        siblings=[] if category is None else [one for one in book.codes_of(category) if one.id != shown.id],
        refused=refused,
        editing=bool(refused) or "edit" in request.args,
    )


def _found(work: Work, study: Study, number: int) -> tuple[Codebook, Code]:
    book = read_codebook(work.session, study.id)
    return book, code_numbered(work, study, number)


def _revised(work: Work, study: Study, member: Member, chosen: Code, field: str) -> tuple[str, Reversal | None]:
    form = request.form
    if field == "name":
        return _("Renamed."), rename_code(work, chosen, form.get("name", ""), member, was=form.get("was"))
    if field == "definition":
        return _("The definition is changed."), define_code(
            work, chosen, form.get("definition", ""), member, was=form.get("was")
        )
    if field == "in_vivo":
        return _("It is noted whose words these are."), mark_in_vivo(work, chosen, member, in_vivo="in_vivo" in form)
    if field == "published":
        names = texts_of(form, "published") or None
        return _("The name in the report is changed."), publish_code_as(work, chosen, names, member)
    if field == "category":
        return _("The code has moved."), sort_code(work, chosen, _category(work, study), None, member)
    raise NotFound(kind="page", name="here")


def _category(work: Work, study: Study) -> Category | None:
    given = request.form.get("category", "")
    found: Any = in_study(work.session.get(Category, as_uuid(given)), study) if given else None
    return found  # type: ignore[no-any-return]


def _named(work: Work, study: Study, typed: str) -> Code:
    """The code of a number («12», «12 Name») or a name.

    Raises:
        CodeUnknown: there is none.
    """
    number = typed.strip().partition(" ")[0]
    codes = read_codebook(work.session, study.id).codes
    for one in codes:
        if typed.strip() == one.name or number == str(one.number):
            return one
    raise CodeUnknown


def _marked(book: Codebook, chosen: Code) -> int:
    """How many codings a code has, those that have lost their place with them."""
    return sum(one.code_id == chosen.id for one in book.passages)


def _address(study: Study, chosen: Code) -> str:
    return url_for("coding.code", slug=study.slug, number=chosen.number)

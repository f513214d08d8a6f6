"""Memos: what one thought while coding, about a code, a category, an expert or nothing yet."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.coding.board_views import undo_address
from fieldwork.coding.memos import (
    About,
    MemoLine,
    checked_memo,
    find_memo,
    may_change,
    memos_of,
    remove_memo,
    revise_memo,
    subjects_of,
)
from fieldwork.coding.models import Category, Code, MemoKind
from fieldwork.coding.reversing import note_added
from fieldwork.coding.services import category_called, code_numbered, write_memo
from fieldwork.coding.texts import expert_called
from fieldwork.coding.views import EDITING, blueprint
from fieldwork.core.clock import ALMATY
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import local, noted, refusal_told
from fieldwork.web.policies import member as members
from fieldwork.web.visits import is_fragment, say

_REFUSED = 422
KINDS = {
    MemoKind.CODE: noted("Code notes"),
    MemoKind.THEORETICAL: noted("Theoretical notes"),
    MemoKind.OPERATIONAL: noted("Operational notes"),
}
"""Strauss and Corbin's kinds of memos, as the list shows them."""


@blueprint.page("/s/<slug>/memos", allow=members())
def all_memos(work: Work, study: Study) -> ResponseReturnValue:
    """All memos by kind and date; narrowed while one types."""
    every = memos_of(work.session, study)
    kind, typed = request.args.get("kind", ""), request.args.get("q", "").strip()
    found = [line for line in every if kind in ("", line.memo.kind) and _holds(line, typed)]
    groups = [(one, [line for line in found if line.memo.kind == one]) for one in KINDS]
    template = "coding/memo_list.html" if is_fragment() else "coding/memos.html"
    return render_template(
        template, every=every, groups=[group for group in groups if group[1]], kinds=KINDS, kind=kind, typed=typed
    )


@blueprint.page("/s/<slug>/memos/new", allow=EDITING, methods=("GET", "POST"))
def new_memo(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Write a memo, about what the address names (``code``, ``category`` or ``expert``)."""
    form = request.form
    if request.method == "GET":
        asked = [(name, request.args[name]) for name in ("code", "category", "expert") if request.args.get(name)]
        return _form(work, study, {"about": ":".join(asked[0]) if asked else ""})
    try:
        title, text = checked_memo(form.get("title", ""), form.get("text", ""))
        about = _about(work, study)
    except BadInput as refusal:
        return _form(work, study, form, refused=refusal_told(refusal)), _REFUSED
    day = work.now.astimezone(ALMATY).date()
    memo = write_memo(work, study, member, _kind(), title=title, text=text, dated=day, about=about)
    here = url_for("coding.all_memos", slug=study.slug)
    undo = undo_address(study, note_added(work, memo, study.id, member, "memo.written"), here)
    say(_("The memo is kept."), undo=undo)
    return redirect(f"{here}#memo-{memo.number}")


@blueprint.page("/s/<slug>/memos/<int:number>", allow=EDITING, methods=("GET", "POST"))
def memo(work: Work, study: Study, member: Member, number: int) -> ResponseReturnValue:
    """Write a memo anew: one's own, or any as principal investigator."""
    row = find_memo(work, study, number)
    here = url_for("coding.all_memos", slug=study.slug)
    if request.method == "GET":
        if not may_change(row, member):
            return redirect(f"{here}#memo-{number}")
        line = next(one for one in memos_of(work.session, study) if one.memo.id == row.id)
        shown = {"kind": row.kind, "title": row.title, "text": row.text, "was": row.text, "about": _named(line.about)}
        return _form(work, study, shown, number=number)
    form = request.form
    try:
        done = revise_memo(
            work,
            row,
            member,
            kind=_kind(),
            title=form.get("title", ""),
            text=form.get("text", ""),
            about=_about(work, study),
            was=form.get("was"),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return _form(work, study, form, number=number, refused=refusal_told(refusal)), _REFUSED
    if done is not None:
        say(_("The memo is kept."), undo=undo_address(study, done, here))
    return redirect(f"{here}#memo-{number}")


@blueprint.page("/s/<slug>/memos/<int:number>/remove", allow=EDITING, methods=("POST",))
def take_memo_away(work: Work, study: Study, member: Member, number: int) -> ResponseReturnValue:
    """Remove a memo."""
    here = url_for("coding.all_memos", slug=study.slug)
    undo = undo_address(study, remove_memo(work, find_memo(work, study, number), member), here)
    say(_("The memo is removed."), undo=undo)
    return redirect(here)


def _form(
    work: Work, study: Study, shown: dict[str, str], *, number: int | None = None, refused: str = ""
) -> str:  # fmt: skip
    return render_template(
        "coding/memo.html", shown=shown, number=number, refused=refused, kinds=KINDS, subjects=_subjects(work, study)
    )


def _subjects(work: Work, study: Study) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a memo may be about: (heading, [(value of the choice, its words)])."""
    codes, categories, experts = subjects_of(work.session, study)
    return [
        (_("Categories"), [(f"category:{one.key}", local(one.label)) for one in categories]),
        (_("Codes"), [(f"code:{one.number}", f"{one.number} {one.name}") for one in codes]),
        (_("Experts"), [(f"expert:{one.code}", one.code) for one in experts]),
    ]


def _about(work: Work, study: Study) -> About | None:
    """What the form says the memo is about.

    Raises:
        NotFound: there is no such thing in this study.
    """
    kind, _sep, name = request.form.get("about", "").partition(":")
    if kind == "code" and name.isdecimal():
        return code_numbered(work, study, int(name))
    if kind == "category":
        return category_called(work, study, name)
    if kind == "expert":
        return expert_called(work, study.id, name)
    return None


def _named(about: About | None) -> str:
    if isinstance(about, Code):
        return f"code:{about.number}"
    if isinstance(about, Category):
        return f"category:{about.key}"
    return f"expert:{about.code}" if isinstance(about, Expert) else ""


def _kind() -> MemoKind:
    given = request.form.get("kind", "")
    return MemoKind(given) if given in set(MemoKind) else MemoKind.THEORETICAL


def _holds(line: MemoLine, typed: str) -> bool:
    about = line.about
    name = about.name if isinstance(about, Code) else about.code if isinstance(about, Expert) else ""
    named = local(about.label) if isinstance(about, Category) else name
    return typed.casefold() in f"{line.memo.title} {line.memo.text} {line.author.initials} {named}".casefold()

"""Memos at the coding workbench: those beside a code of the transcript, and new ones."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from fieldwork.coding.models import Category, Code, MemoKind
from fieldwork.coding.services import code_numbered, write_memo
from fieldwork.coding.views import blueprint
from fieldwork.coding.workbench import memos_beside, open_bench
from fieldwork.core.clock import ALMATY
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.sampling.models import Expert
from fieldwork.web.languages import noted
from fieldwork.web.policies import member as members

CODERS = (Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER, Role.CODER)
KINDS = {
    MemoKind.CODE: noted("on a code"),
    MemoKind.THEORETICAL: noted("theoretical"),
    MemoKind.OPERATIONAL: noted("operational"),
}
_TITLE = 60  # code points of the first line that serve as a title


@blueprint.page("/s/<slug>/coding/<code>/memos", allow=members())
def memos_at_bench(work: Work, study: Study, code: str) -> ResponseReturnValue:
    """Memos beside a code of the transcript, as a piece of the page."""
    bench = open_bench(work, study, code)
    chosen = code_numbered(work, study, request.args.get("code", 0, int)) if request.args.get("code") else None
    found = memos_beside(work, study, bench.expert, chosen)
    return render_template("coding/workbench_memos.html", memos=found, kinds=KINDS, expert=bench.expert)


@blueprint.page("/s/<slug>/coding/<code>/memos", allow=members(*CODERS), methods=("POST",))
def add_memo_at_bench(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Write a memo on a code, its category, the expert or the study; its first line is its title."""
    bench = open_bench(work, study, code)
    text = request.form.get("text", "").strip()
    kind = request.form.get("kind", "")
    about = _about(work, study, bench.expert, request.form.get("about", ""))
    if text:
        write_memo(
            work,
            study,
            member,
            MemoKind(kind) if kind in set(MemoKind) else MemoKind.THEORETICAL,
            title=_title(text),
            text=text,
            dated=work.now.astimezone(ALMATY).date(),
            about=about,
        )
    chosen = about if isinstance(about, Code) else None
    found = memos_beside(work, study, bench.expert, chosen)
    return render_template("coding/workbench_memos.html", memos=found, kinds=KINDS, expert=bench.expert)


def _about(work: Work, study: Study, expert: Expert, named: str) -> Category | Code | Expert | None:
    """What a memo is about: «code:12», «category:12» (that of code 12), «expert», or the study as a whole."""
    kind, _colon, number = named.partition(":")
    if kind in ("code", "category"):
        code = code_numbered(work, study, int(number) if number.isdecimal() else 0)
        return work.get(Category, code.category_id) if kind == "category" and code.category_id else code
    return expert if kind == "expert" else None


def _title(text: str) -> str:
    first = text.splitlines()[0].strip()
    return first if len(first) <= _TITLE else first[: _TITLE - 1].rstrip() + "…"

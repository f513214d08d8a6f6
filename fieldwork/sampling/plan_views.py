"""Planning the sample in the browser: type and size, criteria, strata with quotas, aspects; by hand or from a file."""

import base64
import json
import zlib
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.forms import read_number
from fieldwork.programme.guides import questions_of
from fieldwork.programme.models import Role, Study
from fieldwork.sampling.forms import TEXT, check_seen, read_row, read_texts, read_upload, seen_of
from fieldwork.sampling.imports import import_sampling
from fieldwork.sampling.plan import aspects_of, criteria_of, plan_of, strata_of
from fieldwork.sampling.planning import (
    add_row,
    change_row,
    find_row,
    kind_called,
    move_row,
    remove_row,
    write_plan,
)
from fieldwork.sampling.services import coverage_of
from fieldwork.sampling.views import blueprint
from fieldwork.web.filling import filled
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted
from fieldwork.web.policies import member
from fieldwork.web.visits import say

LEADING: Final = member(Role.PRINCIPAL_INVESTIGATOR)
BOTH: Final = ("GET", "POST")
CRITERIA: Final = {"required": noted("required"), "desirable": noted("desirable")}
REMOVED: Final = {
    "criteria": noted("The criterion is removed."),
    "strata": noted("The stratum is removed."),
    "aspects": noted("The aspect is removed."),
}
_COLUMNS: Final[dict[str, dict[str, type]]] = {
    "criteria": {"kind": str, "weight": int, "text": dict, "justification": str},
    "strata": {"quota": int, "label": dict},
    "aspects": {"label": dict, "min_experts": int, "questions": list, "categories": list},
}
_LONGEST_UNDO = 2800  # what a removed row may take in an address that goes through a cookie


@blueprint.page("/s/<slug>/sample", allow=member())
def plan(work: Work, study: Study) -> ResponseReturnValue:
    """Whom the study needs: how it samples, by which criteria, how many of each stratum, to speak to what."""
    return render_template(
        "sampling/plan.html",
        plan=plan_of(work, study),
        criteria=criteria_of(work, study),
        strata=strata_of(work, study),
        covered={row.key: row for row in coverage_of(work, study)},
        aspects=aspects_of(work, study),
        criterion_kinds=CRITERIA,
    )


@blueprint.page("/s/<slug>/sample/plan", allow=LEADING, methods=BOTH)
def edit_plan(work: Work, study: Study) -> ResponseReturnValue:
    """Type and size of the sample, and when to stop."""
    present = plan_of(work, study)
    seen = seen_of(present)

    def deed() -> None:
        check_seen(request.form, present)
        write_plan(
            work,
            study,
            kind=read_texts(request.form, "type", _("Type of sample"), longest=TEXT),
            size=read_number(request.form, "size"),
            saturation_rule=read_texts(request.form, "saturation_rule", _("When to stop"), longest=TEXT),
        )

    return filled("sampling/edit_plan.html", deed, then=_there(study), plan=present, seen=seen)


@blueprint.page("/s/<slug>/sample/file", allow=LEADING, methods=BOTH)
def plan_file(work: Work, study: Study) -> ResponseReturnValue:
    """Take the whole plan from ``study.yaml``."""

    def deed() -> None:
        import_sampling(work, study, read_upload(request.files.get("file")), source=_("the file"))

    return filled("sampling/plan_file.html", deed, then=_there(study), told=_("The plan is taken from the file."))


@blueprint.page("/s/<slug>/sample/<kind>/new", allow=LEADING, methods=BOTH)
def new_row(work: Work, study: Study, kind: str) -> ResponseReturnValue:
    """A new criterion, stratum or aspect."""
    kind_called(kind)

    def deed() -> None:
        add_row(work, study, kind, read_row(kind, request.form))

    return _row_page(work, study, kind, None, deed)


@blueprint.page("/s/<slug>/sample/<kind>/<key>", allow=LEADING, methods=BOTH)
def edit_row(work: Work, study: Study, kind: str, key: str) -> ResponseReturnValue:
    """A criterion, stratum or aspect."""
    row = find_row(work, study, kind, key)
    seen = seen_of(row)

    def deed() -> None:
        check_seen(request.form, row)
        change_row(work, row, read_row(kind, request.form))

    return _row_page(work, study, kind, row, deed, seen=seen)


@blueprint.page("/s/<slug>/sample/<kind>/<key>/move", allow=LEADING, methods=("POST",))
def shift_row(work: Work, study: Study, kind: str, key: str) -> ResponseReturnValue:
    """One place up, or down."""
    by = -1 if request.form.get("to") == "up" else 1
    move_row(work, study, find_row(work, study, kind, key), by)
    return redirect(_there(study, kind))


@blueprint.page("/s/<slug>/sample/<kind>/<key>/remove", allow=LEADING, methods=("POST",))
def drop_row(work: Work, study: Study, kind: str, key: str) -> ResponseReturnValue:
    """Take a criterion, stratum or aspect out; a toast brings it back."""
    row = find_row(work, study, kind, key)
    held = {name: getattr(row, name) for name in _COLUMNS[kind]}
    packed = _packed({"key": row.key, "place": remove_row(work, study, row), "given": held})
    undo = url_for("sampling.restore_row", slug=study.slug, kind=kind, row=packed)
    say(_(REMOVED[kind]), undo=undo if len(packed) <= _LONGEST_UNDO else None)
    return redirect(_there(study, kind))


@blueprint.page("/s/<slug>/sample/<kind>/restore", allow=LEADING, methods=("POST",))
def restore_row(work: Work, study: Study, kind: str) -> ResponseReturnValue:
    """Bring back what was just taken out."""
    kind_called(kind)
    held = _unpacked(request.args.get("row", ""))
    given, key, place = held.get("given"), held.get("key"), held.get("place")
    if not isinstance(given, dict) or not isinstance(key, str) or not isinstance(place, int):
        raise NotFound(kind="page", name="here")
    if {name: type(value) for name, value in given.items()} != _COLUMNS[kind]:
        raise NotFound(kind="page", name="here")
    add_row(work, study, kind, given, key=key, place=place)
    say(_("It is back."))
    return redirect(_there(study, kind))


def _row_page(work: Work, study: Study, kind: str, row: Any, deed: Any, **shown: Any) -> ResponseReturnValue:
    return filled(
        f"sampling/edit_{kind}.html",
        deed,
        then=_there(study, kind),
        kind=kind,
        row=row,
        questions=questions_of(work, study) if kind == "aspects" else (),
        criterion_kinds=CRITERIA,
        asked=request.form.getlist("questions"),
        **shown,
    )


def _there(study: Study, kind: str = "") -> str:
    return url_for("sampling.plan", slug=study.slug, _anchor=kind or None)


def _packed(held: dict[str, Any]) -> str:
    """A removed row as a short text for an address: labels and numbers of the plan, which are published anyway."""
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(held, ensure_ascii=False).encode(), 9)).decode()


def _unpacked(packed: str) -> dict[str, Any]:
    try:
        opened = zlib.decompressobj().decompress(base64.urlsafe_b64decode(packed.encode()), 20_000)
        held = json.loads(opened)
    except (ValueError, zlib.error):
        raise NotFound(kind="page", name="here") from None
    return held if isinstance(held, dict) else {}

"""Building the model in the browser: roles by dragging, by keys or by a form; links; storylines; and taking back."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.coding.codebook import Codebook, Passage
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Category, CoreCategory
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.paradigm.building import (
    LinkInput,
    assignment_of,
    change_link,
    connect,
    core_called,
    ends_of,
    give_role,
    link_of,
    remove_link,
    take_back,
    take_role,
    tell_role,
    tell_story,
)
from fieldwork.paradigm.models import Link, ParadigmRole, ParadigmVersion
from fieldwork.paradigm.questions import named
from fieldwork.paradigm.rules import Finding
from fieldwork.paradigm.services import assignments_of, evidence_of, model_of
from fieldwork.paradigm.views import BUILDING, blueprint, labels_of, rendered_map
from fieldwork.programme.forms import texts_of
from fieldwork.programme.models import Study
from fieldwork.web.filling import filled
from fieldwork.web.languages import gettext as _
from fieldwork.web.pages import as_uuid
from fieldwork.web.visits import is_fragment, say

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Shelf:
    """One end of a link: its categories, each with its quotations."""

    core: CoreCategory
    categories: Sequence[tuple[Category, Sequence[Passage]]]


@blueprint.page("/s/<slug>/model/roles", allow=BUILDING, methods=("POST",))
def place(work: Work, study: Study) -> ResponseReturnValue:
    """Put a core category into a role, or out of the model where no role is named."""
    core = core_called(work, study, request.form.get("core", ""))
    role = request.form.get("role", "")
    if role and role not in set(ParadigmRole):
        raise NotFound(kind="role", name=role)
    with _names(read_codebook(work.session, study.id)):
        version = give_role(work, study, core, ParadigmRole(role)) if role else take_role(work, study, core)
    return _done(work, study, version, _("The core category has its role.") if role else _("It is out of the model."))


@blueprint.page("/s/<slug>/model/link", allow=BUILDING, methods=("GET", "POST"))
def new_link(work: Work, study: Study) -> ResponseReturnValue:
    """Link two core categories of the model: choose them, say how, tick what shows it."""
    book = read_codebook(work.session, study.id)
    cores = _playing(work, study, book)
    source = _chosen(cores, request.values.get("source", ""))
    target = _chosen([one for one in cores if one is not source], request.values.get("target", ""))

    def deed() -> str:
        if source is None or target is None:
            raise NotFound(kind="core category in the paradigm model", name=request.values.get("target", ""))
        with _names(book):
            return _undo(study, connect(work, study, source, target, _link_input())[1])

    if len(cores) < 2:  # noqa: PLR2004 - a link joins two
        return render_template("paradigm/too_few.html")
    return filled(
        "paradigm/link.html",
        deed,
        then=url_for("paradigm.model", slug=study.slug) + "#links",
        told=_("The link is in the model."),
        link=None,
        cores=cores,
        source=source,
        target=target,
        shelves=_shelves(book, source, target),
        **_ticked(work, None),
    )


@blueprint.page("/s/<slug>/model/links/<uuid:link_id>", allow=BUILDING, methods=("GET", "POST"))
def link(work: Work, study: Study, link_id: UUID) -> ResponseReturnValue:
    """Change what a link says and what it rests on."""
    row = link_of(work, study, link_id)
    book = read_codebook(work.session, study.id)
    source, target = ends_of(work, row)
    return filled(
        "paradigm/link.html",
        lambda: _undo(study, change_link(work, study, row, _link_input())),
        then=url_for("paradigm.model", slug=study.slug) + "#links",
        told=_("The link is changed."),
        link=row,
        cores=[],
        source=source,
        target=target,
        shelves=_shelves(book, source, target),
        **_ticked(work, row),
    )


@blueprint.page("/s/<slug>/model/links/<uuid:link_id>/remove", allow=BUILDING, methods=("POST",))
def unlink(work: Work, study: Study, link_id: UUID) -> ResponseReturnValue:
    """Take a link out of the model."""
    version = remove_link(work, study, link_of(work, study, link_id))
    return _done(work, study, version, _("The link is out of the model."))


@blueprint.page("/s/<slug>/model/story", allow=BUILDING, methods=("GET", "POST"))
def story(work: Work, study: Study) -> ResponseReturnValue:
    """Write the storyline: of the whole model, or of one core category in its role."""
    key = request.values.get("core", "")
    core = core_called(work, study, key) if key else None
    row = model_of(work, study)
    mine = assignment_of(work, row, core) if row and core else None
    if core is not None and mine is None:
        raise NotFound(kind="core category in the paradigm model", name=key)
    texts = mine.storyline if mine else row.storyline if row else {}

    def deed() -> str:
        written = texts_of(request.form, "story")
        return _undo(study, tell_role(work, study, core, written) if core else tell_story(work, study, written))

    return filled(
        "paradigm/write_story.html",
        deed,
        then=url_for("paradigm.model", slug=study.slug, view="story"),
        told=_("The storyline is kept."),
        core=core,
        story=texts,
    )


@blueprint.page("/s/<slug>/model/undo/<uuid:version_id>", allow=BUILDING, methods=("POST",))
def undo(work: Work, study: Study, version_id: UUID) -> ResponseReturnValue:
    """Take the last deed back."""
    take_back(work, study, version_id)
    return _done(work, study, None, _("Taken back."))


def _done(work: Work, study: Study, version: ParadigmVersion | None, told: str) -> ResponseReturnValue:
    """Tell what was done and how it is taken back; scripts get the map anew, browsers are led back to it."""
    if version is not None:
        say(told, undo=_undo(study, version))
    elif request.endpoint == "paradigm.undo":
        say(told)
    return rendered_map(work, study) if is_fragment() else redirect(url_for("paradigm.model", slug=study.slug))


def _undo(study: Study, version: ParadigmVersion) -> str:
    return url_for("paradigm.undo", slug=study.slug, version_id=version.id)


@contextmanager
def _names(book: Codebook) -> Iterator[None]:
    """Tell refusals with what core categories are called, not with their keys."""
    try:
        yield
    except Finding as finding:
        raise named(finding, labels_of(book)) from None


def _link_input() -> LinkInput:
    form = request.form
    return LinkInput(
        label=texts_of(form, "label"),
        categories=form.getlist("category"),
        quotations=[as_uuid(one) for one in form.getlist("quotation")],
    )


def _playing(work: Work, study: Study, book: Codebook) -> list[CoreCategory]:
    """The core categories that have a role."""
    row = model_of(work, study)
    return [book.core_by_id[one.core_category_id] for one in assignments_of(work, row)] if row else []


def _chosen(cores: list[CoreCategory], key: str) -> CoreCategory | None:
    """The core category of that key, or the first one."""
    return next((one for one in cores if one.key == key), cores[0] if cores else None)


def _shelves(book: Codebook, *ends: CoreCategory | None) -> list[Shelf]:
    """Both ends' categories with their quotations: what can carry a link."""
    return [
        Shelf(core, [(one, book.of_category(one)) for one in book.categories_of(core)])
        for core in ends
        if core is not None
    ]


def _ticked(work: Work, row: Link | None) -> dict[str, object]:
    """Keys of categories and ids of codings that are ticked: as sent, or as kept."""
    if request.method == "POST":
        ticked = {*request.form.getlist("category"), *request.form.getlist("quotation")}
    else:
        ticked = evidence_of(work, row) if row else set()
    return {"ticked": ticked, "ticked_ids": {UUID(one) for one in ticked if _UUID.fullmatch(one)}}

"""The register of a study's entities, by placeholder, for those who may know the experts they were met with."""

from collections.abc import Collection
from itertools import groupby
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.register import register_of, rename
from fieldwork.anonymisation.rules import LONGEST, tint_of
from fieldwork.anonymisation.views import KINDS, REVIEWERS, blueprint
from fieldwork.core.errors import BadInput, NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.services import may_know
from fieldwork.transcription.services import transcripts_of
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import ngettext, refusal_told
from fieldwork.web.policies import member as members
from fieldwork.web.visits import say


@blueprint.page("/s/<slug>/anonymisation/register", allow=members(*REVIEWERS))
def register(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Everybody and everything that is mentioned, by kind: what stands in its place, and in which transcripts."""
    return _register(work, study, member)


@blueprint.page("/s/<slug>/anonymisation/register/<key>", allow=members(*REVIEWERS), methods=("POST",))
def rename_entity(work: Work, study: Study, member: Member, key: str) -> ResponseReturnValue:
    """Give an entity another replacement, in what is not approved yet and from now on."""
    mine = _mine(work, study, member)
    entry = next((one for one in register_of(work, study, mine) if one.entity.key == key), None)
    if entry is None:
        raise NotFound(kind="entity", name=key)
    typed = request.form.get("replacement", "")
    try:
        count = rename(work, entry.entity, typed, mine)
    except BadInput as refusal:
        return _register(work, study, member, refused=refusal_told(refusal), key=key, typed=typed), 422
    if count:
        say(ngettext("Replaced otherwise in %(num)s place", "Replaced otherwise in %(num)s places", count))
    else:
        say(_("It stands so from the next transcript on."))
    return redirect(url_for("anonymisation.register", slug=study.slug))


def _mine(work: Work, study: Study, member: Member) -> Collection[UUID]:
    """The transcripts whose experts the member may know."""
    return [one.id for expert, one in transcripts_of(work, study.id) if may_know(member, expert)]


def _register(work: Work, study: Study, member: Member, **shown: str) -> str:
    entries = register_of(work, study, _mine(work, study, member))
    order = list(KINDS)
    entries.sort(key=lambda entry: order.index(entry.entity.label))
    groups = [
        (label, tint_of(label), list(found)) for label, found in groupby(entries, lambda entry: entry.entity.label)
    ]
    return render_template("anonymisation/register.html", groups=groups, kinds=KINDS, longest=LONGEST, **shown)

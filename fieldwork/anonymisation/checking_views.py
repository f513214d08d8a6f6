"""Checking a file before it is sent: dropped, looked into by a child, not kept; and the places of findings in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.approval_views import LEAKS
from fieldwork.anonymisation.exports import check_file, open_reviews
from fieldwork.anonymisation.leaving.door import Leaving
from fieldwork.anonymisation.leaving.parts import MIB, Step
from fieldwork.anonymisation.leaving.spotted import Spotted
from fieldwork.anonymisation.views import blueprint
from fieldwork.core.errors import BadInput, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Role, Study
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted, refusal_told
from fieldwork.web.policies import member

LIMIT: Final = 64  # MB of one file
_SHOWN: Final = 300
_REFUSED: Final = 422

PLACES: Final = {
    "attachment": noted("attachment"),
    "attribute": noted("property «%(value)s»"),
    "comment": noted("comment"),
    "comments": noted("comments"),
    "description": noted("description of a picture"),
    "earlier state": noted("earlier state %(value)s, still in the file"),
    "field": noted("form field"),
    "file": "%(value)s",
    "footer": noted("footer"),
    "header": noted("header"),
    "key": noted("«%(value)s»"),
    "line": noted("line %(value)s"),
    "link": noted("link"),
    "links": noted("links"),
    "metadata": noted("metadata «%(value)s»"),
    "name": noted("name of the file"),
    "note": noted("note in the margin"),
    "notes": noted("notes"),
    "object": noted("inside the file, «%(value)s»"),
    "outline": noted("bookmarks"),
    "page": noted("page %(value)s"),
    "paragraph": noted("paragraph %(value)s"),
    "people": noted("people who edited it"),
    "picture": noted("picture"),
    "row": noted("row %(value)s"),
    "script": noted("script"),
    "section": "%(value)s",
    "sheet": noted("sheet «%(value)s»"),
    "slide": noted("slide %(value)s"),
}
"""Steps of the way to a place, in words."""

KINDS: Final = {
    **LEAKS,
    "picture": noted("a picture: nobody but you can see whether it shows somebody"),
    "recording": noted("a recording: a voice tells who speaks"),
    "whereabouts": noted("where the picture was taken"),
    "team": noted("the team of the study, as it signs"),
    "reference": noted("an author in the list of literature"),
}
"""What was found, in words."""


class FileMissing(BadInput):
    """No file came."""

    message = "No file was chosen. Choose one and try again."


@dataclass(frozen=True, repr=False)
class Checked:
    """What a check found."""

    name: str
    hard: Sequence[Spotted]
    soft: Sequence[Spotted]
    more: int


@blueprint.page(
    "/s/<slug>/anonymisation/check",
    allow=member(Role.PRINCIPAL_INVESTIGATOR),
    methods=("GET", "POST"),
    body_bytes=LIMIT * MIB,
)
def check(work: Work, study: Study) -> ResponseReturnValue:
    """Look into a file that is to leave; of the file nothing stays."""
    shown = {"kinds": KINDS, "way": way, "limit": LIMIT, "undecided": open_reviews(work, study)}
    if request.method != "POST":
        return render_template("anonymisation/check.html", checked=None, refused="", **shown)
    try:
        checked = _checked(work, study)
    except Refusal as refusal:
        page = render_template("anonymisation/check.html", checked=None, refused=refusal_told(refusal), **shown)
        return page, _REFUSED
    return render_template("anonymisation/check.html", checked=checked, refused="", **shown)


def way(place: Sequence[Step]) -> str:
    """The way to a place in words: «report.zip, page 7»."""
    return ", ".join(
        _(PLACES[step.kind]) % {"value": step.value} if step.kind in PLACES else step.value for step in place
    )


def _checked(work: Work, study: Study) -> Checked:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise FileMissing
    found = check_file(work, study, Leaving(BytesIO(sent.read()), sent.filename))
    hard = [one for one in found if one.blocking]
    soft = [one for one in found if not one.blocking]
    more = max(0, len(hard) - _SHOWN) + max(0, len(soft) - _SHOWN)
    return Checked(sent.filename, hard[:_SHOWN], soft[:_SHOWN], more)

"""Help: the chain of evidence, the stages, the terms, who sees what, the keyboard."""

from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from fieldwork.overview.views import blueprint
from fieldwork.programme.models import Role
from fieldwork.web.languages import noted
from fieldwork.web.policies import member

SEEN: Final = (
    (noted("Who an expert is, contacts, consent forms"), "all", "own", "no", "no"),
    (noted("Recordings, and texts that still name people"), "all", "own", "no", "no"),
    (noted("Texts without names, and the search in them"), "all", "all", "all", "all"),
    (noted("Codes, categories, memos, the model: reading"), "all", "all", "all", "all"),
    (noted("Codes, categories, memos, the model: working"), "all", "no", "all", "no"),
    (noted("Programme, guide, sample, members: changing"), "all", "no", "no", "no"),
    (noted("The report: reading"), "all", "all", "all", "all"),
    (noted("The report: letting it out; the log of deeds"), "all", "no", "no", "no"),
)
"""What there is to see or do, and how much of it each role may: all, their own experts', nothing."""


@blueprint.page("/s/<slug>/help", allow=member())
def help_page() -> ResponseReturnValue:
    """How a study is carried from its first question to the report, and who sees what on the way."""
    return render_template("overview/help.html", seen=SEEN, roles=[role.value for role in Role])

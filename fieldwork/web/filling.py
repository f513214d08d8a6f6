"""A page with one form: shown; sent and kept; or refused, with what was typed still in it."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from fieldwork.core.errors import NotFound, Refusal
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import refusal_told
from fieldwork.web.pages import SAFE
from fieldwork.web.visits import say

_REFUSED = 422


def filled(
    template: str, deed: Callable[[], object], *, then: str, told: str = "", **shown: Any
) -> ResponseReturnValue:
    """Answer a form's page, for a route with the methods GET and POST.

    Args:
        template: gets ``typed`` (the form as sent, empty at first), ``refused`` (a sentence) and ``shown``.
        deed: what sending the form does; its refusal is told above the form, and nothing of it is kept. A
            string that it returns is the address that takes it back.
        then: the address to go on to once it is done.
        told: what to say there; «Saved.» where nothing is given.
        shown: further names for the template.

    Raises:
        NotFound: the deed was about something that is not there.
    """
    if request.method in SAFE:
        return render_template(template, typed={}, refused="", **shown)
    try:
        undo = deed()
    except NotFound:
        raise
    except Refusal as refusal:
        page = render_template(template, typed=request.form, refused=refusal_told(refusal), **shown)
        return page, _REFUSED
    say(told or _("Saved."), undo=undo if isinstance(undo, str) else None)
    return redirect(then)

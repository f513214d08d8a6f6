"""Refusals and errors as pages that say what is wrong and what to do."""

import logging

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.files import DiskFull
from fieldwork.web.languages import noted, refusal_told
from fieldwork.web.policies import ForAdministrators, NotProven, NotYours, TooManyMessages
from fieldwork.web.rules import TooManyWrongPasswords
from fieldwork.web.services import LinkUsedUp
from fieldwork.web.visits import current_visit, is_fragment

log = logging.getLogger(__name__)

STATUS: dict[type[Refusal], int] = {
    NotProven: 401,
    TooManyMessages: 429,
    ForAdministrators: 403,
    NotYours: 403,
    NotFound: 404,
    LinkUsedUp: 410,
    BadInput: 422,
    TooManyWrongPasswords: 429,
    DiskFull: 507,
    Refusal: 409,
}
"""The answer to each kind of refusal; the first that fits."""

PAGES = {
    400: (noted("The browser sent something we cannot read"), noted("Go back, load the page again and repeat it.")),
    401: (noted("We do not know who sent this"), ""),
    403: (noted("This is not for you to do"), noted("If you think it should be, ask the principal investigator.")),
    404: (
        noted("There is nothing here"),
        noted("The address is mistyped, or it belongs to a study you are not a member of."),
    ),
    405: (noted("This address cannot be opened like that"), noted("Go back to the page you came from.")),
    409: (noted("This cannot be done now"), ""),
    410: (noted("This link is spent"), ""),
    413: (noted("This is too much at once"), noted("The form or file is larger than this page takes.")),
    422: (noted("Something is not right yet"), ""),
    429: (noted("Wait a little"), ""),
    500: (
        noted("This is our mistake"),
        noted(
            "Nothing of what you did on this page was saved. Go back and try again; "
            "if it happens again, tell the administrator when it was."
        ),
    ),
    507: (noted("The server's disk is full"), ""),
}
"""Status -> heading and advice."""


def install(app: Flask) -> None:
    """Answer refusals and errors with pages."""
    app.register_error_handler(Refusal, _refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _mistake)


def status_of(refusal: Refusal) -> int:
    """The HTTP status that tells a refusal."""
    return next(status for kind, status in STATUS.items() if isinstance(refusal, kind))


def failure(status: int, told: str = "") -> Response:
    """The page of an error; for htmx only its sentence, which the page shows as a toast."""
    heading, advice = PAGES.get(status, PAGES[500 if status >= 500 else 400])  # noqa: PLR2004 - server errors
    if is_fragment():
        response = make_response(told or advice or heading, status)
        response.headers.update({"X-Fieldwork": "refused", "Content-Type": "text/plain; charset=utf-8"})
        return response
    current_visit().work = None
    return make_response(
        render_template("web/failure.html", status=status, heading=heading, told=told, advice=advice), status
    )


def _refusal(refusal: Refusal) -> Response:
    # one and the same page for what is not there and for what is not theirs
    return failure(404) if isinstance(refusal, NotFound) else failure(status_of(refusal), refusal_told(refusal))


def _http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:  # noqa: PLR2004 - redirects of the router
        return make_response(error.get_response())
    return failure(error.code or 500)


def _mistake(error: Exception) -> Response:
    # kind and place only: an error's text may hold what people said
    trace, places = error.__traceback__, []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("%s %s: %s at %s", request.method, request.endpoint, type(error).__name__, " > ".join(places[-6:]))
    return failure(500)

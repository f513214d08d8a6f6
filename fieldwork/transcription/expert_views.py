"""Reading back, the expert's side: pages without an account, opened by a link.

The token stands behind «#» of the link, which browsers send to nobody: not to this server, not to a proxy's log or a
messenger's preview. The first page holds nothing; its form sends the token in its body, and a cookie that scripts
cannot read keeps it for these pages alone. Whatever does not open (unknown, run out, revoked, withdrawn, erased) gets
one and the same answer.
"""

from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.services import study_of
from fieldwork.transcription.reading_back import Reading, confirm, lines_of, note_opened, reading_with
from fieldwork.transcription.remarking import LONGEST_REMARK, add_remark, own_remarks, remove_remark
from fieldwork.transcription.views import blueprint
from fieldwork.web.failures import status_of
from fieldwork.web.languages import LANGUAGES, refusal_told, speak
from fieldwork.web.policies import anyone
from fieldwork.web.rules import network_of
from fieldwork.web.services import check_tries, count_try
from fieldwork.web.visits import current_visit, site

COOKIE = "fieldwork_reading"
_LASTS = 12 * 3600  # seconds; a phone may be lent
_WRONG_LINKS = 20  # from a network, in a quarter of an hour
_KIND = "reading"
_PATH = "/read"


@blueprint.page(f"{_PATH}/<language>", allow=anyone())
def reading_door(language: str) -> ResponseReturnValue:
    """Where a link leads: nothing of anybody's; a press on the button sends the token."""
    _speak(language)
    return render_template("transcription/reading_door.html")


@blueprint.page(f"{_PATH}/<language>", allow=anyone(), methods=("POST",))
def open_reading(work: Work, language: str) -> ResponseReturnValue:
    """Take the token (or a whole link that somebody has typed in), and open what it opens."""
    _speak(language)
    token = request.form.get("token", "").rpartition("#")[2].strip()
    note_opened(work, _reading(work, token))
    response = make_response(redirect(url_for("transcription.reading", language=language)))
    response.set_cookie(
        COOKIE, token, max_age=_LASTS, secure=request.is_secure, httponly=True, samesite="Strict", path=_PATH
    )
    return response


@blueprint.page(f"{_PATH}/<language>/text", allow=anyone())
def reading(work: Work, language: str) -> ResponseReturnValue:
    """The expert's turns with the interviewer's questions, and what they have remarked so far."""
    _speak(language)
    return _page(work, _reading(work))


@blueprint.page(f"{_PATH}/<language>/text", allow=anyone(), methods=("POST",))
def remark(work: Work, language: str) -> ResponseReturnValue:
    """One remark on one turn."""
    _speak(language)
    opened, sent = _reading(work), request.form
    number = sent.get("number", 0, type=int)
    try:
        add_remark(
            work, opened, _id(sent.get("turn", "")), sent.get("kind", ""), words=sent.get("words", ""),
            passage=sent.get("passage", ""), start=sent.get("start", 0, type=int),
        )  # fmt: skip
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(work, opened, refused=refusal_told(refusal), at=number), status_of(refusal)
    return redirect(url_for("transcription.reading", language=language, _anchor=f"turn-{number}"))


@blueprint.page(f"{_PATH}/<language>/text/<uuid:remark>/remove", allow=anyone(), methods=("POST",))
def unremark(work: Work, language: str, remark: UUID) -> ResponseReturnValue:
    """Take a remark back."""
    _speak(language)
    remove_remark(work, _reading(work), remark)
    number = request.form.get("number", 0, type=int)
    return redirect(url_for("transcription.reading", language=language, _anchor=f"turn-{number}"))


@blueprint.page(f"{_PATH}/<language>/text/confirm", allow=anyone(), methods=("POST",))
def confirm_reading(work: Work, language: str) -> ResponseReturnValue:
    """Read to the end: all is right, or will be with the remarks."""
    _speak(language)
    confirm(work, _reading(work))
    return redirect(url_for("transcription.reading", language=language, _anchor="end"))


@blueprint.page(f"{_PATH}/<language>/close", allow=anyone(), methods=("POST",))
def close_reading(language: str) -> ResponseReturnValue:
    """Leave nothing of it on this device."""
    _speak(language)
    response = make_response(render_template("transcription/reading_closed.html"))
    response.delete_cookie(COOKIE, path=_PATH)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _page(work: Work, opened: Reading, *, refused: str = "", at: int = 0) -> Response:
    mine = own_remarks(work, opened)
    page = render_template(
        "transcription/reading.html",
        title=study_of(work, opened.interview.study_id).title,
        interview=opened.interview,
        link=opened.link,
        lines=lines_of(work, opened),
        remarks={one: [r for r in mine if r.segment_id == one] for one in {r.segment_id for r in mine}},
        count=len(mine),
        longest=LONGEST_REMARK,
        refused=refused,
        at=at,
        typed=request.form if refused else {},
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _reading(work: Work, token: str | None = None) -> Reading:
    """What the token opens, of the form or of the cookie.

    Raises:
        NotFound: nothing.
        TooManyTries: too many from this network opened nothing.
    """
    network = network_of(request.remote_addr or "")
    check_tries(work, _KIND, network, _WRONG_LINKS)
    try:
        return reading_with(work, request.cookies.get(COOKIE, "") if token is None else token)
    except NotFound:
        current_visit().afterwards.append(lambda: _count(network))
        raise


def _count(network: str) -> None:
    """In a transaction of its own: that of the request is rolled back."""
    with site().ground.work() as work:
        count_try(work, _KIND, network)


def _speak(language: str) -> None:
    """Speak the language of the address.

    Raises:
        NotFound: there is none of that name.
    """
    if language not in LANGUAGES:
        raise NotFound(kind="page", name="here")
    speak(language)


def _id(told: str) -> UUID | None:
    try:
        return UUID(told)
    except ValueError:
        return None

"""At the door of every request: where it comes from, who sent it, whether it may go on; the headers on its answer."""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import Forbidden

from fieldwork.core.errors import BadInput, NotFound
from fieldwork.core.work import Work
from fieldwork.web import languages
from fieldwork.web.pace import check_pace
from fieldwork.web.pages import FORM_BYTES, SAFE, page_of
from fieldwork.web.rules import network_of
from fieldwork.web.services import seen, visitor_of
from fieldwork.web.visits import current_visit, is_fragment, site

SESSION_COOKIE = "fieldwork_session"
GUEST_COOKIE = "fieldwork_guest"
SAID_COOKIE = "fieldwork_said"
LANGUAGE_COOKIE = "fieldwork_language"
THEME_COOKIE = "fieldwork_theme"
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"

# the nonce is for the styles that libraries put into the page (waveform, drawing); our own have none inline
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
_YEAR = 365 * 24 * 3600
_KEPT_BYTES = 200_000


class StaleForm(BadInput):
    """The form's token belongs to another session, or the request came from another site."""

    message = "This page had been open for too long. Load it again and repeat what you did."


class UnkeepableSign(BadInput):
    """U+0000, which no keyboard types and PostgreSQL does not take."""

    message = "This holds a sign that cannot be kept (U+0000). Take it out and send it again."


def install(app: Flask) -> None:
    """Put the guard before and after every request."""
    app.before_request(_enter)
    app.after_request(_leave)


def cookie(response: Response, name: str, value: str, *, lasts: int | None = None, script: bool = False) -> None:
    """Set a cookie: this site only, and not for scripts unless they need it (the theme)."""
    response.set_cookie(
        name, value, max_age=lasts, secure=request.is_secure, httponly=not script, samesite="Lax", path="/"
    )


def csrf_of(token: str) -> str:
    """What a form must send back: derived from a cookie that scripts and other sites cannot read."""
    return hmac.new(token.encode(), b"fieldwork csrf", hashlib.sha256).hexdigest()


def _enter() -> Response | None:
    languages.speak(_language())
    endpoint = request.endpoint
    page = page_of(current_app, endpoint) if endpoint else None
    # None would mean the application's own limit
    request.max_content_length = (page.body_bytes if page else FORM_BYTES) or sys.maxsize
    _recognise(quiet=page.quiet if page else True)
    if page is None:
        return None
    if page.allow.proof is not None:
        check_pace(network_of(request.remote_addr or ""), time.monotonic())
        page.allow.proof()
        return None
    if request.method not in SAFE and not _from_here():
        raise Forbidden
    if page.allow.signed_in and current_visit().visitor is None:
        return _ask_to_sign_in()
    if request.method not in SAFE and not _token_fits():
        return _ask_to_confirm()
    _refuse_unkeepable()
    return None


def _language() -> str:
    asked = request.cookies.get(LANGUAGE_COOKIE, "")
    return asked if asked in languages.LANGUAGES else site().ground.settings.language


def _recognise(*, quiet: bool) -> None:
    """Find out whose session it is; write down that it is in use, about once a minute."""
    visit, ground = current_visit(), site().ground
    token = request.cookies.get(SESSION_COOKIE, "")
    if token:
        with ground.look() as session:
            work = Work(session, visit.actor, ground.clock(), ground.vault, ground.blobs, ground.settings)
            visit.visitor = visitor_of(work, token)
    if visit.visitor and visit.visitor.stale and not quiet:
        with ground.work(visit.actor) as work:
            seen(work, visit.visitor.session_id)
    guest = request.cookies.get(GUEST_COOKIE) or secrets.token_urlsafe(32)
    visit.guest = guest
    visit.csrf = csrf_of(token if visit.visitor else guest)


def _from_here() -> bool:
    """Whether a writing request comes from a page of this site, as far as the browser tells."""
    told = request.headers.get("Sec-Fetch-Site")
    if told is not None:
        return told in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _token_fits() -> bool:
    sent = request.headers.get(CSRF_HEADER) or _form().get(CSRF_FIELD, "")
    return hmac.compare_digest(sent.encode(), current_visit().csrf.encode())


def _refuse_unkeepable() -> None:
    """Refuse U+0000 in a form; in an address it names nothing that there is, and nobody asks for it after «?»."""
    if "\x00" in request.path:
        raise NotFound(kind="page", name="here")
    if any("\x00" in value for _name, value in _form().items(multi=True)):
        raise UnkeepableSign
    if any("\x00" in value for _name, value in request.args.items(multi=True)):
        kept = [(name, value.replace("\x00", "")) for name, value in request.args.items(multi=True)]
        request.args = ImmutableMultiDict(kept)


def _form() -> MultiDict[str, str]:
    """The form that was sent; none where a body may be of any size: parsing it would spool it to a plain file."""
    return MultiDict() if request.max_content_length == sys.maxsize else request.form


def _ask_to_sign_in() -> Response:
    """To the sign-in page; what was typed into a form goes along in the browser, and comes back after it."""
    if is_fragment() or request.headers.get("Accept", "").startswith("application/json"):
        response = make_response("", 401)
        response.headers["X-Fieldwork"] = "signed-out"
        return response
    here = request.full_path.rstrip("?")
    if request.method in SAFE:
        return make_response(redirect(url_for("web.sign_in", to=here)))
    kept = _kept()
    return make_response(render_template("web/sign_in.html", to=here, kept=kept, ended=True, login=""), 401)


def _ask_to_confirm() -> Response:
    """A form from before the present session: show what it holds, and let it be sent again."""
    if is_fragment() or not _form():
        response = make_response("", 403)
        response.headers["X-Fieldwork"] = "stale-form"
        return response
    return make_response(render_template("web/resume.html", to=request.path, fields=unpacked(_kept())), 403)


def _kept() -> str:
    """The fields of the form that was sent, without passwords, for the way through the sign-in page."""
    fields = [
        (name, value) for name, value in _form().items(multi=True) if name != CSRF_FIELD and "password" not in name
    ]
    packed = json.dumps(fields, ensure_ascii=False)
    return base64.urlsafe_b64encode(packed.encode()).decode() if len(packed) < _KEPT_BYTES else ""


def unpacked(kept: str) -> list[tuple[str, str]]:
    """The fields that ``kept`` holds; none where it was tampered with."""
    try:
        fields = json.loads(base64.urlsafe_b64decode(kept.encode())) if kept else []
        return [(str(name), str(value)) for name, value in fields]
    except (ValueError, TypeError):
        return []


def _leave(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value.replace("{nonce}", current_visit().nonce))
    response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}; includeSubDomains")
    visit = current_visit()
    if visit.visitor is None and GUEST_COOKIE not in request.cookies and response.mimetype == "text/html":
        cookie(response, GUEST_COOKIE, visit.guest)
    if visit.heard:
        response.delete_cookie(SAID_COOKIE, path="/")
    _pass_on(response)
    return response


def _pass_on(response: Response) -> None:
    """What is to be told: with a fragment at once, after a redirect on the next page."""
    said = current_visit().said
    if not said:
        return
    if is_fragment():
        response.headers["HX-Trigger"] = json.dumps({"fieldwork:say": {"said": said}})
    elif 300 <= response.status_code < 400:  # noqa: PLR2004 - redirects
        cookie(response, SAID_COOKIE, base64.urlsafe_b64encode(json.dumps(said).encode()).decode(), lasts=60)


def heard() -> list[dict[str, str]]:
    """What the last page left to tell, for the template of this one."""
    visit = current_visit()
    kept = request.cookies.get(SAID_COOKIE, "")
    try:
        left = json.loads(base64.urlsafe_b64decode(kept.encode())) if kept else []
    except ValueError:
        left = []
    visit.heard = bool(kept)
    told = [one for one in left if isinstance(one, dict) and isinstance(one.get("text"), str)]
    return [*told, *visit.said]

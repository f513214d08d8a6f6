"""Signing in and out, first run, one-time links, language and theme, static files."""

from flask import Response, make_response, redirect, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.accounts import Account
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.web import guard, languages
from fieldwork.web.bundling import DIST
from fieldwork.web.languages import refusal_told
from fieldwork.web.pages import Pages
from fieldwork.web.policies import anyone, signed_in
from fieldwork.web.rules import ABSOLUTE, PasswordsDiffer, TooManyWrongPasswords, local_path, network_of
from fieldwork.web.services import (
    WrongLoginOrPassword,
    account_of_link,
    check_attempts,
    count_wrong,
    enter_by_link,
    forget_wrong,
    is_set_up,
    set_up,
    sign_out,
    start_session,
)
from fieldwork.web.services import sign_in as signed_in_account
from fieldwork.web.visits import current_visit, site

blueprint = Pages("web", __name__)

_YEAR = 365 * 24 * 3600


@blueprint.page("/signin", allow=anyone())
def sign_in(work: Work) -> ResponseReturnValue:
    """The sign-in page; on a new installation, its first run."""
    to = local_path(request.args.get("to", "/"))
    if not is_set_up(work.session):
        return redirect(url_for("web.first_run"))
    if current_visit().visitor is not None:
        return redirect(to)
    return render_template("web/sign_in.html", to=to, login="")


@blueprint.page("/signin", allow=anyone(), methods=("POST",))
def try_to_sign_in(work: Work) -> ResponseReturnValue:
    """Sign in; a form that was interrupted by the end of a session comes back to be sent again."""
    login, to = request.form.get("login", ""), local_path(request.form.get("to", "/"))
    kept = request.form.get("kept", "")
    network = network_of(request.remote_addr or "")
    try:
        check_attempts(work, login, network)
        account = signed_in_account(work, login=login, password=request.form.get("password", ""))
    except (WrongLoginOrPassword, TooManyWrongPasswords) as refusal:
        if isinstance(refusal, WrongLoginOrPassword):
            current_visit().afterwards.append(lambda: count_wrong_password(login, network))
        status = 429 if isinstance(refusal, TooManyWrongPasswords) else 422
        page = render_template("web/sign_in.html", to=to, kept=kept, login=login, refused=refusal_told(refusal))
        return page, status
    forget_wrong(work, login)
    return _enter(work, account, to, kept=kept)


@blueprint.page("/signout", allow=signed_in(), methods=("POST",))
def leave(work: Work) -> ResponseReturnValue:
    """Sign out of this browser."""
    visitor = current_visit().visitor
    if visitor is not None:
        sign_out(work, visitor.session_id)
    response = make_response(redirect(url_for("web.sign_in")))
    response.delete_cookie(guard.SESSION_COOKIE, path="/")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.page("/first-run", allow=anyone())
def first_run(work: Work) -> ResponseReturnValue:
    """The first page of a new installation: who administers it."""
    _refuse_second_run(work)
    return render_template("web/first_run.html", login="", display_name="")


@blueprint.page("/first-run", allow=anyone(), methods=("POST",))
def make_administrator(work: Work) -> ResponseReturnValue:
    """Make the administrator and let them in."""
    _refuse_second_run(work)
    form = request.form
    try:
        if form.get("password") != form.get("password_again"):
            raise PasswordsDiffer
        account = set_up(
            work,
            login=form.get("login", ""),
            display_name=form.get("display_name", ""),
            password=form.get("password", ""),
        )
    except Refusal as refusal:
        typed = {"login": form.get("login", ""), "display_name": form.get("display_name", "")}
        return render_template("web/first_run.html", refused=refusal_told(refusal), **typed), 422
    return _enter(work, account, "/start")


@blueprint.page("/enter/<token>", allow=anyone())
def choose_password(work: Work, token: str) -> ResponseReturnValue:
    """Where a one-time link leads: choose a password."""
    return render_template("web/choose_password.html", token=token, invited=account_of_link(work, token))


@blueprint.page("/enter/<token>", allow=anyone(), methods=("POST",))
def enter_with_password(work: Work, token: str) -> ResponseReturnValue:
    """Choose the password and go in."""
    try:
        if request.form.get("password") != request.form.get("password_again"):
            raise PasswordsDiffer
        account = enter_by_link(work, token, request.form.get("password", ""))
    except Refusal as refusal:
        invited = account_of_link(work, token)
        page = render_template("web/choose_password.html", token=token, invited=invited, refused=refusal_told(refusal))
        return page, 422
    return _enter(work, account, "/")


@blueprint.page("/language", allow=anyone(), methods=("POST",))
def choose_language() -> ResponseReturnValue:
    """Speak another language from now on."""
    wanted = request.form.get("language", "")
    response = make_response(redirect(local_path(request.form.get("to", "/"))))
    if wanted in languages.LANGUAGES:
        guard.cookie(response, guard.LANGUAGE_COOKIE, wanted, lasts=_YEAR)
    return response


@blueprint.page("/signed-in", allow=signed_in())
def signed_in_again() -> ResponseReturnValue:
    """Where somebody lands who signs in in a new tab, so as not to lose what another one holds."""
    return render_template("web/signed_in.html")


@blueprint.page("/token", allow=signed_in(), quiet=True)
def fresh_token() -> ResponseReturnValue:
    """The present token for forms, for a page that was open while somebody signed in again."""
    return {"token": current_visit().csrf}


@blueprint.page("/static/<path:path>", allow=anyone(), quiet=True)
def static_file(path: str) -> ResponseReturnValue:
    """A bundled script, style, icon or typeface."""
    response: Response = send_from_directory(DIST, path, max_age=_YEAR if request.args.get("v") else 3600)
    if request.args.get("v"):
        response.cache_control.immutable = True
    response.cache_control.public = True
    return response


def count_wrong_password(login: str, network: str) -> None:
    """Write down a wrong password in a transaction of its own: that of the request is rolled back."""
    with site().ground.work() as work:
        count_wrong(work, login, network)


def _refuse_second_run(work: Work) -> None:
    if is_set_up(work.session):
        raise NotFound(kind="page", name="here")


def _enter(work: Work, account: Account, to: str, *, kept: str = "") -> Response:
    """A new session, under a new token; where a form was interrupted, show it again."""
    token = start_session(work, account)
    if kept:
        current_visit().csrf = guard.csrf_of(token)
        response = make_response(render_template("web/resume.html", to=to, fields=guard.unpacked(kept), signed_in=True))
    else:
        response = make_response(redirect(to))
    guard.cookie(response, guard.SESSION_COOKIE, token, lasts=int(ABSOLUTE.total_seconds()))
    response.delete_cookie(guard.GUEST_COOKIE, path="/")
    return response

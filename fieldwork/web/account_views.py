"""The visitor's own account; for administrators, everybody's."""

from collections.abc import Callable
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.core.accounts import Account
from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.web.accounts import (
    PresentPasswordWrong,
    change_password,
    make_account,
    make_administrator,
    rename,
    sessions_of,
    standings,
    unmake_administrator,
)
from fieldwork.web.filling import filled
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import refusal_told
from fieldwork.web.pages import as_uuid
from fieldwork.web.policies import administrator, signed_in
from fieldwork.web.rules import network_of
from fieldwork.web.services import check_attempts, end_sessions, forget_wrong, new_link
from fieldwork.web.views import blueprint, count_wrong_password
from fieldwork.web.visits import current_visit, say, site


@blueprint.page("/account", allow=signed_in(), methods=("GET", "POST"))
def own_account(work: Work, account: Account) -> ResponseReturnValue:
    """Own name, password, language and sessions."""
    form, here = request.form, url_for("web.own_account")
    if form.get("deed") == "password":
        check_attempts(work, account.login, network_of(request.remote_addr or ""))
    deeds: dict[str, tuple[Callable[[], object], str]] = {
        "password": (
            lambda: _change_password(work, account),
            _("The password is changed. You are signed out elsewhere."),
        ),
        "sessions": (lambda: end_sessions(work, account.id, but=_session_id()), _("The other sessions have ended.")),
        "name": (lambda: rename(work, account.id, form.get("display_name", "")), _("The name is changed.")),
    }
    deed, told = deeds.get(form.get("deed", ""), deeds["name"])
    shown = {"sessions": sessions_of(work, account.id), "session_id": _session_id()}
    return filled("web/account.html", deed, then=here, told=told, **shown)


@blueprint.page("/accounts", allow=administrator())
def accounts(work: Work) -> ResponseReturnValue:
    """Who has an account; studies are only counted."""
    return _accounts(work)


@blueprint.page("/accounts", allow=administrator(), methods=("POST",))
def let_in(work: Work) -> ResponseReturnValue:
    """Make an account, or a new link for one whose holder is locked out; the link is shown this once."""
    form = request.form
    if form.get("account"):
        account = work.get(Account, as_uuid(form.get("account", "")))
        return _accounts(work, link=_link(new_link(work, account)), link_for=account.login)
    try:
        account = make_account(work, login=form.get("login", ""), display_name=form.get("display_name", ""))
    except Refusal as refusal:
        return _accounts(work, refused=refusal_told(refusal), typed=form), 422
    return _accounts(work, link=_link(new_link(work, account)), link_for=account.login)


@blueprint.page("/accounts/<uuid:account_id>/administrator", allow=administrator(), methods=("POST",))
def let_administer(work: Work, account_id: UUID) -> ResponseReturnValue:
    """Make an account an administrator."""
    make_administrator(work, account_id)
    say(_("This account administers the installation now."), undo=_way("web.stop_administering", account_id))
    return redirect(url_for("web.accounts"))


@blueprint.page("/accounts/<uuid:account_id>/no-administrator", allow=administrator(), methods=("POST",))
def stop_administering(work: Work, account: Account, account_id: UUID) -> ResponseReturnValue:
    """Let an account administer the installation no more; who does it to themselves leaves these pages."""
    unmake_administrator(work, account_id)
    if account_id == account.id:
        say(_("You administer the installation no more."))
        return redirect(url_for("web.own_account"))
    say(_("This account administers the installation no more."), undo=_way("web.let_administer", account_id))
    return redirect(url_for("web.accounts"))


def _change_password(work: Work, account: Account) -> None:
    form, network = request.form, network_of(request.remote_addr or "")
    try:
        change_password(
            work,
            account.id,
            present=form.get("present_password", ""),
            password=form.get("password", ""),
            again=form.get("password_again", ""),
            session_id=_session_id(),
        )
    except PresentPasswordWrong:
        current_visit().afterwards.append(lambda: count_wrong_password(account.login, network))
        raise
    forget_wrong(work, account.login)


def _accounts(work: Work, **shown: object) -> str:
    context = {"accounts": standings(work), "studies": site().studies_counted(work), "typed": {}, **shown}
    return render_template("web/accounts.html", **context)


def _session_id() -> UUID | None:
    visitor = current_visit().visitor
    return visitor.session_id if visitor else None


def _link(token: str) -> str:
    return url_for("web.choose_password", token=token, _external=True)


def _way(endpoint: str, account_id: UUID) -> str:
    return url_for(endpoint, account_id=account_id)

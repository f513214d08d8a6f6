"""An account in its holder's hands, and all accounts in an administrator's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select

from fieldwork.core.accounts import Account
from fieldwork.core.audit import AuditEntry, record
from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.web.models import Access, WebSession
from fieldwork.web.rules import PasswordsDiffer, check_login, check_name, check_password, has_ended
from fieldwork.web.services import LoginTaken, access_of, end_sessions, password_fits, set_password


class PresentPasswordWrong(Refusal):
    """Somebody at an open page who may not be its holder."""

    message = "This is not your present password. Type the one you signed in with."


class LastAdministrator(Refusal):
    """An installation that nobody could let people into."""

    message = "An installation needs an administrator who can sign in. Make somebody else one first."


@dataclass(frozen=True)
class Standing:
    """An account as administrators see it."""

    account: Account
    administrator: bool
    seen_at: datetime | None
    """When it was last signed in to or in use; None where it never was."""

    @property
    def has_password(self) -> bool:
        """Whether its holder has chosen a password, so that they can sign in."""
        return self.account.password_hash is not None


def rename(work: Work, account_id: UUID, name: str) -> None:
    """Give an account another display name.

    Raises:
        NameWrong: it is empty, too long, or has signs that cannot be printed.
    """
    work.get(Account, account_id).display_name = check_name(name)
    record(work, "account.renamed", subject_id=account_id)


def change_password(
    work: Work, account_id: UUID, *, present: str, password: str, again: str, session_id: UUID | None = None
) -> None:
    """Choose another password; every session ends but ``session_id``.

    Raises:
        PresentPasswordWrong: ``present`` is not the account's.
        PasswordsDiffer, PasswordTooShort, PasswordTooLong, PasswordTooPlain: the new one.
    """
    account = work.get(Account, account_id)
    if not password_fits(account.password_hash, present):
        raise PresentPasswordWrong
    if password != again:
        raise PasswordsDiffer
    check_password(password, account.login)
    set_password(work, account, password)
    end_sessions(work, account_id, but=session_id)
    record(work, "account.password_changed", subject_id=account_id)


def sessions_of(work: Work, account_id: UUID) -> list[WebSession]:
    """The account's sessions that go on, the one used last first."""
    found = work.session.exec(
        select(WebSession).where(WebSession.account_id == account_id).order_by(col(WebSession.seen_at).desc())
    )
    epoch = work.session.exec(select(Access.epoch).where(Access.account_id == account_id)).first()
    return [one for one in found if one.epoch == epoch and not has_ended(one.started_at, one.seen_at, work.now)]


def standings(work: Work) -> Sequence[Standing]:
    """All accounts, by login."""
    signed_in = dict(
        work.session.exec(
            select(AuditEntry.subject_id, func.max(AuditEntry.at))
            .where(col(AuditEntry.deed).in_(("account.signed_in", "account.signed_out")))
            .group_by(col(AuditEntry.subject_id))
        ).all()
    )
    in_use = dict(
        work.session.exec(
            select(WebSession.account_id, func.max(WebSession.seen_at)).group_by(col(WebSession.account_id))
        ).all()
    )
    rows = work.session.exec(
        select(Account, Access.administrator)
        .join(Access, col(Access.account_id) == col(Account.id), isouter=True)
        .order_by(col(Account.login))
    )
    return [
        Standing(account, bool(administrator), _latest(signed_in.get(account.id), in_use.get(account.id)))
        for account, administrator in rows
    ]


def make_account(work: Work, *, login: str, display_name: str) -> Account:
    """An account without a password yet: ``new_link`` lets its holder choose one.

    Raises:
        LoginWrong, NameWrong, LoginTaken: what was given.
    """
    login, display_name = check_login(login), check_name(display_name)
    if work.session.exec(select(Account.id).where(Account.login == login)).first():
        raise LoginTaken(login=login)
    account = work.add(Account(login=login, display_name=display_name, created_at=work.now))
    record(work, "account.made", subject_id=account.id)
    return account


def make_administrator(work: Work, account_id: UUID) -> None:
    """Let an account administer the installation."""
    access = access_of(work, work.get(Account, account_id).id)
    if not access.administrator:
        access.administrator = True
        record(work, "account.administrator_made", subject_id=account_id)


def unmake_administrator(work: Work, account_id: UUID) -> None:
    """Let an account administer the installation no more; it holds from its next request.

    Raises:
        LastAdministrator: nobody else who administers it can sign in.
    """
    access = access_of(work, work.get(Account, account_id).id)
    if not access.administrator:
        return
    # locked: two administrators who unmake each other at once must not both succeed
    able = work.session.exec(
        select(Access.account_id)
        .join(Account, col(Account.id) == col(Access.account_id))
        .where(
            col(Access.administrator).is_(True),
            col(Access.closed_at).is_(None),
            col(Account.password_hash).is_not(None),
        )
        .with_for_update()
    ).all()
    if set(able) <= {account_id}:
        raise LastAdministrator
    access.administrator = False
    record(work, "account.administrator_unmade", subject_id=account_id)


def _latest(*moments: datetime | None) -> datetime | None:
    return max((one for one in moments if one is not None), default=None)

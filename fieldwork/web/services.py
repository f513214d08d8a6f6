"""Signing in and out, sessions, first run, one-time links. Every token is kept as its SHA-256 only."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlmodel import Session, col, delete, select

from fieldwork.core.accounts import Account
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.web.models import Access, EntryLink, WebSession, WrongPasswords
from fieldwork.web.rules import (
    LINK_LASTS,
    WAIT,
    WRONG_FROM_NETWORK,
    WRONG_PASSWORDS,
    TooManyTries,
    TooManyWrongPasswords,
    check_login,
    check_name,
    check_password,
    has_ended,
)

_SEEN_EVERY = timedelta(minutes=1)


class WrongLoginOrPassword(Refusal):
    """One sentence for both, so that logins cannot be tried out."""

    message = "This login and password do not go together. Check both and try again."


class LinkUsedUp(Refusal):
    """A one-time link that was used, ran out, or never was."""

    message = "This link no longer works: it can be used once, for seven days. Ask for a new one."


class SetUpAlready(Refusal):
    """The first administrator exists."""

    message = "This installation has its administrator already. Sign in instead."


class LoginTaken(Refusal):
    """There is an account of that login."""

    message = "The login {login} is taken. Choose another one."


@dataclass(frozen=True)
class Visitor:
    """Who is behind a session."""

    account: Account
    administrator: bool
    session_id: UUID
    stale: bool
    """Whether it is time to write down that the session was seen."""


def is_set_up(session: Session) -> bool:
    """Whether anybody can sign in."""
    return session.exec(select(Account.id).where(col(Account.password_hash).is_not(None)).limit(1)).first() is not None


def set_up(work: Work, *, login: str, display_name: str, password: str) -> Account:
    """Make the first administrator of an installation.

    Raises:
        SetUpAlready: somebody can sign in already.
        LoginWrong, NameWrong, LoginTaken, PasswordTooShort, PasswordTooLong, PasswordTooPlain: what was given.
    """
    if is_set_up(work.session):
        raise SetUpAlready
    login = check_login(login)
    name = check_name(display_name.strip() or login)
    check_password(password, login)
    if work.session.exec(select(Account.id).where(Account.login == login)).first():
        raise LoginTaken(login=login)
    account = work.add(Account(login=login, display_name=name, created_at=work.now))
    access_of(work, account.id).administrator = True
    set_password(work, account, password)
    record(work, "account.set_up", subject_id=account.id)
    return account


def sign_in(work: Work, *, login: str, password: str) -> Account:
    """The account of that login, if the password is its own. Takes the same time where there is no such account.

    Raises:
        WrongLoginOrPassword: it is not, or the account is closed.
    """
    account = work.session.exec(select(Account).where(Account.login == login.strip().lower())).first()
    known = account.password_hash if account else None
    fits = password_fits(known, password)
    if account is None or known is None or not fits or access_of(work, account.id).closed_at:
        raise WrongLoginOrPassword
    if _hasher().check_needs_rehash(known):
        account.password_hash = _hasher().hash(password)
    return account


def start_session(work: Work, account: Account) -> str:
    """A new session, the old ones of the account that are over removed.

    Returns:
        The token for the cookie: 256 random bits, known to the browser only.
    """
    for old in work.session.exec(select(WebSession).where(WebSession.account_id == account.id)):
        if has_ended(old.started_at, old.seen_at, work.now):
            work.session.delete(old)
    token = secrets.token_urlsafe(32)
    epoch = access_of(work, account.id).epoch
    row = WebSession(
        account_id=account.id, token_sha256=digest(token), epoch=epoch, started_at=work.now, seen_at=work.now
    )
    work.add(row)
    record(work, "account.signed_in", subject_id=account.id)
    return token


def visitor_of(work: Work, token: str) -> Visitor | None:
    """Who holds that token; None where the session is over, its account closed, or its epoch past."""
    row = work.session.exec(
        select(WebSession, Account, Access)
        .join(Account, col(Account.id) == col(WebSession.account_id))
        .join(Access, col(Access.account_id) == col(WebSession.account_id))
        .where(WebSession.token_sha256 == digest(token))
    ).first()
    if row is None:
        return None
    session, account, access = row
    if access.closed_at or access.epoch != session.epoch or has_ended(session.started_at, session.seen_at, work.now):
        return None
    return Visitor(account, access.administrator, session.id, work.now - session.seen_at > _SEEN_EVERY)


def seen(work: Work, session_id: UUID) -> None:
    """Write down that a session is in use."""
    if (session := work.session.get(WebSession, session_id)) is not None:
        session.seen_at = work.now


def sign_out(work: Work, session_id: UUID) -> None:
    """End one session."""
    session = work.get(WebSession, session_id)
    record(work, "account.signed_out", subject_id=session.account_id)
    work.session.delete(session)


def end_sessions(work: Work, account_id: UUID, *, but: UUID | None = None) -> None:
    """End every session of an account at once; ``but`` is the id of one that goes on."""
    access = access_of(work, account_id)
    access.epoch += 1
    for session in work.session.exec(select(WebSession).where(WebSession.account_id == account_id)):
        if session.id == but:
            session.epoch = access.epoch
        else:
            work.session.delete(session)
    record(work, "account.sessions_ended", subject_id=account_id)


def new_link(work: Work, account: Account) -> str:
    """A token with which the holder may choose the account's password, once, within seven days."""
    token = secrets.token_urlsafe(32)
    for old in work.session.exec(select(EntryLink).where(EntryLink.account_id == account.id)):
        work.session.delete(old)
    work.add(EntryLink(account_id=account.id, token_sha256=digest(token), expires_at=work.now + LINK_LASTS))
    record(work, "account.link_made", subject_id=account.id)
    return token


def account_of_link(work: Work, token: str) -> Account:
    """Whose link it is.

    Raises:
        LinkUsedUp: it was used, has run out, or never was.
    """
    return work.get(Account, _link(work, token).account_id)


def enter_by_link(work: Work, token: str, password: str) -> Account:
    """Choose the password of the link's account; its sessions end, the link is spent.

    Raises:
        LinkUsedUp: it was used, has run out, or never was.
        PasswordTooShort, PasswordTooLong, PasswordTooPlain: the password.
    """
    link = _link(work, token)
    account = work.get(Account, link.account_id)
    check_password(password, account.login)
    link.used_at = work.now
    end_sessions(work, account.id)
    set_password(work, account, password)
    forget_wrong(work, account.login)
    record(work, "account.password_chosen", subject_id=account.id)
    return account


def account_called(work: Work, login: str) -> Account:
    """The account of that login.

    Raises:
        NotFound: there is none.
    """
    account = work.session.exec(select(Account).where(Account.login == login)).first()
    if account is None:
        raise NotFound(kind="account", name=login)
    return account


def check_attempts(work: Work, login: str, network: str) -> None:
    """Refuse to try another password where there were too many wrong ones.

    Raises:
        TooManyWrongPasswords: ten for the login, or a hundred from the network, in a quarter of an hour.
    """
    for key, limit in _counted(login, network):
        if minutes := _minutes_left(work, key, limit):
            raise TooManyWrongPasswords(minutes=minutes)


def count_wrong(work: Work, login: str, network: str) -> None:
    """Write down a wrong password."""
    for key, _ in _counted(login, network):
        _count(work, key)


def check_tries(work: Work, kind: str, network: str, most: int) -> None:
    """Refuse to try another link where too many led nowhere.

    Args:
        work: the unit of work.
        kind: of links («reading»): each is counted apart.
        network: where they were tried from.
        most: in a quarter of an hour.

    Raises:
        TooManyTries: says when to try again.
    """
    if minutes := _minutes_left(work, digest(f"{kind}:{network}"), most):
        raise TooManyTries(minutes=minutes)


def count_try(work: Work, kind: str, network: str) -> None:
    """Write down a link that led nowhere."""
    _count(work, digest(f"{kind}:{network}"))


def forget_wrong(work: Work, login: str) -> None:
    """After the right password, the login starts afresh."""
    key = digest(f"login:{login.strip().lower()}")
    work.session.exec(delete(WrongPasswords).where(col(WrongPasswords.key_sha256) == key))


def access_of(work: Work, account_id: UUID) -> Access:
    """The account's access row, made where there is none yet."""
    found = work.session.exec(select(Access).where(Access.account_id == account_id)).first()
    return found or work.add(Access(account_id=account_id))


def set_password(work: Work, account: Account, password: str) -> None:
    """Keep a password, hashed (argon2id)."""
    account.password_hash = _hasher().hash(password)
    work.add(account)


def password_fits(known: str | None, password: str) -> bool:
    """Whether it is the password of that hash; takes the same time where there is none."""
    return _verify(known or _nobodys_hash(), password)


def digest(token: str) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def _link(work: Work, token: str) -> EntryLink:
    link = work.session.exec(select(EntryLink).where(EntryLink.token_sha256 == digest(token))).first()
    if link is None or link.used_at or link.expires_at <= work.now:
        raise LinkUsedUp
    return link


def _counted(login: str, network: str) -> list[tuple[str, int]]:
    return [
        (digest(f"login:{login.strip().lower()}"), WRONG_PASSWORDS),
        (digest(f"network:{network}"), WRONG_FROM_NETWORK),
    ]


def _minutes_left(work: Work, key: str, most: int) -> int:
    """For how long nothing more may be tried under a key; 0 where it may."""
    row = _wrong(work, key)
    if row is None or row.count < most or work.now - row.since >= WAIT:
        return 0
    return int((row.since + WAIT - work.now).total_seconds() // 60) + 1


def _count(work: Work, key: str) -> None:
    row = _wrong(work, key) or WrongPasswords(key_sha256=key, count=0, since=work.now)
    if work.now - row.since >= WAIT:
        row.count, row.since = 0, work.now
    row.count += 1
    work.add(row)


def _wrong(work: Work, key: str) -> WrongPasswords | None:
    return work.session.exec(select(WrongPasswords).where(WrongPasswords.key_sha256 == key)).first()


@lru_cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # RFC 9106, low-memory profile: 64 MiB, 3 passes


@lru_cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(32))


def _verify(known: str, password: str) -> bool:
    try:
        return _hasher().verify(known, password)
    except VerificationError:
        return False

"""What a password, a session and a place to go back to must be like."""

import ipaddress
import re
from datetime import datetime, timedelta

from fieldwork.core.errors import BadInput, Refusal

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
LINK_LASTS = timedelta(days=7)

WRONG_PASSWORDS = 10
"""So many wrong passwords for a login, and it has to wait."""
WRONG_FROM_NETWORK = 100
"""So many from one network, whatever the login."""
WAIT = timedelta(minutes=15)

_SHORTEST, _LONGEST = 12, 128
_LONGEST_NAME = 120
_LOGIN = re.compile(r"[^\s\x00-\x1f\x7f]{1,120}")


class PasswordTooShort(BadInput):
    """A password that could be guessed."""

    message = "A password needs at least {shortest} characters: a few words you will remember are best."


class PasswordTooLong(BadInput):
    """A password that would only cost the server time."""

    message = "A password may have at most {longest} characters."


class PasswordTooPlain(BadInput):
    """A password made of the login or of one character."""

    message = "This password is too easy to guess. Take a few words that do not belong together."


class PasswordsDiffer(BadInput):
    """Typed twice, and not the same."""

    message = "The two passwords differ. Type the same one twice."


class LoginWrong(BadInput):
    """A login that cannot be typed."""

    message = "A login has 1 to 120 characters and no spaces; an e-mail address is a good one."


class NameWrong(BadInput):
    """A person's name that is none, or no name."""

    message = "A name has 1 to 120 characters and stands on one line."


class TooManyWrongPasswords(Refusal):
    """Somebody is guessing."""

    message = "Too many wrong passwords. Try again in {minutes} minutes; nothing is lost."


class TooManyTries(TooManyWrongPasswords):
    """Somebody is guessing links."""

    message = "Too many links that lead nowhere were tried from this network. Try again in {minutes} minutes."


def check_password(password: str, login: str) -> None:
    """Refuse a password that is too short, too long or too plain.

    Raises:
        PasswordTooShort, PasswordTooLong, PasswordTooPlain: what is wrong with it.
    """
    if len(password) < _SHORTEST:
        raise PasswordTooShort(shortest=_SHORTEST)
    if len(password) > _LONGEST:
        raise PasswordTooLong(longest=_LONGEST)
    if len(set(password.casefold())) < 5 or password.casefold() in login.casefold() * 3:  # noqa: PLR2004 - «aaaa…»
        raise PasswordTooPlain


def check_login(login: str) -> str:
    """The login as it is kept: trimmed, small letters.

    Raises:
        LoginWrong: it is empty, too long, or has spaces.
    """
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise LoginWrong
    return login


def check_name(name: str) -> str:
    """A person's name as it is kept: trimmed.

    Raises:
        NameWrong: it is empty, too long, or has signs that cannot be printed.
    """
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise NameWrong
    return name


def has_ended(started_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session is over: idle for half an hour, or twelve hours old."""
    return now - seen_at > IDLE or now - started_at > ABSOLUTE


def network_of(address: str) -> str:
    """The network an address belongs to (/24, or /56 for IPv6): what wrong passwords are counted by."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 56}", strict=False))  # noqa: PLR2004


def local_path(target: str, otherwise: str = "/") -> str:
    """``target`` where it is a path of this site, so that nobody is sent elsewhere after signing in."""
    is_path = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_path and "\\" not in target else otherwise

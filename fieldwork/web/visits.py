"""One request as the pages see it: who asks, in which study and language, and the unit of work it is answered in."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from uuid import UUID

from flask import current_app, g, request

from fieldwork.core.accounts import PLATFORM, Account, Actor
from fieldwork.core.work import Ground, Work
from fieldwork.web.places import Place, StageGroup
from fieldwork.web.services import Visitor


def _no_door(_work: Work, _study: Any, _file: BinaryIO, _name: str) -> None:
    """Let nothing out.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError("nothing looks into what leaves this site, so nothing may")


@dataclass(frozen=True)
class Site:
    """What the composition root gives to the pages: the installation, and what only later rooms know."""

    ground: Ground
    membership: Callable[[Work, str, Account], tuple[Any, Any] | None]
    rail_of: Callable[[Work, Place], Sequence[StageGroup]]
    studies_counted: Callable[[Work], Mapping[UUID, int]] = lambda _work: {}
    """Account id -> of how many studies it is a member."""
    door: Callable[[Work, Any, BinaryIO, str], None] = _no_door
    """Refuses a file (with its name) of a study that would tell who somebody is."""


@dataclass
class Visit:
    """The request being answered."""

    site: Site
    csrf: str = ""
    guest: str = ""
    heard: bool = False
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    """Lets libraries put style sheets into this one page."""
    visitor: Visitor | None = None
    work: Work | None = None
    place: Place | None = None
    said: list[dict[str, str]] = field(default_factory=list)
    """What to tell on the next page (toasts)."""
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    """What to write once the unit of work is over, committed or not (wrong passwords)."""

    @property
    def account(self) -> Account | None:
        """Who asks, if signed in."""
        return self.visitor.account if self.visitor else None

    @property
    def actor(self) -> Actor:
        """Who acts, for services and the audit trail."""
        return Actor(self.visitor.account.id) if self.visitor else PLATFORM


def site() -> Site:
    """The site being served."""
    found: Site = current_app.extensions["fieldwork"]
    return found


def current_visit() -> Visit:
    """The visit of this request."""
    visit: Visit | None = g.get("visit")
    if visit is None:
        visit = g.visit = Visit(site())
    return visit


def current_work() -> Work:
    """The unit of work of this request: committed after an answer below 400, rolled back after any other."""
    work = current_visit().work
    if work is None:
        raise RuntimeError("this page is answered outside a unit of work")
    return work


def current_place() -> Place:
    """Study and membership of this request; only on pages below ``/s/<slug>``."""
    place = current_visit().place
    if place is None:
        raise RuntimeError("this page belongs to no study")
    return place


def is_fragment() -> bool:
    """Whether htmx asks for a piece of the page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def say(message: str, *, undo: str | None = None) -> None:
    """Tell what happened, on the page shown next, as a toast; ``undo`` is a URL that takes it back when posted to.

    Never names or words of an interview: toasts may be read over a shoulder.
    """
    current_visit().said.append({"text": message, **({"undo": undo} if undo else {})})

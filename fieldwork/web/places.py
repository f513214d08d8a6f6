"""Where a page is: its study, and the stages on the rail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """The study a page belongs to, and the visitor's membership in it (rows of ``programme``)."""

    study: Any
    member: Any
    role: str


@dataclass(frozen=True)
class Stage:
    """One stage on the rail: its dot (done, part, next, stuck, todo), how far it is, and the page it leads to.

    ``about`` says in some sentences what is done there, what comes before and what after (a message, not translated).
    """

    endpoint: str
    label: str
    dot: str = "todo"
    share: int = 0
    count: str = ""
    about: str = ""


@dataclass(frozen=True)
class StageGroup:
    """Stages under one heading."""

    label: str
    stages: Sequence[Stage]

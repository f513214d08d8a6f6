"""The leak check from both sides of a process: here, or in a child of its own.

Its dictionaries take 60 MB and stay. A command can bear that; a server that answers people for weeks asks a child,
which hears names on its standard input, answers with places only, and ends.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.core.errors import Refusal

if TYPE_CHECKING:
    from fieldwork.anonymisation.leaks import Finding

PATIENCE = 60  # s; the check of a long interview takes one or two
_ROOT = Path(__file__).resolve().parents[2]
_CHILD = "from fieldwork.anonymisation.leak_door import answer; answer()"
_one_at_a_time = threading.Lock()


class CheckUnfinished(Refusal):
    """The child was too slow or was killed."""

    message = "The check for names that were left did not come to its end. Try again in a minute."


def look_here(known: Sequence[KnownIdentity], texts: Sequence[str]) -> "list[list[Finding]]":
    """What would identify in each text, found in this process."""
    # dictionaries of names: only whoever looks pays for them
    from fieldwork.anonymisation.leaks import LeakChecker  # noqa: PLC0415

    checker = LeakChecker(known)
    return [checker.check(text) for text in texts]


def look_outside(known: Sequence[KnownIdentity], texts: Sequence[str]) -> "list[list[Finding]]":
    """What would identify in each text, found in a child process; one at a time.

    Raises:
        CheckUnfinished: it took too long, or something ended it.
    """
    # light without its checker's dictionaries, but no page except this one needs it
    from fieldwork.anonymisation.leaks import Finding  # noqa: PLC0415

    order = json.dumps({"known": [asdict(identity) for identity in known], "texts": list(texts)})
    with _one_at_a_time:
        try:
            child = subprocess.run(
                [sys.executable, "-W", "ignore", "-P", "-c", _CHILD],
                check=True, input=order.encode(), capture_output=True, cwd="/", timeout=PATIENCE,
                env={"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PATH": ""},
            )  # fmt: skip
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            raise CheckUnfinished from None  # what it said may quote the texts
    return [[Finding(*finding) for finding in found] for found in json.loads(child.stdout)]


def answer() -> None:
    """The child: the order is its standard input, the findings go to its standard output."""
    order = json.load(sys.stdin)
    known = [_identity(one) for one in order["known"]]
    found = look_here(known, order["texts"])
    json.dump([[[*asdict(finding).values()] for finding in one] for one in found], sys.stdout)


def _identity(told: dict[str, Any]) -> KnownIdentity:
    lists = {name: tuple(told[name]) for name in ("short_names", "employer_aliases")}
    return KnownIdentity(**(told | lists))

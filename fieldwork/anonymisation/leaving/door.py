"""Looking at what leaves: in this process, or in a child of its own. Pages may import it: it loads nothing heavy."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from fieldwork.anonymisation.leak_door import CheckUnfinished
from fieldwork.anonymisation.leaving.parts import (
    Damaged,
    Encrypted,
    HasProgram,
    OldOffice,
    OwnEntities,
    OwnFont,
    TooMuch,
    Unreadable,
)
from fieldwork.anonymisation.leaving.spotted import Spotted
from fieldwork.anonymisation.sealed import Secrets

PATIENCE = 180  # s; a report of 33 pages takes two
_ROOT = Path(__file__).resolve().parents[3]
_CHILD = "fieldwork.anonymisation.leaving.child"
_REFUSALS = {
    kind.__name__: kind
    for kind in (Unreadable, OldOffice, HasProgram, OwnFont, OwnEntities, Encrypted, Damaged, TooMuch)
}
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, repr=False)
class Leaving:
    """Something on its way out: a file with its name, or texts with the names of their places."""

    file: BinaryIO | None = None
    name: str = ""
    texts: Sequence[tuple[str, str]] = ()


Look = Callable[[Secrets, Leaving], list[Spotted]]


def look_here(secrets: Secrets, leaving: Leaving) -> list[Spotted]:
    """What would tell, found in this process: its dictionaries stay (60 MB).

    Raises:
        Unreadable, Encrypted, Damaged, TooMuch: it cannot be looked into.
    """
    return list(watching(secrets)(leaving))


def watching(secrets: Secrets) -> Callable[[Leaving], Sequence[Spotted]]:
    """The same for many files in a row."""
    # dictionaries of names, parsers of files: only whoever looks pays for them
    from fieldwork.anonymisation.leaving.checking import Watch  # noqa: PLC0415

    watch = Watch(secrets)

    def look(leaving: Leaving) -> Sequence[Spotted]:
        if leaving.file is None:
            return list(watch.texts(leaving.texts))
        leaving.file.seek(0)
        return list(watch.file(leaving.file, leaving.name))

    return look


def look_outside(secrets: Secrets, leaving: Leaving) -> list[Spotted]:
    """What would tell, found in a child that can open nothing but what it is given; one at a time.

    Raises:
        Unreadable, Encrypted, Damaged, TooMuch: it cannot be looked into.
        CheckUnfinished: it took too long, or something ended it.
    """
    with _one_at_a_time:
        answer = _asked(secrets, leaving)
    if "refused" in answer:
        raise _REFUSALS[answer["refused"]](**answer["values"])
    return [Spotted.unpacked(one) for one in answer["found"]]


def _asked(secrets: Secrets, leaving: Leaving) -> dict[str, Any]:
    order: dict[str, Any] = {"secrets": secrets.packed(), "name": leaving.name}
    if leaving.file is None:
        order["texts"] = list(leaving.texts)
    command = [sys.executable, "-W", "ignore", "-P", "-m", _CHILD, str(os.getpid())]
    environment = {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PATH": "", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", env=environment
    ) as child:
        late = threading.Timer(PATIENCE, child.kill)
        late.start()
        try:
            told = _spoken(child, json.dumps(order).encode(), leaving.file)
        finally:
            late.cancel()
            late.join()
            child.kill()
    if child.returncode != 0 and not told:
        raise CheckUnfinished  # what it said may quote the texts
    try:
        found: dict[str, Any] = json.loads(told)
    except ValueError:
        raise CheckUnfinished from None
    return found


def _spoken(child: "subprocess.Popen[bytes]", order: bytes, file: BinaryIO | None) -> bytes:
    """Tell the child its order and the file, and hear its answer."""
    if child.stdin is None or child.stdout is None:
        raise CheckUnfinished
    with contextlib.suppress(BrokenPipeError), child.stdin as pipe:  # it ended early: its silence says so
        pipe.write(len(order).to_bytes(4, "big") + order)
        if file is not None:
            file.seek(0)
            shutil.copyfileobj(file, pipe, 1 << 20)
    return child.stdout.read()

"""The child process that runs one job: ``python -m fieldwork.core.child``, started by the supervisor only.

It reads its order as JSON from standard input (settings may hold a password, so they are no argument). It dies with
its supervisor, and whatever it started dies with it.
"""

import ctypes
import faulthandler
import json
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from types import TracebackType
from typing import Any
from uuid import UUID

from fieldwork.core.runs import Claim, JobRun, execute
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground

ORPHANED = 4
TAKEN_OVER = 3
_PR_SET_PDEATHSIG = 1
_GUARD_SECONDS = 0.2

log = logging.getLogger("fieldwork.core.child")


def main() -> int:
    """Run the job of the order on standard input.

    Returns:
        The exit code: 0 when the row says how the job ended, else ``TAKEN_OVER``.
    """
    order = json.load(sys.stdin)
    die_with(order["supervisor"])
    guard = _guard_group(order["supervisor"])
    faulthandler.enable()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    sys.excepthook = _report_place
    try:
        return 0 if _run(order) else TAKEN_OVER
    finally:
        os.kill(guard, signal.SIGKILL)
        os.waitpid(guard, 0)


def resolve(name: str) -> Callable[[JobRun], None]:
    """The handler called «module:function»."""
    module, _, function = name.partition(":")
    handler: Callable[[JobRun], None] = getattr(import_module(module), function)
    return handler


def die_with(parent: int) -> None:
    """Let this process be killed when ``parent`` (the process that started it) dies; at once if it already has.

    For every process that is started by a job. Only Linux can do it by itself; elsewhere the guard does.
    The kernel watches the thread that started the process: it must live as long as the process may.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(ORPHANED)


def _run(order: dict[str, Any]) -> bool:
    ground = open_ground(Settings.model_validate(order["settings"]))
    try:
        claim = Claim(UUID(order["job"]), order["kind"], order["fence"])
        return execute(ground, claim, resolve(order["handler"]))
    finally:
        ground.close()


def _guard_group(supervisor: int) -> int:
    """Fork a guard that kills this process's whole group once this process or its supervisor is gone; returns its pid.

    The supervisor made this process the head of a group of its own, which everything it starts belongs to. Forked
    before any thread exists, the guard leaves the group itself and only sleeps and looks.
    """
    child, group = os.getpid(), os.getpgrp()
    guard = os.fork()
    if guard:
        return guard
    os.setsid()
    while os.getppid() == child and _lives(supervisor):
        time.sleep(_GUARD_SECONDS)
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass  # nobody left
    finally:
        os._exit(0)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _report_place(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """Log where a handler broke and with which kind of error; its text may hold what people said."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    log.critical("%s at %s", kind.__name__, " < ".join(reversed(frames)))


if __name__ == "__main__":
    sys.exit(main())

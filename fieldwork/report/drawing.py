"""A report drawn by a child: typesetting takes 40 MB that would stay in the server."""

import pickle
import subprocess
import sys
from typing import BinaryIO

from fieldwork.core.errors import Refusal
from fieldwork.report.content import ReportContent

_PATIENCE = 60  # s; 33 pages take one or two


class DrawingFailed(Refusal):
    """The child was too slow, or something is missing."""

    message = "The report's pages could not be drawn. Try again in a minute."


def drawn_outside(content: ReportContent) -> bytes:
    """The PDF of a content.

    Raises:
        DrawingFailed: it did not come to its end.
    """
    order = [sys.executable, "-m", "fieldwork.report.drawing"]
    try:
        done = subprocess.run(
            order, input=pickle.dumps(content), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=_PATIENCE, check=True,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise DrawingFailed from None
    return done.stdout


def main(order: BinaryIO, output: BinaryIO) -> None:
    """Draw what the parent asks for."""
    from fieldwork.report.typesetting.rendering import render  # noqa: PLC0415 - heavy, and only for the child

    render(pickle.load(order), output)  # noqa: S301 - from our own parent, through a pipe
    output.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)

"""What every command shares: opening the installation, printing data, progress, languages."""

import contextlib
import errno
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fieldwork.core.errors import Refusal

if TYPE_CHECKING:
    from fieldwork.core.work import Ground

Command = TypeVar("Command", bound=Callable[..., Any])


class NotUpgraded(Refusal):
    """The database's schema is older than the program (or there is none yet)."""

    message = "The database in {data} is not up to date. Run: fieldwork upgrade"


@contextlib.contextmanager
def open_installation() -> Iterator["Ground"]:
    """The ground of ``--data`` or ``FIELDWORK_DATA``, closed afterwards.

    Raises:
        NotUpgraded: ``fieldwork upgrade`` has to be run first.
        DiskFull: the database or the keystore has no room left.
    """
    # SQLModel alone takes 0.4 s to import, and `--help` must not wait for it
    from fieldwork.core.schema import current_revision, head_revision  # noqa: PLC0415
    from fieldwork.core.settings import load_settings  # noqa: PLC0415 - pydantic, as above
    from fieldwork.core.work import naming_full_disk, open_ground  # noqa: PLC0415

    settings = load_settings()
    if settings.database is None and not settings.data.is_dir():  # a mistyped folder is not made
        raise NotUpgraded(data=settings.data)
    ground = open_ground(settings)
    try:
        with naming_full_disk(settings.data):  # looking into a database needs room beside it, too
            if current_revision(ground.engine) != head_revision():
                raise NotUpgraded(data=settings.data)
            yield ground
    finally:
        ground.close()


def print_json(value: Any) -> None:
    """``value`` as JSON on standard output, readable letters, keys in the order given."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(rows: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> None:
    """Columns aligned by their widest cell."""
    table = [heads, *rows] if heads else rows
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))] if table else []
    for number, row in enumerate(table):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if heads and number == 0:
            click.echo("  ".join("-" * width for width in widths))


def write_whole(target: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file whole or not at all, with the folders above it; what stood there before stays until then.

    Args:
        target: where.
        content: its bytes.
        mode: who may read it.

    Raises:
        DiskFull: no room.
        OSError: it cannot be written there.
    """
    # cryptography, which ``--help`` must not wait for
    from fieldwork.core.files import DiskFull  # noqa: PLC0415
    from fieldwork.core.ids import new_id  # noqa: PLC0415

    partial = target.with_name(f".{new_id().hex}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder=target.parent) from None
        raise
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


class Progress:
    """One line on standard error that shows how far a long work is; plain lines where it is not a terminal."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._live = sys.stderr.isatty()
        self._last = ""

    def show(self, done: int, total: int) -> None:
        """Show ``done`` of ``total``."""
        share = f"{100 * done // total:3d} %" if total else "…"
        self.say(f"{self._label} {share} ({done}/{total})")

    def say(self, line: str) -> None:
        """Show any line in the same place."""
        if line == self._last:
            return
        if self._live:
            click.echo("\r\x1b[K" + line, err=True, nl=False)
        else:
            click.echo(line, err=True)
        self._last = line

    def end(self) -> None:
        """Leave the line standing."""
        if self._live and self._last:
            click.echo(err=True)
        self._last = ""


def data_option(function: Command) -> Command:
    """``--data DIR`` after the command's name, too: it sets the environment that settings are read from."""

    def choose(_context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
        if value:
            os.environ["FIELDWORK_DATA"] = value

    return click.option(
        "--data", type=click.Path(file_okay=False), expose_value=False, callback=choose, help="The data folder."
    )(function)

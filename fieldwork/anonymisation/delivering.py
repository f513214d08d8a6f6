"""Results to disk: all or none, never over what was read; reports that name people for their owner's eyes only."""

import contextlib
import csv
import io
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fieldwork.anonymisation.mention import Mention
from fieldwork.core.errors import BadInput, Refusal

PRIVATE = 0o600
_COLUMNS = ("file", "label", "entity", "replacement", "as written", "times", "doubtful")


class OverInput(BadInput):
    """The result would be written over what was read."""

    message = "{path} is the input itself. Choose another place for the result: the original would be lost."


class CannotWrite(Refusal):
    """The system does not let the file be written."""

    message = "{path} cannot be written: {why}. Nothing was written. Choose another place, or make room there."


def refuse_over(outputs: Iterable[Path], inputs: Sequence[os.stat_result]) -> None:
    """Raises OverInput where an output (by any name or link) is one of the inputs."""
    for path in outputs:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            there = path.stat()
            if any(os.path.samestat(there, one) for one in inputs):
                raise OverInput(path=path)


def write_all(results: Mapping[Path, bytes], private: Iterable[Path] = ()) -> None:
    """Write every file beside its place first, then put all into place; ``private`` ones with mode 0600.

    Raises:
        CannotWrite: one cannot be written; nothing is left behind.
    """
    hidden = set(private)
    ready: dict[Path, Path] = {}
    try:
        for path, data in results.items():
            try:
                ready[path] = _beside(path, data, _mode(path, private=path in hidden))
            except OSError as error:
                raise CannotWrite(path=path, why=error.strerror) from error
        for path, temporary in ready.items():
            try:
                temporary.replace(path)
            except OSError as error:
                raise CannotWrite(path=path, why=error.strerror) from error
    finally:
        for temporary in ready.values():
            temporary.unlink(missing_ok=True)


def _beside(path: Path, data: bytes, mode: int) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(handle, "wb") as temporary:
            temporary.write(data)
            os.fchmod(temporary.fileno(), mode)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _mode(path: Path, *, private: bool) -> int:
    """What the file had, or what a new one gets from the process's mask."""
    if private:
        return PRIVATE
    if path.is_file():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def report(found: Iterable[tuple[str, Sequence[Mention]]]) -> bytes:
    """A CSV table of what was replaced by what, per file: it names people and belongs into the vault.

    Args:
        found: files by name, with their mentions.
    """
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(_COLUMNS)
    for name, mentions in found:
        changed = [m for m in mentions if m.replacement != m.text]
        counted = Counter((m.label, m.entity, m.replacement, " ".join(m.text.split())) for m in changed)
        doubtful = Counter(
            (m.label, m.entity, m.replacement, " ".join(m.text.split())) for m in changed if not m.certain
        )
        for key, times in counted.items():
            table.writerow((name, *key, times, doubtful[key]))
    # Spreadsheets take UTF-8 for what it is only with a byte order mark.
    return ("\ufeff" + out.getvalue()).encode("utf-8", "replace")

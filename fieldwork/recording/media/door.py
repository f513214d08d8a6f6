"""Probing and normalising from the parent's side: one confined child per file, never a decoder in this process."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from fieldwork.core.ids import new_id
from fieldwork.recording.media.measures import Kept, Limits, Normalised, Probe
from fieldwork.recording.media.refusals import BY_NAME, DecoderCrashed, DecoderTimeout, NotAudio
from fieldwork.recording.media.served import served

_CHILD = "fieldwork.recording.media.child"
_ROOT = Path(__file__).resolve().parents[3]
_NO_OUTPUT = -1
_BROKEN = 3  # child.BROKEN; the child's module is never imported here, since it imports decoders
_PROBE = Limits(seconds=60)


Source = Path | BinaryIO
"""A recorded file: a path, or something open and seekable that has no plain file (an encrypted blob)."""


def probe(recorded: Source, limits: Limits = _PROBE) -> Probe:
    """What a recorded file is, by its content and whatever its name: container, codec, Hz, channels, ms, picture.

    Raises:
        EmptyFile, TooShort, NotAudio, MislabelledPlaylist, NoAudioStream, UnknownCodec, NoSound, Truncated,
        DecoderTimeout, DecoderCrashed: why it is not taken.
        OSError: it cannot be opened.
    """
    with opened(recorded) as source:
        return Probe(**ask("probe", source, _NO_OUTPUT, limits))


def normalise(recorded: Source, output_wav: Path, limits: Limits | None = None) -> Normalised:
    """Decode a recorded file into ``output_wav``: 16 kHz, mono, s16, at -23 LUFS.

    Video, subtitles, covers and metadata stay behind. ``output_wav`` appears whole or not at all. Silence is no
    refusal (one of several tracks may well be silent): see ``require_sound``.

    Raises:
        DiskFull: no room for the result.
        TooLong: more than ``limits.duration_ms``.
        EmptyFile, TooShort, NotAudio, MislabelledPlaylist, NoAudioStream, UnknownCodec, NoSound, Truncated,
        DecoderTimeout, DecoderCrashed: why it is not taken.
        OSError: it cannot be opened, or the result not created.
    """
    return Normalised(**_made("normalise", recorded, output_wav, limits or Limits()))


def strip(recorded: Source, output: Path, limits: Limits | None = None) -> Kept:
    """Copy the sound of a film into ``output`` as it lies there: without picture, subtitles, metadata.

    ``output`` appears whole or not at all.

    Raises:
        DiskFull: no room for the result.
        TooLong, EmptyFile, TooShort, NotAudio, MislabelledPlaylist, NoAudioStream, UnknownCodec, NoSound, Truncated,
        DecoderTimeout, DecoderCrashed: why it is not taken.
        OSError: it cannot be opened, or the result not created.
    """
    return Kept(**_made("strip", recorded, output, limits or Limits()))


def _made(deed: str, recorded: Source, output: Path, limits: Limits) -> dict[str, Any]:
    """What a child says of the file it has written under ``output``."""
    partial = output.with_name(f".{new_id().hex}.partial")
    try:
        with opened(recorded) as source, partial.open("x+b") as target:
            os.fchmod(target.fileno(), 0o600)
            answer = ask(deed, source, target.fileno(), limits, output.parent)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
    return answer


@contextlib.contextmanager
def opened(recorded: Source) -> Iterator[int]:
    """The descriptor on which the child reads."""
    if not isinstance(recorded, Path):
        with served(recorded) as descriptor:
            yield descriptor
        return
    if recorded.exists() and not recorded.is_file():
        raise NotAudio  # opening a pipe or a device would wait for ever
    with recorded.open("rb") as file:
        yield file.fileno()


def ask(
    deed: str, source: int, output: int, limits: Limits, folder: Path | None = None, *, order: str = ""
) -> dict[str, Any]:
    """Have a child do a deed with the recording on a descriptor.

    Args:
        deed: probe, normalise, strip or copy.
        source: the descriptor on which the child reads.
        output: the one it writes to.
        limits: the most it may cost.
        folder: what is full when the child says so.
        order: of a copy, as JSON.

    Raises:
        BadInput, DiskFull, DecoderTimeout, DecoderCrashed: what became of it.
    """
    numbers = (os.getpid(), output, limits.duration_ms, limits.memory_bytes, limits.seconds)
    try:
        child = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", _CHILD, deed, *map(str, numbers), *filter(None, [order])],
            check=False,
            stdin=source,
            capture_output=True,
            cwd="/",
            env={"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PATH": "", "OPENBLAS_NUM_THREADS": "1"},
            pass_fds=() if output == _NO_OUTPUT else (output,),
            timeout=limits.seconds,
        )
    except subprocess.TimeoutExpired:
        raise DecoderTimeout(seconds=limits.seconds) from None
    if child.returncode == -signal.SIGXCPU:
        raise DecoderTimeout(seconds=limits.seconds)
    if child.returncode == _BROKEN or child.returncode < 0:
        raise DecoderCrashed
    if child.returncode:  # it failed before it looked at the file: our fault or the installation's
        raise RuntimeError(child.stderr.decode(errors="replace"))
    return _result(json.loads(child.stdout), folder)


def _result(answer: dict[str, Any], folder: Path | None) -> dict[str, Any]:
    if "done" in answer:
        return dict(answer["done"])
    if answer["refusal"] == "DiskFull":
        # Imported here because it draws in the vault and its cryptography, which the child must not carry.
        from fieldwork.core.files import DiskFull  # noqa: PLC0415

        raise DiskFull(folder=folder)
    raise BY_NAME[answer["refusal"]](**answer["values"])

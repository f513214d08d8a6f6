"""Copies from the parent's side: a confined child makes one, and it is read here like a file while it is being made."""

import contextlib
import io
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from fieldwork.recording.media.door import Source, ask, opened
from fieldwork.recording.media.measures import Limits
from fieldwork.recording.media.orders import FRAME, Order

Progress = Callable[[int], None]
"""Told how many ms of sound are done."""

_KEPT_BYTES_A_SECOND = 2 * 2 * 12_000  # M4A of two channels, held twice while it grows
_LIMITS = Limits(seconds=3600)


@contextlib.contextmanager
def copied(recorded: Source, order: Order, progress: Progress = lambda _: None) -> Iterator[BinaryIO]:
    """The copy of a recorded file that ``order`` describes, to be read from beginning to end.

    Reading raises what went wrong with the recording: whoever stores what is read must not keep what came before.

    Raises:
        TooLong, Truncated, NoSound, NotAudio, DecoderTimeout, DecoderCrashed …: as ``normalise``, while it is read.
    """
    limits = _LIMITS
    if order.container == "m4a":
        more = order.duration_ms // 1000 * _KEPT_BYTES_A_SECOND
        limits = replace(limits, memory_bytes=limits.memory_bytes + more)
    end, pipe = os.pipe()
    outcome: list[BaseException] = []
    maker = threading.Thread(target=_make, args=(recorded, order, pipe, limits, outcome), daemon=True)
    maker.start()
    reader = io.BufferedReader(_Pieces(end, maker, outcome, progress), 1 << 16)
    try:
        yield reader
    finally:
        reader.close()
        maker.join()


def _make(recorded: Source, order: Order, pipe: int, limits: Limits, outcome: list[BaseException]) -> None:
    try:
        with opened(recorded) as source:
            ask("copy", source, pipe, limits, order=order.told())
    except BaseException as failure:  # noqa: BLE001 - raised by whoever reads
        outcome.append(failure)
    finally:
        os.close(pipe)


class _Pieces(io.RawIOBase):
    """What arrives in pieces with heads, as one file."""

    def __init__(self, end: int, maker: threading.Thread, outcome: list[BaseException], progress: Progress) -> None:
        super().__init__()
        self._file = os.fdopen(end, "rb")
        self._maker, self._outcome, self._progress = maker, outcome, progress
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            head = self._file.read(FRAME.size)
            if len(head) < FRAME.size:
                return self._ended()
            length, done_ms = FRAME.unpack(head)
            self._rest = memoryview(self._file.read(length))
            self._progress(done_ms)
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _ended(self) -> int:
        """The end, unless the child was stopped by something."""
        self._maker.join()
        if self._outcome:
            raise self._outcome[0]
        return 0

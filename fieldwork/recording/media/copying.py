"""A copy of a recording with stretches made inaudible, second by second onto a pipe (used in the child only)."""

import os

from fieldwork.recording.media.altering import Altered
from fieldwork.recording.media.decoding import Sound
from fieldwork.recording.media.masking import Mask
from fieldwork.recording.media.measures import SAMPLE_BYTES, Limits
from fieldwork.recording.media.orders import CONTAINERS, FRAME, Copied, Order
from fieldwork.recording.media.packing import packer

__all__ = ["Order", "copy", "prepare"]

_RATE = 16_000


def prepare() -> None:
    """Make PyAV import what it imports late: afterwards no file can be opened any more."""
    for container in CONTAINERS:
        pack = packer(container, _RATE, 1, _RATE, _forget)
        pack.take(bytes(_RATE * SAMPLE_BYTES))
        pack.finish()
    Altered(_RATE, 1).of(bytes(_RATE * SAMPLE_BYTES))


def copy(sound: Sound, order: Order, output: int, limits: Limits) -> Copied:
    """Write the copy to the descriptor ``output``, in pieces with heads.

    Raises:
        NoSound, TooLong, Truncated: as decoding does.
    """
    sound.as_recorded()
    line = _Line(sound.rate, sound.channels, order, output)
    for block in sound.blocks(limits):
        line.take(block)
    line.finish()
    return Copied(sound.rate, sound.channels, sound.damaged)


class _Line:
    """From decoded blocks to the pipe: silenced, altered, tone, cut to length, packed."""

    def __init__(self, rate: int, channels: int, order: Order, output: int) -> None:
        self._rate, self._width, self._output = rate, channels * SAMPLE_BYTES, output
        self._left = round(order.duration_ms * rate / 1000)
        self._mask = Mask(order.stretches, rate, channels)
        self._tone = order.tone_dbfs
        self._altered = Altered(rate, channels) if order.alter_voice else None
        self._taken = self._given = 0
        self._packer = packer(order.container, rate, channels, self._left, self._write)

    def take(self, block: bytes) -> None:
        quiet = self._mask.silenced(block, self._taken)
        self._taken += len(block) // self._width
        self._give(self._altered.of(quiet) if self._altered else quiet)

    def finish(self) -> None:
        if self._altered:
            self._give(self._altered.rest())
        while self._left:  # what is missing to the full length: less than a frame, as a rule
            self._give(bytes(min(self._left, self._rate) * self._width))
        self._packer.finish()

    def _give(self, block: bytes) -> None:
        block = block[: self._left * self._width]
        if not block:
            return
        if self._tone is not None:
            block = self._mask.sounding(block, self._given, self._tone)
        elif self._altered:  # which has moved the borders of the silence by up to 30 ms
            block = self._mask.silenced(block, self._given)
        samples = len(block) // self._width
        self._given += samples
        self._left -= samples
        self._packer.take(block)

    def _write(self, content: bytes) -> None:
        head = FRAME.pack(len(content), self._given * 1000 // self._rate)
        whole = memoryview(head + bytes(content))
        while whole:
            whole = whole[os.write(self._output, whole) :]


def _forget(_content: bytes) -> None:
    """What is packed to warm up is for nobody."""

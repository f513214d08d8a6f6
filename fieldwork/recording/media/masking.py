"""Stretches of sound silenced, or replaced by a tone, in blocks of s16 samples; no sample of them is left.

Before and after a stretch the sound fades for 5 ms, so that it does not click; inside there is digital silence, or a
tone of 1 kHz that fades likewise. Only fading samples are touched one by one.
"""

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fieldwork.recording.media.measures import SAMPLE_BYTES

TONE_HZ = 1000
FADE_MS = 5
TONE_BELOW_PEAK_DB = 20.0
"""How far the tone's peak lies below the recording's: speech has its own mean about 15 dB below its peak."""
_LOUDEST_TONE_DBFS, _FAINTEST_TONE_DBFS = -20.0, -40.0
_FULL_SCALE = 32_767


@dataclass(frozen=True)
class Stretch:
    """What is not to be heard, in ms of a recording, end exclusive."""

    start_ms: int
    end_ms: int


def joined(stretches: Iterable[Stretch], apart_ms: int = 4 * FADE_MS) -> list[Stretch]:
    """Stretches in order; those that overlap, or lie less than ``apart_ms`` apart, as one."""
    found: list[Stretch] = []
    for one in sorted(stretches, key=lambda stretch: stretch.start_ms):
        if found and one.start_ms - found[-1].end_ms < apart_ms:
            found[-1] = Stretch(found[-1].start_ms, max(found[-1].end_ms, one.end_ms))
        else:
            found.append(one)
    return found


def tone_dbfs(peak_dbfs: float) -> float:
    """The level of the tone, for a recording with that peak: below the speech, and neither painful nor inaudible."""
    return max(_FAINTEST_TONE_DBFS, min(_LOUDEST_TONE_DBFS, peak_dbfs - TONE_BELOW_PEAK_DB))


class Mask:
    """The stretches of one recording, in samples."""

    def __init__(self, stretches: Sequence[Stretch], rate: int, channels: int) -> None:
        self._rate, self._channels = rate, channels
        self._fade = rate * FADE_MS // 1000
        self._tones: dict[float, array[int]] = {}
        self._spans = [
            (one.start_ms * rate // 1000, -(-one.end_ms * rate // 1000)) for one in joined(stretches)
        ]  # outwards

    def silenced(self, block: bytes, at: int) -> bytes:
        """A block that begins at sample ``at``, without what lies in the stretches."""
        return self._changed(block, at, None)

    def sounding(self, block: bytes, at: int, level_dbfs: float) -> bytes:
        """A block that begins at sample ``at``, with the tone in the stretches instead of what is there."""
        return self._changed(block, at, _FULL_SCALE * 10 ** (level_dbfs / 20))

    def _changed(self, block: bytes, at: int, amplitude: float | None) -> bytes:
        width = self._channels * SAMPLE_BYTES
        until = at + len(block) // width
        near = [span for span in self._spans if span[0] - self._fade < until and at < span[1] + self._fade]
        if not near:
            return block
        samples = array("h", block)
        for start, end in near:
            low, high = max(start, at), min(end, until)
            if amplitude is None:
                self._fade_around(samples, at, start, end)
            if low < high:
                inside = slice((low - at) * self._channels, (high - at) * self._channels)
                samples[inside] = self._filling(low, high, start, end, amplitude)
        return samples.tobytes()

    def _fade_around(self, samples: "array[int]", at: int, start: int, end: int) -> None:
        """Let the sound fade out before a stretch, and in after it."""
        until = at + len(samples) // self._channels
        for number in range(max(at, start - self._fade), min(until, start)):
            self._scale(samples, number - at, (start - number) / (self._fade + 1))
        for number in range(max(at, end), min(until, end + self._fade)):
            self._scale(samples, number - at, (number - end + 1) / (self._fade + 1))

    def _scale(self, samples: "array[int]", number: int, gain: float) -> None:
        for place in range(number * self._channels, (number + 1) * self._channels):
            samples[place] = int(samples[place] * gain)

    def _filling(self, low: int, high: int, start: int, end: int, amplitude: float | None) -> "array[int]":
        """What stands from sample ``low`` to ``high`` of a stretch from ``start`` to ``end``."""
        count = (high - low) * self._channels
        if amplitude is None:
            return array("h", bytes(count * SAMPLE_BYTES))
        second = self._tone(amplitude)
        at = (low - start) % self._rate * self._channels
        found = (second * (count // len(second) + 2))[at : at + count]
        for number in (*range(low, min(high, start + self._fade)), *range(max(low, end - self._fade), high)):
            self._scale(found, number - low, max(0, min(number - start, end - 1 - number, self._fade)) / self._fade)
        return found

    def _tone(self, amplitude: float) -> "array[int]":
        """A second of the tone, which has a whole number of waves."""
        if amplitude not in self._tones:
            turn = 2 * math.pi * TONE_HZ / self._rate
            one = (round(amplitude * math.sin(turn * number)) for number in range(self._rate))
            self._tones[amplitude] = array("h", (sample for sample in one for _ in range(self._channels)))
        return self._tones[amplitude]

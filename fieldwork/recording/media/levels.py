"""What sound is like, second by second, so that an hour of it never sits in memory (used in the child only).

Levels are root mean squares of 100 ms in dB below full scale, kept as a histogram: how many moments, and how much
power, for each decibel.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldwork.recording.media.measures import RATE

FLOOR_DBFS = -96.0
SILENT_BELOW_DBFS = -60.0  # the loudest second; the noise floor of a telephone lies near -50
GATE_DB = 10.0
"""ITU-R BS.1770: moments more than this below the mean of all that sounds are pauses."""
SPEECH_RANGE_DB = 30.0
"""ANSI S3.5: from the loudest to the faintest that is heard of a voice; what lies further below it is silence."""
NOISE_SHARE = 0.1  # the quietest tenth of the moments: who interviews pauses for longer than that
APART_DB = 10.0  # a voice on the other channel is heard half as loud, at most: it has a microphone of its own

_MOMENT = RATE // 10
_FULL_SCALE = 32_768
_BINS = int(-FLOOR_DBFS) + 1
_CLIPPED_RUN = 3
_CLIPPED_FROM = 0.999

Floats = NDArray[np.float64]


class Meter:
    """Levels of what it has heard: s16 mono samples at 16 kHz."""

    def __init__(self) -> None:
        self.samples = 0
        self._peak = 0
        self._energy = 0.0
        self._loudest = 0.0
        self._moments = _Moments()

    def hear(self, block: bytes) -> None:
        """Take in a block, a second as a rule."""
        sound = np.frombuffer(block, "<i2").astype(np.float64)
        power = np.add.reduceat(sound * sound, np.arange(0, len(sound), _MOMENT)) if len(sound) else sound
        counts = np.full(len(power), float(_MOMENT))
        counts[-1:] = len(sound) - _MOMENT * (len(power) - 1)
        self.samples += len(sound)
        self._peak = max(self._peak, int(np.abs(sound).max(initial=0)))
        self._energy += float(power.sum())
        self._loudest = max(self._loudest, float(power.sum()) / max(1, len(sound)))
        self._moments.add(power / counts / _FULL_SCALE**2, counts)

    @property
    def duration_ms(self) -> int:
        """Sound heard, in ms."""
        return self.samples * 1000 // RATE

    @property
    def peak_dbfs(self) -> float:
        """The highest sample, in dB below full scale."""
        return _dbfs((self._peak / _FULL_SCALE) ** 2)

    @property
    def loudness_dbfs(self) -> float:
        """The root mean square of all samples, in dB below full scale."""
        return _dbfs(self._energy / self.samples / _FULL_SCALE**2 if self.samples else 0.0)

    @property
    def silent(self) -> bool:
        """Whether no second of it was loud enough to be speech."""
        return _dbfs(self._loudest / _FULL_SCALE**2) < SILENT_BELOW_DBFS

    @property
    def speech_dbfs(self) -> float | None:
        """The root mean square of the loud moments; None where all is silent."""
        return None if self.silent else self._moments.loud_dbfs

    @property
    def noise_dbfs(self) -> float | None:
        """The root mean square of the quietest tenth of the moments; None where all is silent."""
        return None if self.silent else self._moments.quiet_dbfs

    @property
    def silent_share(self) -> float:
        """How much of it is silence, 0 to 1: below -60 dBFS, or 30 dB below the loud moments."""
        loud = self.speech_dbfs
        border = SILENT_BELOW_DBFS if loud is None else max(SILENT_BELOW_DBFS, loud - SPEECH_RANGE_DB)
        return 1.0 if loud is None else self._moments.share_below(border)


class _Moments:
    """How many samples, and how much power, there are at each whole decibel."""

    def __init__(self) -> None:
        self._samples = np.zeros(_BINS)
        self._power = np.zeros(_BINS)

    def add(self, power: Floats, counts: Floats) -> None:
        """Moments by their mean power (1 is full scale) and their lengths in samples."""
        found = _bins(power)
        self._samples += np.bincount(found, counts, _BINS)
        self._power += np.bincount(found, power * counts, _BINS)

    @property
    def gate(self) -> int:
        """The bin from which a moment is loud."""
        audible = _bin(SILENT_BELOW_DBFS)
        mean = self._power[audible:].sum() / max(1.0, self._samples[audible:].sum())
        return max(audible, _bin(_dbfs(mean) - GATE_DB))

    @property
    def loud_dbfs(self) -> float:
        gate = self.gate
        return _dbfs(self._power[gate:].sum() / max(1.0, self._samples[gate:].sum()))

    @property
    def quiet_dbfs(self) -> float:
        left = wanted = self._samples.sum() * NOISE_SHARE
        power = 0.0
        for samples, own in zip(self._samples, self._power, strict=True):
            taken = min(left, samples)
            power += own * taken / samples if samples else 0.0
            left -= taken
        return _dbfs(power / max(1.0, wanted))

    def share_below(self, border_dbfs: float) -> float:
        return round(float(self._samples[: _bin(border_dbfs)].sum() / self._samples.sum()), 4)


@dataclass
class _Run:
    """Where the last samples stood at the top, by channel, and which of them are counted as clipped already."""

    top: NDArray[np.bool_]
    counted: NDArray[np.bool_]


class Channels:
    """What only the channels as they were recorded can tell: cut peaks, and voices that keep to one side."""

    def __init__(self) -> None:
        self._samples = 0
        self._clipped: Any = 0
        self._run: _Run | None = None
        self._power: Any = 0.0
        self._length = 0
        self._sides: dict[str, Any] = {side: np.zeros(_BINS) for side in ("both", "left", "right")}

    def hear(self, frame: Any) -> None:
        """Take in a decoded frame of PyAV's, of any format."""
        sound = _floats(frame)
        if self._run is None or len(self._run.top) != len(sound):
            self._run = _Run(*(np.zeros((len(sound), _CLIPPED_RUN - 1), bool) for _ in range(2)))
            self._clipped, self._power, self._length = np.zeros(len(sound)) + np.max(self._clipped), 0.0, 0
        self._count_clipped(self._run, np.abs(sound) >= _CLIPPED_FROM)
        self._samples += sound.shape[1]
        self._power = self._power + np.einsum("ij,ij->i", sound, sound)
        self._length += sound.shape[1]
        if self._length >= frame.sample_rate // 10:
            self._compare(self._power / self._length)
            self._power, self._length = 0.0, 0

    @property
    def clipped_share(self) -> float:
        """Samples at full scale, three and more in a row, as a share of all, 0 to 1; of the worst channel."""
        return round(float(np.max(self._clipped) / self._samples), 5) if self._samples else 0.0

    @property
    def apart_share(self) -> float | None:
        """Of the loud moments those heard on one of two channels alone, 0 to 1: the lesser of left and right.

        None where there are not two channels. One voice on one side is 0; two voices, each on its own, near 0.5.
        """
        if self._run is None or len(self._run.top) != len(("left", "right")):
            return None
        levels = sum(self._sides.values())
        power = levels * 10 ** ((np.arange(_BINS) + FLOOR_DBFS) / 10)
        audible = _bin(SILENT_BELOW_DBFS)
        mean = power[audible:].sum() / max(1.0, levels[audible:].sum())
        gate = max(audible, _bin(_dbfs(mean) - GATE_DB))
        loud = max(1.0, levels[gate:].sum())
        return round(float(min(self._sides[side][gate:].sum() for side in ("left", "right")) / loud), 4)

    def _count_clipped(self, run: _Run, top: NDArray[np.bool_]) -> None:
        whole = np.concatenate([run.top, top], axis=1)
        begins = whole[:, :-2] & whole[:, 1:-1] & whole[:, 2:]
        clipped = np.zeros_like(whole)
        for shift in range(_CLIPPED_RUN):
            clipped[:, shift : shift + begins.shape[1]] |= begins
        border = _CLIPPED_RUN - 1
        self._clipped = self._clipped + clipped.sum(axis=1) - (clipped[:, :border] & run.counted).sum(axis=1)
        run.top, run.counted = whole[:, -border:], clipped[:, -border:]

    def _compare(self, power: Floats) -> None:
        if len(power) != len(("left", "right")):
            return
        left, right = (_dbfs(float(one)) for one in power)
        side = "left" if left - right >= APART_DB else "right" if right - left >= APART_DB else "both"
        self._sides[side][_bin(max(left, right))] += 1


def _floats(frame: Any) -> Floats:
    """A frame as numbers, 1 being full scale: one row for each channel."""
    found: NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        found = found.reshape(-1, frame.layout.nb_channels).T
    sound: Floats = found.astype(np.float64)
    if found.dtype == np.uint8:
        return (sound - 128.0) / 127.0
    return sound / float(np.iinfo(found.dtype).max) if found.dtype.kind == "i" else sound


def _bins(power: Floats) -> NDArray[np.int64]:
    with np.errstate(divide="ignore"):
        level = np.maximum(FLOOR_DBFS, 10 * np.log10(power))
    found: NDArray[np.int64] = np.clip(np.floor(level - FLOOR_DBFS), 0, _BINS - 1).astype(np.int64)
    return found


def _bin(dbfs: float) -> int:
    return min(_BINS - 1, max(0, math.floor(dbfs - FLOOR_DBFS)))


def _dbfs(power: float) -> float:
    """A mean square (1 is full scale) in dB below full scale."""
    return round(max(FLOOR_DBFS, 10 * math.log10(power)), 2) if power > 0 else FLOOR_DBFS

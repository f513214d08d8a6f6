"""Loudness block by block with pydub, so that an hour of sound never sits in memory (used in the child only)."""

import math
import warnings
from typing import Any, BinaryIO

from fieldwork.recording.media.measures import RATE, SAMPLE_BYTES

with warnings.catch_warnings():
    # pydub warns that audioop leaves Python in 3.13 and that no ffmpeg program is installed: neither is needed here.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.utils import ratio_to_db

FLOOR_DBFS = -96.0
SILENT_BELOW_DBFS = -60.0  # the loudest second; the noise floor of a telephone lies near -50
HEADROOM_DB = 0.1  # pydub.effects.normalize leaves as much
MOST_GAIN_DB = 30.0
_FULL_SCALE = 32_768


class Meter:
    """Peak, mean power and the loudest block of what it has heard."""

    def __init__(self) -> None:
        self.samples = 0
        self._peak = 0
        self._energy = 0.0
        self._loudest = 0

    def hear(self, block: bytes) -> None:
        """Take in a block of s16 mono samples."""
        sound = segment(block)
        count = len(block) // SAMPLE_BYTES
        rms = sound.rms
        self.samples += count
        self._peak = max(self._peak, sound.max)
        self._energy += float(rms) * rms * count
        self._loudest = max(self._loudest, rms)

    @property
    def duration_ms(self) -> int:
        """Sound heard, in ms."""
        return self.samples * 1000 // RATE

    @property
    def peak_dbfs(self) -> float:
        """The highest sample, in dB below full scale."""
        return _dbfs(self._peak)

    @property
    def loudness_dbfs(self) -> float:
        """The root mean square of all samples, in dB below full scale."""
        return _dbfs(math.sqrt(self._energy / self.samples) if self.samples else 0.0)

    @property
    def silent(self) -> bool:
        """Whether no second of it was loud enough to be speech."""
        return _dbfs(self._loudest) < SILENT_BELOW_DBFS

    @property
    def gain_db(self) -> float:
        """What brings the peak to just below full scale, as pydub.effects.normalize does; nothing for silence."""
        return 0.0 if self.silent else min(MOST_GAIN_DB, -self.peak_dbfs - HEADROOM_DB)


def segment(block: bytes) -> Any:
    """A block of s16 mono samples at 16 kHz as pydub's AudioSegment."""
    return AudioSegment(block, sample_width=SAMPLE_BYTES, frame_rate=RATE, channels=1)


def amplify(wav: BinaryIO, start: int, gain_db: float, block_bytes: int) -> None:
    """Change the level of the samples from byte ``start`` of an open file on, in place."""
    wav.seek(start)
    while block := wav.read(block_bytes):
        wav.seek(-len(block), 1)
        wav.write(segment(block).apply_gain(gain_db).raw_data)


def _dbfs(amplitude: float) -> float:
    if not amplitude:
        return FLOOR_DBFS
    return round(max(FLOOR_DBFS, float(ratio_to_db(amplitude / _FULL_SCALE))), 2)

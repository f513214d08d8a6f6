"""The normalised copy at one loudness, EBU R128's -23 LUFS, measured and levelled by ffmpeg (used in the child only).

ffmpeg's ebur128 measures (ITU-R BS.1770: weighted for the ear, pauses left out) while the file is decoded; then one
gain for all of it, with alimiter catching the peaks, changes the copy in place. Not loudnorm: in one pass it follows
the sound up and down and lifts the noise of every pause, and for two passes it tells its figures to the log alone. Not
dynaudnorm, for the noise as well.
"""

from typing import BinaryIO

from fieldwork.recording.media.filtering import Filtered
from fieldwork.recording.media.measures import RATE, SAMPLE_BYTES

TARGET_LUFS = -23.0
"""EBU R128 (2023): programme loudness. It leaves the peaks of speech, 12 to 18 dB above it, their room."""
CEILING_DBFS = -1.0
"""EBU R128: the highest true peak."""
MOST_GAIN_DB = 30.0
"""A whisper across the room; what is fainter than -53 LUFS would bring up the microphone's own noise."""
_SILENCE_LUFS = -70.0  # BS.1770's absolute gate
_ATTACK_MS, _RELEASE_MS = 5, 50
_BLOCK_BYTES = RATE * SAMPLE_BYTES


class Loudness(Filtered):
    """Measures the integrated loudness of mono s16 samples at 16 kHz."""

    def __init__(self) -> None:
        super().__init__(RATE, 1, ("ebur128", "metadata=1:framelog=quiet"))
        self.lufs = _SILENCE_LUFS

    def hear(self, block: bytes) -> None:
        """Take in a block."""
        self.of(block)

    def _samples(self, frame: object) -> bytes:
        self.lufs = float(frame.metadata.get("lavfi.r128.I", self.lufs))  # type: ignore[attr-defined]
        return b""

    def gain_db(self, *, silent: bool) -> float:
        """What brings it to the target; nothing for silence, and no more than speech may need."""
        self.rest()
        if silent or self.lufs <= _SILENCE_LUFS:
            return 0.0
        return round(max(-MOST_GAIN_DB, min(MOST_GAIN_DB, TARGET_LUFS - self.lufs)), 2) + 0.0  # never -0.0


def levelled(gain_db: float) -> Filtered:
    """A gain and a limiter that looks ahead; its delay is taken out again, so that every moment stays where it is."""
    ceiling = 10 ** (CEILING_DBFS / 20)
    limiter = f"level=0:limit={ceiling:.6f}:attack={_ATTACK_MS}:release={_RELEASE_MS}:latency=1"
    return Filtered(RATE, 1, ("volume", f"{gain_db}dB:precision=double"), ("alimiter", limiter))


def level(wav: BinaryIO, start: int, filtered: Filtered) -> None:
    """Send the samples from byte ``start`` of an open file through the filters, in place: as many come out as go in."""
    read = write = start
    while True:
        wav.seek(read)
        block = wav.read(_BLOCK_BYTES)
        read += len(block)
        ready = filtered.of(block) if block else filtered.rest()
        wav.seek(write)
        write += wav.write(ready)
        if not block:
            return

"""What is known about a recorded file, and how much may be spent on one."""

from dataclasses import dataclass

from fieldwork.recording.media.refusals import SilentRecording

RATE = 16_000
SAMPLE_BYTES = 2


@dataclass(frozen=True)
class Limits:
    """The most that one file may cost: sound in ms, address space of the child in bytes, wall and CPU time in s."""

    duration_ms: int = 8 * 3_600_000
    memory_bytes: int = 400 << 20
    seconds: int = 900

    @property
    def output_bytes(self) -> int:
        """The longest normalised file, with room for its header."""
        return self.duration_ms * RATE * SAMPLE_BYTES // 1000 + 4096


@dataclass(frozen=True)
class Probe:
    """What a file is: rate in Hz, duration in ms as its header (or, where that is silent, its packets) say."""

    container: str
    codec: str
    sample_rate: int
    channels: int
    duration_ms: int
    has_video: bool


@dataclass(frozen=True)
class Normalised:
    """What the sound is like, measured before its level was raised (dBFS, digital silence is -96).

    ``damaged_packets`` counts the stretches that could not be decoded and were replaced by silence.
    """

    duration_ms: int
    peak_dbfs: float
    loudness_dbfs: float
    silent: bool
    damaged_packets: int = 0


def require_sound(normalised: Normalised) -> None:
    """Refuse to transcribe a silent recording.

    Raises:
        SilentRecording: it is silent from beginning to end.
    """
    if normalised.silent:
        raise SilentRecording(duration_s=normalised.duration_ms // 1000)

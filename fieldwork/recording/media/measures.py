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
    """What a file is: rate in Hz, duration in ms as its header (or, where that is silent, its packets) say.

    ``has_video`` is a moving picture, ``has_picture`` one of any kind, a cover too. ``made_at`` is the moment that the
    header of a film or phone's recording tells (ISO 8601, UTC).
    """

    container: str
    codec: str
    sample_rate: int
    channels: int
    duration_ms: int
    has_video: bool
    has_picture: bool = False
    made_at: str | None = None


@dataclass(frozen=True)
class Normalised:
    """What the sound is like, measured before it was levelled (dBFS, digital silence is -96; shares from 0 to 1).

    Attributes:
        duration_ms: how long it is.
        peak_dbfs, loudness_dbfs: its highest sample, and the root mean square of all.
        silent: whether no second of it can be speech.
        damaged_packets: stretches that could not be decoded and were replaced by silence.
        speech_dbfs, noise_dbfs: root mean square of its loud moments, and of its quietest tenth; None in silence.
        silent_share: how much of it is silence.
        clipped_share: samples whose peaks are cut, of the worst channel as it was recorded.
        apart_share: loud moments on one of two channels alone, the lesser of left and right; None without two.
        gain_db: by how much the copy was made louder, or less loud.
    """

    duration_ms: int
    peak_dbfs: float
    loudness_dbfs: float
    silent: bool
    damaged_packets: int = 0
    speech_dbfs: float | None = None
    noise_dbfs: float | None = None
    silent_share: float = 0.0
    clipped_share: float = 0.0
    apart_share: float | None = None
    gain_db: float = 0.0


@dataclass(frozen=True)
class Kept:
    """What was kept of a film: so many packets of sound, as they were."""

    packets: int


def require_sound(normalised: Normalised) -> None:
    """Refuse to transcribe a silent recording.

    Raises:
        SilentRecording: it is silent from beginning to end.
    """
    if normalised.silent:
        raise SilentRecording(duration_s=normalised.duration_ms // 1000)

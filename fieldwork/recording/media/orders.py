"""What a copy of a recording is to be like: an order that travels to the confined child, and what comes back."""

import json
import struct
from dataclasses import asdict, dataclass
from typing import Self

from fieldwork.recording.media.masking import Stretch

CONTAINERS = ("ogg", "m4a", "flac", "wav")
FRAME = struct.Struct("!IQ")
"""The head of each piece of a copy on its way: how many bytes follow, and how many ms of sound are done."""


@dataclass(frozen=True)
class Order:
    """A copy of a recording, with stretches of it made inaudible.

    Attributes:
        container: ogg, m4a, flac or wav.
        duration_ms: how long the recording is; the copy is exactly as long.
        stretches: what must not be heard.
        tone_dbfs: the level of the tone that stands there instead; None for silence.
        alter_voice: whether pitch and formants are moved.
    """

    container: str
    duration_ms: int
    stretches: tuple[Stretch, ...] = ()
    tone_dbfs: float | None = None
    alter_voice: bool = False

    def told(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, told: str) -> Self:
        """From JSON."""
        values = json.loads(told)
        return cls(**values | {"stretches": tuple(Stretch(**one) for one in values["stretches"])})


@dataclass(frozen=True)
class Copied:
    """What was made: Hz, channels, and how many stretches could not be decoded and are silent."""

    sample_rate: int
    channels: int
    damaged_packets: int

"""Interviews to measure with: the demo's utterances with pauses between them, and checkpoints of Whisper's sizes.

Two fifths of the sound is silence of a room, in short pauses and long ones, as in real interviews.
"""

import json
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from fieldwork.core.schema import shipped
from fieldwork.recording.media import normalise

RATE = 16_000
SILENCE = 0.4
_ROOM_DBFS = -62.0
_SEED = 5
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Interview:
    """A sound to recognise, and what is said in it; ``seconds`` of it, ``silent`` the share without speech."""

    path: Path
    said: tuple[str, ...]
    seconds: float
    silent: float


def interview(path: Path, utterances: int | None = None) -> Interview:
    """Write a WAV (16 kHz, mono) of the demo's utterances, all 120 or the first so many; the same each time."""
    chance = np.random.default_rng(_SEED)
    spoken = list(_spoken())[:utterances]
    speech = sum(len(sound) for sound, _ in spoken)
    weights = chance.lognormal(sigma=1.0, size=len(spoken) + 1)
    pauses = weights / weights.sum() * speech * SILENCE / (1 - SILENCE)
    parts: list[Samples] = [np.zeros(int(pauses[0]), np.float32)]
    for (sound, _), pause in zip(spoken, pauses[1:], strict=True):
        parts += [sound, np.zeros(int(pause), np.float32)]
    whole = np.concatenate(parts)
    whole += chance.normal(0, 10 ** (_ROOM_DBFS / 20), len(whole)).astype(np.float32)
    write_wav(path, [whole])
    return Interview(path, tuple(text for _, text in spoken), len(whole) / RATE, 1 - speech / len(whole))


def write_wav(path: Path, parts: Sequence[Samples]) -> None:
    """Write sound between -1 and 1, part by part."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for part in parts:
            file.writeframes((np.clip(part, -1, 1) * 32_767).astype("<i2").tobytes())


def _spoken() -> Iterator[tuple[Samples, str]]:
    """Sound and text of the demo's utterances, interview after interview, in the order they were said."""
    folder = shipped("audio/demo")
    listed = json.loads((folder / "utterances.json").read_text(encoding="utf-8"))["recordings"]
    found: dict[tuple[str, int], tuple[Samples, str]] = {}
    with TemporaryDirectory() as scratch:
        for number, recording in enumerate(listed):
            sound = _samples(folder / recording["file"], Path(scratch) / f"{number}.wav")
            for one in recording["utterances"]:
                cut = sound[one["start_ms"] * RATE // 1000 : one["end_ms"] * RATE // 1000]
                found[recording["interview"], one["i"]] = (cut, one["text"])
    for key in sorted(found):
        yield found[key]


def _samples(recorded: Path, wav: Path) -> Samples:
    normalise(recorded, wav)
    with wave.open(str(wav)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float32) / 32_768

"""200 sounds to measure coverage with: the demo's utterances at known places, under noise, music, silence and cuts.

Everything is drawn from a seed. Noise and music are synthesised; where espeak-ng is there, it says the short answers.
"""

import json
import subprocess
import tempfile
import wave
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import numpy as np
from numpy.typing import NDArray

from fieldwork.core.schema import shipped
from fieldwork.recording.media import normalise

RATE = 16_000
SEED = 11
MILD_DB = 20
"""Noise so far below the speech, or further, is mild: a quiet office."""
Samples = NDArray[np.float32]

_PEAK = 0.9
_ROOM_DBFS = -62.0
_SHORT = ("Да.", "Нет.", "Спасибо.", "Угу.", "Конечно.", "Не знаю.")
_UTTERANCES = 3


@dataclass(frozen=True)
class Clip:
    """An utterance cut out of a recording."""

    samples: Samples
    text: str
    speaker: str


@dataclass(frozen=True)
class Said:
    """An utterance at its place in a sound, in ms; ``whole`` unless the recording begins or ends amid it."""

    start_ms: int
    end_ms: int
    text: str
    whole: bool = True


@dataclass(frozen=True)
class Sound:
    """A generated recording.

    Attributes:
        name: family and number.
        family: what was done to it.
        calm: whether it is clean or mildly noisy, and nothing else is wrong with it.
        samples: at 16 kHz, between -1 and 1.
        said: what is said in it, in order.
    """

    name: str
    family: str
    calm: bool
    samples: Samples
    said: tuple[Said, ...]


def demo_clips() -> list[Clip]:
    """The demo's utterances, recording after recording."""
    folder = shipped("audio/demo")
    clips = []
    with tempfile.TemporaryDirectory() as scratch:
        for recording in json.loads((folder / "utterances.json").read_text(encoding="utf-8"))["recordings"]:
            normalise(folder / recording["file"], Path(scratch) / "sound.wav")
            with wave.open(str(Path(scratch) / "sound.wav")) as file:
                sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32_768
            for one in recording["utterances"]:
                cut = sound[one["start_ms"] * RATE // 1000 : one["end_ms"] * RATE // 1000]
                clips.append(Clip(cut / np.abs(cut).max() * _PEAK, one["text"], one["speaker"]))
    return clips


def short_clips(clips: Sequence[Clip]) -> list[Clip]:
    """«Да», «нет», «спасибо» by espeak-ng; where it is missing, the first 450 ms of the demo's utterances."""
    if which("espeak-ng") is None:
        head = RATE * 450 // 1000
        return [Clip(one.samples[:head], one.text.split()[0], one.speaker) for one in clips[: len(_SHORT)]]
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        for text in _SHORT:
            raw, wav = Path(scratch) / "raw.wav", Path(scratch) / "sound.wav"
            subprocess.run(["espeak-ng", "-v", "ru", "-s", "150", "-w", raw, text], check=True)
            normalise(raw, wav)
            with wave.open(str(wav)) as file:
                sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32_768
            loud = np.flatnonzero(np.abs(sound) > 0.02)
            cut = sound[loud[0] : loud[-1]]
            found.append(Clip(cut / np.abs(cut).max() * _PEAK, text, "expert"))
    return found


def sounds(only: str | None = None) -> Iterator[Sound]:
    """All 200 (or those of one family), the same each time."""
    clips = demo_clips()
    short = short_clips(clips)
    listed = [(family, number) for family, count in FAMILIES.items() for number in range(count)]
    for seed, (family, number) in enumerate(listed):
        if only in (None, family):
            chance = np.random.default_rng([SEED, seed])
            make, decibels = _MAKERS[family]
            samples, said = make(_chosen(clips, chance), short, chance)
            if decibels:
                level = decibels[number % len(decibels)]
                noise = _NOISES[number // len(decibels) % len(_NOISES)]
                samples = _with(samples, noise(len(samples), chance), level)
            calm = family in _CALM and (not decibels or decibels[number % len(decibels)] >= MILD_DB)
            yield Sound(f"{family}-{number:02}", family, calm, _room(samples, chance), said)


def write_wav(path: Path, samples: Samples) -> None:
    """Write a sound as the platform keeps it."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())


def _chosen(clips: Sequence[Clip], chance: np.random.Generator) -> list[Clip]:
    """Questions and answers in turn, at levels of their own."""
    asked = [one for one in clips if one.speaker == "interviewer"]
    answered = [one for one in clips if one.speaker == "expert"]
    pools = (asked, answered)
    drawn = [pools[n % 2][int(chance.integers(len(pools[n % 2])))] for n in range(_UTTERANCES)]
    return [Clip(one.samples * float(chance.uniform(0.6, 1.0)), one.text, one.speaker) for one in drawn]


Made = tuple[Samples, tuple[Said, ...]]


def _laid(clips: Sequence[Clip], pauses_ms: Sequence[float]) -> Made:
    """Clips one after another, each after its pause; the last pause follows the last clip."""
    parts: list[Samples] = []
    said = []
    at = 0
    for clip, pause in zip(clips, pauses_ms, strict=False):
        parts.append(np.zeros(round(pause * RATE / 1000), np.float32))
        at += len(parts[-1])
        said.append(Said(at * 1000 // RATE, (at + len(clip.samples)) * 1000 // RATE, clip.text))
        parts.append(clip.samples)
        at += len(clip.samples)
    parts.append(np.zeros(round(pauses_ms[len(clips)] * RATE / 1000), np.float32))
    return np.concatenate(parts), tuple(said)


def _pauses(count: int, chance: np.random.Generator) -> list[float]:
    return [float(one) for one in chance.uniform(700, 2500, count + 1)]


def _plain(clips: Sequence[Clip], _short: Sequence[Clip], chance: np.random.Generator) -> Made:
    return _laid(clips, _pauses(len(clips), chance))


def _silent(clips: Sequence[Clip], _short: Sequence[Clip], chance: np.random.Generator) -> Made:
    """Somebody thinks, or leaves the room, for half a minute."""
    pauses = _pauses(len(clips), chance)
    pauses[int(chance.integers(len(pauses)))] = float(chance.uniform(15_000, 40_000))
    return _laid(clips, pauses)


def _answers(clips: Sequence[Clip], short: Sequence[Clip], chance: np.random.Generator) -> Made:
    """A question and a word for an answer."""
    mixed = [clips[0], short[int(chance.integers(len(short)))], clips[2], short[int(chance.integers(len(short)))]]
    return _laid(mixed, _pauses(len(mixed), chance))


def _cut(clips: Sequence[Clip], _short: Sequence[Clip], chance: np.random.Generator) -> Made:
    """The recorder was started too late, or stopped too early."""
    samples, said = _laid(clips, _pauses(len(clips), chance))
    at_start = bool(chance.integers(2))
    lost = said[0 if at_start else -1]
    middle = (lost.start_ms + lost.end_ms) // 2
    if at_start:
        told = [Said(max(0, one.start_ms - middle), one.end_ms - middle, one.text, one is not lost) for one in said]
        return samples[middle * RATE // 1000 :], tuple(told)
    told = [Said(one.start_ms, min(middle, one.end_ms), one.text, one is not lost) for one in said]
    return samples[: middle * RATE // 1000], tuple(told)


def _crossed(clips: Sequence[Clip], _short: Sequence[Clip], chance: np.random.Generator) -> Made:
    """Two people fall into each other's words, without a pause and for up to 400 ms at once."""
    overlap = int(chance.integers(0, 400)) * RATE // 1000
    both = np.zeros(len(clips[1].samples) + len(clips[2].samples) - overlap, np.float32)
    both[: len(clips[1].samples)] += clips[1].samples
    both[len(clips[1].samples) - overlap :] += clips[2].samples
    pair = Clip(both / max(1.0, float(np.abs(both).max())), "", "")
    samples, said = _laid([clips[0], pair], _pauses(2, chance))
    start, middle = said[1].start_ms, said[1].start_ms + len(clips[1].samples) * 1000 // RATE
    two = (
        Said(start, middle, clips[1].text),
        Said(middle - overlap * 1000 // RATE, said[1].end_ms, clips[2].text),
    )
    return samples, (said[0], *two)


def _musical(clips: Sequence[Clip], _short: Sequence[Clip], chance: np.random.Generator) -> Made:
    """Music in a long pause, and (every second time) faintly below the speech as well."""
    pauses = _pauses(len(clips), chance)
    place = int(chance.integers(1, len(clips)))
    pauses[place] = float(chance.uniform(4_000, 8_000))
    samples, said = _laid(clips, pauses)
    music = _music(len(samples), chance)
    start = said[place - 1].end_ms * RATE // 1000
    end = said[place].start_ms * RATE // 1000
    gain = np.full(len(samples), 0.02 if chance.integers(2) else 0.0, np.float32)
    gain[start + RATE // 2 : end - RATE // 2] = float(chance.uniform(0.1, 0.3))
    return samples + music * gain, said


def _music(length: int, chance: np.random.Generator) -> Samples:
    """Chords of plucked strings, two a second, with a peak of 1."""
    time = np.arange(RATE * 2) / RATE
    whole = np.zeros(length + RATE * 2, np.float32)
    for at in range(0, length, RATE // 2):
        for semitones in chance.choice([0, 3, 4, 7, 9, 12, 16], 3, replace=False):
            tone = 220 * 2 ** (semitones / 12)
            pluck = sum(np.sin(2 * np.pi * tone * part * time) / part for part in (1, 2, 3, 4)) * np.exp(-3 * time)
            whole[at : at + RATE * 2] += pluck.astype(np.float32)
    return whole[:length] / np.abs(whole[:length]).max()


def _coloured(power: float) -> Callable[[int, np.random.Generator], Samples]:
    """Noise whose power falls with the frequency to the given power: 0 is white, 1 pink, 2 brown."""

    def made(length: int, chance: np.random.Generator) -> Samples:
        whole = 1 << length.bit_length()  # quick to transform
        spectrum = np.fft.rfft(chance.normal(size=whole))
        spectrum *= np.maximum(np.fft.rfftfreq(whole, 1 / RATE), 30) ** (-power / 2)
        return np.asarray(np.fft.irfft(spectrum, whole)[:length], np.float32)

    return made


def _hum(length: int, chance: np.random.Generator) -> Samples:
    """Mains and a fan: 50 Hz with its overtones, and hiss."""
    time = np.arange(length) / RATE
    tones = sum(np.sin(2 * np.pi * 50 * part * time + chance.uniform(0, 6)) / part for part in range(1, 8))
    return np.asarray(tones + chance.normal(0, 0.3, length), np.float32)


def _traffic(length: int, chance: np.random.Generator) -> Samples:
    """Cars that come and go: brown noise, swelling and fading over seconds."""
    time = np.arange(length) / RATE
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * time / chance.uniform(4, 9) + chance.uniform(0, 6))
    return np.asarray(_coloured(1.5)(length, chance) * swell, np.float32)


_NOISES = (_coloured(0), _coloured(1), _hum, _traffic)


def _with(samples: Samples, noise: Samples, decibels: float) -> Samples:
    """Noise so many decibels below the speech."""
    speech = float(np.sqrt(np.mean(samples[np.abs(samples) > 0.01] ** 2)))
    level = float(np.sqrt(np.mean(noise**2)))
    mixed = samples + noise * (speech / level * 10 ** (-decibels / 20))
    return np.asarray(mixed / max(1.0, float(np.abs(mixed).max()) / _PEAK), np.float32)


def _room(samples: Samples, chance: np.random.Generator) -> Samples:
    return samples + chance.normal(0, 10 ** (_ROOM_DBFS / 20), len(samples)).astype(np.float32)


Maker = Callable[[Sequence[Clip], Sequence[Clip], np.random.Generator], Made]
_MAKERS: dict[str, tuple[Maker, tuple[float, ...]]] = {
    "clean": (_plain, ()),
    "mild": (_plain, (30, 25, 20)),
    "noisy": (_plain, (15, 10)),
    "drowned": (_plain, (5, 0, -5)),
    "silence": (_silent, ()),
    "music": (_musical, ()),
    "cut": (_cut, ()),
    "crosstalk": (_crossed, ()),
    "answers": (_answers, ()),
}
FAMILIES = {
    "clean": 40, "mild": 48, "noisy": 24, "drowned": 24, "silence": 16, "music": 16, "cut": 12, "crosstalk": 8,
    "answers": 12,
}  # fmt: skip
_CALM = {"clean", "mild", "silence"}

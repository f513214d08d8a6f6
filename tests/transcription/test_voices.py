"""Two voices of one recording: told apart by their sound, the same way each time, odd and short utterances included."""

import wave
from pathlib import Path

import numpy as np

from fieldwork.transcription.voices import Voices, cluster, tell_apart

ANNA, BOLAT = (210.0, (800.0, 1900.0)), (95.0, (500.0, 1100.0))


def unit(rows: list[list[float]]) -> np.ndarray:
    vectors = np.asarray(rows, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_two_clusters_are_numbered_by_who_speaks_first() -> None:
    rows = unit([[1, 0.1, 0], [0.1, 1, 0], [1, 0.2, 0], [0.2, 1, 0.1], [1, 0, 0.1]])

    assert cluster(rows, [2000] * 5) == Voices((0, 1, 0, 1, 0), likeness=0.246)
    assert cluster(rows[1:], [2000] * 4).labels == (0, 1, 0, 1)


def test_one_odd_utterance_is_not_taken_for_the_second_voice() -> None:
    rows = unit([[1, 0.2, 0], [0.7, 0.9, 0], [1, 0.25, 0], [0.7, 0.95, 0], [0.8, 0.6, 0.9], [1, 0.2, 0], [0.7, 0.9, 0]])

    assert cluster(rows, [3000, 3000, 3000, 3000, 1700, 3000, 3000]).labels[:4] == (0, 1, 0, 1)
    assert cluster(rows, [3000, 3000, 3000, 3000, 1700, 3000, 3000]).labels[5:] == (0, 1)


def test_short_utterances_follow_and_do_not_lead() -> None:
    rows = unit([[1, 0, 0], [0, 1, 0], [0.1, 0.2, 1], [0.9, 0.3, 0.1]])

    assert cluster(rows, [4000, 4000, 400, 500]).labels == (0, 1, 1, 0)


def test_one_utterance_or_one_voice_is_said_to_be_one(tmp_path: Path) -> None:
    same = unit([[1, 0, 0]] * 3)

    assert tell_apart(tmp_path / "not_even_opened.wav", [(0, 900)]) == Voices((0,), 1.0)
    assert cluster(same, [2000] * 3) == Voices((0, 0, 0), 1.0)


def speak(speaker: tuple[float, tuple[float, float]], seconds: float, seed: int) -> np.ndarray:
    """A hum at the speaker's pitch through two formants, in syllables, each time a little different."""
    dice = np.random.default_rng(seed)
    pitch, formants = speaker
    time = np.arange(int(seconds * 16_000)) / 16_000
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.08 * np.sin(2 * np.pi * dice.uniform(0.5, 0.9) * time))) / 16_000
    sway = 1 + 0.15 * np.sin(2 * np.pi * dice.uniform(2, 3) * time)
    hum = np.zeros_like(time)
    for number in range(1, int(4000 / pitch)):
        strength = sum(np.exp(-(((number * pitch - formant * sway) / 180) ** 2)) for formant in formants)
        hum += (strength + 0.03) * np.sin(number * phase)
    return (0.1 * hum * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time))).astype(np.float32)


def test_a_recording_of_two_voices(tmp_path: Path) -> None:
    path, spans, at = tmp_path / "mixed.wav", [], 0
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        for number in range(8):
            part = speak((BOLAT, ANNA)[number % 2], seconds=0.9 if number == 5 else 2 + number % 3, seed=number)
            file.writeframes((part * 32_767).astype("<i2").tobytes() + bytes(16_000))
            spans.append((at, at + len(part) * 1000 // 16_000))
            at = spans[-1][1] + 500
    found = tell_apart(path, spans)

    assert found.labels == (0, 1, 0, 1, 0, 1, 0, 1)
    assert found.likeness < 0.9
    assert tell_apart(path, spans) == found

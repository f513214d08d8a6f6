"""Windows: speech found in real speech, cut at pauses, none in silence and noise, little memory."""

import io
import math
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from fieldwork.transcription.windows import (
    NotNormalised,
    Region,
    Window,
    cut_windows,
    find_windows,
    read_samples,
    speech_regions,
)

ROOT = Path(__file__).resolve().parents[2]
HOUR_S = 3600


def wav(path: Path, *parts: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        for part in parts:
            file.writeframes((part * 32_767).astype("<i2").tobytes())
    return path


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * 16_000), np.float32)


def voice(seconds: float) -> np.ndarray:
    """Vowels that the detector takes for speech: a gliding hum with three formants, in syllables of 0.2 s."""
    time = np.arange(int(seconds * 16_000)) / 16_000
    phase = 2 * np.pi * np.cumsum(120 + 15 * np.sin(2 * np.pi * 0.7 * time)) / 16_000
    formants = np.stack([600 + 200 * np.sin(2 * np.pi * 2.5 * time), 1300 + 300 * np.sin(2 * np.pi * 1.7 * time)])
    hum = np.zeros_like(time)
    for number in range(1, 30):
        strength = sum(np.exp(-(((number * 120 - formant) / 150) ** 2)) for formant in formants)
        hum += (strength + 0.02) * np.sin(number * phase) / math.sqrt(number)
    return (0.2 * hum * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time))).astype(np.float32)


def test_speech_between_silences_is_found_and_cut_at_the_pauses(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", silence(1), voice(3), silence(2), voice(4), silence(1.5), voice(2), silence(1))
    found = find_windows(path)
    edges = [(region.start_ms, region.end_ms) for window in found for region in window.speech]

    assert edges == [
        (pytest.approx(start, abs=250), pytest.approx(end, abs=250))
        for start, end in ((1000, 4000), (6000, 10_000), (11_500, 13_500))
    ]
    assert [len(window.speech) for window in found] == [2, 1]
    assert find_windows(path) == found
    assert find_windows(io.BytesIO(path.read_bytes())) == found


def test_silence_hum_and_noise_are_no_speech(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(0, 0.05, 64_000).astype(np.float32)
    hum = (0.1 * np.sin(np.arange(64_000) / 16_000 * 2 * np.pi * 100)).astype(np.float32)
    files = {"silence": silence(4), "noise": noise, "hum": hum, "nothing": silence(0)}

    assert {name: find_windows(wav(tmp_path / name, sound)) for name, sound in files.items()} == {
        name: [] for name in files
    }


def test_an_hour_is_listened_to_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "hour.wav"
    wav(path, silence(0))
    length = HOUR_S * 32_000
    with path.open("r+b") as file:
        file.truncate(44 + length)
        file.seek(40)
        file.write(length.to_bytes(4, "little"))
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from fieldwork.transcription.windows import find_windows\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before = peak()\n"
        "print(find_windows(Path(sys.argv[1])), peak() - before < 128 << 10)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False, cwd=ROOT)

    assert (done.stdout, done.stderr) == ("[] True\n", "")


def test_regions_begin_at_half_end_after_a_pause_and_never_overlap() -> None:
    quiet, loud, low = [0.0], [0.9], [0.4]
    probabilities = quiet * 10 + loud * 20 + low * 5 + quiet * 9 + loud * 10 + quiet * 10 + loud * 10 + loud * 3
    clicks = quiet * 20 + loud * 4 + quiet * 20

    assert speech_regions(probabilities, length_ms=2464) == [
        Region(170, 1878),  # 9 quiet chunks are 288 ms, no pause yet
        Region(1898, 2464),
    ]
    assert speech_regions(clicks, length_ms=1408) == []


def test_speech_without_a_pause_is_cut_where_it_is_faintest() -> None:
    probabilities = [0.9] * 2000
    probabilities[700], probabilities[800], probabilities[1500] = 0.6, 0.5, 0.55
    regions = speech_regions(probabilities, length_ms=64_000)

    assert [(region.start_ms, region.end_ms) for region in regions] == [
        *((0, 800 * 32), (800 * 32, 1500 * 32), (1500 * 32, 64_000))
    ]
    assert max(region.end_ms - region.start_ms for region in regions) <= 30_000


def test_windows_grow_to_the_wanted_length_and_never_past_the_longest() -> None:
    regions = [Region(start, start + 2500) for start in range(0, 30_000, 3000)]
    long = [Region(0, 5000), Region(6000, 33_000), Region(40_000, 41_000)]

    assert [(window.start_ms, window.end_ms) for window in cut_windows(regions)] == [
        *((0, 8500), (9000, 17_500), (18_000, 26_500), (27_000, 29_500))
    ]
    assert [(window.start_ms, window.end_ms) for window in cut_windows(regions, enough_ms=22_000)] == [
        *((0, 23_500), (24_000, 29_500))
    ]
    assert cut_windows(long) == [
        Window(0, 5000, (long[0],)),
        Window(6000, 33_000, (long[1],)),
        Window(40_000, 41_000, (long[2],)),
    ]
    assert cut_windows([]) == []


def test_samples_are_read_between_two_moments(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", silence(1), np.full(8000, 0.5, np.float32))
    read = read_samples(path, 900, 1100)

    assert (read.dtype, len(read)) == (np.float32, 3200)
    assert (read[:1600].max(), read[1600:].min()) == (0.0, pytest.approx(0.5, abs=1e-4))
    assert len(read_samples(path, 1400, 9000)) == 1600


def test_sound_in_another_form_is_refused(tmp_path: Path) -> None:
    stereo = tmp_path / "stereo.wav"
    with wave.open(str(stereo), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        file.writeframes(bytes(400))
    (tmp_path / "text.wav").write_text("Это не звук.")

    for name in ("stereo.wav", "text.wav"):
        with pytest.raises(NotNormalised, match="16 kHz mono"):
            find_windows(tmp_path / name)

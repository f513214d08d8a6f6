"""Sound of known levels is measured as what it is, and comes out at one loudness with every moment in its place."""

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fieldwork.recording.media import Normalised, normalise

Samples = NDArray[np.float64]
RATE = 16_000
RNG_SEED = 11


def tone(seconds: float, dbfs: float, hertz: float = 1000, rate: int = RATE) -> Samples:
    """A sine whose root mean square is ``dbfs``."""
    time = np.arange(round(seconds * rate)) / rate
    return 10 ** (dbfs / 20) * np.sqrt(2) * np.sin(2 * np.pi * hertz * time)


def noise(seconds: float, dbfs: float) -> Samples:
    return np.random.default_rng(RNG_SEED).normal(0, 10 ** (dbfs / 20), round(seconds * RATE))


def heard(folder: Path, *channels: Samples, rate: int = RATE) -> tuple[Normalised, NDArray[np.int16]]:
    """What is said of channels, and the samples of the copy."""
    path, out = folder / "in.wav", folder / "out.wav"
    frames = np.round(np.clip(np.stack(channels, axis=1), -1, 1) * 32_767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setparams((len(channels), 2, rate, 0, "NONE", ""))
        file.writeframes(frames.tobytes())
    found = normalise(path, out)
    with wave.open(str(out)) as file:
        return found, np.frombuffer(file.readframes(file.getnframes()), "<i2")


def test_a_steady_tone_is_its_own_speech_and_noise(tmp_path: Path) -> None:
    found, copy = heard(tmp_path, tone(2, -23))

    assert (found.duration_ms, found.silent, found.damaged_packets) == (2000, False, 0)
    assert (found.loudness_dbfs, found.speech_dbfs, found.noise_dbfs) == (-23.0, -23.0, -23.0)
    assert (found.peak_dbfs, found.silent_share, found.clipped_share) == (-19.99, 0.0, 0.0)
    assert found.apart_share is None
    assert abs(found.gain_db) <= 0.1
    assert len(copy) == 32_000


def test_speech_noise_and_silence_are_told_apart(tmp_path: Path) -> None:
    found, _ = heard(tmp_path, np.concatenate([tone(3, -20), noise(3, -45), tone(3, -20), np.zeros(RATE)]))

    assert found.speech_dbfs == -20.0
    assert found.noise_dbfs == -96.0  # the quietest tenth is digital silence
    assert found.silent_share == 0.1
    found, _ = heard(tmp_path, np.concatenate([tone(6, -20), noise(4, -45)]))
    assert found.noise_dbfs == pytest.approx(-45, abs=0.3)
    assert found.silent_share == 0.0
    found, _ = heard(tmp_path, np.concatenate([tone(1, -20), noise(9, -55)]))  # 35 dB below speech: silence
    assert found.speech_dbfs == -20.0
    assert found.silent_share == 0.9


def test_silence_has_neither_speech_nor_noise_and_is_not_raised(tmp_path: Path) -> None:
    found, copy = heard(tmp_path, noise(3, -75))

    assert (found.silent, found.speech_dbfs, found.noise_dbfs, found.silent_share) == (True, None, None, 1.0)
    assert found.gain_db == 0.0
    assert np.abs(copy).max() < 40


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_cut_peaks_are_counted_as_they_were_recorded(tmp_path: Path, rate: int) -> None:
    wanted = 1 - 2 * np.arcsin(0.999 / 2) / np.pi  # of a sine cut at half its height
    found, _ = heard(tmp_path, tone(3, 3.01, 211.7, rate), rate=rate)

    assert found.clipped_share == pytest.approx(wanted, abs=0.005)
    found, _ = heard(tmp_path, tone(3, -9, 200, rate), tone(3, 3.01, 211.7, rate), rate=rate)
    assert found.clipped_share == pytest.approx(wanted, abs=0.005)  # of the worst channel
    single = tone(3, -20, 200, rate)
    single[::rate] = 1.0  # one sample a second touches the top: no run of three
    assert heard(tmp_path, single, rate=rate)[0].clipped_share == 0.0


def test_two_voices_on_two_sides_are_noticed_and_a_voice_on_both_is_not(tmp_path: Path) -> None:
    silence = np.zeros(2 * RATE)
    left, right = np.concatenate([tone(2, -20), silence]), np.concatenate([silence, tone(2, -20, 700)])
    both = np.concatenate([tone(2, -20), tone(2, -22)])

    assert heard(tmp_path, left, right)[0].apart_share == pytest.approx(0.5, abs=0.03)
    assert heard(tmp_path, left + right / 10, right + left / 10)[0].apart_share == pytest.approx(0.5, abs=0.03)
    assert heard(tmp_path, both, both * 0.7)[0].apart_share == 0.0
    assert heard(tmp_path, both, both * 0)[0].apart_share == 0.0  # one microphone, one dead side


def test_quiet_speech_is_brought_up_though_a_click_reaches_full_scale(tmp_path: Path) -> None:
    voice = np.concatenate([tone(4, -45, 300), np.zeros(RATE), tone(4, -45, 300)])
    voice[RATE * 9 // 2] = 1.0
    found, copy = heard(tmp_path, voice)

    assert found.gain_db == pytest.approx(21, abs=0.6)  # the click is heard, too
    assert len(copy) == len(voice)
    assert np.abs(copy).max() <= 29_205  # -1 dBFS
    assert int(np.abs(copy[RATE * 4 : RATE * 5]).argmax()) == RATE // 2  # the click, to the sample
    assert np.flatnonzero(copy[: RATE * 5])[-1] < RATE * 9 // 2 + 20  # and silence where it was
    assert heard(tmp_path, copy / 32_767)[0].speech_dbfs == pytest.approx(-45 + found.gain_db, abs=0.2)


def test_what_is_too_loud_comes_down_and_no_moment_is_moved(tmp_path: Path) -> None:
    pulses = np.zeros(RATE * 20 + 321)
    marks = np.arange(700, len(pulses), 7919)
    pulses += tone(len(pulses) / RATE, -9, 250)
    pulses[marks] = -1.0
    found, copy = heard(tmp_path, pulses)

    assert found.gain_db == pytest.approx(-14, abs=1)
    assert len(copy) == len(pulses)
    assert [int(m) for m in marks if copy[m] != copy[max(0, m - 20) : m + 20].min()] == []
    assert heard(tmp_path, tone(3, -60 + 4, 300))[0].gain_db == 30.0  # no more than that

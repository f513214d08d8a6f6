"""Speech by espeak-ng, as mono float32 samples."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

ESPEAK_RATE = 22_050
ESPEAK_PROGRAM = "espeak-ng"
WAV_HEADER_BYTES = 44
SPEECH_PEAK = 0.7
_SILENCE_OF_PEAK = 0.02
_LEAD_S = 0.01
_TAIL_S = 0.02


@dataclass(frozen=True, order=True)
class Voice:
    """One espeak-ng setting: variant file, words per minute, pitch 0-99, extra gap between words (10 ms units)."""

    variant: str
    speed: int
    pitch: int
    gap: int = 0

    @property
    def name(self) -> str:
        """The name espeak-ng knows the voice by."""
        return f"ru+{self.variant}" if self.variant else "ru"


def spoken(text: str) -> str:
    """Return the text without « », which make the synthesiser pause."""
    return text.replace("«", "").replace("»", "")


def speak(text: str, voice: Voice, data: Path | None = None) -> Samples:
    """Speak a sentence: samples at ESPEAK_RATE, silence trimmed from both ends, peak at SPEECH_PEAK.

    ``data`` is a folder with an ``espeak-ng-data`` of its own (see drawn.py).
    """
    command = [ESPEAK_PROGRAM, "-v", voice.name, "-s", str(voice.speed), "-p", str(voice.pitch)]
    command += ["-g", str(voice.gap), "--stdout", *([f"--path={data}"] if data else []), spoken(text)]
    wave = subprocess.run(command, capture_output=True, check=True).stdout
    samples = np.frombuffer(wave[WAV_HEADER_BYTES:], dtype="<i2") / 32_768
    return _trimmed(samples.astype(np.float32))


def _trimmed(samples: Samples) -> Samples:
    loudness = np.convolve(np.abs(samples), np.ones(441, np.float32) / 441, "same")
    heard = np.flatnonzero(loudness > _SILENCE_OF_PEAK * loudness.max())
    start = max(0, int(heard[0]) - int(_LEAD_S * ESPEAK_RATE))
    clip = samples[start : int(heard[-1]) + int(_TAIL_S * ESPEAK_RATE)]
    return (clip * (SPEECH_PEAK / float(np.abs(clip).max()))).astype(np.float32)


def resampled(samples: Samples, rate_from: float, rate_to: float) -> Samples:
    """Resample by the Fourier transform; clips begin and end in silence, so its wrap-around is not heard."""
    wanted = max(1, round(len(samples) * rate_to / rate_from))
    padded = 1 << (len(samples) - 1).bit_length() if len(samples) > 1 else 1
    length = round(padded * rate_to / rate_from)
    spectrum = np.fft.rfft(samples, padded)
    kept = min(len(spectrum), length // 2 + 1)
    result = np.zeros(length // 2 + 1, np.complex128)
    result[:kept] = spectrum[:kept]
    return (np.fft.irfft(result, length)[:wanted] * (length / padded)).astype(np.float32)

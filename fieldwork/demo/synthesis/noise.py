"""Background noise of rooms and lines: white, pink, brown, hum."""

import numpy as np

from fieldwork.demo.synthesis.sound_files import WHISPER_RATE
from fieldwork.demo.synthesis.speech import Samples

# Shares of the windows without noise, and, of the others, with mains hum.
CLEAN, HUMMING = 0.2, 0.1


def coloured(dice: np.random.Generator, length: int, slope: float) -> Samples:
    """Noise whose power falls with frequency as f^-slope (0 white, 1 pink, 2 brown), at root mean square 1."""
    spectrum = np.fft.rfft(dice.standard_normal(length))
    frequency = np.maximum(np.fft.rfftfreq(length, 1 / WHISPER_RATE), 40)
    shaped = np.fft.irfft(spectrum * frequency ** (-slope / 2), length)
    return np.asarray(shaped / np.sqrt(np.mean(shaped**2)), np.float32)


def hum(dice: np.random.Generator, length: int) -> Samples:
    """Mains hum with harmonics, at root mean square 1."""
    time = np.arange(length) / WHISPER_RATE
    tones = [np.sin(2 * np.pi * 50 * k * time) * dice.uniform(0, 1) / k for k in range(1, 6)]
    total = np.sum(tones, axis=0)
    return np.asarray(total / (np.sqrt(np.mean(total**2)) + 1e-6), np.float32)


def background(dice: np.random.Generator, length: int, *, loud: bool) -> Samples:
    """Draw a background of 30-90 dB below full scale, or none; ``loud`` (no speech over it) up to 10 dB below."""
    if dice.random() < CLEAN:
        return np.zeros(length, np.float32)
    level = 10 ** dice.uniform(-4.5, -0.5 if loud else -1.7)
    if dice.random() < HUMMING:
        return hum(dice, length) * np.float32(level)
    return coloured(dice, length, dice.uniform(0, 2)) * np.float32(level)

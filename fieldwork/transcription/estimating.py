"""How long a transcription will take: from what was measured on this machine, with a range that says how sure it is."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

NAMES = ("tiny", "base", "small", "medium", "turbo", "large-v3")
"""Whisper's models by name, the smallest first; the older and the English ones are left out."""
_FILES = {"turbo": "large-v3-turbo", "large": "large-v3"}  # names whose file is called otherwise
KEPT = 8
"""Real transcriptions whose pace is remembered: the machine and the versions of libraries change."""
ENOUGH_MS = 20_000
"""Speech below which a real transcription tells no pace: loading and the first window weigh too much."""

_PROBED = (0.7, 1.8)  # ten seconds of clear speech: noise, other speakers and a warm machine cost more
_FEW, _ONCE = 3, (0.8, 1.35)  # one or two recordings, and the next one is noisier or quieter
_OFTEN = (0.9, 1.15)
_STEPS = ((20 * 60, 60), (2 * 3600, 300), (float("inf"), 600))  # below so many s, told in steps of so many s


@dataclass(frozen=True)
class Estimate:
    """Seconds of work: at least, likely, at most. ``measured`` is «work» (real transcriptions) or «probe»."""

    low: float
    likely: float
    high: float
    measured: str


def pace_of_probe(brief: tuple[float, float], full: tuple[float, float], window_s: float) -> float:
    """Seconds of work for a second of speech, from two stretches of it: (seconds of sound, seconds of work).

    Whisper pays for each window once (the encoder sees 30 s whatever is in it) and for each word besides. The longer
    stretch less the shorter one is what words cost; the rest is paid once in ``window_s``, the length that windows of
    a real recording have.
    """
    (brief_s, brief_took), (full_s, full_took) = brief, full
    words = max(0.0, (full_took - brief_took) / (full_s - brief_s))
    window = max(0.0, full_took - words * full_s)
    return window / window_s + words


def estimate(speech_ms: int, probed: float | None, done: Sequence[float], load_seconds: float = 0.0) -> Estimate | None:
    """How long ``speech_ms`` of speech take; None where nothing was ever measured.

    Args:
        speech_ms: what the recogniser is given.
        probed: seconds for a second of speech, by the probe.
        done: the same by real transcriptions, which count more than any probe.
        load_seconds: how long the model takes to load, paid once.
    """
    speech = speech_ms / 1000
    if done:
        likely = statistics.median(done)
        low, high = (min(done) * _OFTEN[0], max(done) * _OFTEN[1]) if len(done) >= _FEW else _spread(likely, _ONCE)
        measured = "work"
    elif probed is not None:
        likely, (low, high), measured = probed, _spread(probed, _PROBED), "probe"
    else:
        return None
    low, likely, high = (speech * pace + load_seconds for pace in (low, likely, high))
    return Estimate(low, likely, high, measured)


def remembered(done: Sequence[float], pace: float) -> list[float]:
    """The paces of the last transcriptions, the newest at the end."""
    return [*done, round(pace, 4)][-KEPT:]


def minutes(seconds: float, *, up: bool | None = None) -> int:
    """Whole minutes as they are told, never finer than is known; at least one. ``up``: rounded up, down (False)."""
    step = next(step for limit, step in _STEPS if seconds < limit)
    steps = seconds / step
    whole = round(steps) if up is None else int(-(-steps // 1)) if up else int(steps // 1)
    return max(1, whole * step // 60)


def same_model(model: str) -> str:
    """A model's name as its file is called, so that «turbo» and what Whisper has downloaded for it are one."""
    return _FILES.get(model, model)


def _spread(pace: float, by: tuple[float, float]) -> tuple[float, float]:
    return pace * by[0], pace * by[1]

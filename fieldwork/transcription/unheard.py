"""What lies outside of the speech that was found, and is no pause either: it is told, lest an utterance be missing.

A fan, traffic or hiss goes on without a break and is no speech: what is loud must stand out from the quiet moments
around it, as words do from the pauses between them (the idea of minimum statistics, Martin 2001).
"""

import numpy as np
from numpy.typing import NDArray

CHUNK_MS = 32
_PERHAPS, _PERHAPS_MS = 0.15, 190  # music and noise press the detector's probability down
_BEARINGS = 10  # chunks in which the detector has not found its bearings and takes noise for perhaps speech
_LOUD, _LOUD_MS = 0.25, 700  # of the median level of speech (-12 dB), for as long as a short sentence lasts
_LOUD_ALONE = 0.01  # -40 dBFS, where there is no speech to compare with
_QUIET = 0.001  # -60 dBFS: silence, however faint the speech is
_OUT_OF_NOISE = 1.7  # of the noise around (4.6 dB): less is the noise itself
_AROUND = 47  # chunks on either side, 1.5 s: nobody speaks so long without a moment of quiet
_NOISE_SHARE = 20  # per cent of the chunks around are as quiet as the noise
_STEP = 16  # chunks, half a second: the noise does not change faster
_JOINED_MS = 300


def unsure_stretches(
    likely: NDArray[np.float32], loud: NDArray[np.float32], inside: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Stretches that may be speech (190 ms) or are as loud as it (700 ms), as numbers of chunks, end exclusive.

    Args:
        likely: the probability of speech, for every 32 ms.
        loud: root mean squares between 0 and 1, likewise.
        inside: what was taken for speech, likewise.
    """
    enough = max(_QUIET, _LOUD * float(np.median(loud[inside]))) if inside.any() else _LOUD_ALONE
    perhaps = likely >= _PERHAPS
    perhaps[:_BEARINGS] = False
    signs = (
        (perhaps, _PERHAPS_MS),
        ((loud >= enough) & (loud >= _OUT_OF_NOISE * noise_around(loud, inside)), _LOUD_MS),
    )
    found = [
        (start, end)
        for sign, least in signs
        for start, end in _stretches(sign & ~inside)
        if (end - start) * CHUNK_MS >= least
    ]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and (start - joined[-1][1]) * CHUNK_MS <= _JOINED_MS:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def noise_around(loud: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The level of the noise around every chunk: a fifth of what is around it and no speech is quieter.

    Args:
        loud: root mean squares between 0 and 1, for every 32 ms.
        inside: what was taken for speech, likewise.
    """
    noise = np.zeros(len(loud), np.float32)
    for start in range(0, len(loud), _STEP):
        around = slice(max(0, start - _AROUND), start + _STEP + _AROUND)
        quiet = loud[around][~inside[around]]
        noise[start : start + _STEP] = np.percentile(quiet, _NOISE_SHARE) if len(quiet) else 0
    return noise


def _stretches(sign: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where a sign holds without a break."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], sign, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]

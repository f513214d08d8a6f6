"""What lies outside of the speech that was found, and is no pause either: it is told, lest an utterance be missing."""

import numpy as np
from numpy.typing import NDArray

CHUNK_MS = 32
_PERHAPS, _PERHAPS_MS = 0.15, 190  # music and noise press the detector's probability down
_LOUD, _LOUD_MS = 0.25, 700  # of the median level of speech (-12 dB), for as long as a short sentence lasts
_LOUD_ALONE = 0.01  # -40 dBFS, where there is no speech to compare with
_QUIET = 0.001  # -60 dBFS: silence, however faint the speech is
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
    found = [
        (start, end)
        for sign, least in ((likely >= _PERHAPS, _PERHAPS_MS), (loud >= enough, _LOUD_MS))
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


def _stretches(sign: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where a sign holds without a break."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], sign, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]

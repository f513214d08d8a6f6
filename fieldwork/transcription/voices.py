"""Two voices in one mixed recording told apart, by resemblyzer's embeddings and hierarchical clustering.

The number of voices is always given (an interview has two): guessing it is fragile on short utterances.
"""

import functools
import hashlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fieldwork.core.errors import Refusal
from fieldwork.transcription.windows import one_thread, read_samples

VOICES = 2
_LONG_MS = 1_600  # what resemblyzer looks at in one go: a shorter utterance tells little
_MARGIN_MS = 80  # the engine's times are a little off, and neighbours are other people
_ROUNDS = 10
_ENCODER_SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
Embeddings = NDArray[np.float32]


class VoiceModelMissing(Refusal):
    """resemblyzer's model file is missing or another one."""

    message = "The voice model of resemblyzer 0.1.4 is not there or was changed: install resemblyzer==0.1.4 again."


@dataclass(frozen=True)
class Voices:
    """Which voice says each utterance: 0 is whoever speaks first.

    ``likeness`` is the cosine between the two voices: 0.6-0.8 for two people, above 0.9 it was probably one.
    """

    labels: tuple[int, ...]
    likeness: float


def tell_apart(wav: Path | BinaryIO, utterances: Sequence[tuple[int, int]]) -> Voices:
    """Tell the two voices of a normalised recording apart.

    Args:
        wav: 16 kHz mono WAV, a path or an open seekable file.
        utterances: begin and end in ms, each said by one person (``engines.Recognised``).

    Raises:
        VoiceModelMissing: resemblyzer's model file is not the pinned one.
        NotNormalised: the sound is in another form.
    """
    if len(utterances) < VOICES:
        return Voices((0,) * len(utterances), 1.0)
    return cluster(embedded(wav, utterances), [end - start for start, end in utterances])


def cluster(embeddings: Embeddings, lengths_ms: Sequence[int]) -> Voices:
    """Two clusters of unit vectors, one per utterance; short utterances only follow the others.

    Average linkage on cosine distance begins; since it likes to set one odd utterance apart from all others, every
    utterance then goes to the nearer of the two voices until nothing changes (spherical k-means), from each of several
    beginnings, and the best fit counts. No chance is involved.
    """
    weights = np.asarray(lengths_ms, np.float64)
    long = np.flatnonzero(weights >= _LONG_MS)
    if len(long) < VOICES:
        long = np.arange(len(weights))
    beginnings = _beginnings(embeddings[long], weights[long])
    readings = [_refined(embeddings[long], weights[long], centres) for centres in beginnings]
    if not readings:
        return Voices((0,) * len(weights), 1.0)
    centres = max(readings, key=lambda reading: reading[1])[0]
    nearest = (embeddings @ centres.T).argmax(axis=1)
    labels = tuple(int(label != nearest[0]) for label in nearest)
    return Voices(labels, round(float(centres[0] @ centres[1]), 3))


def _beginnings(embeddings: Embeddings, weights: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Centres to begin with: of the tree's 2, 3 or 4 clusters the one that speaks most, with each of the others."""
    # Imported here: scipy's clustering takes half a second, and most callers of this module do not come so far.
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415

    tree = linkage(embeddings, method="average", metric="cosine")
    for count in range(VOICES, min(len(weights), 2 * VOICES) + 1):
        found = fcluster(tree, count, criterion="maxclust")
        most, *others = sorted(np.unique(found), key=lambda label: -float(weights[found == label].sum()))
        for other in others:
            yield np.stack([_centre(embeddings, weights, found == label) for label in (most, other)])


def _refined(
    embeddings: Embeddings, weights: NDArray[np.float64], centres: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Centres that no longer move, and how well they fit: the weighted sum of cosines."""
    for _ in range(_ROUNDS):
        labels = (embeddings @ centres.T).argmax(axis=1)
        if len(np.unique(labels)) < VOICES:
            break
        centres = np.stack([_centre(embeddings, weights, labels == voice) for voice in range(VOICES)])
    return centres, float((weights * (embeddings @ centres.T).max(axis=1)).sum())


def _centre(embeddings: Embeddings, weights: NDArray[np.float64], mine: NDArray[np.bool_]) -> NDArray[np.float64]:
    total = (embeddings[mine] * weights[mine, None]).sum(axis=0)
    return np.asarray(total / np.linalg.norm(total))


def embedded(wav: Path | BinaryIO, utterances: Sequence[tuple[int, int]]) -> Embeddings:
    """What each utterance (begin and end in ms) of a normalised recording sounds like: unit vectors, alike by cosine.

    Raises:
        VoiceModelMissing: resemblyzer's model file is not the pinned one.
        NotNormalised: the sound is in another form.
    """
    encoder = _encoder()
    rows = []
    with one_thread():
        for start, end in utterances:
            margin = _MARGIN_MS if end - start > 4 * _MARGIN_MS else 0
            samples = read_samples(wav, start + margin, max(start + margin + 1, end - margin))
            rows.append(encoder.embed_utterance(samples if samples.size else np.zeros(1, np.float32)))
    return np.stack(rows).astype(np.float32)


@functools.cache
def _encoder() -> Any:
    found = find_spec("resemblyzer")
    path = Path(found.origin).with_name("pretrained.pt") if found and found.origin else None
    if path is None or not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != _ENCODER_SHA256:
        raise VoiceModelMissing
    with warnings.catch_warnings():
        # It imports names that scipy has moved, and webrtcvad asks for pkg_resources: not ours to mend.
        warnings.simplefilter("ignore")
        # Imported here: resemblyzer draws in librosa and torch, which take seconds.
        from resemblyzer import VoiceEncoder  # noqa: PLC0415

        return VoiceEncoder("cpu", verbose=False)

"""Where there is speech in a recording, and the windows in which it is recognised: cut at pauses, never inside speech.

Speech is found by silero's detector, which gives a probability for every 32 ms. Its own helper wants the whole file in
memory and its package wants torchaudio, so only its model file is used; the file is read block by block, and the lanes
of a block go through the network side by side, which takes a quarter of the time (measured).
"""

import contextlib
import hashlib
import warnings
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fieldwork.core.errors import BadInput, Refusal
from fieldwork.transcription.unheard import CHUNK_MS as _CHUNK_MS
from fieldwork.transcription.unheard import unsure_stretches

RATE = 16_000
ENOUGH_MS = 6_000
MAX_MS = 30_000  # the context of Whisper
Samples = NDArray[np.float32]

_CHUNK = 512  # samples: the detector knows no other length at 16 kHz
_LANE = 480  # chunks, a quarter of a minute
_WARM_UP = 64  # chunks before a lane, so that the network has its bearings
_LANES = 16
_QUIET = 0.001  # peak of a chunk, -60 dBFS: no speech, whatever the detector makes of hiss
_SPEECH_FROM, _SPEECH_UNTIL = 0.5, 0.35
_MIN_PAUSE_MS, _MIN_SPEECH_MS, _MARGIN_MS = 300, 150, 150
_DETECTOR_SHA256 = "e1122837f4154c511485fe0b9c64455f7b929c96fbb8d79fbdb336383ebd3720"


class NotNormalised(BadInput):
    """The sound is not in the one form that is worked on."""

    message = "The sound is not 16 kHz mono WAV: import the recording, which makes it so, and use the result."


class DetectorMissing(Refusal):
    """The speech detector's file is missing or another one."""

    message = "The speech detector of silero-vad 6.2 is not there or was changed: install silero-vad==6.2.3 again."


class NoSpeech(BadInput):
    """Sound, but nobody speaks."""

    message = "No speech was found in the recording: listen to it; the microphone may have been off, or far away."


@dataclass(frozen=True)
class Region:
    """A stretch of speech, in ms, with a margin on both sides."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Window:
    """A stretch of the recording to be recognised in one go, in ms, and the speech in it."""

    start_ms: int
    end_ms: int
    speech: tuple[Region, ...]


@dataclass(frozen=True)
class Listened:
    """What the detector makes of a recording of ``length_ms``: windows of speech, and where it is not sure."""

    windows: list[Window]
    unsure: list[Region]
    length_ms: int


def find_windows(wav: Path | BinaryIO, enough_ms: int = ENOUGH_MS, max_ms: int = MAX_MS) -> list[Window]:
    """The windows of a normalised recording, in order; none if nobody speaks. The same file gives the same windows.

    Args:
        wav: 16 kHz mono WAV, a path or an open seekable file.
        enough_ms: a window ends at the first pause after it has become as long as this.
        max_ms: no window is longer.

    Raises:
        NotNormalised: another rate, several channels, no WAV.
        DetectorMissing: silero-vad's model file is not the pinned one.
    """
    return listen(wav, enough_ms, max_ms).windows


def listen(wav: Path | BinaryIO, enough_ms: int = ENOUGH_MS, max_ms: int = MAX_MS) -> Listened:
    """The windows of a normalised recording as ``find_windows`` tells them, and where there may be speech besides.

    Raises:
        NotNormalised: another rate, several channels, no WAV.
        DetectorMissing: silero-vad's model file is not the pinned one.
    """
    with opened(wav) as sound:
        length_ms = sound.getnframes() * 1000 // RATE
        probabilities, levels = np.concatenate([np.zeros((2, 0), np.float32), *_probabilities(sound)], axis=1)
    regions = speech_regions(probabilities, length_ms, max_ms)
    unsure = _unsure(probabilities, levels, regions, length_ms)
    return Listened(cut_windows(regions, enough_ms, max_ms), unsure, length_ms)


def _unsure(likely: Samples, loud: Samples, speech: Sequence[Region], length_ms: int) -> list[Region]:
    starts = np.arange(len(likely)) * _CHUNK_MS
    inside = np.zeros(len(likely), bool)
    for region in speech:
        inside |= (starts < region.end_ms) & (starts + _CHUNK_MS > region.start_ms)
    found = unsure_stretches(likely, loud, inside)
    return [Region(start * _CHUNK_MS, min(length_ms, end * _CHUNK_MS)) for start, end in found]


def speech_regions(probabilities: Sequence[float] | Samples, length_ms: int, max_ms: int = MAX_MS) -> list[Region]:
    """Stretches of speech from the probability of every 32 ms; one longer than ``max_ms`` is cut where it is faintest.

    Speech begins at 0.5 and lasts until it has been below 0.35 for 300 ms; less than 150 ms is a click. The margins of
    150 ms never reach into the neighbour.
    """
    longest = (max_ms - 2 * _MARGIN_MS) // _CHUNK_MS
    runs = [part for run in _runs(probabilities) for part in _split(run, probabilities, longest)]
    regions: list[Region] = []
    for number, (start, end) in enumerate(runs):
        before = runs[number - 1][1] if number else 0
        after = runs[number + 1][0] if number + 1 < len(runs) else end + 2 * _MARGIN_MS
        left = min(_MARGIN_MS, max(0, start - before) * _CHUNK_MS // 2)
        right = min(_MARGIN_MS, max(0, after - end) * _CHUNK_MS // 2)
        regions.append(Region(max(0, start * _CHUNK_MS - left), min(length_ms, end * _CHUNK_MS + right)))
    return regions


def cut_windows(regions: Sequence[Region], enough_ms: int = ENOUGH_MS, max_ms: int = MAX_MS) -> list[Window]:
    """Join stretches of speech to windows of at least ``enough_ms``, as far as the next one fits into ``max_ms``."""
    groups: list[list[Region]] = []
    for region in regions:
        group = groups[-1] if groups else []
        begun = bool(group) and group[-1].end_ms - group[0].start_ms < enough_ms
        if begun and region.end_ms - group[0].start_ms <= max_ms:
            group.append(region)
        else:
            groups.append([region])
    return [Window(group[0].start_ms, group[-1].end_ms, tuple(group)) for group in groups]


def read_samples(wav: Path | BinaryIO, start_ms: int, end_ms: int) -> Samples:
    """The samples from ``start_ms`` to ``end_ms`` of a normalised recording, between -1 and 1.

    Raises:
        NotNormalised: another rate, several channels, no WAV.
    """
    with opened(wav) as sound:
        start = min(sound.getnframes(), start_ms * RATE // 1000)
        sound.setpos(start)
        return _floats(sound.readframes(end_ms * RATE // 1000 - start))


@contextlib.contextmanager
def opened(wav: Path | BinaryIO) -> Iterator[wave.Wave_read]:
    """A normalised recording, open for reading.

    Raises:
        NotNormalised: another rate, several channels, no WAV.
    """
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(wav.open("rb")) if isinstance(wav, Path) else wav
        file.seek(0)
        try:
            sound = wave.open(file, "rb")  # noqa: SIM115 - closed by its file
        except (wave.Error, EOFError):
            raise NotNormalised from None
        if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (RATE, 1, 2):
            raise NotNormalised
        yield sound


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Keep torch to one thread: for tiny networks a second one only waits (measured: 5 to 10 times slower)."""
    # Imported here: torch takes seconds, and most callers of this module only handle windows.
    import torch  # noqa: PLC0415

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _runs(probabilities: Sequence[float] | Samples) -> list[tuple[int, int]]:
    """Runs of speech as chunk numbers, end exclusive."""
    runs: list[tuple[int, int]] = []
    start, last = -1, 0
    for number, probability in enumerate([*probabilities, *[0.0] * (_MIN_PAUSE_MS // _CHUNK_MS + 1)]):
        if probability >= _SPEECH_FROM and start < 0:
            start = number
        if probability >= _SPEECH_UNTIL:
            last = number + 1
        elif start >= 0 and (number + 1 - last) * _CHUNK_MS >= _MIN_PAUSE_MS:
            if (last - start) * _CHUNK_MS >= _MIN_SPEECH_MS:
                runs.append((start, last))
            start = -1
    return runs


def _split(run: tuple[int, int], probabilities: Sequence[float] | Samples, longest: int) -> Iterator[tuple[int, int]]:
    """Cut a run that is too long at its least likely chunk, in the second half of what fits."""
    start, end = run
    while end - start > longest:
        cut = min(range(start + longest // 2, start + longest), key=lambda number: (probabilities[number], number))
        yield start, cut
        start = cut
    yield start, end


def _floats(frames: bytes) -> Samples:
    return np.frombuffer(frames, "<i2").astype(np.float32) / np.float32(32_768)


def _probabilities(sound: wave.Wave_read) -> Iterator[Samples]:
    """Block by block, for each chunk: the probability of speech, and the level. A block holds ``_LANES`` lanes."""
    detector = None
    before = np.zeros(_WARM_UP * _CHUNK, np.float32)
    while frames := sound.readframes(_LANES * _LANE * _CHUNK):
        block = _floats(frames)
        count = -(-len(block) // _CHUNK)
        lanes = -(-count // _LANE)
        whole = np.concatenate([before, block, np.zeros(lanes * _LANE * _CHUNK - len(block), np.float32)])
        before = block[-_WARM_UP * _CHUNK :].copy()
        del frames, block
        chunks = whole[_WARM_UP * _CHUNK :].reshape(-1, _CHUNK)
        loud = np.maximum(chunks.max(axis=1), -chunks.min(axis=1)) > _QUIET
        levels = np.sqrt(np.einsum("ij,ij->i", chunks, chunks) / _CHUNK)
        if not loud.any():
            yield np.stack([np.zeros(count, np.float32), levels[:count]])
            continue
        detector = detector or _detector()
        yield np.stack([_listen(detector, whole, lanes) * loud, levels])[:, :count]


def _listen(detector: Any, samples: Samples, lanes: int) -> Samples:
    """Probabilities of the lanes of one block, in the order of time."""
    # Imported here: torch takes seconds, and most callers of this module only handle windows.
    import torch  # noqa: PLC0415

    length = (_WARM_UP + _LANE) * _CHUNK
    batch = torch.from_numpy(np.stack([samples[n * _LANE * _CHUNK :][:length] for n in range(lanes)]))
    with one_thread(), torch.inference_mode():
        detector.reset_states()
        heard = [detector(chunk, RATE)[:, 0] for chunk in torch.split(batch, _CHUNK, dim=1)]
        return np.asarray(torch.stack(heard[_WARM_UP:], dim=1).flatten())


def _detector() -> Any:
    # Imported here: torch takes seconds, and most callers of this module only handle windows.
    import torch  # noqa: PLC0415

    found = find_spec("silero_vad")
    path = Path(found.origin).with_name("data") / "silero_vad.jit" if found and found.origin else None
    if path is None or not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != _DETECTOR_SHA256:
        raise DetectorMissing
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # TorchScript is deprecated, silero ships nothing else
        return torch.jit.load(path)  # type: ignore[no-untyped-call]

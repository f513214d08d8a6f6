"""Decisions about recordings: where each lies in the interview's time, and what is refused as a duplicate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fieldwork.core.errors import BadInput, Refusal
from fieldwork.recording.models import RecordingKind


class NoFiles(BadInput):
    """An import without a single file."""

    message = "There is nothing to import: name the recording's files, or the folder that Zoom or WhatsApp made."


class DuplicateRecording(Refusal):
    """The same bytes are in the study already."""

    message = (
        "File number {number} is in the study already: it belongs to the interview with {code}. "
        "Nothing was imported; leave that file out, or check whose recording it is."
    )


class SameFileTwice(BadInput):
    """Two of the files given are the same."""

    message = (
        "Files number {first} and {number} are the same recording under two names. Nothing was imported; leave one out."
    )


@dataclass(frozen=True)
class Sound:
    """What decides where a file stands: what it holds, whose voice (None: unknown, or several), how long in ms."""

    kind: str
    speaker: str | None
    duration_ms: int


@dataclass(frozen=True)
class Place:
    """Where a recording stands: its order in the interview, and the ms of the interview at which it begins."""

    position: int
    offset_ms: int


def places(files: Iterable[Sound], earlier: Iterable[tuple[Sound, Place]] = ()) -> list[Place]:
    """The places of newly imported files, in their order, behind those imported ``earlier``.

    Messages, and the parts of a mixed recording, follow one another: each begins where everything before it ended, so
    that minutes go on counting. Tracks share their meeting's clock; a speaker who is heard already in it has begun a
    second meeting.
    """
    clock = _Clock()
    position = 0
    for file, place in earlier:
        clock.hear(file, place.offset_ms)
        position = max(position, place.position)
    found = []
    for number, file in enumerate(files, start=position + 1):
        found.append(Place(number, clock.begin(file)))
        clock.hear(file, found[-1].offset_ms)
    return found


class _Clock:
    """The time of an interview as its recordings fill it."""

    def __init__(self) -> None:
        self._ends_ms = 0
        self._meeting_ms: int | None = None
        self._heard: set[str | None] = set()

    def begin(self, file: Sound) -> int:
        """Where a file begins."""
        if file.kind != RecordingKind.TRACK or self._meeting_ms is None:
            return self._ends_ms
        again = file.speaker is not None and file.speaker in self._heard
        return self._ends_ms if again else self._meeting_ms

    def hear(self, file: Sound, begins_ms: int) -> None:
        """A file that begins there."""
        if file.kind == RecordingKind.TRACK:
            if begins_ms != self._meeting_ms:
                self._meeting_ms, self._heard = begins_ms, set()
            self._heard.add(file.speaker)
        self._ends_ms = max(self._ends_ms, begins_ms + file.duration_ms)


def require_new(digests: Sequence[str], known: Mapping[str, str]) -> None:
    """Refuse files whose bytes are there already.

    Args:
        digests: sha256 (hex) of the files, in their order.
        known: sha256 of every recording of the study, with the code of the expert it belongs to.

    Raises:
        SameFileTwice: two of the files are the same.
        DuplicateRecording: one is in the study already.
    """
    seen: dict[str, int] = {}
    for number, digest in enumerate(digests, start=1):
        if digest in seen:
            raise SameFileTwice(first=seen[digest], number=number)
        if digest in known:
            raise DuplicateRecording(number=number, code=known[digest])
        seen[digest] = number


MOST_PEAKS = 4000
PEAK_MS = 100


def peak_count(duration_ms: int) -> int:
    """How many stretches a sound is drawn in: one for each 100 ms, and never more than a screen can show."""
    return max(1, min(MOST_PEAKS, duration_ms // PEAK_MS))


def drawn(parts: Iterable[tuple[int, int, bytes]], total_ms: int) -> list[int]:
    """One waveform of several recordings, the loudest where they overlap: 0 to 255 for each stretch of the interview.

    Args:
        parts: where each begins (ms of the interview), how long it is (ms), its own peaks.
        total_ms: how long the interview is.
    """
    count = peak_count(total_ms)
    found = [0] * count
    for begins_ms, length_ms, peaks in parts:
        for number in range(count):
            middle = (number + 0.5) * total_ms / count - begins_ms
            if 0 <= middle < length_ms and peaks:
                here = int(middle * len(peaks) / length_ms)
                wide = max(1, round(total_ms / count * len(peaks) / length_ms))
                found[number] = max(found[number], *peaks[here : here + wide])
    return found

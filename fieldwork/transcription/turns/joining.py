"""Recognised pieces of one or several recordings, put in order and joined to turns."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple, Protocol

from fieldwork.transcription.word_times import Word


class Piece(Protocol):
    """What an engine recognised (``engines.Recognised``): ms of its recording, text, how sure it was."""

    @property
    def start_ms(self) -> int:
        """Begin."""
        ...

    @property
    def end_ms(self) -> int:
        """End."""
        ...

    @property
    def text(self) -> str:
        """Words, possibly none."""
        ...

    @property
    def avg_logprob(self) -> float:
        """Mean log probability of its tokens."""
        ...

    @property
    def no_speech_prob(self) -> float:
        """How likely it is no speech at all."""
        ...

    @property
    def words(self) -> Sequence[Word]:
        """Where its words stand, and when they are heard."""
        ...


@dataclass(frozen=True)
class Track:
    """One speaker's pieces of one recording.

    ``speaker`` is a label (a participant, a voice), ``source`` the recording. ``offset_ms`` says where on the clock of
    the interview the recording begins: it orders the pieces, whose own times stay those of the recording.
    """

    speaker: str
    pieces: Sequence[Piece]
    source: Hashable = None
    offset_ms: int = 0


@dataclass(frozen=True)
class TurnCue:
    """A timed stretch of a turn's text: code points, end exclusive, and ms of the recording."""

    start: int
    end: int
    start_ms: int
    end_ms: int
    avg_logprob: float | None = None
    no_speech_prob: float | None = None


@dataclass(frozen=True)
class Turn:
    """What one speaker says until another does, in one recording."""

    speaker: str
    text: str
    start_ms: int
    end_ms: int
    cues: tuple[TurnCue, ...]
    source: Hashable = None
    words: tuple[Word, ...] = ()


class _Placed(NamedTuple):
    at: int
    until: int
    track: Track
    piece: Piece


def join(tracks: Iterable[Track]) -> list[Turn]:
    """Turns in the order of the interview's clock; pieces without text are left out.

    Where two people speak at once their pieces stand in the order in which they began. A turn never runs over from one
    recording to the next, since its times count from the beginning of its own.
    """
    placed = [
        _Placed(track.offset_ms + piece.start_ms, track.offset_ms + piece.end_ms, track, piece)
        for track in tracks
        for piece in track.pieces
        if piece.text.strip()
    ]
    placed.sort(key=lambda one: (one.at, one.until))
    grouped = groupby(placed, key=lambda one: (one.track.speaker, one.track.source))
    return [_turn(speaker, source, [one.piece for one in group]) for (speaker, source), group in grouped]


def _turn(speaker: str, source: Hashable, pieces: Sequence[Piece]) -> Turn:
    text, cues = "", []
    words: list[Word] = []
    for piece in pieces:
        text += " " if text else ""
        start, text = len(text), text + piece.text.strip()
        cue = TurnCue(start, len(text), piece.start_ms, piece.end_ms, piece.avg_logprob, piece.no_speech_prob)
        cues.append(cue)
        blanks = len(piece.text) - len(piece.text.lstrip())
        words += [word.moved(start - blanks) for word in piece.words]
    end_ms = max(piece.end_ms for piece in pieces)
    return Turn(speaker, text, pieces[0].start_ms, end_ms, tuple(cues), source, tuple(words))

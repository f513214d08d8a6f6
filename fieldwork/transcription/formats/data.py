"""JSON: our own, and that of Whisper, faster-whisper and WhisperX (``segments`` with seconds, perhaps ``speaker``)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field, NonNegativeFloat, NonNegativeInt, ValidationError

from fieldwork.transcription.formats.parsed import Block, BrokenDocument
from fieldwork.transcription.word_times import Word, within


class _Cue(BaseModel):
    start: NonNegativeInt
    end: NonNegativeInt
    start_ms: NonNegativeInt
    end_ms: NonNegativeInt


class _Word(BaseModel):
    start: NonNegativeInt
    end: NonNegativeInt
    start_ms: NonNegativeInt | None = None
    end_ms: NonNegativeInt | None = None
    probability: float = Field(default=0, ge=0, le=1)


class _Turn(BaseModel):
    speaker: str | None = None
    start_ms: NonNegativeInt | None = None
    end_ms: NonNegativeInt | None = None
    text: str
    cues: list[_Cue] = Field(default_factory=list)
    words: list[_Word] = Field(default_factory=list)


class _Segment(BaseModel):
    text: str
    start: NonNegativeFloat | None = None
    end: NonNegativeFloat | None = None
    speaker: str | None = None


def json_blocks(text: str) -> list[Block]:
    """The stretches of a transcript in JSON, in order.

    Raises:
        BrokenDocument: no JSON, or none of these shapes.
    """
    try:
        told = json.loads(text.lstrip("\ufeff"))
        if isinstance(told, Mapping) and isinstance(told.get("utterances"), list):
            return [block for row in told["utterances"] for block in _of_turn(_Turn.model_validate(row))]
        if isinstance(told, Mapping) and isinstance(told.get("segments"), list):
            return [_of_segment(_Segment.model_validate(row)) for row in told["segments"]]
    except (ValueError, ValidationError, RecursionError):
        raise BrokenDocument(kind="JSON") from None
    raise BrokenDocument(kind="JSON")


def _of_turn(turn: _Turn) -> Iterator[Block]:
    """A turn of ours as blocks that are cut where its cues are."""
    known: dict[str, Any] = {"label": turn.speaker or None, "certain": bool(turn.speaker)}
    words = [Word(one.start, one.end, one.start_ms, one.end_ms, one.probability) for one in turn.words]
    if not turn.cues:
        heard = (turn.start_ms, turn.end_ms)
        yield _stretch(turn.text, (0, len(turn.text)), heard, words, gap="\n", begins=True, **known)
        return
    before = None
    for cue in turn.cues:
        between = "" if before is None else turn.text[before.end : cue.start]
        gap = "\n" if before is None else between if between.isspace() else " "
        heard = (cue.start_ms, cue.end_ms)
        yield _stretch(turn.text, (cue.start, cue.end), heard, words, gap=gap, begins=before is None, **known)
        before = cue


def _stretch(
    text: str, place: tuple[int, int], heard: tuple[int | None, int | None], words: Sequence[Word], **known: Any
) -> Block:
    """A stretch of a turn's text, without the space around it, and the words that lie in it."""
    start, end = place
    told = text[start:end]
    first = start + len(told) - len(told.lstrip())
    told = told.strip()
    inside = tuple(one.moved(-first) for one in within(words, first, first + len(told)) if one.start < one.end)
    return Block(told, start_ms=heard[0], end_ms=heard[1], words=inside, **known)


def _of_segment(segment: _Segment) -> Block:
    return Block(
        " ".join(segment.text.split()),
        label=segment.speaker or None,
        certain=bool(segment.speaker),
        start_ms=None if segment.start is None else round(segment.start * 1000),
        end_ms=None if segment.end is None else round(segment.end * 1000),
    )

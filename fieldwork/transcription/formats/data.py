"""JSON: our own, and that of Whisper, faster-whisper and WhisperX (``segments`` with seconds, perhaps ``speaker``)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, Field, NonNegativeFloat, NonNegativeInt, ValidationError

from fieldwork.transcription.formats.parsed import Block, BrokenDocument


class _Cue(BaseModel):
    start: NonNegativeInt
    end: NonNegativeInt
    start_ms: NonNegativeInt
    end_ms: NonNegativeInt


class _Turn(BaseModel):
    speaker: str | None = None
    start_ms: NonNegativeInt | None = None
    end_ms: NonNegativeInt | None = None
    text: str
    cues: list[_Cue] = Field(default_factory=list)


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
    if not turn.cues:
        yield Block(turn.text.strip(), start_ms=turn.start_ms, end_ms=turn.end_ms, gap="\n", **known)
        return
    gap = "\n"
    for cue in turn.cues:
        yield Block(turn.text[cue.start : cue.end].strip(), start_ms=cue.start_ms, end_ms=cue.end_ms, gap=gap, **known)
        gap = " "


def _of_segment(segment: _Segment) -> Block:
    return Block(
        " ".join(segment.text.split()),
        label=segment.speaker or None,
        certain=bool(segment.speaker),
        start_ms=None if segment.start is None else round(segment.start * 1000),
        end_ms=None if segment.end is None else round(segment.end * 1000),
    )

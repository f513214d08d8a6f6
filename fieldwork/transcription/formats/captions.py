"""WebVTT as Zoom, Teams and noScribe write it, and SRT."""

import html
import re
from collections.abc import Iterator

import srt
import webvtt

from fieldwork.transcription.formats.parsed import Block, BrokenDocument

_OLD_ZOOM = re.compile(r"\((?P<label>[^()\n]{1,60})\)\n(?P<text>.+)", re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^>]*>|\{\\an\d\}")


def vtt_blocks(text: str) -> list[Block]:
    """The cues of a WebVTT file; a speaker in a voice tag, or as «(Name)» on a line of its own, is certain.

    Raises:
        BrokenDocument: no WebVTT.
    """
    try:
        return list(_vtt(text))
    except (webvtt.errors.MalformedFileError, webvtt.errors.MalformedCaptionError, ValueError):
        raise BrokenDocument(kind="VTT") from None


def _vtt(text: str) -> Iterator[Block]:
    for cue in webvtt.from_string(text).captions:
        label, words = cue.voice, html.unescape(cue.text)
        if old := _OLD_ZOOM.fullmatch(words):
            label, words = old["label"], old["text"]
        yield Block(
            " ".join(words.split()),
            label=html.unescape(label) if label else None,
            certain=bool(label),
            start_ms=_ms(cue.start),
            end_ms=_ms(cue.end),
        )


def _ms(stamp: str) -> int:
    """Milliseconds of ``HH:MM:SS.mmm`` (webvtt-py writes the hours where the file left them out)."""
    hours, minutes, seconds = stamp.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)


def srt_blocks(text: str) -> list[Block]:
    """The captions of an SRT file.

    Raises:
        BrokenDocument: no SRT.
    """
    try:
        captions = list(srt.parse(text))
    except (srt.SRTParseError, ValueError):
        raise BrokenDocument(kind="SRT") from None
    return [
        Block(
            " ".join(_TAG.sub("", caption.content).split()),
            start_ms=round(caption.start.total_seconds() * 1000),
            end_ms=round(caption.end.total_seconds() * 1000),
        )
        for caption in captions
    ]

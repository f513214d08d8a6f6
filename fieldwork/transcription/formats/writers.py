"""Transcripts out: what is written can be read again by ``parse``.

``f4`` is the notation of f4, easytranscript, MAXQDA and ATLAS.ti: a turn, then ``#00:01:02-3#`` with the tenth of a
second at which it ends. ``html`` is noScribe's, with an anchor for every timed stretch. ``docx`` is for reading,
``docx-table`` has NVivo's columns.
"""

import html
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

import srt
import webvtt

from fieldwork.transcription.formats.parsed import NoTimes, Utterance
from fieldwork.transcription.formats.stamps import clock, one_line

EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {
        "json": "json",
        "txt": "txt",
        "vtt": "vtt",
        "srt": "srt",
        "f4": "txt",
        "html": "html",
        "docx": "docx",
        "docx-table": "docx",
    }
)
"""What a file of each format is called behind its last full stop."""
FORMATS = tuple(EXTENSIONS)


def write(utterances: Sequence[Utterance], form: str, *, title: str = "") -> bytes:
    """A transcript in one of ``FORMATS``.

    Args:
        utterances: its turns, in order.
        form: which format.
        title: what the documents (html, docx) are headed with.

    Raises:
        NoTimes: captions are wanted of a transcript without times.
    """
    if form.startswith("docx"):
        # Imported here: python-docx and lxml take a quarter of a second, and other formats do not need them.
        from fieldwork.transcription.formats.word import read_layout, table_layout  # noqa: PLC0415

        return (table_layout if form == "docx-table" else read_layout)(utterances, title)
    writers: dict[str, Callable[[Sequence[Utterance]], str]] = {
        "json": _json,
        "txt": _txt,
        "vtt": _vtt,
        "srt": _srt,
        "f4": _f4,
        "html": lambda told: _html(told, title),
    }
    return writers[form](utterances).encode()


def _json(utterances: Sequence[Utterance]) -> str:
    told = [
        {
            "speaker": one.speaker_label,
            "start_ms": one.start_ms,
            "end_ms": one.end_ms,
            "text": one.text,
            "cues": [
                {"start": cue.start, "end": cue.end, "start_ms": cue.start_ms, "end_ms": cue.end_ms} for cue in one.cues
            ],
            **({"words": [word._asdict() for word in one.words]} if one.words else {}),
        }
        for one in utterances
    ]
    return json.dumps({"utterances": told}, ensure_ascii=False, indent=2) + "\n"


def _txt(utterances: Sequence[Utterance]) -> str:
    lines = []
    for one in utterances:
        stamp = "" if one.start_ms is None else f"[{clock(one.start_ms)}] "
        lines.append(f"{stamp}{one.speaker_label}: {one.text}" if one.speaker_label else f"{stamp}{one.text}")
    return "\n\n".join(lines) + "\n" if lines else ""


def _vtt(utterances: Sequence[Utterance]) -> str:
    captions = [
        webvtt.Caption(_stamp(start), _stamp(end), html.escape(text, quote=False))
        for start, end, text in _captions(utterances, "vtt")
    ]
    return str(webvtt.WebVTT(captions=captions).content)


def _srt(utterances: Sequence[Utterance]) -> str:
    captions = [
        srt.Subtitle(None, timedelta(milliseconds=start), timedelta(milliseconds=end), text)
        for start, end, text in _captions(utterances, "srt")
    ]
    return str(srt.compose(captions))


def _captions(utterances: Sequence[Utterance], form: str) -> Iterator[tuple[int, int, str]]:
    """A caption per timed stretch, each with its speaker."""
    for one in utterances:
        prefix = f"{one.speaker_label}: " if one.speaker_label else ""
        for cue in one.cues:
            yield cue.start_ms, cue.end_ms, prefix + one_line(one.text[cue.start : cue.end])
        if not one.cues:
            if one.start_ms is None or one.end_ms is None:
                raise NoTimes(format=form)
            yield one.start_ms, one.end_ms, prefix + one_line(one.text)


def _f4(utterances: Sequence[Utterance]) -> str:
    paragraphs = []
    for one in utterances:
        label = f"{one.speaker_label}: " if one.speaker_label else ""
        until = one.end_ms if one.end_ms is not None else one.start_ms
        stamp = "" if until is None else f" #{clock(until)}-{until // 100 % 10}#"
        paragraphs.append(f"{label}{one_line(one.text)}{stamp}")
    return "\n\n".join(paragraphs) + "\n" if paragraphs else ""


def _html(utterances: Sequence[Utterance], title: str) -> str:
    """A page as noScribe's: what is played is told by the anchors' names, ``ts_<start ms>_<end ms>_<speaker>``."""
    heading = f"<p>{html.escape(title)}</p>\n" if title else ""
    paragraphs = "".join(f"<p>{''.join(_anchors(one))}</p>\n" for one in utterances)
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="UTF-8" /><meta name="audio_source" content="" />'
        f"<title>{html.escape(title)}</title></head>\n<body>\n{heading}{paragraphs}</body></html>\n"
    )


def _anchors(one: Utterance) -> Iterator[str]:
    """A turn's timed stretches; the first says who speaks, each holds the words up to the next one."""
    label = one.speaker_label or ""
    spans = [(cue.start, cue.start_ms, cue.end_ms) for cue in one.cues]
    if not spans and one.start_ms is not None:
        spans = [(0, one.start_ms, one.end_ms if one.end_ms is not None else one.start_ms)]
    if not spans:
        yield html.escape(f"{label}: {one.text}" if label else one.text, quote=False)
        return
    ends = [start for start, _, _ in spans[1:]] + [len(one.text)]
    for number, ((start, start_ms, end_ms), end) in enumerate(zip(spans, ends, strict=True)):
        words = one.text[0 if number == 0 else start : end]
        told = f"{label}: {words}" if label and number == 0 else words
        name = html.escape(f"ts_{start_ms}_{end_ms}_{label}")
        yield f'<a name="{name}" >{html.escape(told, quote=False)}</a>'


def _stamp(ms: int) -> str:
    return f"{clock(ms)}.{ms % 1000:03}"

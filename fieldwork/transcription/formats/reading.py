"""One door for transcripts: the format is told by the content, never by the name."""

import re
from pathlib import Path
from typing import Literal

from fieldwork.transcription.formats.captions import srt_blocks, vtt_blocks
from fieldwork.transcription.formats.data import json_blocks
from fieldwork.transcription.formats.labels import joined, told_apart, without_preamble
from fieldwork.transcription.formats.parsed import Block, EmptyFile, ParsedTranscript, Utterance
from fieldwork.transcription.formats.plain import decoded, plain_blocks

Speakers = Literal["labelled", "unknown"]
_SRT = re.compile(r"\s*\d+\s*\n\s*\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}\s*-->")


def parse_file(path: Path, speakers: Speakers = "labelled") -> ParsedTranscript:
    """Read a transcript from a file; see ``parse``.

    Raises:
        OSError: it cannot be read.
    """
    return parse(path.read_bytes(), speakers)


def parse(data: bytes, speakers: Speakers = "labelled") -> ParsedTranscript:
    """Read a transcript: VTT (Zoom's, Teams'), SRT, DOCX, JSON (ours, Whisper's), noScribe's HTML, or text.

    In a text «Speaker: » stands before each turn, and moments in any of the usual notations (``#00:01:02-3#``).

    Args:
        data: the file's bytes.
        speakers: «unknown» takes a transcript that names nobody, each paragraph or caption as a turn of nobody.

    Raises:
        EmptyFile: no words.
        NoSpeakers: nobody is named.
        UnreadableText, BrokenDocument, DangerousDocument: it cannot be read.
    """
    if not data.strip():
        raise EmptyFile
    blocks, source = _blocks(data)
    blocks = told_apart(blocks, required=speakers == "labelled")
    warnings: tuple[str, ...] = ()
    if not any(block.label for block in blocks):
        loose = [Utterance(None, block.start_ms, block.end_ms, block.text) for block in blocks if block.text]
        return ParsedTranscript(tuple(loose), source)
    if source in ("docx", "plain"):  # captions have no title: whoever is not named there speaks all the same
        blocks, warnings = without_preamble(blocks)
    return ParsedTranscript(tuple(joined(blocks)), source, warnings)


def _blocks(data: bytes) -> tuple[list[Block], str]:
    """The stretches of a transcript, and what it is (``Transcript.source``)."""
    if data.startswith(b"PK\x03\x04"):
        # Imported here: python-docx and lxml take a quarter of a second, and other formats do not need them.
        from fieldwork.transcription.formats.documents import docx_blocks  # noqa: PLC0415

        return docx_blocks(data), "docx"
    text = decoded(data)
    start = text.lstrip("\ufeff \n")
    if start.startswith("WEBVTT"):
        return vtt_blocks(text.lstrip("\ufeff")), "zoom_vtt"
    if _SRT.match(text):
        return srt_blocks(text), "srt"
    if start.startswith("{"):
        return json_blocks(text), "json"
    if start.startswith("<"):
        # lxml, as above
        from fieldwork.transcription.formats.markup import html_blocks, is_page  # noqa: PLC0415

        if is_page(text):
            return html_blocks(text), "noscribe"
    return plain_blocks(text), "plain"

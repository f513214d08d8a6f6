"""Finished transcripts in and out: VTT, SRT, DOCX, JSON, noScribe's HTML, «Speaker: text» with or without stamps."""

from fieldwork.transcription.formats.parsed import (
    BrokenDocument,
    DangerousDocument,
    EmptyFile,
    NoSpeakers,
    NoTimes,
    ParsedTranscript,
    UnreadableText,
    Utterance,
)
from fieldwork.transcription.formats.reading import Speakers, parse, parse_file
from fieldwork.transcription.formats.writers import EXTENSIONS, FORMATS, write

__all__ = [
    "EXTENSIONS",
    "FORMATS",
    "BrokenDocument",
    "DangerousDocument",
    "EmptyFile",
    "NoSpeakers",
    "NoTimes",
    "ParsedTranscript",
    "Speakers",
    "UnreadableText",
    "Utterance",
    "parse",
    "parse_file",
    "write",
]

"""Plain text, the same with its mentions as JSON, and lines of JSON."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from fieldwork.anonymisation.carriers.base import BadLine
from fieldwork.anonymisation.carriers.encodings import decoded
from fieldwork.anonymisation.carriers.speakers import speakers_in
from fieldwork.anonymisation.mention import Mention
from fieldwork.anonymisation.placeholders import apply


def read(data: bytes) -> tuple[str, list[str]]:
    """Text and notices."""
    text, written = decoded(data)
    notices = [] if written == "UTF-8" else [f"The text was read as {written}; it is written as UTF-8."]
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        notices.append("The text holds broken signs (halves of emoji); they are written as question marks.")
    if "\x00" in text:
        notices.append("The text holds NUL bytes, which stay: check that it is the right file, and complete.")
    return text, notices


def encoded(text: str) -> bytes:
    """UTF-8; lone surrogates cannot be encoded and become question marks."""
    return text.encode("utf-8", errors="replace")


class Plain:
    """A plain text: line ends stay; a byte order mark goes."""

    alone = frozenset[int]()

    def __init__(self, data: bytes) -> None:
        text, self.notices = read(data)
        self.texts = [text]
        self.people = speakers_in(text.encode("utf-8", "replace"))

    def rewritten(self, mentions: Sequence[Sequence[Mention]]) -> bytes:
        """The text with its mentions replaced."""
        return encoded(apply(self.texts[0], mentions[0]).text)


class Told(Plain):
    """A plain text in; out, JSON with the anonymous text and its mentions."""

    def rewritten(self, mentions: Sequence[Sequence[Mention]]) -> bytes:
        """``{"anonymised": …, "mentions": […]}``."""
        told = {"anonymised": apply(self.texts[0], mentions[0]).text, "mentions": [_row(m) for m in mentions[0]]}
        return encoded(json.dumps(told, ensure_ascii=False) + "\n")


class Lines:
    """One JSON object per line, each with a text of its own.

    Raises:
        BadLine: a line that is no object with a string ``text``.
    """

    alone = frozenset[int]()

    def __init__(self, data: bytes) -> None:
        text, self.notices = read(data)
        self.rows = list(_parsed(text))
        self.texts = [row["text"] for row in self.rows]
        self.people: list[str] = []

    def rewritten(self, mentions: Sequence[Sequence[Mention]]) -> bytes:
        """The same lines with ``anonymised`` and ``mentions``."""
        out = []
        for row, found in zip(self.rows, mentions, strict=True):
            told = row | {"anonymised": apply(row["text"], found).text, "mentions": [_row(m) for m in found]}
            out.append(json.dumps(told, ensure_ascii=False) + "\n")
        return encoded("".join(out))


def _parsed(text: str) -> Iterator[dict[str, Any]]:
    """Rows in order; every line is checked before anything is written."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadLine(line=number) from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise BadLine(line=number)
        yield row


def _row(mention: Mention) -> dict[str, Any]:
    return {
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "label": mention.label,
        "entity": mention.entity,
        "replacement": mention.replacement,
        "certain": mention.certain,
    }

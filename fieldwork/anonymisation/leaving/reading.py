"""A file of any kind, read to its end: by what it is, not by what it is called."""

import io
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from fieldwork.anonymisation.leaving.archives import archive_pieces
from fieldwork.anonymisation.leaving.markup import html_texts, xml_texts
from fieldwork.anonymisation.leaving.media import picture_pieces, sound_pieces
from fieldwork.anonymisation.leaving.parts import (
    MIB,
    Budget,
    Encrypted,
    OldOffice,
    Part,
    Piece,
    Step,
    TooMuch,
    Unreadable,
    path_of,
    worth_reading,
)
from fieldwork.anonymisation.leaving.pdf import pdf_pieces
from fieldwork.anonymisation.leaving.plain import decoded, json_texts, lines, yaml_texts

_HEAD = 4096
_TEXT_LIMIT = 128 * MIB
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"BM")
_SOUNDS = (b"ID3", b"fLaC", b"OggS", b"\x1aE\xdf\xa3", b"caff", b"FORM", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2",
           b"\xff\xf1", b"\xff\xf9", b"#!AMR")  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0"
_XML = re.compile(rb"^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<\0?(?:\?\0?x|!|[A-Za-z_:])")
_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_TEXTS: dict[str, Callable[[str, tuple[Step, ...]], Iterator[Part]]] = {
    **dict.fromkeys(("txt", "text", "md", "csv", "tsv", "tab", "vtt", "srt", "log", "ics", "bib", "ris", "css", "js",
                     "py", "r", "tex", "toml", "ini", ""), lines),
    **dict.fromkeys(("html", "htm", "xhtml"), html_texts),
    **dict.fromkeys(("json", "jsonl", "ndjson", "ipynb", "geojson"), json_texts),
    **dict.fromkeys(("yaml", "yml"), yaml_texts),
}  # fmt: skip
_UNREAD = frozenset({"rtf", "7z", "rar", "gz", "tar", "bz2", "xz"})


def pieces_of(file: BinaryIO, name: str, budget: Budget | None = None) -> Iterator[Piece]:
    """Every text of a file with its place, its own name first.

    Args:
        file: seekable.
        name: what it is called.
        budget: how much may be read.

    Raises:
        Unreadable: it is of a kind that cannot be looked into.
        Encrypted, Damaged, TooMuch: it is of a known kind, and cannot be read to its end.
    """
    place = (Step("file", name),)
    yield Part((*place, Step("name", "")), name)
    yield from worth_reading(_inside(file, name, place, budget or Budget()))


def _inside(file: BinaryIO, name: str, place: tuple[Step, ...], budget: Budget) -> Iterator[Piece]:
    head = file.read(_HEAD)
    file.seek(0)
    if not head:
        return
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from archive_pieces(file, place, budget, _inside)
    elif b"%PDF-" in head[:1024]:
        yield from pdf_pieces(file, place, budget, _inside)
    elif _is_picture(head):
        yield from picture_pieces(file, place)
    elif _is_sound(head):
        yield from sound_pieces(file, place)
    else:
        yield from _text_pieces(file, name, place)


def _is_picture(head: bytes) -> bool:
    return head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP")


def _is_sound(head: bytes) -> bool:
    riff = head.startswith((b"RIFF", b"RF64")) and head[8:12] in (b"WAVE", b"AVI ")
    return head.startswith(_SOUNDS) or riff or head[4:8] == b"ftyp"


def _text_pieces(file: BinaryIO, name: str, place: tuple[Step, ...]) -> Iterator[Part]:
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    data = file.read(_TEXT_LIMIT + 1)
    if len(data) > _TEXT_LIMIT:
        raise TooMuch(place=path_of(place))
    _refuse_unknown(data, suffix, place)
    text = decoded(data)
    if text is not None and _HTML.match(text[:_HEAD]):
        yield from html_texts(text, place)
    elif text is not None and suffix in _TEXTS:
        yield from _TEXTS[suffix](text, place)
    elif _XML.match(data):
        yield from xml_texts(data, place)
    else:
        raise Unreadable(place=path_of(place))


def _refuse_unknown(data: bytes, suffix: str, place: tuple[Step, ...]) -> None:
    if data.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in data[: 2 * MIB]
        if encrypted:
            raise Encrypted(place=path_of(place))
        raise OldOffice(place=path_of(place))
    if data.startswith(b"{\\rtf") or suffix in _UNREAD:
        raise Unreadable(place=path_of(place))


def pieces_of_bytes(data: bytes, name: str) -> Iterator[Piece]:
    """The same for a file in memory."""
    return pieces_of(io.BytesIO(data), name)

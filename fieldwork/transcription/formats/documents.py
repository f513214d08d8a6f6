"""DOCX: paragraphs with bold or plain labels, and tables of speaker and text, with or without times."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import takewhile
from xml.etree.ElementTree import ParseError

import docx
from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.exceptions import InvalidXmlError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from fieldwork.transcription.formats.parsed import Block, BrokenDocument, DangerousDocument
from fieldwork.transcription.formats.plain import timed, with_ends
from fieldwork.transcription.turns.roles import role_of_label

_MOST_PARTS = 2_000
_MOST_BYTES = 64 << 20
_BLOCK = 1 << 16
_LONGEST_LABEL = 60
_HEADS = frozenset({"спикер", "говорящий", "кто", "участник", "speaker", "name", "имя", "роль", "role"})
_BROKEN = (zipfile.BadZipFile, zlib.error, ParseError, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
"""What comes of an archive that was damaged on its way, by the place of the damage."""
_STRANGE = (
    *(PackageNotFoundError, InvalidXmlError, LxmlError, zipfile.BadZipFile),
    *(KeyError, ValueError, AttributeError, TypeError),  # python-docx asks parts for what they do not have
)


def docx_blocks(data: bytes) -> list[Block]:
    """Paragraphs and table rows of a document, in order.

    Raises:
        DangerousDocument: it inflates beyond measure or declares entities.
        BrokenDocument: no readable document.
    """
    check_archive(data)
    try:
        document = docx.Document(io.BytesIO(data))
        blocks = [block for part in document.iter_inner_content() for block in _part(part)]
    except _STRANGE:
        raise BrokenDocument(kind="DOCX") from None
    return with_ends(_titled(blocks))


def check_archive(data: bytes) -> None:
    """Inflate every part within limits and parse its XML without DTDs, before any library trusts it.

    Raises:
        DangerousDocument: it inflates beyond measure or declares entities.
        BrokenDocument: no readable archive.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS:
                raise DangerousDocument(what=f"{len(parts)} parts")
            left = _MOST_BYTES
            for part in parts:
                content = _inflated(archive, part, left)
                left -= len(content)
                if part.filename.endswith((".xml", ".rels")):
                    for _, element in iterparse(io.BytesIO(content), forbid_dtd=True):
                        element.clear()
    except DefusedXmlException:
        raise DangerousDocument(what="it declares a document type") from None
    except _BROKEN:
        raise BrokenDocument(kind="DOCX") from None


def _inflated(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> bytes:
    content = bytearray()
    with archive.open(part) as file:
        while block := file.read(_BLOCK):
            content += block
            if len(content) > most:
                raise DangerousDocument(what=f"more than {_MOST_BYTES >> 20} MB when unpacked")
    return bytes(content)


def _part(part: Paragraph | Table) -> Iterator[Block]:
    if isinstance(part, Table):
        yield from _rows(part)
        return
    bold = "".join(run.text for run in takewhile(lambda run: run.bold or not run.text.strip(), part.runs)).strip()
    label = bold.rstrip(":").strip() if 0 < len(bold) <= _LONGEST_LABEL else None
    gap = "\n"
    for line in part.text.split("\n"):
        if words := " ".join(line.split()):
            yield timed(Block(words, label=label, gap=gap))
        label, gap = None, " "


def _titled(blocks: Sequence[Block]) -> list[Block]:
    """Labels on paragraphs of their own («Интервьюер» in bold, then the words) become those of what follows."""
    merged: list[Block] = []
    for block in blocks:
        alone = not block.certain and block.label is not None and block.text.rstrip(":").strip() == block.label
        if alone and block.label and (role_of_label(block.label) or block.text.endswith(":")):
            merged.append(Block("", label=block.label, certain=True, start_ms=block.start_ms))
        else:
            merged.append(block)
    return merged


def _rows(table: Table) -> Iterator[Block]:
    """Rows of a table with two or more columns: the longest texts are the words, the column before them the speaker."""
    rows = [[" ".join(cell.text.split()) for cell in row.cells] for row in table.rows]
    width = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    if not width:
        return
    times = next((column for column in range(width) if any(_span(row[column])[0] is not None for row in rows)), None)
    others = [column for column in range(width) if column != times]
    if not others:
        return
    words = max(others, key=lambda column: sum(len(row[column]) for row in rows))
    names = next((column for column in range(width) if column not in (words, times)), None)
    for number, row in enumerate(rows):
        label = row[names].rstrip(":").strip() if names is not None else ""
        head = number == 0 and (label.casefold() in _HEADS or (times is not None and _span(row[times])[0] is None))
        if row[words] and not head:
            start, end = _span(row[times]) if times is not None else (None, None)
            yield Block(row[words], label=label or None, certain=bool(label), start_ms=start, end_ms=end, gap="\n")


def _span(cell: str) -> tuple[int | None, int | None]:
    """Beginning and end (ms) of «0:00:01.0 - 0:00:03.5»; a cell may give the beginning only."""
    start, _, end = cell.replace("–", "-").partition("-")
    return _time(start), _time(end)


def _time(told: str) -> int | None:
    """A moment in ms, where nothing else stands there."""
    block = timed(Block(told.strip()))
    return None if block.text else block.start_ms

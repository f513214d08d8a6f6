"""Transcripts as Word documents: one to read, one with the table that NVivo imports.

Nobody is named as the author, and nothing tells when it was written: the same words give the same bytes.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime

import docx
from docx.document import Document
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell

from fieldwork.transcription.formats.parsed import Utterance
from fieldwork.transcription.formats.stamps import clock, one_line

_COLUMNS = (("Timespan", Cm(4.2)), ("Speaker", Cm(2.8)), ("Content", Cm(9.5)))
_GREY = RGBColor(0x66, 0x66, 0x66)
_NO_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - python-docx takes naive moments; when it was written is nobody's business


def read_layout(utterances: Sequence[Utterance], title: str) -> bytes:
    """A document to read: a heading, then a paragraph for each turn, who speaks in bold, the moment in grey."""
    document = _document(title)
    if title:
        document.add_heading(title, level=1)
    for one in utterances:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(8)
        paragraph.paragraph_format.line_spacing = 1.3
        if one.start_ms is not None:
            stamp = paragraph.add_run(f"[{clock(one.start_ms)}] ")
            stamp.font.size = Pt(8.5)
            stamp.font.color.rgb = _GREY
        if one.speaker_label:
            paragraph.add_run(f"{one.speaker_label}: ").bold = True
        paragraph.add_run(_printable(one.text))
    return _saved(document)


def table_layout(utterances: Sequence[Utterance], title: str) -> bytes:
    """A table as NVivo imports it: Timespan (to a tenth of a second), Speaker, Content; a row for each turn."""
    document = _document(title)
    table = document.add_table(rows=1, cols=len(_COLUMNS))
    table.style = "Table Grid"
    table.autofit = False
    for cell, (name, _) in zip(table.rows[0].cells, _COLUMNS, strict=True):
        cell.paragraphs[0].add_run(name).bold = True
    for one in utterances:
        cells = table.add_row().cells
        told = (_timespan(one), one.speaker_label or "", one_line(_printable(one.text)))
        for cell, text in zip(cells, told, strict=True):
            cell.text = text
    for row in table.rows:
        _widths(row.cells)
    return _saved(document)


def _widths(cells: Sequence[_Cell]) -> None:
    """LibreOffice reads the width of each cell, not the column's."""
    for cell, (_, width) in zip(cells, _COLUMNS, strict=True):
        cell.width = width


def _timespan(one: Utterance) -> str:
    if one.start_ms is None:
        return ""
    end = one.end_ms if one.end_ms is not None else one.start_ms
    return f"{_tenths(one.start_ms)} - {_tenths(end)}"


def _tenths(ms: int) -> str:
    return f"{clock(ms)}.{ms // 100 % 10}"


def _printable(text: str) -> str:
    """The text without control characters, which XML cannot hold."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


def _document(title: str) -> Document:
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "", ""
    properties.created = properties.modified = _NO_DAY
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    return document


def _saved(document: Document) -> bytes:
    """The file, without the picture and the moments that python-docx puts into it."""
    package = document.part.package
    for relation in list(package.rels.values()) if package is not None else ():
        if relation.reltype.endswith("/thumbnail"):
            del package.rels[relation.rId]
    buffer, packed = io.BytesIO(), io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as told:
        for name in parts.namelist():
            told.writestr(zipfile.ZipInfo(name), parts.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()

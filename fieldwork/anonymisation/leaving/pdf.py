"""PDF: the words on its pages (PDFium), every string in its objects (pypdf), the files in it, and what it was before.

Pages are read with the words' hyphens at line ends undone. All strings of all objects are read, whatever they are for:
titles, outlines, notes, alternative texts, form fields, names of attachments, metadata.
"""

import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import pypdf
import pypdfium2
from pypdf.errors import PyPdfError
from pypdf.generic import ByteStringObject, DictionaryObject, IndirectObject, StreamObject, TextStringObject

from fieldwork.anonymisation.leaving.archives import Inside
from fieldwork.anonymisation.leaving.markup import xml_texts
from fieldwork.anonymisation.leaving.parts import (
    Budget,
    Damaged,
    Encrypted,
    OwnFont,
    Part,
    Piece,
    Step,
    TooMuch,
    Unseen,
    path_of,
)
from fieldwork.anonymisation.leaving.plain import decoded

_END = re.compile(rb"%%EOF[\r\n ]*")
_REVISIONS = 12
_STRANGE = 0.1  # of a page's signs that mean nothing: its font does not tell which letters it draws
_MEANINGLESS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ue000-\uf8ff\ufffd\uffff]")
_WORDLESS = re.compile(r"[\W\d_]{0,6}")
_NOISE = frozenset({"/ID", "/Lang", "/CreationDate", "/ModDate", "/M"})
_INFO = frozenset({"/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/Producer"})


def pdf_pieces(file: BinaryIO, place: tuple[Step, ...], budget: Budget, inside: Inside) -> Iterator[Piece]:
    """Everything that a PDF says, now and in the states that were saved before.

    Raises:
        Encrypted, Damaged, TooMuch, Unreadable: see there.
    """
    data = file.read()
    yield from _state(data, place, budget, inside)
    ends = [match.end() for match in _END.finditer(data)][:-1]
    if len(ends) > _REVISIONS:
        raise TooMuch(place=path_of(place))
    for number, end in enumerate(ends, start=1):
        if _is_whole(data[:end]):
            budget.spend(end, place)
            yield from _state(data[:end], (*place, Step("earlier state", str(number))), budget, inside)


def _is_whole(data: bytes) -> bool:
    """Whether a saved state stands by itself; the first half of a linearised file does not."""
    try:
        pypdfium2.PdfDocument(data).close()
    except pypdfium2.PdfiumError:
        return False
    return True


def _state(data: bytes, place: tuple[Step, ...], budget: Budget, inside: Inside) -> Iterator[Piece]:
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise Encrypted(place=path_of(place))
        yield from _pages(data, place)
        yield from _objects(reader, place, budget, inside)
    except pypdfium2.PdfiumError:
        raise Damaged(place=path_of(place)) from None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise Damaged(place=path_of(place)) from error


def _pages(data: bytes, place: tuple[Step, ...]) -> Iterator[Piece]:
    with pypdfium2.PdfDocument(data) as document:
        for number, page in enumerate(document, start=1):
            here = (*place, Step("page", str(number)))
            words = page.get_textpage()
            text = words.get_text_range()
            words.close()
            strange = len(_MEANINGLESS.findall(text))
            if strange > _STRANGE * max(1, len(text)):
                raise OwnFont(place=path_of(place), page=number)
            # PDFium joins the halves of a divided word by this sign; a double name keeps its hyphen
            yield Part(here, text.replace("\ufffe", "-\n").replace("\r\n", "\n"))
            if not text.strip() and any(page.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,))):
                yield Unseen(here, "picture")
            page.close()


def _objects(reader: pypdf.PdfReader, place: tuple[Step, ...], budget: Budget, inside: Inside) -> Iterator[Piece]:
    """Every string of every object, each once."""
    pages = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages, start=1)
             if page.indirect_reference}  # fmt: skip
    seen: set[int] = set()
    waiting: list[tuple[Any, str, int]] = [(reader.trailer, "", 0)]
    told_once: set[tuple[str, str]] = set()
    while waiting:
        item, key, page = waiting.pop()
        if isinstance(item, IndirectObject):
            if item.idnum in seen:
                continue
            seen.add(item.idnum)
            page = pages.get(item.idnum, page)
            item = item.get_object()
        if isinstance(item, StreamObject):
            yield from _stream(item, key, place, budget, inside)
        if isinstance(item, DictionaryObject):
            outline = "/Title" in item and "/Parent" in item
            waiting += [
                (item.raw_get(name), "outline" if outline and name == "/Title" else str(name), page)
                for name in item
                if name not in _NOISE
            ]
        elif isinstance(item, list):
            waiting += [(inner, key, page) for inner in item]
        elif isinstance(item, TextStringObject | ByteStringObject):
            text = _text(item)
            if not _WORDLESS.fullmatch(text) and (key, text) not in told_once:
                told_once.add((key, text))
                yield Part((*place, *_where(key, page)), text)


def _text(item: Any) -> str:
    return str(item) if isinstance(item, TextStringObject) else (decoded(bytes(item)) or "")


def _where(key: str, page: int) -> tuple[Step, ...]:
    if key in _INFO:
        return (Step("metadata", key.lstrip("/")),)
    kind = {"/Contents": "note", "/T": "field", "/V": "field", "/Alt": "description", "/ActualText": "description",
            "/F": "attachment", "/UF": "attachment", "/URI": "link",
            "outline": "outline"}.get(key, "object")  # fmt: skip
    step = Step(kind, "" if kind != "object" else key.lstrip("/"))
    return (Step("page", str(page)), step) if page else (step,)


def _stream(item: StreamObject, key: str, place: tuple[Step, ...], budget: Budget, inside: Inside) -> Iterator[Piece]:
    """Metadata, attached files and scripts; pages are read by PDFium, pictures and fonts say nothing."""
    kind = item.get("/Type")
    if kind == "/Metadata" or item.get("/Subtype") == "/XML":
        yield from xml_texts(_unpacked(item, budget, place), (*place, Step("metadata", "XMP")))
    elif kind == "/EmbeddedFile" or key in {"/F", "/UF"}:
        here = (*place, Step("attachment", ""))
        yield from inside(io.BytesIO(_unpacked(item, budget, place)), "", here, budget)
    elif key == "/JS":
        yield Part((*place, Step("script", "")), decoded(_unpacked(item, budget, place)) or "")
    elif key in {"/V", "/RC", "/DV"}:
        yield Part((*place, Step("field", "")), decoded(_unpacked(item, budget, place)) or "")
    elif item.get("/Subtype") == "/Image" and item.get("/Filter") == "/DCTDecode":
        yield from inside(io.BytesIO(item._data), "picture.jpg", (*place, Step("picture", "")), budget)  # noqa: SLF001 - as it lies, undecoded


def _unpacked(item: StreamObject, budget: Budget, place: tuple[Step, ...]) -> bytes:
    data = item.get_data()
    budget.spend(len(data), place)
    return data

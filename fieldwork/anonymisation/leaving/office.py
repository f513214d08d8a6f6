"""Documents of Word, Excel, PowerPoint and OpenDocument: which of their members says what."""

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from fieldwork.anonymisation.leaving.markup import attributes, name_of, paragraphs, parsed
from fieldwork.anonymisation.leaving.parts import Part, Step, marked, numbered

Read = Callable[[str], bytes]
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

_MEMBERS = (
    (r"word/document\d*\.xml|content\.xml", "", ""),
    (r"word/comments\w*\.xml|xl/(?:threaded)?[cC]omments\S*\.xml|ppt/comments/\S+\.xml", "comments", ""),
    (r"word/header\d*\.xml", "header", ""),
    (r"word/footer\d*\.xml", "footer", ""),
    (r"word/(?:foot|end)notes\.xml", "notes", ""),
    (r"(?:word|xl|ppt)/(?:people|persons/\S+|commentAuthors|authors)\.xml", "people", ""),
    (r"docProps/\w+\.xml|meta\.xml", "metadata", ""),
    (r"customXml/\S+", "metadata", "customXml"),
    (r"ppt/slides/slide(\d+)\.xml", "slide", r"\1"),
    (r"ppt/notesSlides/notesSlide(\d+)\.xml", "notes", r"\1"),
    (r"\S+\.rels", "links", ""),
)
_METADATA = re.compile(r"docProps/\w+\.xml|meta\.xml")
_SHEET = re.compile(r"xl/worksheets/\w+\.xml")


def is_package(names: set[str]) -> bool:
    """Whether the members of an archive are those of an office document."""
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= names


def place_of(member: str, place: tuple[Step, ...]) -> tuple[Step, ...]:
    """Where a person sees what a member says: «header», «slide 3»; else the member's name."""
    for pattern, kind, value in _MEMBERS:
        if found := re.fullmatch(pattern, member):
            return (*place, Step(kind, found.expand(value))) if kind else place
    return (*place, Step("file", member))


def xml_member(member: str, data: bytes, place: tuple[Step, ...], sheets: "Sheets | None") -> Iterator[Part]:
    """Everything that an XML member says."""
    root = parsed(data, place)
    here = place_of(member, place)
    if _METADATA.fullmatch(member):
        yield marked(((Step("metadata", name_of(one)), one.text or "") for one in root.iter()), place)
        yield attributes(root, (*place, Step("metadata", "")))
        return
    if sheets is not None and _SHEET.fullmatch(member):
        yield sheets.rows(member, root, place)
    elif name_of(root) == "document-content" and any(name_of(one) == "spreadsheet" for one in root.iter()):
        yield from _open_document_sheets(root, place)
    else:
        yield numbered("paragraph", paragraphs(root), here)
    yield attributes(root, here)


class Sheets:
    """The sheets of an Excel file: their names, and the strings that their cells point at."""

    def __init__(self, read: Read, names: set[str], place: tuple[Step, ...]) -> None:
        self._strings: list[str] = []
        self._titles: dict[str, str] = {}
        if "xl/sharedStrings.xml" in names:
            shared = parsed(read("xl/sharedStrings.xml"), place)
            self._strings = ["".join(part.text or "" for part in one.iter() if name_of(part) == "t") for one in shared]
        if {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            links = parsed(read("xl/_rels/workbook.xml.rels"), place)
            targets = {one.get("Id"): one.get("Target", "").removeprefix("/xl/") for one in links}
            for one in parsed(read("xl/workbook.xml"), place).iter():
                if name_of(one) == "sheet":
                    self._titles[f"xl/{targets.get(one.get(_RELATION), '')}"] = one.get("name", "")

    def rows(self, member: str, root: Element, place: tuple[Step, ...]) -> Part:
        """The rows of a sheet; what its cells calculate and what they show."""
        here = (*place, Step("sheet", self._titles.get(member, member)))
        rows = (one for one in root.iter() if name_of(one) == "row")
        texts = (
            (Step("row", row.get("r", str(number))), "\n".join(text for cell in row for text in self._said(cell)))
            for number, row in enumerate(rows, start=1)
        )
        return marked(texts, here)

    def _said(self, cell: Element) -> Iterator[str]:
        for part in cell:
            name, text = name_of(part), part.text or ""
            if name == "v" and cell.get("t") == "s" and text.isdigit() and int(text) < len(self._strings):
                yield self._strings[int(text)]
            elif name == "v" and "E" in text.upper() and cell.get("t") in {None, "n"}:
                yield _whole(text)
            elif name in {"v", "f"}:
                yield text
            elif name == "is":
                yield "".join(one.text or "" for one in part.iter() if name_of(one) == "t")


def _whole(text: str) -> str:
    """A number as a person sees it: 7.60914430272E11 is an identity number."""
    try:
        return f"{float(text):.0f}"
    except (ValueError, OverflowError):
        return text


def _open_document_sheets(root: Element, place: tuple[Step, ...]) -> Iterator[Part]:
    for table in (one for one in root.iter() if name_of(one) == "table"):
        title = next((value for key, value in table.attrib.items() if key.endswith("}name")), "")
        texts, number = [], 1
        for row in (one for one in table.iter() if name_of(one) == "table-row"):
            texts.append((Step("row", str(number)), "\n".join(paragraphs(row))))
            number += int(next((v for key, v in row.attrib.items() if key.endswith("}number-rows-repeated")), 1))
        yield marked(texts, (*place, Step("sheet", title)))

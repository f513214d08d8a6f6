"""What is readable in one XML part of a document: paragraphs over their runs, other texts, attributes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from fieldwork.anonymisation.carriers.runs import Cut, patched

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_CYRILLIC = re.compile("[а-яёА-ЯЁӘәҒғҚқҢңӨөҰұҮүҺһІі]")
_QUOTED = re.compile(r'("[^"]*")')
_LATIN = re.compile("[!-~]")
_NOT_NAME = re.compile(r"\W+")
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad"}
_PROPERTIES = frozenset({"pPr", "rPr", "sectPr"})
_FIELDS = frozenset({"instrText", "delInstrText"})
# Attributes that hold a person's words whatever their letters; others are taken when they have Cyrillic ones.
_HUMAN = frozenset({"descr", "title", "alt", "author", "tooltip", "displayText", "string"})
_HUMAN_OF = {
    "docPr": "name", "cNvPr": "name", "alias": "val", "tag": "val", "tblCaption": "val", "tblDescription": "val",
    "fldSimple": "instr", "listItem": "value",
}  # fmt: skip


def local(name: object) -> str:
    """A tag or attribute without its namespace (strict and transitional documents differ in nothing else)."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""


@dataclass(eq=False, slots=True)
class Slot:
    """A place that holds text: an element's own, what follows it, or an attribute. Cuts gather here."""

    element: etree._Element
    attribute: str = ""
    tail: bool = False
    cuts: list[Cut] = field(default_factory=list)

    @property
    def value(self) -> str:
        """What stands there now."""
        if self.attribute:
            return str(self.element.get(self.attribute))
        return str((self.element.tail if self.tail else self.element.text) or "")

    def write(self) -> None:
        """Carry out the cuts."""
        if self.cuts:
            self.put(patched(self.value, self.cuts))
            self.cuts = []

    def put(self, value: str) -> None:
        """Write another text into the place."""
        if self.attribute:
            # Bookmarks and what points at them: a name of letters, digits and underscores.
            if local(self.attribute) == "anchor" or local(self.element.tag) == "bookmarkStart":
                value = _NOT_NAME.sub("_", value)
            self.element.set(self.attribute, value)
        elif self.tail:
            self.element.tail = value
        else:
            self.element.text = value
            if local(self.element.tag) in ("t", "delText"):
                self.element.set(_SPACE, "preserve")


@dataclass(slots=True)
class Piece:
    """A stretch of a text: its slot (None for a tab or a line's end) and how it reads."""

    slot: Slot | None
    text: str


Flow = list[Piece]


def flows(root: etree._Element, *, loose: bool) -> Iterator[Flow]:
    """Every readable text of a part, in order: paragraphs, then texts outside them, then attributes.

    Args:
        root: the part.
        loose: take Latin texts outside paragraphs too (custom XML, tables behind charts).
    """
    taken: set[int] = set()
    for element in root.iter():
        if local(element.tag) == "p":
            yield from _paragraph(element, taken)
    for element in root.iter():
        yield from _outside(element, taken, loose=loose)
    for element in root.iter():
        yield from _attributes(element)


def _paragraph(paragraph: etree._Element, taken: set[int]) -> Iterator[Flow]:
    """A paragraph as it reads; with tracked deletions, also as it read before the changes."""
    after: Flow = []
    before: Flow = []
    codes: Flow = []
    for element, gone, new in _inside(paragraph, gone=False, new=False):
        name = local(element.tag)
        slot = Slot(element)
        if name in _FIELDS:
            codes.append(Piece(slot, slot.value))
        elif name in ("t", "delText"):
            piece = Piece(slot, slot.value)
            if not gone and name == "t":
                after.append(piece)
            if not new:
                before.append(piece)
        elif name in _SIGNS:
            after.append(Piece(None, _SIGNS[name]))
            before.append(after[-1])
            continue
        else:
            continue
        taken.add(id(element))
    yield after
    if [piece.text for piece in before] != [piece.text for piece in after]:
        yield before
    if codes:
        yield _quoted(codes)


def _quoted(codes: Flow) -> Flow:
    """A field's code: what stands in quotation marks or in Cyrillic letters is read, «HYPERLINK» is not."""
    whole = "".join(piece.text for piece in codes)
    seen = "".join(part if n % 2 else _LATIN.sub(" ", part) for n, part in enumerate(_QUOTED.split(whole)))
    found, at = [], 0
    for piece in codes:
        found.append(Piece(piece.slot, seen[at : at + len(piece.text)]))
        at += len(piece.text)
    return found


def _inside(element: etree._Element, *, gone: bool, new: bool) -> Iterator[tuple[etree._Element, bool, bool]]:
    """What lies in a paragraph itself, not in a text box inside it; whether it is deleted, whether inserted."""
    for child in element:
        name = local(child.tag)
        if name in _PROPERTIES or name == "p":
            continue
        deleted, inserted = gone or name in ("del", "moveFrom"), new or name in ("ins", "moveTo")
        yield child, deleted, inserted
        yield from _inside(child, gone=deleted, new=inserted)


def _outside(element: etree._Element, taken: set[int], *, loose: bool) -> Iterator[Flow]:
    texts = [] if id(element) in taken else [Slot(element)]
    for slot in (*texts, Slot(element, tail=True)):
        value = slot.value
        if value.strip() and (loose or _CYRILLIC.search(value) or local(element.tag) == "v"):
            yield [Piece(slot, value)]


def _attributes(element: etree._Element) -> Iterator[Flow]:
    name = local(element.tag)
    for attribute, value in element.attrib.items():
        plain = local(attribute)
        if plain in _HUMAN or _HUMAN_OF.get(name) == plain or _CYRILLIC.search(str(value)):
            # «Интервью_Роза_Каримова.jpg»: underscores part words here.
            flow = [Piece(Slot(element, str(attribute)), str(value).replace("_", " "))]
            yield _quoted(flow) if plain == "instr" else flow

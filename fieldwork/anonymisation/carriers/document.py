"""DOCX: mentions in every text of every part replaced; layout, runs and changes stay, what names the makers goes."""

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import unquote

from lxml import etree

from fieldwork.anonymisation.carriers.paragraphs import Flow, Slot, flows, local
from fieldwork.anonymisation.carriers.runs import cuts
from fieldwork.anonymisation.carriers.speakers import is_name, speakers_in
from fieldwork.anonymisation.mention import PER, Mention
from fieldwork.transcription.formats import BrokenDocument
from fieldwork.transcription.formats.documents import check_archive

_XML = (".xml", ".rels")
_FIRST = ("word/document", "word/footnotes", "word/endnotes", "word/comments", "word/header", "word/footer")
_PICTURES = re.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp|wdp)$", re.IGNORECASE)
_FONTS = re.compile(r"\.(?:odttf|ttf|fntdata)$", re.IGNORECASE)
_DROPPED = re.compile(
    r"^docProps/thumbnail|^_xmlsignatures/|^word/(?:vbaProject|vbaData|attachedToolbars)", re.IGNORECASE
)
_KEPT_CORE = frozenset({"created", "modified", "lastPrinted", "revision", "language"})
_KEPT_APP = frozenset(
    {
        *("Pages", "Words", "Characters", "Lines", "Paragraphs", "CharactersWithSpaces", "TotalTime", "Application"),
        *("AppVersion", "DocSecurity", "ScaleCrop", "SharedDoc", "LinksUpToDate", "HyperlinksChanged"),
    }
)
_TELLING_SETTINGS = frozenset({"attachedTemplate", "docVars", "mailMerge"})
_TELLING_RELATIONS = ("/thumbnail", "/attachedTemplate", "/vbaProject", "/wordVbaData", "/origin", "/signature")
_NOWHERE = "about:blank"
_PLAIN_NAME = re.compile(r"[\x21-\x7e]+")
_LONG = 4
_EPOCH = (1980, 1, 1, 0, 0, 0)


class WordDocument:
    """A Word document.

    Raises:
        BrokenDocument: it cannot be opened.
        DangerousDocument: it inflates beyond measure or declares entities.
    """

    def __init__(self, data: bytes) -> None:
        check_archive(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
        if "[Content_Types].xml" not in self.parts or not any(name.startswith("word/") for name in self.parts):
            raise BrokenDocument(kind="DOCX")
        self.notices: list[str] = []
        self.parts = {name: content for name, content in self.parts.items() if not _DROPPED.match(name)}
        self._empty_the_unreadable()
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        try:
            self.trees = {n: etree.fromstring(c, parser) for n, c in self.parts.items() if n.endswith(_XML)}
        except etree.XMLSyntaxError:
            raise BrokenDocument(kind="DOCX") from None
        self._clean()
        self.flows = [flow for name in sorted(self.trees, key=_order) for flow in self._flows(name)]
        self.texts = ["".join(piece.text for piece in flow) for flow in self.flows]
        self.alone = range(len(self.texts))
        self.people = [*dict.fromkeys([*self.authors, *speakers_in(data)])]

    def rewritten(self, mentions: Sequence[Sequence[Mention]]) -> bytes:
        """The document with every mention replaced: one over several runs in the first, taken out of the others."""
        for flow, found in zip(self.flows, mentions, strict=True):
            for piece, lost in zip(flow, cuts([len(one.text) for one in flow], found), strict=True):
                if piece.slot is not None:
                    piece.slot.cuts += lost
        by_place: dict[tuple[int, str, bool], Slot] = {}
        for flow in self.flows:
            for piece in flow:
                if piece.slot is not None:
                    place = (id(piece.slot.element), piece.slot.attribute, piece.slot.tail)
                    slot = by_place.setdefault(place, piece.slot)
                    slot.cuts += piece.slot.cuts if slot is not piece.slot else []
        for slot in by_place.values():
            slot.write()
        pattern = self._sweep([m for found in mentions for m in found if m.replacement != m.text])
        self._rename(pattern)
        return self._packed()

    def _flows(self, name: str) -> Iterable[Flow]:
        if name == "[Content_Types].xml" or name.endswith(".rels") or name.startswith("docProps/"):
            return []
        return flows(self.trees[name], loose=name.startswith("customXml/"))

    def _empty_the_unreadable(self) -> None:
        """What is neither XML nor picture nor font (embedded workbooks, recordings) cannot be read here."""
        pictures = emptied = 0
        for name in self.parts:
            if name.endswith(_XML) or _FONTS.search(name):
                continue
            if _PICTURES.search(name):
                pictures += 1
            else:
                self.parts[name] = b""
                emptied += 1
        if pictures:
            self.notices.append(f"Pictures stay as they are ({pictures}): look at faces, names and papers in them.")
        if emptied:
            self.notices.append(f"Embedded files were emptied ({emptied}): what is in them cannot be checked.")

    def _clean(self) -> None:
        """Who made the document, on what machine, by what template: emptied or removed."""
        self.authors: list[str] = []
        for name, root in self.trees.items():
            if name == "docProps/core.xml":
                self._core(root)
            elif name == "docProps/app.xml":
                _remove(root, lambda child: local(child.tag) not in _KEPT_APP)
            elif name == "docProps/custom.xml":
                _remove(root, lambda _child: True)
            elif name.endswith(".rels"):
                _remove(root, lambda child: _telling(child.get("Type", "")))
            elif name == "word/settings.xml":
                _remove(root, lambda child: local(child.tag) in _TELLING_SETTINGS)
            elif name == "[Content_Types].xml":
                _remove(root, lambda child: _DROPPED.match(child.get("PartName", "").lstrip("/")) is not None)
            if name.startswith("word/"):
                self._makers(root)

    def _core(self, root: etree._Element) -> None:
        for child in root:
            if local(child.tag) in ("creator", "lastModifiedBy"):
                self.authors += [child.text.strip()] if child.text else []
            if local(child.tag) not in _KEPT_CORE:
                child.text = ""

    def _makers(self, root: etree._Element) -> None:
        """Authors of comments and changes: their names are texts, their initials and accounts go."""
        for element in root.iter():
            for attribute in element.attrib:
                name = local(attribute)
                if name == "author":
                    self.authors.append(str(element.get(attribute)).strip())
                elif name in ("initials", "userId", "userName"):
                    element.set(attribute, "")
        for chunk in [one for one in root.iter() if local(one.tag) == "altChunk"]:
            chunk.getparent().remove(chunk)  # a whole file inside, emptied with the others

    def _sweep(self, masked: Iterable[Mention]) -> re.Pattern[str] | None:
        """What was replaced in the texts goes from every other attribute as well (bookmarks, names of styles)."""
        surfaces: dict[str, str] = {}
        for mention in masked:
            words = " ".join(mention.text.split())
            if " " in words or not words.isalpha() or (mention.label == PER and len(words) >= _LONG and is_name(words)):
                surfaces.setdefault(words, mention.replacement)
        if not surfaces:
            return None
        one_of = "|".join(re.escape(w).replace(r"\ ", r"[\s_]+") for w in sorted(surfaces, key=len, reverse=True))
        pattern = re.compile(rf"(?<![^\W_])(?:{one_of})(?![^\W_])")
        for name, root in self.trees.items():
            if not name.startswith("word/") or name.endswith(".rels"):
                continue
            for element in root.iter():
                for attribute, value in element.attrib.items():
                    if pattern.search(value):
                        found = pattern.sub(lambda match: surfaces[re.sub(r"[\s_]+", " ", match[0])], value)
                        Slot(element, attribute).put(found)
        return pattern

    def _rename(self, pattern: re.Pattern[str] | None) -> None:
        """Parts whose own names tell something («media/Айгуль.jpg») get numbers; what points at them follows."""
        old = [name for name in self.parts if not _PLAIN_NAME.fullmatch(name) or (pattern and pattern.search(name))]
        new = {name: f"{posixpath.dirname(name)}/part{n}{posixpath.splitext(name)[1]}" for n, name in enumerate(old, 1)}
        self.parts = {new.get(name, name): content for name, content in self.parts.items()}
        self.trees = {new.get(name, name): root for name, root in self.trees.items()}
        for name, root in self.trees.items():
            for element in root.iter() if name.endswith(".rels") else ():
                target = element.get("Target", "")
                source = posixpath.dirname(posixpath.dirname(name))
                wanted = new.get(posixpath.normpath(posixpath.join("/", source, unquote(target))).lstrip("/"))
                if element.get("TargetMode") == "External":
                    element.set("Target", _NOWHERE)  # where a link leads tells as much as its words
                elif wanted:
                    element.set("Target", "/" + wanted)
            for element in root if name == "[Content_Types].xml" else ():
                wanted = new.get(unquote(element.get("PartName", "")).lstrip("/"))
                if wanted:
                    element.set("PartName", "/" + wanted)

    def _packed(self) -> bytes:
        """The parts as a new archive: in the same order, without dates, comments and names of the old one."""
        for name, root in self.trees.items():
            self.parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                info = zipfile.ZipInfo(name, _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
        return out.getvalue()


def _order(name: str) -> tuple[int, str]:
    """The text itself first, then notes, comments, headers, then all else."""
    return next((n for n, first in enumerate(_FIRST) if name.startswith(first)), len(_FIRST)), name


def _telling(kind: str) -> bool:
    return kind.endswith(_TELLING_RELATIONS)


def _remove(root: etree._Element, unwanted: Callable[[etree._Element], bool]) -> None:
    for child in [one for one in root if unwanted(one)]:
        root.remove(child)

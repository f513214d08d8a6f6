"""XML and HTML: the words as a reader sees them, put together over runs, and what stands in attributes and comments."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import XMLParser  # type: ignore[import-untyped]

from fieldwork.anonymisation.leaving.parts import Damaged, OwnEntities, Part, Step, marked, numbered, path_of
from fieldwork.anonymisation.leaving.plain import unescaped

_BLOCKS = frozenset({"p", "h", "si", "is", "title", "li", "td", "th", "PlainTextContent", "Description"})
"""Elements whose runs are one text: paragraphs of Word, PowerPoint and OpenDocument, strings of Excel."""
_DELETED, _INSERTED = frozenset({"del", "moveFrom"}), frozenset({"ins", "moveTo"})
_SIGNS = {
    "tab": "\t", "br": "\n", "cr": "\n", "line-break": "\n", "s": " ", "softHyphen": "\u00ad", "noBreakHyphen": "-",
    "ptab": "\t",
}  # fmt: skip
_SILENT = re.compile(r"(?:https?://(?:schemas\.|purl\.|www\.w3\.org)|urn:)\S*|[\d.,:#%\-]*|[0-9A-Fa-f-]{8,36}")
_WORDLESS = re.compile(r"[\W\d_]*")


def parsed(data: bytes, place: tuple[Step, ...]) -> Element:
    """The tree of an XML document without entities of its own.

    Raises:
        OwnEntities: it declares entities, which may unfold without end or read other files.
        Damaged: it is no XML.
    """
    parser = XMLParser(target=TreeBuilder(insert_comments=True, insert_pis=True))
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException:
        raise OwnEntities(place=path_of(place)) from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise Damaged(place=path_of(place)) from None
    return root


def name_of(element: Element) -> str:
    """An element's name without its namespace; empty for comments and instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def paragraphs(root: Element) -> list[str]:
    """The texts of a document, in order: of each paragraph as it stands, and as it stood before tracked changes."""
    found: list[str] = []
    _gather(root, found)
    return found


def _gather(root: Element, found: list[str]) -> None:
    """Walk a tree without recursion: depth is the sender's choice."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if name_of(element) in _BLOCKS or _is_mixed(element):
            inner: list[Element] = []
            found.append("\n".join(_told_by(element, inner)))
            waiting.extend(reversed(inner))
            continue
        if element.text and element.text.strip():
            found.append(element.text)
        waiting.extend(reversed(element))


def _is_mixed(element: Element) -> bool:
    """Whether words stand between an element's children: then they are one text."""
    return any(child.tail and child.tail.strip() for child in element)


def _told_by(block: Element, inner: list[Element]) -> list[str]:
    """A paragraph as it is, and, where changes are tracked, without what was inserted or deleted."""
    runs: list[tuple[str, str]] = []
    waiting: list[tuple[Element | str, str]] = [(block, "")]
    while waiting:
        item, state = waiting.pop()
        if isinstance(item, str):
            runs.append((item, state))
            continue
        name = name_of(item)
        if item is not block and (name in _BLOCKS or not name):
            inner.append(item)  # a text box or a comment inside a paragraph is a text of its own
            continue
        state = "deleted" if name in _DELETED else "inserted" if name in _INSERTED else state
        runs.append((item.text or _SIGNS.get(name, ""), state))
        for child in reversed(item):
            if child.tail:
                waiting.append((child.tail, state))
            waiting.append((child, state))
    whole = "".join(text for text, _ in runs)
    before = "".join(text for text, state in runs if state != "inserted")
    after = "".join(text for text, state in runs if state != "deleted")
    return list(dict.fromkeys([after, before, whole]))


def attributes(root: Element, place: tuple[Step, ...]) -> Part:
    """The attributes that say something: authors, titles, descriptions, links, names."""
    said: dict[tuple[str, str], None] = {}
    for element in root.iter():
        for key, value in element.attrib.items():
            if not _SILENT.fullmatch(value) and not _WORDLESS.fullmatch(value):
                said[key.rpartition("}")[2], unescaped(value)] = None
            elif sum(map(str.isdigit, value)) > len("0000000"):
                said[key.rpartition("}")[2], value] = None  # a phone or an identity number
    return marked(((Step("attribute", key), value) for key, value in said), place, doubtful=False)


def xml_texts(data: bytes, place: tuple[Step, ...]) -> Iterator[Part]:
    """Everything that an XML document says."""
    root = parsed(data, place)
    yield numbered("paragraph", paragraphs(root), place)
    yield attributes(root, place)


class _Page(HTMLParser):
    """Words of an HTML page with the lines they stand in; tags inside a line do not part words."""

    INLINE = frozenset((
        "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "small",
        "span", "strong", "sub", "sup", "u", "wbr",
    ))  # fmt: skip

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[Step, str]] = []
        self.said: list[tuple[Step, str]] = []
        self._open: list[str] = []
        self._line = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.INLINE:
            self.finish()
        for key, value in attrs:
            if value and not _SILENT.fullmatch(value):
                self.said.append((Step("line", str(self.getpos()[0])), f"{key}: {unescaped(value)}"))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.INLINE:
            self.finish()

    def handle_data(self, data: str) -> None:
        if not self._open:
            self._line = self.getpos()[0]
        self._open.append(data)

    def handle_comment(self, data: str) -> None:
        self.said.append((Step("line", str(self.getpos()[0])), data))

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)

    def finish(self) -> None:
        """End a paragraph."""
        text = "".join(self._open)
        self._open = []
        if text.strip():
            self.texts.append((Step("line", str(self._line)), text))


def html_texts(text: str, place: tuple[Step, ...]) -> Iterator[Part]:
    """Everything that an HTML page says, scripts and styles included."""
    page = _Page()
    page.feed(text)
    page.close()
    page.finish()
    yield marked(page.texts, place)
    yield marked(page.said, place, doubtful=False)

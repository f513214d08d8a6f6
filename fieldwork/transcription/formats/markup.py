"""noScribe's pages: anchors called ``ts_<start ms>_<end ms>_<speaker>``, with the speaker before the words of a turn.

https://github.com/kaixxx/noScribe (main.py) writes them; pauses are marked in the words, «(..)», and stay there.
"""

import re

from lxml import html
from lxml.etree import LxmlError, ParserError

from fieldwork.transcription.formats.parsed import Block, BrokenDocument

_ANCHOR = re.compile(r"ts_(?P<start>\d+)_(?P<end>\d+)(?:_(?P<label>.*))?", re.DOTALL)
_STAMP = re.compile(r"\[\d{1,2}:\d{2}:\d{2}\]")
_CROSSTALK = "//"  # noScribe writes «//S01: …//» where two speak at once
_HEAD = 2_000  # bytes in which a page says that it is one


def is_page(text: str) -> bool:
    """Whether it is a page with noScribe's anchors."""
    start = text[:_HEAD].lstrip("\ufeff \n").casefold()
    return start.startswith(("<!doctype html", "<html")) and bool(re.search(r"<a [^>]*name=[\"']ts_\d", text))


def html_blocks(text: str) -> list[Block]:
    """The timed stretches of a page of noScribe's; whom an anchor names speaks for certain.

    Raises:
        BrokenDocument: no readable page.
    """
    try:
        page = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", no_network=True))
    except (LxmlError, ParserError, ValueError):
        raise BrokenDocument(kind="HTML") from None
    blocks = []
    for paragraph in page.iter("p"):
        gap = "\n"
        for anchor in paragraph.iter("a"):
            if match := _ANCHOR.fullmatch(str(anchor.get("name") or "")):
                blocks.append(_block(match, anchor.text_content(), gap))
                gap = " "
    return blocks


def _block(match: re.Match[str], told: str, gap: str) -> Block:
    label = (match["label"] or "").removeprefix(_CROSSTALK).strip()
    words = " ".join(_STAMP.sub(" ", told).replace(_CROSSTALK, " ").split())
    if label:
        words = re.sub(rf"^{re.escape(label)}\s*:\s*", "", words)
    return Block(
        words, label=label or None, certain=bool(label), start_ms=int(match["start"]), end_ms=int(match["end"]), gap=gap
    )

"""Plain text: a turn begins with «Speaker: », possibly after a time; other paragraphs go on with the turn before."""

import re
from dataclasses import replace

from fieldwork.transcription.formats.parsed import Block, UnreadableText

_CYRILLIC = re.compile("[а-яёА-ЯЁ]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
# «[00:01:02] », «00:01:02 », «(01:02) »; f4's «#00:01:02-3#» at a paragraph's end
_STAMP = re.compile(
    r"\s*[\[({]?(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,2}):(?P<s>\d{2})(?:[.,](?P<ms>\d{1,3}))?[\])}]?(?:\s+|\Z)"
)
_F4 = re.compile(r"\s*#(?P<h>\d{1,2}):(?P<m>\d{2}):(?P<s>\d{2})(?:-(?P<ms>\d))?#\s*")


def decoded(data: bytes) -> str:
    """Text in UTF-8 (with or without a byte order mark), UTF-16 with one, or Windows-1251; line ends become one.

    Raises:
        UnreadableText: none of these.
    """
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1251")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Nearly any bytes are Windows-1251: it counts as text only if it has Russian letters.
        if not _CONTROL.search(text) and (encoding != "cp1251" or _CYRILLIC.search(text)):
            return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    raise UnreadableText


def plain_blocks(text: str) -> list[Block]:
    """The lines of a text; an empty line before one makes it a paragraph of its own."""
    blocks: list[Block] = []
    gap = " "
    for line in text.split("\n"):
        if not line.strip():
            gap = "\n"
            continue
        blocks.append(timed(Block(" ".join(line.split()), gap=gap)))
        gap = " "
    return with_ends(blocks)


def timed(block: Block) -> Block:
    """The block with the time that stands before (or, as f4 writes it, behind) its words."""
    if match := _STAMP.match(block.text):
        return replace(block, text=block.text[match.end() :], start_ms=_ms(match))
    if match := _F4.search(block.text):
        return replace(block, text=_F4.sub(" ", block.text).strip(), end_ms=_ms(match))
    return block


def with_ends(blocks: list[Block]) -> list[Block]:
    """Where a text gives only beginnings (or only ends), each block lasts until the next one begins."""
    ended: list[Block] = []
    for number, block in enumerate(blocks):
        following = next((later.start_ms for later in blocks[number + 1 :] if later.start_ms is not None), None)
        if block.start_ms is not None and block.end_ms is None:
            ended.append(replace(block, end_ms=following))
        elif block.end_ms is not None and block.start_ms is None:
            ended.append(replace(block, start_ms=ended[-1].end_ms if ended and ended[-1].end_ms else 0))
        else:
            ended.append(block)
    return ended


def _ms(match: re.Match[str]) -> int:
    seconds = (int(match["h"] or 0) * 60 + int(match["m"])) * 60 + int(match["s"])
    return seconds * 1000 + int((match["ms"] or "0").ljust(3, "0"))

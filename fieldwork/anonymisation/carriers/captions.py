"""WebVTT and SRT, changed only where words are: times, ids, styles, tags and line ends stay sign for sign."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fieldwork.anonymisation.carriers.plain import encoded, read
from fieldwork.anonymisation.carriers.runs import Cut, cuts, patched
from fieldwork.anonymisation.carriers.speakers import speakers_in
from fieldwork.anonymisation.mention import Mention

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_ENDING = re.compile(r"[\r\n]*\Z")
_BARE_ID = re.compile(r"[0-9A-Fa-f/_:.\-]*")
_VTT_TAG = re.compile(r"(<[^<>]*>)")
_VOICE = re.compile(r"(<v[^\s<>]*\s+)([^<>]*)(>)")
_SRT_TAG = re.compile(r"(</?(?:b|i|u|s|font)\b[^<>]*>|\{\\[^{}]*\})", re.IGNORECASE)
_COMMENT = r"(?<=/\*).*?(?=\*/)"


@dataclass(slots=True)
class Stretch:
    """A piece of the file: as it stands, as it reads, and which text it belongs to (None: it stays)."""

    raw: str
    seen: str = ""
    text: int | None = None
    escaped: bool = False

    def after(self, wanted: Sequence[Cut]) -> str:
        """As it stands after the cuts; the raw form where there are none."""
        if not wanted:
            return self.raw
        new = patched(self.seen, wanted)
        return html.escape(new, quote=False) if self.escaped else new


class Captions:
    """A file of captions.

    Args:
        data: the bytes.
        vtt: WebVTT, with its voice tags, notes and styles; SRT otherwise.
    """

    def __init__(self, data: bytes, *, vtt: bool) -> None:
        whole, self.notices = read(data)
        self.vtt = vtt
        self.stretches: list[Stretch] = []
        self.count = 0
        self.alone: set[int] = set()
        voices = [html.unescape(match[2]).strip() for match in _VOICE.finditer(whole)] if vtt else []
        self.people = [*dict.fromkeys([*voices, *speakers_in(whole.encode("utf-8", "replace"))])]
        for block in _blocks(whole):
            self._block(block)
        parts: list[list[str]] = [[] for _ in range(self.count)]
        for stretch in self.stretches:
            if stretch.text is not None:
                parts[stretch.text].append(stretch.seen)
        self.texts = ["".join(part) for part in parts]

    def rewritten(self, mentions: Sequence[Sequence[Mention]]) -> bytes:
        """The file again, mentions replaced: those over several lines of a cue in the first."""
        of_text: list[list[Stretch]] = [[] for _ in range(self.count)]
        for stretch in self.stretches:
            if stretch.text is not None:
                of_text[stretch.text].append(stretch)
        wanted: dict[int, list[Cut]] = {}
        for pieces, found in zip(of_text, mentions, strict=True):
            for piece, lost in zip(pieces, cuts([len(one.seen) for one in pieces], found), strict=True):
                wanted[id(piece)] = lost
        return encoded("".join(stretch.after(wanted.get(id(stretch), ())) for stretch in self.stretches))

    def _block(self, lines: list[str]) -> None:
        """Sort the lines of one block: header, note, style, region, or a cue."""
        head = lines[0].strip()
        timing = next((n for n, line in enumerate(lines) if "-->" in line), None)
        if self.vtt and not self.stretches and head.startswith("WEBVTT"):
            self._keep(lines[0][: lines[0].index("WEBVTT") + 6])
            self._plain([lines[0][len(self.stretches[0].raw) :], *lines[1:]])
        elif self.vtt and head == "STYLE":
            self._style("".join(lines))
        elif self.vtt and head == "REGION":
            self._keep("".join(lines))
        elif timing is None:
            self._plain(lines)
        else:
            for line in lines[:timing]:
                # Zoom once wrote «1 "Name" (12345)» as a cue's id; a number or a UUID stays.
                self._keep(line) if _BARE_ID.fullmatch(line.strip()) else self._plain([line])
            self._keep(lines[timing])
            self._payload("".join(lines[timing + 1 :]))

    def _keep(self, raw: str) -> None:
        self.stretches.append(Stretch(raw))

    def _new(self, *, alone: bool = True) -> int:
        if alone:
            self.alone.add(self.count)
        self.count += 1
        return self.count - 1

    def _plain(self, lines: list[str]) -> None:
        """Lines that are words and nothing else: a note, a title, a line that belongs nowhere."""
        for line in lines:
            ending = _ENDING.search(line)
            words = line[: ending.start()] if ending else line
            self.stretches.append(Stretch(words, words, self._new()))
            self._keep(line[len(words) :])

    def _style(self, raw: str) -> None:
        """Of a style only its comments and the speakers it names are words, the rest would break."""
        names = [re.escape(name).replace(r"\ ", r"\\? ") for name in self.people if name]
        for number, part in enumerate(re.split(f"({'|'.join([_COMMENT, *names])})", raw, flags=re.DOTALL)):
            self.stretches.append(Stretch(part, part.replace("\\", ""), self._new()) if number % 2 else Stretch(part))

    def _payload(self, raw: str) -> None:
        """The words of a cue as one text, without its tags; a name in a voice tag is a text of its own."""
        ending = _ENDING.search(raw)
        words = raw[: ending.start()] if ending else raw
        names = {match.start(): self._new() for match in _VOICE.finditer(words)} if self.vtt else {}
        text = self._new(alone=False)
        read_as: Callable[[str], str] = html.unescape if self.vtt else str
        at = 0
        for part in (_VTT_TAG if self.vtt else _SRT_TAG).split(words):
            voice = _VOICE.fullmatch(part) if at in names else None
            if voice:
                self._keep(voice[1])
                self.stretches.append(Stretch(voice[2], html.unescape(voice[2]), names[at], escaped=True))
                self._keep(voice[3])
            elif self._is_tag(part):
                self._keep(part)
            else:
                for line in _pieces(part):
                    seen = "\n" if line.strip("\r\n") == "" and line else read_as(line)
                    self.stretches.append(Stretch(line, seen, text, escaped=self.vtt))
            at += len(part)
        self._keep(raw[len(words) :])

    def _is_tag(self, part: str) -> bool:
        return bool((_VTT_TAG if self.vtt else _SRT_TAG).fullmatch(part))


def _pieces(part: str) -> Iterator[str]:
    """Words and line ends in turn."""
    return (piece for piece in re.split(r"(\r\n|\n|\r)", part) if piece)


def _blocks(whole: str) -> Iterator[list[str]]:
    """Lines with their ends, parted at empty lines, which belong to the block before."""
    block: list[str] = []
    ended = False
    for match in _LINE.finditer(whole):
        line = match[0]
        if not line:
            continue
        empty = not line.strip()
        if ended and not empty:
            yield block
            block = []
        ended = empty and bool(block)
        block.append(line)
    if block:
        yield block

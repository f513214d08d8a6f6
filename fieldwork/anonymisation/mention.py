"""What every detector speaks: a document with its words, and mentions in it."""

import bisect
import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from fieldwork.anonymisation.languages import KAZAKH, KYRGYZ, passages
from fieldwork.anonymisation.letters import plain

PER, ORG, LOC, PHONE, EMAIL, URL, HANDLE, ID, DATE, ADDRESS, POSITION = LABELS = (
    "PER", "ORG", "LOC", "PHONE", "EMAIL", "URL", "HANDLE", "ID", "DATE", "ADDRESS", "POSITION",
)  # fmt: skip

_WORD = re.compile(r"[^\W\d_]+(?:[-‐‑'’ʼ][^\W\d_]+)*")
_OPENERS = " \t\u00a0«»\"“”„'(—–-…*•"
_QUOTED = re.compile(r'«([^«»\n]{1,80})»|"([^"\n]{1,80})"|“([^“”\n]{1,80})”|„([^„“”\n]{1,80})[“”]')
# Longer runs of letters are no words, and dictionaries take time over them that grows with the square.
_LONGEST_WORD = 60
_ENDS = ".!?…:;\n\r"


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of text that names or identifies.

    Attributes:
        start: first code point in the text.
        end: one past the last code point.
        text: the words themselves.
        label: one of ``LABELS``.
        certain: False asks for a person's decision.
        detector: which detector found it.
        entity: one key for every form of a thing; empty until linked.
        replacement: what stands in its place; empty until numbered, the text itself where it stays.
    """

    start: int
    end: int
    text: str
    label: str
    certain: bool = True
    detector: str = ""
    entity: str = ""
    replacement: str = ""

    def __repr__(self) -> str:
        """Place and kind, never the words: reprs end up in logs."""
        return f"Mention({self.start}-{self.end} {self.label} {self.entity or '?'})"


class Word(NamedTuple):
    """A word of a document: letters with inner hyphens and apostrophes."""

    start: int
    end: int
    text: str
    key: str
    capital: bool
    opening: bool


class Document:
    """A text as detectors read it. ``text`` may have been recased: letters differ, offsets do not."""

    def __init__(self, text: str, *, recased: bool = False) -> None:
        self.text = text
        self.recased = recased

    @cached_property
    def words(self) -> list[Word]:
        """All words in order; ``opening`` is True where a capital says nothing (start of a sentence)."""
        found = []
        text = self.text
        for match in _WORD.finditer(text):
            word = match[0]
            if len(word) > _LONGEST_WORD:
                continue
            capital = word[0].isupper()
            found.append(
                Word(match.start(), match.end(), word, plain(word), capital, capital and self._opens(match.start()))
            )
        return found

    def _opens(self, start: int) -> bool:
        text = self.text
        at = start - 1
        while at >= 0 and text[at] in _OPENERS:
            at -= 1
        if at < 0 or text[at] in "!?…:;\n\r":
            return True
        # A full stop after a single letter is an initial or an abbreviation, no end of a sentence.
        return text[at] == "." and not (at >= 1 and text[at - 1].isalpha() and (at < 2 or not text[at - 2].isalpha()))  # noqa: PLR2004

    @cached_property
    def starts(self) -> list[int]:
        """First code points of the words, for bisecting."""
        return [word.start for word in self.words]

    def words_within(self, start: int, end: int) -> list[Word]:
        """The words that lie wholly in the span."""
        first = bisect.bisect_left(self.starts, start)
        last = bisect.bisect_left(self.starts, end)
        return [word for word in self.words[first:last] if word.end <= end]

    def adjacent(self, left: int, right: int) -> bool:
        """Whether words number ``left`` and ``right`` are parted by blanks only."""
        if left < 0 or right >= len(self.words):
            return False
        return not self.text[self.words[left].end : self.words[right].start].strip(" \t\u00a0")

    @cached_property
    def _turkic(self) -> list[tuple[int, int]]:
        return [(p.start, p.end) for p in passages(self.text) if p.language in {KAZAKH, KYRGYZ}]

    def turkic(self, at: int) -> bool:
        """Whether a place lies in a Kazakh or Kyrgyz sentence, where Russian dictionaries say little."""
        found = bisect.bisect_right(self._turkic, (at, len(self.text))) - 1
        return found >= 0 and at < self._turkic[found][1]

    @cached_property
    def quotes(self) -> list[tuple[int, int]]:
        """Spans inside quotation marks of at most 80 letters, without the marks."""
        spans = []
        for match in _QUOTED.finditer(self.text):
            group = match.lastindex or 1
            spans.append(match.span(group))
        return spans

    def quoted(self, start: int, end: int) -> tuple[int, int] | None:
        """The quotation around a span, if there is one."""
        at = bisect.bisect_right(self.quotes, (start, len(self.text))) - 1
        if at >= 0 and self.quotes[at][0] <= start and end <= self.quotes[at][1]:
            return self.quotes[at]
        return None

    def mention(self, start: int, end: int, label: str, detector: str, *, certain: bool = True) -> Mention:
        """A mention of this document."""
        return Mention(start, end, self.text[start:end], label, certain=certain, detector=detector)


class Detector(Protocol):
    """Finds mentions in a document; knows nothing of other detectors."""

    name: str

    def detect(self, document: Document) -> list[Mention]:
        """All mentions of one document, in any order; they may overlap."""
        ...

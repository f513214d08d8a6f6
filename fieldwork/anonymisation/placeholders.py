"""Replacement strings, and a text with them in place of its mentions: positions lead both ways."""

import bisect
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fieldwork.anonymisation.mention import (
    ADDRESS,
    DATE,
    EMAIL,
    HANDLE,
    ID,
    LABELS,
    LOC,
    ORG,
    PER,
    PHONE,
    POSITION,
    URL,
    Mention,
)

INTERVIEWER = "[интервьюер]"
_NUMBERED = {PER: "человек", ORG: "организация", ADDRESS: "улица", LOC: "место", POSITION: "должность"}
_PLAIN = {PHONE: "телефон", EMAIL: "почта", URL: "ссылка", HANDLE: "аккаунт", ID: "номер", DATE: "дата"}


def kind_sign(label: str) -> str:
    """What stands for something of which no more than its kind is said: [человек], [телефон]."""
    return f"[{_NUMBERED.get(label) or _PLAIN[label]}]"


@dataclass(frozen=True, slots=True)
class Profile:
    """How much detail leaves.

    Attributes:
        masked: labels whose mentions are replaced; the others are reported and stay as they are. By default cities
            and countries stay, and positions wait for a reviewer.
    """

    masked: Collection[str] = frozenset(LABELS) - {LOC, POSITION}


class Numbering:
    """Placeholders, numbered per kind in order of first appearance; one entity keeps its placeholder for good.

    Args:
        roles: known codes with their role: experts stand as ``[E03]``, interviewers as ``[интервьюер]``.
        given: placeholders given out before, by entity key.
    """

    def __init__(self, roles: Mapping[str, str], given: Mapping[str, str] | None = None) -> None:
        self.roles = dict(roles)
        self.given = dict(given or {})
        self.counts: dict[str, int] = {}
        for placeholder in self.given.values():
            match = re.fullmatch(r"\[(\w+)-(\d+)\]", placeholder)
            if match:
                self.counts[match[1]] = max(self.counts.get(match[1], 0), int(match[2]))

    def placeholder(self, label: str, entity: str) -> str:
        """What stands for an entity."""
        if label in _PLAIN:
            return f"[{_PLAIN[label]}]"
        if entity not in self.given:
            self.given[entity] = self._new(label, entity)
        return self.given[entity]

    def _new(self, label: str, entity: str) -> str:
        role = self.roles.get(entity)
        if role == "interviewer":
            return INTERVIEWER
        if role == "expert":
            return f"[{entity}]"
        noun = _NUMBERED[label]
        self.counts[noun] = self.counts.get(noun, 0) + 1
        return f"[{noun}-{self.counts[noun]}]"

    def fill(self, mentions: Iterable[Mention], profile: Profile) -> list[Mention]:
        """The mentions with their replacements; what the profile keeps is replaced by itself."""
        return [
            replace(m, replacement=self.placeholder(m.label, m.entity) if m.label in profile.masked else m.text)
            for m in mentions
        ]


@dataclass(frozen=True, slots=True)
class Piece:
    """A replaced stretch: where it stood, and where its placeholder stands (code points, end exclusive)."""

    start: int
    end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text after replacement, with the table that leads positions from one to the other."""

    text: str
    pieces: tuple[Piece, ...]

    def forward(self, start: int, end: int) -> tuple[int, int]:
        """A span of the old text in the new one; a cut placeholder is taken whole."""
        old = [(piece.start, piece.end, piece.new_start, piece.new_end) for piece in self.pieces]
        return _carry(old, start, upper=False), _carry(old, end, upper=True)

    def back(self, start: int, end: int) -> tuple[int, int]:
        """A span of the new text in the old one; a cut placeholder gives the whole of what it hides."""
        new = [(piece.new_start, piece.new_end, piece.start, piece.end) for piece in self.pieces]
        return _carry(new, start, upper=False), _carry(new, end, upper=True)


def _carry(table: Sequence[tuple[int, int, int, int]], position: int, *, upper: bool) -> int:
    """One position: inside a piece it goes to the piece's edge, elsewhere it moves with the last piece before it."""
    index = bisect.bisect_right(table, position, key=lambda row: row[0]) - 1
    if index < 0:
        return position
    start, end, new_start, new_end = table[index]
    if position == start:
        return new_start
    if position < end:
        return new_end if upper else new_start
    return position - end + new_end


def apply(text: str, mentions: Iterable[Mention]) -> Rewritten:
    """Put replacements in place of mentions.

    Args:
        text: the text the mentions were found in.
        mentions: disjoint, with replacements; those replaced by themselves leave no piece in the table.

    Returns:
        The new text and its table of positions.
    """
    out: list[str] = []
    pieces: list[Piece] = []
    at = length = 0
    for mention in sorted(mentions, key=lambda m: m.start):
        if mention.start < at or mention.replacement == text[mention.start : mention.end]:
            continue
        kept = text[at : mention.start]
        length += len(kept)
        out += [kept, mention.replacement]
        pieces.append(Piece(mention.start, mention.end, length, length + len(mention.replacement)))
        length += len(mention.replacement)
        at = mention.end
    out.append(text[at:])
    return Rewritten("".join(out), tuple(pieces))

"""Pieces of text of a file, with the places a person finds them in; what is refused, and how much is read."""

import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fieldwork.core.errors import BadInput

MIB = 1024 * 1024


class Step(NamedTuple):
    """One step of the way to a place: («page», «7»), («file», «sources/x.txt»), («line», «3»)."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """A piece of text.

    Attributes:
        place: the way to it.
        text: what it says.
        marks: (first code point, step) of its lines, rows or paragraphs, in order.
        doubtful: also look for what only resembles something; False for texts that programs wrote (attributes).
    """

    place: tuple[Step, ...]
    text: str
    marks: tuple[tuple[int, Step], ...] = ()
    doubtful: bool = True

    def __repr__(self) -> str:
        """How long it is, never what it says."""
        return f"Part({len(self.text)} code points)"

    def at(self, offset: int) -> tuple[Step, ...]:
        """The way to a code point of the text."""
        found = bisect.bisect_right(self.marks, offset, key=lambda mark: mark[0]) - 1
        return self.place if found < 0 else (*self.place, self.marks[found][1])


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that no program of ours can read for a person: the pixels of a picture, what a recording says."""

    place: tuple[Step, ...]
    kind: str


Piece = Part | Unseen


class Unreadable(BadInput):
    """A file, or something in it, that cannot be looked into."""

    message = (
        "{place} is of a kind that cannot be looked into, so it must not leave. "
        "Save it as PDF, DOCX, XLSX, ODT, CSV or plain text and try again."
    )


class OldOffice(Unreadable):
    """DOC, XLS, PPT."""

    message = (
        "{place} is a file of an old office program (DOC, XLS, PPT), which cannot be looked into. "
        "Save it as DOCX, XLSX or PPTX and try again."
    )


class HasProgram(Unreadable):
    """Macros."""

    message = "{place} holds a program (macros), which cannot be looked into. Save it without macros and try again."


class OwnFont(Unreadable):
    """A font that does not say which letters it draws."""

    message = (
        "Page {page} of {place} is set in a font that does not say which letters it draws, so it cannot be looked "
        "into. Make the PDF anew from its source and try again."
    )


class OwnEntities(Unreadable):
    """Entities may unfold without end, or read other files."""

    message = "{place} is XML with entities of its own, which are not followed. Save it without a DTD and try again."


class Encrypted(BadInput):
    """A password stands in front of it."""

    message = "{place} is protected by a password, so it cannot be looked into. Save it without one and try again."


class Damaged(BadInput):
    """It is of a kind that is known, but it is cut or altered."""

    message = "{place} is damaged and cannot be read to its end. Make it anew and try again."


class TooMuch(BadInput):
    """It unpacks to more than anybody would send, or holds archives in archives in archives."""

    message = "{place} holds too much to be looked into. Divide it and try again."


@dataclass
class Budget:
    """How much of one file is read; shared by everything inside it."""

    bytes_left: int = 1024 * MIB
    members_left: int = 20_000
    depth: int = 6

    def spend(self, size: int, place: tuple[Step, ...]) -> None:
        """Count bytes that were unpacked.

        Raises:
            TooMuch: they were too many.
        """
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise TooMuch(place=path_of(place))


def path_of(place: tuple[Step, ...]) -> str:
    """The file, and the file in it: «report.zip › sources/x.docx»; for refusals, in any language."""
    return " › ".join(step.value for step in place if step.kind == "file" and step.value)


def told(place: tuple[Step, ...]) -> str:
    """A place in English, for messages: «report.zip, sources/x.txt, line 3»."""
    return ", ".join(value if kind == "file" else f"{kind} {value}".strip() for kind, value in place)


def numbered(kind: str, texts: Iterable[str], place: tuple[Step, ...], *, start: int = 1) -> Part:
    """Texts one below the other, each its own place of that kind; empty ones are counted and left out."""
    return marked(((Step(kind, str(number)), text) for number, text in enumerate(texts, start)), place)


def marked(texts: Iterable[tuple[Step, str]], place: tuple[Step, ...], *, doubtful: bool = True) -> Part:
    """Texts one below the other, each with its step."""
    pieces: list[str] = []
    marks: list[tuple[int, Step]] = []
    at = 0
    for step, text in texts:
        if not text.strip():
            continue
        marks.append((at, step))
        pieces.append(text)
        at += len(text) + 1
    return Part(place, "\n".join(pieces), tuple(marks), doubtful)


def worth_reading(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Without parts that say nothing."""
    return (piece for piece in pieces if not isinstance(piece, Part) or piece.text.strip())

"""Runs of letters cut into words, each measured: what line breaking works on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from fieldwork.report.typesetting.fonts import text_width
from fieldwork.report.typesetting.tokens import Face


class Run(NamedTuple):
    """Letters of one face. ``link``: the anchor they lead to. ``page_of``: set as that anchor's page number."""

    text: str
    face: Face
    link: str = ""
    page_of: str = ""


class Piece(NamedTuple):
    """Letters of one face inside one line, with their natural width in points."""

    text: str
    face: Face
    width: float
    link: str = ""
    page_of: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """Pieces without a breaking space between them, and the width of the space that follows (0 at the end)."""

    pieces: tuple[Piece, ...]
    space: float

    @property
    def width(self) -> float:
        """The natural width without the space after it."""
        return sum(piece.width for piece in self.pieces)

    @property
    def text(self) -> str:
        """The word's letters."""
        return "".join(piece.text for piece in self.pieces)


def split_words(runs: Iterable[Run]) -> list[Word]:
    """The runs cut at breaking spaces; several spaces count as one, and none begins or ends the text."""
    words: list[Word] = []
    pieces: list[Piece] = []
    for run in runs:
        for place, part in enumerate(run.text.split(" ")):
            if place and pieces:
                face = pieces[-1].face
                words.append(Word(tuple(pieces), text_width(" ", face.font, face.size)))
                pieces = []
            if part:
                pieces.append(measured(part, run))
    if pieces:
        words.append(Word(tuple(pieces), 0.0))
    elif words:
        words[-1] = Word(words[-1].pieces, 0.0)
    return words


def measured(text: str, source: Run | Piece) -> Piece:
    """Part of a run or piece, measured."""
    return Piece(text, source.face, text_width(text, source.face.font, source.face.size), source.link, source.page_of)


def cut_word(word: Word, begin: int, end: int | None) -> Iterable[Piece]:
    """The letters of a word from ``begin`` to ``end`` (code points), piece by piece."""
    if not begin and end is None:
        yield from word.pieces
        return
    offset = 0
    for piece in word.pieces:
        text = piece.text[max(begin - offset, 0) : None if end is None else max(end - offset, 0)]
        if text:
            yield measured(text, piece)
        offset += len(piece.text)


def piece_at(word: Word, offset: int) -> Piece:
    """The piece that holds the letter at an offset."""
    for piece in word.pieces:
        if offset < len(piece.text):
            return piece
        offset -= len(piece.text)
    return word.pieces[-1]

"""Captions of figures and tables, with their numbers and their lines in the contents."""

from fieldwork.report.typesetting.blocks import Entry, TextBlock
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.figures.figure import Figure, Picture
from fieldwork.report.typesetting.microtype import clean
from fieldwork.report.typesetting.runs import Run
from fieldwork.report.typesetting.tokens import CAPTION, LEAD, Face


def figure(composer: Composer, name: str, picture: Picture, title: str, note: str) -> Figure:
    """A picture with its number, title and note."""
    words = composer.words
    label = f"{words.figure} {composer.numbering.figures[name]}"
    caption = composer.block(f"{title}. {note}".strip(), CAPTION, side=composer.side_bold(label))
    return Figure(picture, caption, Entry("figure", 0, f"{label}.", clean(title), f"figure:{name}"))


def table_captions(composer: Composer, name: str, title: str) -> tuple[TextBlock, TextBlock]:
    """A table's caption, and the one of its continuations."""
    words = composer.words
    style = CAPTION.but(face=Face("Sans", 8.5), leading=LEAD)
    label = composer.side_bold(f"{words.table} {composer.numbering.tables[name]}")
    again = [composer.run(title, style.face), Run(f" ({words.continued})", style.face.cut("Sans-Italic"))]
    return composer.block(title, style, side=label), composer.block(again, style, side=label)


def table_entry(composer: Composer, name: str, title: str) -> Entry:
    """A table's line in the contents."""
    words = composer.words
    number = f"{words.table} {composer.numbering.tables[name]}."
    return Entry("table", 0, number, clean(title.partition(". ")[0]), f"table:{name}")

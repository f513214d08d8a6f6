"""The opening sections: abstracts, methods with the sample's table, results with the table of categories."""

from collections.abc import Iterator
from typing import Final

from fieldwork.report.content import Abstract, Category, CoreCategory, Passage, Trait
from fieldwork.report.typesetting.blocks import Block, NewPage, Space, TextBlock
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.figures.course import CoursePicture
from fieldwork.report.typesetting.figures.figure import dots
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.runs import Run
from fieldwork.report.typesetting.story.captions import figure, table_captions, table_entry
from fieldwork.report.typesetting.tables import Cell, Group, Look, Row, Table
from fieldwork.report.typesetting.tokens import (
    BASELINE,
    CELL,
    FIRST,
    FULL,
    GROUP,
    HEAD,
    LEAD,
    MARGIN,
    MARGIN_TEXT,
    NOTE,
    RUST,
    SOFT,
    Face,
)

_SAMPLE_NAME: Final = 118.0  # the width of a trait's name
_SAMPLE_NUMBER: Final = 40.0
_NUMBER: Final = 28.0
_CODES: Final = 24.0
_CODINGS: Final = 48.0
_EXPERTS: Final = 90.0
_TITLE: Final = FULL - MARGIN - _NUMBER - _CODES - _CODINGS - _EXPERTS
_STRIP_LEFT: Final = 26.0
_STRIP_WIDTH: Final = 60.0


def abstracts(composer: Composer) -> Iterator[Block]:
    """The abstracts, each in its own language, on a page of their own."""
    for abstract in composer.content.abstracts:
        yield from _abstract(composer, abstract)
    if composer.content.abstracts:
        yield NewPage()


def _abstract(composer: Composer, abstract: Abstract) -> Iterator[Block]:
    foreign = abstract.language if abstract.language != composer.language else None
    heading = composer.lines([composer.run(abstract.heading, Face("Serif-Bold", 12))], CELL, MARGIN_TEXT)
    lines = composer.lines(abstract.text, FIRST, language=abstract.language)
    yield TextBlock(lines, FIRST, side=heading, language=foreign, after=LEAD / 2)
    if abstract.keywords:
        keywords = composer.lines(abstract.keywords, NOTE, language=abstract.language)
        yield TextBlock(keywords, NOTE, language=foreign, after=2 * LEAD)
    yield Space(LEAD)


def methods(composer: Composer) -> Iterator[Block]:
    """How the study was done."""
    content, words = composer.content, composer.words
    if "methods" not in composer.numbering.sections:
        return
    yield composer.section(words.methods, "methods", composer.numbering.sections["methods"])
    for index, passage in enumerate(content.methods):
        yield from _passage(composer, passage, index)
        if not index:
            yield from _sample_table(composer)
    if not content.methods:
        yield from _sample_table(composer)
    if content.course and "course" in composer.numbering.figures:
        picture = CoursePicture(composer, content.course)
        yield figure(composer, "course", picture, words.course_caption, words.course_note)


def _passage(composer: Composer, passage: Passage, index: int) -> Iterator[Block]:
    if passage.heading:
        yield composer.subsection(passage.heading, f"methods:{index}")
    yield from composer.paragraphs(passage.paragraphs)


def _sample_table(composer: Composer) -> Iterator[Block]:
    """Each trait alone, value by value."""
    words, sample = composer.words, composer.content.sample
    if sample is None or not sample.traits:
        return
    captions = table_captions(composer, "sample", words.sample_caption)
    note = composer.block(sample.note, NOTE) if sample.note else None
    groups = [_trait(composer, trait) for trait in sample.traits]
    entry = table_entry(composer, "sample", words.sample_caption)
    yield Table(Look(*captions, left=MARGIN), groups, entry, note)


def _trait(composer: Composer, trait: Trait) -> Group:
    left = MARGIN + _SAMPLE_NAME
    width = FULL - left - _SAMPLE_NUMBER
    label = Cell(MARGIN, composer.block(trait.name, HEAD, _SAMPLE_NAME - 12))
    rows = tuple(
        Row(
            (
                Cell(left, composer.block(value.label, CELL, width)),
                Cell(
                    FULL - _SAMPLE_NUMBER, composer.block(str(value.experts), CELL.but(align="right"), _SAMPLE_NUMBER)
                ),
            )
        )
        for value in trait.values
    )
    return Group(label, label, rows)


def results(composer: Composer) -> Iterator[Block]:
    """What open, axial and selective coding led to: the table of categories."""
    content, words = composer.content, composer.words
    yield composer.section(words.results, "results", composer.numbering.sections["results"])
    yield from composer.paragraphs(content.results)
    title = words.table_caption.format(
        categories=words.count(len(content.categories), words.category_count),
        cores=words.count(len(content.cores), words.core_count),
    )
    captions = table_captions(composer, "categories", title)
    groups = [_core_group(composer, core) for core in content.cores if core.categories]
    if groups:
        look = Look(*captions, head=_core_head(composer), above=6, below=8)
        yield Table(look, groups, table_entry(composer, "categories", title))


def _core_head(composer: Composer) -> Row:
    """The head of the table of categories."""
    words, right = composer.words, HEAD.but(align="right")
    experts = words.experts_head.format(total=composer.content.experts)
    codes = MARGIN + _NUMBER + _TITLE
    return Row(
        (
            Cell(0, composer.block(words.core_category, HEAD, MARGIN_TEXT)),
            Cell(MARGIN, composer.block(words.category, HEAD, _TITLE)),
            Cell(codes - _CODES, composer.block(words.codes_head, right, 2 * _CODES)),
            Cell(codes + _CODES, composer.block(words.codings_head, right, _CODINGS)),
            Cell(FULL - _EXPERTS + _STRIP_LEFT - 12, composer.block(experts, HEAD, _EXPERTS)),
        )
    )


def _core_group(composer: Composer, core: CoreCategory) -> Group:
    words, node = composer.words, composer.numbering.nodes.get(core.key)
    role = [composer.run(node.label, Face("Sans-Bold", 7.6, RUST)), Run(" ", GROUP.face)] if node else []
    counts = f"{words.count(core.counts.codes, words.codes)} · {words.count(core.counts.experts, words.experts)}"
    name = composer.run(core.title, GROUP.face.cut("Sans-Bold"), link=f"core:{core.key}")
    lines = [
        *composer.lines(role, GROUP, MARGIN_TEXT),
        *composer.lines([name], GROUP, MARGIN_TEXT),
        *composer.lines([composer.run(counts, GROUP.face.inked(SOFT))], GROUP, MARGIN_TEXT),
    ]
    again = [
        *composer.lines([name], GROUP, MARGIN_TEXT),
        *composer.lines([composer.run(f"({words.continued})", GROUP.face.inked(SOFT))], GROUP, MARGIN_TEXT),
    ]
    rows = tuple(_category_row(composer, category) for category in core.categories)
    return Group(Cell(0, TextBlock(lines, GROUP)), Cell(0, TextBlock(again, GROUP)), rows)


def _category_row(composer: Composer, category: Category) -> Row:
    counts, number = category.counts, composer.numbering.categories[category.key]
    link = f"category:{category.key}"
    right = CELL.but(align="right")
    codes = MARGIN + _NUMBER + _TITLE
    return Row(
        (
            Cell(MARGIN, composer.block([Run(number, CELL.face.inked(SOFT), link)], CELL, _NUMBER)),
            Cell(MARGIN + _NUMBER, composer.block([composer.run(category.title, CELL.face, link)], CELL, _TITLE)),
            Cell(codes, composer.block(str(counts.codes), right, _CODES)),
            Cell(codes + _CODES, composer.block(str(counts.codings), right, _CODINGS)),
            Cell(FULL - _EXPERTS, ExpertStrip(counts.experts, composer.content.experts)),
        )
    )


class ExpertStrip(Block):
    """So many experts of all, as a figure and as dots: readable without colour."""

    height = LEAD

    def __init__(self, experts: int, total: int) -> None:
        self._experts = experts
        self._total = total

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """The figure, then the dots."""
        pen.text(x + _STRIP_LEFT - 2, top - BASELINE, str(self._experts), CELL.face, "right")
        step = min(4.2, _STRIP_WIDTH / max(self._total, 1))
        dots(pen, x + _STRIP_LEFT + 5, top - BASELINE + 2.8, self._experts, self._total, step=step)

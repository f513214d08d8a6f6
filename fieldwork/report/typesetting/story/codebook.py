"""The codebook: every code with its definition, in two columns, under its category."""

from collections.abc import Iterator

from fieldwork.report.content import Category, Code
from fieldwork.report.typesetting.blocks import Block, Mark, NewPage, TextBlock
from fieldwork.report.typesetting.columns import COLUMN_WIDTH, Columns
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.microtype import NBSP, quoted
from fieldwork.report.typesetting.runs import Run
from fieldwork.report.typesetting.tokens import (
    CODE,
    CODE_CORE,
    CODE_GROUP,
    CODE_NOTE,
    DEEP,
    LEAD,
    NOTE,
    RUST,
    SOFT,
    Face,
)


def codebook(composer: Composer) -> Iterator[Block]:
    """The appendix with all codes."""
    content, words = composer.content, composer.words
    if not content.codes:
        return
    yield NewPage()
    yield composer.section(words.appendix_codes, "codebook")
    if content.codebook_note:
        yield composer.block(content.codebook_note, NOTE.but(after=LEAD))
    yield Columns(list(_entries(composer)))


def _entries(composer: Composer) -> Iterator[Block]:
    for core in composer.content.cores:
        style = CODE_CORE.but(before=LEAD, after=4.0)
        yield TextBlock(composer.lines(core.title, style, COLUMN_WIDTH), style, keeps=True)
        for category in core.categories:
            yield _category(composer, category)
            for code in composer.numbering.codes[category.key]:
                yield from _code(composer, code)


def _category(composer: Composer, category: Category) -> TextBlock:
    """A category's line: number and title lead back to its section."""
    link, face = f"category:{category.key}", CODE_GROUP.face
    number = Run(composer.numbering.categories[category.key], face.inked(RUST), link)
    page = Face("Sans", 8, DEEP)
    title = [
        composer.run(category.title, face, link),
        Run(NBSP, page),
        *composer.page(link, page),
    ]
    style = CODE_GROUP.but(before=9.0, after=3.0)
    return TextBlock(
        composer.lines(title, style, COLUMN_WIDTH),
        style,
        mark=Mark(0, composer.lines([number], style.but(left=0.0), COLUMN_WIDTH)),
        anchor=f"codes:{category.key}",
        keeps=bool(composer.numbering.codes[category.key]),
    )


def _code(composer: Composer, code: Code) -> Iterator[Block]:
    """A code: number (linked to a quotation, if one is shown), name, definition, counts."""
    words, quoted_here = composer.words, code.number in composer.numbering.quoted_codes
    link = f"quotation:{code.number}" if quoted_here else ""
    number = Run(str(code.number), Face("Sans", 8, DEEP if link else SOFT), link)
    name = quoted(code.name, composer.language) if code.in_vivo else code.name
    face = CODE.face.cut("Serif-Italic") if code.in_vivo else CODE.face
    yield TextBlock(
        composer.lines([composer.run(name, face)], CODE, COLUMN_WIDTH),
        CODE,
        mark=Mark(0, composer.lines([number], CODE.but(left=0.0), COLUMN_WIDTH)),
        anchor=f"code:{code.number}",
        keeps=True,
    )
    counts = f"{words.count(code.codings, words.codings)}, {words.count(code.experts, words.experts)}"
    small = CODE_NOTE.face
    runs = [composer.run(f"{code.definition} ", small), composer.run(counts, small.cut("Sans-Italic"))]
    if link:
        runs += [Run(", ", small.cut("Sans-Italic")), *composer.page(link, small.inked(DEEP))]
    style = CODE_NOTE.but(after=4.0)
    yield TextBlock(composer.lines(runs, style, COLUMN_WIDTH), style, unsplit=True)

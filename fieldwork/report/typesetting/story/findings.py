"""The findings: the paradigm model, then a section per core category with quotations and contradictions."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from fieldwork.report.content import Category, Contradiction, CoreCategory, Quotation, Side
from fieldwork.report.typesetting.blocks import Block, TextBlock
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.figures.frequency import FrequencyPicture
from fieldwork.report.typesetting.figures.links import link_rows
from fieldwork.report.typesetting.figures.paradigm import ParadigmPicture
from fieldwork.report.typesetting.microtype import NBSP
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.runs import Run
from fieldwork.report.typesetting.story.captions import figure
from fieldwork.report.typesetting.tokens import (
    CELL,
    DEEP,
    FIRST,
    FULL,
    H2,
    HALF,
    INK,
    LEAD,
    MARGIN,
    MARGIN_NOTE,
    MEASURE,
    QUOTE,
    ROOM,
    RULE,
    RUST,
    TRAIL,
    Face,
)

_SIDE_GUTTER: Final = 18.0
_SIDE_WIDTH: Final = (MEASURE - _SIDE_GUTTER) / 2
_BETWEEN: Final = " · "
_SHORT_QUOTATION: Final = 3  # lines


def model(composer: Composer) -> Iterator[Block]:
    """The paradigm model and its storyline; links too many for the figure's page follow it."""
    words, storyline = composer.words, composer.paragraphs(composer.content.paradigm.storyline)
    yield composer.section(words.paradigm, "paradigm", composer.numbering.sections["paradigm"])
    yield from storyline[:1]
    rows = link_rows(composer)
    drawing = figure(composer, "paradigm", ParadigmPicture(composer, rows), words.paradigm_caption, words.paradigm_note)
    if drawing.height > ROOM:
        drawing = figure(composer, "paradigm", ParadigmPicture(composer), words.paradigm_caption, words.paradigm_note)
        drawing.floats = False  # the links come after it
        yield from (drawing, *rows)
    else:
        yield drawing
    yield from storyline[1:]


def cores(composer: Composer) -> Iterator[Block]:
    """A section per core category."""
    shown: set[int] = set()
    for core in composer.content.cores:
        yield from _core(composer, core, shown)


def _core(composer: Composer, core: CoreCategory, shown: set[int]) -> Iterator[Block]:
    """Heading, role and counts, storyline, figure, categories, contradictions."""
    words = composer.words
    yield composer.section(core.title, f"core:{core.key}", composer.numbering.sections[f"core:{core.key}"])
    yield TextBlock(composer.lines(_core_facts(composer, core), TRAIL), TRAIL, keeps=True, after=HALF)
    yield from composer.paragraphs(core.storyline)
    if core.has_figure:
        picture = FrequencyPicture(composer, core)
        caption = words.frequency_caption.format(core=core.title)
        note = words.frequency_note.format(total=composer.content.experts)
        yield figure(composer, f"frequency.{core.key}", picture, caption, note)
    for category in core.categories:
        yield from _category(composer, category, shown)
    yield from _contradictions(composer, core)


def _core_facts(composer: Composer, core: CoreCategory) -> list[Run]:
    """The role (linked to the model) and the counts."""
    words, node = composer.words, composer.numbering.nodes.get(core.key)
    parts: list[Run] = []
    if node:
        parts.append(composer.run(node.label, TRAIL.face.cut("Sans-Bold").inked(RUST), link="figure:paradigm"))
    counts = core.counts
    for number, noun in (
        (counts.codes, words.codes),
        (counts.codings, words.codings),
        (counts.experts, words.experts),
    ):
        parts.append(Run(words.count(number, noun), TRAIL.face))
    return _joined(parts)


def _joined(parts: list[Run]) -> list[Run]:
    """Runs with a dot between them."""
    between = Run(_BETWEEN, TRAIL.face)
    return list(chain.from_iterable((between, part) if index else (part,) for index, part in enumerate(parts)))


def _category(composer: Composer, category: Category, shown: set[int]) -> Iterator[Block]:
    """Heading, counts and links, what the analyst says, what the experts said."""
    number = composer.numbering.categories[category.key]
    yield composer.subsection(category.title, f"category:{category.key}", number)
    yield TextBlock(composer.lines(_category_facts(composer, category), TRAIL), TRAIL, keeps=True)
    if category.summary:
        yield from composer.paragraphs([category.summary])
    for quotation in category.quotations:
        is_first = quotation.code is not None and quotation.code not in shown
        if quotation.code is not None:
            shown.add(quotation.code)
        yield _quotation(composer, quotation, f"quotation:{quotation.code}" if is_first else "")
    withheld = category.withheld or ("" if category.quotations else composer.words.no_quotations)
    if withheld:
        style = TRAIL.but(face=TRAIL.face.cut("Sans-Italic"), before=HALF if category.quotations else 0.0, after=HALF)
        yield composer.block(withheld, style)


def _category_facts(composer: Composer, category: Category) -> list[Run]:
    """Counts, the way to the codes, to the recommendations and to the contradictions."""
    words, numbering, counts, face = composer.words, composer.numbering, category.counts, TRAIL.face
    linked = face.inked(DEEP)
    parts = [
        [Run(words.count(counts.codes, words.codes), face)],
        [Run(words.count(counts.codings, words.codings), face)],
        [Run(words.count(counts.experts, words.experts), face)],
    ]
    if numbering.codes[category.key]:
        anchor = f"codes:{category.key}"
        parts.append(composer.page(anchor, linked, words.see_codes))
    recommendations = [
        Run(str(numbering.recommendations[key]), linked, f"recommendation:{key}")
        for key in numbering.recommended_from[category.key]
    ]
    contradictions = [
        Run(str(number), linked, f"contradiction:{number}") for number in numbering.contradicted_in[category.key]
    ]
    for label, numbers in ((words.see_recommendations, recommendations), (words.see_contradictions, contradictions)):
        if numbers:
            listed = chain.from_iterable(
                (Run(", ", face), run) if place else (run,) for place, run in enumerate(numbers)
            )
            parts.append([composer.run(f"{label} ", face), *listed])
    return list(
        chain.from_iterable(([Run(_BETWEEN, face)] if place else []) + part for place, part in enumerate(parts))
    )


def _quotation(composer: Composer, quotation: Quotation, anchor: str) -> TextBlock:
    """An expert's words; the expert's code and the place in the margin, the code they stand for behind them."""
    face = MARGIN_NOTE.face
    label = [
        composer.run(quotation.expert, Face("Sans-Bold", face.size, RUST)),
        composer.run(f", {quotation.place}", face),
    ]
    text = [composer.quotation(quotation.text, QUOTE.face)]
    if quotation.code is not None:
        code = f"{composer.words.code}{NBSP}{quotation.code}"
        text += [Run(NBSP, QUOTE.face), composer.run(code, face.inked(DEEP), f"code:{quotation.code}")]
    ragged = QUOTE.but(justified=False, right=0.0)
    lines = composer.lines(text, ragged)
    short = len(lines) <= _SHORT_QUOTATION  # too few lines to even out the gaps between words
    return TextBlock(
        lines if short else composer.lines(text, QUOTE),
        ragged if short else QUOTE,
        side=composer.side([run for run in label if run.text.strip(", ")]),
        anchor=anchor,
    )


def _contradictions(composer: Composer, core: CoreCategory) -> Iterator[Block]:
    """The contradictions whose first side is a category of this core category."""
    keys = {category.key for category in core.categories}
    own = [
        (number, item)
        for number, item in enumerate(composer.content.contradictions, start=1)
        if item.left.category in keys
    ]
    if own:
        yield TextBlock(composer.lines(composer.words.contradictions, H2), H2, keeps=True, unsplit=True)
    for number, item in own:
        yield from _contradiction(composer, number, item)


def _contradiction(composer: Composer, number: int, item: Contradiction) -> Iterator[Block]:
    """Both sides next to each other, the reading below."""
    label = composer.side_bold(f"{composer.words.contradiction} {number}")
    yield Sides(
        _side(composer, item.left),
        _side(composer, item.right),
        TextBlock(label, MARGIN_NOTE),
        f"contradiction:{number}",
    )
    yield composer.block(composer.prose(item.text, FIRST.face), FIRST.but(after=LEAD))


def _side(composer: Composer, side: Side) -> TextBlock:
    """A category and the experts who speak for it."""
    category = composer.numbering.category[side.category]
    link = f"category:{side.category}"
    title = [
        Run(f"{composer.numbering.categories[side.category]} ", CELL.face.inked(DEEP), link),
        composer.run(category.title, CELL.face, link),
    ]
    experts = composer.run(", ".join(side.experts), Face("Sans-Bold", 8, RUST))
    lines = [*composer.lines(title, CELL, _SIDE_WIDTH), *composer.lines([experts], CELL, _SIDE_WIDTH)]
    return TextBlock(lines, CELL)


class Sides(Block):
    """Two short texts side by side under one rule."""

    before = LEAD
    keeps = True

    def __init__(self, left: TextBlock, right: TextBlock, label: TextBlock, anchor: str) -> None:
        self._left = left
        self._right = right
        self._label = label
        self.anchor = anchor

    @property
    def height(self) -> float:
        """The higher side and the air below it."""
        return max(self._left.height, self._right.height) + HALF

    def paint(self, pen: Pen, x: float, top: float) -> None:
        """Rule, label, both sides."""
        pen.rule((x + MARGIN, top), (x + FULL, top), 0.5, INK)
        pen.lines(self._label.lines, x, top, MARGIN_NOTE.leading, CELL.drop)
        self._left.draw(pen, x + MARGIN, top)
        middle = x + MARGIN + _SIDE_WIDTH + _SIDE_GUTTER / 2
        pen.rule((middle, top - 4), (middle, top - self.height + HALF), 0.35, RULE)
        self._right.draw(pen, middle + _SIDE_GUTTER / 2, top)

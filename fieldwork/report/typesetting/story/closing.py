"""The closing parts: limits, recommendations with their evidence, the guide, the edition's particulars."""

from collections.abc import Iterable, Iterator
from typing import Final

from fieldwork.report.content import GuideBlock, Labelled, Recommendation
from fieldwork.report.typesetting.blocks import Block, Mark, NewPage, TextBlock
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.figures.saturation import SaturationPicture
from fieldwork.report.typesetting.runs import Run
from fieldwork.report.typesetting.story.captions import figure, table_captions, table_entry
from fieldwork.report.typesetting.tables import Cell, Group, Look, Row, Table
from fieldwork.report.typesetting.tokens import (
    CELL,
    DEEP,
    FIRST,
    FULL,
    GROUP,
    HALF,
    HEAD,
    MARGIN,
    MARGIN_NOTE,
    MARGIN_TEXT,
    NOTE,
    PLAIN,
    SOFT,
    TRAIL,
    Face,
)

_EVIDENCE_INDENT: Final = 30.0
_QUESTION: Final = 22.0
_MINUTES: Final = 44.0
_DIGEST_GROUP: Final = 4
_DIGEST_LINE: Final = 16


def limits(composer: Composer) -> Iterator[Block]:
    """How far the conclusions reach, and what is withheld."""
    content, words = composer.content, composer.words
    if "limits" not in composer.numbering.sections:
        return
    yield composer.section(words.limits, "limits", composer.numbering.sections["limits"])
    paragraphs = composer.paragraphs(content.limits)
    yield from paragraphs[:1]
    if content.saturation and "saturation" in composer.numbering.figures:
        picture = SaturationPicture(composer, content.saturation)
        yield figure(composer, "saturation", picture, words.saturation_caption, words.saturation_note)
    yield from paragraphs[1:]
    if content.withheld:
        yield composer.subsection(words.withheld, "withheld")
        yield from _labelled(composer, content.withheld)


def _labelled(composer: Composer, items: Iterable[Labelled]) -> Iterator[Block]:
    """Texts with their labels in the margin."""
    style = FIRST.but(after=HALF)
    for item in items:
        yield composer.block(item.text, style, side=composer.side_bold(item.label))


def recommendations(composer: Composer) -> Iterator[Block]:
    """Each recommendation: to whom, what, on what evidence."""
    content, words = composer.content, composer.words
    if not content.recommendations:
        return
    number = composer.numbering.sections["recommendations"]
    yield composer.section(words.recommendations, "recommendations", number)
    yield from composer.paragraphs(content.recommendations_intro)
    for item in content.recommendations:
        yield from _recommendation(composer, item)


def _recommendation(composer: Composer, item: Recommendation) -> Iterator[Block]:
    words, number = composer.words, composer.numbering.recommendations[item.key]
    yield composer.subsection(f"{number}. {item.title}", f"recommendation:{item.key}")
    italic = MARGIN_NOTE.face.cut("Sans-Italic")
    if item.addressee:
        side = composer.side([composer.run(words.addressee, italic)])
        addressee = TextBlock(composer.lines(item.addressee, PLAIN), PLAIN, side=side, keeps=True)
        yield addressee
    text = composer.block(composer.prose(item.text, FIRST.face), FIRST)
    text.keeps = bool(item.evidence)
    yield text
    style = TRAIL.but(left=MARGIN + _EVIDENCE_INDENT)
    for index, key in enumerate(item.evidence):
        side = () if index else composer.side([composer.run(words.evidence, italic)])
        lines = composer.lines(_evidence(composer, key), style)
        more = index < len(item.evidence) - 1
        yield TextBlock(lines, style, side=side, mark=_mark(composer, key), keeps=more)


def _mark(composer: Composer, key: str) -> Mark:
    """The number of a category, linked."""
    face = TRAIL.face.cut("Sans-Bold").inked(DEEP)
    number = Run(composer.numbering.categories[key], face, f"category:{key}")
    return Mark(MARGIN, composer.lines([number], TRAIL.but(left=0.0), _EVIDENCE_INDENT))


def _evidence(composer: Composer, key: str) -> list[Run]:
    """A category as evidence: its title, how many experts speak of it, where it stands."""
    words, category, link = composer.words, composer.numbering.category[key], f"category:{key}"
    face = TRAIL.face
    return [
        composer.run(category.title, face.inked(DEEP), link),
        composer.run(f" · {words.count(category.counts.experts, words.experts)}, ", face),
        *composer.page(link, face.inked(DEEP)),
    ]


def guide(composer: Composer) -> Iterator[Block]:
    """The interview guide, as a table of questions by block."""
    content, words = composer.content, composer.words
    groups = [_guide_block(composer, block) for block in content.guide if block.questions]
    if not groups:
        return
    yield NewPage()
    yield composer.section(words.appendix_guide, "guide")
    captions = table_captions(composer, "guide", words.guide_caption)
    head = Row(
        (
            Cell(MARGIN, composer.block(words.question, HEAD, FULL - MARGIN - _MINUTES)),
            Cell(FULL - _MINUTES, composer.block(words.minutes_head, HEAD.but(align="right"), _MINUTES)),
        )
    )
    note = composer.block(content.guide_note, NOTE) if content.guide_note else None
    look = Look(*captions, head=head, above=6, below=8)
    yield Table(look, groups, table_entry(composer, "guide", words.guide_caption), note)


def _guide_block(composer: Composer, block: GuideBlock) -> Group:
    name = [composer.run(block.name, GROUP.face.cut("Sans-Bold"))]
    again = [*name, Run(f" ({composer.words.continued})", GROUP.face.inked(SOFT))]
    width = FULL - MARGIN - _QUESTION - _MINUTES
    rows = tuple(
        Row(
            (
                Cell(MARGIN, composer.block([Run(str(question.number), CELL.face.inked(SOFT))], CELL, _QUESTION)),
                Cell(MARGIN + _QUESTION, composer.block(question.text, CELL, width)),
                Cell(
                    FULL - _MINUTES,
                    composer.block(
                        "" if question.minutes is None else str(question.minutes), CELL.but(align="right"), _MINUTES
                    ),
                ),
            )
        )
        for question in block.questions
    )
    return Group(
        Cell(0, composer.block(name, GROUP, MARGIN_TEXT)), Cell(0, composer.block(again, GROUP, MARGIN_TEXT)), rows
    )


def colophon(composer: Composer, digest: str) -> Iterator[Block]:
    """The edition's particulars and the content's checksum."""
    yield composer.section(composer.words.colophon, "colophon")
    yield from _labelled(composer, composer.content.colophon)
    face = Face("Sans", 9.4)
    groups = [digest[place : place + _DIGEST_GROUP] for place in range(0, len(digest), _DIGEST_GROUP)]
    per_line = _DIGEST_LINE // _DIGEST_GROUP
    lines = [
        composer.lines([Run("\u00a0".join(groups[place : place + per_line]), face)], PLAIN)[0]
        for place in range(0, len(groups), per_line)
    ]
    yield TextBlock(lines, PLAIN, side=composer.side_bold(composer.words.digest), unsplit=True)

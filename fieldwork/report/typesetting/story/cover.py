"""The title page: title, facts, the study's fingerprint. It stands on its own page, without running heads."""

from typing import Final

from fieldwork.report.content import Labelled
from fieldwork.report.typesetting.composer import Composer
from fieldwork.report.typesetting.figures.fingerprint import Fingerprint
from fieldwork.report.typesetting.lines import Line
from fieldwork.report.typesetting.pen import Pen
from fieldwork.report.typesetting.tokens import (
    BASELINE,
    FULL,
    INK,
    LEFT,
    MARGIN,
    MEASURE,
    PAGE_HEIGHT,
    RUST,
    SOFT,
    Face,
    TextStyle,
)

ANCHOR: Final = "cover"
_TITLES: Final = tuple(
    TextStyle(Face("Serif-Bold", size), leading=leading)
    for size, leading in ((40, 43), (34, 37), (28, 32), (23, 28), (18, 23))
)
_TITLE_HEIGHT: Final = 4.5 * 43
_SUBTITLE: Final = TextStyle(Face("Serif", 18, SOFT), leading=24)
_FACT: Final = TextStyle(Face("Sans", 9), leading=13)
_FACT_STEP: Final = 15.0
_SMALL: Final = TextStyle(Face("Sans", 8, SOFT), leading=11)
_HEAD_RULE: Final = PAGE_HEIGHT - 108
_FOOT_RULE: Final = 104.0
_FIGURE_FOOT: Final = 178.0
_FIGURE_HEIGHT: Final = 150.0
_LEAST_FIGURE: Final = 48.0
_TEXT: Final = LEFT + MARGIN


def draw_cover(pen: Pen, composer: Composer) -> None:
    """Everything on the title page, from the top down."""
    content, words = composer.content, composer.words
    pen.anchor(ANCHOR, PAGE_HEIGHT)
    pen.outline(composer.run(content.title, INK_FACE).text, ANCHOR, 0)
    pen.text(_TEXT, PAGE_HEIGHT - 96, words.kind.upper(), Face("Sans-Bold", 8, RUST), tracking=0.9)
    pen.rule((LEFT, _HEAD_RULE), (LEFT + FULL, _HEAD_RULE), 0.9, INK)
    style, title = _title(composer)
    y = pen.lines(title, _TEXT, _HEAD_RULE - 18, style.leading, style.face.size)
    subtitle = composer.lines(content.subtitle, _SUBTITLE, MEASURE)
    y = pen.lines(subtitle, _TEXT, y - 12, _SUBTITLE.leading, _SUBTITLE.face.size)
    version = Labelled(label=words.version.capitalize(), text=f"{content.version}, {words.day(content.date)}")
    y = _draw_facts(pen, composer, [*content.facts, version], y - 32)
    _draw_figure(pen, composer, min(_FIGURE_HEIGHT, y - _FIGURE_FOOT - 20))
    pen.rule((LEFT, _FOOT_RULE), (LEFT + FULL, _FOOT_RULE), 0.9, INK)
    pen.text(LEFT, 88, "Fieldwork", Face("Serif-Bold", 12))
    pen.lines(composer.lines(content.notice, _SMALL, MEASURE), _TEXT, 88 + 8, _SMALL.leading, 8)


def _title(composer: Composer) -> tuple[TextStyle, tuple[Line, ...]]:
    """The title in the largest size at which its words are whole and it leaves room for the rest."""
    for style in _TITLES:
        lines = composer.lines(composer.content.title, style, MEASURE)
        whole = all(line.width <= MEASURE and not line.text.endswith("-") for line in lines)
        words = sum(len(line.text.split()) for line in lines)
        if whole and words == len(composer.content.title.split()) and len(lines) * style.leading <= _TITLE_HEIGHT:
            break
    return style, lines


def _draw_facts(pen: Pen, composer: Composer, facts: list[Labelled], top: float) -> float:
    """Labels right-aligned in the margin, texts beside them."""
    for fact in facts:
        pen.text(_TEXT - 12, top - BASELINE, composer.run(fact.label, _FACT.face).text, _FACT.face.inked(SOFT), "right")
        lines = composer.lines(fact.text, _FACT, MEASURE)
        pen.lines(lines, _TEXT, top, _FACT.leading, BASELINE)
        top -= _FACT_STEP + (max(len(lines), 1) - 1) * _FACT.leading
    return top


def _draw_figure(pen: Pen, composer: Composer, height: float) -> None:
    """The fingerprint and its key, if the facts leave room."""
    if height < _LEAST_FIGURE:
        return
    with pen.moved(LEFT, _FIGURE_FOOT):
        Fingerprint(composer, height).draw(pen)
    key = composer.words.cover_key.format(phenomenon=composer.numbering.phenomenon.title)
    pen.lines(composer.lines(key, _SMALL, MEASURE), _TEXT, _FIGURE_FOOT - 6, _SMALL.leading, 8)


INK_FACE: Final = Face("Serif-Bold", 40)

"""Small typography: spaces, dashes, quotation marks, hyphens."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fieldwork.report.content import Language
from fieldwork.report.typesetting.hyphenation import break_points
from fieldwork.report.typesetting.microtype import clean, polish, quoted, representable


def shown(text: str) -> str:
    """No-break spaces made visible."""
    return text.replace("\u00a0", "~")


@pytest.mark.parametrize(
    ("language", "text", "polished"),
    [
        ("ru", "Страна - это и в городе", "Страна~— это~и~в~городе"),
        ("ru", "от 60-75 минут", "от~60–75~минут"),
        ("ru", "в логике А. Страусса и Дж. Корбин", "в~логике А.~Страусса и~Дж.~Корбин"),
        ("ru", 'он сказал "да"...', "он~сказал «да»…"),
        ("ru", "2025-03-21, телефон 8-701-555", "2025-03-21, телефон 8-701-555"),
        ("ru", "строка\nи  ещё\u200b одна\u00ad", "строка и~ещё одна"),
        ("kk", "келді ме, ол да бар", "келді~ме, ол~да бар"),
        ("en", 'a list of "things" to do', "a~list of~“things” to~do"),
    ],
)
def test_polish(language: Language, text: str, polished: str) -> None:
    assert shown(polish(text, language)) == polished


@pytest.mark.parametrize(
    ("language", "text", "result"),
    [
        ("ru", "Записывают в графу «прочее»", "«Записывают в графу „прочее“»"),
        ("kk", "«Сөз» мектебі", "«„Сөз“ мектебі»"),
        ("en", "they say “other”", "“they say ‘other’”"),
    ],
)
def test_quotation_marks_inside_quotation_marks(language: Language, text: str, result: str) -> None:
    assert quoted(text, language) == result


@given(st.text(max_size=200))
@example("0\r\x1f\r0")
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("language", "word", "parts"),
    [
        ("ru", "институционализация", "ин|сти|ту|ци|о|на|ли|за|ция"),
        ("ru", "объёмная", "объ|ём|ная"),
        ("ru", "по-казахски", "по-|ка|зах|ски"),
        ("kk", "қалыптасатынын", "қа|лып|та|са|ты|нын"),
        ("ru", "жетекшілерімен", "же|тек|ші|ле|рі|мен"),
        ("ru", "institutionalization", "in|sti|tu|tion|al|iz|a|tion"),
        ("ru", "E05", "E05"),
        ("ru", "мост", "мост"),
    ],
)
def test_break_points(language: Language, word: str, parts: str) -> None:
    points = [0, *break_points(word, language), len(word)]

    assert "|".join(word[begin:end] for begin, end in pairwise(points)) == parts


def test_characters_without_a_glyph_are_replaced_and_reported() -> None:
    text, lost = representable("кофе\u2011брейк ☕ ﬁн", lambda sign: sign not in "\u2011☕ﬁ")

    assert (text, lost) == ("кофе-брейк ? fiн", {"☕"})

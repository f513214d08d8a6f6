"""Line breaking keeps the text, the measure and good company."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldwork.report.typesetting.blocks import TextBlock
from fieldwork.report.typesetting.lines import Line, break_lines
from fieldwork.report.typesetting.microtype import SOFT_HYPHEN
from fieldwork.report.typesetting.runs import Run
from fieldwork.report.typesetting.tokens import BODY, CAPTION, CELL, FIRST, FULL, LEAD, MEASURE, QUOTE, Face, TextStyle
from fieldwork.report.typesetting.totalfit import Ending, Measure, Stop, choose_stops

LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюяёқңғүұәөһі" * 3 + "etaoinshrdlu" + "АӘЖЁ0123456789«»—…,.;:!?-()/\u00a0"
WORDS = st.lists(st.text(st.sampled_from(LETTERS), min_size=1, max_size=40), min_size=1, max_size=60)
LONG = (
    "Экономическое состояние государства влияет на становление креативного класса: когда бюджет режут, первым делом"
    " режут культуру, и объёмная работа институционализации откладывается на неопределённое время; эксперты говорят"
    " об этом по-разному, но почти все вспоминают предыдущее десятилетие, когда мастерские ещё могли планировать."
)


def text_of(lines: tuple[Line, ...]) -> str:
    """What a reader would read: added hyphens taken out, broken lines joined, spaces left out."""
    joined = ""
    for line in lines:
        joined += line.text if not joined or joined.endswith(("\n",)) else f" {line.text}"
        joined = joined[:-1] + "\n" if joined.endswith(SOFT_HYPHEN) else joined
    return joined.replace("\n", "").replace(" ", "").replace("\u00a0", "")


@given(words=WORDS, style=st.sampled_from([BODY, FIRST, QUOTE, CAPTION]))
@settings(deadline=None, max_examples=150)
def test_breaking_lines_loses_and_adds_nothing(words: list[str], style: TextStyle) -> None:
    text = " ".join(words)

    lines = break_lines([Run(text, style.face)], style, FULL, "ru")

    assert text_of(lines) == text.replace(" ", "").replace("\u00a0", "")


@given(words=WORDS, style=st.sampled_from([BODY, QUOTE, CAPTION]))
@settings(deadline=None, max_examples=150)
def test_no_line_is_wider_than_its_measure(words: list[str], style: TextStyle) -> None:
    lines = break_lines([Run(" ".join(words), style.face)], style, FULL, "kk")

    hanging = style.face.size * 0.4
    room = FULL - style.left - style.right
    assert all(line.width <= room - line.indent + hanging for line in lines)


@given(words=WORDS, places=st.lists(st.integers(2, 12), max_size=4))
@settings(deadline=None, max_examples=60)
def test_splitting_a_paragraph_over_pages_keeps_its_lines(words: list[str], places: list[int]) -> None:
    lines = break_lines([Run(" ".join(words), BODY.face)], BODY, FULL, "ru")
    rest, parts = TextBlock(lines, BODY), []
    for place in places:
        cut = rest.split(place * LEAD)
        if cut:
            head, tail = cut
            assert isinstance(head, TextBlock)
            assert isinstance(tail, TextBlock)
            parts.append(head)
            rest = tail
    parts.append(rest)

    assert [line for part in parts for line in part.lines] == list(lines)
    assert all(len(part.lines) >= 2 for part in parts) or len(parts) == 1


def test_full_lines_of_justified_text_reach_the_margin() -> None:
    lines = break_lines([Run(LONG, FIRST.face)], FIRST, FULL, "ru")

    assert len(lines) > 4
    assert [line.width for line in lines[:-1]] == pytest.approx([MEASURE] * (len(lines) - 1), abs=3)
    assert lines[-1].stretch == 0


def test_a_word_longer_than_the_line_is_broken_rather_than_cut() -> None:
    address = "https://example.kz/" + "оченьдлинныйадрес" * 12
    lines = break_lines([Run(address, CAPTION.face)], CAPTION, FULL, "ru")

    assert len(lines) > 2
    assert text_of(lines) == address


def test_links_keep_their_letters_over_a_line_break() -> None:
    face = BODY.face
    runs = [
        Run("Слово " * 9, face),
        Run("институционализация", face, "figure:paradigm"),
        Run(", и дальше текст.", face),
    ]

    lines = break_lines(runs, BODY, FULL, "ru")

    linked = "".join(piece.text for line in lines for piece in line.pieces if piece.link)
    assert linked.replace(SOFT_HYPHEN, "") == "институционализация"


def test_a_ragged_paragraph_has_no_hyphens() -> None:
    lines = break_lines([Run(LONG, CAPTION.face)], CAPTION, FULL, "ru")

    assert not any(line.text.endswith(SOFT_HYPHEN) for line in lines)
    assert all(line.stretch == 0 for line in lines)


def test_tied_words_part_before_letters_do() -> None:
    lines = break_lines([Run("а\u00a0не\u00a0по\u00a0числу\u00a014\u00a0экспертов", CELL.face)], CELL, 50, "ru")

    assert [line.text for line in lines] == ["а\u00a0не\u00a0по", "числу\u00a014", "экспертов"]


def test_nothing_gives_no_lines() -> None:
    assert break_lines([Run("  ", BODY.face)], BODY, FULL, "ru") == ()


def test_of_two_ways_the_even_one_is_chosen() -> None:
    # Words of width 30, spaces of 10, measure 110: three to a line fill it; four letters left over must not hyphenate.
    stops = [Stop(0, 0, 0, 0, 0, 0)]
    stops += [Stop(n, 0, n * 40 - 10, n * 40, n - 1, n) for n in range(1, 6)]
    stops.append(Stop(6, 0, 230, 230, 5, 5))

    assert choose_stops(stops, Measure(110, 110, 10, 0), justified=True) == [0, 3, 6]


def test_a_letter_wider_than_the_measure_still_gets_a_line() -> None:
    stops = [Stop(0, 0, 0, 0, 0, 0), Stop(0, 1, 50, 50, 0, 0, Ending.FORCED), Stop(1, 0, 100, 100, 0, 0)]

    assert choose_stops(stops, Measure(20, 20, 3, 0), justified=True) == [0, 1, 2]


def test_page_numbers_stand_in_pieces_of_their_own() -> None:
    runs = [Run("с.\u00a0", Face("Sans", 8)), Run("00", Face("Sans", 8), "core:A", "core:A")]

    (line,) = break_lines(runs, CAPTION, FULL, "ru")

    assert [piece.page_of for piece in line.pieces] == ["", "core:A"]


def test_most_stops_are_in_order() -> None:
    lines = break_lines([Run(LONG, BODY.face)], BODY, FULL, "ru")

    assert all(len(after.text) > 0 and before.text != after.text for before, after in pairwise(lines))

"""Russian morphology, the language of queries, and the pieces of text that are shown."""

import re
from itertools import pairwise

import pymorphy3
import pytest

from fieldwork.demo.material import expert_codes, script
from fieldwork.overview.morphology import dictionary, lemmas
from fieldwork.overview.words import LONGEST_QUERY, MOST_WORDS, encoded, forms, marks, parsed, score, snippet

FOUND = [
    ("аренда", "арендой"),
    ("арендой", "аренду"),
    ("кофейни", "кофеен"),
    ("кофейня", "кофейнями"),
    ("человек", "людей"),
    ("люди", "человеком"),
    ("ребёнок", "детей"),
    ("идти", "шёл"),
    ("деньги", "деньгам"),
    ("мастерская", "мастерских"),
    ("художник", "художниками"),
    ("город", "города"),
    ("друг", "друзей"),
    ("ёлка", "Елки"),
    ("елка", "ЁЛКОЙ"),
    ("платить", "платили"),
    ("открыть", "открывший"),
    ("дорогой", "дорогая"),
    ("хороший", "лучшего"),
    ("коворкинг", "коворкингами"),
    ("нетворкинг", "нетворкингу"),
    ("креатор", "креаторов"),
    ("стартапы", "стартапе"),
    ("Алматы", "Алматы"),
    ("акимат", "акиматов"),
    ("Smart", "smart"),
    ("шеберхана", "Шеберхана"),
    ("қала", "қала"),
    ("2021", "2021"),
    ("замок", "за́мок"),
    ("край", "края\N{COMBINING ACUTE ACCENT}"),
    ("свой", "сво\N{CYRILLIC SMALL LETTER I}\N{COMBINING BREVE}"),
]
NOT_FOUND = [
    ("аренда", "арендатор"),
    ("стол", "столица"),
    ("кофе", "кофейня"),
    ("мастер", "мастерская"),
    ("город", "огород"),
    ("сталь", "стали"),
    ("дом", "дома́шний"),
    ("рука", "руководитель"),
    ("сцена", "цена"),
    ("smart", "smarter"),
    ("қала", "қалада"),
    ("план", "планета"),
    ("проект", "проектор"),
    ("вода", "водитель"),
]


@pytest.mark.parametrize(("asked", "told"), FOUND)
def test_a_word_is_found_in_every_form(asked: str, told: str) -> None:
    assert score(encoded("", told, lemmas), parsed(asked, lemmas)) > 0


@pytest.mark.parametrize(("asked", "told"), NOT_FOUND)
def test_a_word_that_only_looks_alike_is_not_found(asked: str, told: str) -> None:
    assert score(encoded("", told, lemmas), parsed(asked, lemmas)) == 0


def test_the_dictionary_reads_the_demo_as_pymorphy_does() -> None:
    theirs = pymorphy3.MorphAnalyzer()
    words = {form for code in expert_codes() for said in script(code) for _, _, form in forms(said.text)}
    known = sorted(word for word in words if re.fullmatch("[а-я]+", word) and theirs.word_is_known(word))
    assert len(known) > 1000
    wrong = [word for word in known if theirs.parse(word)[0].normal_form.replace("ё", "е") not in lemmas(word)]
    assert wrong == []


def test_it_reads_the_same_after_its_memory_was_given_back() -> None:
    before = [dictionary().lemmas(word) for word in ("кофеен", "стали", "коворкингами")]
    dictionary().release()
    assert [dictionary().lemmas(word) for word in ("кофеен", "стали", "коворкингами")] == before
    assert before == [("кофейня",), ("стать",), ("коворкинг",)]


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("аренда центр", [["аренда"], ["центр"]]),
        ('"центр города" аренда', [["центр", "города"], ["аренда"]]),
        ("«центр города»", [["центр", "города"]]),
        ("“центр города”", [["центр", "города"]]),
        ("„центр города“", [["центр", "города"]]),
        ("кофейня в центре", [["кофейня"], ["центре"]]),
        ("и в на", [["и"], ["в"], ["на"]]),
        ('"и в"', [["и", "в"]]),
        ('незакрытая " кавычка', [["незакрытая"], ["кавычка"]]),
        ("кафе-бар", [["кафе"], ["бар"]]),
        ("дом дом дом", [["дом"]]),
        ("AND OR NOT NEAR(1) title:x", [["or"], ["not"], ["near"], ["1"], ["title"], ["x"]]),
        ('% _ \\ * "" «» ()', []),
        ("", []),
        ("\x00\ud7ff", []),
    ],
)
def test_what_is_typed_is_read_as_words_and_phrases(typed: str, terms: list[list[str]]) -> None:
    assert [[word.form for word in term] for term in parsed(typed, lemmas).terms] == terms


def test_a_long_query_is_shortened_and_says_so() -> None:
    for typed in ("слово " * 2000, "я" * 10_000, '"' + "дом " * 5000, " ".join(f"слово{n}" for n in range(50))):
        query = parsed(typed, lemmas)
        assert (query.shortened, 1 <= len(query.words) <= MOST_WORDS) == (True, True)
    assert parsed("дом " * (LONGEST_QUERY // 4), lemmas).shortened is False


def test_a_star_and_a_word_still_being_written_mean_its_beginning() -> None:
    text = encoded("", "арендатор кофейни", lemmas)
    assert score(text, parsed("аренд", lemmas)) == 0
    assert score(text, parsed("аренд*", lemmas)) > 0
    assert score(text, parsed("кофейня аренд", lemmas, typing=True)) > 0
    assert score(text, parsed("аренд кофейня", lemmas, typing=True)) == 0
    assert score(text, parsed("кофейня аренд ", lemmas, typing=True)) == 0


def test_a_phrase_keeps_its_order_and_stays_within_its_part() -> None:
    text = encoded("Центр города", "Город и центр", lemmas)
    assert score(text, parsed('"центр города"', lemmas)) > 0
    assert score(text, parsed('"город центр"', lemmas)) == 0
    assert score(text, parsed('"города город"', lemmas)) == 0


def test_names_stand_above_texts_and_the_word_itself_above_other_forms() -> None:
    query = parsed("аренда", lemmas)
    ranked = [
        encoded("Аренда", "О деньгах и месте", lemmas),
        encoded("", "аренда и город", lemmas),
        encoded("", "арендой и городом", lemmas),
        encoded("", "арендой и городом" + " где живут разные люди" * 9, lemmas),
    ]
    points = [score(text, query) for text in ranked]
    assert all(left > right > 0 for left, right in pairwise(points))


def test_hits_are_marked_where_they_stand() -> None:
    text = "Ёлка у кофейни: аренда, арендой! 🎭 Аренду платят."
    spans = marks(text, parsed('аренда "елка у кофейни"', lemmas), lemmas)
    assert [text[start:end] for start, end in spans] == ["Ёлка у кофейни", "аренда", "арендой", "Аренду"]


def test_a_snippet_shows_where_most_is_said() -> None:
    text = "Начало. " + "Длинный рассказ о другом. " * 20 + "Здесь аренда и снова аренда. " + "Конец пути. " * 20
    pieces = snippet(text, marks(text, parsed("аренда", lemmas), lemmas), 100)
    whole = "".join(piece for piece, _ in pieces)
    assert [piece for piece, hit in pieces if hit] == ["аренда", "аренда"]
    assert (whole[0], whole[-1], len(whole) < 160) == ("…", "…", True)
    assert snippet("коротко", []) == [("коротко", False)]

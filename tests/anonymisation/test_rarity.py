"""Rare facts in quotations: what is pointed out, why, how strongly, and what is left alone."""

import pytest

from fieldwork.anonymisation.rarity import LOOK, OWN_FIELD, RULES, STRONG, level_of, rare_facts, spans

MARKED = [
    ("Я единственная женщина в этом цеху", "only", "единственная"),
    ("Таких мастеров трое на всю страну", "only", "трое на всю страну"),
    ("Мы открыли первый частный театр в Казахстане", "first", "первый частный театр в Казахстане"),
    ("Мы стояли у истоков", "first", "у истоков"),
    ("я была самым молодым режиссёром", "most", "самым молодым"),
    ("это старейшая мастерская", "most", "старейшая"),
    ("Потом дали премию, и всё изменилось", "award", "премию"),
    ("он лауреат двух конкурсов", "award", "лауреат"),
    ("Я тогда возглавляла отдел", "office", "Я тогда возглавляла"),
    ("меня назначили заместителем директора", "office", "назначили заместителем директора"),
    ("мой брат был депутатом", "kin_office", "брат был депутатом"),
    ("я двадцать лет работаю в театре", "years_role", "двадцать лет работаю"),
    ("это было в 1998 году", "date", "1998"),
    ("в девяносто третьем году", "date", "в девяносто третьем году"),
    ("мне было сорок два года", "age", "мне было сорок два года"),
    ("у меня пятеро детей", "family", "пятеро детей"),
    ("спектакль на уйгурском", "tongue", "на уйгурском"),
    ("после того суда, когда нас уволили", "event", "уволили"),
    ("из-за инвалидности", "health", "инвалидности"),
    ("ол тұңғыш театр еді", "first", "тұңғыш"),
    ("she was the only sculptor", "only", "the only"),
]


@pytest.mark.parametrize(("quote", "key", "words"), MARKED)
def test_what_is_rare_is_pointed_out(quote: str, key: str, words: str) -> None:
    assert (key, words) in {(one.key, quote[one.start : one.end]) for one in rare_facts(quote)}


def test_every_rule_has_its_example() -> None:
    assert {key for _quote, key, _words in MARKED} == {rule.key for rule in RULES}


@pytest.mark.parametrize(
    "quote",
    [
        "это не единственный путь",
        "одна из причин — деньги, вторая — время",
        "семья важна, без неё никак",
        "прежде всего нужна мастерская",
        "сначала работа, потом отдых",
        "",
        "😀 ничего особенного",
    ],
)
def test_ordinary_words_are_left_alone(quote: str) -> None:
    assert rare_facts(quote) == []
    assert level_of(rare_facts(quote)) == ""


def test_one_weak_reason_is_to_be_looked_at_and_two_are_strong() -> None:
    assert level_of(rare_facts("это было в 1998 году")) == LOOK
    assert level_of(rare_facts("в 1998 году у меня было пятеро детей")) == STRONG
    assert level_of(rare_facts("я единственная")) == STRONG


def test_the_own_field_counts_only_beside_something_rare() -> None:
    field = ("театр", "режиссёр независимого театра")
    assert rare_facts("наш театр живёт", field) == []
    found = rare_facts("в 1998 году наш театр закрыли", field)
    assert [one.key for one in found] == ["date", OWN_FIELD]
    assert level_of(found) == STRONG


def test_places_are_code_points_and_those_that_touch_are_joined() -> None:
    quote = "😀 ещё в 1998 году"
    (found,) = rare_facts(quote)
    assert quote[found.start : found.end] == "1998"
    assert spans(rare_facts("мой брат был депутатом")) == [(4, 22)]

"""Content out of the ordinary: nothing crashes, nothing runs over the edge, nothing is lost."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fieldwork.report.content import (
    Category,
    Code,
    Counts,
    GuideBlock,
    GuideQuestion,
    Labelled,
    ParadigmLink,
    ParadigmNode,
    Quotation,
    ReportContent,
    Role,
)

Print = Callable[[ReportContent], Any]
Squeeze = Callable[[str], str]
WithCodes = Callable[[ReportContent, str, tuple[Code, ...]], ReportContent]
SENTENCE = "Название, которое занимает несколько строк, потому что его написали целым длинным предложением"


def short_code(number: int, name: str) -> Code:
    return Code(number=number, name=name, in_vivo=True, category="A1", definition="О.", codings=1, experts=1)


def test_a_code_with_an_overlong_name(small: ReportContent, print_report: Print, with_codes: WithCodes) -> None:
    name = "оченьдлинноеимякода" * 30

    read = print_report(with_codes(small, "A1", (short_code(999, name),)))

    assert f"«{name}»" in read.text
    assert read.outside == []


def test_sixty_codes_in_a_category(small: ReportContent, print_report: Print, with_codes: WithCodes) -> None:
    names = [f"имя{number}" for number in range(1001, 1061)]

    read = print_report(with_codes(small, "A1", tuple(short_code(int(name[3:]), name) for name in names)))

    assert [name for name in names if f"«{name}»" not in read.text] == []
    assert read.outside == []


def test_a_category_without_codes(
    small: ReportContent, print_report: Print, with_codes: WithCodes, squeeze: Squeeze
) -> None:
    read = print_report(with_codes(small, "A1", ()))

    assert squeeze("Цитаты этой категории не приводятся.") in read.text


def test_quotations_of_1500_characters(small: ReportContent, print_report: Print) -> None:
    words = [f"скажем{number}же" for number in range(140)]
    long = Quotation(text=" ".join(words), expert="E03", place="5-я минута")
    first = replace(small.cores[0].categories[0], quotations=(long,) * 4)
    core = replace(small.cores[0], categories=(first, *small.cores[0].categories[1:]))

    read = print_report(replace(small, cores=(core, *small.cores[1:])))

    assert len(long.text) > 1400
    assert [read.text.count(word) for word in words] == [4] * 140
    assert read.outside == []


def test_characters_that_no_font_holds(small: ReportContent, print_report: Print) -> None:
    read = print_report(replace(small, notice="Спасибо \N{PERSON WITH FOLDED HANDS}"))

    assert read.rendered.unprintable == {"\N{PERSON WITH FOLDED HANDS}"}
    assert "Спасибо?" in read.text


def test_markup_and_braces_are_text(small: ReportContent, print_report: Print, squeeze: Squeeze) -> None:
    read = print_report(replace(small, limits=("Знаки <b>&amp;</b>, {не ссылка} и {figure:paradigm} рядом.",)))

    assert squeeze("Знаки <b>&amp;</b>, {не ссылка} и рис. 2 рядом.") in read.text


def test_a_report_of_little(small: ReportContent, print_report: Print) -> None:
    lone = Category(key="Z1", title="Одна", counts=Counts(codes=0, codings=0, experts=0))
    core = replace(small.cores[1], categories=(lone,), storyline=())
    little = ReportContent(
        language="ru",
        title="Мало",
        subtitle="",
        version="0",
        date=small.date,
        experts=0,
        cores=(core,),
        paradigm=replace(small.paradigm, nodes=(small.paradigm.nodes[1],), links=(), storyline=()),
        codes=(),
    )

    read = print_report(little)

    sections = [heading for heading in read.rendered.headings if heading.kind == "section" and not heading.level]
    assert [(heading.number, heading.title) for heading in sections] == [
        ("", "Содержание"),
        ("1", "Результаты"),
        ("2", "Парадигмальная модель"),
        ("3", core.title),
        ("", "Об этом издании"),
    ]
    assert read.outside == []


def test_every_pair_of_roles_linked_both_ways(small: ReportContent, print_report: Print, squeeze: Squeeze) -> None:
    links = tuple(
        ParadigmLink(source=source, target=target, label=f"{SENTENCE} {source}{target}", evidence=("A1",), codings=3)
        for source in "ABCDEF"
        for target in "ABCDEF"
        if source != target
    )

    read = print_report(replace(small, paradigm=replace(small.paradigm, links=links)))

    assert [link.label for link in links if squeeze(link.label) not in read.text] == []
    assert read.outside == []


def test_two_core_categories_in_one_role_and_none_in_others(small: ReportContent, print_report: Print) -> None:
    nodes = (
        ParadigmNode(role=Role.PHENOMENON, label="Феномен", core="A"),
        ParadigmNode(role=Role.CONTEXT, label="Контекст", core="B"),
        ParadigmNode(role=Role.CONTEXT, label="Контекст", core="C"),
    )
    links = (
        ParadigmLink(source="B", target="C", label="в одной роли"),
        ParadigmLink(source="B", target="A", label="к"),
    )

    read = print_report(replace(small, paradigm=replace(small.paradigm, nodes=nodes, links=links)))

    assert "воднойроли" in read.text
    assert read.outside == []


def test_long_names_everywhere(small: ReportContent, print_report: Print) -> None:
    cores = tuple(
        replace(core, title=SENTENCE, categories=tuple(replace(item, title=SENTENCE) for item in core.categories))
        for core in small.cores
    )
    questions = tuple(GuideQuestion(number=number, text=SENTENCE * 3) for number in range(1, 40))

    read = print_report(
        replace(
            small,
            title=SENTENCE,
            subtitle=SENTENCE,
            cores=cores,
            guide=(GuideBlock(name=SENTENCE, questions=questions),),
            facts=tuple(Labelled(label="Данные", text=SENTENCE) for _ in range(6)),
        )
    )

    assert read.outside == []


def test_a_title_of_one_endless_word(small: ReportContent, print_report: Print) -> None:
    read = print_report(replace(small, title="институционализация" * 12))

    assert read.outside == []

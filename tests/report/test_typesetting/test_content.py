"""A content whose parts do not fit together is refused by name."""

from dataclasses import replace

import pytest

from fieldwork.report.content import Labelled, ParadigmLink, ReportContent, Role
from fieldwork.report.content_checks import (
    CountsDisagree,
    KeyRepeated,
    PhenomenonNotOne,
    UnknownReference,
    check_content,
)
from fieldwork.report.content_texts import texts_of
from fieldwork.report.references import Reference, figure_names, split_prose, table_names


def test_prose_is_cut_at_its_references() -> None:
    assert list(split_prose("См. {figure:frequency.A} и {code:17}, а {не это}.")) == [
        "См. ",
        Reference("figure", "frequency.A"),
        " и ",
        Reference("code", "17"),
        ", а {не это}.",
    ]


def test_figures_and_tables_follow_from_the_content(content: ReportContent) -> None:
    assert figure_names(content) == ["course", "paradigm", *(f"frequency.{key}" for key in "ABCDEF"), "saturation"]
    assert table_names(content) == ["sample", "categories", "guide"]
    assert figure_names(replace(content, course=None, saturation=None, limits=()))[-1] == "frequency.F"


def test_a_reference_in_prose_that_leads_nowhere(content: ReportContent) -> None:
    with pytest.raises(UnknownReference) as refusal:
        check_content(replace(content, limits=("См. {figure:absent}.",)))

    assert refusal.value.values == {"place": "limits", "kind": "figure", "key": "absent"}


def test_a_reference_to_a_table_that_is_not_drawn(content: ReportContent) -> None:
    with pytest.raises(UnknownReference):
        check_content(replace(content, sample=None))


def test_evidence_that_is_no_category(content: ReportContent) -> None:
    with pytest.raises(UnknownReference):
        check_content(replace(content, recommendations=(replace(content.recommendations[0], evidence=("Z9",)),)))


def test_a_link_from_a_core_category_without_a_role(content: ReportContent) -> None:
    nodes = content.paradigm.nodes[:5]

    with pytest.raises(UnknownReference):
        check_content(replace(content, paradigm=replace(content.paradigm, nodes=nodes, links=content.paradigm.links)))


@pytest.mark.parametrize("role", [Role.PHENOMENON, Role.CONTEXT])
def test_phenomena_other_than_one(content: ReportContent, role: Role) -> None:
    nodes = tuple(
        replace(node, role=role) if node.role in {Role.PHENOMENON, Role.CAUSAL_CONDITIONS} else node
        for node in content.paradigm.nodes
    )

    with pytest.raises(PhenomenonNotOne) as refusal:
        check_content(replace(content, paradigm=replace(content.paradigm, nodes=nodes)))

    assert refusal.value.values == {"count": 2 if role == Role.PHENOMENON else 0}


def test_a_code_number_given_twice(content: ReportContent) -> None:
    with pytest.raises(KeyRepeated):
        check_content(replace(content, codes=(*content.codes, content.codes[0])))


def test_a_core_category_in_two_roles(content: ReportContent) -> None:
    nodes = (*content.paradigm.nodes, replace(content.paradigm.nodes[0], role=Role.CONTEXT))

    with pytest.raises(KeyRepeated):
        check_content(replace(content, paradigm=replace(content.paradigm, nodes=nodes)))


def test_a_codebook_that_disagrees_with_the_counts(content: ReportContent) -> None:
    with pytest.raises(CountsDisagree) as refusal:
        check_content(replace(content, codes=content.codes[:-1]))

    assert refusal.value.values == {"key": "F6", "listed": 4, "stated": 5}


def test_all_texts_are_handed_to_the_leak_check(content: ReportContent) -> None:
    texts = list(texts_of(content))

    assert {content.title, content.codes[179].name, content.recommendations[0].text} <= set(texts)
    assert list(texts_of(Labelled(label="Цитаты", text="Семь"))) == ["Цитаты", "Семь"]
    assert list(texts_of(ParadigmLink(source="A", target="B", label="ведёт", evidence=("A1",), codings=3))) == [
        "A",
        "B",
        "ведёт",
        "A1",
    ]

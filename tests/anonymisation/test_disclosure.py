"""Who stands out: k of every combination, minimal sample uniques, the proposal that loses least."""

from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldwork.anonymisation.disclosure import (
    MISSING,
    Form,
    Row,
    Shown,
    SmallCells,
    as_noted,
    check_form,
    counted,
    every_combination,
    risk_of,
    sample_uniques,
    shown_combinations,
    told,
)
from fieldwork.anonymisation.generalising import Trait, is_finer, levels_of, propose

AGES = ("25-34", "35-44", "45-54", "55-64")
TRAITS = (Trait("sex"), Trait("age", banded=True), Trait("sector", coarser={"театр": "сцена", "кино": "сцена"}))
ROWS: list[Row] = [
    {"sex": "f", "age": "25-34", "sector": "театр"},
    {"sex": "f", "age": "25-34", "sector": "театр"},
    {"sex": "f", "age": "35-44", "sector": "театр"},
    {"sex": "m", "age": "35-44", "sector": "театр"},
    {"sex": "m", "age": "35-44", "sector": "кино"},
    {"sex": "m", "age": "55-64", "sector": MISSING},
]
"""By hand: sex 3+3; age 2, 3, 1; sector 4, 1, 1; sex and age 2, 1, 2, 1."""

tables = st.lists(
    st.fixed_dictionaries(
        {
            "sex": st.sampled_from("fm"),
            "age": st.sampled_from(AGES),
            "sector": st.sampled_from(("театр", "кино", "наука", MISSING)),
        }
    ),
    min_size=1,
    max_size=16,
)


def test_k_is_the_size_of_the_smallest_class() -> None:
    assert [(one.columns, one.k, one.classes, one.unique) for one in every_combination(ROWS, ("sex", "age"))] == [
        (("sex",), 3, 2, 0),
        (("age",), 1, 3, 1),
        (("sex", "age"), 1, 4, 2),
    ]
    assert counted(ROWS, ("age",)).small == {("25-34",): 2, ("55-64",): 1}
    assert counted(ROWS, ("sex",)).passes
    assert counted([], ("sex",)).k == 0


def test_a_missing_value_is_a_value_of_its_own() -> None:
    assert counted(ROWS, ("sector",)).small == {("кино",): 1, (MISSING,): 1}
    assert sample_uniques({"E01": {"sector": MISSING}, "E02": {"sector": "кино"}}, ("sector",))["E01"] == [("sector",)]


def test_a_table_shows_its_traits_alone_in_pairs_or_together() -> None:
    assert shown_combinations(("a", "b", "c"), Shown.ALONE) == [("a",), ("b",), ("c",)]
    assert shown_combinations(("a", "b", "c"), Shown.PAIRS)[3:] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert shown_combinations(("a", "b", "c"), Shown.TOGETHER)[3:] == [("a", "b", "c")]
    assert shown_combinations(("a",), Shown.TOGETHER) == [("a",)]
    assert shown_combinations((), Shown.PAIRS) == []


def test_the_shortest_combinations_on_which_somebody_is_alone() -> None:
    rows = {f"E{number:02}": row for number, row in enumerate(ROWS, 1)}
    assert sample_uniques(rows, ("sex", "age", "sector")) == {
        "E01": [],
        "E02": [],  # the same as E01 in everything
        "E03": [("sex", "age")],
        "E04": [("sex", "sector")],
        "E05": [("sector",)],
        "E06": [("age",), ("sector",)],
    }


def test_no_minimal_unique_holds_another() -> None:
    everybody = {f"E{number:02}": {"a": str(number), "b": str(number % 2)} for number in range(1, 9)}
    assert all(ways == [("a",)] for ways in sample_uniques(everybody, ("a", "b")).values())
    assert sample_uniques({}, ("a", "b")) == {}
    assert sample_uniques({"E01": {"a": "1", "b": "1"}}, ("a", "b")) == {"E01": [("a",), ("b",)]}


def test_small_cells_are_refused_with_what_would_pass() -> None:
    form = as_noted(ROWS, ("sex", "age"))
    proposal = propose(ROWS, TRAITS[:2], Shown.ALONE)
    with pytest.raises(SmallCells) as refused:
        check_form(ROWS, form, proposal)
    assert refused.value.values == {
        "cells": "25-34 (2); 55-64 (1)",
        "least": 3,
        "proposal": "25-34, 35-44, 55-64 → 25+",
    }
    check_form(ROWS, proposal, proposal)


def test_a_form_leaves_a_value_alone_that_came_after_it() -> None:
    form = Form(Shown.ALONE, {"age": {"25-34": "25-44", "35-44": "25-44"}})
    rows = [{"age": "25-34"}] * 3 + [{"age": "55-64"}]
    assert form.published({"age": "55-64"}) == {"age": "55-64"}
    assert risk_of(rows, form)[0].small == {("55-64",): 1}


def test_bands_are_merged_before_a_trait_is_left_out() -> None:
    rows: list[Row] = [{"age": age, "job": job} for age, job in zip(AGES, ("a", "b", "c", "d"), strict=True)]
    assert propose(rows, [Trait("age", banded=True), Trait("job")], Shown.TOGETHER).columns == {
        "age": dict.fromkeys(AGES, "25+")
    }
    assert told(rows, as_noted(rows, ("job",)), Form(Shown.ALONE, {})) == "a, b, c, d → —"


def test_rare_values_are_called_other_and_sectors_by_their_group() -> None:
    jobs = ["музыка"] * 4 + ["театр"] * 3 + ["кино"] * 2 + ["танец"]
    rows: list[Row] = [{"job": job} for job in jobs]
    found = propose(rows, [Trait("job")], Shown.ALONE).columns["job"]
    assert found == {"музыка": "музыка", "театр": "театр", "кино": "другое", "танец": "другое"}
    groups = {"музыка": "звук", "театр": "сцена", "кино": "экран", "танец": "сцена"}
    rows = [{"job": job} for job in ["музыка"] * 3 + ["театр"] * 2 + ["танец"] * 2 + ["кино"] * 3]
    found = propose(rows, [Trait("job", coarser=groups)], Shown.ALONE).columns["job"]
    assert Counter(found[row["job"]] for row in rows) == {"звук": 3, "сцена": 4, "экран": 3}


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("shown", list(Shown))
def test_fewer_than_three_experts_can_only_hide_by_saying_nothing(count: int, shown: Shown) -> None:
    assert propose(ROWS[:count], TRAITS, shown) == Form(shown, {})


def test_everybody_different_from_everybody() -> None:
    rows: list[Row] = [{"age": f"{age}-{age + 4}", "job": str(age)} for age in range(20, 65, 5)]
    form = propose(rows, [Trait("age", banded=True), Trait("job")], Shown.ALONE)
    assert sorted(Counter(form.columns["age"].values()).values()) == [3, 3, 3]
    assert list(form.columns) == ["age"]  # whatever is merged under «other», one job is left alone


def brute_force(rows: list[Row], shown: Shown) -> list[Form]:
    """Every form of the lattice that passes."""
    levels = [[*(one.labels for one in levels_of([row[trait.name] for row in rows], trait)), None] for trait in TRAITS]
    forms = [
        Form(shown, {trait.name: labels for trait, labels in zip(TRAITS, chosen, strict=True) if labels is not None})
        for chosen in product(*levels)
    ]
    return [form for form in forms if all(one.passes for one in risk_of(rows, form))]


def finer(one: Form, other: Form) -> bool:
    """Whether a form tells strictly more in a trait, and nowhere less."""
    pairs = [(one.columns.get(trait.name), other.columns.get(trait.name)) for trait in TRAITS]
    more = [is_finer(left, right) for left, right in pairs]
    return any(more) and all(tells or left == right for tells, (left, right) in zip(more, pairs, strict=True))


def left_out(form: Form) -> int:
    """How many traits a form does not publish."""
    return len(TRAITS) - len(form.columns)


@settings(max_examples=60, deadline=None)
@given(rows=tables, shown=st.sampled_from(list(Shown)))
def test_the_proposal_passes_and_nothing_strictly_finer_does(rows: list[Row], shown: Shown) -> None:
    form = propose(rows, TRAITS, shown)
    assert all(one.k >= 3 for one in risk_of(rows, form))
    passing = brute_force(rows, shown)
    assert not [other for other in passing if finer(other, form)]
    assert left_out(form) == min(left_out(other) for other in passing)


@settings(max_examples=40, deadline=None)
@given(rows=tables)
def test_crossing_more_never_hides_better(rows: list[Row]) -> None:
    found = {one.columns: one.k for one in every_combination(rows, ("sex", "age", "sector"))}
    assert all(found[more] <= found[less] for more in found for less in found if set(less) < set(more))

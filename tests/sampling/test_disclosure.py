from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwork.sampling.disclosure import (
    CellsTooSmall,
    band_is_readable,
    generalise,
    generalise_together,
    in_order,
    small_cells,
)

AGES = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
YEARS = ("5-9", "10-14", "15-19", "20+")
people = st.lists(
    st.fixed_dictionaries(
        {"sex": st.sampled_from("fm"), "age": st.sampled_from(AGES), "years": st.sampled_from(YEARS)}
    ),
    max_size=30,
)


def test_small_cells_are_those_below_k_that_hold_someone() -> None:
    rows = [("f", "25-34")] * 3 + [("m", "25-34")] * 2 + [("m", "35-44")]

    assert small_cells(rows) == {("m", "25-34"): 2, ("m", "35-44"): 1}
    assert small_cells(rows, k=2) == {("m", "35-44"): 1}
    assert small_cells([]) == {}


def test_ages_of_the_demo_merge_the_oldest_expert_away() -> None:
    ages = ["25-34"] * 4 + ["35-44"] * 5 + ["45-54"] * 4 + ["55-64"]

    assert generalise(ages) == {"25-34": "25-34", "35-44": "35-44", "45-54": "45+", "55-64": "45+"}


def test_a_small_band_in_the_middle_goes_to_the_side_that_leaves_the_lower_bands_fine() -> None:
    years = ["5-9"] * 4 + ["10-14"] * 4 + ["15-19"] * 2 + ["20+"] * 4

    assert generalise(years) == {"5-9": "5-9", "10-14": "10-14", "15-19": "15+", "20+": "15+"}


def test_merged_bands_below_the_top_keep_both_bounds() -> None:
    ages = ["25-34"] * 2 + ["35-44"] * 2 + ["45-54"] * 3

    assert generalise(ages) == {"25-34": "25-44", "35-44": "25-44", "45-54": "45-54"}


def test_nothing_is_merged_without_need() -> None:
    assert generalise(["25-34"] * 3 + ["35-44"] * 3) == {"25-34": "25-34", "35-44": "35-44"}


def test_bands_without_numbers_are_named_together() -> None:
    assert generalise(["начинающий"] * 2 + ["опытный"] * 2, k=3) == {
        "начинающий": "начинающий / опытный",
        "опытный": "начинающий / опытный",
    }


@pytest.mark.parametrize("values", [[], ["25-34"], ["25-34", "35-44"]])
def test_too_few_people_are_refused(values: list[str]) -> None:
    with pytest.raises(CellsTooSmall):
        generalise(values)


def test_a_fixed_attribute_with_a_small_cell_is_refused() -> None:
    rows = [{"sex": "f", "age": "25-34"}] * 5 + [{"sex": "m", "age": "25-34"}] * 2

    with pytest.raises(CellsTooSmall) as refused:
        generalise_together(rows, banded=("age",), fixed=("sex",))

    assert refused.value.values == {"attributes": "age, sex", "least": 3}


@given(st.lists(st.sampled_from(AGES), max_size=40), st.integers(2, 5))
def test_no_published_band_is_ever_small(values: list[str], k: int) -> None:
    try:
        published = generalise(values, k)
    except CellsTooSmall:
        assert len(values) < k
        return

    assert set(published) == set(values)
    assert small_cells([(published[value],) for value in values], k) == {}


@given(st.lists(st.sampled_from(AGES), min_size=3, max_size=40))
def test_only_neighbouring_bands_are_merged(values: list[str]) -> None:
    published = generalise(values)

    labels = [published[band] for band in in_order(values)]
    assert len(set(labels)) == sum(label != before for before, label in zip([None, *labels], labels, strict=False))


@given(people, st.integers(2, 4))
def test_no_published_cell_of_a_joint_table_is_ever_small(rows: list[dict[str, str]], k: int) -> None:
    try:
        published = generalise_together(rows, banded=("age", "years"), fixed=("sex",), k=k)
    except CellsTooSmall:
        assert not rows or min(Counter(row["sex"] for row in rows).values()) < k  # all bands merged would not do
        return

    cells = [(published["age"][row["age"]], published["years"][row["years"]], row["sex"]) for row in rows]
    assert small_cells(cells, k) == {}


@given(st.lists(st.sampled_from(AGES), min_size=3, max_size=40))
def test_a_finer_table_would_not_do(values: list[str]) -> None:
    """Splitting off any band at either end of a merged one makes a small cell, or the table has as many cells."""
    published = generalise(values)
    counts = Counter(values)
    for label in set(published.values()):
        group = [band for band in in_order(values) if published[band] == label]
        for cut in range(1, len(group)):
            halves = (sum(counts[band] for band in group[:cut]), sum(counts[band] for band in group[cut:]))
            assert min(halves) < 3


@pytest.mark.parametrize(
    ("band", "readable"), [("35-44", True), ("20+", True), ("41", False), ("44-35", False), ("", False)]
)
def test_bands(band: str, readable: bool) -> None:  # noqa: FBT001
    assert band_is_readable(band) is readable

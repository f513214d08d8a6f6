"""The figures of a marked sample against scipy's, and the passages that are drawn."""

import math
import random
from collections import Counter

import pytest
from scipy import stats

from fieldwork.anonymisation.passages import (
    LONGEST,
    MarkOutside,
    MarksUnreadable,
    checked_marks,
    covered,
    drawn,
    joined,
    parsed_marks,
    passages_of,
    pieces,
    stretches,
    told_marks,
    words_in,
)
from fieldwork.anonymisation.recall import Unit, exact, forecast, overlooked, share, student

TEXT = "Звонила Айгерим Бекова («Тау Хаб») 🎭: +7 701 555 01 17. А потом ничего."


@pytest.mark.parametrize(("masked", "there"), [(118, 120), (120, 120), (0, 7), (1, 1), (3, 300), (2999, 3000)])
def test_the_interval_is_that_of_scipy(masked: int, there: int) -> None:
    wanted = stats.binomtest(masked, there).proportion_ci(method="exact")
    assert exact(masked, there) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_the_interval_of_an_effective_number_is_that_of_the_beta_distribution() -> None:
    chance = random.Random(5)  # noqa: S311 - figures, no secret
    for _ in range(200):
        there = chance.uniform(1.5, 2000)
        masked = chance.uniform(0.2, there - 0.2)
        low = stats.beta.ppf(0.025, masked, there - masked + 1)
        high = stats.beta.ppf(0.975, masked + 1, there - masked)
        assert exact(masked, there) == pytest.approx((low, high), abs=1e-8)


@pytest.mark.parametrize("freedom", [1, 2, 5, 30, 400])
def test_students_quantile_is_that_of_scipy(freedom: int) -> None:
    assert student(0.975, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-8)


def test_independent_passages_have_no_design_effect() -> None:
    units = [Unit("E01", 1, int(n >= 4)) for n in range(100)]
    found = share(units)
    assert found is not None
    assert (found.masked, found.there, found.missed, found.value) == (96, 100, 4, 0.96)
    assert found.effect == pytest.approx(100 / 99)
    corrected = 100 / found.effect * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 99)) ** 2
    low = stats.beta.ppf(0.025, 0.96 * corrected, 0.04 * corrected + 1)
    high = stats.beta.ppf(0.975, 0.96 * corrected + 1, 0.04 * corrected)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_misses_in_clumps_widen_the_interval() -> None:
    clumped = share([Unit("E01", 4, 0 if n == 0 else 4) for n in range(25)])
    spread = share([Unit("E01", 4, 3 if n < 4 else 4) for n in range(25)])
    assert clumped is not None
    assert spread is not None
    assert (clumped.value, spread.value) == (0.96, 0.96)
    assert clumped.effect == pytest.approx(4 * 25 / 24)
    assert clumped.low < spread.low
    assert spread.effect == 1  # never narrower than a simple sample


def test_strata_take_their_differences_out_of_the_variance() -> None:
    good = [Unit("good", 2, 2)] * 19 + [Unit("good", 2, 1)]
    bad = [Unit("bad", 2, 0)] * 19 + [Unit("bad", 2, 1)]
    parted, mixed = share(good + bad), share([Unit("one", unit.there, unit.masked) for unit in good + bad])
    assert parted is not None
    assert mixed is not None
    assert (parted.effect, parted.value, mixed.value) == (1, 0.5, 0.5)
    assert mixed.effect == pytest.approx(40 / 39 * 38 / 80**2 / (0.25 / 80))


def test_nothing_missed_counts_passages_not_places() -> None:
    found = share([Unit(n % 3, 3, 3) for n in range(60)])
    assert found is not None
    assert (found.value, found.high, found.effect) == (1.0, 1.0, 3.0)
    corrected = 60 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 57)) ** 2
    assert found.low == pytest.approx(0.025 ** (1 / corrected), abs=1e-9)


def test_nothing_there_tells_nothing() -> None:
    assert share([Unit("E01", 0, 0)] * 5) is None
    assert share([]) is None
    assert share([Unit("E01", 1, 0)]).high < 1  # type: ignore[union-attr]


def test_what_both_overlook_is_chapmans_estimate() -> None:
    found = overlooked([(True, True)] * 80 + [(True, False)] * 10 + [(False, True)] * 5 + [(False, False)] * 3)
    assert found is not None
    assert (found.first, found.second, found.both, found.apart) == (90, 85, 80, 15)
    assert found.neither == pytest.approx(91 * 86 / 81 - 1 - 95)
    assert found.error == pytest.approx(math.sqrt(91 * 86 * 10 * 5 / (81**2 * 82)))
    assert overlooked([(True, False), (False, True)]) is None


def test_a_larger_sample_promises_a_narrower_interval() -> None:
    small, large = (forecast(size, frame=1000, words=40_000, things=1000) for size in (50, 400))
    assert (small.things, large.things) == (50, 400)
    assert large.high - large.low < small.high - small.low
    assert (small.minutes, large.minutes) == (20, 163)


def test_every_word_lies_in_one_passage_and_cuts_meet_sentences() -> None:
    turn = "   " + " ".join(f"Слово{n} и ещё одно слово здесь." for n in range(200)) + "  "
    found = list(passages_of(turn))
    assert sum(count for _, _, count in found) == len(words_in(turn)) == 1200
    assert [count for start, end, count in found] == [len(words_in(turn, start, end)) for start, end, _ in found]
    assert max(count for _, _, count in found) <= LONGEST
    assert all(turn[start:end].startswith("Слово") and turn[start:end].endswith(".") for start, end, _ in found)
    assert list(passages_of("  … 🎭 ")) == []
    assert list(passages_of(" Да. ")) == [(1, 4, 1)]


def test_one_turn_of_two_megabytes_is_cut_too() -> None:
    turn = "слово " * 350_000
    found = list(passages_of(turn))
    assert sum(count for _, _, count in found) == 350_000
    assert max(count for _, _, count in found) <= LONGEST


def test_a_draw_is_fair_and_can_be_repeated() -> None:
    strata = [[(name, n) for n in range(size)] for name, size in (("a", 5), ("b", 60), ("c", 35))]
    assert drawn(strata, 20, "seed") == drawn(strata, 20, "seed")
    counted: Counter[tuple[str, int]] = Counter()
    for n in range(2000):
        sample = drawn(strata, 20, str(n))
        assert len(set(sample)) == 20
        shares = Counter(name for name, _ in sample)
        assert (shares["a"], shares["b"], shares["c"]) == (1, 12, 7)
        counted.update(sample)
    assert min(counted.values()) > 320
    assert max(counted.values()) < 480
    assert sorted(drawn(strata, 100, "all")) == sorted(one for stratum in strata for one in stratum)


def test_marks_are_kept_from_word_to_word() -> None:
    name, place = TEXT.index("Айгерим"), TEXT.index("«Тау")
    told = f"{place}:{place + 10}:ORG,{name}:{name + 14}:PER"
    kept = checked_marks(TEXT, 0, len(TEXT), parsed_marks(told))
    assert [(TEXT[start:end], label) for start, end, label in kept] == [("Айгерим Бекова", "PER"), ("Тау Хаб", "ORG")]
    assert parsed_marks(told_marks(kept)) == kept
    assert parsed_marks("") == []


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ("1:2", MarksUnreadable),
        ("1:2:NAME", MarksUnreadable),
        ("-1:2:PER", MarksUnreadable),
        ("a:b:PER", MarksUnreadable),
        (",".join(f"{n}:{n + 1}:PER" for n in range(101)), MarksUnreadable),
        ("0:7:PER,3:9:ORG", MarksUnreadable),
        ("7:8:PER", MarkOutside),
        ("5:5:PER", MarkOutside),
        ("0:900:PER", MarkOutside),
    ],
)
def test_marks_that_mean_nothing_are_refused(told: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        checked_marks(TEXT, 0, len(TEXT), parsed_marks(told))


def test_a_stretch_is_covered_by_all_masks_together() -> None:
    name = TEXT.index("Айгерим")
    assert covered(TEXT, name, name + 14, [(name, name + 7)]) == (2, 1)
    assert covered(TEXT, name, name + 14, [(name + 8, name + 14), (name, name + 7)]) == (2, 2)
    assert covered(TEXT, name, name + 14, [(name, name + 10)]) == (2, 1)
    assert covered(TEXT, name, name + 14, []) == (2, 0)
    phone = TEXT.index("7 701")
    assert covered(TEXT, phone, phone + 15, [(phone - 1, phone + 15)]) == (5, 5)


def test_a_passage_is_shown_whole() -> None:
    found = list(pieces(TEXT, 0, len(TEXT)))
    assert "".join(text for _, _, text in found) == TEXT
    assert all(TEXT[start:end] == text for start, end, text in found)
    marks = [(8, 22, "PER")]
    assert "".join(text for text, _ in stretches(TEXT, 0, len(TEXT), marks)) == TEXT
    assert [text for text, label in stretches(TEXT, 0, len(TEXT), marks) if label] == ["Айгерим Бекова"]


def test_an_agreement_begins_from_what_either_marked() -> None:
    assert joined([(0, 5, "PER")], [(2, 9, "ORG"), (20, 25, "PER")]) == [(0, 5, "PER"), (20, 25, "PER")]

"""How long a transcription will take: figures from a probe and from real work, with an honest range."""

import pytest

from fieldwork.transcription.estimating import KEPT, Estimate, estimate, minutes, pace_of_probe, remembered, same_model


def test_a_probe_tells_what_a_window_costs_apart_from_its_words() -> None:
    # 4 s for each window and 0.5 s for each second of speech: 2 s of sound take 5 s, 10 s take 9 s
    assert pace_of_probe((2, 5), (10, 9), window_s=25) == pytest.approx(4 / 25 + 0.5)
    assert pace_of_probe((2, 5), (10, 9), window_s=8) == pytest.approx(4 / 8 + 0.5)


def test_a_probe_that_is_quicker_at_more_speech_counts_all_as_the_window() -> None:
    assert pace_of_probe((2, 6), (10, 5), window_s=25) == pytest.approx(5 / 25)


def test_a_probe_is_believed_less_than_work_and_work_more_the_oftener() -> None:
    hour = 3_600_000

    assert estimate(hour, None, []) is None
    assert estimate(hour, 1.0, [], 10) == Estimate(2530, 3610, 6490, "probe")
    assert estimate(hour, 1.0, [2.0]) == Estimate(5760, 7200, 9720, "work")
    assert estimate(hour, 1.0, [2.0, 1.5, 2.2]) == Estimate(4860, 7200, pytest.approx(9108), "work")


def test_the_oldest_paces_are_forgotten() -> None:
    assert remembered([float(number) for number in range(KEPT)], 9.00004) == [1, 2, 3, 4, 5, 6, 7, 9.0]


@pytest.mark.parametrize(
    ("seconds", "low", "likely", "high"),
    [
        (4, 1, 1, 1),
        (100, 1, 2, 2),
        (1500, 25, 25, 25),
        (1600, 25, 25, 30),
        (7900, 130, 130, 140),
        (9300, 150, 160, 160),
    ],
)
def test_minutes_are_never_finer_than_they_are_known(seconds: float, low: int, likely: int, high: int) -> None:
    assert (minutes(seconds, up=False), minutes(seconds), minutes(seconds, up=True)) == (low, likely, high)


def test_a_name_and_its_file_are_one_model() -> None:
    assert [same_model(name) for name in ("turbo", "large-v3-turbo", "small")] == ["large-v3-turbo"] * 2 + ["small"]

"""What the report says of how much the masking missed."""

from collections.abc import Mapping
from typing import Any

from fieldwork.anonymisation.measuring import Result
from fieldwork.anonymisation.models import AccuracySample
from fieldwork.anonymisation.recall import Share
from fieldwork.report.masking import UNMEASURED, accuracy


def result(**told: Any) -> Result:
    """A result with two misses of 120 by the program, and none after the review of half of them."""
    machine, reviewed = Share(112, 120, 0.8713, 0.9709, 1.2), Share(59, 60, 0.9106, 0.99958, 1.0)
    usual: Mapping[str, Any] = {
        "sample": AccuracySample(number=1, seed="a", size=150, frame=900, frame_words=9000), "passages": 150,
        "words": 3121, "transcripts": 14, "gone": 0, "changed": 0, "alone": 0, "machine": machine, "sure": machine,
        "machine_words": machine, "by_label": {"PER": machine}, "reviewed": reviewed, "reviewed_words": reviewed,
        "reviewed_by_label": {}, "reviewed_passages": 70, "expected": (6, 40),
    }  # fmt: skip
    return Result(**{**usual, **told})


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_measured_study_tells_its_figures_with_intervals() -> None:
    told = plain(accuracy(result()))
    assert told.startswith(
        "Точность обезличивания проверена на случайной выборке из 150 фрагментов (3121 слово) из 14 расшифровок:"
        " каждый фрагмент разметили двое, независимо друг от друга и не видя найденного программой. Из 120 мест, по"
        " которым можно узнать человека или организацию, программа нашла 112, то есть 93,3 % (95-процентный"
        " доверительный интервал 87,1–97,1 %). После проверки человеком в утверждённых текстах из 60, о которых это"
        " можно сказать, закрыто 59, то есть 98,3 % (91–100 %)."
    )
    assert told.endswith("не означают, что никого из участников нельзя узнать.")


def test_the_interval_is_never_told_narrower_than_it_is() -> None:
    told = plain(accuracy(result(machine=Share(1, 2, 0.94999, 0.98001, 1.0), reviewed=None)))
    assert "50 % (95-процентный доверительный интервал 94,9–98,1 %)" in told
    assert "После проверки" not in told


def test_where_nobody_measured_it_the_report_says_so() -> None:
    assert accuracy(None) == UNMEASURED
    assert accuracy(result(machine=None)) == UNMEASURED
    assert "не измерялась" in UNMEASURED

"""Small numbers agree with their words in the report's own sentences."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from fieldwork.report import prose
from fieldwork.report.abstracts import numbered, withheld


@pytest.mark.parametrize(
    ("passages", "experts", "told"),
    [
        (1, 1, "По воле эксперта 1 фрагмент из 9 не приводится дословно; в анализе он учтён."),
        (2, 1, "По воле эксперта 2 фрагмента из 9 не приводятся дословно; в анализе они учтены."),
        (5, 2, "По воле экспертов 5 фрагментов из 9 не приводятся дословно; в анализе они учтены."),
    ],
)
def test_withheld_passages_agree_with_their_number(passages: int, experts: int, told: str) -> None:
    material = cast("Any", SimpleNamespace(book=SimpleNamespace(figures=SimpleNamespace(codings=9))))
    first = next(withheld(material, passages, experts, 0))
    assert first.text.replace("\N{NO-BREAK SPACE}", " ") == told


def test_one_recommendation_is_told_as_one() -> None:
    one, two = (list(prose.advice(cast("Any", SimpleNamespace(advice=[None] * count)))) for count in (1, 2))
    assert one[0].replace("\N{NO-BREAK SPACE}", " ").startswith("Из результатов следует 1 рекомендация. Под ней ")
    assert two[0].replace("\N{NO-BREAK SPACE}", " ").startswith("Из результатов следуют 2 рекомендации. Под каждой ")


def test_english_nouns_agree_with_their_number() -> None:
    assert numbered(1, "recommendation", "recommendations") == "1 recommendation"
    assert numbered(2, "recommendation", "recommendations") == "2 recommendations"

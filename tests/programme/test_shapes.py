from datetime import time
from typing import Any

import pytest

from fieldwork.programme.shapes import (
    ClockTime,
    LanguageMissing,
    LocalText,
    PlaceMissing,
    PlaceUnknown,
    PlaceWrong,
    Shape,
    StudyShape,
    parsed,
)


class Meeting(Shape):
    start: ClockTime


def test_a_text_without_a_language_is_named_with_its_place_and_how_many_lack_it(programme: dict[str, Any]) -> None:
    del programme["programme"]["objectives"][1]["kk"]
    programme["programme"]["aim"]["kk"] = "  "
    programme["title"]["en"] = ""

    with pytest.raises(LanguageMissing) as refused:
        parsed(StudyShape, programme, "study.yaml")

    assert refused.value.values == {"source": "study.yaml", "language": "en", "where": "title › en", "count": 1}
    programme["title"]["en"] = "A title"
    with pytest.raises(LanguageMissing) as refused:
        parsed(StudyShape, programme, "study.yaml")
    assert str(refused.value) == (
        "study.yaml: the text in «kk» is missing at «programme › aim › kk» (2 such places). "
        "Every text is needed in ru, kk and en: write it there and try again."
    )


def test_an_item_of_a_list_is_called_by_its_number_or_key(programme: dict[str, Any]) -> None:
    del programme["programme"]["objectives"][1]["kk"]

    with pytest.raises(LanguageMissing) as refused:
        parsed(StudyShape, programme, "study.yaml")

    assert refused.value.values["where"] == "programme › objectives › number 2 › kk"


def test_what_is_absent_is_named(programme: dict[str, Any]) -> None:
    del programme["programme"]["theory"][0]["author"]

    with pytest.raises(PlaceMissing) as refused:
        parsed(StudyShape, programme, "study.yaml")

    assert refused.value.values["where"] == "programme › theory › key florida › author"


def test_a_misspelt_key_is_refused_rather_than_passed_over(programme: dict[str, Any]) -> None:
    programme["glosary"] = programme.pop("glossary")

    with pytest.raises(PlaceUnknown) as refused:
        parsed(StudyShape, programme, "study.yaml")

    assert str(refused.value) == ("study.yaml: «glosary» is not known here. Correct its spelling or remove it.")


@pytest.mark.parametrize("data", [None, [], "text", 5])
def test_a_file_of_another_kind_is_refused(data: object) -> None:
    with pytest.raises(PlaceWrong) as refused:
        parsed(LocalText, data, "file.yaml")

    assert refused.value.values["where"] == "the whole file"


def test_a_refusal_never_repeats_the_value() -> None:
    with pytest.raises(PlaceWrong) as refused:
        parsed(LocalText, {"ru": ["Бекова Айгерим"], "kk": "а", "en": "b"}, "experts.yaml")

    assert "Бекова" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_the_texts_of_a_text() -> None:
    text = parsed(LocalText, {"ru": " да ", "kk": "иә", "en": "yes"}, "file.yaml")

    assert text.texts() == {"ru": "да", "kk": "иә", "en": "yes"}


def test_a_time_without_quotes_is_refused_since_yaml_made_a_number_of_it() -> None:
    assert parsed(Meeting, {"start": "11:00"}, "experts.yaml").start == time(11)

    with pytest.raises(PlaceWrong) as refused:
        parsed(Meeting, {"start": 660}, "experts.yaml")

    assert refused.value.values["reason"] == 'write the time in quotes: "11:00"'

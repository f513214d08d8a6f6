from datetime import date
from typing import Any

import pytest

from fieldwork.core.errors import Refusal
from fieldwork.programme import rules
from fieldwork.programme.shapes import GuideShape, parsed

OBJECTIVES = (1, 2, 3)


def check(guide: dict[str, Any], expected: int = 12) -> None:
    rules.check_guide(parsed(GuideShape, guide, "guide.yaml"), expected, OBJECTIVES)


def refusal(guide: dict[str, Any], expected: int = 12) -> Refusal:
    with pytest.raises(Refusal) as refused:
        check(guide, expected)
    return refused.value


def test_the_demo_guide_passes(guide: dict[str, Any]) -> None:
    check(guide)


def test_too_few_questions(guide: dict[str, Any]) -> None:
    del guide["questions"][4]

    refused = refusal(guide)

    assert type(refused) is rules.QuestionCountDiffers
    assert str(refused) == (
        "The guide has 11 questions, the study expects 12; missing: 5. Add or remove questions, "
        "or change the study's number with: fieldwork study change SLUG --questions 11"
    )


def test_too_many_questions(guide: dict[str, Any]) -> None:
    refused = refusal(guide, expected=10)

    assert type(refused) is rules.QuestionCountDiffers
    assert refused.values == {"found": 12, "expected": 10, "missing": "-"}


def test_a_number_twice(guide: dict[str, Any]) -> None:
    guide["questions"][4]["number"] = 4

    refused = refusal(guide)

    assert type(refused) is rules.QuestionTwice
    assert refused.values == {"number": 4, "expected": 12}


def test_a_gap_in_the_numbers(guide: dict[str, Any]) -> None:
    guide["questions"][11]["number"] = 13

    refused = refusal(guide)

    assert type(refused) is rules.QuestionNumberWrong
    assert refused.values == {"missing": 12, "expected": 12}


def test_the_order_in_the_file_does_not_matter(guide: dict[str, Any]) -> None:
    guide["questions"].reverse()

    check(guide)


def test_an_unknown_block(guide: dict[str, Any]) -> None:
    guide["questions"][2]["block"] = "history"

    refused = refusal(guide)

    assert type(refused) is rules.BlockUnknown
    assert str(refused) == (
        "Question 3 stands in an unknown block «history». Use one of: formation, current_state, support."
    )


def test_blocks_out_of_order(guide: dict[str, Any]) -> None:
    guide["questions"][5]["block"] = "formation"

    refused = refusal(guide)

    assert type(refused) is rules.BlocksOutOfOrder
    assert refused.values["number"] == 6


def test_a_block_without_a_question(guide: dict[str, Any]) -> None:
    for question in guide["questions"]:
        question["block"] = "formation"

    refused = refusal(guide)

    assert type(refused) is rules.BlockEmpty
    assert refused.values["block"] == "current_state"


def test_two_blocks_instead_of_three(guide: dict[str, Any]) -> None:
    del guide["blocks"]["support"]

    refused = refusal(guide)

    assert type(refused) is rules.BlocksWrong
    assert refused.values["found"] == "formation, current_state"


@pytest.mark.parametrize("minutes", [0, -5, 61])
def test_a_question_that_takes_no_time(guide: dict[str, Any], minutes: int) -> None:
    guide["questions"][7]["minutes"] = minutes

    refused = refusal(guide)

    assert type(refused) is rules.MinutesWrong
    assert refused.values == {"number": 8, "minutes": minutes}


def test_an_objective_that_does_not_exist(guide: dict[str, Any]) -> None:
    guide["questions"][9]["objective"] = 4

    refused = refusal(guide)

    assert type(refused) is rules.ObjectiveUnknown
    assert refused.values == {"number": 10, "objective": 4, "known": "1, 2, 3"}


def test_a_question_without_probes(guide: dict[str, Any]) -> None:
    guide["questions"][0]["probes"] = []

    refused = refusal(guide)

    assert type(refused) is rules.ProbeMissing
    assert refused.values == {"number": 1}


@pytest.mark.parametrize("slug", ["almaty", "creative-class-2025", "a"])
def test_short_names_that_do(slug: str) -> None:
    rules.check_slug(slug)


@pytest.mark.parametrize("slug", ["", "Almaty", "алматы", "a b", "-a", "a-", "a--b", "a/b", "a" * 61])
def test_short_names_that_do_not(slug: str) -> None:
    with pytest.raises(rules.SlugWrong):
        rules.check_slug(slug)


def test_fieldwork_dates() -> None:
    rules.check_fieldwork(None, None)
    rules.check_fieldwork(date(2025, 3, 21), date(2025, 3, 21))

    with pytest.raises(rules.FieldworkBackwards):
        rules.check_fieldwork(date(2025, 4, 28), date(2025, 3, 21))
    with pytest.raises(rules.FieldworkHalf):
        rules.check_fieldwork(date(2025, 4, 28), None)


def test_a_text_lacks_a_language() -> None:
    with pytest.raises(rules.TextMissing) as refused:
        rules.check_texts({"ru": "да", "kk": " ", "en": "yes"}, "title")

    assert refused.value.values == {"what": "title", "language": "kk"}


def test_roles() -> None:
    assert rules.role_called("coder") == "coder"

    with pytest.raises(rules.RoleUnknown) as refused:
        rules.role_called("boss")
    assert refused.value.values["roles"] == "principal_investigator, interviewer, coder, viewer"

from typing import Any

import pytest
from sqlmodel import select

from fieldwork.core.errors import NotFound
from fieldwork.core.work import Ground, Work
from fieldwork.programme.contents import objectives_of
from fieldwork.programme.guides import (
    GuideExists,
    guide_of,
    probes_of,
    question_numbered,
    questions_of,
    set_guide,
)
from fieldwork.programme.imports import import_programme
from fieldwork.programme.models import Guide, Probe, Question, Study
from fieldwork.programme.rules import QuestionCountDiffers, QuestionLost
from fieldwork.programme.services import change_study, find_study
from fieldwork.programme.shapes import LanguageMissing


def test_the_demo_guide_becomes_twelve_questions_in_three_blocks(
    work: Work, study: Study, guide: dict[str, Any]
) -> None:
    row = set_guide(work, study, guide)

    questions = questions_of(work, study)
    assert [question.number for question in questions] == list(range(1, 13))
    assert [question.block for question in questions] == ["formation"] * 4 + ["current_state"] * 5 + ["support"] * 3
    assert set(row.block_labels) == {"formation", "current_state", "support"}
    assert row.opening_minutes + sum(question.minutes for question in questions) + row.closing_minutes == 68
    objectives = {objective.id: objective.number for objective in objectives_of(work, study)}
    assert {objectives[question.objective_id] for question in questions} == {1, 2, 3}


def test_every_text_of_the_guide_stands_in_three_languages(work: Work, study: Study, guide: dict[str, Any]) -> None:
    row = set_guide(work, study, guide)

    questions = questions_of(work, study)
    probes = [probe for of_one in probes_of(work, study).values() for probe in of_one]
    texts = [row.opening, row.closing, *row.block_labels.values()]
    texts += [text for question in questions for text in (question.text, question.gap)]
    texts += [probe.text for probe in probes]
    assert len(probes) == 35
    assert {tuple(sorted(text)) for text in texts} == {("en", "kk", "ru")}
    assert all(value.strip() for text in texts for value in text.values())


def test_probes_keep_their_order(work: Work, study: Study, guide: dict[str, Any]) -> None:
    set_guide(work, study, guide)

    question = question_numbered(work, study, 12)
    told = [probe.text["ru"] for probe in probes_of(work, study)[question.id]]
    assert told == [probe["ru"] for probe in guide["questions"][11]["probes"]]


def test_a_question_that_is_not_there(work: Work, study: Study, guide: dict[str, Any]) -> None:
    set_guide(work, study, guide)

    with pytest.raises(NotFound):
        question_numbered(work, study, 13)


def test_a_study_without_a_guide_has_no_questions(work: Work, study: Study) -> None:
    assert guide_of(work, study) is None
    assert questions_of(work, study) == []
    assert probes_of(work, study) == {}


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_a_guide_without_one_language_is_refused(
    work: Work, study: Study, guide: dict[str, Any], language: str
) -> None:
    for question in guide["questions"]:
        del question["text"][language]

    with pytest.raises(LanguageMissing) as refused:
        set_guide(work, study, guide, source="guide.yaml")

    assert refused.value.values == {
        "source": "guide.yaml",
        "language": language,
        "where": f"questions › number 1 › text › {language}",
        "count": 12,
    }


def test_an_empty_probe_is_named_with_its_question(work: Work, study: Study, guide: dict[str, Any]) -> None:
    guide["questions"][4]["probes"][1]["kk"] = " "

    with pytest.raises(LanguageMissing) as refused:
        set_guide(work, study, guide)

    assert refused.value.values["where"] == "questions › number 5 › probes › 2 › kk"


def test_a_refused_guide_leaves_no_row(ground: Ground, programme: dict[str, Any], guide: dict[str, Any]) -> None:
    with ground.work() as work:
        import_programme(work, programme, slug="creative-class")
    guide["questions"].pop()

    with pytest.raises(QuestionCountDiffers), ground.work() as work:
        set_guide(work, find_study(work, "creative-class"), guide)

    with ground.work() as work:
        counts = [len(work.session.exec(select(model)).all()) for model in (Guide, Question, Probe)]
    assert counts == [0, 0, 0]


def test_another_number_of_questions_when_the_study_says_so(work: Work, study: Study, guide: dict[str, Any]) -> None:
    guide["questions"].pop()
    change_study(work, study, questions_expected=11)

    set_guide(work, study, guide)

    assert len(questions_of(work, study)) == 11


def test_a_second_guide_is_refused_unless_it_replaces_the_first(
    work: Work, study: Study, guide: dict[str, Any]
) -> None:
    first = set_guide(work, study, guide)
    before = {question.number: question.id for question in questions_of(work, study)}
    guide["questions"][6]["text"]["ru"] = "Другой вопрос?"
    guide["questions"][6]["probes"].pop()

    with pytest.raises(GuideExists):
        set_guide(work, study, guide)
    second = set_guide(work, study, guide, replace=True)

    questions = questions_of(work, study)
    assert second.id == first.id
    assert {question.number: question.id for question in questions} == before
    assert questions[6].text["ru"] == "Другой вопрос?"
    assert sum(len(probes) for probes in probes_of(work, study).values()) == 34


def test_a_replacement_drops_no_question(work: Work, study: Study, guide: dict[str, Any]) -> None:
    set_guide(work, study, guide)
    change_study(work, study, questions_expected=11)
    guide["questions"].pop()

    with pytest.raises(QuestionLost) as refused:
        set_guide(work, study, guide, replace=True)

    assert refused.value.values == {"number": 12}

"""Writing programme and guide in the browser."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.contents import objectives_of, parts_of, theories_of
from fieldwork.programme.guides import probes_of, question_numbered, questions_of
from fieldwork.programme.services import create_study, find_study
from fieldwork.sampling.plan import aspects_of

SCRIPT = '<script>alert("x")</script>'
GUIDE = Path(__file__).parents[2] / "interview_guides" / "creative_class.yaml"


def question(**changed: str) -> dict[str, str]:
    """The form of a question."""
    return {
        "text_ru": "Что изменилось?",
        "block": "current_state",
        "objective": "1",
        "minutes": "5",
        "probes_ru": "А раньше?\nА теперь?",
        "probes_kk": "Бұрын ше?",
        **changed,
    }


@pytest.fixture
def leader(ground: Ground, visitor: Callable[..., Any]) -> Any:
    """The principal investigator of an empty study."""
    with ground.work() as work:
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
    return visitor("principal_investigator")


def test_the_programme_is_written_and_written_anew(leader: Any, ground: Ground) -> None:
    form = {"title_ru": f"Третье место {SCRIPT}", "aim_ru": "Понять", "aim_kk": "Түсіну", "questions_expected": "2"}
    answer = leader.post("/s/libraries/programme/edit", form)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/s/libraries/programme")
    with ground.work() as work:
        study = find_study(work, "libraries")
        assert (study.title["kk"], study.questions_expected) == (f"Третье место {SCRIPT}", 2)
        assert {str(part): text for part, text in parts_of(work, study).items()} == {
            "aim": {"ru": "Понять", "kk": "Түсіну", "en": "Понять"}
        }
    assert SCRIPT not in leader.get("/s/libraries/programme").text
    assert SCRIPT not in leader.get("/s/libraries/programme/edit").text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"title_ru": " "}, "название"),
        ({"questions_expected": "0"}, "хотя бы один вопрос"),
        ({"questions_expected": "много"}, "не целое число"),
        ({"fieldwork_from": "2025-03-01"}, "последний день"),
        ({"fieldwork_from": "2025-03-02", "fieldwork_to": "2025-03-01"}, "2025-03-02"),
    ],
)
def test_a_refused_programme_comes_back_as_typed(
    leader: Any, ground: Ground, changed: dict[str, str], told: str
) -> None:
    form = {"title_ru": "Новое", "questions_expected": "12", "aim_ru": "Длинная мысль"} | changed
    answer = leader.post("/s/libraries/programme/edit", form)
    assert (answer.status_code, "Длинная мысль" in answer.text) == (422, True)
    assert told in re.findall(r'role="alert">.*?<span>(.*?)</span>', answer.text, re.DOTALL)[0]
    with ground.work() as work:
        assert find_study(work, "libraries").title["ru"] == "Библиотеки"


def test_objectives_keep_their_numbers_and_go_only_when_unused(leader: Any, ground: Ground) -> None:
    for text in ("Описать", "Сравнить", "Выяснить"):
        leader.post("/s/libraries/programme/objectives/0", {"text_ru": text})
    leader.post("/s/libraries/programme/objectives/2", {"text_ru": "Сопоставить"})
    leader.post("/s/libraries/guide/questions/0", question(objective="3"))
    used = leader.post("/s/libraries/programme/objectives/3/remove")
    assert (used.status_code, "служат вопросы гида: 1" in used.text) == (409, True)
    assert leader.post("/s/libraries/programme/objectives/1/remove").status_code == 302
    assert leader.post("/s/libraries/programme/objectives/1/remove").status_code == 404
    with ground.work() as work:
        kept = objectives_of(work, find_study(work, "libraries"))
        assert [(one.number, one.text["en"]) for one in kept] == [(2, "Сопоставить"), (3, "Выяснить")]


def test_a_theory_is_added_changed_and_removed(leader: Any, ground: Ground) -> None:
    form = {"author_ru": "Р. Ольденбург", "concept_ru": "Третье место", "work_title": "The Great Good Place"}
    form |= {"work_year": "1989", "text_ru": "Места между домом и работой"}
    assert leader.post("/s/libraries/programme/theory/0", form).status_code == 302
    assert leader.post("/s/libraries/programme/theory/1", form | {"work_year": "1990"}).status_code == 302
    assert leader.post("/s/libraries/programme/theory/1", form | {"work_year": "недавно"}).status_code == 422
    with ground.work() as work:
        assert [one.work_year for one in theories_of(work, find_study(work, "libraries"))] == [1990]
    leader.post("/s/libraries/programme/theory/1/remove")
    with ground.work() as work:
        assert theories_of(work, find_study(work, "libraries")) == []


def test_a_guide_grows_question_by_question(leader: Any, ground: Ground) -> None:
    leader.post("/s/libraries/programme/objectives/0", {"text_ru": "Описать"})
    for text, block in (
        ("Меры", "support"),
        ("Начало", "formation"),
        ("Сейчас", "current_state"),
        ("Путь", "formation"),
    ):
        leader.post("/s/libraries/guide/questions/0", question(text_ru=text, block=block))

    def order() -> list[str]:
        with ground.work() as work:
            return [one.text["ru"] for one in questions_of(work, find_study(work, "libraries"))]

    assert order() == ["Начало", "Путь", "Сейчас", "Меры"]
    leader.post("/s/libraries/guide/questions/1/move", {"to": "down"})
    leader.post("/s/libraries/guide/questions/1/move", {"to": "up"})
    leader.post("/s/libraries/guide/questions/4/move", {"to": "down"})
    assert order() == ["Путь", "Начало", "Сейчас", "Меры"]
    leader.post("/s/libraries/guide/questions/1", question(text_ru="Дорога", block="support"))
    assert order() == ["Начало", "Сейчас", "Меры", "Дорога"]
    leader.post("/s/libraries/guide/questions/2/remove")
    assert order() == ["Начало", "Меры", "Дорога"]
    with ground.work() as work:
        study = find_study(work, "libraries")
        last = question_numbered(work, study, 3)
        assert [probe.text for probe in probes_of(work, study)[last.id]] == [
            {"ru": "А раньше?", "kk": "Бұрын ше?", "en": "А раньше?"},
            {"ru": "А теперь?", "kk": "А теперь?", "en": "А теперь?"},
        ]
    page = leader.get("/s/libraries/guide").text
    assert "Исследованию нужно вопросов: 12." in page


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"text_ru": ""}, "вопрос"),
        ({"minutes": "0"}, "0 мин"),
        ({"minutes": "-5"}, "не целое число"),
        ({"probes_ru": " ", "probes_kk": ""}, "уточн"),
        ({"block": "elsewhere"}, "elsewhere"),
    ],
)
def test_a_refused_question_comes_back_as_typed(leader: Any, changed: dict[str, str], told: str) -> None:
    leader.post("/s/libraries/programme/objectives/0", {"text_ru": "Описать"})
    answer = leader.post("/s/libraries/guide/questions/0", question(gap_ru=f"Неизвестно {SCRIPT}") | changed)
    assert (answer.status_code, "Неизвестно &lt;script&gt;" in answer.text, SCRIPT in answer.text) == (422, True, False)
    assert told in re.findall(r'role="alert">.*?<span>(.*?)</span>', answer.text, re.DOTALL)[0]


def test_what_is_said_around_the_questions_is_kept(leader: Any) -> None:
    form = {"opening_ru": "Здравствуйте", "opening_minutes": "4", "closing_ru": "Спасибо", "closing_minutes": "2"}
    form |= {
        f"block_{block}_ru": name for block, name in (("formation", "А"), ("current_state", "Б"), ("support", "В"))
    }
    assert leader.post("/s/libraries/guide/talk", form).status_code == 302
    assert "Здравствуйте" in leader.get("/s/libraries/guide").text
    assert leader.post("/s/libraries/guide/talk", form | {"opening_minutes": "61"}).status_code == 422


def test_a_guide_is_taken_from_a_file(ground: Ground, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        slug = set_up(work).slug
    leader = visitor("principal_investigator", slug=slug)

    def sent(content: bytes, **fields: str) -> Any:
        form = {"file": (io.BytesIO(content), "guide.yaml"), **fields}
        return leader.post(f"/s/{slug}/guide/file", form, content_type="multipart/form-data")

    there = sent(GUIDE.read_bytes())
    assert (there.status_code, "галочку" in there.text) == (422, True)
    assert sent(GUIDE.read_bytes(), replace="on").status_code == 302
    assert (sent(b"questions: [", replace="on").status_code, sent(b"\xff\xfe").status_code) == (422, 422)
    assert leader.post(f"/s/{slug}/guide/file", {}).status_code == 422


def test_aspects_follow_the_numbers_of_their_questions(ground: Ground, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        slug = set_up(work).slug
        before = {one.key: one.questions for one in aspects_of(work, find_study(work, slug))}
    visitor("principal_investigator", slug=slug).post(f"/s/{slug}/guide/questions/3/move", {"to": "down"})
    with ground.work() as work:
        after = {one.key: one.questions for one in aspects_of(work, find_study(work, slug))}
    swapped = {3: 4, 4: 3}
    assert after == {key: sorted(swapped.get(one, one) for one in numbers) for key, numbers in before.items()}
    assert after != before

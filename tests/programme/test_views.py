"""Pages of the programme and the guide, as they are seen."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.services import create_study


@pytest.fixture
def demo(ground: Ground) -> str:
    """The short name of a study whose field is set."""
    with ground.work() as work:
        return set_up(work).slug


PAGES = ("programme", "guide")


def test_the_programme_shows_parts_objectives_and_theory(demo: str, visitor: Callable[..., Any]) -> None:
    page = visitor("viewer", slug=demo).get(f"/s/{demo}/programme")
    parts = re.findall(r"<dt>([^<]+)</dt>", page.text)[:5]
    assert (page.status_code, parts) == (200, ["Проблема", "Объект", "Предмет", "Цель", "Исследовательский вопрос"])
    assert re.findall(r'id="objective-(\d)"', page.text) == ["1", "2", "3"]


def test_the_guide_shows_twelve_questions_in_three_blocks(demo: str, visitor: Callable[..., Any]) -> None:
    page = visitor("viewer", slug=demo).get(f"/s/{demo}/guide")
    assert (page.status_code, re.findall(r'id="question-(\d+)"', page.text)) == (200, [str(n) for n in range(1, 13)])
    assert page.text.count('<ol class="gd">') == 3
    assert re.findall(r'<p class="lead">([^<]+?) <a', page.text) == ["12 вопросов, 68 минут."]
    first = page.text.split('id="question-1"')[1].split('id="question-2"')[0]
    assert re.findall(r"<span>([^<]+)</span>|>(задача[^<]+)<", first) == [("5 мин", ""), ("", "задача 1")]


def test_a_study_without_a_guide_says_so(ground: Ground, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
    page = visitor("viewer").get("/s/libraries/guide")
    assert (page.status_code, re.findall(r"<h1>([^<]+)</h1>", page.text)) == (200, ["Гида пока нет"])


def test_a_foreign_study_is_not_there(demo: str, visitor: Callable[..., Any]) -> None:
    stranger = visitor()
    assert [stranger.get(f"/s/{demo}/{page}").status_code for page in PAGES] == [404] * len(PAGES)

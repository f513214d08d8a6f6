"""Pages of the interviews, as they are seen."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up


@pytest.fixture
def demo(ground: Ground) -> str:
    """The short name of a study whose field is set."""
    with ground.work() as work:
        return set_up(work).slug


PAGES = ("interviews",)


def cells(page: Any) -> list[str]:
    return [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<td[^>]*>(.*?)</td>", page.text, re.DOTALL)]


def test_interviews_show_day_in_almaty_mode_minutes_and_interviewer(demo: str, visitor: Callable[..., Any]) -> None:
    page = visitor("viewer", slug=demo).get(f"/s/{demo}/interviews")
    found = cells(page)
    assert (page.status_code, len(found)) == (200, 14 * 5)
    assert found[:5] == ["E01", "21 марта 2025, 11:00", "Zoom", "68 мин", "АС"]


def test_an_expert_s_page_shows_the_interview(demo: str, visitor: Callable[..., Any]) -> None:
    page = visitor("viewer", slug=demo).get(f"/s/{demo}/experts/E08")
    told = re.findall(r"<dd[^>]*>([^<]*)</dd>", page.text.split("Интервью</h2>")[1].split("</section>")[0])
    assert told == ["9 апреля 2025, 18:00", "WhatsApp", "61", "МП"]


def test_a_foreign_study_is_not_there(demo: str, visitor: Callable[..., Any]) -> None:
    stranger = visitor()
    assert [stranger.get(f"/s/{demo}/{page}").status_code for page in PAGES] == [404] * len(PAGES)

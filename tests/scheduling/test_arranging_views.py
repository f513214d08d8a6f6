"""Arranging meetings in the browser: clashes, bad input, cancelling, time zones, who may."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study, find_study, members_of
from fieldwork.sampling.identity import Identity
from fieldwork.sampling.models import ExpertStatus
from fieldwork.sampling.plan import add_stratum
from fieldwork.sampling.services import NewExpert, add_expert, find_expert
from fieldwork.scheduling.services import interview_of, interviews_of

MEETINGS = "/s/meetings/interviews"
TEXT = {"ru": "Театр", "kk": "Театр", "en": "Theatre"}


def refused(page: Any) -> str:
    found = re.search(r'role="alert">.*?<span>(.*?)</span>', page.text, re.DOTALL)
    return html.unescape(found.group(1)) if found else ""


def seen(page: Any) -> str:
    return re.findall(r'name="seen" value="(\w*)"', page.text)[0]


@pytest.fixture
def meetings(ground: Ground) -> Study:
    """A study in which E01 and E02 have agreed, and E03 has not."""
    with ground.work() as work:
        study = create_study(work, "meetings", {"ru": "Встречи", "kk": "Кездесулер", "en": "Meetings"})
        add_stratum(work, study, "theatre", quota=2, label=TEXT)
        for status in (ExpertStatus.AGREED, ExpertStatus.AGREED, ExpertStatus.INVITED):
            new = NewExpert("theatre", "режиссёр", "театр", "f", "35-44", "10-14")
            add_expert(work, study, new, Identity("Имя"), status=status)
        return study


@pytest.fixture
def lead(meetings: Study, visitor: Callable[..., Any]) -> Any:
    return visitor("principal_investigator", slug="meetings")


@pytest.fixture
def typed(ground: Ground, lead: Any) -> dict[str, str]:
    """A meeting with E01, to be spoilt at will."""
    with ground.work() as work:
        (member,) = members_of(work, find_study(work, "meetings"))
    when = {"day": "2025-04-28", "clock": "15:00", "minutes": "60", "mode": "zoom", "language": "ru"}
    return {"expert": "E01", "interviewer": member.initials, **when}


def starts(ground: Ground) -> dict[str, datetime]:
    with ground.work() as work:
        study = find_study(work, "meetings")
        found = {code: interview_of(work, find_expert(work, study, code)) for code in ("E01", "E02", "E03")}
        return {code: one.starts_at for code, one in found.items() if one}


@pytest.mark.parametrize(
    ("day", "hour", "moment"),
    [
        ("2025-04-28", "15:00", datetime(2025, 4, 28, 10, tzinfo=UTC)),
        ("2025-07-28", "15:00", datetime(2025, 7, 28, 10, tzinfo=UTC)),  # no summer time
        ("2024-02-28", "15:00", datetime(2024, 2, 28, 9, tzinfo=UTC)),  # before Almaty went from UTC+6 to UTC+5
        ("2024-03-01", "15:00", datetime(2024, 3, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_meeting_is_set_in_almaty_time(
    lead: Any, ground: Ground, typed: dict[str, str], *, day: str, hour: str, moment: datetime
) -> None:
    assert lead.post(f"{MEETINGS}/new", {**typed, "day": day, "clock": hour}).status_code == 302
    assert starts(ground) == {"E01": moment}
    assert f"{int(day[-2:])} " in lead.get(MEETINGS).text
    assert "15:00" in lead.get(f"{MEETINGS}/E01").text


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("day", "", 422),
        ("day", "2025-02-30", 422),
        ("day", "0001-01-01", 422),
        ("day", "9999-12-31", 422),
        ("clock", "25:00", 422),
        ("clock", "полдень", 422),
        ("clock", "", 422),
        ("minutes", "0", 422),
        ("minutes", "481", 422),
        ("minutes", "-5", 422),
        ("minutes", "9" * 30, 422),
        ("mode", "telepathy", 422),
        ("language", "la", 422),
        ("interviewer", "ЯЯ", 404),
        ("expert", "E03", 422),
        ("expert", "E77", 404),
        ("expert", "", 404),
    ],
)
def test_what_cannot_be_sets_nothing_and_comes_back(
    lead: Any, ground: Ground, typed: dict[str, str], *, field: str, value: str, status: int
) -> None:
    page = lead.post(f"{MEETINGS}/new", {**typed, field: value})
    assert (page.status_code, starts(ground)) == (status, {})
    if status == 422:
        assert refused(page) != ""
        assert f'name="minutes" type="number" value="{value if field == "minutes" else 60}"' in page.text


def test_clashes_doubles_and_stale_pages_are_told(lead: Any, ground: Ground, typed: dict[str, str]) -> None:
    lead.post(f"{MEETINGS}/new", typed)
    double = lead.post(f"{MEETINGS}/new", typed)
    clash = lead.post(f"{MEETINGS}/new", {**typed, "expert": "E02", "clock": "15:59"})
    assert (double.status_code, "уже есть интервью" in refused(double)) == (422, True)
    assert (clash.status_code, "с 15:00 до 16:00" in refused(clash)) == (422, True)
    assert lead.post(f"{MEETINGS}/new", {**typed, "expert": "E02", "clock": "16:00"}).status_code == 302
    mark = seen(lead.get(f"{MEETINGS}/E01/edit"))
    moved = lead.post(f"{MEETINGS}/E01/edit", {**typed, "clock": "11:30", "mode": "in_person", "seen": mark})
    stale = lead.post(f"{MEETINGS}/E01/edit", {**typed, "clock": "12:30", "seen": mark})
    assert (moved.status_code, stale.status_code, 'value="12:30"' in stale.text) == (302, 422, True)
    assert starts(ground)["E01"] == datetime(2025, 4, 28, 6, 30, tzinfo=UTC)


def test_a_meeting_is_cancelled_and_set_again(lead: Any, ground: Ground, typed: dict[str, str]) -> None:
    lead.post(f"{MEETINGS}/new", typed)
    page = lead.post(f"{MEETINGS}/E01/remove", follow_redirects=True)
    assert starts(ground) == {}
    undo = html.unescape(re.findall(r'class="toast">.*?action="([^"]+)"', page.text, re.DOTALL)[0])
    assert lead.post(undo).status_code == 302
    assert starts(ground) == {"E01": datetime(2025, 4, 28, 10, tzinfo=UTC)}
    assert lead.post(f"{MEETINGS}/E02/remove").status_code == 404


def test_interviewers_arrange_with_their_own_experts_only(
    lead: Any, ground: Ground, typed: dict[str, str], visitor: Callable[..., Any]
) -> None:
    lead.post(f"{MEETINGS}/new", typed)
    for role in ("interviewer", "coder", "viewer"):
        other = visitor(role, slug="meetings")
        assert (other.get(MEETINGS).status_code, other.get(f"{MEETINGS}/E01").status_code) == (200, 200)
        tried = [
            other.post(f"{MEETINGS}/{path}", {**typed, "expert": "E02"}) for path in ("new", "E01/edit", "E01/remove")
        ]
        assert [one.status_code for one in tried][1:] == [403, 403]
        assert tried[0].status_code in (403, 422)
    assert list(starts(ground)) == ["E01"]


def test_meetings_stand_by_what_is_due_and_the_interview_carries_the_guide(
    ground: Ground, visitor: Callable[..., Any]
) -> None:
    with ground.work() as work:
        study = set_up(work)
        assert len(interviews_of(work, study)) == 14
    browser = visitor("principal_investigator", slug="creative-class")
    listed = browser.get("/s/creative-class/interviews").text
    assert re.findall(r'<section class="st st--(\w+)"', listed) == ["overdue"]
    page = browser.get("/s/creative-class/interviews/E08").text
    assert page.count('<li id="question-') == 12
    assert ("Можно ли записывать?" in page, "Да, записывать можно." in page) == (True, True)
    assert browser.get("/s/creative-class/interviews/E99").status_code == 404

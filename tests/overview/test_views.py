"""Studies, dashboard, jobs, members and trail, as pages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlmodel import select

from fieldwork.core.accounts import Account
from fieldwork.core.audit import AuditEntry
from fieldwork.core.jobs import Job, JobState, enqueue
from fieldwork.core.work import Ground
from fieldwork.overview.history import Pace
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import create_study


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


def test_somebody_without_studies_is_led_to_the_first_steps(study: Study, visitor: Callable[..., Any]) -> None:
    browser = visitor()
    assert browser.get("/").headers["Location"] == "/start"
    assert "С чего начнём?" in words(browser.get("/start"))


def test_the_list_holds_ones_own_studies_only(ground: Ground, study: Study, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        create_study(work, "museums", {"ru": "Музеи", "kk": "Мұражайлар", "en": "Museums"})
    page = words(visitor("coder").get("/"))
    assert ("Библиотеки" in page, "Музеи" in page) == (True, False)


def test_an_empty_study_has_a_dashboard_that_says_so(study: Study, visitor: Callable[..., Any]) -> None:
    page = visitor("viewer").get("/s/libraries/")
    assert page.status_code == 200
    assert "В выборке пока никого нет." in words(page)


def test_a_member_is_let_in_with_a_link_and_changes_role(
    ground: Ground, study: Study, visitor: Callable[..., Any]
) -> None:
    browser = visitor("principal_investigator")
    new = {"login": " Marat@Example.org", "display_name": "<b>Марат</b>", "initials": "МК", "role": "coder"}
    page = browser.post("/s/libraries/members", new)
    assert (page.status_code, "&lt;b&gt;Марат" in page.text, "/enter/" in page.text) == (200, True, True)
    assert browser.post("/s/libraries/members", {**new, "login": "other@example.org"}).status_code == 422
    assert browser.post("/s/libraries/members/МК/role", {"role": "interviewer"}).status_code == 302
    assert browser.post("/s/libraries/members/МК/role", {"role": "emperor"}).status_code == 422
    with ground.look() as session:
        member, account = session.exec(select(Member, Account).where(Account.id == Member.account_id)).all()[-1]
        assert {(row.initials, row.role) for row in session.exec(select(Member))} >= {("МК", "interviewer")}
        assert "marat@example.org" in {row.login for row in session.exec(select(Account))}
        deeds = [row.deed for row in session.exec(select(AuditEntry)) if row.deed.startswith("member.")]
    assert deeds == ["member.added", "member.role_changed"]
    assert browser.post("/s/libraries/members/МК/remove").status_code == 302
    assert browser.post("/s/libraries/members/МК/remove").status_code == 404
    assert (member.study_id, bool(account.login)) == (study.id, True)


def test_the_last_investigator_stays(ground: Ground, study: Study, visitor: Callable[..., Any]) -> None:
    browser = visitor("principal_investigator")
    with ground.look() as session:
        initials = session.exec(select(Member.initials)).one()
    for deed, data in (("role", {"role": "viewer"}), ("remove", {})):
        answer = browser.post(f"/s/libraries/members/{initials}/{deed}", data)
        assert (answer.status_code, "ведущий" in answer.text) == (409, True)


def test_a_link_is_made_only_for_an_account_without_a_password(
    ground: Ground, study: Study, visitor: Callable[..., Any]
) -> None:
    browser = visitor("principal_investigator")
    browser.post("/s/libraries/members", {"login": "m@example.org", "initials": "МК", "role": "coder"})
    assert "/enter/" in browser.post("/s/libraries/members/МК/link").text
    with ground.work() as work:
        work.session.exec(select(Account).where(Account.login == "m@example.org")).one().password_hash = "set"
    assert browser.post("/s/libraries/members/МК/link").status_code == 302


def test_jobs_of_other_studies_are_not_there(ground: Ground, study: Study, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        job = enqueue(work, "transcription.transcribe", "elsewhere", transcript=str(uuid4()))
    browser = visitor("principal_investigator")
    assert "Сейчас ничего не идёт" in words(browser.get("/s/libraries/jobs"))
    assert browser.post(f"/s/libraries/jobs/{job.id}/cancel").status_code == 404
    with ground.look() as session:
        assert session.get(Job, job.id).cancel_requested is False  # type: ignore[union-attr]


def test_every_long_work_of_the_study_is_listed(ground: Ground, study: Study, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        job = enqueue(work, "report.write", "one", study=str(study.id), by=str(uuid4()))
    browser = visitor("principal_investigator")
    assert "Отчёт ждёт" in words(browser.get("/s/libraries/jobs"))
    browser.post(f"/s/libraries/jobs/{job.id}/cancel")
    assert "Отчёт остановлено" in words(browser.get("/s/libraries/jobs"))


def test_a_waiting_work_can_be_put_first(ground: Ground, study: Study, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        enqueue(work, "report.write", "one", study=str(study.id))
        job = enqueue(work, "report.write", "two", study=str(study.id))
    browser = visitor("principal_investigator")
    assert words(browser.get("/s/libraries/jobs")).count("Сначала это") == 2
    assert browser.post(f"/s/libraries/jobs/{job.id}/first").status_code == 302
    with ground.look() as session:
        assert session.get_one(Job, job.id).priority == 1
    assert "поставил(а) долгую работу первой" not in words(visitor("viewer").get("/s/libraries/jobs"))
    assert visitor("viewer").post(f"/s/libraries/jobs/{job.id}/first").status_code == 403


def test_a_work_that_waits_for_the_night_says_so(
    ground: Ground, clock: Any, study: Study, visitor: Callable[..., Any]
) -> None:
    ground.settings.night = "22:00-07:00"
    with ground.work() as work:
        enqueue(work, "report.write", "one", heavy=True, study=str(study.id))
    for hour, held in ((7, True), (19, False)):  # UTC
        clock.stand(datetime(2030, 4, 28, hour, 0, tzinfo=UTC))
        page = words(visitor("principal_investigator").get("/s/libraries/jobs"))
        assert ("ждёт 22:00" in page) is held


def test_a_work_that_was_given_up_says_why(ground: Ground, study: Study, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        job = enqueue(work, "report.write", "one", study=str(study.id))
        job.state, job.failure = JobState.QUARANTINED, "GaveUp"
        job.failure_values = {"crashes": 3, "ending": "killed"}
    page = words(visitor("principal_investigator").get("/s/libraries/jobs"))
    assert "Процесс обрывался 3 раза подряд на одном месте (в последний раз система его остановила)." in page


@pytest.mark.parametrize(
    ("pace", "left"),
    [
        (Pace(60_000, 600_000, 3.0), 3),
        (Pace(60_000, 600_000, None), None),
        (Pace(599_000, 600_000, 30.0), 1),
    ],
)
def test_what_is_left_goes_by_the_pace_so_far(pace: Pace, left: int | None) -> None:
    assert pace.left_minutes == left


def test_the_trail_tells_deeds_in_words_page_by_page(
    site: Flask, ground: Ground, study: Study, visitor: Callable[..., Any]
) -> None:
    browser = visitor("principal_investigator")
    page = words(browser.get("/s/libraries/trail?page=99"))
    assert ("исследование начато" in page, "платформа" in page) == (True, True)

"""Consent in the browser: forms in versions, decisions one by one, withdrawal, who may."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of, forms_of, history_of
from fieldwork.core.clock import ALMATY
from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study, find_study
from fieldwork.sampling.identity import Identity
from fieldwork.sampling.models import ExpertStatus
from fieldwork.sampling.plan import add_stratum
from fieldwork.sampling.services import NewExpert, add_expert, find_expert

CONSENT = "/s/agreeing/consent"
TEXT = {"ru": "Театр", "kk": "Театр", "en": "Theatre"}
HEAD = {
    "operator_ru": "Университет",
    "responsible_ru": "Асель С.",
    "email": "a@example.org",
    "phone": "+7 727",
    "complaints_ru": "Комиссия",
    "complaints_email": "c@example.org",
    "recording_until": "2030-12-31",
    "identity_key_until": "2030-12-31",
    "full_withdrawal_until": "2030-06-30",
    "version": "1.0",
    "dated": "2025-01-01",
}


def refused(page: Any) -> str:
    found = re.search(r'role="alert">.*?<span>(.*?)</span>', page.text, re.DOTALL)
    return html.unescape(found.group(1)) if found else ""


def fields(page: Any) -> dict[str, str]:
    """What the form would send as it stands."""
    inputs = dict.fromkeys(re.findall(r'<textarea[^>]* name="(\w+)"', page.text), "")
    inputs |= dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', page.text, re.DOTALL))
    inputs |= dict(re.findall(r'<input [^>]*?name="(\w+)" type="\w+" value="([^"]*)"', page.text))
    inputs |= dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    inputs.pop("csrf_token")
    return {name: html.unescape(value) for name, value in inputs.items()}


@pytest.fixture
def agreeing(ground: Ground) -> Study:
    """A study with one expert who has agreed, and no form."""
    with ground.work() as work:
        study = create_study(work, "agreeing", {"ru": "Согласие", "kk": "Келісім", "en": "Consent"})
        add_stratum(work, study, "theatre", quota=2, label=TEXT)
        new = NewExpert("theatre", "режиссёр", "театр", "f", "35-44", "10-14")
        add_expert(work, study, new, Identity("Имя"), status=ExpertStatus.AGREED)
        return study


@pytest.fixture
def lead(agreeing: Study, visitor: Callable[..., Any]) -> Any:
    return visitor("principal_investigator", slug="agreeing")


@pytest.fixture
def formed(lead: Any) -> Any:
    """The same, with a form written in the browser from the template."""
    page = lead.get(f"{CONSENT}/forms/new")
    assert lead.post(f"{CONSENT}/forms/new", {**fields(page), **HEAD}).status_code == 302
    return lead


@pytest.fixture
def typed(ground: Ground, formed: Any) -> dict[str, Any]:
    """A decision: everything but quoting and the name."""
    given = (ground.clock() - timedelta(hours=1)).astimezone(ALMATY)
    scopes = {f"scope_{scope}": "no" if scope in (Scope.QUOTE, Scope.NAMED) else "yes" for scope in Scope}
    when = {"day": given.date().isoformat(), "clock": f"{given:%H:%M}", "language": "kk", "method": "voice"}
    return {
        **scopes,
        **when,
        "version": "1.0",
        "seen": fields(formed.get(f"{CONSENT}/E01/record"))["seen"],
        "note": "Тихо",
    }


def granted(ground: Ground) -> set[str] | None:
    with ground.work() as work:
        decision = decision_of(work, find_expert(work, find_study(work, "agreeing"), "E01").id)
        return {str(scope) for scope in Scope if decision.allows(scope)} if decision else None


def test_forms_have_versions_that_do_not_change(formed: Any, ground: Ground) -> None:
    page = formed.get(f"{CONSENT}/forms/new")
    start = {**fields(page), "dated": "2025-02-01"}
    assert start["operator_ru"] == "Университет"
    for wrong in (
        {"version": ""},
        {"version": "1.0"},
        {"version": "../x"},
        {"operator_ru": "", "operator_kk": "", "operator_en": ""},
        {"recording_until": "2025-13-01"},
        {"transcript_years": "many"},
        {"sentence_record_ru": "я" * 401},
    ):
        answer = formed.post(f"{CONSENT}/forms/new", {**start, "version": "1.1", "phone": "+7 999", **wrong})
        assert (answer.status_code, "+7 999" in answer.text) == (422, True), wrong
    script = "<script>alert(1)</script>"
    assert formed.post(f"{CONSENT}/forms/new", {**start, "version": "1.1", "operator_ru": script}).status_code == 302
    with ground.work() as work:
        assert [one.version for one in forms_of(work, find_study(work, "agreeing"))] == ["1.0", "1.1"]
    shown = formed.get(f"{CONSENT}/forms/1.1?language=ru").text
    assert (script in shown, html.escape(script) in shown) == (False, True)
    assert "Рұқсат" in formed.get(f"{CONSENT}/forms/1.0?language=kk").text.replace("рұқсат", "Рұқсат")
    assert formed.get(f"{CONSENT}/forms/9.9").status_code == 404


def test_nothing_is_chosen_before_the_expert_chooses(formed: Any, ground: Ground, typed: dict[str, Any]) -> None:
    page = formed.get(f"{CONSENT}/E01/record").text
    assert (page.count('type="radio"'), page.count(" checked")) == (10, 0)
    for scope in Scope:
        answer = formed.post(f"{CONSENT}/E01/record", {**typed, f"scope_{scope}": ""})
        assert (answer.status_code, answer.text.count(" checked"), granted(ground)) == (422, 4, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "2999-01-01"},
        {"day": "2024-12-31"},
        {"day": "2025-02-30"},
        {"day": "0001-01-01"},
        {"clock": "9"},
        {"language": "la"},
        {"method": "nod"},
        {"note": "я" * 2001},
        {"topic0_ru": "Цензура"},
        {"scope_record": "maybe"},
    ],
)
def test_a_decision_that_cannot_be_is_not_kept_but_given_back(
    formed: Any, ground: Ground, typed: dict[str, Any], wrong: dict[str, str]
) -> None:
    page = formed.post(f"{CONSENT}/E01/record", {**typed, **wrong})
    assert (page.status_code, refused(page) != "", granted(ground)) == (422, True, None)
    assert wrong.get("note", "Тихо") in page.text


def test_a_decision_is_kept_changed_and_withdrawn(formed: Any, ground: Ground, typed: dict[str, Any]) -> None:
    topic = {"topic0_ru": "Цензура", "questions0": ["9"], "categories0": "S6, S7"}
    assert formed.post(f"{CONSENT}/E01/record", {**typed, **topic}).status_code == 302
    assert granted(ground) == {"record", "transcribe", "archive"}
    page = formed.get(f"{CONSENT}/E01").text
    assert [word in page for word in ("Цензура", "Тихо", "действует сейчас")] == [True] * 3
    double = formed.post(f"{CONSENT}/E01/record", typed)
    assert (double.status_code, "Пока страница была открыта" in refused(double)) == (422, True)

    mark = fields(formed.get(f"{CONSENT}/E01/record"))["seen"]
    later = ground.clock().astimezone(ALMATY)
    changed = {**typed, "seen": mark, "clock": f"{later:%H:%M}", "day": later.date().isoformat(), "scope_quote": "yes"}
    assert formed.post(f"{CONSENT}/E01/record", changed).status_code == 302
    assert granted(ground) == {"record", "transcribe", "quote", "archive"}

    unsure = formed.post(f"{CONSENT}/E01/withdraw")
    assert (unsure.status_code, granted(ground) == set()) == (422, False)
    assert formed.post(f"{CONSENT}/E01/withdraw", {"understood": "on"}).status_code == 302
    assert granted(ground) == set()
    assert formed.post(f"{CONSENT}/E01/withdraw", {"understood": "on"}).status_code == 422
    with ground.work() as work:
        assert len(history_of(work, find_expert(work, find_study(work, "agreeing"), "E01"))) == 2


def test_only_who_may_know_the_expert_decides(
    formed: Any, typed: dict[str, Any], ground: Ground, visitor: Callable[..., Any]
) -> None:
    formed.post(f"{CONSENT}/E01/record", typed)
    for role in ("interviewer", "coder", "viewer"):
        other = visitor(role, slug="agreeing")
        assert [other.get(f"{CONSENT}{path}").status_code for path in ("", "/E01", "/forms/1.0")] == [200] * 3
        assert "Тихо" not in other.get(f"{CONSENT}/E01").text
        tried = [
            other.post(f"{CONSENT}/{path}", typed).status_code for path in ("E01/record", "E01/withdraw", "forms/new")
        ]
        assert tried == [403] * 3
    assert granted(ground) == {"record", "transcribe", "archive"}
    assert [formed.post(f"{CONSENT}/E99/{path}").status_code for path in ("record", "withdraw")] == [404, 404]


def test_without_a_form_the_next_step_is_to_write_one(lead: Any) -> None:
    assert f"{CONSENT}/forms/new" in lead.get(CONSENT).text
    assert f"{CONSENT}/forms/new" in lead.get(f"{CONSENT}/E01/record").text
    assert lead.post(f"{CONSENT}/E01/record").status_code == 422

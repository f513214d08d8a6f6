"""Every route says who may use it, and keeps to it: every route x role x own and foreign study."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, request
from werkzeug.routing import Rule

from fieldwork.app import import_pages
from fieldwork.core.work import Ground
from fieldwork.programme.models import Role, Study
from fieldwork.programme.services import create_study
from fieldwork.web.building import build
from fieldwork.web.guard import CSRF_HEADER
from fieldwork.web.pages import FORM_BYTES, Page, Pages, page_of
from fieldwork.web.policies import NotProven, anyone, describe, member, signed_message
from fieldwork.web.visits import Site

SAMPLES = {"slug": "libraries", "code": "E01", "initials": "XX", "token": "x", "path": "app.css"}
"""Values for what stands in addresses, of rows that do not exist, so that only the policy speaks …"""

BY_KIND = {"int": "1", "uuid": "6f1c1e3e-8d0a-4c67-9d7c-0d6a4f6f0a01"}
"""… and those for every other name, by the kind that the rule gives it."""

DENIED = {401, 403, 404}


def routes(site: Flask) -> list[tuple[Rule, str, Page]]:
    """Each route with each of its verbs."""
    found = []
    for rule in site.url_map.iter_rules():
        page = page_of(site, rule.endpoint)
        assert page is not None, rule.rule
        found += [(rule, verb, page) for verb in sorted(rule.methods or ()) if verb not in ("HEAD", "OPTIONS")]
    return found


def address(rule: Rule, slug: str = "libraries") -> str:
    """The rule's address with sample values."""
    samples = {**SAMPLES, "slug": slug}
    return re.sub(
        r"<(?:(\w+):)?(\w+)>", lambda found: samples.get(found[2], BY_KIND.get(found[1], "nothing")), rule.rule
    )


def test_the_application_refuses_to_start_when_a_route_has_no_policy(ground: Ground) -> None:
    site = Site(ground, lambda *_: None, lambda *_: ())
    good = Pages("good", __name__)
    good.page("/good", allow=anyone())(lambda: "good")
    assert build(site, [good]).url_map.bind("").match("/good") == ("good.<lambda>", {})

    careless = Blueprint("careless", __name__)
    careless.add_url_rule("/careless", "page", lambda: "anything")
    with pytest.raises(RuntimeError, match="do not say who may use them: /careless"):
        build(site, [careless])  # type: ignore[list-item]
    with pytest.raises(RuntimeError, match="needs <slug>"):
        good.page("/nowhere", allow=member())


def test_without_a_session_only_open_pages_answer(site: Flask, study: Study, visitor: Callable[..., object]) -> None:
    for rule, verb, page in routes(site):
        if not page.allow.signed_in:
            continue
        answer = site.test_client().open(address(rule), method=verb)
        expected = (302, "/signin") if verb == "GET" else (401, None)
        place = answer.headers.get("Location")
        assert (answer.status_code, place and place.partition("?")[0]) == expected, rule.rule


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_it_may_and_nothing_else(
    site: Flask, study: Study, visitor: Callable[..., object], role: Role
) -> None:
    for rule, verb, page in routes(site):
        if not page.allow.in_study:
            continue
        browser = visitor(role.value)
        status = browser.client.open(address(rule), method=verb, headers={CSRF_HEADER: browser.token}).status_code
        may = not page.allow.roles or role in page.allow.roles
        assert status < 500, (rule.rule, verb, role)
        assert (status == 403) is not may, (rule.rule, verb, role, status)


def test_a_foreign_study_is_not_there_whatever_the_role(
    site: Flask, ground: Ground, study: Study, visitor: Callable[..., object]
) -> None:
    with ground.work() as work:
        create_study(work, "museums", {"ru": "Музеи", "kk": "Мұражайлар", "en": "Museums"})
    for role in Role:
        browser = visitor(role.value, slug="museums")
        for rule, verb, page in routes(site):
            if page.allow.in_study:
                sent: dict[str, Any] = {"method": verb, "headers": {CSRF_HEADER: browser.token}}
                foreign = browser.client.open(address(rule), **sent)
                none = browser.client.open(address(rule, "nothing-of-that-name"), **sent)
                assert (foreign.status_code, none.status_code) == (404, 404), (rule.rule, verb)


def test_a_foreign_study_and_none_get_the_same_page(study: Study, visitor: Callable[..., object]) -> None:
    browser = visitor()
    foreign, none = browser.get("/s/libraries/"), browser.get("/s/librarxxx/")
    assert foreign.text.replace("libraries", "librarxxx") == none.text


def test_administrators_see_no_study_they_are_not_a_member_of(study: Study, visitor: Callable[..., object]) -> None:
    assert visitor(administrator=True).get("/s/libraries/").status_code == 404


def test_writing_without_the_token_is_refused_on_every_route(
    site: Flask, study: Study, visitor: Callable[..., object]
) -> None:
    browser = visitor("principal_investigator")
    for rule, verb, page in routes(site):
        if verb == "GET" or page.allow.proof:
            continue
        bare = browser.client.open(address(rule), method=verb)
        wrong = browser.client.open(address(rule), method=verb, headers={"X-CSRF-Token": "0" * 64})
        crossed = browser.client.open(
            address(rule),
            method=verb,
            headers={"X-CSRF-Token": browser.token, "Sec-Fetch-Site": "cross-site"},
        )
        assert (bare.status_code, wrong.status_code, crossed.status_code) == (403, 403, 403), (rule.rule, verb)


def test_signed_messages_are_few_and_each_is_looked_at_by_its_proof_alone(ground: Ground, site: Flask) -> None:
    proven = {rule.rule: page for rule, _verb, page in routes(site) if page.allow.proof}
    assert set(proven) == {"/zoom/events"}
    assert [describe(page.allow) for page in proven.values()] == [["signed message"]]
    assert all(page.body_bytes is not None and page.body_bytes <= FORM_BYTES for page in proven.values())
    assert site.test_client().post("/zoom/events").status_code == 404  # not connected: there is no such address

    looked: list[str] = []

    def proof() -> None:
        looked.append(request.get_data(as_text=True))
        if request.data != b"signed":
            raise NotProven

    machine = Pages("machine", __name__)
    machine.page("/told", allow=signed_message(proof), methods=("POST",))(lambda: "taken")
    pages = [import_pages("web").blueprint, machine]
    client = build(Site(ground, lambda *_: None, lambda *_: ()), pages).test_client()
    crossed = {"Sec-Fetch-Site": "cross-site"}  # no page of ours sends it, so it is no form of ours either
    assert client.post("/told", data=b"signed", headers=crossed).status_code == 200
    assert client.post("/told", data=b"unsigned").status_code == 401
    assert looked == ["signed", "unsigned"]

"""Pages of the sample, as they are seen."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.services import find_study
from fieldwork.sampling.services import experts_of, identity_of


@pytest.fixture
def demo(ground: Ground) -> str:
    """The short name of a study whose field is set."""
    with ground.work() as work:
        return set_up(work).slug


PAGES = ("experts", "experts/E01")


def test_experts_stand_in_their_strata_against_quotas(demo: str, visitor: Callable[..., Any]) -> None:
    page = visitor("viewer", slug=demo).get(f"/s/{demo}/experts")
    assert (page.status_code, re.findall(r"<em>([^<]+)</em>", page.text)) == (200, ["2 из 2"] * 7)
    assert "Согласились 14 из 14 экспертов." in page.text
    codes = re.findall(r"/experts/\w+\">(\w+)</a>", page.text)
    assert codes[:5] == ["E01", "E09", "C15", "E02", "E08"]


def test_one_expert_shows_traits_only(demo: str, visitor: Callable[..., Any]) -> None:
    page = visitor("viewer", slug=demo).get(f"/s/{demo}/experts/E08")
    told = re.findall(r"<dd[^>]*>([^<]*)</dd>", page.text)
    assert (page.status_code, told[:5]) == (200, ["Театр", "театр", "женщина", "25–34", "5–9"])


def test_no_page_names_an_expert_even_to_the_principal_investigator(
    demo: str, ground: Ground, visitor: Callable[..., Any]
) -> None:
    browser = visitor("principal_investigator", slug=demo)
    with ground.work() as work:
        people = [(one.code, identity_of(work, one)) for one in experts_of(work, find_study(work, demo))]
    seen = [browser.get(f"/s/{demo}/experts").text] + [
        browser.get(f"/s/{demo}/experts/{code}").text for code, _ in people
    ]
    named = [code for code, who in people if any(who.full_name in page for page in seen)]
    assert (len(people), named) == (16, [])


def test_an_unknown_expert_is_not_there(demo: str, visitor: Callable[..., Any]) -> None:
    assert visitor("viewer", slug=demo).get(f"/s/{demo}/experts/E99").status_code == 404


def test_a_foreign_study_is_not_there(demo: str, visitor: Callable[..., Any]) -> None:
    stranger = visitor()
    assert [stranger.get(f"/s/{demo}/{page}").status_code for page in PAGES] == [404] * len(PAGES)

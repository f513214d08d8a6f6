"""`fieldwork anonymisation pseudonym`, `profiles` and `terms`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldwork.programme.models import Study

Run = Callable[..., Any]
AT = ("anonymisation",)


@pytest.fixture
def taken(study: Study, run: Run, tmp_path: Path) -> Run:
    """Runs commands on a study with one raw transcript in which names were found."""
    file = tmp_path / "interview.txt"
    file.write_text("И: Кто это?\nЭ: Я была у Олега Савельева в Алматы.\n", encoding="utf-8")
    assert run("transcripts", "import", study.slug, "E04", file).code == 0
    assert run("anonymisation", "detect", study.slug).code == 0
    return run


def test_an_entity_is_called_by_a_pseudonym_and_by_its_sign_again(taken: Run, study: Study) -> None:
    listed = taken("anonymisation", "pseudonym", study.slug).out.splitlines()
    assert [line.split() for line in listed[2:]] == [
        ["person-1", "[человек-1]", "[человек-1]", "-"],
        ["place-1", "[место-1]", "[место-1]", "крупный", "город", ">", "город"],
    ]
    told = json.loads(taken("anonymisation", "pseudonym", study.slug, "person-1", "Марат", "--json").out)
    assert [(one["stands"], one["forms"]["gent"]) for one in told] == [("Марат", "Марата")]
    shown = taken("anonymisation", "review", study.slug, "E04").out
    assert "Марата" in shown
    assert taken("anonymisation", "pseudonym", study.slug, "person-1", "--sign").out.split()[-3:-1] == [
        "[человек-1]", "[человек-1]",
    ]  # fmt: skip
    refused = taken("anonymisation", "pseudonym", study.slug, "person-1", "Руслан")
    assert (refused.code, "would name somebody whom the study knows (E02)" in refused.err) == (1, True)
    assert taken("anonymisation", "pseudonym", study.slug, "person-9", "Марат").code == 1


def test_generalisations_are_given_and_suggested(taken: Run, study: Study) -> None:
    given = taken(
        "anonymisation", "pseudonym", study.slug, "place-1", "--general", "южная столица", "--json"
    )  # fmt: skip
    assert json.loads(given.out)[0]["generalisations"] == ["южная столица"]
    kept = taken("anonymisation", "pseudonym", study.slug, "--suggest", "--json")
    assert [one["generalisations"] for one in json.loads(kept.out)] == [[], ["южная столица"]]


def test_profiles_are_listed_and_changed(run: Run, study: Study) -> None:
    first = json.loads(run("anonymisation", "profiles", study.slug, "--json").out)
    assert [(one["key"], one["for_report"]) for one in first] == [("team", False), ("report", True), ("archive", False)]
    changed = run(
        "anonymisation", "profiles", study.slug, "donor", "--name", "Для грантодателя", "--names", "signs", "--level",
        "LOC=1", "--no-places", "--report", "--json",
    )  # fmt: skip
    assert json.loads(changed.out)[-1] == {
        "key": "donor", "name": "Для грантодателя", "names": "signs", "levels": {"LOC": 1}, "places_stay": False,
        "for_report": True,
    }  # fmt: skip
    refused = run("anonymisation", "profiles", study.slug, "donor", "--level", "LOC")
    assert (refused.code, "such as LOC=1" in refused.err) == (1, True)


def test_terms_are_added_listed_and_removed(run: Run, study: Study) -> None:
    added = run("anonymisation", "terms", study.slug, "--add", "Тау Хаб", "--except", "Роза", "--ask")
    assert [line.split(maxsplit=4) for line in added.out.splitlines()[2:]] == [
        ["1", "exception", "-", "-", "Роза"], ["2", "term", "ORG", "False", "Тау Хаб"],
    ]  # fmt: skip
    removed = run("anonymisation", "terms", study.slug, "--remove", "1", "--json")
    assert [one["words"] for one in json.loads(removed.out)] == ["Тау Хаб"]
    refused = run("anonymisation", "terms", study.slug, "--remove", "7")
    assert (refused.code, "There is no entry number 7: the list has 1" in refused.err) == (1, True)

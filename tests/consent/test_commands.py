"""The `consent` commands as a person at a terminal meets them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fieldwork
from fieldwork.cli import main

FILE = Path(fieldwork.__file__).parent / "demo" / "study" / "consent.yaml"
Run = Callable[..., Any]
PAPER = ("--form", "1.1", "--language", "kk", "--method", "paper")


def test_the_demo_consents_are_taken_and_listed(run: Run) -> None:
    assert run("consent", "import", "almaty", FILE) == (0, "almaty: 14 decisions.\n", "")

    rows = {row["expert"]: row for row in json.loads(run("consent", "list", "almaty", "--json").out)}
    assert {code for code, row in rows.items() if not row["scopes"]["archive"]} == {"E02"}
    assert rows["E10"]["quote_exceptions"] == [
        {"key": "removed_works", "questions": [9], "categories": ["S6", "S7"]},
        {"key": "sponsors", "questions": [11], "categories": ["N1", "N3"]},
    ]
    assert (rows["E14"]["given"], rows["E14"]["method"], rows["E14"]["language"]) == ("2025-04-25 15:00", "paper", "kk")
    lines = run("consent", "list", "almaty").out.splitlines()
    assert lines[3] == (
        "E02     1.1   2025-03-21 12:05  yes     yes         yes    no       no     -                        -"
    )


def test_record_and_withdraw(run: Run) -> None:
    assert run("consent", "form", "almaty", FILE) == (0, "almaty: form 1.1.\n", "")
    assert run(
        *("consent", "record", "almaty", "E01", *PAPER, "--given", "2025-03-18 16:20"),
        *("--allow", "record", "--allow", "quote", "--except-question", "9", "--except-category", "S6"),
    ) == (0, "E01: allows record, quote.\n", "")
    row = json.loads(run("consent", "list", "almaty", "--json").out)[0]
    assert row["scopes"] == {"record": True, "transcribe": False, "quote": True, "archive": False, "named": False}
    assert row["quote_exceptions"] == [{"key": "named_topics", "questions": [9], "categories": ["S6"]}]

    assert run("consent", "withdraw", "almaty", "E01", "--at", "2025-05-01 09:00") == (
        0,
        "E01: consent withdrawn.\n",
        "",
    )
    row = json.loads(run("consent", "list", "almaty", "--json").out)[0]
    assert (row["withdrawn"], set(row["scopes"].values())) == ("2025-05-01", {False})
    assert run("consent", "withdraw", "almaty", "E01") == (
        1,
        "",
        "E01 has no consent that could be withdrawn: none was given, or it has been withdrawn already.\n",
    )


def test_experts_without_a_decision_are_listed(run: Run) -> None:
    row = json.loads(run("consent", "list", "almaty", "--json").out)[0]

    assert row == {
        "expert": "E01",
        "status": "agreed",
        "form": None,
        "given": None,
        "scopes": {},
        "quote_exceptions": [],
        "withdrawn": None,
    }
    assert run("consent", "list", "almaty").out.splitlines()[2].split() == ["E01", *"--------", "-"]


def test_a_form_that_is_not_there(run: Run) -> None:
    ended = run("consent", "record", "almaty", "E01", *PAPER, "--given", "2025-03-18 16:20")

    assert ended == (1, "", "There is no consent form called 1.1.\n")


@pytest.mark.parametrize("command", ["list", "form", "import", "record", "withdraw"])
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["consent", command, "--help"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"Usage: fieldwork consent {command}")

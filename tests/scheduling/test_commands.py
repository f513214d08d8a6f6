"""The `interviews` commands as a person at a terminal meets them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fieldwork
from fieldwork.cli import main

DEMO = Path(fieldwork.__file__).parent / "demo" / "study"
Run = Callable[..., Any]


def test_the_demo_interviews_are_taken_listed_and_counted(run: Run) -> None:
    assert run("interviews", "import", "almaty", DEMO / "experts.yaml") == (0, "almaty: 14 interviews set.\n", "")

    listed = json.loads(run("interviews", "list", "almaty", "--json").out)
    assert listed["figures"] == {
        "total": 14,
        "zoom": 9,
        "whatsapp": 4,
        "in_person": 1,
        "online": 13,
        "offline": 1,
        "first_day": "2025-03-21",
        "last_day": "2025-04-28",
        "shortest_minutes": 60,
        "longest_minutes": 75,
    }
    assert listed["interviews"][0] == {
        "expert": "E01",
        "start": "2025-03-21 11:00",
        "minutes": 68,
        "mode": "zoom",
        "interviewer": "АС",
        "language": "ru",
    }
    lines = run("interviews", "list", "almaty").out.splitlines()
    assert lines[2] == "E01     2025-03-21 11:00  68       zoom       АС           ru"
    assert lines[-1] == "14 interviews: online 13, offline 1 (zoom 9, whatsapp 4, in_person 1)."


def test_add_and_move(run: Run) -> None:
    zoom = ("--minutes", "60", "--mode", "zoom", "--by", "ДК")

    assert run("interviews", "add", "almaty", "E01", "--start", "2025-04-01 11:00", *zoom) == (
        0,
        "E01: interview set for 2025-04-01 11:00 (Almaty).\n",
        "",
    )
    assert run("interviews", "add", "almaty", "E02", "--start", "2025-04-01 11:30", *zoom) == (
        1,
        "",
        (
            "ДК is in an interview from 11:00 to 12:00 (Almaty time) on 2025-04-01. "
            "Choose another time or another interviewer.\n"
        ),
    )
    assert run("interviews", "move", "almaty", "E01", "--start", "2025-04-01 15:00", "--minutes", "66") == (
        0,
        "E01: interview moved to 2025-04-01 15:00 (Almaty).\n",
        "",
    )
    assert run("interviews", "add", "almaty", "E02", "--start", "2025-05-01 11:00", *zoom).code == 1
    assert run("interviews", "add", "almaty", "E02", "--start", "tomorrow", *zoom).code == 2
    rows = json.loads(run("interviews", "list", "almaty", "--json").out)["interviews"]
    assert [(row["expert"], row["start"], row["minutes"]) for row in rows] == [("E01", "2025-04-01 15:00", 66)]


@pytest.mark.parametrize("command", ["list", "add", "move", "import"])
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["interviews", command, "--help"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"Usage: fieldwork interviews {command}")

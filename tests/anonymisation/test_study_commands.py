import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldwork.programme.models import Study

Run = Callable[..., Any]


@pytest.fixture
def taken(study: Study, run: Run, tmp_path: Path) -> Run:
    """Runs commands on a study with one raw transcript."""
    file = tmp_path / "interview.txt"
    file.write_text("И: Кто это?\nЭ: Это Олег Савельев. Директор там Нина Шевцова.\n", encoding="utf-8")
    assert run("transcripts", "import", study.slug, "E04", file).code == 0
    return run


def test_a_transcript_is_reviewed_and_approved_at_the_terminal(taken: Run, study: Study) -> None:
    assert taken("anonymisation", "detect", study.slug).out == "E04: 3 mentions, 3 to decide\n"
    refused = taken("anonymisation", "approve", study.slug, "E04")
    assert refused.code == 1
    assert "3 mentions in the transcript of E04 are undecided" in refused.err

    left = taken("anonymisation", "review", study.slug, "E04", "--accept-certain").out.splitlines()
    assert left[2:] == [
        "2       2        POSITION  [должность-1]  ?     pending   Это Олег Савельев. >>Директор<< там Нина Шевцова."
    ]
    assert taken("anonymisation", "review", study.slug, "E04", "--reject", "2").code == 0
    assert taken("anonymisation", "approve", study.slug, "E04").out == "E04: approved\n"
    assert (
        taken("transcripts", "show", study.slug, "E04")
        .out.splitlines()[1]
        .endswith("expert: Это [человек-1]. Директор там [человек-2].")
    )
    listed = json.loads(taken("anonymisation", "list", study.slug, "--json").out)
    assert listed == [{"code": "E04", "state": "anonymised", "mentions": 3, "undecided": 0, "replaced": 2}]


def test_data_hold_words_only_where_asked_for(taken: Run, study: Study) -> None:
    taken("anonymisation", "detect", study.slug)
    plain = taken("anonymisation", "review", study.slug, "E04", "--json").out
    assert "Савельев" not in plain
    assert [row["label"] for row in json.loads(plain)] == ["PER", "POSITION", "PER"]
    clear = json.loads(taken("anonymisation", "review", study.slug, "E04", "--json", "--identity").out)
    assert [row["text"] for row in clear] == ["Олег Савельев", "Директор", "Нина Шевцова"]
    deeds = [entry["deed"] for entry in json.loads(taken("audit", "list", "--json").out)]
    assert deeds.count("anonymisation.shown") == 1


def test_a_number_that_is_not_there_is_refused(taken: Run, study: Study) -> None:
    taken("anonymisation", "detect", study.slug)
    refused = taken("anonymisation", "review", study.slug, "E04", "--accept", "9")
    assert (refused.code, "There is no mention number 9" in refused.err) == (1, True)


def test_what_was_missed_is_marked_at_the_terminal(taken: Run, study: Study) -> None:
    taken("anonymisation", "detect", study.slug)
    taken("anonymisation", "review", study.slug, "E04", "--accept-all")
    nothing = taken("anonymisation", "review", study.slug, "E04", "--mark", "0", "300", "2")
    assert (nothing.code, "There are no words from 0 to 300" in nothing.err) == (1, True)
    unknown = taken("anonymisation", "review", study.slug, "E04", "--mark", "0", "3", "1", "--entity", "nobody-9")
    assert unknown.code == 1
    marked = taken("anonymisation", "review", study.slug, "E04", "--mark", "0", "3", "1", "--mark", "4", "7", "1")
    assert marked.code == 0
    listed = json.loads(taken("anonymisation", "review", study.slug, "E04", "--all", "--json").out)
    assert [(one["segment"], one["start"], one["end"], one["replacement"]) for one in listed][:2] == [
        (1, 0, 3, "[человек-3]"), (1, 4, 7, "[человек-3]")
    ]  # fmt: skip
    known = taken("anonymisation", "review", study.slug, "E04", "--mark", "0", "3", "2", "--entity", "E04")
    assert known.code == 0
    assert taken("anonymisation", "approve", study.slug, "E04").code == 0
    told = taken("transcripts", "show", study.slug, "E04").out.splitlines()
    assert told[0].endswith("[человек-3] [человек-3]?")
    assert told[1].endswith("[E04] [человек-1]. [должность-1] там [человек-2].")


def test_a_number_that_still_stands_is_not_approved(taken: Run, study: Study, tmp_path: Path) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("Э: Мой номер +7 701 123 45 67, звоните.\n", encoding="utf-8")
    assert taken("transcripts", "import", study.slug, "E05", file).code == 0
    taken("anonymisation", "detect", study.slug, "E05")
    taken("anonymisation", "review", study.slug, "E05", "--accept-all")
    mark = ("anonymisation", "review", study.slug, "E05")
    assert taken(*mark, "--reject", "1").code == 0
    assert taken("anonymisation", "approve", study.slug, "E05").code == 0  # a person has said that it stays

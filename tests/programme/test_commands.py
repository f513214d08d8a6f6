"""The `study` commands as a person at a terminal meets them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fieldwork
from fieldwork.cli import main
from fieldwork.core.schema import shipped
from fieldwork.programme.yaml_files import read_yaml

DEMO = Path(fieldwork.__file__).parent / "demo" / "study"
GUIDE = shipped("interview_guides") / "creative_class.yaml"
TITLES = ("--title-ru", "Город", "--title-kk", "Қала", "--title-en", "City")


Run = Callable[..., Any]


def test_from_an_empty_installation_to_a_study_with_its_guide(run: Run) -> None:
    assert run("study", "list").err == "No studies yet. Set one up with: fieldwork study new\n"
    assert run("study", "import", "almaty", DEMO / "study.yaml") == (
        0,
        "almaty: set up, 3 objectives, 40 glossary terms.\n",
        "",
    )
    assert run("study", "guide", "almaty", GUIDE) == (0, "almaty: guide of 12 questions, 68 minutes.\n", "")
    assert run("study", "member", "almaty", "as", "--name", "А. С.", "--initials", "АС", "--role", "interviewer") == (
        0,
        "almaty: АС added.\n",
        "",
    )

    listed = json.loads(run("study", "list", "--json").out)
    assert [(row["slug"], row["fieldwork"], row["questions_expected"]) for row in listed] == [
        ("almaty", {"from": "2025-03-21", "to": "2025-04-28"}, 12)
    ]
    shown = json.loads(run("study", "show", "almaty", "--json").out)
    assert shown["counts"] == {
        "programme_parts": 5,
        "objectives": 3,
        "theories": 3,
        "glossary_terms": 40,
        "members": 1,
        "questions": 12,
        "probes": 35,
        "minutes": 68,
    }
    assert list(shown["programme"]) == ["problem", "object", "subject", "aim", "research_question"]
    assert shown["members"] == [{"initials": "АС", "role": "interviewer", "login": "as", "name": "А. С."}]
    assert [row["number"] for row in shown["guide"]] == list(range(1, 13))


def test_show_as_text(run: Run) -> None:
    run("study", "import", "almaty", DEMO / "study.yaml")
    run("study", "guide", "almaty", GUIDE)

    shown = run("study", "show", "almaty", "--language", "en")

    lines = shown.out.splitlines()
    assert shown.code == 0
    assert lines[:2] == [
        "The creative class of Almaty: factors of its formation and institutionalization",
        "2025-03-21 - 2025-04-28",
    ]
    assert (
        "1    formation      5 min    Please tell me how you came into the creative field and what you do now." in lines
    )
    assert "questions        12" in lines


def test_new_list_and_change(run: Run) -> None:
    assert run("study", "new", "city", *TITLES, "--from", "2025-03-21", "--to", "2025-04-28") == (
        0,
        "city: set up.\n",
        "",
    )
    assert run("study", "change", "city", "--questions", "10") == (0, "city: changed.\n", "")
    assert run("study", "list").out.splitlines() == [
        "study  title  fieldwork                questions",
        "-----  -----  -----------------------  ---------",
        "city   Город  2025-03-21 - 2025-04-28  10",
    ]


def test_refusals_end_with_1_and_leave_nothing(run: Run, tmp_path: Path) -> None:
    run("study", "new", "city", *TITLES)

    assert run("study", "new", "city", *TITLES) == (
        1,
        "",
        "There is already a study called city. Choose another short name.\n",
    )
    assert run("study", "show", "nowhere") == (1, "", "There is no study called nowhere.\n")
    broken = tmp_path / "guide.yaml"
    broken.write_text("questions: [\n", encoding="utf-8")
    assert run("study", "guide", "city", broken) == (
        1,
        "",
        f"The file {broken} is not valid YAML (line 2). Correct that line and try again.\n",
    )
    assert run("study", "guide", "city", GUIDE).err == (
        "Question 1 serves objective 1, which the programme does not have. Its objectives: -.\n"
    )
    assert json.loads(run("study", "show", "city", "--json").out)["counts"]["questions"] == 0


def test_a_guide_without_kazakh_says_where(run: Run, tmp_path: Path) -> None:
    run("study", "import", "almaty", DEMO / "study.yaml")
    text = "\n".join(line for line in GUIDE.read_text("utf-8").splitlines() if not line.lstrip(" -").startswith("kk:"))
    path = tmp_path / "guide.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_yaml(path)["title"].keys() == {"ru", "en"}

    assert run("study", "guide", "almaty", path) == (
        1,
        "",
        (
            "guide.yaml: the text in «kk» is missing at «title › kk» (65 such places). "
            "Every text is needed in ru, kk and en: write it there and try again.\n"
        ),
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("study", "new", "city"),
        ("study", "change", "city"),
        ("study", "change", "city", "--from", "2025-03-21"),
        ("study", "guide", "city", "no-such-file.yaml"),
        ("study", "member", "city", "ab", "--name", "x", "--initials", "x", "--role", "boss"),
    ],
)
def test_wrong_usage_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).code == 2


@pytest.mark.parametrize("command", ["list", "new", "import", "change", "member", "guide", "show"])
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["study", command, "--help"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"Usage: fieldwork study {command}")

"""The `experts` commands as a person at a terminal meets them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fieldwork
from fieldwork.cli import main
from fieldwork.core.work import Ground
from fieldwork.programme.imports import import_programme, import_team
from fieldwork.sampling.imports import import_experts, import_recruitment, import_sampling

DEMO = Path(fieldwork.__file__).parent / "demo" / "study"
SOMEBODY = (
    *("--stratum", "theatre", "--group", "режиссёр", "--sector", "театр", "--sex", "f", "--age", "35-44"),
    *("--experience", "10-14", "--full-name", "Есенова Сауле Маратовна", "--short-names", "Сауле | Сауля"),
)
Run = Callable[..., Any]


@pytest.fixture
def demo(ground: Ground, programme: dict[str, Any], people: dict[str, Any], run: Run) -> Run:
    """An installation with the demo's sample."""
    with ground.work() as work:
        study = import_programme(work, programme, slug="almaty")
        import_team(work, study, people)
        import_sampling(work, study, programme)
        import_experts(work, study, people)
        import_recruitment(work, study, programme)
    return run


def test_a_sample_is_set_up_from_files(run: Run) -> None:
    run("study", "import", "almaty", DEMO / "study.yaml")

    assert run("experts", "plan", "almaty", DEMO / "study.yaml").out == "almaty: 7 strata, 14 experts wanted.\n"
    assert run("experts", "import", "almaty", DEMO / "experts.yaml") == (0, "almaty: 14 experts added.\n", "")
    assert run("experts", "recruitment", "almaty", DEMO / "study.yaml") == (
        0,
        "almaty: 48 contacts, 2 declined.\n",
        "",
    )


def test_a_list_holds_codes_and_traits_only(demo: Run) -> None:
    rows = json.loads(demo("experts", "list", "almaty", "--status", "agreed", "--json").out)

    assert [row["code"] for row in rows] == [f"E{number:02d}" for number in range(1, 15)]
    assert rows[6] == {
        "code": "E07",
        "status": "agreed",
        "stratum": "literature",
        "group": "писатель",
        "sector": "литературное творчество",
        "sex": "f",
        "age": "45-54",
        "experience": "20+",
        "region": "",
    }


def test_no_output_names_anybody_unless_asked(demo: Run) -> None:
    told = [
        demo("experts", "list", "almaty"),
        demo("experts", "list", "almaty", "--json"),
        demo("experts", "coverage", "almaty"),
        demo("experts", "show", "almaty", "E07"),
        demo("experts", "show", "almaty", "E07", "--json"),
    ]
    named = demo("experts", "show", "almaty", "E07", "--identity", "--json")

    assert [part.code for part in told] == [0] * 5
    assert [word for word in ("Оспанова", "Гуля", "555", "Сөз", "@") for part in told if word in part.out] == []
    assert json.loads(named.out)["identity"]["full_name"] == "Оспанова Гульнара Муратовна"
    assert "Оспанова Гульнара Муратовна" in demo("experts", "show", "almaty", "E07", "--identity").out


def test_show_tells_the_way_to_the_interview(demo: Run) -> None:
    shown = json.loads(demo("experts", "show", "almaty", "E08", "--json").out)

    assert shown["nominations"] == [{"date": "2025-03-25", "source": "expert", "by": "E02"}]
    assert [row["outcome"] for row in shown["contacts"]] == ["sent", "agreed", "scheduled"]


def test_coverage(demo: Run) -> None:
    shown = json.loads(demo("experts", "coverage", "almaty", "--json").out)

    assert [(row["quota"], row["agreed"], row["full"]) for row in shown["strata"]] == [(2, 2, True)] * 7
    assert len(shown["aspects"]) == 15
    assert demo("experts", "coverage", "almaty").out.splitlines()[:3] == [
        "stratum       quota  agreed  invited  candidates  declined  missing",
        "------------  -----  ------  -------  ----------  --------  -------",
        "hub_heads     2      2       0        0           0         0",
    ]


def test_a_candidate_is_added_invited_and_agrees(demo: Run) -> None:
    assert demo("experts", "add", "almaty", *SOMEBODY) == (0, "E15 added to almaty as a candidate.\n", "")
    assert demo("experts", "agree", "almaty", "E15") == (
        1,
        "",
        "E15 is «candidate» and cannot become «agreed». Possible now: invited, declined.\n",
    )
    assert demo("experts", "invite", "almaty", "E15", "--met", "c1|c2") == (
        1,
        "",
        (
            "E15 does not meet the required criteria c3, c4 and is not invited. "
            "Record the refusal, or correct which criteria are met.\n"
        ),
    )
    assert demo("experts", "invite", "almaty", "E15", "--met", "c1|c2|c3|c4") == (
        0,
        "E15 invited.\n",
        "Warning: the stratum theatre is over its quota of 2 by 1.\n",
    )
    assert demo("experts", "agree", "almaty", "E15") == (0, "E15 agreed.\n", "")
    assert demo("experts", "decline", "almaty", "E15") == (0, "E15 declined.\n", "")
    known = json.loads(demo("experts", "show", "almaty", "E15", "--identity", "--json").out)["identity"]
    assert known == {"full_name": "Есенова Сауле Маратовна", "short_names": ["Сауле", "Сауля"]}


def test_an_import_is_taken_whole_or_not_at_all(demo: Run, tmp_path: Path) -> None:
    path = tmp_path / "experts.yaml"
    text = (DEMO / "experts.yaml").read_text("utf-8").replace("E01:", "E21:").replace("age: 45-54", "age: 48", 1)
    path.write_text(text, encoding="utf-8")

    ended = demo("experts", "import", "almaty", path)

    assert (ended.code, ended.out) == (1, "")
    assert len(json.loads(demo("experts", "list", "almaty", "--json").out)) == 16


@pytest.mark.parametrize(
    "command", ["list", "add", "show", "coverage", "plan", "import", "recruitment", "invite", "agree", "decline"]
)
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["experts", command, "--help"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"Usage: fieldwork experts {command}")

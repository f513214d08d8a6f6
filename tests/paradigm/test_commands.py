"""`fieldwork paradigm` shows and checks the model."""

import json
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground
from fieldwork.paradigm.commands import paradigm
from fieldwork.paradigm.importing import ModelExists
from fieldwork.paradigm.rules import RoleEmpty

PARADIGM = str(files("fieldwork.demo").joinpath("study", "paradigm.yaml"))


@pytest.fixture
def installed(ground: Ground, settings: Settings, studies: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """An installation with the coded study, as the command line finds it."""
    monkeypatch.setenv("FIELDWORK_DATA", str(settings.data))
    monkeypatch.setenv("FIELDWORK_DATABASE", settings.database_url)
    monkeypatch.setenv("FIELDWORK_LANGUAGE", "en")
    with ground.work() as work:
        studies.coded_study(work)
    return ground


def test_the_model_is_checked_and_shown(installed: Ground) -> None:
    runner = CliRunner()
    checked = runner.invoke(paradigm, ["check", "almaty"], catch_exceptions=False)
    assert (checked.exit_code, checked.stdout) == (
        1,
        "There is no paradigm model yet: give each core category its role, then link the roles.\n",
    )
    taken = runner.invoke(paradigm, ["import", "almaty", PARADIGM], catch_exceptions=False)
    assert (taken.exit_code, taken.stdout) == (
        0,
        "almaty: 6 roles, 9 links, 9 contradictions; the model is sound.\n",
    )
    with pytest.raises(ModelExists):
        runner.invoke(paradigm, ["import", "almaty", PARADIGM], catch_exceptions=False)
    checked = runner.invoke(paradigm, ["check", "almaty"], catch_exceptions=False)
    assert (checked.exit_code, checked.stdout) == (0, "The model is sound.\n")
    assert json.loads(runner.invoke(paradigm, ["check", "almaty", "--json"], catch_exceptions=False).stdout) == []
    shown = json.loads(runner.invoke(paradigm, ["show", "almaty", "--json"], catch_exceptions=False).stdout)
    assert [(one["role"], one["core_category"], one["codes"], one["codings"]) for one in shown["roles"]] == [
        ("causal_conditions", "state_support", 52, 72),
        ("phenomenon", "almaty_centre", 25, 33),
        ("context", "finance", 30, 39),
        ("intervening_conditions", "ngo_support", 13, 17),
        ("action_interaction_strategies", "intermediaries", 13, 20),
        ("consequences", "institutionalization", 47, 69),
    ]
    assert shown["contradictions"][4] == {"categories": ["F5", "A4"], "left": ["E04", "E13"], "right": ["E07", "E14"]}
    lines = runner.invoke(paradigm, ["show", "almaty"], catch_exceptions=False).stdout.splitlines()
    assert len(lines) == 8 + 1 + 11 + 1 + 11


def test_a_model_that_is_not_sound_leaves_nothing_behind(installed: Ground, tmp_path: Path) -> None:
    storyline = "storyline: {ru: а, kk: б, en: в}"
    thin = tmp_path / "thin.yaml"
    roles = f"roles: {{phenomenon: {{core_category: finance, {storyline}}}}}"
    thin.write_text(f"{storyline}\n{roles}\nlinks: []\ncontradictions: []", "utf-8")
    with pytest.raises(RoleEmpty):
        CliRunner().invoke(paradigm, ["import", "almaty", str(thin)], catch_exceptions=False)
    checked = CliRunner().invoke(paradigm, ["check", "almaty"], catch_exceptions=False)
    assert checked.stdout.startswith("There is no paradigm model yet")

"""The README holds what exists: every command, every setting, and no other."""

import re
from pathlib import Path

import click
from click.testing import CliRunner

from fieldwork.cli import COMMANDS, fieldwork
from fieldwork.core.settings import Settings

TEST_SETTINGS = {"FIELDWORK_TEST_POSTGRES", "FIELDWORK_TEST_RECORDINGS"}
ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(group: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(group, click.Group):
        return [path]
    context = click.Context(group)
    return [
        found
        for name in group.list_commands(context)
        if (command := group.get_command(context, name)) is not None
        for found in commands(command, (*path, name))
    ]


def test_every_command_is_in_the_readme_and_every_one_in_the_readme_exists() -> None:
    told = {
        tuple(line.split())
        for line in re.findall(r"^\| `fieldwork ([a-z ]+?)(?: [A-Z\[<-].*?)?` \|", README, re.MULTILINE)
    }
    assert told == set(commands(fieldwork))


def test_every_command_answers_help() -> None:
    for path in commands(fieldwork):
        answer = CliRunner().invoke(fieldwork, [*path, "--help"])
        assert answer.exit_code == 0, path
        assert answer.output.startswith("Usage: fieldwork " + " ".join(path)), path


def test_the_overview_lists_every_command() -> None:
    answer = CliRunner().invoke(fieldwork, ["--help"])
    assert all(f"  {name} " in answer.output for name in COMMANDS)


def test_settings_and_readme_agree() -> None:
    told = set(re.findall(r"^\| `(FIELDWORK_[A-Z_]+)` \|", README, re.MULTILINE))
    assert told == {f"FIELDWORK_{name.upper()}" for name in Settings.model_fields} | TEST_SETTINGS


def test_the_readmes_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)(?:`|$)", README, re.MULTILINE)) <= targets


def test_continuous_integration_runs_the_readmes_commands() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert {"make demo", "make test", "make check"} <= set(script.splitlines())

"""``fieldwork anonymisation check``: any file or folder against what a study has sealed, before it is sent."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from fieldwork.anonymisation.exports import note_checked, open_reviews, secrets_of
from fieldwork.anonymisation.leaving.door import Leaving, watching
from fieldwork.anonymisation.leaving.parts import told
from fieldwork.anonymisation.leaving.spotted import Spotted
from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.errors import BadInput
from fieldwork.programme.services import find_study

_AROUND = 30  # code points of context on either side
_LEAKS = 1  # exit code


@click.command("check")
@click.argument("slug")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--identity", is_flag=True, help="Show the words, too; the audit trail says in any case that somebody looked."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@data_option
def check_command(slug: str, files: tuple[Path, ...], *, identity: bool, as_json: bool) -> None:
    """Look into FILES (or folders) that are to leave: would they tell who somebody in the study SLUG is?

    PDF, DOCX, XLSX, PPTX, OpenDocument, HTML, text, CSV, captions, JSON, YAML, XML, REFI-QDA and ZIP are read to the
    last string, with metadata, comments, tracked changes and the names of files; of pictures and recordings what is
    written beside them. The exit code is 1 when something forbids to send a file, or cannot be looked into.
    """
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        look = watching(secrets_of(work, study))
        looked = [(name, *_looked(look, path, name)) for path, name in _every(files)]
        open_ones = open_reviews(work, study)
        note_checked(work, study, [one for _, found, _ in looked for one in found])
    if as_json:
        print_json(_data(looked, open_ones, identity=identity))
    else:
        _print(looked, open_ones, identity=identity)
    if open_ones or any(refused or any(one.blocking for one in found) for _, found, refused in looked):
        sys.exit(_LEAKS)


Looked = list[tuple[str, Sequence[Spotted], str]]
"""What each file is called, what was found in it, and why it could not be looked into."""


def _every(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Every file, with what it is called: inside a folder with the way from there, for folders leave names, too."""
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file())
            yield from ((one, one.relative_to(path).as_posix()) for one in inside)
        else:
            yield path, path.name


def _looked(look: Any, path: Path, name: str) -> tuple[Sequence[Spotted], str]:
    try:
        with path.open("rb") as file:
            return look(Leaving(file, name)), ""
    except BadInput as refused:
        return [], str(refused)


def _data(looked: Looked, open_ones: Sequence[tuple[str, int]], *, identity: bool) -> dict[str, Any]:
    found = [
        {
            "place": [list(step) for step in one.place],
            "told": told(one.place),
            "kind": one.kind,
            "blocking": one.blocking,
            "whose": one.whose,
            **({"before": one.before, "words": one.words, "after": one.after} if identity else {}),
        }
        for _, of_file, _ in looked
        for one in of_file
    ]
    return {
        "files": len(looked),
        "blocking": sum(bool(one["blocking"]) for one in found),
        "found": found,
        "refused": [{"file": name, "why": why} for name, _, why in looked if why],
        "undecided": [{"expert": code, "mentions": count} for code, count in open_ones],
    }


def _print(looked: Looked, open_ones: Sequence[tuple[str, int]], *, identity: bool) -> None:
    found = [one for _, of_file, _ in looked for one in of_file]
    if found:
        heads = ("forbids", "place", "kind", "whose", *(("in its context",) if identity else ()))
        print_table([_row(one, identity=identity) for one in found], heads)
    for _, _, why in looked:
        if why:
            click.echo(why)
    for code, count in open_ones:
        click.echo(f"{code}: {count} mentions are undecided, so nothing that uses this transcript may leave.")
    hard = sum(one.blocking for one in found)
    click.echo(f"{len(looked)} files: {hard} places would tell, {len(found) - hard} are worth a look.")


def _row(one: Spotted, *, identity: bool) -> tuple[str, ...]:
    words = f"{one.before[-_AROUND:]}>>{one.words}<<{one.after[:_AROUND]}".replace("\n", " ")
    return "yes" if one.blocking else "", told(one.place), one.kind, one.whose, *((words,) if identity else ())

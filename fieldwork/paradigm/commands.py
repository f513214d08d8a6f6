"""`fieldwork paradigm`: the paradigm model of a study."""

from pathlib import Path
from typing import Any

import click

from fieldwork.coding.codebook import Codebook, experts_of
from fieldwork.coding.evidence import read_codebook
from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.texts import tell
from fieldwork.paradigm.chain import behind, strands
from fieldwork.paradigm.importing import import_paradigm
from fieldwork.paradigm.rules import ModelView
from fieldwork.paradigm.services import findings, view_of
from fieldwork.programme.services import find_study
from fieldwork.programme.yaml_files import read_yaml

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@click.group()
def paradigm() -> None:
    """The paradigm model: six roles, one phenomenon, links with evidence."""


@paradigm.command("import")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
def import_file(slug: str, file: Path) -> None:
    """Take the model of FILE (YAML) into the study SLUG; categories and codes come first.

    FILE gives each role its core category and storyline, the links with the categories they rest on, and the
    contradictions; the demo's paradigm.yaml is an example. A model that is not sound is refused whole. The
    recommendations of the same file are taken by `recommendations import`.
    """
    data = read_yaml(file)
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        import_paradigm(work, study, data, source=file.name)
        view = view_of(work, study, read_codebook(work.session, study.id))
    click.echo(
        f"{slug}: {len(view.roles)} roles, {len(view.links)} links, {len(view.contradictions)} contradictions; "
        "the model is sound."
    )


@paradigm.command("show")
@click.argument("slug")
@data_option
@_JSON
def show(slug: str, as_json: bool) -> None:
    """Show the model of the study SLUG with what it rests on."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        book = read_codebook(work.session, study.id)
        view = view_of(work, study, book)
    shown = _whole(book, view)
    if as_json:
        print_json(shown)
        return
    print_table(
        [
            (one["role"], one["core_category"], str(one["codes"]), str(one["codings"]), str(len(one["experts"])))
            for one in shown["roles"]
        ],
        ("role", "core category", "codes", "codings", "experts"),
    )
    click.echo()
    print_table(
        [(one["from"], one["to"], " ".join(one["evidence"]), str(one["codings"])) for one in shown["links"]],
        ("from", "to", "evidence", "codings"),
    )
    click.echo()
    print_table(
        [
            (" / ".join(one["categories"]), " ".join(one["left"]), " ".join(one["right"]))
            for one in shown["contradictions"]
        ],
        ("contradiction", "left", "right"),
    )


@paradigm.command("check")
@click.argument("slug")
@data_option
@_JSON
def check(slug: str, as_json: bool) -> None:
    """Check the model of the study SLUG; ends with exit code 1 when something is wrong."""
    with open_installation() as ground, ground.work() as work:
        found = findings(work, find_study(work, slug))
        language = ground.settings.language
    if as_json:
        print_json([{"finding": type(one).__name__, "message": tell(one, language), **one.values} for one in found])
    else:
        for one in found:
            click.echo(tell(one, language))
        if not found:
            click.echo("The model is sound.")
    if found:
        raise click.exceptions.Exit(1)


def _whole(book: Codebook, view: ModelView) -> dict[str, Any]:
    roles = []
    for one in view.roles:
        mine = strands(book, view, one.role)
        here = [strand for strand in mine if strand.core.key == one.core]
        roles.append(
            {
                "role": one.role,
                "core_category": one.core,
                "codes": len({strand.code.id for strand in here}),
                "codings": len(here),
                "experts": experts_of(strand.passage for strand in here),
            }
        )
    links = [
        {"from": one.source, "to": one.target, "evidence": list(one.evidence), "codings": len(behind(book, one))}
        for one in view.links
    ]
    contradictions = [
        {"categories": [one.left, one.right], "left": list(one.left_experts), "right": list(one.right_experts)}
        for one in view.contradictions
    ]
    return {"roles": roles, "links": links, "contradictions": contradictions}

"""`fieldwork report`: a study's report as PDF; `fieldwork recommendations`: what it recommends."""

from pathlib import Path

import click

from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.programme.services import find_study
from fieldwork.programme.yaml_files import read_yaml
from fieldwork.report.importing import import_recommendations
from fieldwork.report.recommendations import recommendations_of
from fieldwork.report.writing import write_report


@click.command()
@click.argument("slug", metavar="STUDY")
@data_option
@click.option("--language", default="ru", show_default=True, help="Language of the report; only ru so far.")
@click.option(
    "--output",
    "-o",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF to write; replaced if it is there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def report(slug: str, language: str, output: Path, as_json: bool) -> None:
    """Write the report of STUDY as PDF.

    Everything in it is counted from the database. It is refused, and nothing written, when a code rests on no
    quotation, when the paradigm model is not sound, when a consent is missing, or when a sealed name would occur in it.
    """
    with open_installation() as ground, ground.work() as work:
        row = write_report(work, find_study(work, slug), output, language)
        written = {
            "path": str(output),
            "language": row.language,
            "pages": row.pages,
            "bytes": row.bytes,
            "sha256": row.sha256,
        }
    if as_json:
        print_json(written)
    else:
        click.echo(f"{output}: {row.pages} pages, {row.bytes:,} bytes, sha256 {row.sha256}")


@click.group()
def recommendations() -> None:
    """Recommendations: import, list. Each rests on categories of the study."""


@recommendations.command("import")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
def import_file(slug: str, file: Path) -> None:
    """Take the recommendations of FILE (YAML) into the study SLUG; categories come first.

    FILE holds them under `recommendations:`, each with key, title, addressee, text (in ru, kk and en) and evidence
    (keys of categories); the demo's paradigm.yaml is an example. What else stands in FILE is passed over.
    """
    data = read_yaml(file)
    with open_installation() as ground, ground.work() as work:
        count = len(import_recommendations(work, find_study(work, slug), data, source=file.name))
    click.echo(f"{slug}: {count} recommendations.")


@recommendations.command("list")
@click.argument("slug")
@data_option
@click.option(
    "--language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True, help="Language of the texts."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def list_recommendations(slug: str, language: str, as_json: bool) -> None:
    """List the recommendations of the study SLUG with the categories they rest on."""
    with open_installation() as ground, ground.work() as work:
        found = recommendations_of(work, find_study(work, slug))
    if as_json:
        print_json(
            [
                {
                    "key": one.row.key,
                    "title": one.row.title,
                    "addressee": one.row.addressee,
                    "text": one.row.text,
                    "evidence": list(one.evidence),
                }
                for one in found
            ]
        )
        return
    rows = [
        (one.row.key, " ".join(one.evidence), one.row.title[language], one.row.addressee[language]) for one in found
    ]
    print_table(rows, ("key", "rests on", "title", "addressee"))

"""`fieldwork study`: set up a study, its programme, its team and its guide."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.database import Texts
from fieldwork.programme.guides import set_guide
from fieldwork.programme.imports import import_programme
from fieldwork.programme.models import Role
from fieldwork.programme.services import add_member, change_study, create_study, find_study, studies
from fieldwork.programme.summary import counts_of, summary, whole
from fieldwork.programme.yaml_files import read_yaml

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_LANGUAGE = click.option(
    "--language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True, help="Language of the texts."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@click.group()
def study() -> None:
    """Studies: programme, members, interview guide.

    A study is set up with `study new` (or, with its whole programme, `study import`), then gets its members and its
    guide. Texts are given in Russian, Kazakh and English.
    """


@study.command("list")
@data_option
@_LANGUAGE
@_JSON
def list_studies(language: str, as_json: bool) -> None:
    """List the studies of this installation."""
    with open_installation() as ground, ground.work() as work:
        rows = [summary(row) for row in studies(work)]
    if as_json:
        print_json(rows)
    elif rows:
        table: list[tuple[str, ...]] = [
            (row["slug"], row["title"][language], _period(row), str(row["questions_expected"])) for row in rows
        ]
        print_table(table, ("study", "title", "fieldwork", "questions"))
    else:
        click.echo("No studies yet. Set one up with: fieldwork study new", err=True)


@study.command("new")
@click.argument("slug")
@data_option
@click.option("--title-ru", required=True, help="Title in Russian.")
@click.option("--title-kk", required=True, help="Title in Kazakh.")
@click.option("--title-en", required=True, help="Title in English.")
@click.option("--from", "first_day", type=_DAY, help="First day of fieldwork (2025-03-21).")
@click.option("--to", "last_day", type=_DAY, help="Last day of fieldwork.")
@click.option("--questions", default=12, show_default=True, help="How many questions its guide has.")
def new_study(
    slug: str,
    *,
    title_ru: str,
    title_kk: str,
    title_en: str,
    first_day: datetime | None,
    last_day: datetime | None,
    questions: int,
) -> None:
    """Set up an empty study called SLUG (Latin small letters, digits, hyphens)."""
    title: Texts = {"ru": title_ru, "kk": title_kk, "en": title_en}
    with open_installation() as ground, ground.work() as work:
        create_study(
            work,
            slug,
            title,
            fieldwork_from=_day(first_day),
            fieldwork_to=_day(last_day),
            questions_expected=questions,
        )
    click.echo(f"{slug}: set up.")


@study.command("import")
@click.argument("slug")
@click.argument("file", type=_FILE)
@data_option
def import_study(slug: str, file: Path) -> None:
    """Set up a study called SLUG with the programme and glossary of FILE (study.yaml).

    The demo's fieldwork/demo/study/study.yaml is an example. Its sampling part is taken by `experts plan`.
    """
    data = read_yaml(file)
    with open_installation() as ground, ground.work() as work:
        row = import_programme(work, data, slug=slug, source=file.name)
        counts = counts_of(work, row)
    click.echo(f"{slug}: set up, {counts['objectives']} objectives, {counts['glossary_terms']} glossary terms.")


@study.command("change")
@click.argument("slug")
@data_option
@click.option("--questions", type=int, help="How many questions its guide must have.")
@click.option("--from", "first_day", type=_DAY, help="First day of fieldwork; needs --to.")
@click.option("--to", "last_day", type=_DAY, help="Last day of fieldwork; needs --from.")
def change(slug: str, questions: int | None, first_day: datetime | None, last_day: datetime | None) -> None:
    """Change the fieldwork dates of SLUG, or the number of questions its guide must have."""
    if (first_day is None) != (last_day is None):
        raise click.UsageError("Give both --from and --to.")
    period = (first_day.date(), last_day.date()) if first_day and last_day else None
    if period is None and questions is None:
        raise click.UsageError("Nothing to change: give --questions, or --from and --to.")
    with open_installation() as ground, ground.work() as work:
        change_study(work, find_study(work, slug), fieldwork=period, questions_expected=questions)
    click.echo(f"{slug}: changed.")


@study.command("member")
@click.argument("slug")
@click.argument("login")
@data_option
@click.option("--name", required=True, help="Name, as colleagues see it.")
@click.option("--initials", required=True, help="What memos and interviews are signed with.")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True, help="What the member does.")
def member(slug: str, login: str, name: str, initials: str, role: str) -> None:
    """Make LOGIN a member of SLUG; an account of that login is made when there is none."""
    with open_installation() as ground, ground.work() as work:
        add_member(work, find_study(work, slug), login=login, display_name=name, initials=initials, role=role)
    click.echo(f"{slug}: {initials} added.")


@study.command("guide")
@click.argument("slug")
@click.argument("file", type=_FILE)
@data_option
@click.option(
    "--replace", is_flag=True, help="Put it in the place of the guide that is there; questions keep their links."
)
def guide(slug: str, file: Path, replace: bool) -> None:
    """Take the interview guide FILE (YAML) into the study SLUG.

    interview_guides/creative_class.yaml is an example: three blocks (formation, current_state, support), every text in
    ru, kk and en, every question with minutes, probes and the objective it serves. A guide that does not fit is
    refused with the place to correct.
    """
    data = read_yaml(file)
    with open_installation() as ground, ground.work() as work:
        row = find_study(work, slug)
        set_guide(work, row, data, source=file.name, replace=replace)
        counts = counts_of(work, row)
    click.echo(f"{slug}: guide of {counts['questions']} questions, {counts['minutes']} minutes.")


@study.command("show")
@click.argument("slug")
@data_option
@_LANGUAGE
@_JSON
def show(slug: str, language: str, as_json: bool) -> None:
    """Show the programme, members, guide and counts of SLUG."""
    with open_installation() as ground, ground.work() as work:
        shown = whole(work, find_study(work, slug))
    if as_json:
        print_json(shown)
        return
    click.echo(f"{shown['title'][language]}\n{_period(shown)}\n")
    print_table([(kind.replace("_", " "), text[language]) for kind, text in shown["programme"].items()])
    print_table([(f"objective {row['number']}", row["text"][language]) for row in shown["objectives"]])
    click.echo()
    print_table(
        [(row["initials"], row["role"], row["login"], row["name"]) for row in shown["members"]],
        ("initials", "role", "login", "name"),
    )
    click.echo()
    print_table(
        [(str(row["number"]), row["block"], f"{row['minutes']} min", row["text"][language]) for row in shown["guide"]],
        ("no.", "block", "minutes", "question"),
    )
    click.echo()
    print_table([(name.replace("_", " "), str(count)) for name, count in shown["counts"].items()])


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _period(row: dict[str, Any]) -> str:
    start, end = row["fieldwork"]["from"], row["fieldwork"]["to"]
    return f"{start} - {end}" if start else "-"

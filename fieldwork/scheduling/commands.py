"""`fieldwork interviews`: when, how and by whom experts are interviewed. Times are Almaty's."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from fieldwork.core.clock import ALMATY
from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import find_study, member_by_initials, members_of
from fieldwork.programme.yaml_files import read_yaml
from fieldwork.sampling.services import experts_of, find_expert
from fieldwork.scheduling.imports import import_interviews
from fieldwork.scheduling.models import Mode
from fieldwork.scheduling.rules import INTERVIEW_LANGUAGES, almaty_moment
from fieldwork.scheduling.services import add_interview, figures_of, find_interview, interviews_of, move_interview

_START = click.DateTime(formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
_MODE = click.Choice([str(mode) for mode in Mode])


@click.group()
def interviews() -> None:
    """Interviews: when, how, by whom. Times are those of the clock in Almaty."""


@interviews.command("list")
@click.argument("slug")
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def list_interviews(slug: str, as_json: bool) -> None:
    """List the interviews of the study SLUG by date, and count them by mode."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        rows = _rows(work, study)
        figures = figures_of(work, study)
    if as_json:
        counted = {"total": figures.interviews, **figures.by_mode, "online": figures.online, "offline": figures.offline}
        days = {"first_day": figures.first_day, "last_day": figures.last_day}
        lengths = {"shortest_minutes": figures.shortest, "longest_minutes": figures.longest}
        print_json({"interviews": rows, "figures": {**counted, **days, **lengths}})
        return
    heads = ("expert", "start", "minutes", "mode", "interviewer", "language")
    print_table([tuple(str(row[head]) for head in heads) for row in rows], heads)
    modes = ", ".join(f"{mode} {count}" for mode, count in figures.by_mode.items())
    click.echo(f"\n{figures.interviews} interviews: online {figures.online}, offline {figures.offline} ({modes}).")


@interviews.command("add")
@click.argument("slug")
@click.argument("code")
@data_option
@click.option("--start", type=_START, required=True, help="Almaty time: '2025-03-21 11:00'.")
@click.option("--minutes", type=int, required=True, help="How long it takes or took.")
@click.option("--mode", type=_MODE, required=True, help="How it is held.")
@click.option("--by", "initials", required=True, help="The interviewer's initials.")
@click.option("--language", type=click.Choice(INTERVIEW_LANGUAGES), default="ru", show_default=True, help="Spoken.")
def add(slug: str, code: str, **given: Any) -> None:
    """Set the interview with the expert CODE, who has agreed.

    Refused outside the study's fieldwork dates, and while the interviewer is in another interview.
    """
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        add_interview(
            work,
            find_expert(work, study, code),
            member_by_initials(work, study, given["initials"]),
            starts_at=_moment(given["start"]),
            minutes=given["minutes"],
            mode=given["mode"],
            language=given["language"],
        )
    click.echo(f"{code}: interview set for {given['start']:%Y-%m-%d %H:%M} (Almaty).")


@interviews.command("move")
@click.argument("slug")
@click.argument("code")
@data_option
@click.option("--start", type=_START, required=True, help="Almaty time: '2025-03-21 11:00'.")
@click.option("--minutes", type=int, required=True, help="How long it takes or took.")
@click.option("--mode", type=_MODE, help="As before when not given.")
def move(slug: str, code: str, start: datetime, minutes: int, mode: str | None) -> None:
    """Move the interview with the expert CODE, or write down how long it took."""
    with open_installation() as ground, ground.work() as work:
        interview = find_interview(work, find_expert(work, find_study(work, slug), code))
        move_interview(work, interview, starts_at=_moment(start), minutes=minutes, mode=mode)
    click.echo(f"{code}: interview moved to {start:%Y-%m-%d %H:%M} (Almaty).")


@interviews.command("import")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
def import_file(slug: str, file: Path) -> None:
    """Take the interviews of FILE (experts.yaml) into the study SLUG, after its experts."""
    data = read_yaml(file)
    with open_installation() as ground, ground.work() as work:
        added = import_interviews(work, find_study(work, slug), data, source=file.name)
    click.echo(f"{slug}: {len(added)} interviews set.")


def _moment(start: datetime) -> datetime:
    return almaty_moment(start.date(), start.time())


def _rows(work: Work, study: Study) -> list[dict[str, Any]]:
    codes = {expert.id: expert.code for expert in experts_of(work, study)}
    initials = {member.id: member.initials for member in members_of(work, study)}
    return [
        {
            "expert": codes[row.expert_id],
            "start": row.starts_at.astimezone(ALMATY).strftime("%Y-%m-%d %H:%M"),
            "minutes": row.minutes,
            "mode": row.mode,
            "interviewer": initials[row.interviewer_id],
            "language": row.language,
        }
        for row in interviews_of(work, study)
    ]

"""`fieldwork recordings`: files into interviews, and what lies there. Lists show files by number, never by name."""

from pathlib import Path
from typing import Any

import click

from fieldwork.core.console import Progress, data_option, open_installation, print_json, print_table
from fieldwork.core.errors import Refusal
from fieldwork.core.settings import load_settings
from fieldwork.core.texts import tell
from fieldwork.core.work import Ground
from fieldwork.programme.services import find_study
from fieldwork.recording.intake import import_files
from fieldwork.recording.media import Normalised
from fieldwork.recording.media.refusals import BY_NAME, SilentRecording
from fieldwork.recording.models import Recording
from fieldwork.recording.services import names_of, recordings_of
from fieldwork.recording.shapes import ImportPlan, ItemKind, PlannedFile, planned_files, speakers, survey
from fieldwork.recording.zoom_commands import zoom
from fieldwork.sampling.services import experts_of, find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview, interview_of

_HEADS = ("code", "number", "kind", "speaker", "begins", "length", "container", "codec")


@click.group()
def recordings() -> None:
    """Recordings: import, list. What was recorded is encrypted; the files' own names are sealed."""


recordings.add_command(zoom)


@recordings.command("import")
@click.argument("slug")
@click.argument("expert")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@data_option
def import_command(slug: str, expert: str, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Import recordings of EXPERT (E07) into the study SLUG: all of them, or none.

    PATHS are files (wav, flac, mp3, m4a, mp4, ogg, opus …) or folders as Zoom and WhatsApp make them: a meeting with
    one track per participant, a meeting with one mixed track, an exported chat with voice messages.
    A silent file is imported (it may be one track of several) and named.
    """
    plan = survey(paths)
    with open_installation() as ground:
        with ground.work() as work:
            interview = find_interview(work, find_expert(work, find_study(work, slug), expert))
            names = names_of(work, interview)
        roles = speakers(plan.labels, names)
        found = _taken(ground, interview, planned_files(plan, roles))
    for line in _not_imported(plan):
        click.echo(line, err=True)
    _show([(expert, recording) for recording in found], as_json=as_json)


@recordings.command("list")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@data_option
def list_command(slug: str, *, as_json: bool) -> None:
    """List the recordings of the study SLUG."""
    with open_installation() as ground, ground.work() as work:
        found = [
            (expert.code, recording)
            for expert in experts_of(work, find_study(work, slug))
            if (interview := interview_of(work, expert)) is not None
            for recording in recordings_of(work, interview)
        ]
    _show(found, as_json=as_json)


def _taken(ground: Ground, interview: Interview, files: list[PlannedFile]) -> list[Recording]:
    """Import the files; tells the person who named them which one cannot be read, and which ones are silent."""
    progress, done, silent = Progress("importing"), 0, []

    def show(count: int, total: int) -> None:
        nonlocal done
        done = count
        progress.show(count, total)

    def measured(file: PlannedFile, sound: Normalised) -> None:
        if sound.silent:
            silent.append((file, SilentRecording(duration_s=sound.duration_ms // 1000)))

    try:
        found = import_files(ground, interview.id, files, progress=show, measured=measured)
    except tuple(BY_NAME.values()) as refusal:
        progress.end()
        _tell(files[done], refusal)
        raise click.exceptions.Exit(1) from refusal
    progress.end()
    for file, warning in silent:
        _tell(file, warning)
    return found


def _tell(file: PlannedFile, refusal: Refusal) -> None:
    click.echo(f"{file.path.name}: {tell(refusal, load_settings().language)}", err=True)


def _not_imported(plan: ImportPlan) -> list[str]:
    """What lay there and was left, for the person who named the folder."""
    texts = [item for item in plan.items if item.kind is ItemKind.TRANSCRIPT]
    lines = [f"left out ({left.reason}): {left.path.name}" for left in plan.left_out]
    return lines + [f"a transcript, for «fieldwork transcripts import»: {item.path.name}" for item in texts]


def _show(found: list[tuple[str, Recording]], *, as_json: bool) -> None:
    rows = [_row(code, recording) for code, recording in found]
    if as_json:
        print_json([row | {"id": recording.id} for row, (_, recording) in zip(rows, found, strict=True)])
    else:
        print_table([_line(row) for row in rows], _HEADS)


def _row(code: str, recording: Recording) -> dict[str, Any]:
    return {
        "code": code,
        "number": recording.position,
        "kind": recording.kind,
        "speaker": recording.speaker,
        "offset_ms": recording.offset_ms,
        "duration_ms": recording.duration_ms,
        "container": recording.container,
        "codec": recording.codec,
        "sample_rate": recording.sample_rate,
        "channels": recording.channels,
        "peak_dbfs": recording.peak_dbfs,
        "sha256": recording.sha256,
    }


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    times = (_clock(row["offset_ms"]), _clock(row["duration_ms"]))
    return (
        row["code"], str(row["number"]), row["kind"], row["speaker"] or "unknown", *times,
        row["container"], row["codec"],
    )  # fmt: skip


def _clock(ms: int) -> str:
    """Milliseconds as 1:02:03."""
    seconds = ms // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

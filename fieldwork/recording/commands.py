"""`fieldwork recordings`: files into interviews, and what lies there. Lists show files by number, never by name."""

import contextlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from fieldwork.core.console import Progress, data_option, open_installation, print_json, print_table
from fieldwork.core.errors import Refusal
from fieldwork.core.settings import load_settings
from fieldwork.core.texts import tell
from fieldwork.core.work import Ground
from fieldwork.programme.services import find_study
from fieldwork.recording.archives import ZoomNotConverted
from fieldwork.recording.bundles import Bundle, collect
from fieldwork.recording.gathering import gather
from fieldwork.recording.intake import import_files
from fieldwork.recording.media.refusals import BY_NAME
from fieldwork.recording.models import Recording
from fieldwork.recording.rules import NoFiles
from fieldwork.recording.services import names_of, recordings_of
from fieldwork.recording.shapes import LeftOut, PlannedFile, Reason, speakers
from fieldwork.recording.sorting import Waiting, proposed, reached_by
from fieldwork.recording.soundness import hints_of, short
from fieldwork.recording.zoom_commands import zoom
from fieldwork.sampling.services import experts_of, find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview, interview_of, interviews_of

_CODE = re.compile(r"[A-Z]\d{2,3}")
_VOICE = (
    "Whose voice NAME is, as the chat or meeting calls somebody: expert or interviewer. May be given several times."
)
_NOTHING_YET = "Nothing was imported. Add --yes to import what is sure, or name the interview: --interview CODE."
_FURTHER = (
    "What is not sure was not imported: name its interview (--interview CODE), or whose voice is whose (--voice)."
)
_HEADS = ("code", "number", "kind", "speaker", "begins", "length", "container", "codec", "heed")


@click.group()
def recordings() -> None:
    """Recordings: import, list. What was recorded is encrypted; the files' own names are sealed."""


recordings.add_command(zoom)


@recordings.command("import")
@click.argument("slug")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--interview", "code", metavar="CODE", help="All of it belongs to the interview with CODE (E07).")
@click.option("--yes", is_flag=True, help="Import what is sure; the rest stays where it is, and is named.")
@click.option("--voice", "voices", multiple=True, metavar="NAME=WHO", help=_VOICE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@data_option
def import_command(
    slug: str, paths: tuple[Path, ...], code: str | None, voices: tuple[str, ...], *, yes: bool, as_json: bool
) -> None:
    """Import recordings into the study SLUG, each into its interview.

    PATHS are files (wav, flac, mp3, m4a, mp4, ogg, opus …), folders as Zoom and WhatsApp make them, and ZIP archives of
    either: a meeting with one track per participant, a meeting with one mixed track, an exported chat with voice
    messages. Without --interview it tells which interview each belongs to, and why; with --yes it imports what is sure.
    The expert's code may also stand before PATHS. What makes one interview is imported all of it, or nothing. A silent
    file is imported (it may be one track of several) and named.
    """
    code, paths = _asked(code, paths)
    with contextlib.ExitStack() as until_read, open_installation() as ground:
        bundle = collect(paths, ground.settings.upload_limit, until_read)
        for left in bundle.left_out:
            _tell_left(left)
        for path in bundle.transcripts:
            click.echo(f"a transcript, for «fieldwork transcripts import»: {path.name}", err=True)
        chosen = _chosen(voices)
        if code:
            with ground.work() as work:
                interview = find_interview(work, find_expert(work, find_study(work, slug), code))
                roles = speakers(bundle.labels, names_of(work, interview)) | chosen
            orders = [(code, interview, bundle.planned([piece.key for piece in bundle.pieces], roles))]
        else:
            orders = _proposed(ground, slug, bundle, chosen, yes=yes)
        found = [(expert, row) for expert, interview, files in orders for row in _taken(ground, interview, files)]
    _show(found, as_json=as_json)


def _asked(code: str | None, paths: tuple[Path, ...]) -> tuple[str | None, tuple[Path, ...]]:
    """The expert's code, where it is the first of the paths, apart from them."""
    if code is None and not paths[0].exists() and _CODE.fullmatch(paths[0].name):
        code, paths = paths[0].name, paths[1:]
    for path in paths:
        if not path.exists():
            raise click.BadParameter(f"there is no «{path}»", param_hint="PATHS")
    return code, paths


def _chosen(voices: tuple[str, ...]) -> dict[str, str | None]:
    """Whose voice each name is, as --voice says."""
    found: dict[str, str | None] = {}
    for one in voices:
        name, _, who = one.rpartition("=")
        if not name or who not in ("expert", "interviewer"):
            raise click.BadParameter(
                f"«{one}» is not of the form NAME=expert or NAME=interviewer", param_hint="--voice"
            )
        found[name] = who
    return found


def _proposed(
    ground: Ground, slug: str, bundle: Bundle, chosen: dict[str, str | None], *, yes: bool
) -> list[tuple[str, Interview, list[PlannedFile]]]:
    """Tell which interview each group belongs to; those that are sure are returned where somebody said yes."""
    orders = []
    with ground.work() as work:
        among = reached_by(work, interviews_of(work, find_study(work, slug)), lambda _: True)
        interviews = {one.expert.code: one.interview for one in among}
        groups = [proposed(work, group, among) for group in gather(bundle.pieces)]
    if not groups:
        raise NoFiles
    for one in groups:
        roles = dict(one.roles) | {label: who for label, who in chosen.items() if label in one.roles}
        settled = replace(one, roles=roles)
        click.echo(_told(settled), err=True)
        if settled.sure and one.best is not None:
            files = bundle.planned([piece.key for piece in one.group.pieces], roles)
            orders.append((one.best.code, interviews[one.best.code], files))
    if yes and len(orders) == len(groups):
        return orders
    click.echo(_FURTHER if yes else _NOTHING_YET, err=True)
    if not yes or not orders:
        raise click.exceptions.Exit(1)
    return orders


def _told(one: Waiting) -> str:
    """A line for the person who named the files."""
    head = f"{one.group.title} ({one.group.sort}, files: {len(one.group.pieces)})"
    if one.best is None:
        return f"{head}: no interview fits"
    why = ", ".join(evidence.value.replace("_", " ") for evidence in one.best.evidence)
    if one.sure:
        doubt = "sure"
    elif not one.best.sure:
        doubt = "not sure"
    elif not one.consents:
        doubt = "no consent to be recorded"
    else:
        doubt = "whose voice: " + ", ".join(label for label, who in one.roles.items() if not who)
    return f"{head}: {one.best.code}, {one.best.points} points ({why}), {doubt}"


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
    """Import the files; tells the person who named them which one cannot be read, and what they sound like."""
    progress, done = Progress("importing"), 0

    def show(count: int, total: int) -> None:
        nonlocal done
        done = count
        progress.show(count, total)

    try:
        found = import_files(ground, interview.id, files, progress=show)
    except tuple(BY_NAME.values()) as refusal:
        progress.end()
        _tell(files[done], refusal)
        raise click.exceptions.Exit(1) from refusal
    progress.end()
    for file, recording in zip(files, found, strict=True):
        for hint in hints_of(recording):
            _tell(file, hint)
    return found


def _tell(file: PlannedFile, refusal: Refusal) -> None:
    click.echo(f"{file.path.name}: {tell(refusal, load_settings().language)}", err=True)


def _tell_left(left: LeftOut) -> None:
    """What lay there and was left, for the person who named the folder."""
    why = tell(ZoomNotConverted(), load_settings().language) if left.reason is Reason.NOT_CONVERTED else left.reason
    click.echo(f"left out ({why}): {left.path.name}", err=True)


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
        "loudness_dbfs": recording.loudness_dbfs,
        "speech_dbfs": recording.speech_dbfs,
        "noise_dbfs": recording.noise_dbfs,
        "silent_share": recording.silent_share,
        "clipped_share": recording.clipped_share,
        "apart_share": recording.apart_share,
        "heed": [short(hint) for hint in hints_of(recording)],
        "sha256": recording.sha256,
    }


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    times = (_clock(row["offset_ms"]), _clock(row["duration_ms"]))
    return (
        row["code"], str(row["number"]), row["kind"], row["speaker"] or "unknown", *times,
        row["container"], row["codec"], ", ".join(row["heed"]) or "-",
    )  # fmt: skip


def _clock(ms: int) -> str:
    """Milliseconds as 1:02:03."""
    seconds = ms // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

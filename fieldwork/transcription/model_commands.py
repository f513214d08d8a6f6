"""`fieldwork models`: Whisper's models on this machine; which there are, whether they load, how one is converted."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from fieldwork.core.console import data_option, open_installation, print_json, print_table, write_whole
from fieldwork.core.errors import Refusal
from fieldwork.core.settings import load_settings
from fieldwork.core.texts import tell
from fieldwork.core.work import Ground, Work
from fieldwork.programme.services import find_study
from fieldwork.recording.services import sound_of
from fieldwork.sampling.services import experts_of, find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview, interview_of
from fieldwork.transcription.engines import FastMissing, open_engine
from fieldwork.transcription.engines.shelf import engine_of, fast_is_installed, models_here
from fieldwork.transcription.estimating import minutes as told_minutes
from fieldwork.transcription.pacing import (
    Outlook,
    note_probe,
    note_speech,
    outlooks,
    speech_of,
    unheard_recordings,
    unmeasured,
)
from fieldwork.transcription.probing import probe
from fieldwork.transcription.services import chosen_model

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@click.group()
def models() -> None:
    """Whisper's models: what is on this machine, whether it loads, converting for faster-whisper."""


@models.command("list")
@_JSON
@data_option
def list_command(*, as_json: bool) -> None:
    """List the models on this machine: downloaded by Whisper or faster-whisper, or converted into the data folder."""
    found = models_here(load_settings().data)
    if as_json:
        print_json([{**vars(one), "path": str(one.path)} for one in found])
    elif not found:
        click.echo("No model is here yet. One is downloaded at first use: fieldwork transcribe --model turbo FILE")
    else:
        rows = [(one.name, one.engine, f"{one.size / 1_000_000:.0f} MB", str(one.path)) for one in found]
        print_table(rows, ("name", "engine", "size", "path"))


@models.command("check")
@click.argument("model")
@_JSON
def check_command(model: str, *, as_json: bool) -> None:
    """Load MODEL (a name, a checkpoint, a folder) and say what it is; if it does not load, what mends it."""
    engine = open_engine(engine_of(model), model)
    told: dict[str, Any] = {"model": model, "engine": engine.name, "description": engine.description, **engine.about()}
    if as_json:
        print_json(told)
        return
    for key, value in told.items():
        click.echo(f"{key}: {json.dumps(value) if isinstance(value, dict) else value}")


@models.command("use")
@click.argument("model")
@data_option
def use_command(model: str) -> None:
    """Keep MODEL (a name, a checkpoint, a folder) as the installation's own, once it has loaded.

    The choice lies in the file whisper-model of the data folder; FIELDWORK_WHISPER_MODEL, where it is set, goes before.
    """
    engine = open_engine(engine_of(model), model)
    settings = load_settings()
    write_whole(settings.model_file, f"{chosen_model(engine.name, model)}\n".encode())
    click.echo(f"{engine.description}: used from now on")
    if settings.whisper_model:
        click.echo("FIELDWORK_WHISPER_MODEL is set and goes before: unset it.", err=True)


@models.command("convert")
@click.argument("checkpoint", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="A folder that does not exist yet. [default: models/ in the data folder]",
)
@click.option("--quantization", type=click.Choice(["int8", "float32"]), default="int8", show_default=True)
@data_option
def convert_command(checkpoint: Path, output: Path | None, quantization: Any) -> None:
    """Convert CHECKPOINT, a file of openai-whisper, for faster-whisper; on this machine, without a network.

    The folder appears whole, with its encoder compared, or not at all.
    """
    if not fast_is_installed():
        raise FastMissing
    # Imported here: torch and CTranslate2 take seconds, and faster-whisper is an extra.
    from fieldwork.transcription.engines.conversion import convert  # noqa: PLC0415

    folder = output or load_settings().data / "models" / f"{checkpoint.stem}-{quantization}"
    convert(checkpoint, folder, quantization)
    click.echo(f"{folder}: converted. Keep it: fieldwork models use {folder}")


@models.command("estimate")
@click.argument("slug", required=False)
@click.argument("codes", nargs=-1)
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), help="So many minutes of speech instead.")
@click.option("--again", is_flag=True, help="Measure this machine anew: it has changed, or was busy.")
@_JSON
@data_option
def estimate_command(
    slug: str | None, codes: tuple[str, ...], *, minutes: float | None, again: bool, as_json: bool
) -> None:
    """Say how long each model takes here: for interviews (CODES of SLUG, or all that are recorded), or --minutes.

    Each model is measured once with ten seconds of speech, in a process of its own (Ctrl C stops it); real
    transcriptions make it more exact. Speech is what there is to recognise: pauses are left out.
    """
    if (slug is None) == (minutes is None):
        raise click.UsageError("Give a study (and codes of experts), or --minutes N.")
    with open_installation() as ground:
        _measure(ground, again=again)
        speech_ms = round((minutes or 0) * 60_000) or sum(_listened(ground, slug or "", codes))
        with ground.work() as work:
            found = outlooks(work, speech_ms)
    if as_json:
        print_json([_told(one) for one in found])
        return
    click.echo(f"{speech_ms / 60_000:.1f} minutes of speech")
    rows = [(one.candidate.name, one.candidate.engine, _span(one), _memory(one)) for one in found]
    print_table(rows, ("model", "engine", "time", "memory"))


def _measure(ground: Ground, *, again: bool) -> None:
    """Probe the models that this machine has and nobody has measured; one that does not load is told and left out."""
    with ground.work() as work:
        waiting = unmeasured(work, again=again)
    for one in waiting:
        click.echo(f"{one.name}: measuring", err=True)
        try:
            found = probe(one.engine, one.model)
        except Refusal as refusal:
            click.echo(f"{one.name}: {tell(refusal, os.environ.get('FIELDWORK_LANGUAGE', 'ru'))}", err=True)
            continue
        with ground.work() as work:
            note_probe(work, one.engine, one.model, found)


def _listened(ground: Ground, slug: str, codes: tuple[str, ...]) -> list[int]:
    """How much speech (ms) each interview holds; where nobody has listened yet, that is done now."""
    # Imported here: NumPy and torch take seconds, and most commands of this group only name models.
    from fieldwork.transcription.windows import listen  # noqa: PLC0415

    with ground.work() as work:
        interviews = _recorded(work, slug, codes)
        waiting = [(one, row) for one in interviews for row in unheard_recordings(work, one)]
    for one, row in waiting:
        with sound_of(ground.blobs, one.expert_id, row) as sound:
            speech_ms = sum(window.end_ms - window.start_ms for window in listen(sound).windows)
        with ground.work() as work:
            note_speech(work, row.id, speech_ms)
    with ground.work() as work:
        return [speech_of(work, one) or 0 for one in interviews]


def _recorded(work: Work, slug: str, codes: tuple[str, ...]) -> list[Interview]:
    study = find_study(work, slug)
    if codes:
        return [find_interview(work, find_expert(work, study, code)) for code in codes]
    found = [interview_of(work, expert) for expert in experts_of(work, study)]
    return [one for one in found if one is not None]


def _span(one: Outlook) -> str:
    """«2 h 10 min (1 h 30 min to 3 h 50 min)», or what gets the model."""
    told = one.estimate
    if told is None:
        return one.candidate.command or "not measured"
    low, high = told_minutes(told.low, up=False), told_minutes(told.high, up=True)
    return f"{_clock(told_minutes(told.likely))} ({_clock(low)} to {_clock(high)})"


def _clock(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )


def _memory(one: Outlook) -> str:
    return f"{one.memory_mb} MB" if one.memory_mb else ""


def _told(one: Outlook) -> dict[str, Any]:
    """An outlook as JSON: seconds."""
    told: dict[str, Any] = {"model": one.candidate.name, "engine": one.candidate.engine}
    told |= {"command": one.candidate.command or None, "memory_mb": one.memory_mb}
    return told | {"seconds": asdict(one.estimate) if one.estimate else None}

"""`fieldwork models`: Whisper's models on this machine; which there are, whether they load, how one is converted."""

import json
from pathlib import Path
from typing import Any

import click

from fieldwork.core.console import data_option, print_json, print_table, write_whole
from fieldwork.core.settings import load_settings
from fieldwork.transcription.engines import FastMissing, open_engine
from fieldwork.transcription.engines.shelf import engine_of, fast_is_installed, models_here
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

"""`fieldwork transcribe`: audio files into text, without a study, as the whisper command does."""

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click

from fieldwork.core.console import Progress, write_whole
from fieldwork.core.errors import Refusal
from fieldwork.core.files import private_folder
from fieldwork.core.settings import load_settings
from fieldwork.core.texts import tell
from fieldwork.recording.media import normalise, require_sound
from fieldwork.transcription.engines import ENGINES, Engine, Recognised, open_engine
from fieldwork.transcription.engines.shelf import engine_of
from fieldwork.transcription.formats import EXTENSIONS, FORMATS, Utterance, write
from fieldwork.transcription.windows import NoSpeech, find_windows, read_samples

_STDOUT = "-"


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--engine", "engine_name", type=click.Choice(list(ENGINES)), help="[default: the one that the model is for]"
)
@click.option(
    "--model",
    envvar="FIELDWORK_WHISPER_MODEL",
    show_envvar=True,
    help="A name of Whisper's (tiny, base, small, medium, large-v3, turbo: downloaded at first use) or a checkpoint.",
)
@click.option("--language", default="ru", show_default=True, help="What is spoken: ru, kk, en …; it is never guessed.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="txt", show_default=True)
@click.option(
    "--output",
    default=_STDOUT,
    show_default=True,
    help="A file, a folder (one file for each FILE), or - for standard output.",
)
@click.pass_context
def transcribe(
    ctx: click.Context,
    *,
    files: tuple[Path, ...],
    engine_name: str | None,
    model: str | None,
    language: str,
    form: str,
    output: str,
) -> None:
    """Turn recordings into text: FILE… in any usual format (wav, flac, mp3, m4a, mp4, ogg, opus).

    Works without a study and keeps nothing. Progress goes to standard error. Files are written whole or not at all.

    Exit codes: 0 all files transcribed, 1 at least one was not (the reason is told for each), 2 wrong usage.
    """
    targets = _targets(files, form, output)
    model = model or load_settings().model
    engine = open_engine(engine_name or engine_of(model or ""), model)
    told: list[dict[str, object]] = []
    failed = False
    for path, target in zip(files, targets, strict=True):
        try:
            pieces = _heard(path, engine, language)
            content = rendered(form, path, pieces, engine, language)
            if target is not None:
                write_whole(target, content)
            elif form == "json" and len(files) > 1:
                told.append(json.loads(content))
            else:
                click.echo(f"==> {path} <==\n" if len(files) > 1 else "", nl=False)
                click.echo(content, nl=False)
        except Refusal as refusal:
            failed = True
            click.echo(f"{path}: {tell(refusal, os.environ.get('FIELDWORK_LANGUAGE', 'ru'))}", err=True)
        except OSError as error:
            failed = True
            click.echo(f"{path}: {error.strerror}", err=True)
    if form == "json" and output == _STDOUT and len(files) > 1:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    ctx.exit(int(failed))


def rendered(form: str, path: Path, pieces: Sequence[Recognised], engine: Engine, language: str) -> bytes:
    """What was heard in one file, in one of ``FORMATS``; JSON has Whisper's own keys (seconds) and ours (ms)."""
    spoken = [piece for piece in pieces if piece.text]
    if form == "txt":
        return "".join(f"{piece.text}\n" for piece in spoken).encode()
    if form != "json":
        told = [Utterance(None, piece.start_ms, piece.end_ms, piece.text) for piece in spoken]
        return write(told, form, title=path.name)
    segments = [
        {"id": number, "start": piece.start_ms / 1000, "end": piece.end_ms / 1000, **asdict(piece)}
        for number, piece in enumerate(pieces)
    ]
    value = {
        "file": path.name,
        "engine": engine.name,
        "model": engine.description,
        "language": language,
        "text": " ".join(piece.text for piece in spoken),
        "segments": segments,
    }
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _heard(path: Path, engine: Engine, language: str) -> list[Recognised]:
    """Everything that is said in a file, on its own clock."""
    progress = Progress(path.name)
    pieces: list[Recognised] = []
    try:
        with private_folder() as folder:
            wav = folder / "sound.wav"
            progress.say(f"{path.name}: reading")
            require_sound(normalise(path, wav))
            windows = find_windows(wav, engine.enough_ms)
            if not windows:
                raise NoSpeech
            for number, window in enumerate(windows):
                progress.show(number, len(windows))
                own = engine.transcribe(read_samples(wav, window.start_ms, window.end_ms), language)
                pieces += [_moved(piece, window.start_ms) for piece in own]
            progress.show(len(windows), len(windows))
    finally:
        progress.end()
    return pieces


def _moved(piece: Recognised, by_ms: int) -> Recognised:
    return replace(piece, start_ms=piece.start_ms + by_ms, end_ms=piece.end_ms + by_ms)


def _targets(files: Sequence[Path], form: str, output: str) -> list[Path | None]:
    """Where the text of each file goes; None is standard output."""
    if output == _STDOUT:
        if form.startswith("docx") and sys.stdout.isatty():
            raise click.UsageError("A Word document cannot be shown on a terminal: give --output FILE.")
        if len(files) > 1 and form not in ("txt", "json", "f4"):
            raise click.UsageError(f"Several files cannot be one {form} on standard output: give --output FOLDER.")
        return [None] * len(files)
    folder = Path(output)
    if len(files) == 1 and not folder.is_dir():
        targets = [folder]
    else:
        if folder.exists() and not folder.is_dir():
            raise click.UsageError(f"Several files need a folder for --output, and {output} is a file.")
        stems = Counter(path.stem for path in files)
        targets = [folder / f"{path.stem if stems[path.stem] == 1 else path.name}.{EXTENSIONS[form]}" for path in files]
    if len(set(targets)) < len(targets):
        raise click.UsageError("Two of the files have the same name: transcribe them into different folders.")
    if {target.resolve() for target in targets} & {path.resolve() for path in files}:
        raise click.UsageError("The text would overwrite the recording: choose another --output.")
    return list(targets)

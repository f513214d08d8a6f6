"""``fieldwork anonymisation export``: approved transcripts as files, read by an export profile, through the door."""

import contextlib
import io
import os
from pathlib import Path

import click

from fieldwork.anonymisation.delivering import PRIVATE, CannotWrite
from fieldwork.anonymisation.export_profiles import find_profile, reader_of
from fieldwork.anonymisation.exports import let_out
from fieldwork.anonymisation.leaving.door import Leaving
from fieldwork.anonymisation.profiles import TEAM
from fieldwork.anonymisation.transcripts_out import copies_of, copy_of, note_taken
from fieldwork.core.console import data_option, open_installation
from fieldwork.core.errors import BadInput
from fieldwork.core.ids import new_id
from fieldwork.programme.services import find_study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.formats import FORMATS
from fieldwork.transcription.services import transcript_of


class AlreadyThere(BadInput):
    """An export never replaces a file."""

    message = "{path} is there already, and nothing is written over it. Name another file with --out, or move that one."


@click.command("export")
@click.argument("slug")
@click.argument("code", required=False)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="docx", show_default=True, help="What is written."
)
@click.option("--profile", default=TEAM.key, show_default=True, help="The export profile: team, report, archive, own.")
@click.option(
    "--out", type=click.Path(path_type=Path),
    help="The file, or the folder for it. [default: E07.docx or SLUG-transcripts.zip, here]",
)  # fmt: skip
@data_option
def export_command(slug: str, code: str | None, *, form: str, profile: str, out: Path | None) -> None:
    """Write the approved transcript of CODE, or those of the whole study SLUG as a ZIP.

    «f4» has the stamps of MAXQDA, ATLAS.ti and f4, «docx-table» the table of NVivo, «json» the words with their times.
    The profile for the team needs the expert's consent to be transcribed, the report's the one to be quoted (what may
    not be quoted is left out), every other one the consent to be archived. What is written is looked into for names
    first; nothing is written over.
    """
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        detail = find_profile(work, study, profile)
        reader = reader_of(work, study, detail)
        if code is None:
            copy = copies_of(work, study, reader, form)
        else:
            expert = find_expert(work, study, code)
            copy = copy_of(work, expert, transcript_of(work, find_interview(work, expert)), reader, form)
        path = _place(out, copy.name)
        let_out(work, study, Leaving(io.BytesIO(copy.content), copy.name))
        note_taken(work, study, copy, detail, form)
        _write_new(path, copy.content)
    click.echo(path)
    for left, why in copy.left_out:
        click.echo(f"{left} stays here: {why}", err=True)


def _place(out: Path | None, name: str) -> Path:
    """Where the file goes.

    Raises:
        AlreadyThere: something is there.
    """
    path = Path(name) if out is None else out / name if out.is_dir() else out
    if path.exists() or path.is_symlink():
        raise AlreadyThere(path=path)
    return path


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there, whole or not at all, readable by its owner only.

    Raises:
        AlreadyThere: it has come in between.
        CannotWrite: it cannot be written; nothing is left behind.
    """
    beside = path.with_name(f".{new_id().hex}.partial")
    try:
        with beside.open("xb") as target:
            os.fchmod(target.fileno(), PRIVATE)
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        os.link(beside, path)  # unlike a renaming it never replaces what is there
    except FileExistsError:
        raise AlreadyThere(path=path) from None
    except OSError as error:
        raise CannotWrite(path=path, why=error.strerror) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()

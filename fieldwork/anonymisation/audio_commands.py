"""``fieldwork anonymisation audio``: copies of an interview's recordings in which the names cannot be heard."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

import click

from fieldwork.anonymisation.delivering import PRIVATE, CannotWrite
from fieldwork.anonymisation.exports import let_out
from fieldwork.anonymisation.leaving.door import Leaving
from fieldwork.anonymisation.redaction import (
    JOB_KIND,
    Manner,
    file_name,
    is_current,
    job_of,
    manner_of,
    ready_copies,
    redaction_of,
    request_redaction,
)
from fieldwork.anonymisation.silencing import Plan, plan_of
from fieldwork.anonymisation.stretches import AFTER_MS, BEFORE_MS, MOST_MS, Sureness
from fieldwork.core.audit import record
from fieldwork.core.console import Progress, data_option, open_installation
from fieldwork.core.errors import BadInput, refusal_called
from fieldwork.core.ids import new_id
from fieldwork.core.jobs import JobState
from fieldwork.core.supervisor import Progress as JobProgress
from fieldwork.core.supervisor import Supervisor, stop_on_signals
from fieldwork.core.work import Ground, Work
from fieldwork.programme.services import find_study
from fieldwork.recording.copies import opened_copy
from fieldwork.recording.media.orders import CONTAINERS
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.services import transcript_of

HANDLER = {JOB_KIND: "fieldwork.anonymisation.jobs:redact"}
WARNING = (
    "An altered voice is a disguise, no anonymity: whoever knows the voice may still recognise it, "
    "and so may a program; the change can be turned back."
)


class FolderWanted(BadInput):
    """Several files do not fit into one."""

    message = "The interview with {code} has {count} recordings: name a folder with --output, not a file."


@click.command("audio")
@click.argument("slug")
@click.argument("code")
@click.option(
    "--output", required=True, type=click.Path(path_type=Path),
    help="The file to write; where the interview has several recordings, a folder.",
)  # fmt: skip
@click.option("--bleep/--silence", default=False, show_default=True, help="A tone of 1 kHz, or silence.")
@click.option("--format", "container", type=click.Choice(CONTAINERS), help="[default: by the file's name, else ogg]")
@click.option(
    "--before-ms", type=click.IntRange(0, MOST_MS), default=BEFORE_MS, show_default=True, help="Added before."
)
@click.option("--after-ms", type=click.IntRange(0, MOST_MS), default=AFTER_MS, show_default=True, help="Added after.")
@click.option("--alter-voice", is_flag=True, help="Move pitch and formants: a disguise, no guarantee.")
@data_option
def audio_command(
    slug: str, code: str, *, output: Path, bleep: bool, container: str | None, before_ms: int, after_ms: int,
    alter_voice: bool,
) -> None:  # fmt: skip
    """Copy the recordings of CODE with every replaced name silenced, for sharing and archiving.

    Only for an approved transcript, and where the expert's consent covers archiving. The copies stay in the
    installation, encrypted, until they are deleted; those written out are yours to look after. Listen before you share:
    a name that the transcript does not have is not silenced.
    """
    wanted = container or (output.suffix[1:] if output.suffix[1:] in CONTAINERS else "ogg")
    manner = Manner("bleep" if bleep else "silence", wanted, before_ms, after_ms, alter_voice)
    with open_installation() as ground:
        with ground.work() as work:
            transcript = _transcript(work, slug, code)
            plan = plan_of(work, transcript, before_ms, after_ms)
            if len(plan.recordings) > 1 and output.is_file():
                raise FolderWanted(code=code, count=len(plan.recordings))
            made = _is_made(work, transcript, manner)
            if not made:
                request_redaction(work, transcript, manner)
        click.echo(_told(code, plan), err=True)
        if not made:
            _make(ground, transcript)
        if alter_voice:
            click.echo(WARNING, err=True)
        with ground.work() as work:
            for path in _written(work, slug, code, output):
                click.echo(path)


def _transcript(work: Work, slug: str, code: str) -> Transcript:
    return transcript_of(work, find_interview(work, find_expert(work, find_study(work, slug), code)))


def _is_made(work: Work, transcript: Transcript, manner: Manner) -> bool:
    """Whether copies of just this manner lie there already."""
    redaction = redaction_of(work, transcript)
    if redaction is None or redaction.made_at is None or manner_of(redaction) != manner:
        return False
    return is_current(work, transcript, redaction)


def _make(ground: Ground, transcript: Transcript) -> None:
    """Run the job here, and raise what it was refused for."""
    progress = Progress("")

    def show(job: JobProgress) -> None:
        progress.say(f"{job.done // 60}:{job.done % 60:02d} / {job.total // 60}:{job.total % 60:02d}")

    with stop_on_signals() as stop:
        Supervisor(ground, HANDLER).run(until_idle=True, stop=stop, on_progress=show)
    progress.end()
    with ground.work() as work:
        redaction = redaction_of(work, transcript)
        job = job_of(work, redaction) if redaction else None
        kind = refusal_called(job.failure) if job is not None and job.failure else None
        if job is not None and job.state == JobState.FAILED and kind is not None:
            raise kind(**job.failure_values)


def _told(code: str, plan: Plan) -> str:
    counts = [f"{plan.counted(one)} {words}" for one, words in _SURENESS.items() if plan.counted(one)]
    places = f"{len(plan.places)} places" + (f" ({', '.join(counts)})" if counts else "")
    return f"{code}: {places} in {len(plan.recordings)} recordings"


_SURENESS = {
    Sureness.EXACT: "by the times of their words",
    Sureness.ESTIMATED: "estimated within their sentences",
    Sureness.WHOLE: "whole turns",
}


def _written(work: Work, slug: str, code: str, output: Path) -> list[Path]:
    study = find_study(work, slug)
    transcript = _transcript(work, slug, code)
    expert_id = work.get(Interview, transcript.interview_id).expert_id
    copies = ready_copies(work, transcript)
    written = []
    for recording, copy in copies:
        name = file_name(code, recording.position, len(copies), copy.container)
        path = output if len(copies) == 1 and not output.is_dir() else output / name
        with opened_copy(work.blobs, expert_id, copy) as source:
            let_out(work, study, Leaving(source, name))
            source.seek(0)
            _write(path, source)
        written.append(path)
    record(work, "anonymisation.audio_given", study_id=study.id, subject_id=transcript.id, count=len(written))
    return written


def _write(path: Path, source: BinaryIO) -> None:
    """Write a file beside its place first, readable by its owner only, then put it there.

    Raises:
        CannotWrite: it cannot be written; nothing is left behind.
    """
    beside = path.with_name(f".{new_id().hex}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as target:
            os.fchmod(target.fileno(), PRIVATE)
            shutil.copyfileobj(source, target)
        beside.replace(path)
    except OSError as error:
        raise CannotWrite(path=path, why=error.strerror) from error
    finally:
        beside.unlink(missing_ok=True)

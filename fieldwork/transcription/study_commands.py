"""`fieldwork transcripts`: transcripts of a study's interviews; made by a job from recordings, or taken as files.

For the owner of the installation: whoever may run these commands has the keys, so `show` prints raw text as well.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from fieldwork.core.audit import record
from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.settings import load_settings
from fieldwork.core.texts import tell
from fieldwork.core.work import Work
from fieldwork.programme.services import find_study
from fieldwork.recording.models import Recording
from fieldwork.recording.services import recordings_of
from fieldwork.recording.soundness import hints_of
from fieldwork.sampling.services import experts_of, find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview, interview_of
from fieldwork.transcription.corrections import correct_question, correct_speaker, correct_text, segment_at
from fieldwork.transcription.doubt import is_doubt
from fieldwork.transcription.doubting import coverage_of, doubts_of
from fieldwork.transcription.engines.shelf import engine_of
from fieldwork.transcription.formats import parse_file
from fieldwork.transcription.glossary_commands import glossary
from fieldwork.transcription.importing import import_transcript, roles_in
from fieldwork.transcription.models import Doubt, Speaker, TranscriptState
from fieldwork.transcription.services import (
    SegmentView,
    find_transcript,
    remove_transcript,
    request_transcription,
    segment_rows,
    segments_of,
    transcript_of,
    transcripts_of,
)

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@click.group()
def transcripts() -> None:
    """Transcripts of a study's interviews."""


transcripts.add_command(glossary)


@transcripts.command("list")
@click.argument("slug")
@_JSON
@data_option
def list_command(slug: str, *, as_json: bool) -> None:
    """List the transcripts of the study SLUG: state, whether complete, source, engine, number of turns."""
    with open_installation() as ground, ground.work() as work:
        rows = [
            {
                "code": expert.code,
                "state": transcript.state,
                "coverage": (coverage := coverage_of(work, transcript)).word,
                "places_to_check": coverage.left,
                "source": transcript.source,
                "language": transcript.language,
                "segments": len(segment_rows(work, transcript)),
                "model": transcript.model or "",
            }
            for expert, transcript in transcripts_of(work, find_study(work, slug).id)
        ]
    if as_json:
        print_json(rows)
    else:
        heads = ("code", "state", "coverage", "places_to_check", "source", "language", "segments", "model")
        print_table([tuple(str(row[head]) for head in heads) for row in rows], heads)


@transcripts.command("request")
@click.argument("slug")
@click.argument("codes", nargs=-1)
@click.option("--engine", help="The recogniser: whisper or faster-whisper. [default: the one that the model is for]")
@click.option("--model", help="Name or path of its model. [default: FIELDWORK_WHISPER_MODEL, or the one in use]")
@data_option
def request_command(slug: str, codes: tuple[str, ...], *, engine: str | None, model: str | None) -> None:
    """Have the recordings of CODES (E02 E05 …) transcribed, or of everybody in SLUG who has no transcript yet.

    The work is done by `fieldwork worker`; `fieldwork jobs list` shows how far it is.
    """
    with open_installation() as ground, ground.work() as work:
        chosen = list(codes) or _waiting(work, slug)
        model = model or load_settings().model
        engine = engine or engine_of(model or "")
        for code in chosen:
            interview = _interview(work, slug, code)
            request_transcription(work, interview, engine, model)
            click.echo(f"{code}: queued")
            for recording in recordings_of(work, interview):
                for hint in hints_of(recording):
                    click.echo(f"{code}, file {recording.position}: {tell(hint, load_settings().language)}", err=True)


@transcripts.command("import")
@click.argument("slug")
@click.argument("code")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--expert-label", help="What the expert is called in the file, where it cannot be guessed.")
@click.option("--interviewer-label", help="What the interviewer is called in it.")
@click.option(
    "--speakers", type=click.Choice(["labelled", "unknown"]), default="labelled", show_default=True,
    help="«unknown» takes a file that names nobody.",
)  # fmt: skip
@data_option
def import_command(
    slug: str, code: str, file: Path, *, expert_label: str | None, interviewer_label: str | None, speakers: Any
) -> None:
    """Take a finished transcript (VTT, SRT, DOCX, HTML of noScribe, JSON, text) into the interview with CODE."""
    parsed = parse_file(file, speakers)
    labels = {expert_label: Speaker.EXPERT, interviewer_label: Speaker.INTERVIEWER}
    given = {label: speaker for label, speaker in labels.items() if label}
    with open_installation() as ground, ground.work() as work:
        interview = _interview(work, slug, code)
        transcript = import_transcript(work, interview, parsed, given)
        unsure = [label for label in roles_in(work, interview, parsed).uncertain if label not in given]
        turns = len(segment_rows(work, transcript))
    click.echo(f"{code}: {turns} turns")
    for line in parsed.warnings:
        click.echo(line, err=True)
    if unsure:
        click.echo(f"check who these speakers are: {', '.join(unsure)}", err=True)


@transcripts.command("show")
@click.argument("slug")
@click.argument("code")
@_JSON
@data_option
def show_command(slug: str, code: str, *, as_json: bool) -> None:
    """Print the transcript of CODE: pseudonymised once it is approved, raw before (which the audit trail notes).

    Places where the text may be wrong or missing go to standard error; with --json they are among the «places», with
    the figures that say so.
    """
    with open_installation() as ground, ground.work() as work:
        interview = _interview(work, slug, code)
        transcript = transcript_of(work, interview)
        views = segments_of(work, transcript)
        places = [_place(doubt, recording) for doubt, recording in doubts_of(work, transcript)]
        coverage = coverage_of(work, transcript)
        if transcript.state != TranscriptState.ANONYMISED:
            record(work, "transcript.shown", study_id=interview.study_id, subject_id=transcript.id)
    if as_json:
        turns = [_data(view) for view in views]
        print_json({"state": transcript.state, "coverage": coverage.word, "turns": turns, "places": places})
        return
    for view in views:
        click.echo(f"{view.position:4d} {_mark(view)} {view.speaker}: {view.text}")
    for place in places:
        if place["to_check"]:
            click.echo(f"check {_clock(place['start_ms'])}: {place['kind'].replace('_', ' ')}", err=True)


@transcripts.command("correct")
@click.argument("slug")
@click.argument("code")
@click.argument("segment", type=int)
@click.option("--question", type=click.IntRange(min=0), help="Number of the guide's question; 0 for none.")
@click.option("--speaker", type=click.Choice([str(speaker) for speaker in Speaker]), help="Whose turn it is.")
@click.option("--text", help="The words as they were said; only before approval. «-» reads them from standard input.")
@data_option
def correct_command(
    slug: str, code: str, segment: int, *, question: int | None, speaker: str | None, text: str | None
) -> None:
    """Correct turn number SEGMENT in the transcript of CODE."""
    words = sys.stdin.read() if text == "-" else text
    with open_installation() as ground, ground.work() as work:
        row = segment_at(work, transcript_of(work, _interview(work, slug, code)), segment)
        if question is not None:
            correct_question(work, row, question or None)
        if speaker is not None:
            correct_speaker(work, row, Speaker(speaker))
        if words is not None:
            correct_text(work, row, words)
    click.echo(f"{code}: corrected")


@transcripts.command("remove")
@click.argument("slug")
@click.argument("code")
@click.confirmation_option(prompt="Remove the transcript with its review?")
@data_option
def remove_command(slug: str, code: str) -> None:
    """Remove the transcript of CODE, if it is not approved yet: a wrong file, a wrong model."""
    with open_installation() as ground, ground.work() as work:
        remove_transcript(work, transcript_of(work, _interview(work, slug, code)))
    click.echo(f"{code}: removed")


def _interview(work: Work, slug: str, code: str) -> Interview:
    return find_interview(work, find_expert(work, find_study(work, slug), code))


def _waiting(work: Work, slug: str) -> list[str]:
    """Experts with recordings and no complete transcript."""
    found = []
    for expert in experts_of(work, find_study(work, slug)):
        interview = interview_of(work, expert)
        if interview is not None and recordings_of(work, interview):
            transcript = find_transcript(work, interview)
            if transcript is None or transcript.state == TranscriptState.IN_PROGRESS:
                found.append(expert.code)
    return found


def _mark(view: SegmentView) -> str:
    question = f"q{view.question_number}" if view.question_number else "-"
    if view.start_ms is None:
        return f"[{question}]"
    return f"[{question} {_clock(view.start_ms)}]"


def _clock(ms: int) -> str:
    """Milliseconds as 1:02."""
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes}:{seconds:02d}"


def _place(doubt: Doubt, recording: Recording) -> dict[str, Any]:
    """A place in doubt, in ms of the interview; ``to_check`` is whether somebody still has to look."""
    return {
        "kind": doubt.kind,
        "start_ms": recording.offset_ms + doubt.start_ms,
        "end_ms": recording.offset_ms + doubt.end_ms,
        "recording": recording.position,
        "to_check": doubt.looked_at is None and is_doubt(doubt.kind),
        "reasons": doubt.reasons,
    }


def _data(view: SegmentView) -> Mapping[str, Any]:
    return {
        "position": view.position,
        "speaker": view.speaker,
        "question": view.question_number,
        "start_ms": view.start_ms,
        "end_ms": view.end_ms,
        "text": view.text,
    }

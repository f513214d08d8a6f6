"""`fieldwork anonymisation`: look for names in a study's transcripts, review what was found, approve.

For the owner of the installation: whoever may run these commands has the keys, so the review shows words in clear.
"""

from typing import Any

import click

from fieldwork.anonymisation.accuracy_commands import accuracy_command
from fieldwork.anonymisation.approval import approve
from fieldwork.anonymisation.audio_commands import audio_command
from fieldwork.anonymisation.detection import detect
from fieldwork.anonymisation.disclosure import Shown, sample_uniques, told
from fieldwork.anonymisation.export_commands import export_command
from fieldwork.anonymisation.leaving_commands import check_command
from fieldwork.anonymisation.models import LABELS, Decision
from fieldwork.anonymisation.naming_commands import profiles_command, pseudonym_command, terms_command
from fieldwork.anonymisation.publishing import TRAITS, USUAL, Standing, publish, standing_of, undo_form, wanted_form
from fieldwork.anonymisation.review import ReviewItem, accept_all, accept_certain, decide, mark_places, review_items
from fieldwork.anonymisation.services import mentions_of
from fieldwork.core.audit import record
from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.errors import BadInput
from fieldwork.core.work import Work
from fieldwork.programme.services import find_study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.services import interview_of_transcript, transcript_of, transcripts_of

_AROUND = 40  # code points of context on either side
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


class NoSuchNumber(BadInput):
    """The review has no mention of that number."""

    message = "There is no mention number {number}: the transcript has {count}. See: fieldwork anonymisation review"


@click.group()
def anonymisation() -> None:
    """Review and approve the anonymisation of a study's transcripts."""


anonymisation.add_command(accuracy_command)
anonymisation.add_command(audio_command)
anonymisation.add_command(check_command)
anonymisation.add_command(export_command)
anonymisation.add_command(profiles_command)
anonymisation.add_command(pseudonym_command)
anonymisation.add_command(terms_command)


@anonymisation.command("list")
@click.argument("slug")
@_JSON
@data_option
def list_command(slug: str, *, as_json: bool) -> None:
    """How far every transcript of the study SLUG is: mentions found, undecided, replaced."""
    with open_installation() as ground, ground.work() as work:
        rows = [
            {"code": expert.code, "state": transcript.state, **_counts(work, transcript)}
            for expert, transcript in transcripts_of(work, find_study(work, slug).id)
        ]
    if as_json:
        print_json(rows)
    else:
        heads = ("code", "state", "mentions", "undecided", "replaced")
        print_table([tuple(str(row[head]) for head in heads) for row in rows], heads)


@anonymisation.command("detect")
@click.argument("slug")
@click.argument("codes", nargs=-1)
@data_option
def detect_command(slug: str, codes: tuple[str, ...]) -> None:
    """Look for names in the transcripts of CODES (E01 E02 …), or in all raw ones of the study SLUG."""
    with open_installation() as ground:
        with ground.work() as work:
            chosen = list(codes) or _raw_codes(work, slug)
        for code in chosen:
            with ground.work() as work:
                found = detect(work, _transcript(work, slug, code))
                undecided = sum(mention.decision == Decision.PENDING for mention in found)
            click.echo(f"{code}: {len(found)} mentions, {undecided} to decide")


@anonymisation.command("review")
@click.argument("slug")
@click.argument("code")
@click.option("--accept", type=int, multiple=True, metavar="NUMBER", help="Replace the mention of this number.")
@click.option("--reject", type=int, multiple=True, metavar="NUMBER", help="Let the mention of this number stand.")
@click.option("--accept-certain", "certain", is_flag=True, help="Replace every mention that the detectors are sure of.")
@click.option(
    "--accept-all", "entirely", is_flag=True, help="Replace every mention that is undecided, doubtful or not."
)
@click.option(
    "--mark",
    type=(int, int, int),
    multiple=True,
    metavar="START END SEGMENT",
    help="Mark and replace what was missed: code points of a segment's text, and its number.",
)
@click.option("--label", type=click.Choice(LABELS), default="PER", help="What --mark marks.")
@click.option("--entity", "key", default="", help="Whose mention --mark marks: a key such as E02 or person-4.")
@click.option("--all", "everything", is_flag=True, help="Show decided mentions too.")
@click.option(
    "--identity", is_flag=True, help="With --json: the words in clear; the audit trail says that it was done."
)
@_JSON
@data_option
def review_command(
    slug: str,
    code: str,
    *,
    accept: tuple[int, ...],
    reject: tuple[int, ...],
    certain: bool,
    entirely: bool,
    mark: tuple[tuple[int, int, int], ...],
    label: str,
    key: str,
    everything: bool,
    identity: bool,
    as_json: bool,
) -> None:
    """Decide the mentions in the transcript of CODE, and show those that are left, by number.

    A replaced mention becomes its placeholder, a rejected one stays as it was said. Decisions can be changed until
    the transcript is approved.
    """
    with open_installation() as ground, ground.work() as work:
        transcript = _transcript(work, slug, code)
        items = review_items(work, transcript)  # numbered as they were last shown
        for number in (*accept, *reject):
            decide(work, _numbered(items, number).mention, accept=number in accept)
        if certain:
            accept_certain(work, transcript)
        if entirely:
            accept_all(work, transcript)
        if mark:
            mark_places(work, transcript, [(at, start, end) for start, end, at in mark], label, key)
            items = review_items(work, transcript)
        shown = [
            (number, item)
            for number, item in enumerate(items, start=1)
            if everything or item.mention.decision == Decision.PENDING
        ]
        clear = identity or not as_json
        if clear:
            _note_shown(work, transcript, len(shown))
    if as_json:
        print_json([_data(number, item, clear=clear) for number, item in shown])
    else:
        _print(shown)


@anonymisation.command("approve")
@click.argument("slug")
@click.argument("code")
@data_option
def approve_command(slug: str, code: str) -> None:
    """Take responsibility for the transcript of CODE: its raw text is replaced by the pseudonymised one."""
    with open_installation() as ground, ground.work() as work:
        approve(work, _transcript(work, slug, code))
    click.echo(f"{code}: approved")


@anonymisation.command("risk")
@click.argument("slug")
@click.option("--trait", "traits", multiple=True, type=click.Choice(TRAITS), help="Count this trait; may be repeated.")
@click.option(
    "--shown", type=click.Choice([one.value for one in Shown]), help="Traits by themselves, in pairs, or all together."
)
@click.option("--apply", "apply_", is_flag=True, help="Publish the sample in the proposed form from now on.")
@click.option("--undo", is_flag=True, help="Take the newest published form back.")
@_JSON
@data_option
def risk_command(
    slug: str, traits: tuple[str, ...], shown: str | None, *, apply_: bool, undo: bool, as_json: bool
) -> None:
    """Who would stand out in the table of the sample of the study SLUG, and what form of it would pass.

    Every published cell must hold at least three experts. Without options: the table as the report would show it.
    """
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        if undo:
            undo_form(work, study)
        wanted = wanted_form(work, study, traits or USUAL, Shown(shown or Shown.ALONE)) if traits or shown else None
        standing = standing_of(work, study, wanted)
        if apply_:
            publish(work, study, standing.proposal, None)
            standing = standing_of(work, study)
    data = _risk_data(standing)
    if as_json:
        print_json(data)
    else:
        _print_risk(data)


def _risk_data(standing: Standing) -> dict[str, Any]:
    rows = list(standing.rows.values())
    return {
        "experts": len(rows),
        "shown": standing.form.shown,
        "passes": standing.passes,
        "chosen": standing.chosen is not None,
        "tables": [
            {
                "traits": one.columns,
                "k": one.k,
                "alone": one.unique,
                "small": [{"cell": cell, "experts": count} for cell, count in one.small.items()],
            }
            for one in standing.risks
        ],
        "published": standing.form.columns,
        "proposal": standing.proposal.columns,
        "changes": told(rows, standing.form, standing.proposal),
        "alone_on": {code: ways[:1] for code, ways in sample_uniques(standing.rows, TRAITS).items() if ways},
    }


def _print_risk(data: dict[str, Any]) -> None:
    rows = [
        (
            " x ".join(table["traits"]),
            str(table["k"]),
            str(table["alone"]),
            "; ".join(f"{', '.join(one['cell'])} ({one['experts']})" for one in table["small"]),
        )
        for table in data["tables"]
    ]
    print_table(rows, ("table", "k", "alone", "below three"))
    click.echo("May be published." if data["passes"] else f"Refused. This would pass: {data['changes']} (--apply)")


def _transcript(work: Work, slug: str, code: str) -> Transcript:
    expert = find_expert(work, find_study(work, slug), code)
    return transcript_of(work, find_interview(work, expert))


def _raw_codes(work: Work, slug: str) -> list[str]:
    found = transcripts_of(work, find_study(work, slug).id)
    return [expert.code for expert, transcript in found if transcript.state == "raw"]


def _counts(work: Work, transcript: Transcript) -> dict[str, int]:
    decisions = [mention.decision for mention in mentions_of(work, transcript)]
    return {
        "mentions": len(decisions),
        "undecided": decisions.count(Decision.PENDING),
        "replaced": decisions.count(Decision.ACCEPTED),
    }


def _numbered(items: list[ReviewItem], number: int) -> ReviewItem:
    if not 1 <= number <= len(items):
        raise NoSuchNumber(number=number, count=len(items))
    return items[number - 1]


def _note_shown(work: Work, transcript: Transcript, count: int) -> None:
    study_id = interview_of_transcript(work, transcript).study_id
    record(work, "anonymisation.shown", study_id=study_id, subject_id=transcript.id, count=count)


def _data(number: int, item: ReviewItem, *, clear: bool) -> dict[str, Any]:
    mention = item.mention
    data = {
        "number": number,
        "id": mention.id,
        "segment": item.position,
        "start": mention.start,
        "end": mention.end,
        "label": mention.label,
        "entity": item.entity_key,
        "certain": mention.certain,
        "decision": mention.decision,
        "replacement": mention.replacement,
    }
    return data | {"text": item.words} if clear else data


def _print(shown: list[tuple[int, ReviewItem]]) -> None:
    rows = [
        (
            str(number),
            str(item.position),
            item.mention.label,
            item.mention.replacement,
            "" if item.mention.certain else "?",
            item.mention.decision,
            f"{item.before[-_AROUND:]}>>{item.words}<<{item.after[:_AROUND]}".replace("\n", " "),
        )
        for number, item in shown
    ]
    print_table(rows, ("number", "segment", "label", "replacement", "sure", "decision", "in its context"))

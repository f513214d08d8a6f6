"""`fieldwork anonymisation accuracy`: what a study's marked sample tells, and drawing one. It shows no words."""

from typing import Any

import click

from fieldwork.anonymisation.accuracy import (
    draw,
    last_sample,
    markers_in,
    markers_of,
    markings_in,
    outlook,
    passages_in,
)
from fieldwork.anonymisation.measuring import Result, result_of
from fieldwork.anonymisation.models import AccuracySample
from fieldwork.anonymisation.recall import Share
from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import find_study, member_by_initials, signatures_of


@click.command("accuracy")
@click.argument("slug")
@click.option("--draw", "size", type=int, metavar="PASSAGES", help="Draw a sample of so many passages to be marked.")
@click.option(
    "--marker", "markers", multiple=True, metavar="INITIALS", help="With --draw: who marks; else all who may."
)
@click.option("--seed", default="", help="With --draw: a seed, to draw the same sample again.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@data_option
def accuracy_command(slug: str, *, size: int | None, markers: tuple[str, ...], seed: str, as_json: bool) -> None:
    """How much of what identifies people the masking of the study SLUG misses, by a sample that two people marked."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        if size is not None:
            chosen = [member_by_initials(work, study, one) for one in markers] or markers_of(work, study)
            draw(work, study, size=size, markers=[one.account_id for one in chosen], seed=seed)
        data = _told(work, study)
    if as_json:
        print_json(data)
    else:
        _print(data)


def _told(work: Work, study: Study) -> dict[str, Any]:
    """What is to be told: the last measured sample, the one being marked, what could be drawn."""
    last, measured = last_sample(work, study), last_sample(work, study, measured=True)
    seen = outlook(work, study) if last is None else None
    return {
        "measured": _result(result_of(work, study, measured)) if measured else None,
        "open": _progress(work, study, last) if last and last.measured_at is None else None,
        "frame": {"passages": seen.passages, "words": seen.words, "left_out": list(seen.left_out)} if seen else None,
    }


def _result(result: Result) -> dict[str, Any]:
    sample = result.sample
    return {
        "sample": sample.number, "seed": sample.seed, "size": sample.size, "frame": sample.frame,
        "measured_at": sample.measured_at, "passages": result.passages, "words": result.words,
        "transcripts": result.transcripts, "gone": result.gone, "changed": result.changed,
        "settled_alone": result.alone, "program": _share(result.machine), "program_sure": _share(result.sure),
        "program_words": _share(result.machine_words), "reviewed": _share(result.reviewed),
        "reviewed_words": _share(result.reviewed_words),
        "by_kind": {label: _share(one) for label, one in result.by_label.items()},
        "reviewed_by_kind": {label: _share(one) for label, one in result.reviewed_by_label.items()},
        "expected_unmasked": result.expected[0] if result.expected else None,
        "at_most_unmasked": result.expected[1] if result.expected else None,
        "seen_by_neither": round(result.overlooked.neither, 2) if result.overlooked else None,
    }  # fmt: skip


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    rounded = {name: round(getattr(share, name), 4) for name in ("value", "low", "high", "effect")}
    return {"masked": share.masked, "there": share.there} | rounded


def _progress(work: Work, study: Study, sample: AccuracySample) -> dict[str, Any]:
    initials = {one.member.account_id: one.member.initials for one in signatures_of(work, study)}
    passages, marked = passages_in(work, sample), markings_in(work, sample)
    return {
        "sample": sample.number, "seed": sample.seed, "size": sample.size, "frame": sample.frame,
        "markers": [
            {
                "initials": initials.get(one.account_id, ""),
                "passages": sum(one.account_id in (row.first_id, row.second_id) for row in passages),
                "marked": sum((row.id, one.account_id) in marked for row in passages),
                "finished": one.finished_at is not None,
            }
            for one in markers_in(work, sample)
        ],
    }  # fmt: skip


def _print(data: dict[str, Any]) -> None:
    measured, marked, frame = data["measured"], data["open"], data["frame"]
    if frame:
        click.echo(f"not measured; {frame['passages']} passages ({frame['words']} words) can be drawn from")
    if measured:
        click.echo(
            f"sample {measured['sample']}: {measured['passages']} of {measured['frame']} passages, "
            f"{measured['transcripts']} transcripts; left the sample: {measured['gone'] + measured['changed']}"
        )
        kinds = [(f"program, {label}", one) for label, one in measured["by_kind"].items()]
        kinds += [(f"program and review, {label}", one) for label, one in measured["reviewed_by_kind"].items()]
        rows = [("program", measured["program"]), ("program and review", measured["reviewed"]), *kinds]
        print_table([_row(name, one) for name, one in rows if one], ("masked by", "masked", "there", "share", "95 %"))
    if marked:
        click.echo(f"sample {marked['sample']} is being marked: {marked['size']} of {marked['frame']} passages")
        rows_ = [
            (one["initials"], str(one["marked"]), str(one["passages"]), "yes" if one["finished"] else "")
            for one in marked["markers"]
        ]
        print_table(rows_, ("who", "marked", "passages", "finished"))


def _row(name: str, one: dict[str, Any]) -> tuple[str, ...]:
    interval = f"{100 * one['low']:.1f}-{100 * one['high']:.1f}"
    return (name, str(one["masked"]), str(one["there"]), f"{100 * one['value']:.1f}", interval)

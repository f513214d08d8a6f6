"""`fieldwork demo`: the whole chain on the demo study, and its figures."""

import resource
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import click

from fieldwork.core.console import data_option, print_json, print_table
from fieldwork.core.errors import Refusal
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Language, load_settings
from fieldwork.core.work import open_ground
from fieldwork.demo.figures import Figure, figures
from fieldwork.demo.material import document
from fieldwork.demo.narration import told
from fieldwork.demo.stages import TODAY, Demo, Outcome

_MIB_IN_KIB = 1024
_WORD_ERRORS = (
    "word error rate of the demonstration model on the demo's recordings: {share} % ({errors} of {words} words)"
)
_REVIEWED = (
    "mentions proposed by the machine: {proposed}, accepted {accepted}, rejected {rejected}; "
    "added by the reviewer: {added}"
)


class FiguresDiffer(Refusal):
    """The demo's figures, counted from the database, are not those of the published study."""

    message = "These figures differ from the published study: {names}. The report is in {report}."


@click.command()
@click.option(
    "--report",
    "report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the PDF goes. [default: creative-class.pdf in the data folder]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as data.")
@data_option
@click.pass_obj
def demo(handlers: Mapping[str, str], *, report: Path | None, as_json: bool) -> None:
    """Take the demo study from its audio files to the anonymised PDF report.

    Stopped on its way, it goes on where it was. Its recordings are synthetic, and the Whisper model that transcribes
    them is a demonstration model that knows the demo's sentences, not a speech recogniser.
    """
    started = time.perf_counter()
    settings = load_settings()
    ground, now = open_ground(settings, clock=lambda: TODAY), open_ground(settings)
    try:
        upgrade(settings.database_url)
        run = Demo(ground, now, handlers, lambda line: click.echo(f"== {told(line, settings.language)}", err=True))
        outcome = run.run(report or settings.data / "creative-class.pdf")
        with ground.look() as session:
            counted = figures(session, outcome.study_id)
    finally:
        ground.close()
        now.close()
    path = (report or settings.data / "creative-class.pdf").resolve()
    if as_json:
        print_json({"figures": [asdict(figure) for figure in counted], "report": path})
    else:
        _show(counted, outcome, path, time.perf_counter() - started, settings.language)
    if differing := [figure.name for figure in counted if not figure.agrees]:
        names = ", ".join(told(name, settings.language) for name in differing)
        raise FiguresDiffer(names=names, report=path)


def _show(counted: list[Figure], outcome: Outcome, path: Path, seconds: float, language: Language) -> None:
    click.echo()
    rows = [
        (told(row.name, language), _value(row.counted, language), _beside(row, language), _mark(row, language))
        for row in counted
    ]
    print_table(rows, (*(told(head, language) for head in ("figure", "counted", "published")), ""))
    click.echo()
    for english, values in (*_account(outcome), *_closing(outcome, path, seconds)):
        click.echo(told(english, language, **values))


def _value(value: str | None, language: Language) -> str:
    """A figure as it is; a core category by its label instead of its key."""
    if value not in document("categories"):
        return value or ""
    if language == "ru":
        return str(document("categories")[value]["label"])
    return str(document("labels")["core_categories"][value][language])


def _beside(figure: Figure, language: Language) -> str:
    """The published figure; long labels only where they differ, so that the table fits a terminal."""
    same_label = figure.agrees and figure.published in document("categories")
    return "" if same_label else _value(figure.published, language)


def _mark(figure: Figure, language: Language) -> str:
    if figure.published is None:
        return ""
    return "=" if figure.agrees else told("DIFFERS", language)


def _account(outcome: Outcome) -> Iterator[tuple[str, dict[str, object]]]:
    """What was done in this run, for those stages that were not done before."""
    if outcome.words:
        yield (
            _WORD_ERRORS,
            {
                "share": f"{100 * outcome.word_errors / outcome.words:.1f}",
                "errors": outcome.word_errors,
                "words": outcome.words,
            },
        )
    reviewed = outcome.reviewed
    if reviewed.accepted:
        yield (
            _REVIEWED,
            {"proposed": reviewed.accepted + reviewed.rejected, **asdict(reviewed)},
        )
    placed = outcome.placed
    if placed is not None:
        missing = (*placed.not_placed, *placed.doubled)
        yield (
            "quotations anchored: {exact} word for word, {alike} by likeness; not placed: {missing}",
            {"exact": len(placed.exact), "alike": len(placed.by_likeness), "missing": len(missing)},
        )
        for one in missing:
            yield (
                "not placed: {code}, {expert}, utterance {number}",
                {"code": one.code, "expert": one.expert, "number": one.i},
            )


def _closing(outcome: Outcome, path: Path, seconds: float) -> Iterator[tuple[str, dict[str, object]]]:
    yield (
        "time: {seconds} s; peak memory of one process: {peak} MiB",
        {"seconds": f"{seconds:.0f}", "peak": _peak_mib()},
    )
    yield (
        "report: {path} ({pages} pages, written in {seconds} s)",
        {"path": path, "pages": outcome.report.pages, "seconds": f"{outcome.report_seconds:.1f}"},
    )


def _peak_mib() -> int:
    """Peak resident memory of this process or the largest of its children, MiB."""
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return int(peak) // (_MIB_IN_KIB * (_MIB_IN_KIB if sys.platform == "darwin" else 1))

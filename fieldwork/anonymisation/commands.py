"""``fieldwork anonymise``: files and folders with names, contacts and addresses replaced."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fieldwork.anonymisation.mention import LABELS
from fieldwork.core.errors import BadInput, Refusal

if TYPE_CHECKING:
    from fieldwork.anonymisation.files import AnonymousFile, Doubtful, FileAnonymiser
    from fieldwork.anonymisation.identities import KnownIdentity

_LONG = 200_000
_PER_SECOND = 50_000
_SUFFIXES = frozenset({".txt", ".md", ".jsonl", ".docx", ".vtt", ".srt"})
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class NothingToRead(BadInput):
    """A folder without files of the formats that are read."""

    message = "There is no file to anonymise in {path}. Files read: txt, md, jsonl, docx, vtt, srt."


class CannotRead(Refusal):
    """The system does not let a file be read."""

    message = "{path} cannot be read: {why}. Nothing was written."


@dataclass(frozen=True)
class Source:
    """A file to read: its path (None: the standard input), its place below the folder that was named, if one was."""

    path: Path | None
    below: Path = Path()
    folder: Path | None = None


def _labels(_context: click.Context, _parameter: click.Parameter, value: str | None) -> frozenset[str] | None:
    """The labels of ``--mask``; «default» stands for what is replaced without it."""
    if value is None:
        return None
    wanted = {label.strip().upper() for label in value.split(",") if label.strip()}
    unknown = wanted - {*LABELS, "DEFAULT"}
    if unknown or not wanted:
        raise click.BadParameter(f"choose from {', '.join(LABELS)}, default (separated by commas).")
    return frozenset(wanted)


@click.command("anonymise")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json", "jsonl", "docx", "vtt", "srt"]),
              help="What FILES are; otherwise told by name and content. json: plain text in, JSON with the mentions "
              "out.")  # fmt: skip
@click.option("--jsonl", is_flag=True, help='The same as --format jsonl: read one {"id", "text"} per line; write the '
              'same lines with "anonymised" and "mentions".')  # fmt: skip
@click.option("--known", type=_FILE,
              help="Contacts: a study's experts.yaml, YAML with `E01: {full_name: …}`, or CSV of code, full_name, "
              "short_names, latin, employer, employer_aliases, position, phone, email, handle (lists separated by "
              "|).")  # fmt: skip
@click.option("--terms", type=_FILE, help="YAML with `terms: [{words: …, label: ORG}]` to be found, and `exceptions: "
              "[…]` never to be.")  # fmt: skip
@click.option("--mask", callback=_labels, metavar="LABELS",
              help=f"Replace these and nothing else, separated by commas: {', '.join(LABELS)}. "
              "«default» is all but LOC and POSITION: --mask default,LOC.")  # fmt: skip
@click.option("--profile", type=click.Choice(["team", "archive"]),
              help="A choice of labels by name: team is the default; archive replaces places and "
              "positions too.")  # fmt: skip
@click.option("--doubtful", type=click.Choice(["mask", "keep", "mark"]), default="mask", show_default=True,
              help="What is not certain is replaced, stays, or is replaced as [человек-2?].")  # fmt: skip
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path),
              help="A CSV table of what was replaced by what. It names people: keep it in the vault.")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path),
              help="Write here instead of the standard output; for several files or a folder, a folder. All or "
              "nothing.")  # fmt: skip
def anonymise(
    files: tuple[Path, ...],
    *,
    form: str | None,
    jsonl: bool,
    known: Path | None,
    terms: Path | None,
    mask: frozenset[str] | None,
    profile: str | None,
    doubtful: "Doubtful",
    report: Path | None,
    output: Path | None,
) -> None:
    """Replace what identifies people in FILES (text, JSON lines, DOCX, VTT, SRT), in folders, or the standard input.

    Known experts become [E03], others [человек-2], organisations [организация-4], streets [улица-1]; phones, e-mails,
    links, handles, numbers and dates of birth lose their content. Cities and countries stay. One entity has one
    placeholder over all files. Mentions that are not certain are replaced too and counted: have a person look before
    the text leaves. No machine finds every name.
    """
    if jsonl and form not in (None, "jsonl"):
        raise click.UsageError("--jsonl and --format contradict each other.")
    if mask is not None and profile is not None:
        raise click.UsageError("Give --mask or --profile, not both.")
    if profile == "archive":
        mask = frozenset(LABELS)
    sources = list(_sources(files))
    whole = bool(files) and (len(files) > 1 or files[0].is_dir())
    _check_places(sources, output, report, whole=whole)
    worker = _anonymiser(known, terms, mask, doubtful)
    results = _results(sources, worker, "jsonl" if jsonl else form or "", several=whole)
    _deliver(sources, results, output, report, whole=whole)


def _sources(files: tuple[Path, ...]) -> Iterator[Source]:
    """The files named, and those in the folders named, in order of name."""
    if not files:
        yield Source(None)
    for path in files:
        if path.is_file():
            yield Source(path, Path(path.name))
            continue
        inside = sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
        readable = [one for one in inside if one.suffix.lower() in _SUFFIXES]
        if not readable:
            raise NothingToRead(path=path)
        if len(inside) > len(readable):
            _say(f"Files of other kinds were left out: {len(inside) - len(readable)}.")
        yield from (Source(one, one.relative_to(path), path) for one in readable)


def _check_places(sources: Sequence[Source], output: Path | None, report: Path | None, *, whole: bool) -> None:
    """Refuse what would write over an input, before anything long begins."""
    # With the detectors' modules; see _anonymiser.
    from fieldwork.anonymisation.delivering import refuse_over  # noqa: PLC0415

    if whole and (output is None or output.is_file()):
        raise click.UsageError("Several files need a folder for the results: --output DIR.")
    if not whole and output is not None and output.is_dir():
        raise click.UsageError(f"{output} is a folder: give --output the name of a file.")
    folders = {source.folder.resolve() for source in sources if source.folder}
    if output is not None and any(folder in output.resolve().parents for folder in folders):
        raise click.UsageError(f"{output} is inside a folder that is read: choose a place outside.")
    if report is not None and output is not None and report.absolute() == output.absolute():
        raise click.UsageError("--report and --output are the same file.")
    inputs = [source.path.stat() if source.path else _standard_input() for source in sources]
    below = [output / source.below for source in sources] if whole and output else []
    refuse_over([path for path in (output, report, *below) if path], [one for one in inputs if one])


def _standard_input() -> os.stat_result | None:
    try:
        return os.fstat(sys.stdin.fileno())
    except (OSError, ValueError):  # a test's or a caller's stream without a file below it
        return None


def _anonymiser(
    known: Path | None, terms: Path | None, mask: frozenset[str] | None, doubtful: "Doubtful"
) -> "FileAnonymiser":
    # The detectors load a model and dictionaries (1 s): only when the command runs, so that --help stays fast.
    from fieldwork.anonymisation.files import FileAnonymiser  # noqa: PLC0415
    from fieldwork.anonymisation.placeholders import Profile  # noqa: PLC0415
    from fieldwork.anonymisation.written_records import read_terms  # noqa: PLC0415

    people = _known(known) if known else []
    nameless = [person.code for person in people if not person.full_name]
    if nameless:
        _say(f"Without a name in the contacts file, so not to be found in a text: {', '.join(nameless)}.")
    words, exceptions = read_terms(terms.read_bytes()) if terms else ([], [])
    usual = frozenset(Profile().masked)
    masked = usual if mask is None else (mask - {"DEFAULT"}) | (usual if "DEFAULT" in mask else frozenset())
    return FileAnonymiser(people, Profile(masked), terms=words, exceptions=exceptions, doubtful=doubtful)


def _known(path: Path) -> "list[KnownIdentity]":
    # With the detectors' modules; see _anonymiser.
    from fieldwork.anonymisation.contacts import read_contacts  # noqa: PLC0415
    from fieldwork.anonymisation.written_records import read_contacts_yaml  # noqa: PLC0415

    data = path.read_bytes()
    return read_contacts_yaml(data) if path.suffix.lower() in (".yaml", ".yml") else read_contacts(data)


def _results(
    sources: Sequence[Source], worker: "FileAnonymiser", form: str, *, several: bool
) -> "list[tuple[str, AnonymousFile]]":
    """Every file anonymised, with the format it was read in."""
    # With the detectors' modules; see _anonymiser.
    from fieldwork.anonymisation.carriers import form_of  # noqa: PLC0415

    results = []
    for number, source in enumerate(sources, start=1):
        data = _bytes(source)
        kind = form or form_of(data, source.below.suffix)
        if several:
            _say(f"File {number} of {len(sources)}, {len(data) / 1000:,.0f} kB")
        elif len(data) > _LONG and kind != "docx":
            _say(f"{len(data) / 1e6:.1f} MB of text: about {len(data) / 2 / _PER_SECOND:.0f} s.")
        try:
            result = worker.anonymise(data, kind, name="/".join(source.below.with_suffix("").parts) if several else "")
        except BadInput:
            if several:
                _say(f"Nothing is written, because of {source.path}:")
            raise
        for notice in result.notices:
            _say(f"File {number}: {notice}" if several else notice)
        results.append((kind, result))
    return results


def _bytes(source: Source) -> bytes:
    try:
        return source.path.read_bytes() if source.path else sys.stdin.buffer.read()
    except OSError as error:
        raise CannotRead(path=source.path or "-", why=error.strerror) from error


def _deliver(
    sources: Sequence[Source],
    results: "Sequence[tuple[str, AnonymousFile]]",
    output: Path | None,
    report: Path | None,
    *,
    whole: bool,
) -> None:
    # With the detectors' modules; see _anonymiser.
    from fieldwork.anonymisation.delivering import report as table  # noqa: PLC0415
    from fieldwork.anonymisation.delivering import write_all  # noqa: PLC0415

    doubtful = sum(result.doubtful for _, result in results)
    written: dict[Path, bytes] = {}
    if whole and output is not None:
        for source, (_, result) in zip(sources, results, strict=True):
            path = _free(output / (result.name + source.below.suffix), written)
            path.parent.mkdir(parents=True, exist_ok=True)
            written[path] = result.data
    elif output is not None:
        written[output] = results[0][1].data
    elif results[0][0] == "docx" and sys.stdout.isatty():
        raise click.UsageError("A DOCX cannot be shown on a terminal: give --output FILE.")
    if report is not None:
        names = [str(source.below) if source.path else "-" for source in sources]
        written[report] = table([(n, one.mentions) for n, (_, one) in zip(names, results, strict=True)])
    write_all(written, private=[report] if report else [])
    if output is None:
        sys.stdout.buffer.write(results[0][1].data)
        sys.stdout.buffer.flush()
    if report is not None:
        _say(f"{report} names the people: keep it apart from the results, in the vault.")
    if doubtful and results[0][0] not in ("json", "jsonl"):  # there each mention says it
        _say(f"Not certain: {doubtful}. Have a person look (--doubtful mark shows them in the text).")


def _free(path: Path, taken: dict[Path, bytes]) -> Path:
    """The path, or the same with a number where another file of this run has it («Роза» and «Розе» in names)."""
    number, free = 2, path
    while free in taken:
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
        number += 1
    return free


def _say(line: str) -> None:
    click.echo(line, err=True)


COMMANDS: Sequence[click.Command] = (anonymise,)

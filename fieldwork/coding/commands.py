"""`fieldwork codes`: the codebook of a study."""

from pathlib import Path
from typing import Any

import click

from fieldwork.coding.code_commands import add, by_option, code, json_option, remove, rename
from fieldwork.coding.codebook import Codebook, experts_of
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.importing import (
    ImportedCodes,
    Placement,
    Source,
    import_categories,
    import_codes,
    import_memos,
    numbered_source,
)
from fieldwork.coding.models import Code
from fieldwork.coding.shapes import CodeShape, parse_codes
from fieldwork.coding.texts import expert_called
from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import find_study, member_by_initials
from fieldwork.programme.yaml_files import read_yaml

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def codes() -> None:
    """Codes, categories and their codings.

    From files: `categories`, then `import`, then `memos`. One at a time: `add`, then `code`. Transcripts are coded once
    their anonymisation is approved.
    """


for _one in (add, code, rename, remove):
    codes.add_command(_one)


@codes.command("categories")
@click.argument("slug")
@click.argument("categories", type=_FILE)
@click.argument("labels", type=_FILE)
@data_option
def import_categories_file(slug: str, categories: Path, labels: Path) -> None:
    """Take core categories and categories into the study SLUG.

    CATEGORIES holds them with Russian labels: `{key: {label: …, categories: {key: label}}}`. LABELS holds the Kazakh
    and the English ones by the same keys. The demo's categories.yaml and labels.yaml are examples.
    """
    russian, others = read_yaml(categories), read_yaml(labels)
    with open_installation() as ground, ground.work() as work:
        cores, count = import_categories(work, find_study(work, slug), russian, others)
    click.echo(f"{slug}: {cores} core categories, {count} categories.")


@codes.command("import")
@click.argument("slug")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@data_option
@by_option
@click.option("--leave-out", is_flag=True, help="Import the rest when quotations cannot be placed.")
@json_option
def import_files(slug: str, files: tuple[Path, ...], *, initials: str | None, leave_out: bool, as_json: bool) -> None:
    """Take the codes of FILE... (YAML) with their quotations into the study SLUG.

    A quotation names its expert, the number of its turn (`i`, as `transcripts show` prints it; where it does not stand
    there, the whole transcript is searched) and its words, with placeholders or as they were spoken. The demo's
    codes_A.yaml is an example.

    Prints what became of every quotation: word for word, by likeness, already there, not placed. When one cannot be
    placed nothing is imported and the exit code is 1, unless --leave-out is given.
    """
    read = [code for file in files for code in parse_codes(read_yaml(file), file.name)]
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        member = member_by_initials(work, study, initials) if initials else None
        account = import_codes(work, study, read, _sources(work, study, read), member)
        _print_account(account, as_json=as_json)
        if not leave_out:
            account.require_whole()


@codes.command("memos")
@click.argument("slug")
@click.argument("file", type=_FILE)
@data_option
def import_memos_file(slug: str, file: Path) -> None:
    """Take the memos of FILE (YAML) into the study SLUG; members, categories and codes come first.

    The demo's memos.yaml is an example.
    """
    data = read_yaml(file)
    with open_installation() as ground, ground.work() as work:
        count = import_memos(work, find_study(work, slug), data)
    click.echo(f"{slug}: {count} memos.")


@codes.command("list")
@click.argument("slug")
@data_option
@json_option
def list_codes(slug: str, as_json: bool) -> None:
    """List the codes of the study SLUG with what they rest on."""
    book = _codebook(slug)
    if as_json:
        print_json({"figures": _figures(book), "codes": [_code(book, code) for code in book.codes]})
        return
    print_table([_row(book, code) for code in book.codes], ("no", "category", "codings", "experts", "in vivo", "name"))
    figures = _figures(book)
    click.echo(", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in figures.items()))


@codes.command("show")
@click.argument("slug")
@click.argument("number", type=int)
@data_option
@json_option
def show_code(slug: str, number: int, as_json: bool) -> None:
    """Show the code NUMBER of the study SLUG with its quotations."""
    book = _codebook(slug)
    code = next((code for code in book.codes if code.number == number), None)
    if code is None:
        raise NotFound(kind="code", name=number)
    shown = {**_code(book, code), "definition": code.definition, "quotations": _quotations(book, code)}
    if as_json:
        print_json(shown)
        return
    click.echo(f"{code.number}. {code.name}\n{code.definition}\n")
    for quotation in shown["quotations"]:
        click.echo(f"«{quotation['quote']}»\n    {quotation['expert']}, {_place(quotation)}\n")


@codes.command("ungrounded")
@click.argument("slug")
@data_option
@json_option
def ungrounded_codes(slug: str, as_json: bool) -> None:
    """List codes that rest on no quotation, and codings that a correction took the words from.

    Ends with exit code 1 when there are any: such codes keep a report from being written.
    """
    book = _codebook(slug)
    bare, lost = book.ungrounded(), book.lost()
    if as_json:
        waiting = [{"code": book.code_by_id[one.code_id].number, "expert": one.expert} for one in lost]
        print_json({"codes": [{"number": code.number, "name": code.name} for code in bare], "lost_codings": waiting})
    elif bare or lost:
        print_table([(str(code.number), code.name) for code in bare] or [("-", "-")], ("no", "code without quotation"))
        for one in lost:
            click.echo(f"coding of code {book.code_by_id[one.code_id].number} in {one.expert} has lost its place")
    else:
        click.echo("Every code rests on a quotation.")
    if bare or lost:
        raise click.exceptions.Exit(1)


def _sources(work: Work, study: Study, read: list[CodeShape]) -> dict[str, Source]:
    """The transcripts that the codes quote."""
    quoted = dict.fromkeys(coding.expert for code in read for coding in code.codings)
    return {expert: numbered_source(work, expert_called(work, study.id, expert)) for expert in quoted}


def _print_account(account: ImportedCodes, *, as_json: bool) -> None:
    told = {"by_likeness": account.by_likeness, "already_there": account.doubled, "not_placed": account.not_placed}
    if as_json:
        listed = {name: [_placement(one) for one in placements] for name, placements in told.items()}
        counts = {"codes": account.codes, "codings": account.placed, "word_for_word": len(account.exact)}
        print_json({**counts, **listed})
        return
    for name, placements in told.items():
        if placements:
            rows = [tuple(map(str, _placement(one).values())) for one in placements]
            print_table(rows, (name.replace("_", " "), "turn", "likeness", "code"))
            click.echo()
    counted = ", ".join(f"{name.replace('_', ' ')} {len(placements)}" for name, placements in told.items())
    click.echo(f"{account.codes} codes; quotations: word for word {len(account.exact)}, {counted}.")


def _placement(one: Placement) -> dict[str, Any]:
    return {"expert": one.expert, "turn": one.i, "likeness": one.likeness, "code": one.code}


def _codebook(slug: str) -> Codebook:
    with open_installation() as ground, ground.work() as work:
        return read_codebook(work.session, find_study(work, slug).id)


def _figures(book: Codebook) -> dict[str, Any]:
    figures = book.figures
    return {
        "codes": figures.codes,
        "in_vivo": figures.in_vivo,
        "categories": figures.categories,
        "core_categories": figures.core_categories,
        "codings": figures.codings,
        "experts": figures.experts,
    }


def _code(book: Codebook, code: Code) -> dict[str, Any]:
    passages = book.of_code(code)
    category = None if code.category_id is None else book.category_by_id[code.category_id].key
    return {
        "number": code.number,
        "name": code.name,
        "in_vivo": code.in_vivo,
        "category": category,
        "codings": len(passages),
        "experts": experts_of(passages),
    }


def _row(book: Codebook, code: Code) -> tuple[str, ...]:
    shown = _code(book, code)
    vivo = "yes" if code.in_vivo else "no"
    return (
        str(code.number), shown["category"] or "-", str(shown["codings"]), ",".join(shown["experts"]), vivo, code.name,
    )  # fmt: skip


def _quotations(book: Codebook, code: Code) -> list[dict[str, Any]]:
    return [
        {
            "quote": passage.quote,
            "expert": passage.expert,
            "questions": list(passage.questions),
            "minute": passage.minute,
            "start_ms": passage.start_ms,
            "segment_id": passage.segment_id,
            "anchor": passage.anchor,
            "likeness": passage.likeness,
        }
        for passage in book.of_code(code)
    ]


def _place(quotation: dict[str, Any]) -> str:
    if quotation["minute"] is not None:
        return f"minute {quotation['minute']}"
    return f"question {', '.join(map(str, quotation['questions']))}" if quotation["questions"] else "no question"

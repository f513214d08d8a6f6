"""`fieldwork transcripts glossary`: the words that recognisers are told, for the owner of the installation."""

import sys

import click

from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.errors import NotFound
from fieldwork.programme.services import find_study
from fieldwork.transcription.glossary import written
from fieldwork.transcription.making_models import WordKind
from fieldwork.transcription.prompting import TOKENS, fit
from fieldwork.transcription.wording import add_words, remove_word, told_words, undo_change, words_of

_KIND = click.Choice([str(kind) for kind in WordKind])


@click.group()
def glossary() -> None:
    """Names, places and terms of a study, which recognisers are told how to spell."""


@glossary.command("list")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@data_option
def list_command(slug: str, *, as_json: bool) -> None:
    """List the glossary of the study SLUG: each word, its kind, and whether recognisers have room for it."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        words, told = words_of(work, study), told_words(work, study)
    known = {word.id for word in told}
    room = fit(told, "ru")
    rows = [
        (word.term, word.kind, "expert's name" if word.id not in known else "yes" if word.term in room.taken else "no")
        for word in words
    ]
    if as_json:
        print_json([dict(zip(("word", "kind", "told"), row, strict=True)) for row in rows])
        return
    print_table(rows, ("word", "kind", "told"))
    click.echo(f"{room.tokens} of {TOKENS} tokens are taken")


@glossary.command("add")
@click.argument("slug")
@click.argument("words", nargs=-1)
@click.option("--kind", type=_KIND, default="name", show_default=True, help="What these words are.")
@data_option
def add_command(slug: str, words: tuple[str, ...], *, kind: str) -> None:
    """Add WORDS to the glossary of SLUG; without any, the lines of standard input. No name of an expert is taken."""
    lines = written("\n".join(words) if words else sys.stdin.read())
    with open_installation() as ground, ground.work() as work:
        change, passed = add_words(work, find_study(work, slug), lines, kind)
        number = change.number if change else None
    click.echo(f"{len(lines) - passed} added, {passed} already there")
    if number:
        click.echo(f"taken back by: fieldwork transcripts glossary undo {slug} {number}")


@glossary.command("remove")
@click.argument("slug")
@click.argument("word")
@data_option
def remove_command(slug: str, word: str) -> None:
    """Take WORD out of the glossary of SLUG."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        found = next((one for one in words_of(work, study) if one.term.casefold() == word.strip().casefold()), None)
        if found is None:
            raise NotFound(kind="word", name=word)
        number = remove_word(work, study, found.id).number
    click.echo(f"removed; taken back by: fieldwork transcripts glossary undo {slug} {number}")


@glossary.command("undo")
@click.argument("slug")
@click.argument("number", type=int)
@data_option
def undo_command(slug: str, number: int) -> None:
    """Take the change NUMBER of the glossary of SLUG back."""
    with open_installation() as ground, ground.work() as work:
        undo_change(work, find_study(work, slug), number)
    click.echo("as it was")

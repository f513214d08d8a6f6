"""`fieldwork codes`, one code at a time: add, put on a quotation, rename, remove."""

import click

from fieldwork.coding.importing import numbered_source
from fieldwork.coding.models import Anchor
from fieldwork.coding.revising import remove_code, rename_code
from fieldwork.coding.services import add_code, category_called, code_numbered, code_quote
from fieldwork.coding.texts import expert_called
from fieldwork.core.console import data_option, open_installation, print_json
from fieldwork.core.database import Texts
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import find_study, member_by_initials

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
by_option = click.option("--by", "initials", help="Initials of the member who coded.")
_DOER = click.option("--by", "initials", help="Initials of the member who does it; only then the pages can undo it.")


@click.command("add")
@click.argument("slug")
@click.argument("name")
@data_option
@click.option("--definition", required=True, help="What the code covers.")
@click.option("--in-vivo", is_flag=True, help="NAME is made of an expert's words.")
@click.option("--category", help="Key of its category. A report needs one for every code.")
@click.option("--published-ru", help="What a report calls it where consent withholds the words of NAME.")
@click.option("--published-kk", help="The same in Kazakh.")
@click.option("--published-en", help="The same in English.")
def add(slug: str, name: str, *, definition: str, in_vivo: bool, category: str | None, **published: str | None) -> None:
    """Add the code NAME to the study SLUG; `codes code` then puts it on a quotation."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        code = add_code(
            work,
            study,
            name,
            definition,
            in_vivo=in_vivo,
            category=category_called(work, study, category) if category else None,
            published_name=_published(published),
        )
        number = code.number
    click.echo(f"{slug}: code {number} added. Put it on a quotation: fieldwork codes code {slug} {number} E01 QUOTE")


@click.command("code")
@click.argument("slug")
@click.argument("number", type=int)
@click.argument("expert")
@click.argument("quote")
@data_option
@click.option("--turn", type=int, help="Number of the turn it stands in, as `transcripts show` prints it.")
@by_option
@json_option
def code(
    slug: str, number: int, expert: str, quote: str, *, turn: int | None, initials: str | None, as_json: bool
) -> None:
    """Put the code NUMBER of the study SLUG on the passage where EXPERT (E07) says QUOTE.

    QUOTE is given with placeholders or as it was spoken; where it differs by a word, the passage most like it is taken.
    """
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        said_by = expert_called(work, study.id, expert)
        coding = code_quote(
            work,
            code_numbered(work, study, number),
            said_by,
            quote,
            member=_member(work, study, initials),
            near=None if turn is None else numbered_source(work, said_by).places.get(turn),
            spoken=True,
        )
    if as_json:
        print_json({"code": number, "expert": expert, "quote": coding.quote, "likeness": coding.likeness})
        return
    how = "word for word" if coding.anchor == Anchor.EXACT else f"by likeness {coding.likeness:.2f}"
    click.echo(f"{expert}, {how}: «{coding.quote}»")


@click.command("rename")
@click.argument("slug")
@click.argument("number", type=int)
@click.argument("name")
@data_option
@_DOER
def rename(slug: str, number: int, name: str, *, initials: str | None) -> None:
    """Give the code NUMBER of the study SLUG another NAME; its number and quotations stay."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        chosen = code_numbered(work, study, number)
        rename_code(work, chosen, name, _member(work, study, initials))
        told = chosen.name
    click.echo(f"{slug}: code {number} is called «{told}».")


@click.command("remove")
@click.argument("slug")
@click.argument("number", type=int)
@data_option
@click.option("--codings", type=click.IntRange(0), default=0,
              help="How many quotations lose the code, as `codes show` lists them.")  # fmt: skip
@_DOER
def remove(slug: str, number: int, *, codings: int, initials: str | None) -> None:
    """Remove the code NUMBER from the study SLUG; memos about it stay, the transcripts too.

    A code that is on quotations is removed only when --codings says on how many.
    """
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        remove_code(work, code_numbered(work, study, number), _member(work, study, initials), codings=codings)
    click.echo(f"{slug}: code {number} is removed.")


def _member(work: Work, study: Study, initials: str | None) -> Member | None:
    return member_by_initials(work, study, initials) if initials else None


def _published(given: dict[str, str | None]) -> Texts | None:
    names = {language: given[f"published_{language}"] for language in ("ru", "kk", "en")}
    whole = {language: name for language, name in names.items() if name}
    if whole and len(whole) < len(names):
        raise click.UsageError("Give --published-ru, --published-kk and --published-en together.")
    return whole or None

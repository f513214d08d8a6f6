"""`fieldwork anonymisation pseudonym`, `profiles` and `terms`: what stands for whom, and how much of it leaves.

For the owner of the installation: whoever may run these commands has the keys, so terms are shown in clear.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import click

from fieldwork.anonymisation.export_profiles import find_profile, profiles_of, save_profile, use_for_report
from fieldwork.anonymisation.marking import find_entity
from fieldwork.anonymisation.meanings import pseudonym_of, sign_of, wordings_of
from fieldwork.anonymisation.models import LABELS, Entity
from fieldwork.anonymisation.naming import call_by_sign, choose_pseudonym, generalise, suggest_steps
from fieldwork.anonymisation.profiles import GENERALISED, Detail, Names
from fieldwork.anonymisation.services import entities_of
from fieldwork.anonymisation.study_terms import Entry, Kind, add_term, entries_of, remove_term
from fieldwork.core.audit import record
from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.errors import BadInput, NotFound
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import find_study
from fieldwork.transcription.services import transcripts_of

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


class NoSuchTerm(BadInput):
    """The list has no entry of that number."""

    message = "There is no entry number {number}: the list has {count}. See: fieldwork anonymisation terms"


class LevelUnreadable(BadInput):
    """A level is a kind and a number."""

    message = "«{level}» is no level. Give a kind and a number of steps, such as LOC=1."


@click.command("pseudonym")
@click.argument("slug")
@click.argument("key", required=False)
@click.argument("name", required=False)
@click.option("--gender", type=click.Choice(["m", "f"]), help="Whose name it is, where it does not tell.")
@click.option("--sign", is_flag=True, help="Back to the numbered sign.")
@click.option("--general", multiple=True, metavar="WORDS", help="What says less, the closest first; up to three times.")
@click.option("--suggest", is_flag=True, help="Generalise by rule what nobody has generalised: KEY, or everything.")
@_JSON
@data_option
def pseudonym_command(
    slug: str, key: str | None, name: str | None, *, gender: str | None, sign: bool, general: tuple[str, ...],
    suggest: bool, as_json: bool,
) -> None:  # fmt: skip
    """Call the entity KEY (person-2, organisation-1 …) of the study SLUG by NAME, and list what stands for whom.

    NAME takes the case of the words it replaces, in every transcript that is not approved; exports of approved ones
    show it by their profile.
    """
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        chosen = _chosen(work, study, key)
        every = _readable(work, study)
        for entity in chosen if key else ():
            if name:
                choose_pseudonym(work, study, entity, name, every, gender=gender or "")
            elif sign:
                call_by_sign(work, entity, every)
            if general:
                generalise(work, entity, general, every)
        if suggest:
            _suggest(work, chosen, every)
        rows = [_entity_row(work, entity) for entity in chosen]
    if as_json:
        print_json(rows)
    else:
        heads = ("key", "sign", "stands", "generalisations")
        print_table(
            [(row["key"], row["sign"], row["stands"], " > ".join(row["generalisations"]) or "-") for row in rows], heads
        )


@click.command("profiles")
@click.argument("slug")
@click.argument("key", required=False)
@click.option("--name", help="What the profile KEY is called; a new KEY makes a new profile.")
@click.option(
    "--names", type=click.Choice([one.value for one in Names]), help="What stands for whatever is not generalised."
)
@click.option("--level", "levels", multiple=True, metavar="KIND=STEPS", help="How far a kind is generalised: LOC=1.")
@click.option("--places/--no-places", default=None, help="Whether towns and countries left in the text stay.")
@click.option("--report", is_flag=True, help="Have the report's quotations read by the profile KEY.")
@_JSON
@data_option
def profiles_command(
    slug: str, key: str | None, *, name: str | None, names: str | None, levels: tuple[str, ...], places: bool | None,
    report: bool, as_json: bool,
) -> None:  # fmt: skip
    """List the export profiles of the study SLUG, or change the profile KEY (team, report, archive, your own)."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        if key and (name or names or levels or places is not None):
            save_profile(work, study, _changed(work, study, key, name=name, names=names, levels=levels, places=places))
        if key and report:
            use_for_report(work, study, key)
        found = profiles_of(work, study)
    if as_json:
        print_json([_profile_row(one) for one in found])
    else:
        rows = [
            (one.key, one.name or "-", one.names, _levels(one), "yes" if one.places_stay else "no",
             "yes" if one.for_report else "-")
            for one in found
        ]  # fmt: skip
        print_table(rows, ("key", "name", "names", "generalised", "places stay", "report"))


@click.command("terms")
@click.argument("slug")
@click.option("--add", multiple=True, metavar="WORDS", help="Have these words found and replaced.")
@click.option("--except", "exceptions", multiple=True, metavar="WORDS", help="Have these words let alone.")
@click.option(
    "--label", type=click.Choice(LABELS), default="ORG", show_default=True, help="With --add: what they name."
)
@click.option("--ask", is_flag=True, help="With --add: a person decides each time.")
@click.option("--remove", type=int, multiple=True, metavar="NUMBER", help="Take the entry of this number out.")
@_JSON
@data_option
def terms_command(
    slug: str, *, add: tuple[str, ...], exceptions: tuple[str, ...], label: str, ask: bool, remove: tuple[int, ...],
    as_json: bool,
) -> None:  # fmt: skip
    """List, add and remove the own terms and exceptions of the study SLUG. Afterwards look for names again."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        known = entries_of(work, study)
        for number in remove:
            if not 1 <= number <= len(known):
                raise NoSuchTerm(number=number, count=len(known))
            remove_term(work, study, known[number - 1].row.id)
        for words in add:
            add_term(work, study, words, Kind.TERM, label=label, certain=not ask)
        for words in exceptions:
            add_term(work, study, words, Kind.EXCEPTION)
        found = entries_of(work, study)
        record(work, "anonymisation.shown", study_id=study.id, count=len(found))
        rows = [_term_row(number, one) for number, one in enumerate(found, start=1)]
    if as_json:
        print_json(rows)
    else:
        heads = ("number", "kind", "label", "certain", "words")
        print_table([tuple(str(row[head]) for head in heads) for row in rows], heads)


def _chosen(work: Work, study: Study, key: str | None) -> Sequence[Entity]:
    if key is None:
        return entities_of(work, study)
    entity = find_entity(work, study.id, key)
    if entity is None:
        raise NotFound(kind="entity", name=key)
    return [entity]


def _readable(work: Work, study: Study) -> list[UUID]:
    """The transcripts whose experts are not erased."""
    return [
        one.id
        for expert, one in transcripts_of(work, study.id)
        if not work.vault.is_destroyed(expert_subject(expert.id))
    ]


def _suggest(work: Work, entities: Sequence[Entity], every: Collection[UUID]) -> None:
    kept = wordings_of(work, [entity.id for entity in entities])
    for entity in entities:
        erased = entity.expert_id is not None and work.vault.is_destroyed(expert_subject(entity.expert_id))
        if entity.label in GENERALISED and not erased and not any(kept.get(entity.id, {})):
            generalise(work, entity, [one.text for one in suggest_steps(work, entity)], every)


def _entity_row(work: Work, entity: Entity) -> dict[str, Any]:
    kept = wordings_of(work, [entity.id]).get(entity.id, {})
    chosen = pseudonym_of(entity, kept)
    return {
        "key": entity.key,
        "sign": sign_of(entity),
        "stands": entity.replacement,
        "forms": dict(chosen.forms) if chosen else {},
        "generalisations": [one.text for level, one in sorted(kept.items()) if level > 0],
    }


def _changed(
    work: Work, study: Study, key: str, *, name: str | None, names: str | None, levels: Sequence[str],
    places: bool | None,
) -> Detail:  # fmt: skip
    known = any(one.key == key for one in profiles_of(work, study))
    now = find_profile(work, study, key) if known else Detail(key)
    return replace(
        now,
        name=now.name if name is None else name,
        names=now.names if names is None else Names(names),
        levels={**now.levels, **dict(_level(one) for one in levels)},
        places_stay=now.places_stay if places is None else places,
    )


def _level(told: str) -> tuple[str, int]:
    label, _, steps = told.partition("=")
    if not steps.isdecimal() or len(steps) > 2:  # noqa: PLR2004 - two figures are too many already
        raise LevelUnreadable(level=told)
    return label, int(steps)


def _levels(one: Detail) -> str:
    return " ".join(f"{label}={level}" for label, level in sorted(one.levels.items()) if level) or "-"


def _profile_row(one: Detail) -> dict[str, Any]:
    return {
        "key": one.key, "name": one.name, "names": one.names, "levels": dict(one.levels),
        "places_stay": one.places_stay, "for_report": one.for_report,
    }  # fmt: skip


def _term_row(number: int, one: Entry) -> dict[str, Any]:
    term = one.row.kind == Kind.TERM
    return {
        "number": number, "kind": one.row.kind, "label": one.row.label if term else "-",
        "certain": one.row.certain if term else "-", "words": one.words,
    }  # fmt: skip

"""`fieldwork consent`: forms and decisions."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from fieldwork.consent.imports import import_consents
from fieldwork.consent.models import Scope
from fieldwork.consent.rules import METHODS, Decision
from fieldwork.consent.services import (
    NewConsent,
    NewException,
    add_form,
    decisions_of,
    find_form,
    forms_of,
    record_consent,
    withdraw,
)
from fieldwork.core.clock import ALMATY
from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.programme.services import find_study
from fieldwork.programme.yaml_files import read_yaml
from fieldwork.sampling.services import experts_of, find_expert
from fieldwork.scheduling.rules import almaty_moment

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MOMENT = click.DateTime(formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
_SCOPES = tuple(str(scope) for scope in Scope)
_TOPIC = {
    "ru": "Тема, на которую эксперт просит не ссылаться дословно",
    "kk": "Сарапшы сөзбе-сөз келтірмеуді сұраған тақырып",
    "en": "A topic on which the expert does not want to be quoted",
}


@click.group()
def consent() -> None:
    """Consent: forms, decisions, scopes.

    The latest decision of an expert holds. Recording, transcription, quoting and archiving refuse to go past it.
    """


@consent.command("list")
@click.argument("slug")
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def list_consents(slug: str, as_json: bool) -> None:
    """List what each expert of the study SLUG allows; experts without a decision are shown, too."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        versions = {form.id: form.version for form in forms_of(work, study)}
        decisions = decisions_of(work, study)
        rows = [
            {"expert": expert.code, "status": expert.status, **_told(decisions.get(expert.id), versions)}
            for expert in experts_of(work, study)
        ]
    if as_json:
        print_json(rows)
        return
    print_table([_line(row) for row in rows], ("expert", "form", "given", *_SCOPES, "not quoted on", "withdrawn"))


@consent.command("form")
@click.argument("slug")
@click.argument("file", type=_FILE)
@data_option
def form(slug: str, file: Path) -> None:
    """Take the information sheet and form of FILE (consent.yaml) into the study SLUG."""
    data = read_yaml(file)
    with open_installation() as ground, ground.work() as work:
        version = add_form(work, find_study(work, slug), data, source=file.name).version
    click.echo(f"{slug}: form {version}.")


@consent.command("import")
@click.argument("slug")
@click.argument("file", type=_FILE)
@data_option
def import_file(slug: str, file: Path) -> None:
    """Take form and decisions of FILE (consent.yaml) into the study SLUG, after its experts."""
    data = read_yaml(file)
    with open_installation() as ground, ground.work() as work:
        added = import_consents(work, find_study(work, slug), data, source=file.name)
    click.echo(f"{slug}: {len(added)} decisions.")


@consent.command("record")
@click.argument("slug")
@click.argument("code")
@data_option
@click.option("--form", "version", required=True, help="Version of the form.")
@click.option("--given", type=_MOMENT, required=True, help="When, Almaty time: '2025-03-18 16:20'.")
@click.option("--language", type=click.Choice(["ru", "kk", "en"]), required=True, help="Language of the form.")
@click.option("--method", type=click.Choice(METHODS), required=True, help="How it was given.")
@click.option(
    "--allow", type=click.Choice(_SCOPES), multiple=True, help="A scope that is granted; give one option each."
)
@click.option("--except-question", type=int, multiple=True, help="A guide question not to be quoted on.")
@click.option("--except-category", multiple=True, help="A category not to be quoted on.")
@click.option("--note", help="Sealed with the expert's identity.")
def record(slug: str, code: str, **given: Any) -> None:
    """Record the decision of the expert CODE. What is not allowed by name is refused."""
    questions, categories = given["except_question"], given["except_category"]
    exceptions = [NewException("named_topics", _TOPIC, questions, categories)] if questions or categories else []
    new = NewConsent(
        given_at=_almaty(given["given"]),
        language=given["language"],
        method=given["method"],
        scopes={Scope(scope): True for scope in given["allow"]},
        exceptions=exceptions,
        note=given["note"],
    )
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        record_consent(work, find_expert(work, study, code), find_form(work, study, given["version"]), new)
    click.echo(f"{code}: allows {', '.join(given['allow']) or 'nothing'}.")


@consent.command("withdraw")
@click.argument("slug")
@click.argument("code")
@data_option
@click.option("--at", type=_MOMENT, help="When, Almaty time; now when not given.")
def withdraw_consent(slug: str, code: str, at: datetime | None) -> None:
    """Record that the expert CODE takes the consent back; from then on nothing of it is used."""
    with open_installation() as ground, ground.work() as work:
        withdraw(work, find_expert(work, find_study(work, slug), code), at=_almaty(at) if at else None)
    click.echo(f"{code}: consent withdrawn.")


def _almaty(moment: datetime) -> datetime:
    return almaty_moment(moment.date(), moment.time())


def _told(decision: Decision | None, versions: dict[Any, str]) -> dict[str, Any]:
    if decision is None:
        return {"form": None, "given": None, "scopes": {}, "quote_exceptions": [], "withdrawn": None}
    return {
        "form": versions[decision.form_id],
        "given": f"{decision.given_at.astimezone(ALMATY):%Y-%m-%d %H:%M}",
        "language": decision.language,
        "method": decision.method,
        "scopes": {str(scope): decision.allows(scope) for scope in Scope},
        "quote_exceptions": [
            {"key": topic.key, "questions": sorted(topic.questions), "categories": sorted(topic.categories)}
            for topic in decision.exceptions
        ],
        "withdrawn": f"{decision.withdrawn_at.astimezone(ALMATY):%Y-%m-%d}" if decision.withdrawn_at else None,
    }


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    marks = ["yes" if row["scopes"].get(scope) else "no" if row["scopes"] else "-" for scope in _SCOPES]
    topics = ", ".join(topic["key"] for topic in row["quote_exceptions"])
    return (row["expert"], row["form"] or "-", row["given"] or "-", *marks, topics or "-", row["withdrawn"] or "-")

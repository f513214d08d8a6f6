"""`fieldwork experts`: the sample, by codes. Who an expert is appears only where it is asked for by an option."""

from pathlib import Path
from typing import Any

import click

from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.work import Work
from fieldwork.programme.imports import import_team
from fieldwork.programme.models import Study
from fieldwork.programme.services import find_study
from fieldwork.programme.yaml_files import read_yaml
from fieldwork.sampling.identity import Identity
from fieldwork.sampling.imports import import_experts, import_recruitment, import_sampling
from fieldwork.sampling.models import Expert, ExpertStatus
from fieldwork.sampling.plan import aspects_of, strata_of
from fieldwork.sampling.recruitment import agree, contacts_of, decline, invite, nominations_of
from fieldwork.sampling.rules import StratumCoverage
from fieldwork.sampling.services import (
    NewExpert,
    add_expert,
    coverage_of,
    experts_of,
    find_expert,
    reveal_identity,
)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
_LIST = "Several are separated by |."


@click.group()
def experts() -> None:
    """Experts, strata and quotas, coverage.

    Experts are known by their codes (E01, E02, ...). Names, employers and contacts are sealed in the vault when they
    are entered; only `experts show CODE --identity` prints them, and the audit trail says that it did.
    """


@experts.command("list")
@click.argument("slug")
@data_option
@click.option(
    "--status", type=click.Choice([str(status) for status in ExpertStatus]), help="Only experts of that status."
)
@_JSON
def list_experts(slug: str, status: str | None, as_json: bool) -> None:
    """List the experts of the study SLUG: codes and generalised traits, no identities."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        wanted = (ExpertStatus(status),) if status else ()
        keys = {stratum.id: stratum.key for stratum in strata_of(work, study)}
        rows = [_traits(expert, keys[expert.stratum_id]) for expert in experts_of(work, study, *wanted)]
    if as_json:
        print_json(rows)
    else:
        heads = ("code", "status", "stratum", "group", "sector", "sex", "age", "experience")
        print_table([tuple(row[head] for head in heads) for row in rows], heads)


@experts.command("add")
@click.argument("slug")
@data_option
@click.option("--code", help="The next free one (E01, E02, ...) when not given.")
@click.option("--stratum", required=True, help="Key of the stratum.")
@click.option("--group", required=True, help="What may be published of the person's work: «режиссёр».")
@click.option("--sector", required=True, help="Sector, likewise: «театр».")
@click.option("--sex", type=click.Choice(["f", "m"]), required=True, help="For the sample's tables.")
@click.option("--age", required=True, help="A band: 35-44.")
@click.option("--experience", required=True, help="A band of years: 10-14, 20+.")
@click.option("--region", default="", help="City or region, where experts come from several.")
@click.option(
    "--full-name", prompt=True, help="Asked for when not given, so that it need not stay in the shell's history."
)
@click.option("--short-names", default="", help=f"Short forms of the name. {_LIST}")
@click.option("--latin", help="The name in Latin letters.")
@click.option("--employer", help="Where the person works.")
@click.option("--employer-aliases", default="", help=f"Other names of the employer. {_LIST}")
@click.option("--position", help="What the person is there.")
@click.option("--phone", help="Telephone.")
@click.option("--email", help="E-mail.")
@click.option("--handle", help="Handle in messengers.")
def add(slug: str, **given: Any) -> None:
    """Add a candidate to the study SLUG; the identity is sealed at once.

    Give as much of the identity as is known: anonymisation and the report's leak check look for it.
    """
    new = NewExpert(*(given[name] for name in ("stratum", "group", "sector", "sex", "age", "experience", "region")))
    names = ("full_name", "latin", "employer", "position", "phone", "email", "handle")
    identity = Identity(
        **{name: given[name] for name in names},
        short_names=_listed(given["short_names"]),
        employer_aliases=_listed(given["employer_aliases"]),
    )
    with open_installation() as ground, ground.work() as work:
        code = add_expert(work, find_study(work, slug), new, identity, code=given["code"]).code
    click.echo(f"{code} added to {slug} as a candidate.")


@experts.command("show")
@click.argument("slug")
@click.argument("code")
@data_option
@click.option("--identity", is_flag=True, help="Unseal who the expert is. Leaves an entry in the audit trail.")
@_JSON
def show(slug: str, code: str, identity: bool, as_json: bool) -> None:
    """Show the expert CODE of the study SLUG; who it is, only with --identity."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        expert = find_expert(work, study, code)
        shown = _whole(work, study, expert)
        if identity:
            known = reveal_identity(work, expert)
            shown["identity"] = {
                name: getattr(known, name) for name in Identity.__dataclass_fields__ if getattr(known, name)
            }
    if as_json:
        print_json(shown)
        return
    flat = {**shown, **shown.pop("identity", {})}
    del flat["contacts"], flat["nominations"]
    print_table([(name.replace("_", " "), _told(value)) for name, value in flat.items()])
    print_table([(str(row["date"]), row["channel"], row["outcome"]) for row in shown["contacts"]])


@experts.command("coverage")
@click.argument("slug")
@data_option
@_JSON
def coverage(slug: str, as_json: bool) -> None:
    """Show the strata of the study SLUG against their quotas, and the aspects its experts should speak to."""
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        strata = coverage_of(work, study)
        aspects = aspects_of(work, study)
    if as_json:
        print_json(
            {
                "strata": [_filled(row) for row in strata],
                "aspects": [
                    {
                        "key": row.key,
                        "label": row.label,
                        "min_experts": row.min_experts,
                        "questions": row.questions,
                        "categories": row.categories,
                    }
                    for row in aspects
                ],
            }
        )
        return
    counted = ("quota", "agreed", "invited", "candidates", "declined", "missing")
    print_table([(row.key, *(str(getattr(row, name)) for name in counted)) for row in strata], ("stratum", *counted))
    click.echo()
    print_table(
        [(row.key, str(row.min_experts), ", ".join(map(str, row.questions))) for row in aspects],
        ("aspect", "experts wanted", "questions"),
    )


@experts.command("plan")
@click.argument("slug")
@click.argument("file", type=_FILE)
@data_option
def plan(slug: str, file: Path) -> None:
    """Take criteria, strata with quotas and aspects of FILE (study.yaml) into the study SLUG."""
    data = read_yaml(file)
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        import_sampling(work, study, data, source=file.name)
        strata = coverage_of(work, study)
    click.echo(f"{slug}: {len(strata)} strata, {sum(row.quota for row in strata)} experts wanted.")


@experts.command("import")
@click.argument("slug")
@click.argument("file", type=_FILE)
@data_option
def import_file(slug: str, file: Path) -> None:
    """Take team and experts of FILE (experts.yaml) into the study SLUG; identities are sealed as they are read.

    Keep FILE apart from the data folder, and destroy it when it is no longer needed: it holds the names in clear.
    """
    data = read_yaml(file)
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        import_team(work, study, data, source=file.name)
        added = import_experts(work, study, data, source=file.name)
        strata = coverage_of(work, study)
    click.echo(f"{slug}: {len(added)} experts added.")
    for row in strata:
        _warn_over(row)


@experts.command("recruitment")
@click.argument("slug")
@click.argument("file", type=_FILE)
@data_option
def recruitment(slug: str, file: Path) -> None:
    """Take nominations, contacts and refusals of FILE (study.yaml) into the study SLUG, after its experts."""
    data = read_yaml(file)
    with open_installation() as ground, ground.work() as work:
        study = find_study(work, slug)
        import_recruitment(work, study, data, source=file.name)
        everybody = experts_of(work, study)
        contacts = sum(len(contacts_of(work, expert)) for expert in everybody)
        declined = sum(expert.status == ExpertStatus.DECLINED for expert in everybody)
    click.echo(f"{slug}: {contacts} contacts, {declined} declined.")


@experts.command("invite")
@click.argument("slug")
@click.argument("code")
@data_option
@click.option("--met", default="", help=f"Keys of the criteria the candidate meets. {_LIST}")
def invite_expert(slug: str, code: str, met: str) -> None:
    """Invite the candidate CODE; refused where a required criterion is not met, warned where the quota is full."""
    with open_installation() as ground, ground.work() as work:
        stratum = invite(work, find_expert(work, find_study(work, slug), code), met=_listed(met))
    click.echo(f"{code} invited.")
    _warn_over(stratum)


@experts.command("agree")
@click.argument("slug")
@click.argument("code")
@data_option
def agree_expert(slug: str, code: str) -> None:
    """Record that the invited expert CODE agrees to an interview (consent is recorded by `consent record`)."""
    with open_installation() as ground, ground.work() as work:
        agree(work, find_expert(work, find_study(work, slug), code))
    click.echo(f"{code} agreed.")


@experts.command("decline")
@click.argument("slug")
@click.argument("code")
@data_option
def decline_expert(slug: str, code: str) -> None:
    """Record that CODE declines; the code stays, so that nobody is asked twice."""
    with open_installation() as ground, ground.work() as work:
        decline(work, find_expert(work, find_study(work, slug), code))
    click.echo(f"{code} declined.")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _told(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _warn_over(row: StratumCoverage) -> None:
    if row.over:
        click.echo(f"Warning: the stratum {row.key} is over its quota of {row.quota} by {row.over}.", err=True)


def _traits(expert: Expert, stratum: str) -> dict[str, str]:
    return {
        "code": expert.code,
        "status": expert.status,
        "stratum": stratum,
        "group": expert.group,
        "sector": expert.sector,
        "sex": expert.sex,
        "age": expert.age_band,
        "experience": expert.experience_band,
        "region": expert.region,
    }


def _filled(row: StratumCoverage) -> dict[str, Any]:
    names = ("key", "quota", "agreed", "invited", "candidates", "declined", "missing", "full", "over")
    return {name: getattr(row, name) for name in names}


def _whole(work: Work, study: Study, expert: Expert) -> dict[str, Any]:
    codes = {other.id: other.code for other in experts_of(work, study)}
    keys = {stratum.id: stratum.key for stratum in strata_of(work, study)}
    return {
        **_traits(expert, keys[expert.stratum_id]),
        "nominations": [
            {"date": row.on, "source": row.source, "by": codes[row.nominated_by_id] if row.nominated_by_id else None}
            for row in nominations_of(work, expert)
        ],
        "contacts": [
            {"date": row.on, "channel": row.channel, "outcome": row.outcome} for row in contacts_of(work, expert)
        ],
    }

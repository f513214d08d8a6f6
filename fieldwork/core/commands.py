"""Commands of the ground: upgrade, worker, jobs, audit."""

import logging
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from uuid import UUID

import click
from sqlmodel import col, select

from fieldwork.core.audit import AuditEntry, first_broken_link
from fieldwork.core.console import Progress, data_option, open_installation, print_json, print_table
from fieldwork.core.errors import Refusal, refusal_called
from fieldwork.core.jobs import Job, JobState, go_first, request_cancel
from fieldwork.core.jobs import retry as retry_job
from fieldwork.core.schema import current_revision
from fieldwork.core.schema import upgrade as upgrade_schema
from fieldwork.core.settings import load_settings
from fieldwork.core.supervisor import Progress as JobProgress
from fieldwork.core.supervisor import Supervisor, stop_on_signals
from fieldwork.core.texts import tell
from fieldwork.core.work import Ground, naming_full_disk, open_ground


class AuditBroken(Refusal):
    """An entry of the audit trail does not follow from the one before it."""

    message = (
        "The audit trail was altered: entry {number} does not follow from the one before it. "
        "Compare the database with a backup."
    )


@click.command()
@data_option
def upgrade() -> None:
    """Make the database, or bring it up to date (a SQLite file is copied aside first)."""
    settings = load_settings()
    ground = open_ground(settings)
    try:
        with naming_full_disk(settings.data):
            changed = upgrade_schema(settings.database_url)
        click.echo(f"{'upgraded to' if changed else 'already at'} {current_revision(ground.engine)}")
    finally:
        ground.close()


@click.command()
@click.option("--until-idle", is_flag=True, help="Stop when nothing is queued or running.")
@click.option("--light", is_flag=True, help="Leave transcriptions to other workers, so that short works need not wait.")
@data_option
@click.pass_obj
def worker(handlers: Mapping[str, str], *, until_idle: bool, light: bool) -> None:
    """Run queued jobs until stopped (Ctrl-C puts the running job back into the queue).

    Start it as often as there are cores to spare: workers never take the same job. FIELDWORK_NIGHT keeps
    transcriptions for the night.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of its set-up each time a version is read
    progress = Progress("")

    def show(ground: Ground, job: JobProgress) -> None:
        progress.say(f"{job.kind} {job.job_id} {job.state} {job.done}/{job.total}")
        if job.state == JobState.FAILED:
            progress.end()
            with ground.look() as session:
                progress.say(_reason(session.get_one(Job, job.job_id), handlers) or "")

    with open_installation() as ground, stop_on_signals() as stop:
        supervisor = Supervisor(ground, handlers, light_only=light)
        supervisor.run(until_idle=until_idle, stop=stop, on_progress=partial(show, ground))
    progress.end()


@click.group()
def jobs() -> None:
    """Long work: what is queued, running, done, failed."""


@jobs.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Only jobs in this state.")
@click.option("--json", "as_json", is_flag=True, help="Print data.")
@data_option
@click.pass_obj
def list_jobs(handlers: Mapping[str, str], *, state: str | None, as_json: bool) -> None:
    """List jobs, the newest first; of those that failed, why and what to do about it."""
    query = select(Job).order_by(col(Job.created_at).desc(), col(Job.run_at).desc())
    if state:
        query = query.where(col(Job.state) == state)
    with open_installation() as ground, ground.look() as session:
        found = session.exec(query).all()
    reasons = {job.id: reason for job in found if (reason := _reason(job, handlers))}
    if as_json:
        shown = {"id", "kind", "state", "done", "total", "crashes", "failure", "created_at", "finished_at"}
        print_json([job.model_dump(mode="json", include=shown) | {"reason": reasons.get(job.id)} for job in found])
    else:
        rows = [(str(job.id), job.kind, job.state, f"{job.done}/{job.total}", job.failure or "") for job in found]
        print_table(rows, ("job", "kind", "state", "progress", "failure"))
        for job_id, reason in reasons.items():
            click.echo(f"\n{job_id}: {reason}")


def _reason(job: Job, handlers: Mapping[str, str]) -> str | None:
    """Why a job failed, as a sentence for the person: the row holds the refusal's name and values only."""
    if job.failure is None:
        return None
    if job.kind in handlers:
        import_module(handlers[job.kind].partition(":")[0])  # a refusal is known once its room is imported
    kind = refusal_called(job.failure)
    return tell(kind(**job.failure_values), load_settings().language) if kind else job.failure


@jobs.command()
@click.argument("job", type=click.UUID)
@data_option
def retry(job: UUID) -> None:
    """Queue a failed, cancelled or quarantined JOB again."""
    with open_installation() as ground, ground.work() as work:
        click.echo(retry_job(work, job).state)


@jobs.command()
@click.argument("job", type=click.UUID)
@data_option
def cancel(job: UUID) -> None:
    """Cancel a queued or running JOB; what it has finished stays."""
    with open_installation() as ground, ground.work() as work:
        click.echo("cancelled" if request_cancel(work, job).state == JobState.CANCELLED else "cancelling")


@jobs.command()
@click.argument("job", type=click.UUID)
@data_option
def first(job: UUID) -> None:
    """Let the waiting JOB go before all others, by day as well."""
    with open_installation() as ground, ground.work() as work:
        go_first(work, job)
    click.echo("first")


@click.group()
def audit() -> None:
    """Who did what when: ids and counts, chained by hashes."""


@audit.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print data.")
@data_option
def list_entries(*, as_json: bool) -> None:
    """List the audit trail, the oldest entry first."""
    with open_installation() as ground, ground.look() as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.number))).all()
    if as_json:
        print_json([entry.model_dump(mode="json") for entry in entries])
    else:
        rows = [(str(e.number), e.at.isoformat(timespec="seconds"), e.deed, str(e.subject_id or "")) for e in entries]
        print_table(rows, ("entry", "at", "deed", "subject"))


@audit.command()
@data_option
def check() -> None:
    """Check that no entry was altered, removed or slipped in."""
    with open_installation() as ground, ground.look() as session:
        broken = first_broken_link(session)
    if broken is not None:
        raise AuditBroken(number=broken)
    click.echo("the audit trail holds")

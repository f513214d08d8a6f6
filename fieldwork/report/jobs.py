"""The job that writes a report: read, drawn, searched for names, kept. The write lock is held for the last only."""

from dataclasses import dataclass
from uuid import UUID

from fieldwork.anonymisation.exports import secrets_of
from fieldwork.anonymisation.leaving.door import look_here
from fieldwork.anonymisation.sealed import Secrets
from fieldwork.consent.rules import Decision
from fieldwork.consent.services import decisions_of
from fieldwork.core.accounts import Actor
from fieldwork.core.files import private_folder
from fieldwork.core.runs import JobRun
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.report.content import ReportContent
from fieldwork.report.leaks import require_silent
from fieldwork.report.rules import ConsentChanged
from fieldwork.report.services import report_content
from fieldwork.report.writing import drawn
from fieldwork.report.written import keep

STEPS = 3
LANGUAGE = "ru"


def write(run: JobRun) -> None:
    """Write a study's report: «study» and «by» among the job's arguments are the ids of the study and of the account.

    Raises:
        Refusal: any of ``report_content``; LeakFound; FontsMissing; DiskFull; ConsentChanged.
    """
    study_id, by = UUID(run.args["study"]), UUID(run.args["by"])
    _come_to(run, 0)
    read = _read(run, study_id, by)
    _come_to(run, 1)
    _draw(run, study_id, by, read)


@dataclass(frozen=True, repr=False)
class _Read:
    """What the report says, what each expert allowed at that time, and what must not leave."""

    content: ReportContent
    decisions: dict[UUID, Decision]
    secrets: Secrets


def _read(run: JobRun, study_id: UUID, by: UUID) -> _Read:
    """All that the report needs, in one reading."""
    ground = run.ground
    with ground.look() as session:
        work = Work(session, Actor(by), ground.clock(), ground.vault, ground.blobs, ground.settings)
        study = work.get(Study, study_id)
        return _Read(report_content(work, study, LANGUAGE), decisions_of(work, study), secrets_of(work, study))


def _draw(run: JobRun, study_id: UUID, by: UUID, read: _Read) -> None:
    """Draw the pages, and keep them where they tell nobody's name and every expert still allows what they allowed."""
    with private_folder() as folder, (folder / "report.pdf").open("w+b") as file:
        rendered = drawn(read.content, file)
        _come_to(run, 2)
        require_silent(read.secrets, read.content, file, look_here)
        file.seek(0)
        with run.step() as work:
            work.actor = Actor(by)
            study = work.get(Study, study_id)
            if decisions_of(work, study) != read.decisions:
                raise ConsentChanged
            keep(work, study, rendered, file, LANGUAGE)
            run.progress(work, STEPS, STEPS)


def _come_to(run: JobRun, done: int) -> None:
    """Say how far it is; ends here where somebody cancelled it."""
    with run.step() as work:
        run.progress(work, done, STEPS)

"""`fieldwork recordings zoom`: what has arrived from Zoom's cloud, and filing it without a browser."""

from typing import Any
from uuid import UUID

import click

from fieldwork.core.clock import ALMATY
from fieldwork.core.console import data_option, open_installation, print_json, print_table
from fieldwork.core.settings import load_settings
from fieldwork.core.texts import tell
from fieldwork.core.work import Work
from fieldwork.programme.models import Member
from fieldwork.programme.services import find_study, studies, study_of
from fieldwork.recording.zoom_events import chosen
from fieldwork.recording.zoom_fetching import client_of
from fieldwork.recording.zoom_filing import file_meeting, jobs_of, upload_of
from fieldwork.recording.zoom_meetings import all_filed, files_of, forget_old, meeting_called, proposals, unfiled
from fieldwork.recording.zoom_models import CloudKind, CloudMeeting
from fieldwork.recording.zoom_refusals import ZoomNotSet
from fieldwork.sampling.services import expert_of, find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview, interviews_of

_HEADS = ("meeting", "began", "minutes", "files", "interview", "state")


@click.group("zoom")
def zoom() -> None:
    """Meetings that Zoom has recorded in its cloud: list what has arrived, file it. Names are not shown."""


@zoom.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@data_option
def list_command(*, as_json: bool) -> None:
    """List the meetings that have arrived, the newest first: those to be filed, with the interviews they may be."""
    with open_installation() as ground:
        try:
            client_of(ground.settings).close()
        except ZoomNotSet as refusal:
            click.echo(tell(refusal, load_settings().language), err=True)
        with ground.work() as work:
            forget_old(work)
            waiting = [(one, _proposed(work, one), "to be filed") for one in unfiled(work)]
            filed = [(one, _filed_with(work, one), _state(work, one)) for one in all_filed(work)]
            rows = [_row(work, *one) for one in (*waiting, *filed)]
    if as_json:
        print_json(rows)
    else:
        print_table([tuple(str(value) for value in row.values()) for row in rows], _HEADS)


@zoom.command("file")
@click.argument("slug")
@click.argument("expert")
@click.argument("meeting", type=click.UUID)
@data_option
def file_command(slug: str, expert: str, meeting: UUID) -> None:
    """File MEETING (its name in the list) with the interview of EXPERT (E07) in the study SLUG.

    Also where it was held at another time than was set. A running `fieldwork worker` (or `fieldwork serve`) fetches it;
    the files are filed in the name of the interviewer.
    """
    with open_installation() as ground, ground.work() as work:
        interview = find_interview(work, find_expert(work, find_study(work, slug), expert))
        account_id = work.get(Member, interview.interviewer_id).account_id
        wanted = file_meeting(work, meeting_called(work, meeting), interview, account_id)
    click.echo(f"{expert}: {len(wanted)}")


def _proposed(work: Work, meeting: CloudMeeting) -> str:
    """«creative-class E07, libraries E02», the best first within each study."""
    found = [(study, proposals(work, meeting, interviews_of(work, study))) for study in studies(work)]
    return ", ".join(f"{study.slug} {one.code}" for study, of_study in found for one in of_study) or "?"


def _filed_with(work: Work, meeting: CloudMeeting) -> str:
    interview = work.session.get(Interview, meeting.interview_id)
    if interview is None:
        return ""
    return f"{study_of(work, interview.study_id).slug} {expert_of(work, interview.expert_id).code}"


def _state(work: Work, meeting: CloudMeeting) -> str:
    """How far the sound is, file by file: its upload's state, else its last job's; and why it stopped."""
    found = []
    for file in chosen(one for one in files_of(work, meeting) if one.kind != CloudKind.TRANSCRIPT):
        upload, job = upload_of(work, file), next(iter(jobs_of(work, file)), None)
        if upload is not None and upload.state != "receiving":
            found.append(upload.state if not upload.failure else f"{upload.state} ({upload.failure})")
        elif job is not None:
            found.append(job.state if not job.failure else f"{job.state} ({job.failure})")
    return ", ".join(found)


def _row(work: Work, meeting: CloudMeeting, interview: str, state: str) -> dict[str, Any]:
    began = meeting.began_at.astimezone(ALMATY)
    files = chosen(one for one in files_of(work, meeting) if one.kind != CloudKind.TRANSCRIPT)
    told = f"{len(files)} {files[0].kind}" if files else "0"
    return {
        "meeting": str(meeting.id), "began": f"{began:%Y-%m-%d %H:%M}", "minutes": meeting.minutes, "files": told,
        "interview": interview, "state": state,
    }  # fmt: skip

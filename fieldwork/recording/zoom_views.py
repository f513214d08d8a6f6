"""The page on which a person says whose meeting Zoom has recorded, and sees it being fetched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import select

from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of
from fieldwork.core.errors import NotFound, Refusal, refusal_called
from fieldwork.core.jobs import UNFINISHED, Job, JobState
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.recording import zoom_refusals
from fieldwork.recording.matching import Evidence, Proposal
from fieldwork.recording.models import Upload, UploadState
from fieldwork.recording.tus import MB
from fieldwork.recording.upload_views import TAKING, reached, wished_sequel
from fieldwork.recording.views import blueprint, may_hear
from fieldwork.recording.zoom_events import chosen
from fieldwork.recording.zoom_filing import fetch, file_meeting, jobs_of, stop, upload_of
from fieldwork.recording.zoom_meetings import (
    asides_of,
    bring_back,
    filed_with,
    files_of,
    meeting_called,
    proposals,
    set_aside,
    transcribable,
    unfiled,
)
from fieldwork.recording.zoom_models import CloudFile, CloudKind, CloudMeeting
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import expert_of
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import interviews_of
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted, refusal_told
from fieldwork.web.visits import current_visit, say

KINDS: Final = {
    CloudKind.TRACK: noted("a track of one voice"),
    CloudKind.SOUND: noted("the sound of both"),
    CloudKind.FILM: noted("the film, of which the sound is kept"),
    CloudKind.TRANSCRIPT: noted("Zoom's transcript"),
}
SIGNS: Final = {
    Evidence.NAME: noted("a track bears the expert's name"),
    Evidence.NAME_PART: noted("a track bears a part of the expert's name"),
    Evidence.INTERVIEWER: noted("a track bears the interviewer's name"),
    Evidence.RECORDED: noted("the interview has a recording already"),
}
"""What is said of a proposal beside its time; never a name, the meeting may be another study's."""


@dataclass(frozen=True)
class Proposed:
    """An interview that a meeting may be: what speaks for it, and whether it may be recorded and transcribed."""

    proposal: Proposal
    expert: Expert
    interview: Interview
    recordable: bool
    transcribable: bool

    @property
    def signs(self) -> list[str]:
        """What speaks for it beside the time, and against it."""
        return [SIGNS[one] for one in self.proposal.evidence if one in SIGNS]


@dataclass(frozen=True)
class Arrived:
    """A meeting that nobody has filed, and whose it may be."""

    meeting: CloudMeeting
    files: Sequence[CloudFile]
    proposed: Sequence[Proposed]


@dataclass(frozen=True)
class Fetched:
    """A file of a filed meeting: how far it is, why it stopped."""

    file: CloudFile
    upload: Upload | None
    job: Job | None
    told: str

    @property
    def state(self) -> str:
        """One of filed, refused, filing, here, fetching, later, queued, stopped."""
        if self.upload is not None and self.upload.state in (UploadState.FILED, UploadState.REFUSED):
            return self.upload.state
        if self.upload is not None and self.upload.state == UploadState.ARRIVED:
            return "filing"
        if self.file.blob_id is not None:
            return "here"
        if self.job is None or self.job.state not in UNFINISHED or self.job.cancel_requested:
            return "stopped"
        if self.job.state == JobState.RUNNING:
            return "fetching"
        return "later" if self.job.run_at > self.job.created_at else "queued"

    @property
    def share(self) -> int:
        """How much of it is here, in per cent."""
        return 100 * self.upload.received // self.upload.length if self.upload else 0


@dataclass(frozen=True)
class Filed:
    """A filed meeting."""

    expert: Expert
    meeting: CloudMeeting
    files: Sequence[Fetched]


@blueprint.page("/s/<slug>/recordings/zoom", allow=TAKING)
def from_zoom(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """The meetings that may be interviews of the visitor's, and what becomes of those that are filed."""
    mine = _heard_by(work, study, member)
    aside = asides_of(work, study)
    found = [one for meeting in unfiled(work) if (one := _arrived(work, meeting, mine)).proposed]
    return render_template(
        "recording/zoom.html",
        arrived=[one for one in found if one.meeting.id not in aside],
        aside=[one for one in found if one.meeting.id in aside],
        kinds=KINDS,
        connected=work.settings.zoom is not None,
        model=bool(work.settings.model) and wished_sequel() is not None,
        **_filed(work, mine),
    )


@blueprint.page("/s/<slug>/recordings/zoom/fetching", allow=TAKING, quiet=True)
def zoom_fetching(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """What becomes of the filed ones, as a fragment: asked for while something is going on."""
    return render_template("recording/zoom_filed.html", kinds=KINDS, **_filed(work, _heard_by(work, study, member)))


@blueprint.page("/s/<slug>/recordings/zoom/<uuid:meeting_id>/file", allow=TAKING, methods=("POST",))
def file_from_zoom(work: Work, study: Study, member: Member, meeting_id: UUID) -> ResponseReturnValue:
    """File a meeting with the interview that a person has chosen, among those that it may be."""
    expert, interview = reached(work, study, member, request.form.get("code", ""))
    meeting = meeting_called(work, meeting_id)
    if not proposals(work, meeting, [interview]):
        raise NotFound(kind="meeting", name=meeting_id)
    wished = wished_sequel() if request.form.get("sequel") == "yes" and work.settings.model else None
    account = current_visit().actor.account_id
    file_meeting(work, meeting, interview, account, wished if transcribable(work, interview) else None)
    say(_("The meeting is filed with %(code)s and is being fetched.", code=expert.code))
    return _back(study)


@blueprint.page("/s/<slug>/recordings/zoom/<uuid:meeting_id>/aside", allow=TAKING, methods=("POST",))
def zoom_aside(work: Work, study: Study, member: Member, meeting_id: UUID) -> ResponseReturnValue:
    """None of ours: do not propose it any more."""
    set_aside(work, _proposed_here(work, study, member, meeting_id), study)
    return _back(study)


@blueprint.page("/s/<slug>/recordings/zoom/<uuid:meeting_id>/back", allow=TAKING, methods=("POST",))
def zoom_back(work: Work, study: Study, member: Member, meeting_id: UUID) -> ResponseReturnValue:
    """One of ours after all."""
    bring_back(work, _proposed_here(work, study, member, meeting_id), study)
    return _back(study)


@blueprint.page("/s/<slug>/recordings/zoom/files/<uuid:file_id>/again", allow=TAKING, methods=("POST",))
def zoom_again(work: Work, study: Study, member: Member, file_id: UUID) -> ResponseReturnValue:
    """Fetch a file from where it stopped; also one that was left at first."""
    file, meeting = _own_file(work, study, member, file_id)
    fetch(work, meeting, file)
    return _back(study)


@blueprint.page("/s/<slug>/recordings/zoom/files/<uuid:file_id>/stop", allow=TAKING, methods=("POST",))
def zoom_stop(work: Work, study: Study, member: Member, file_id: UUID) -> ResponseReturnValue:
    """Stop fetching a file; what has come of it goes."""
    file, _meeting = _own_file(work, study, member, file_id)
    stop(work, file)
    return _back(study)


def _heard_by(work: Work, study: Study, member: Member) -> list[Interview]:
    """The interviews that a member may hear, of experts who were not erased."""
    return [
        one
        for one in interviews_of(work, study)
        if may_hear(member, one) and not work.vault.is_destroyed(expert_subject(one.expert_id))
    ]


def _arrived(work: Work, meeting: CloudMeeting, mine: Iterable[Interview]) -> Arrived:
    interviews = {expert_of(work, one.expert_id).code: one for one in mine}
    proposed = []
    for proposal in proposals(work, meeting, interviews.values()):
        interview = interviews[proposal.code]
        decision = decision_of(work, interview.expert_id)
        proposed.append(
            Proposed(
                proposal,
                expert_of(work, interview.expert_id),
                interview,
                decision is not None and decision.allows(Scope.RECORD),
                transcribable(work, interview),
            )
        )
    sound = chosen(one for one in files_of(work, meeting) if one.kind != CloudKind.TRANSCRIPT)
    return Arrived(meeting, sound, proposed)


def _filed(work: Work, mine: Sequence[Interview]) -> dict[str, object]:
    experts = {one.id: expert_of(work, one.expert_id) for one in mine}
    filed = []
    for meeting in filed_with(work, mine):
        files = files_of(work, meeting)
        shown = [*chosen(one for one in files if one.kind != CloudKind.TRANSCRIPT)]
        shown += [one for one in files if one.kind == CloudKind.TRANSCRIPT]
        shown_files = [_fetched(work, one) for one in shown]
        filed.append(Filed(experts[meeting.interview_id], meeting, shown_files))  # type: ignore[index]
    going = {"filing", "fetching", "queued", "later"}
    return {"filed": filed, "busy": any(one.state in going for each in filed for one in each.files), "MB": MB}


def _fetched(work: Work, file: CloudFile) -> Fetched:
    upload, job = upload_of(work, file), next(iter(jobs_of(work, file)), None)
    failed = upload if upload is not None and upload.failure else job
    kind = _refusal(failed.failure) if failed is not None and failed.failure else None
    told = refusal_told(kind(**failed.failure_values)) if kind is not None and failed is not None else ""
    return Fetched(file, upload, job, told)


def _refusal(name: str) -> type[Refusal] | None:
    """The refusal of that name; those of fetching are known only where ``zoom_refusals`` is imported."""
    return getattr(zoom_refusals, name, None) or refusal_called(name)


def _proposed_here(work: Work, study: Study, member: Member, meeting_id: UUID) -> CloudMeeting:
    """A meeting that is proposed to the visitor; others are not there.

    Raises:
        NotFound: there is none.
    """
    meeting = meeting_called(work, meeting_id)
    if not proposals(work, meeting, _heard_by(work, study, member)):
        raise NotFound(kind="meeting", name=meeting_id)
    return meeting


def _own_file(work: Work, study: Study, member: Member, file_id: UUID) -> tuple[CloudFile, CloudMeeting]:
    """A file of a meeting filed with an interview of the study that the visitor may hear, locked.

    Raises:
        NotFound: there is none.
    """
    query = select(CloudFile, CloudMeeting).join(CloudMeeting).where(CloudFile.id == file_id)
    found = work.session.exec(query.with_for_update(of=CloudFile)).first()
    if found is None or found[1].interview_id not in {one.id for one in _heard_by(work, study, member)}:
        raise NotFound(kind="recording", name=file_id)
    return found


def _back(study: Study) -> ResponseReturnValue:
    return redirect(url_for("recording.from_zoom", slug=study.slug))

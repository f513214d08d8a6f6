"""Uploading recordings in the browser: the pages. What their script speaks with the server lies in ``tus_views``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.consent.models import Scope
from fieldwork.consent.rules import Decision
from fieldwork.consent.services import decision_of
from fieldwork.core.errors import NotFound, refusal_called
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.recording.filing import stopped_filing
from fieldwork.recording.gathering import Told
from fieldwork.recording.live_ends import missed_before
from fieldwork.recording.models import Upload, UploadState
from fieldwork.recording.services import names_of, recordings_of, remove_recording
from fieldwork.recording.shapes import ImportPlan, ItemKind, Reason, plan_import, speakers
from fieldwork.recording.sound_views import told_hints
from fieldwork.recording.tus import MB, HeaderWrong
from fieldwork.recording.uploads import (
    ask_for_filing,
    cancel_upload,
    own_upload,
    upload_name,
    uploads_into,
)
from fieldwork.recording.views import blueprint, may_hear
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import experts_of, find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview, interviews_of
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import noted, refusal_told
from fieldwork.web.policies import NotYours, member
from fieldwork.web.visits import say

TAKING = member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)
REASONS: Final = {
    Reason.SAME_AS_TRACKS: noted("the same as the tracks of each voice, which are better"),
    Reason.PICTURE: noted("a picture; the sound lies beside it"),
    Reason.CHAT: noted("read for the order of the messages"),
    Reason.NOT_CONVERTED: noted(
        "Zoom has not made a recording of it yet: open it with a double click where it was recorded, wait until Zoom "
        "has finished, then choose the folder again"
    ),
    Reason.ARCHIVE: noted("an archive that is no ZIP: unpack it first"),
    Reason.MISSING: noted("the chat names it, and it is not among the files"),
}

NO_RECORDING: Final = noted("no recording")


@dataclass(frozen=True)
class Following:
    """What a later room does with an interview that has been uploaded: a section to show, and whether it goes on."""

    html: str
    busy: bool


Sequel = Callable[[Work, Study, Interview], Following | None]

_sequels: Final[dict[str, Sequel]] = {}


def follows_upload(kind: str) -> Callable[[Sequel], Sequel]:
    """Let a later room go on with what was uploaded: by a job of that kind, whose progress the section shows."""

    def add(sequel: Sequel) -> Sequel:
        _sequels[kind] = sequel
        return sequel

    return add


@dataclass(frozen=True)
class Shown:
    """An upload as its sender sees it."""

    upload: Upload
    name: str
    told: str
    stopped: bool

    @property
    def share(self) -> int:
        """How much of it is here, in per cent."""
        return 100 * self.upload.received // self.upload.length


@blueprint.page("/s/<slug>/recordings/upload", allow=TAKING)
def choose_expert(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Whose recording it is: the experts that the visitor interviews."""
    experts = {one.id: one for one in experts_of(work, study)}
    found = [
        (experts[one.expert_id], one, recordings_of(work, one), decision_of(work, one.expert_id))
        for one in interviews_of(work, study)
        if may_hear(member, one)
    ]
    return render_template("recording/choose_expert.html", found=found, scope=Scope.RECORD)


@blueprint.page("/s/<slug>/recordings/upload/<code>", allow=TAKING)
def upload(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Choose files, say whose voice is in each, see them come in."""
    expert, interview = reached(work, study, member, code)
    shown = _shown(work, interview)
    return render_template(
        "recording/upload.html",
        expert=expert,
        interview=interview,
        decision=decision_of(work, expert.id),
        record=Scope.RECORD,
        sequel=_offered(work, decision_of(work, expert.id)),
        unfinished=[one for one in shown if one.upload.state == UploadState.RECEIVING],
        limit=work.settings.upload_limit,
        **_arrivals(work, study, interview, shown),
    )


@blueprint.page("/s/<slug>/recordings/upload/<code>/arrivals", allow=TAKING, quiet=True)
def arrivals(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """What became of the files that have arrived, as a fragment: asked for while something is going on."""
    expert, interview = reached(work, study, member, code)
    found = _arrivals(work, study, interview, _shown(work, interview))
    return render_template("recording/arrivals.html", expert=expert, interview=interview, **found)


@blueprint.page("/s/<slug>/recordings/upload/<code>/plan", allow=TAKING, methods=("POST",))
def plan(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """What each of the chosen files is, and whose voice it holds, by their names; nothing of them is kept."""
    _expert, interview = reached(work, study, member, code)
    paths, texts = asked_plan()
    found = plan_import(paths, {PurePosixPath(name): text for name, text in texts.items()})
    roles = speakers(found.labels, names_of(work, interview))
    files = [
        {"name": str(item.path), "kind": item.kind.value, "speaker": roles.get(item.label or "") or ""}
        for item in found.items
        if item.kind is not ItemKind.TRANSCRIPT
    ]
    transcripts = [
        {"name": str(item.path), "reason": _("a transcript, not a recording")}
        for item in found.items
        if item.kind is ItemKind.TRANSCRIPT
    ]
    left = [
        {"name": str(one.path), "reason": _(REASONS.get(one.reason, NO_RECORDING))}
        for one in found.left_out
        if not is_zip(one.path)
    ]
    archives = [{"name": one.path, "told": one.told()} for one in archives_of(found, code)]
    return {"files": files, "left": transcripts + left, "archives": archives}


def asked_plan() -> tuple[list[PurePosixPath], dict[str, str]]:
    """The names, and the texts of the chats among them, that a browser asks a plan for.

    Raises:
        HeaderWrong: it does not.
    """
    asked: Any = request.get_json(silent=True)
    if not isinstance(asked, dict) or not isinstance(asked.get("texts"), dict):
        raise HeaderWrong(header="Content-Type")
    if not isinstance(asked.get("names"), list):
        raise HeaderWrong(header="Content-Type")
    texts = {str(name): str(text) for name, text in asked["texts"].items()}
    return [PurePosixPath(str(name)) for name in asked["names"]], texts


def archives_of(found: ImportPlan, hint: str = "") -> list[Told]:
    """The archives among what was dropped: they are read once they are here, and what is in them waits for a person."""
    return [
        Told(str(one.path), str(one.path), hint=hint)
        for one in found.left_out
        if one.reason is Reason.ARCHIVE and is_zip(one.path)
    ]


def is_zip(path: PurePath) -> bool:
    """Whether it is called one."""
    return path.suffix.lower() == ".zip"


@blueprint.page("/s/<slug>/uploads/<uuid:upload_id>/clear", allow=TAKING, methods=("POST",))
def clear(work: Work, study: Study, upload_id: UUID) -> ResponseReturnValue:
    """The same from a form: take an upload from the list."""
    found = own_upload(work, study.id, upload_id)
    back = _page_of(work, study, found)
    cancel_upload(work, found)
    return redirect(back)


@blueprint.page("/s/<slug>/uploads/<uuid:upload_id>/again", allow=TAKING, methods=("POST",))
def again(work: Work, study: Study, upload_id: UUID) -> ResponseReturnValue:
    """File an arrived upload again whose job stopped: a full disk, a crash."""
    found = own_upload(work, study.id, upload_id)
    if stopped_filing(work, found) is not None:
        ask_for_filing(work, found)
    return redirect(_page_of(work, study, found))


@blueprint.page("/s/<slug>/recordings/<code>/<int:number>/remove", allow=TAKING, methods=("POST",))
def remove(work: Work, study: Study, member: Member, code: str, number: int) -> ResponseReturnValue:
    """Delete a recording for good."""
    expert, interview = reached(work, study, member, code)
    for recording in recordings_of(work, interview):
        if recording.position == number:
            remove_recording(work, interview, recording)
            say(_("The recording of %(code)s is deleted.", code=expert.code))
            return redirect(url_for("recording.upload", slug=study.slug, code=code))
    raise NotFound(kind="recording", name=number)


def reached(work: Work, study: Study, member: Member, code: str) -> tuple[Expert, Interview]:
    """An expert and the interview with them, for those who may hear it."""
    expert = find_expert(work, study, code)
    interview = find_interview(work, expert)
    if not may_hear(member, interview):
        raise NotYours
    return expert, interview


def wished_sequel() -> str | None:
    """The kind of job that goes on with what was uploaded, if a later room has one."""
    return next(iter(_sequels), None)


def _offered(work: Work, decision: Decision | None) -> str:
    """Whether what is uploaded can go on to the next room: «yes», or why not."""
    if not _sequels or decision is None or not decision.allows(Scope.TRANSCRIBE):
        return "consent"
    return "yes" if work.settings.model else "model"


def _shown(work: Work, interview: Interview) -> list[Shown]:
    if work.vault.is_destroyed(expert_subject(interview.expert_id)):
        return []  # erased, names and bytes
    return shown_of(work, uploads_into(work, interview))


def shown_of(work: Work, uploads: Sequence[Upload]) -> list[Shown]:
    """Uploads as their sender sees them."""
    return [Shown(one, upload_name(work, one), _told(one), stopped_filing(work, one) is not None) for one in uploads]


def _told(found: Upload) -> str:
    """Why an upload was refused, or what there is to be said of it."""
    kind = refusal_called(found.failure) if found.failure else None
    return refusal_told(kind(**found.failure_values)) if kind else ""


def _arrivals(work: Work, study: Study, interview: Interview, shown: list[Shown]) -> dict[str, Any]:
    here = [one for one in shown if one.upload.state != UploadState.RECEIVING]
    follow = [found for sequel in _sequels.values() if (found := sequel(work, study, interview)) is not None]
    filing = any(one.upload.state == UploadState.ARRIVED and not one.stopped for one in here)
    recordings = recordings_of(work, interview)
    return {
        "arrived": here,
        "recordings": recordings,
        "hints": {one.id: told_hints([one]) for one in recordings},
        "missed": missed_before(work, interview),
        "following": [one.html for one in follow],
        "busy": filing or any(one.busy for one in follow),
        "MB": MB,
    }


def _page_of(work: Work, study: Study, found: Upload) -> str:
    if found.interview_id is None:
        return url_for("recording.unsorted", slug=study.slug)
    expert_id = work.get(Interview, found.interview_id).expert_id
    return url_for("recording.upload", slug=study.slug, code=work.get(Expert, expert_id).code)

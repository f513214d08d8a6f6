"""«To which interview?»: everything is dropped at once, proposed to its interviews, and filed when a person says so."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.recording.gathering import Sort, Told
from fieldwork.recording.matching import Evidence
from fieldwork.recording.models import Parcel, Upload, UploadState
from fieldwork.recording.parcels import parcel_of, uploads_in
from fieldwork.recording.shapes import ImportPlan, ItemKind, plan_import
from fieldwork.recording.sorting import (
    NothingSure,
    Reached,
    Waiting,
    discard,
    file_group,
    groups_in,
    proposed,
    reached_by,
)
from fieldwork.recording.tus import MB, Announced, metadata_of
from fieldwork.recording.tus_views import able, begun
from fieldwork.recording.upload_views import (
    NO_RECORDING,
    REASONS,
    TAKING,
    archives_of,
    asked_plan,
    is_zip,
    reached,
    shown_of,
    wished_sequel,
)
from fieldwork.recording.uploads import begin_in_parcel
from fieldwork.recording.views import blueprint, may_hear
from fieldwork.sampling.services import may_know
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import interviews_of
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import ngettext, noted
from fieldwork.web.visits import say

SORTS: Final = {
    Sort.TRACKS: noted("tracks of one meeting"),
    Sort.SEGMENTS: noted("parts of one meeting"),
    Sort.CHAT: noted("messages of one chat"),
    Sort.FILE: noted("one recording"),
}
SIGNS: Final = {
    Evidence.CODE: noted("the code stands in the name"),
    Evidence.NAME: noted("the expert's name stands in it"),
    Evidence.NAME_PART: noted("a part of the expert's name stands in it"),
    Evidence.TIME: noted("recorded at the hour of the interview"),
    Evidence.DAY: noted("recorded on the day of the interview"),
    Evidence.MODE: noted("the same kind of call"),
    Evidence.INTERVIEWER: noted("the interviewer is among those heard"),
    Evidence.OTHER_TIME: noted("but recorded on another day"),
    Evidence.OTHER_MODE: noted("but another kind of call was planned"),
    Evidence.RECORDED: noted("the interview has a recording already"),
}


@dataclass(frozen=True)
class Choice:
    """An interview that a group may be filed in."""

    code: str
    interview: Interview
    recordable: bool


@blueprint.page("/s/<slug>/recordings/unsorted", allow=TAKING)
def unsorted(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """Choose files of any interviews; see where each belongs; confirm."""
    parcel = parcel_of(work, study.id)
    coming = [one for one in uploads_in(work, parcel) if one.state == UploadState.RECEIVING] if parcel else []
    return render_template(
        "recording/unsorted.html",
        unfinished=shown_of(work, coming),
        limit=work.settings.upload_limit,
        **_standing(work, study, member, parcel),
    )


@blueprint.page("/s/<slug>/recordings/unsorted/groups", allow=TAKING, quiet=True)
def unsorted_groups(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """What waits for its interview, as a fragment: asked for while files are looked at."""
    return render_template("recording/groups.html", **_standing(work, study, member, parcel_of(work, study.id)))


@blueprint.page("/s/<slug>/recordings/unsorted/plan", allow=TAKING, methods=("POST",))
def unsorted_plan(study: Study) -> ResponseReturnValue:  # noqa: ARG001 - whose page it is
    """What each of the chosen files is, by their names and the chats among them; nothing of them is kept."""
    paths, texts = asked_plan()
    found = plan_import(paths, {PurePosixPath(name): text for name, text in texts.items()})
    return planned(found)


@blueprint.page("/s/<slug>/recordings/unsorted/files", allow=TAKING, methods=("OPTIONS",))
def unsorted_options() -> ResponseReturnValue:
    """What of the protocol is spoken here."""
    return able()


@blueprint.page("/s/<slug>/recordings/unsorted/files", allow=TAKING, methods=("POST",), body_bytes=None)
def begin_unsorted(study: Study) -> ResponseReturnValue:
    """Announce a file whose interview nobody has said yet; «told» of its metadata is what it tells of itself."""

    def announce(work: Work, file: Announced) -> Upload:
        told = Told.read(metadata_of(request.headers.get("Upload-Metadata")).get("told", ""))
        return begin_in_parcel(work, study, file, told)

    return begun(study, announce)


@blueprint.page("/s/<slug>/recordings/unsorted/file", allow=TAKING, methods=("POST",))
def file_unsorted(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """File one group in the interview that is chosen for it."""
    keys = request.form.getlist("file")
    _expert, interview = reached(work, study, member, request.form.get("code", ""))
    parcel = parcel_of(work, study.id)
    count = 0
    for group in groups_in(work, parcel) if parcel else ():
        if [piece.key for piece in group.pieces] == keys:
            voices = {
                label: request.form.get(f"voice-{number}", "") for number, label in enumerate(group.labels)
            }  # fmt: skip
            count = file_group(work, group, interview, voices, _sequel(work, interview))
    _tell(count)
    return redirect(url_for("recording.unsorted", slug=study.slug))


@blueprint.page("/s/<slug>/recordings/unsorted/file-sure", allow=TAKING, methods=("POST",))
def file_sure(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """File every group whose interview, consent and voices are beyond doubt."""
    among = _among(work, study, member)
    interviews = {one.expert.code: one.interview for one in among}
    count = 0
    for waiting in _waiting(work, parcel_of(work, study.id), among):
        if waiting.sure and waiting.best is not None:
            interview = interviews[waiting.best.code]
            voices = {label: who or "" for label, who in waiting.roles.items()}
            count += file_group(work, waiting.group, interview, voices, _sequel(work, interview))
    if not count:
        raise NothingSure
    _tell(count)
    return redirect(url_for("recording.unsorted", slug=study.slug))


@blueprint.page("/s/<slug>/recordings/unsorted/discard", allow=TAKING, methods=("POST",))
def discard_unsorted(work: Work, study: Study) -> ResponseReturnValue:
    """Remove a group that nobody wants filed."""
    parcel = parcel_of(work, study.id)
    if parcel is not None and discard(work, parcel, request.form.getlist("file")):
        say(_("Removed. Nothing of it is kept."))
    return redirect(url_for("recording.unsorted", slug=study.slug))


def planned(found: ImportPlan) -> dict[str, Any]:
    """A plan for the browser: what to send, with what each file tells of itself, and what is left out and why."""
    told = [Told.of(item) for item in found.items if item.kind is not ItemKind.TRANSCRIPT]
    told += archives_of(found)
    left = [(item.path, _("a transcript, not a recording")) for item in found.items if item.kind is ItemKind.TRANSCRIPT]
    left += [(one.path, _(REASONS.get(one.reason, NO_RECORDING))) for one in found.left_out if not is_zip(one.path)]
    return {
        "files": [{"name": one.path, "kind": one.kind, "speaker": "", "told": one.told()} for one in told],
        "left": [{"name": str(path), "reason": reason} for path, reason in left],
    }


def _among(work: Work, study: Study, member: Member) -> list[Reached]:
    """The visitor's interviews: those they may hear, with the names of experts whom they may know."""
    mine = [one for one in interviews_of(work, study) if may_hear(member, one)]
    return reached_by(work, mine, lambda expert: may_know(member, expert))


def _waiting(work: Work, parcel: Parcel | None, among: list[Reached]) -> list[Waiting]:
    return [proposed(work, group, among) for group in groups_in(work, parcel)] if parcel else []


def _standing(work: Work, study: Study, member: Member, parcel: Parcel | None) -> dict[str, Any]:
    among = _among(work, study, member)
    waiting = _waiting(work, parcel, among)
    here = shown_of(work, [one for one in uploads_in(work, parcel) if one.state not in _ASIDE]) if parcel else []
    return {
        "waiting": waiting,
        "sure": sum(one.sure for one in waiting),
        "choices": [_choice(work, one) for one in among],
        "arrived": here,
        "busy": any(one.upload.state == UploadState.ARRIVED and not one.stopped for one in here),
        "sorts": SORTS,
        "signs": SIGNS,
        "transcribes": wished_sequel() is not None and bool(work.settings.model),
        "MB": MB,
    }


_ASIDE: Final = (UploadState.RECEIVING, UploadState.WAITING)


def _choice(work: Work, one: Reached) -> Choice:
    decision = decision_of(work, one.expert.id)
    return Choice(one.expert.code, one.interview, decision is not None and decision.allows(Scope.RECORD))


def _sequel(work: Work, interview: Interview) -> str | None:
    """Transcribe at once, where that is wished for, possible, and allowed."""
    decision = decision_of(work, interview.expert_id)
    if request.form.get("sequel") != "yes" or not work.settings.model or decision is None:
        return None
    return wished_sequel() if decision.allows(Scope.TRANSCRIBE) else None


def _tell(count: int) -> None:
    if count:
        say(ngettext("%(num)s file is being filed.", "%(num)s files are being filed.", count))
    else:
        say(_("These files have changed meanwhile. Look once more, then file them."))

"""Taking transcripts along: one as a file, or all of a study as a ZIP, read by an export profile; through the door."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from flask import render_template, request
from flask.typing import ResponseReturnValue

from fieldwork.anonymisation.checking_views import KINDS, way
from fieldwork.anonymisation.export_profiles import find_profile, profiles_of, reader_of
from fieldwork.anonymisation.exports import WouldTell
from fieldwork.anonymisation.leaving.spotted import Spotted
from fieldwork.anonymisation.naming_views import profile_names
from fieldwork.anonymisation.profiles import Detail
from fieldwork.anonymisation.transcripts_out import (
    TAKERS,
    Copy,
    OthersExport,
    copies_of,
    copy_of,
    left_out,
    may_take,
    note_taken,
)
from fieldwork.anonymisation.views import blueprint
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.formats import FORMATS
from fieldwork.transcription.models import Transcript, TranscriptState
from fieldwork.transcription.services import transcript_of
from fieldwork.transcription.views import beside_transcript, beside_transcripts
from fieldwork.web.failures import status_of
from fieldwork.web.languages import noted, refusal_told
from fieldwork.web.leaving import attachment
from fieldwork.web.policies import member as members
from fieldwork.web.visits import current_place

FORMS: Final = {
    "docx": noted("Word, to read"),
    "docx-table": noted("Word, table for NVivo"),
    "f4": noted("MAXQDA, ATLAS.ti, f4"),
    "vtt": noted("Captions, VTT"),
    "srt": noted("Captions, SRT"),
    "txt": noted("Plain text"),
    "html": noted("Page of noScribe"),
    "json": noted("JSON with words"),
}
"""Formats in words, those of people first."""
_SHOWN: Final = 30  # places


@blueprint.page("/s/<slug>/anonymisation/export", allow=members(*TAKERS))
def export(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """All transcripts: for whom, as what, and which of them stay here."""
    return _page(work, study, member)


@blueprint.page("/s/<slug>/anonymisation/export", allow=members(*TAKERS), methods=("POST",))
def export_all(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """The ZIP, or why there is none."""
    return _given(work, study, member, None)


@blueprint.page("/s/<slug>/anonymisation/<code>/export", allow=members(*TAKERS))
def export_of(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """One transcript: for whom, as what."""
    return _page(work, study, member, find_expert(work, study, code))


@blueprint.page("/s/<slug>/anonymisation/<code>/export", allow=members(*TAKERS), methods=("POST",))
def export_one(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """The file, or why there is none."""
    return _given(work, study, member, find_expert(work, study, code))


@beside_transcript
def export_menu(work: Work, study: Study, expert: Expert, transcript: Transcript) -> str:
    """The menu at the head of an approved transcript: for whom, then one press for each format."""
    if transcript.state != TranscriptState.ANONYMISED:
        return ""
    profiles = _open_to(work, study, current_place().member)
    if not profiles:
        return ""
    return render_template(
        "anonymisation/export_menu.html", expert=expert, profiles=profiles, names=profile_names(profiles), forms=FORMS
    )


@beside_transcripts
def export_link(work: Work, study: Study) -> str:
    """The way to all of them, at the head of the list."""
    if not _open_to(work, study, current_place().member):
        return ""
    return render_template("anonymisation/export_link.html")


def _open_to(work: Work, study: Study, member: Member) -> list[Detail]:
    """The profiles by which a member may take transcripts."""
    return [one for one in profiles_of(work, study) if may_take(member, one)]


def _given(work: Work, study: Study, member: Member, expert: Expert | None) -> ResponseReturnValue:
    form = request.form.get("form", "")
    detail = find_profile(work, study, request.form.get("profile", ""))
    if form not in FORMATS:
        raise NotFound(kind="page", name="here")
    try:
        copy = _copy(work, study, member, expert, detail=detail, form=form)
        response = attachment(
            work, study, BytesIO(copy.content), name=copy.name, mimetype=copy.mimetype, size=len(copy.content)
        )
    except Refusal as refusal:
        found = refusal.found if isinstance(refusal, WouldTell) else ()
        shown: dict[str, Any] = {"refused": refusal_told(refusal), "found": found, "chosen": detail, "form": form}
        return _page(work, study, member, expert, **shown), status_of(refusal)
    note_taken(work, study, copy, detail, form)
    return response


def _copy(work: Work, study: Study, member: Member, expert: Expert | None, *, detail: Detail, form: str) -> Copy:
    """The file.

    Raises:
        OthersExport: the member may not take it by this profile.
        Refusal: any of ``copy_of`` and ``copies_of``.
    """
    if not may_take(member, detail):
        raise OthersExport
    reader = reader_of(work, study, detail)
    if expert is None:
        return copies_of(work, study, reader, form)
    return copy_of(work, expert, transcript_of(work, find_interview(work, expert)), reader, form)


def _page(
    work: Work, study: Study, member: Member, expert: Expert | None = None, *, refused: str = "",
    found: Sequence[Spotted] = (), chosen: Detail | None = None, form: str = "docx",
) -> str:  # fmt: skip
    if expert is not None:
        transcript_of(work, find_interview(work, expert))  # where there is none, there is no page
    profiles = _open_to(work, study, member)
    staying = {one.key: _told(work, study, one) for one in profiles} if expert is None else {}
    return render_template(
        "anonymisation/export.html", expert=expert, profiles=profiles, names=profile_names(profiles), forms=FORMS,
        staying=staying, refused=refused, found=found[:_SHOWN], more=max(0, len(found) - _SHOWN), way=way, kinds=KINDS,
        chosen=(chosen or profiles[0]).key, form=form,
    )  # fmt: skip


def _told(work: Work, study: Study, detail: Detail) -> list[tuple[str, str]]:
    return [(code, refusal_told(refusal)) for code, refusal in left_out(work, study, detail)]

"""Recordings: what there is of each interview, and its sound for the few who may hear it."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of, require
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.recording.services import recordings_of, sound_of
from fieldwork.recording.sound_views import told_hints
from fieldwork.recording.zoom_meetings import waiting_for
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import experts_of, find_expert
from fieldwork.sampling.views import beside_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview, interview_of, interviews_of
from fieldwork.web.languages import noted
from fieldwork.web.pages import Pages
from fieldwork.web.policies import NotYours, member
from fieldwork.web.visits import current_place

blueprint = Pages("recording", __name__)

KINDS: Final = {
    "track": noted("one track per voice"),
    "mixed": noted("one track for both"),
    "message": noted("voice messages"),
}
_PIECE = 1 << 16


def may_hear(member: Member, interview: Interview) -> bool:
    """Whether the member may hear the interview: its interviewer, or the principal investigator. A voice names."""
    return member.role == Role.PRINCIPAL_INVESTIGATOR or (
        member.role == Role.INTERVIEWER and member.id == interview.interviewer_id
    )


@blueprint.page("/s/<slug>/recordings", allow=member())
def recordings(work: Work, study: Study, member: Member) -> ResponseReturnValue:
    """What is recorded of each interview: files, length, kind; no file's name, it may hold a person's."""
    found = [(one, recordings_of(work, one)) for one in interviews_of(work, study)]
    lengths = {one.id: max((file.offset_ms + file.duration_ms for file in files), default=0) for one, files in found}
    experts = {one.id: one for one in experts_of(work, study)}
    mine = [one for one, _files in found if may_hear(member, one)]
    return render_template(
        "recording/recordings.html",
        interviews=found,
        lengths=lengths,
        experts=experts,
        kinds=KINDS,
        hints={one.id: told_hints(files) for one, files in found},
        reachable={one.id for one in mine},
        from_zoom=len(waiting_for(work, study, mine)) if work.settings.zoom else None,
    )


@blueprint.page("/s/<slug>/recordings/<code>/<int:number>", allow=member(Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER))
def sound(work: Work, study: Study, member: Member, code: str, number: int) -> ResponseReturnValue:
    """The sound of one recording (WAV), whole or the range of bytes that is asked for (RFC 9110, 14)."""
    expert = find_expert(work, study, code)
    interview = find_interview(work, expert)
    if not may_hear(member, interview):
        raise NotYours
    require(work, expert.id, Scope.RECORD)
    for recording in recordings_of(work, interview):
        if recording.position == number:
            return ranged(sound_of(work.blobs, expert.id, recording))
    raise NotFound(kind="recording", name=number)


@beside_expert
def recording_part(work: Work, study: Study, expert: Expert) -> str:  # noqa: ARG001 - every part is asked so
    """What is recorded, on the expert's page."""
    interview = interview_of(work, expert)
    files = recordings_of(work, interview) if interview else []
    length = max((file.offset_ms + file.duration_ms for file in files), default=0)
    reachable = interview is not None and may_hear(current_place().member, interview)
    decision = decision_of(work, expert.id)
    return render_template(
        "recording/part.html",
        expert=expert,
        files=files,
        length=length,
        hints=told_hints(files),
        kinds=KINDS,
        reachable=reachable,
        recordable=decision is not None and decision.allows(Scope.RECORD),
    )


def ranged(sound: BinaryIO, mimetype: str = "audio/wav") -> Response:
    """A file as a response that reads it, or the asked range of it, piece by piece; it is closed with the response."""
    size = sound.seek(0, 2)
    start, stop, status = 0, size, 200
    asked = request.range
    if asked is not None and asked.units == "bytes" and len(asked.ranges) == 1:  # several at once: all of it
        span = asked.range_for_length(size)
        if span is None:
            sound.close()
            return Response(status=416, headers={"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"})
        (start, stop), status = span, 206
    response = Response(_pieces(sound, start, stop), status, mimetype=mimetype)
    response.headers.update({"Accept-Ranges": "bytes", "Cache-Control": "no-store"})
    response.content_length = stop - start
    if status == 206:  # noqa: PLR2004 - partial content
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    response.call_on_close(sound.close)
    return response


def _pieces(sound: BinaryIO, start: int, stop: int) -> Iterator[bytes]:
    sound.seek(start)
    while start < stop and (piece := sound.read(min(_PIECE, stop - start))):
        start += len(piece)
        yield piece

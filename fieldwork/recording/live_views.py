"""Recording in the browser: the page, and what its script sends while the recorder runs."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of, require
from fieldwork.core.work import Work
from fieldwork.programme.guides import question_numbered, questions_of
from fieldwork.programme.models import Member, Study
from fieldwork.recording.live import (
    Chunk,
    ChunkDamaged,
    begin_live,
    finish_live,
    gaps_between,
    live_key,
    live_recordings_of,
    mark_question,
    marks_of,
    own_live,
    parts_of,
    take_chunk,
)
from fieldwork.recording.live_ends import discard_live, drop_abandoned, expiry_of, live_to_leave
from fieldwork.recording.live_models import LivePart, LiveRecording
from fieldwork.recording.upload_views import TAKING, reached
from fieldwork.recording.views import blueprint
from fieldwork.sampling.services import expert_of
from fieldwork.scheduling.models import Interview
from fieldwork.web.languages import gettext as _
from fieldwork.web.visits import say

_CHUNK_BYTES = 2_000_000
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Begun:
    """A recording that was begun and is not filed: what of it is here (ms), and when it is removed."""

    live: LiveRecording
    here_ms: int
    until: datetime


@blueprint.page("/s/<slug>/recordings/record/<code>", allow=TAKING, writes=True)
def record_here(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """The recorder with the guide beside it; without consent there is no page, and no microphone."""
    expert, interview = reached(work, study, member, code)
    require(work, expert.id, Scope.RECORD)
    drop_abandoned(work)
    lives = [(one, parts_of(work, one)) for one in live_recordings_of(work, interview)]
    numbers = {one.id: one.number for one in questions_of(work, study)}
    response = make_response(
        render_template(
            "recording/record.html",
            expert=expert,
            questions=questions_of(work, study),
            numbers=numbers,
            unfinished=[_begun(live, parts) for live, parts in lives if not (live.filed_at or live.dropped_at)],
            dropped=[live for live, _parts in lives if live.dropped_at],
            nobody=_NOBODY,
            filed=[(live, parts, gaps_between(parts), marks_of(work, live)) for live, parts in lives if live.filed_at],
        )
    )
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(self), payment=(), usb=()"
    return response


@blueprint.page("/s/<slug>/recordings/record/<code>/begin", allow=TAKING, methods=("POST",))
def begin_recording(work: Work, study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Begin: before the microphone is asked for."""
    _expert, interview = reached(work, study, member, code)
    live, key = begin_live(work, interview)
    return _told(study, live, key, 0)


@blueprint.page("/s/<slug>/recordings/live/<uuid:live_id>/key", allow=TAKING, methods=("POST",))
def recording_key(work: Work, study: Study, live_id: UUID) -> ResponseReturnValue:
    """The key again, for a page that was closed meanwhile."""
    live = own_live(work, study.id, live_id)
    return _told(study, live, live_key(work, live), len(parts_of(work, live)))


@blueprint.page(
    "/s/<slug>/recordings/live/<uuid:live_id>/<int:part>/<int:number>",
    allow=TAKING,
    methods=("POST",),
    body_bytes=_CHUNK_BYTES,
)
def recorded_chunk(work: Work, study: Study, live_id: UUID, part: int, number: int) -> ResponseReturnValue:
    """One chunk."""
    live = own_live(work, study.id, live_id)
    times = [_number(request.args, name) for name in ("began", "ended", "paused")]
    take_chunk(work, live, Chunk(part, number, request.get_data(), request.args.get("sha256", ""), *times))
    return Response(status=204)


@blueprint.page("/s/<slug>/recordings/live/<uuid:live_id>/mark", allow=TAKING, methods=("POST",))
def recorded_mark(work: Work, study: Study, live_id: UUID) -> ResponseReturnValue:
    """A question was asked."""
    live = own_live(work, study.id, live_id)
    question = question_numbered(work, study, _number(request.form, "question"))
    mark_question(work, live, question, _number(request.form, "part"), _number(request.form, "at"))
    return Response(status=204)


@blueprint.page("/s/<slug>/recordings/live/<uuid:live_id>/discard", allow=TAKING, methods=("POST",))
def discard_recording(work: Work, study: Study, live_id: UUID) -> ResponseReturnValue:
    """Delete a recording that nobody will finish; its pieces in the browser are deleted by the page's script."""
    live = live_to_leave(work, study.id, live_id)
    expert = expert_of(work, work.get(Interview, live.interview_id).expert_id)
    discard_live(work, live)
    say(_("The unfinished recording is deleted."))
    decision = decision_of(work, expert.id)
    page = "record_here" if decision is not None and decision.allows(Scope.RECORD) else "upload"
    return redirect(url_for(f"recording.{page}", slug=study.slug, code=expert.code))


@blueprint.page("/s/<slug>/recordings/live/<uuid:live_id>/finish", allow=TAKING, methods=("POST",))
def finish_recording(work: Work, study: Study, live_id: UUID) -> ResponseReturnValue:
    """Nothing follows: file it."""
    live = own_live(work, study.id, live_id)
    asked: Any = request.get_json(silent=True)
    if not isinstance(asked, dict):
        raise ChunkDamaged
    try:
        recorded = {int(part): int(chunks) for part, chunks in asked.items()}
    except (TypeError, ValueError):
        raise ChunkDamaged from None
    finish_live(work, live, recorded)
    return Response(status=204)


def _begun(live: LiveRecording, parts: list[LivePart]) -> Begun:
    here = sum(part.ended_ms - part.began_ms - part.paused_ms for part in parts)
    return Begun(live, max(0, here), expiry_of(live))


def _told(study: Study, live: LiveRecording, key: bytes, parts: int) -> ResponseReturnValue:
    address = url_for("recording.recording_key", slug=study.slug, live_id=live.id).removesuffix("/key")
    return {"id": str(live.id), "key": base64.b64encode(key).decode(), "parts": parts, "address": address}


def _number(told: Any, name: str) -> int:
    value = told.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) <= len("9007199254740991")):
        raise ChunkDamaged
    return int(value)

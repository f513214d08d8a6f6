"""Deeds on recordings of a browser that nobody finishes, and what the finished ones leave to be known."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.recording.live_models import LiveMark, LivePart, LiveRecording
from fieldwork.recording.models import Recording
from fieldwork.recording.tus import ABANDONED, expires
from fieldwork.scheduling.models import Interview


class LiveGone(Refusal):
    """Nobody went on with it for a week."""

    message = "This recording was not finished within {days} days and has been removed. Begin a new one."


class LiveFiledAlready(Refusal):
    """What is filed is deleted where it lies."""

    message = "This recording is filed already. Delete it among the files of its interview, if it is to go."


@dataclass(frozen=True)
class Asked:
    """A question of the guide was asked at so many ms of a recording."""

    recording_id: UUID
    at_ms: int
    question_id: UUID


def live_to_leave(work: Work, study_id: UUID, live_id: UUID) -> LiveRecording:
    """A recording of whoever asks, locked; also after consent was withdrawn: deleting needs none.

    Raises:
        NotFound: there is none of that id, or it is somebody else's.
    """
    query = select(LiveRecording).where(LiveRecording.id == live_id).with_for_update()
    live = work.session.exec(query, execution_options={"populate_existing": True}).first()
    if live is None or live.study_id != study_id or live.account_id != work.actor.account_id:
        raise NotFound(kind="recording", name=live_id)
    return live


def discard_live(work: Work, live: LiveRecording) -> None:
    """Delete a recording that is not filed, with every piece that has arrived, for good.

    Raises:
        LiveFiledAlready: its parts are recordings of the interview.
    """
    if live.filed_at is not None:
        raise LiveFiledAlready
    received = _remove_parts(work, live)
    record(work, "live.discarded", study_id=live.study_id, subject_id=live.interview_id, received=received)
    work.session.delete(live)
    work.session.flush()


def drop_abandoned(work: Work) -> None:
    """Remove what has arrived of recordings that nothing has come for in a week; a row stays, to be told."""
    touched = sa.func.coalesce(col(LiveRecording.touched_at), col(LiveRecording.began_at))
    query = select(LiveRecording).where(
        col(LiveRecording.filed_at).is_(None), col(LiveRecording.dropped_at).is_(None), touched < work.now - ABANDONED
    )
    for live in work.session.exec(query.with_for_update()).all():
        received = _remove_parts(work, live)
        live.dropped_at = work.now
        work.add(live)
        record(work, "live.expired", study_id=live.study_id, subject_id=live.interview_id, received=received)


def expiry_of(live: LiveRecording) -> datetime:
    """When a recording is removed if nothing comes for it."""
    return expires(live.touched_at or live.began_at)


def missed_before(work: Work, interview: Interview) -> dict[UUID, int]:
    """By recording: how many ms before it the browser's recorder did not run, though nobody had paused it."""
    missed: dict[UUID, int] = {}
    before: LivePart | None = None
    for part, recording_id in _parts_filed(work, interview):
        if before is not None and before.live_id == part.live_id and part.began_ms > before.ended_ms:
            missed[recording_id] = part.began_ms - before.ended_ms
        before = part
    return missed


def asked_in(work: Work, interview: Interview) -> list[Asked]:
    """When questions were asked, as the interviewer's taps tell, by recording and in order."""
    recordings = {(part.live_id, part.number): recording_id for part, recording_id in _parts_filed(work, interview)}
    query = select(LiveMark).join(LiveRecording).where(LiveRecording.interview_id == interview.id)
    marks = work.session.exec(query.order_by(col(LiveMark.part), col(LiveMark.at_ms)))
    return [
        Asked(recordings[mark.live_id, mark.part], mark.at_ms, mark.question_id)
        for mark in marks
        if (mark.live_id, mark.part) in recordings
    ]


def _parts_filed(work: Work, interview: Interview) -> list[tuple[LivePart, UUID]]:
    """The parts that are recordings of the interview now, in its order, with those recordings."""
    query = (
        select(LivePart, Recording.id)
        .join(Recording, col(Recording.blob_id) == col(LivePart.blob_id))
        .where(Recording.interview_id == interview.id)
        .order_by(col(Recording.position))
    )
    return list(work.session.exec(query).all())


def _remove_parts(work: Work, live: LiveRecording) -> int:
    """Bytes that had arrived; they go with the commit."""
    parts = work.session.exec(select(LivePart).where(LivePart.live_id == live.id)).all()
    marks = work.session.exec(select(LiveMark).where(LiveMark.live_id == live.id)).all()
    for part in parts:
        work.after_commit(partial(work.blobs.delete, part.blob_id))
    for row in (*parts, *marks):
        work.session.delete(row)
    work.session.flush()
    return sum(part.received for part in parts)

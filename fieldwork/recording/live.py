"""Deeds on recordings that a browser makes: chunks come in order, each is kept once, at the end all are filed."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from sqlmodel import col, select

from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.files import DiskFull
from fieldwork.core.growing import FRAME
from fieldwork.core.ids import new_id
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Question
from fieldwork.recording.live_ends import LiveGone, drop_abandoned
from fieldwork.recording.live_models import LiveChunk, LiveMark, LivePart, LiveRecording
from fieldwork.recording.models import RecordingKind, Upload, UploadState
from fieldwork.recording.parcels import NAME_FIELD
from fieldwork.recording.tus import ABANDONED
from fieldwork.recording.uploads import ask_for_filing
from fieldwork.scheduling.models import Interview

KEY_FIELD = "live_recording.sealed_key"
TAIL_FIELD = "live_part.sealed_tail"
KEY_BYTES = 32


class ChunkDamaged(BadInput):
    """Bytes changed on their way, or the times make no sense."""

    message = "A piece of the recording was damaged on its way. It is kept on this device: send it again."


class ChunkDiffers(Refusal):
    """Something else lies under that number."""

    message = "Piece {number} of part {part} is here already, with other content. File what is here and record anew."


class ChunkTooEarly(Refusal):
    """A chunk before it is still missing."""

    message = "Piece {number} of part {part} came too early: a piece before it is missing. Send that one first."


class ChunksMissing(Refusal):
    """The browser recorded more than has arrived."""

    message = "{missing} pieces of the recording are still on the device. Keep the page open until they are sent."


class LiveFiled(Refusal):
    """It was filed already."""

    message = "This recording is filed already. Begin a new one."


class ServerFull(DiskFull):
    """No room for a chunk."""

    message = (
        "The server's disk has filled up. The recording goes on and is kept on this device; "
        "it is sent when the administrator has made room."
    )


@dataclass(frozen=True, repr=False)
class Chunk:
    """A chunk as it is sent: its place (part and number from 1), its bytes, sha256 (hex).

    And when it was recorded (ms by the browser's clock), with the ms of that which were paused.
    """

    part: int
    number: int
    content: bytes
    sha256: str
    began_ms: int
    ended_ms: int
    paused_ms: int


@dataclass(frozen=True)
class Gap:
    """So many ms before a part the recorder did not run, though nobody had paused it."""

    part: int
    milliseconds: int


def begin_live(work: Work, interview: Interview) -> tuple[LiveRecording, bytes]:
    """Begin a recording; also the key under which the browser keeps what has not arrived.

    Raises:
        ConsentMissing: the expert has not agreed to be recorded.
    """
    require(work, interview.expert_id, Scope.RECORD)
    drop_abandoned(work)
    row_id, key = new_id(), os.urandom(KEY_BYTES)
    live = LiveRecording(
        id=row_id,
        study_id=interview.study_id,
        interview_id=interview.id,
        account_id=work.actor.account_id,
        sealed_key=work.vault.seal(expert_subject(interview.expert_id), KEY_FIELD, row_id, key),
        began_at=work.now,
        touched_at=work.now,
    )
    record(work, "live.begun", study_id=interview.study_id, subject_id=interview.id)
    return work.add(live), key


def own_live(work: Work, study_id: UUID, live_id: UUID) -> LiveRecording:
    """A recording of whoever asks, locked until the transaction ends, while the expert's consent holds.

    Raises:
        NotFound: there is none of that id, or it is somebody else's.
        ConsentMissing: consent was withdrawn meanwhile.
        LiveGone: it was removed, since nobody had gone on with it.
    """
    query = select(LiveRecording).where(LiveRecording.id == live_id).with_for_update()
    live = work.session.exec(query, execution_options={"populate_existing": True}).first()
    if live is None or live.study_id != study_id or live.account_id != work.actor.account_id:
        raise NotFound(kind="recording", name=live_id)
    require(work, _expert_id(work, live), Scope.RECORD)
    if live.dropped_at is not None:
        raise LiveGone(days=ABANDONED.days)
    return live


def live_key(work: Work, live: LiveRecording) -> bytes:
    """The key for what lies in the browser."""
    return work.vault.unseal(expert_subject(_expert_id(work, live)), KEY_FIELD, live.id, live.sealed_key)


def take_chunk(work: Work, live: LiveRecording, chunk: Chunk) -> None:
    """Keep a chunk, once; it must follow those that are here.

    Raises:
        ChunkDamaged: it is not what was sent.
        ChunkDiffers: another one has its place.
        ChunkTooEarly: one before it is missing.
        LiveFiled: nothing can follow any more.
        ServerFull: no room; what was here stays.
    """
    digest = hashlib.sha256(chunk.content).hexdigest()
    if digest != chunk.sha256 or not chunk.content or chunk.ended_ms < chunk.began_ms:
        raise ChunkDamaged
    parts = parts_of(work, live)
    part = parts[chunk.part - 1] if 0 < chunk.part <= len(parts) else None
    if part is not None and chunk.number <= part.chunks:
        return _require_same(work, part, chunk)
    if live.filed_at is not None:
        raise LiveFiled
    if part is None and chunk.part == len(parts) + 1:
        part = LivePart(
            live_id=live.id, number=chunk.part, blob_id=new_id(), began_ms=chunk.began_ms, ended_ms=chunk.began_ms
        )
    if part is None or chunk.part < len(parts) or chunk.number != part.chunks + 1:
        raise ChunkTooEarly(number=chunk.number, part=chunk.part)
    _append(work, live, part, chunk.content)
    part.chunks, part.ended_ms, part.paused_ms = chunk.number, chunk.ended_ms, part.paused_ms + chunk.paused_ms
    work.add(part)
    work.add(LiveChunk(part_id=part.id, number=chunk.number, sha256=digest, bytes=len(chunk.content)))
    live.touched_at = work.now
    work.add(live)
    return None


def mark_question(work: Work, live: LiveRecording, question: Question, part: int, at_ms: int) -> None:
    """Write down at which ms of a part a question was asked; the same mark may come twice.

    Raises:
        ChunkDamaged: there can be no such moment.
    """
    if part < 1 or at_ms < 0:
        raise ChunkDamaged
    new = LiveMark(live_id=live.id, part=part, question_id=question.id, at_ms=at_ms)
    if not any((one.part, one.question_id, one.at_ms) == (part, question.id, at_ms) for one in marks_of(work, live)):
        work.add(new)


def finish_live(work: Work, live: LiveRecording, recorded: Mapping[int, int]) -> None:
    """File what was recorded: each part becomes an upload that has arrived, with the gap before it written down.

    Args:
        work: the unit of work.
        live: the recording; one that is filed already stays as it is.
        recorded: how many chunks the browser recorded of each part.

    Raises:
        ChunksMissing: not all of them are here.
    """
    parts = parts_of(work, live)
    here = {part.number: part.chunks for part in parts}
    missing = sum(max(0, count - here.get(number, 0)) for number, count in recorded.items())
    if missing:
        raise ChunksMissing(missing=missing)
    if live.filed_at is not None:
        return
    for part in parts:
        _append(work, live, part, b"", last=True)
        upload = work.add(_upload(work, live, part))
        work.session.flush()
        ask_for_filing(work, upload)
    live.filed_at = work.now
    work.add(live)
    gaps = gaps_between(parts)
    record(
        work, "live.filed", study_id=live.study_id, subject_id=live.interview_id, parts=len(parts),
        gap_ms=sum(gap.milliseconds for gap in gaps),
    )  # fmt: skip


def gaps_between(parts: list[LivePart]) -> list[Gap]:
    """What the recorder missed between its parts, ms by the browser's clock."""
    pairs = pairwise(parts)
    return [Gap(after.number, max(0, after.began_ms - before.ended_ms)) for before, after in pairs]


def parts_of(work: Work, live: LiveRecording) -> list[LivePart]:
    """The parts of a recording, in order."""
    query = select(LivePart).where(LivePart.live_id == live.id).order_by(col(LivePart.number))
    return list(work.session.exec(query))


def marks_of(work: Work, live: LiveRecording) -> list[LiveMark]:
    """When questions were asked, in order."""
    query = select(LiveMark).where(LiveMark.live_id == live.id)
    return list(work.session.exec(query.order_by(col(LiveMark.part), col(LiveMark.at_ms))))


def live_recordings_of(work: Work, interview: Interview) -> list[LiveRecording]:
    """The asker's own recordings of an interview, in the order they were begun."""
    query = select(LiveRecording).where(
        LiveRecording.interview_id == interview.id, LiveRecording.account_id == work.actor.account_id
    )
    return list(work.session.exec(query.order_by(col(LiveRecording.began_at))))


def _require_same(work: Work, part: LivePart, chunk: Chunk) -> None:
    query = select(LiveChunk).where(LiveChunk.part_id == part.id, LiveChunk.number == chunk.number)
    if (there := work.session.exec(query).first()) is None or there.sha256 != chunk.sha256:
        raise ChunkDiffers(number=chunk.number, part=chunk.part)


def _append(work: Work, live: LiveRecording, part: LivePart, content: bytes, *, last: bool = False) -> None:
    """Whole frames go to the blob, what is left of them is sealed in the row."""
    subject = expert_subject(_expert_id(work, live))
    tail = work.vault.unseal(subject, TAIL_FIELD, part.id, part.sealed_tail) if part.sealed_tail else b""
    waiting, there = tail + content, part.received - len(tail)
    whole = len(waiting) if last else len(waiting) - len(waiting) % FRAME
    try:
        if whole or last:
            work.blobs.append(subject, part.blob_id, there, waiting[:whole], last=last)
    except DiskFull:
        raise ServerFull from None
    rest = waiting[whole:]
    part.sealed_tail = work.vault.seal(subject, TAIL_FIELD, part.id, rest) if rest else None
    part.received += len(content)
    work.add(part)


def _upload(work: Work, live: LiveRecording, part: LivePart) -> Upload:
    row_id = new_id()
    name = f"{live.began_at:%Y-%m-%d %H-%M} ({part.number})"
    return Upload(
        id=row_id,
        study_id=live.study_id,
        interview_id=live.interview_id,
        account_id=live.account_id,
        blob_id=part.blob_id,
        sealed_name=work.vault.seal_text(expert_subject(_expert_id(work, live)), NAME_FIELD, row_id, name),
        kind=RecordingKind.MIXED,
        length=part.received,
        received=part.received,
        state=UploadState.ARRIVED,
        created_at=work.now + timedelta(microseconds=part.number),  # they are filed in this order
        touched_at=work.now,
    )


def _expert_id(work: Work, live: LiveRecording) -> UUID:
    return work.get(Interview, live.interview_id).expert_id

"""Copies of an interview's recordings in which the names are silenced: asking for them, giving them, deleting them."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid5

from sqlmodel import select

from fieldwork.anonymisation.models import Redaction
from fieldwork.anonymisation.silencing import Plan, plan_of
from fieldwork.anonymisation.stretches import AFTER_MS, BEFORE_MS
from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.accounts import Actor
from fieldwork.core.audit import record
from fieldwork.core.errors import Refusal
from fieldwork.core.files import Stored
from fieldwork.core.jobs import UNFINISHED, Job, enqueue, request_cancel
from fieldwork.core.vault import KeyDestroyed, expert_subject
from fieldwork.core.work import Work
from fieldwork.recording.copies import add_copy, copies_of, drop_copy
from fieldwork.recording.models import Recording, SoundCopy
from fieldwork.recording.services import recordings_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.services import code_of

JOB_KIND = "anonymisation.redact"


class CopyStale(Refusal):
    """What is to be silenced has changed since."""

    message = (
        "The copy of the recordings of {code} was made before the last changes to its names or recordings. "
        "Make it again: fieldwork anonymisation audio"
    )
    on_pages = (
        "The copy of the recordings of {code} was made before the last changes to its names or recordings. "
        "Make it again."
    )


class CopyNotMade(Refusal):
    """There is nothing to be given away yet."""

    message = "There is no finished copy of the recordings of {code}. Make it first: fieldwork anonymisation audio"
    on_pages = "There is no finished copy of the recordings of {code}. Make it first."


@dataclass(frozen=True)
class Manner:
    """How a copy is made: silence or bleep, ogg, m4a, flac or wav, ms of padding, whether the voice is altered."""

    mask: str = "silence"
    container: str = "ogg"
    before_ms: int = BEFORE_MS
    after_ms: int = AFTER_MS
    alter_voice: bool = False


def request_redaction(work: Work, transcript: Transcript, manner: Manner) -> Redaction:
    """Have the copies made by a job; earlier ones, and an earlier job, go.

    Raises:
        ConsentMissing: the expert has not allowed the interview to be archived.
        KeyDestroyed: the expert was erased.
        RedactionTooEarly, ReviewIncomplete, NothingRecorded, NeverHeard, MomentUnknown, PaddingWrong: as ``plan_of``.
    """
    interview = work.get(Interview, transcript.interview_id)
    require(work, interview.expert_id, Scope.ARCHIVE)
    if work.vault.is_destroyed(expert_subject(interview.expert_id)):
        raise KeyDestroyed
    plan = plan_of(work, transcript, manner.before_ms, manner.after_ms)
    remove_redaction(work, transcript)
    row = work.add(
        Redaction(
            transcript_id=transcript.id, mask=manner.mask, container=manner.container, before_ms=manner.before_ms,
            after_ms=manner.after_ms, alter_voice=manner.alter_voice, asked_by_id=work.actor.account_id,
            asked_at=work.now,
        )
    )  # fmt: skip
    enqueue(work, JOB_KIND, _key(row), redaction=str(row.id))
    record(
        work, "anonymisation.audio_requested", study_id=interview.study_id, subject_id=transcript.id,
        places=len(plan.places), recordings=len(plan.recordings), altered=manner.alter_voice,
    )  # fmt: skip
    return row


def redaction_of(work: Work, transcript: Transcript) -> Redaction | None:
    """The last redaction of the transcript's recordings that was asked for."""
    return work.session.exec(select(Redaction).where(Redaction.transcript_id == transcript.id)).first()


def manner_of(redaction: Redaction) -> Manner:
    """How its copies are made."""
    return Manner(
        redaction.mask, redaction.container, redaction.before_ms, redaction.after_ms, redaction.alter_voice
    )  # fmt: skip


def job_of(work: Work, redaction: Redaction) -> Job | None:
    """The job that makes, or made, its copies."""
    return work.session.exec(select(Job).where(Job.key == _key(redaction))).first()


def remove_redaction(work: Work, transcript: Transcript) -> bool:
    """Delete the copies, finished or not, and stop whoever makes them; False where there is none."""
    row = redaction_of(work, transcript)
    if row is None:
        return False
    interview = work.get(Interview, transcript.interview_id)
    job = job_of(work, row)
    if job is not None and job.state in UNFINISHED:
        request_cancel(work, job.id)
    for recording in recordings_of(work, interview):
        drop_copy(work, recording)
        for fence in range((job.fence if job else 0) + 1):
            work.after_commit(partial(work.blobs.delete, blob_of(row, recording, fence)))
    work.session.delete(row)
    work.session.flush()
    record(work, "anonymisation.audio_removed", study_id=interview.study_id, subject_id=transcript.id)
    return True


def is_copied(work: Work, redaction: Redaction, recording: Recording) -> bool:
    """Whether this redaction has made the copy of a recording already."""
    copy = copies_of(work, work.get(Interview, recording.interview_id)).get(recording.id)
    return copy is not None and copy.made_at >= redaction.asked_at


def keep_copy(work: Work, redaction_id: UUID, recording_id: UUID, stored: Stored) -> bool:
    """Give a copy its row; False where the redaction or the recording was deleted meanwhile."""
    redaction = work.session.get(Redaction, redaction_id)
    recording = work.session.get(Recording, recording_id)
    if redaction is None or recording is None:
        return False
    add_copy(work, recording, stored, redaction.container)
    return True


def finish(work: Work, redaction: Redaction, plan: Plan) -> None:
    """Say that all copies are made, and what was silenced in them."""
    transcript = work.get(Transcript, redaction.transcript_id)
    redaction.fingerprint, redaction.made_at = plan.fingerprint, work.now
    work.add(redaction)
    work.actor = Actor(redaction.asked_by_id)
    record(
        work, "anonymisation.audio_made", study_id=work.get(Interview, transcript.interview_id).study_id,
        subject_id=transcript.id, places=len(plan.places), recordings=len(plan.recordings),
    )  # fmt: skip


def is_current(work: Work, transcript: Transcript, redaction: Redaction) -> bool:
    """Whether finished copies silence all that has to be silenced now."""
    try:
        plan = plan_of(work, transcript, redaction.before_ms, redaction.after_ms)
    except Refusal:
        return False
    there = copies_of(work, work.get(Interview, transcript.interview_id))
    return redaction.fingerprint == plan.fingerprint and all(one.id in there for one in plan.recordings)


def ready_copies(work: Work, transcript: Transcript) -> list[tuple[Recording, SoundCopy]]:
    """The finished copies that may be given away, in order.

    Raises:
        ConsentMissing: the expert has not allowed it, or not any more.
        CopyNotMade: there is none yet.
        CopyStale: something else has to be silenced by now.
        KeyDestroyed: the expert was erased.
    """
    interview = work.get(Interview, transcript.interview_id)
    require(work, interview.expert_id, Scope.ARCHIVE)
    code = code_of(work, interview)
    redaction = redaction_of(work, transcript)
    if redaction is None or redaction.made_at is None:
        raise CopyNotMade(code=code)
    if not is_current(work, transcript, redaction):
        raise CopyStale(code=code)
    there = copies_of(work, interview)
    return [(one, there[one.id]) for one in recordings_of(work, interview)]


def file_name(code: str, number: int, count: int, container: str) -> str:
    """What a copy is called: the code, a number where there are several, nothing else."""
    return f"{code}-redacted.{container}" if count == 1 else f"{code}-{number:02}-redacted.{container}"


def blob_of(redaction: Redaction, recording: Recording, fence: int) -> UUID:
    """The blob of a copy: one that can be told beforehand, so that what a killed job left is found and deleted."""
    return uuid5(redaction.id, f"{recording.id} {fence}")


def _key(redaction: Redaction) -> str:
    return f"{JOB_KIND}:{redaction.id}"

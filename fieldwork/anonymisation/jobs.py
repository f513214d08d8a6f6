"""Jobs of the anonymisation: looking for names, and copies of recordings without them.

Reading and writing are short transactions; the looking, and the copying, between them holds no lock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from fieldwork.anonymisation.detection import look, propose, read
from fieldwork.anonymisation.models import Redaction
from fieldwork.anonymisation.redaction import blob_of, finish, is_copied, keep_copy
from fieldwork.anonymisation.searching import place_finds
from fieldwork.anonymisation.silencing import Plan, plan_of
from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.files import Stored
from fieldwork.core.runs import JobRun
from fieldwork.core.vault import expert_subject
from fieldwork.recording.copies import original_of
from fieldwork.recording.media import Order, copied, tone_dbfs
from fieldwork.recording.models import Recording
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Transcript, TranscriptState

_STEPS = 3  # read, looked, written
_TOLD_MS = 20_000  # of sound: how often a copy says how far it is


@dataclass(frozen=True)
class _Copying:
    """What a redaction works on, read once."""

    redaction: Redaction
    expert_id: UUID
    plan: Plan
    done: frozenset[UUID]


def detect(run: JobRun) -> None:
    """Look for names in a transcript: «transcript» among the job's arguments is its id.

    What was looked at is read again before anything is written: where somebody corrected a turn, or a transcript of
    the same study was done meanwhile, it looks once more.

    Raises:
        NotTranscribed: the transcript is not complete.
        KeyDestroyed: the expert was erased.
    """
    identity, again = UUID(run.args["transcript"]), bool(run.args.get("again"))
    with run.step() as work:
        transcript = work.get(Transcript, identity)
        if transcript.state == TranscriptState.ANONYMISED and not again:
            return  # approved by somebody who did not wait
        material = read(work, transcript, again=again)
        run.progress(work, 1, _STEPS)
    while True:
        seen = look(material)
        with run.step() as work:
            transcript = work.get(Transcript, identity)
            present = read(work, transcript, again=again)
            if present == material:
                propose(work, transcript, seen)
                if again:
                    place_finds(work, transcript)
                run.progress(work, _STEPS, _STEPS)
                return
            material = present


def redact(run: JobRun) -> None:
    """Copy an interview's recordings with the names silenced: «redaction» among the arguments is its id.

    A killed job goes on with the recording it was at; what it left of that one is deleted first.

    Raises:
        ConsentMissing: the expert does not allow it any more.
        ReviewIncomplete, NothingRecorded, NeverHeard, MomentUnknown …: as ``silencing.plan_of``, if that came about
            meanwhile.
        DiskFull: no room; nothing half-written is kept.
        KeyDestroyed: the expert was erased.
        BadInput: a recording cannot be read any more (``media.refusals``).
    """
    task = _copying(run)
    if task is None:
        return
    total = sum(recording.duration_ms for recording in task.plan.recordings)
    before = 0
    for recording in task.plan.recordings:
        if recording.id not in task.done:
            _copy(run, task, recording, _teller(run, before, total))
        before += recording.duration_ms
    with run.step() as work:
        redaction = work.session.get(Redaction, task.redaction.id)
        if redaction is not None:
            finish(work, redaction, task.plan)
            run.progress(work, total // 1000, total // 1000)


def _copying(run: JobRun) -> _Copying | None:
    """What there is to do; None where the redaction was deleted. What earlier claims left half-written is deleted."""
    with run.step() as work:
        redaction = work.session.get(Redaction, UUID(run.args["redaction"]))
        if redaction is None:
            return None
        transcript = work.get(Transcript, redaction.transcript_id)
        expert_id = work.get(Interview, transcript.interview_id).expert_id
        require(work, expert_id, Scope.ARCHIVE)
        plan = plan_of(work, transcript, redaction.before_ms, redaction.after_ms)
        done = frozenset(one.id for one in plan.recordings if is_copied(work, redaction, one))
    for recording in plan.recordings:
        for fence in range(run.fence) if recording.id not in done else ():
            run.ground.blobs.delete(blob_of(redaction, recording, fence))
    return _Copying(redaction, expert_id, plan, done)


def _copy(run: JobRun, task: _Copying, recording: Recording, tell: Callable[[int], None]) -> None:
    redaction = task.redaction
    order = Order(
        container=redaction.container,
        duration_ms=recording.duration_ms,
        stretches=task.plan.stretches[recording.id],
        tone_dbfs=tone_dbfs(recording.peak_dbfs) if redaction.mask == "bleep" else None,
        alter_voice=redaction.alter_voice,
    )
    blobs, blob_id = run.ground.blobs, blob_of(redaction, recording, run.fence)
    kept = False
    try:
        with original_of(blobs, task.expert_id, recording) as source, copied(source, order, tell) as made:
            stored: Stored = blobs.store(expert_subject(task.expert_id), made, blob_id)
        with run.step() as work:
            kept = keep_copy(work, redaction.id, recording.id, stored)
    except BaseException:
        kept = False
        raise
    finally:
        if not kept:
            blobs.delete(blob_id)


def _teller(run: JobRun, before_ms: int, total_ms: int) -> Callable[[int], None]:
    """Writes down now and then how many seconds of sound are done; so a cancelled job is heard of, too."""
    told = [0]

    def tell(done_ms: int) -> None:
        if done_ms - told[0] >= _TOLD_MS:
            told[0] = done_ms
            with run.step() as work:
                run.progress(work, (before_ms + done_ms) // 1000, total_ms // 1000)

    return tell

"""Deeds on uploads that have arrived: each becomes a recording of its interview, or is told why it cannot."""

import contextlib
from collections.abc import Iterator
from uuid import UUID

from sqlmodel import col, select

from fieldwork.core.accounts import Actor
from fieldwork.core.audit import record
from fieldwork.core.errors import Refusal
from fieldwork.core.jobs import UNFINISHED, Job
from fieldwork.core.vault import KeyDestroyed
from fieldwork.core.work import Work
from fieldwork.recording.media import require_sound
from fieldwork.recording.media.refusals import SilentRecording
from fieldwork.recording.models import Upload, UploadState
from fieldwork.recording.parcels import interview_of_upload, leave_parcel
from fieldwork.recording.rules import DuplicateRecording
from fieldwork.recording.services import Prepared, add_recordings
from fieldwork.recording.tus import AlreadyHere
from fieldwork.recording.uploads import filing_key, locked_upload, settle


def waiting_up_to(work: Work, upload_id: UUID) -> list[UUID]:
    """The uploads to be filed for the sake of this one: those of its interview that were begun before it, and itself.

    So voice messages lie in the order they were chosen in, however many workers there are.
    """
    upload = work.session.get(Upload, upload_id)
    if upload is None:
        return []
    if upload.interview_id is None:
        return []
    query = (
        select(Upload.id)
        .where(
            Upload.interview_id == upload.interview_id,
            Upload.state == UploadState.ARRIVED,
            col(Upload.created_at) <= upload.created_at,
        )
        .order_by(col(Upload.created_at), col(Upload.id))
    )
    return list(work.session.exec(query))


def arrived(work: Work, upload_id: UUID) -> Upload | None:
    """The upload, if it is still to be filed."""
    upload = work.session.get(Upload, upload_id)
    return upload if upload is not None and upload.state == UploadState.ARRIVED else None


def file_recording(work: Work, upload_id: UUID, prepared: Prepared) -> bool:
    """Make an upload a recording of its interview; its growing blob is the original from now on.

    Returns:
        False where it was cancelled, or filed by another worker, meanwhile: then nothing is written.

    Raises:
        ConsentMissing, AlreadyHere: as ``services.require_importable``.
    """
    upload = locked_upload(work, upload_id)
    if upload is None or upload.state != UploadState.ARRIVED:
        return False
    work.actor = Actor(upload.account_id)
    interview = interview_of_upload(work, upload)
    with naming_duplicate():
        (recording,) = add_recordings(work, interview, [prepared])
    upload.state, upload.recording_id = UploadState.FILED, recording.id
    _lies_elsewhere(work, upload, prepared.original.blob_id)
    try:
        require_sound(prepared.normalised)
    except SilentRecording as warning:  # one of several tracks may well be silent: it is filed, and told
        note(upload, warning)
    work.add(upload)
    settle(work, interview)
    return True


@contextlib.contextmanager
def naming_duplicate() -> Iterator[None]:
    """An import of one file: a duplicate is told without a number.

    Raises:
        AlreadyHere: it is in the study already.
    """
    try:
        yield
    except DuplicateRecording as refusal:
        raise AlreadyHere(code=refusal.values["code"]) from None


def refuse_upload(work: Work, upload_id: UUID, refusal: Refusal) -> None:
    """Write down why a file cannot be a recording; its bytes go."""
    upload = locked_upload(work, upload_id)
    if upload is None or upload.state != UploadState.ARRIVED:
        return
    work.actor = Actor(upload.account_id)
    upload.state = UploadState.REFUSED
    note(upload, refusal)
    work.add(upload)
    blob_id = upload.blob_id
    work.after_commit(lambda: work.blobs.delete(blob_id))
    record(
        work, "upload.refused", study_id=upload.study_id, subject_id=upload.interview_id,
        reason=type(refusal).__name__,
    )  # fmt: skip
    if upload.interview_id is not None:
        with contextlib.suppress(KeyDestroyed):  # an erased expert's page shows no uploads; the parcel goes in a week
            leave_parcel(work, upload)
        settle(work, interview_of_upload(work, upload))


def _lies_elsewhere(work: Work, upload: Upload, blob_id: UUID) -> None:
    """What came is kept as ``blob_id`` now: of a film its sound, of what lay in a parcel a copy under the expert's key.

    The earlier blob goes as soon as that is safe.
    """
    earlier, upload.blob_id = upload.blob_id, blob_id
    if earlier != blob_id:
        work.after_commit(lambda: work.blobs.delete(earlier))
    leave_parcel(work, upload)


def stopped_filing(work: Work, upload: Upload) -> Job | None:
    """The job of an upload that has arrived, where it stopped and has to be started again."""
    query = select(Job).where(Job.key == filing_key(upload), col(Job.state).not_in(UNFINISHED))
    return work.session.exec(query).first() if upload.state == UploadState.ARRIVED else None


def note(upload: Upload, refusal: Refusal) -> None:
    """Write down what was wrong with a file, or is to be said of it."""
    upload.failure = type(refusal).__name__
    upload.failure_values = {
        name: value if isinstance(value, int) else str(value) for name, value in refusal.values.items()
    }

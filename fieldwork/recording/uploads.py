"""Deeds on uploads: a file that comes in pieces from a browser, until it is a recording of its interview."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.files import DiskFull
from fieldwork.core.growing import FRAME
from fieldwork.core.ids import new_id
from fieldwork.core.jobs import Job, enqueue
from fieldwork.core.vault import expert_subject, parcel_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.recording.gathering import Told
from fieldwork.recording.live_ends import drop_abandoned
from fieldwork.recording.media.refusals import EmptyFile
from fieldwork.recording.models import Upload, UploadState
from fieldwork.recording.parcels import (
    NAME_FIELD,
    TOLD_FIELD,
    close_if_empty,
    interview_of_upload,
    open_parcel,
    subject_of,
)
from fieldwork.recording.tus import (
    ABANDONED,
    MB,
    Announced,
    DiskFilledUp,
    MoreThanAnnounced,
    OffsetDiffers,
    UploadGone,
    check_room,
    check_size,
    expires,
)
from fieldwork.recording.zoom_models import CloudFile
from fieldwork.scheduling.models import Interview

TAIL_FIELD = "upload.sealed_tail"
JOB_KIND = "recording.take_in"
LOOKING = "recording.look"

_ON_THE_WAY = (UploadState.RECEIVING, UploadState.ARRIVED)
_WITH_BYTES = (*_ON_THE_WAY, UploadState.WAITING)


def begin_upload(
    work: Work, interview: Interview, file: Announced, sequel: str | None = None, account_id: UUID | None = None
) -> Upload:
    """Announce a file that is to come in pieces.

    Args:
        work: the unit of work.
        interview: whose recording it is.
        file: what was announced of it.
        sequel: the kind of job to follow once everything on its way into the interview has been filed; its argument
            is the interview.
        account_id: in whose name it comes; whoever asks when unset.

    Raises:
        ConsentMissing: the expert has not agreed to be recorded (or, with a sequel, to be transcribed).
        EmptyFile, FileTooLarge, NoRoomForFile: nothing is taken.
    """
    require(work, interview.expert_id, Scope.RECORD)
    if sequel:
        require(work, interview.expert_id, Scope.TRANSCRIBE)
    require_room(work, file)
    row_id = new_id()
    upload = work.add(
        Upload(
            id=row_id,
            study_id=interview.study_id,
            interview_id=interview.id,
            account_id=account_id or work.actor.account_id,
            blob_id=new_id(),
            sealed_name=work.vault.seal_text(expert_subject(interview.expert_id), NAME_FIELD, row_id, file.name),
            kind=file.kind,
            speaker=file.speaker,
            sequel=sequel,
            length=file.length,
            created_at=work.now,
            touched_at=work.now,
        )
    )
    record(work, "upload.begun", study_id=interview.study_id, subject_id=interview.id, bytes=file.length)
    return upload


def begin_in_parcel(work: Work, study: Study, file: Announced, told: Told) -> Upload:
    """Announce a file of which nobody has said yet which interview it belongs to; it comes into the asker's parcel.

    Consent is asked for when it is filed: until then nobody can tell whose.

    Raises:
        EmptyFile, FileTooLarge, NoRoomForFile: nothing is taken.
    """
    require_room(work, file)
    parcel, row_id = open_parcel(work, study.id), new_id()
    subject = parcel_subject(parcel.id)
    upload = work.add(
        Upload(
            id=row_id,
            study_id=study.id,
            parcel_id=parcel.id,
            account_id=work.actor.account_id,
            blob_id=new_id(),
            sealed_name=work.vault.seal_text(subject, NAME_FIELD, row_id, file.name),
            sealed_told=work.vault.seal_text(subject, TOLD_FIELD, row_id, told.told()),
            kind=told.kind,
            length=file.length,
            created_at=work.now,
            touched_at=work.now,
        )
    )
    record(work, "upload.begun", study_id=study.id, bytes=file.length)
    return upload


def require_room(work: Work, file: Announced) -> None:
    """Refuse a file that cannot be taken, before a byte of it comes.

    Raises:
        EmptyFile, FileTooLarge, NoRoomForFile: as they say.
    """
    if not file.length:
        raise EmptyFile
    remove_abandoned(work)
    check_size(file.length, work.settings.upload_limit)
    check_room(file.length, work.blobs.free_bytes(), _promised(work))


def own_upload(work: Work, study_id: UUID, upload_id: UUID) -> Upload:
    """An upload of whoever asks, in that study.

    Raises:
        NotFound: there is none of that id, or it is somebody else's.
        UploadGone: it was left lying for too long.
    """
    upload = work.session.get(Upload, upload_id)
    if upload is None or upload.study_id != study_id or upload.account_id != work.actor.account_id:
        raise NotFound(kind="upload", name=upload_id)
    if upload.state == UploadState.RECEIVING and work.now > expires(upload.touched_at):
        raise UploadGone(days=ABANDONED.days)
    return upload


def check_offset(upload: Upload, at: int) -> None:
    """Refuse bytes that do not follow those that are here.

    Raises:
        OffsetDiffers: says where it goes on.
    """
    if upload.state != UploadState.RECEIVING or upload.received != at:
        raise OffsetDiffers(received=upload.received)


def receive(work: Work, upload_id: UUID, at: int, content: bytes) -> Upload:
    """Take the next piece of a file: encrypted and durable, then counted. With the last one, its filing is asked for.

    The row is locked while the piece is written, so that two windows never write over each other.

    Args:
        work: the unit of work; its commit is what makes the piece count.
        upload_id: of the person who sends it (see ``own_upload``).
        at: how many bytes were sent before.
        content: the piece, of any length.

    Raises:
        NotFound: the upload was cancelled meanwhile.
        OffsetDiffers: another window was quicker.
        MoreThanAnnounced: it is longer than it said.
        ConsentMissing: consent was withdrawn meanwhile.
        DiskFilledUp: no room; what was received stays.
    """
    upload = locked_upload(work, upload_id)
    if upload is None:
        raise NotFound(kind="upload", name=upload_id)
    check_offset(upload, at)
    if at + len(content) > upload.length:
        raise MoreThanAnnounced(length=upload.length)
    if upload.interview_id is not None:
        require(work, interview_of_upload(work, upload).expert_id, Scope.RECORD)
    _write(work, upload, subject_of(work, upload), content)
    upload.touched_at = work.now
    if upload.received == upload.length:
        upload.state = UploadState.ARRIVED
        ask_for_filing(work, upload)
    return work.add(upload)


def _write(work: Work, upload: Upload, subject: str, content: bytes) -> None:
    """Whole frames go to the blob, what is left of them is sealed in the row."""
    tail = work.vault.unseal(subject, TAIL_FIELD, upload.id, upload.sealed_tail) if upload.sealed_tail else b""
    waiting, there = tail + content, upload.received - len(tail)
    last = upload.received + len(content) == upload.length
    whole = len(waiting) if last else len(waiting) - len(waiting) % FRAME
    try:
        if whole or last:
            work.blobs.append(subject, upload.blob_id, there, waiting[:whole], last=last)
    except DiskFull:
        raise DiskFilledUp(received=upload.received // MB, size=-(-upload.length // MB)) from None
    rest = waiting[whole:]
    upload.sealed_tail = work.vault.seal(subject, TAIL_FIELD, upload.id, rest) if rest else None
    upload.received += len(content)


def ask_for_filing(work: Work, upload: Upload) -> Job:
    """Have a file that has arrived made a recording, by a job; one that stopped is started again.

    One that lies in a parcel, and has no interview yet, is looked at first.
    """
    kind = LOOKING if upload.interview_id is None else JOB_KIND
    return enqueue(work, kind, filing_key(upload), upload=str(upload.id))


def filing_key(upload: Upload) -> str:
    """The idempotency key of the job that files an upload."""
    return f"{LOOKING if upload.interview_id is None else JOB_KIND}:{upload.id}"


def cancel_upload(work: Work, upload: Upload) -> None:
    """Remove an upload: with its bytes where it is no recording yet, else only from the list."""
    if upload.state in _WITH_BYTES:
        record(
            work, "upload.cancelled", study_id=upload.study_id, subject_id=upload.interview_id,
            received=upload.received,
        )  # fmt: skip
    interview = None if upload.interview_id is None else interview_of_upload(work, upload)
    _remove(work, upload)
    if interview is not None:
        settle(work, interview)


def remove_abandoned(work: Work) -> None:
    """Remove the uploads that nothing has come for in a week; and those that have ended as long ago, from the list.

    Recordings of browsers that nobody went on with are removed likewise.
    """
    query = select(Upload).where(
        col(Upload.touched_at) < work.now - ABANDONED, col(Upload.state) != UploadState.ARRIVED, _from_browser()
    )
    for upload in work.session.exec(query).all():
        _remove(work, upload)
    drop_abandoned(work)


def settle(work: Work, interview: Interview) -> None:
    """Once nothing is on its way into an interview any more, have the wished-for jobs follow what was filed."""
    work.session.flush()
    of_interview = select(Upload).where(Upload.interview_id == interview.id)
    if work.session.exec(of_interview.where(col(Upload.state).in_(_ON_THE_WAY))).first() is not None:
        return
    filed = of_interview.where(Upload.state == UploadState.FILED, col(Upload.sequel).is_not(None))
    uploads = work.session.exec(filed.order_by(col(Upload.created_at), col(Upload.id))).all()
    for kind, upload in {str(one.sequel): one for one in uploads}.items():
        enqueue(work, kind, f"{sequel_key(kind, interview)}:{upload.id}", interview=str(interview.id))
    for upload in uploads:
        upload.sequel = None
        work.add(upload)


def sequel_key(kind: str, interview: Interview) -> str:
    """What the idempotency keys of the jobs begin with that follow an interview's uploads."""
    return f"{kind}:{interview.id}"


def uploads_into(work: Work, interview: Interview) -> list[Upload]:
    """The asker's own uploads into an interview, in the order they were begun."""
    query = select(Upload).where(
        Upload.interview_id == interview.id, Upload.account_id == work.actor.account_id, _from_browser()
    )
    return list(work.session.exec(query.order_by(col(Upload.created_at), col(Upload.id))))


def upload_name(work: Work, upload: Upload) -> str:
    """The file's name as it came: for whoever sent it.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    return work.vault.unseal_text(subject_of(work, upload), NAME_FIELD, upload.id, upload.sealed_name)


def locked_upload(work: Work, upload_id: UUID) -> Upload | None:
    """The upload as it is now, locked until the transaction ends."""
    query = select(Upload).where(Upload.id == upload_id).with_for_update()
    return work.session.exec(query, execution_options={"populate_existing": True}).first()


def _remove(work: Work, upload: Upload) -> None:
    if upload.state in _WITH_BYTES:
        blob_id = upload.blob_id
        work.after_commit(lambda: work.blobs.delete(blob_id))
    parcel_id = upload.parcel_id
    work.session.delete(upload)
    work.session.flush()
    if parcel_id is not None:
        close_if_empty(work, parcel_id)


def _from_browser() -> sa.ColumnElement[bool]:
    """Not fetched from Zoom's cloud: those are shown, and go on, elsewhere."""
    return col(Upload.id).not_in(select(CloudFile.upload_id).where(col(CloudFile.upload_id).is_not(None)))


def _promised(work: Work) -> int:
    """Bytes that are still to come of all uploads."""
    query = select(sa.func.sum(col(Upload.length) - col(Upload.received))).where(
        Upload.state == UploadState.RECEIVING, col(Upload.touched_at) >= work.now - ABANDONED
    )
    return int(work.session.exec(query).one() or 0)

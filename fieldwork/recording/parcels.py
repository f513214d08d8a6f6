"""What was sent without its interview: where it lies, under which key, and when it goes.

A parcel's key is made with its first file and destroyed with its last: what was never filed is gone then from every
backup, too.
"""

from uuid import UUID

from sqlmodel import select

from fieldwork.core.errors import NotFound
from fieldwork.core.jobs import enqueue
from fieldwork.core.vault import expert_subject, parcel_subject
from fieldwork.core.work import Work
from fieldwork.recording.models import Parcel, Upload
from fieldwork.recording.tus import ABANDONED
from fieldwork.scheduling.models import Interview

NAME_FIELD = "upload.sealed_name"
TOLD_FIELD = "upload.sealed_told"
EXPIRING = "recording.expire"


def interview_of_upload(work: Work, upload: Upload) -> Interview:
    """Where an upload goes.

    Raises:
        NotFound: nobody has said yet.
    """
    if upload.interview_id is None:
        raise NotFound(kind="upload", name=upload.id)
    return work.get(Interview, upload.interview_id)


def subject_of(work: Work, upload: Upload) -> str:
    """Under whose key an upload lies: the expert's, or its parcel's until it is filed."""
    if upload.parcel_id is not None:
        return parcel_subject(upload.parcel_id)
    return expert_subject(interview_of_upload(work, upload).expert_id)


def parcel_of(work: Work, study_id: UUID) -> Parcel | None:
    """The asker's parcel of a study, locked until the transaction ends."""
    query = select(Parcel).where(Parcel.study_id == study_id, Parcel.account_id == work.actor.account_id)
    return work.session.exec(query.with_for_update()).first()


def open_parcel(work: Work, study_id: UUID) -> Parcel:
    """The asker's parcel of a study, a new one where there is none; it is kept as long as something comes."""
    found = parcel_of(work, study_id)
    if found is None:
        found = work.add(Parcel(study_id=study_id, account_id=work.actor.account_id, touched_at=work.now))
        _watch(work, found)
    found.touched_at = work.now
    return work.add(found)


def uploads_in(work: Work, parcel: Parcel) -> list[Upload]:
    """Everything that lies in a parcel."""
    return list(work.session.exec(select(Upload).where(Upload.parcel_id == parcel.id)))


def leave_parcel(work: Work, upload: Upload) -> None:
    """Have an upload that is filed, or refused by its interview, lie under the expert's key from now on.

    Its blob is the caller's affair.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    if (parcel_id := upload.parcel_id) is None:
        return
    name = work.vault.unseal_text(parcel_subject(parcel_id), NAME_FIELD, upload.id, upload.sealed_name)
    upload.parcel_id = None
    upload.sealed_name = work.vault.seal_text(subject_of(work, upload), NAME_FIELD, upload.id, name)
    upload.sealed_told = None
    work.add(upload)
    close_if_empty(work, parcel_id)


def close_if_empty(work: Work, parcel_id: UUID) -> None:
    """Destroy the key of a parcel that nothing lies in any more."""
    work.session.flush()
    if work.session.exec(select(Upload.id).where(Upload.parcel_id == parcel_id)).first() is not None:
        return
    parcel = work.session.exec(select(Parcel).where(Parcel.id == parcel_id).with_for_update()).first()
    if parcel is None:
        return
    work.session.delete(parcel)
    work.session.flush()
    vault, now = work.vault, work.now
    work.after_commit(lambda: vault.destroy(parcel_subject(parcel_id), now))


def has_expired(work: Work, parcel_id: UUID) -> bool:
    """Whether a parcel is to be discarded: nothing has come for a week. One that is younger is watched on."""
    parcel = work.session.get(Parcel, parcel_id)
    if parcel is None:
        return False
    if work.now >= parcel.touched_at + ABANDONED:
        return True
    _watch(work, parcel)
    return False


def _watch(work: Work, parcel: Parcel) -> None:
    until = parcel.touched_at + ABANDONED
    enqueue(work, EXPIRING, f"{EXPIRING}:{parcel.id}:{until.isoformat()}", run_at=until, parcel=str(parcel.id))

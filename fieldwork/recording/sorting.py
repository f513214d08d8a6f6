"""Deeds on what waits in a parcel: looked at, proposed to interviews, filed where a person says, discarded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of, require
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.files import Stored
from fieldwork.core.ids import new_id
from fieldwork.core.vault import KeyDestroyed
from fieldwork.core.work import Work
from fieldwork.recording.filing import note
from fieldwork.recording.gathering import Gathered, Piece, Told, gather, roles_in, voice_of
from fieldwork.recording.matching import Candidate, Proposal, chosen_already, propose
from fieldwork.recording.models import Parcel, Upload, UploadState
from fieldwork.recording.parcels import NAME_FIELD, TOLD_FIELD, close_if_empty, subject_of, uploads_in
from fieldwork.recording.rules import require_new
from fieldwork.recording.services import known_digests, names_of, recordings_of
from fieldwork.recording.shapes import Names, speakers
from fieldwork.recording.uploads import ask_for_filing, cancel_upload, locked_upload
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import expert_of
from fieldwork.scheduling.models import Interview, Mode


class ChatIncomplete(Refusal):
    """A warning: the chat names what is not in its archive."""

    message = "The chat names {missing} voice messages that are not in the archive. The others are taken."


class NothingSure(Refusal):
    """One press was to file all that are sure."""

    message = "Nothing is sure yet: choose the interview, and whose voice is whose, then file each by itself."


@dataclass(frozen=True, repr=False)
class Reached:
    """An interview that whoever asks may hear, with the names of the two who speak; empty where they may not know."""

    expert: Expert
    interview: Interview
    names: Names
    recorded: bool

    @property
    def candidate(self) -> Candidate:
        """What matching asks of it."""
        one = self.interview
        return Candidate(
            self.expert.code, one.starts_at, one.minutes, Mode(one.mode), self.recorded, self.names.expert,
            self.names.interviewer,
        )  # fmt: skip


@dataclass(frozen=True, repr=False)
class Waiting:
    """A group of files with the interviews proposed for it, and whose voice each label is in the first of them."""

    group: Gathered
    proposals: tuple[Proposal, ...]
    roles: Mapping[str, str | None]
    consents: bool

    @property
    def key(self) -> str:
        """Its name on a page: that of its first file."""
        return self.group.pieces[0].key

    @property
    def best(self) -> Proposal | None:
        """The interview proposed."""
        return self.proposals[0] if self.proposals else None

    @property
    def sure(self) -> bool:
        """Whether nothing is open: the interview, its consent, whose voice is whose."""
        return self.best is not None and self.best.sure and self.consents and all(self.roles.values())


def reached_by(work: Work, interviews: Sequence[Interview], knows: Callable[[Expert], bool]) -> list[Reached]:
    """Interviews with what matching asks of them; an erased expert's is not among them.

    Args:
        work: the unit of work.
        interviews: those that whoever asks may hear.
        knows: whether they may know who an expert is; else no name is read.
    """
    found = []
    for one in interviews:
        expert = expert_of(work, one.expert_id)
        try:
            names = names_of(work, one) if knows(expert) else Names()
        except KeyDestroyed:
            continue
        found.append(Reached(expert, one, names, bool(recordings_of(work, one))))
    return found


def proposed(work: Work, group: Gathered, among: Sequence[Reached]) -> Waiting:
    """A group with its proposals."""
    codes = {one.expert.code for one in among}
    found = (
        [chosen_already(group.hint)] if group.hint in codes else propose(group.heard, [one.candidate for one in among])
    )
    best = next((one for one in among if found and one.expert.code == found[0].code), None)
    if best is None:
        return Waiting(group, tuple(found), roles_in(group.labels, {}), consents=False)
    decision = decision_of(work, best.expert.id)
    roles = speakers(group.labels, best.names)
    return Waiting(group, tuple(found), roles, consents=decision is not None and decision.allows(Scope.RECORD))


def groups_in(work: Work, parcel: Parcel) -> list[Gathered]:
    """What waits in a parcel for its interview, in groups."""
    waiting = sorted(
        (one for one in uploads_in(work, parcel) if one.state == UploadState.WAITING),
        key=lambda one: (one.created_at, one.id),
    )
    pieces = [Piece(str(one.id), told_of(work, one), one.duration_ms or 0) for one in waiting]
    return gather(pieces)


def told_of(work: Work, upload: Upload) -> Told:
    """What a file in a parcel tells of itself."""
    sealed = upload.sealed_told or b""
    return Told.read(work.vault.unseal_text(subject_of(work, upload), TOLD_FIELD, upload.id, sealed))


def looked_at(work: Work, upload_id: UUID, digest: str, duration_ms: int, made_at: str) -> None:
    """A file of a parcel has been looked at: it can be heard, and waits for its interview.

    Raises:
        DuplicateRecording: it is in the study already.
    """
    upload = locked_upload(work, upload_id)
    if upload is None or upload.state != UploadState.ARRIVED:
        return
    require_new([digest], known_digests(work, upload.study_id))
    told = replace(told_of(work, upload), made=made_at)
    upload.sealed_told = work.vault.seal_text(subject_of(work, upload), TOLD_FIELD, upload.id, told.told())
    upload.state, upload.duration_ms, upload.touched_at = UploadState.WAITING, duration_ms, work.now
    work.add(upload)


def unpacked(work: Work, upload_id: UUID, members: Sequence[tuple[Told, Stored]], missing: int) -> bool:
    """An archive of a parcel has been looked into: each of its recordings waits by itself, the archive goes.

    Returns:
        False where it was cancelled meanwhile: then nothing is written.
    """
    upload = locked_upload(work, upload_id)
    if upload is None or upload.state != UploadState.ARRIVED or upload.parcel_id is None:
        return False
    for number, (told, stored) in enumerate(members):
        work.add(_member(work, upload, told, stored, number))
    archive = upload.blob_id
    work.after_commit(lambda: work.blobs.delete(archive))
    if missing:
        upload.state = UploadState.FILED
        note(upload, ChatIncomplete(missing=missing))
        work.add(upload)
    else:
        work.session.delete(upload)
    record(work, "archive.read", study_id=upload.study_id, count=len(members))
    return True


def _member(work: Work, archive: Upload, told: Told, stored: Stored, number: int) -> Upload:
    row_id, subject = new_id(), subject_of(work, archive)
    return Upload(
        id=row_id,
        study_id=archive.study_id,
        parcel_id=archive.parcel_id,
        account_id=archive.account_id,
        blob_id=stored.blob_id,
        sealed_name=work.vault.seal_text(subject, NAME_FIELD, row_id, told.name),
        sealed_told=work.vault.seal_text(subject, TOLD_FIELD, row_id, told.told()),
        kind=told.kind,
        length=stored.size,
        received=stored.size,
        state=UploadState.WAITING,
        created_at=archive.created_at + timedelta(microseconds=number),
        touched_at=work.now,
    )


def file_group(
    work: Work,
    group: Gathered,
    interview: Interview,
    voices: Mapping[str, str],
    sequel: str | None = None,
) -> int:
    """File a group in an interview: a job makes recordings of it, in its order, under the expert's key.

    Args:
        work: the unit of work.
        group: as ``groups_in`` has gathered it.
        interview: as a person has confirmed.
        voices: «interviewer» or «expert» for its labels; the others stay unknown.
        sequel: the kind of job to follow when all of it is filed.

    Returns:
        How many files it has.

    Raises:
        ConsentMissing: the expert has not agreed to be recorded (or, with a sequel, to be transcribed).
        NotFound: somebody has filed or discarded one of them meanwhile.
    """
    require(work, interview.expert_id, Scope.RECORD)
    if sequel:
        require(work, interview.expert_id, Scope.TRANSCRIBE)
    roles = roles_in(group.labels, voices)
    for number, piece in enumerate(group.pieces):
        upload = locked_upload(work, UUID(piece.key))
        if upload is None or upload.state != UploadState.WAITING or upload.account_id != work.actor.account_id:
            raise NotFound(kind="upload", name=piece.key)
        upload.interview_id, upload.state = interview.id, UploadState.ARRIVED
        upload.speaker, upload.sequel = roles.get(voice_of(piece.told)), sequel
        upload.created_at = work.now + timedelta(microseconds=number)  # they are filed in this order
        work.add(upload)
        ask_for_filing(work, upload)
    record(
        work, "recording.matched", study_id=interview.study_id, subject_id=interview.id, count=len(group.pieces)
    )  # fmt: skip
    return len(group.pieces)


def discard(work: Work, parcel: Parcel, keys: Sequence[str]) -> int:
    """Remove files that wait in a parcel, with their bytes."""
    found = [one for one in uploads_in(work, parcel) if str(one.id) in keys and one.state == UploadState.WAITING]
    for upload in found:
        cancel_upload(work, upload)
    return len(found)


def discard_parcel(work: Work, parcel_id: UUID) -> None:
    """Remove everything that nobody has filed, and the key it lies under."""
    query = select(Upload).where(Upload.parcel_id == parcel_id, col(Upload.interview_id).is_(None))
    for upload in work.session.exec(query).all():
        cancel_upload(work, upload)
    close_if_empty(work, parcel_id)

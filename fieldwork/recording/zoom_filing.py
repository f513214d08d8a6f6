"""Filing a meeting of Zoom's cloud with an interview: what is to be fetched, how far it is, stopping it."""

from typing import Final
from uuid import UUID

from sqlmodel import col, select

from fieldwork.consent.models import Scope
from fieldwork.consent.services import require
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.jobs import UNFINISHED, Job, enqueue, request_cancel
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.recording.models import RecordingKind, Upload, UploadState
from fieldwork.recording.services import names_of
from fieldwork.recording.shapes import speakers
from fieldwork.recording.tus import Announced
from fieldwork.recording.uploads import begin_upload, cancel_upload
from fieldwork.recording.zoom_events import chosen, label_of, labels_of
from fieldwork.recording.zoom_meetings import files_of, hand_over, sealed_of
from fieldwork.recording.zoom_models import CloudFile, CloudKind, CloudMeeting
from fieldwork.scheduling.models import Interview

JOB_KIND = "recording.fetch_zoom"

_SUFFIX: Final = {CloudKind.TRACK: "m4a", CloudKind.SOUND: "m4a", CloudKind.FILM: "mp4"}


class NothingToFetch(Refusal):
    """Neither a track nor sound nor a film."""

    message = (
        "Zoom has told of no sound for this meeting. Wait until Zoom has finished it, or upload the recording here."
    )


def file_meeting(
    work: Work, meeting: CloudMeeting, interview: Interview, account_id: UUID, sequel: str | None = None
) -> list[CloudFile]:
    """File a meeting with an interview: its sound is fetched by jobs, then taken in as what browsers upload.

    Args:
        work: the unit of work.
        meeting: see ``meeting_called``.
        interview: whose it is; a person has said so.
        account_id: in whose name the files are filed.
        sequel: the kind of job to follow once all are; its argument is the interview.

    Raises:
        ConsentMissing: the expert has not agreed to be recorded (or, with a sequel, to be transcribed).
        NothingToFetch: no sound.
        FileTooLarge, NoRoomForFile: nothing is fetched.
    """
    require(work, interview.expert_id, Scope.RECORD)
    wanted = chosen(one for one in files_of(work, meeting) if one.kind != CloudKind.TRANSCRIPT)
    if not wanted:
        raise NothingToFetch
    hand_over(work, meeting, interview)
    meeting.interview_id, meeting.account_id, meeting.sequel = interview.id, account_id, sequel
    work.add(meeting)
    record(work, "cloud.filed", study_id=interview.study_id, subject_id=interview.id, files=len(wanted))
    for one in wanted:
        fetch(work, meeting, one)
    return wanted


def fetch(work: Work, meeting: CloudMeeting, file: CloudFile) -> None:
    """Have a file of a filed meeting fetched, from where it stopped; nothing happens while that is under way.

    Raises:
        ConsentMissing, FileTooLarge, NoRoomForFile: nothing is fetched.
    """
    interview = work.get(Interview, _required(meeting.interview_id))
    require(work, interview.expert_id, Scope.RECORD)
    if file.kind != CloudKind.TRANSCRIPT and file.upload_id is None:
        file.upload_id = begin_upload(
            work, interview, _announced(work, meeting, file, interview), meeting.sequel, meeting.account_id
        ).id
        work.add(file)
    _ask(work, file)


def _ask(work: Work, file: CloudFile) -> None:
    """Ask for the job that fetches a file; one that waits or runs already is enough."""
    jobs = jobs_of(work, file)
    if not any(one.state in UNFINISHED for one in jobs):
        enqueue(work, JOB_KIND, f"{_key(file)}{len(jobs) + 1}", file=str(file.id))


def stop(work: Work, file: CloudFile) -> None:
    """Stop fetching a file; what has come of it goes."""
    for job in jobs_of(work, file):
        if job.state in UNFINISHED:
            request_cancel(work, job.id)
    upload = upload_of(work, file)
    if upload is not None and upload.state == UploadState.RECEIVING:
        cancel_upload(work, upload)
        work.session.refresh(file)
    if file.blob_id is not None:
        drop_transcript(work, file)


def jobs_of(work: Work, file: CloudFile) -> list[Job]:
    """The jobs that fetch, or have fetched, a file, the newest first: of two made at once, the one that goes on."""
    mine = col(Job.key).startswith(_key(file), autoescape=True)
    order = (col(Job.created_at).desc(), col(Job.run_at).desc(), col(Job.id).desc())
    return list(work.session.exec(select(Job).where(mine).order_by(*order)))


def upload_of(work: Work, file: CloudFile) -> Upload | None:
    """What has come of a file so far."""
    return work.session.get(Upload, file.upload_id) if file.upload_id else None


def fetched_transcript(work: Work, interview: Interview, file_id: UUID) -> CloudFile:
    """A transcript of Zoom's that was fetched for an interview, locked.

    Raises:
        NotFound: there is none.
    """
    query = (
        select(CloudFile)
        .join(CloudMeeting)
        .where(CloudFile.id == file_id, CloudMeeting.interview_id == interview.id, col(CloudFile.blob_id).is_not(None))
    )
    file = work.session.exec(query.with_for_update(of=CloudFile)).first()
    if file is None:
        raise NotFound(kind="recording", name=file_id)
    return file


def read_transcript(work: Work, interview: Interview, file: CloudFile) -> bytes:
    """What Zoom has understood, as WebVTT.

    Raises:
        KeyDestroyed: the expert was erased.
        NotFound: it is gone.
    """
    with work.blobs.open(expert_subject(interview.expert_id), _required(file.blob_id)) as source:
        return source.read()


def drop_transcript(work: Work, file: CloudFile) -> None:
    """Remove a fetched transcript: its words are in the interview's own now, or are not wanted."""
    blob_id, file.blob_id = _required(file.blob_id), None
    work.add(file)
    work.after_commit(lambda: work.blobs.delete(blob_id))


def _announced(work: Work, meeting: CloudMeeting, file: CloudFile, interview: Interview) -> Announced:
    """A file as an upload: a track with its speaker, by the names of the two people."""
    kind = RecordingKind.TRACK if file.kind == CloudKind.TRACK else RecordingKind.MIXED
    label, speaker = "", None
    if kind is RecordingKind.TRACK:
        label = label_of(sealed_of(work, meeting, file).name)
        tracks = [one for one in files_of(work, meeting) if one.kind == CloudKind.TRACK]
        labels = labels_of([sealed_of(work, meeting, one).name for one in tracks])
        speaker = speakers(labels, names_of(work, interview)).get(label)
    name = f"Zoom {label}".strip() + f".{_SUFFIX[CloudKind(file.kind)]}"
    return Announced(name, file.size, kind, speaker, sequel=bool(meeting.sequel))


def _key(file: CloudFile) -> str:
    return f"{JOB_KIND}:{file.id}:"


def _required(row_id: UUID | None) -> UUID:
    if row_id is None:
        raise NotFound(kind="upload", name="")
    return row_id

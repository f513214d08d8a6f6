"""The job that files what browsers have uploaded, exactly as an import on the command line does."""

import contextlib
import hashlib
from io import BufferedReader
from typing import cast
from uuid import UUID

from fieldwork.core.errors import Refusal
from fieldwork.core.files import DiskFull, Stored
from fieldwork.core.runs import JobRun
from fieldwork.core.vault import expert_subject
from fieldwork.recording.filing import arrived, file_recording, naming_duplicate, refuse_upload, waiting_up_to
from fieldwork.recording.intake import listen
from fieldwork.recording.models import RecordingKind, Upload
from fieldwork.recording.services import Prepared, require_importable
from fieldwork.recording.uploads import upload_name
from fieldwork.recording.zoom_fetching import client_of, fetch_file
from fieldwork.scheduling.models import Interview


def take_in(run: JobRun) -> None:
    """Make an upload a recording: «upload» among the job's arguments is its id. Earlier ones of its interview go first.

    What is wrong with a file is written into its row, not into the job: trying again would not mend it.

    Raises:
        DiskFull: no room; the job can be started again.
    """
    with run.step() as work:
        waiting = waiting_up_to(work, UUID(run.args["upload"]))
    for done, upload_id in enumerate(waiting):
        with run.step() as work:
            run.progress(work, done, len(waiting))
        _take_in(run, upload_id)


def _take_in(run: JobRun, upload_id: UUID) -> None:
    try:
        with run.step() as work:
            upload = arrived(work, upload_id)
            if upload is None:
                return
            interview = work.get(Interview, upload.interview_id)
            name = upload_name(work, upload, interview.expert_id)
        _file(run, upload, interview, name)
    except DiskFull:
        raise
    except Refusal as refusal:
        with run.step() as work:
            refuse_upload(work, upload_id, refusal)


def _file(run: JobRun, upload: Upload, interview: Interview, name: str) -> None:
    blobs, subject = run.ground.blobs, expert_subject(interview.expert_id)
    with blobs.open(subject, upload.blob_id) as source:
        digest = hashlib.file_digest(cast("BufferedReader", source), "sha256").hexdigest()
        with run.step() as work, naming_duplicate():
            require_importable(work, work.get(Interview, interview.id), [digest])
        found, normalised, sound = listen(blobs, subject, source)
    original = Stored(upload.blob_id, digest, upload.length)
    prepared = Prepared(name, RecordingKind(upload.kind), upload.speaker, original, sound, found, normalised)
    filed = False
    try:
        with run.step() as work:
            filed = file_recording(work, upload.id, prepared)
    except BaseException:
        filed = False
        raise
    finally:
        if not filed:
            blobs.delete(sound.blob_id)


def fetch_zoom(run: JobRun) -> None:
    """Fetch a file from Zoom's cloud: «file» among the job's arguments is its id, «tries» how often it was put off.

    Raises:
        Refusal: why it cannot be fetched, for the page that shows it; the job can be asked for again.
    """
    with contextlib.closing(client_of(run.ground.settings)) as client:
        fetch_file(run, client)

"""The jobs that look at what browsers have uploaded, and file it exactly as an import on the command line does."""

import contextlib
import hashlib
from dataclasses import replace
from io import BufferedReader
from pathlib import PurePosixPath
from typing import BinaryIO, cast
from uuid import UUID, uuid5

from fieldwork.core.errors import Refusal
from fieldwork.core.files import DiskFull, Stored
from fieldwork.core.runs import JobRun
from fieldwork.core.vault import expert_subject, parcel_subject
from fieldwork.recording.archives import Archive, is_archive
from fieldwork.recording.filing import arrived, file_recording, naming_duplicate, refuse_upload, waiting_up_to
from fieldwork.recording.gathering import Told
from fieldwork.recording.intake import as_it_came, listen
from fieldwork.recording.media import probe
from fieldwork.recording.models import RecordingKind, Upload
from fieldwork.recording.parcels import has_expired, interview_of_upload, subject_of
from fieldwork.recording.services import Prepared, require_importable
from fieldwork.recording.shapes import Reason
from fieldwork.recording.sorting import discard_parcel, looked_at, told_of, unpacked
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
            interview = interview_of_upload(work, upload)
            name, subject = upload_name(work, upload), subject_of(work, upload)
        _file(run, upload, interview, name, subject)
    except DiskFull:
        raise
    except Refusal as refusal:
        with run.step() as work:
            refuse_upload(work, upload_id, refusal)


def _file(run: JobRun, upload: Upload, interview: Interview, name: str, lies_under: str) -> None:
    """``lies_under``: the subject of the upload's blob. What is kept lies under the expert's."""
    blobs, subject = run.ground.blobs, expert_subject(interview.expert_id)
    with blobs.open(lies_under, upload.blob_id) as source, contextlib.ExitStack() as until_filed:
        digest = hashlib.file_digest(cast("BufferedReader", source), "sha256").hexdigest()
        with run.step() as work, naming_duplicate():
            require_importable(work, work.get(Interview, interview.id), [digest])
        heard = listen(blobs, subject, source)
        for blob_id in heard.blob_ids:
            until_filed.callback(blobs.delete, blob_id)
        original = Stored(upload.blob_id, digest, upload.length)
        if heard.kept is None and lies_under != subject:
            source.seek(0)
            original = blobs.store(subject, source)
            until_filed.callback(blobs.delete, original.blob_id)
        original = as_it_came(heard, original)
        kind = RecordingKind(upload.kind)
        prepared = Prepared(name, kind, upload.speaker, original, heard.sound, heard.found, heard.normalised)
        with run.step() as work:
            filed = file_recording(work, upload.id, prepared)
        if filed:
            until_filed.pop_all()


def fetch_zoom(run: JobRun) -> None:
    """Fetch a file from Zoom's cloud: «file» among the job's arguments is its id, «tries» how often it was put off.

    Raises:
        Refusal: why it cannot be fetched, for the page that shows it; the job can be asked for again.
    """
    with contextlib.closing(client_of(run.ground.settings)) as client:
        fetch_file(run, client)


def look(run: JobRun) -> None:
    """Look at an upload that waits for its interview: «upload» among the job's arguments is its id.

    A recording is probed; an archive is read, its recordings lie by themselves afterwards and the rest is forgotten.

    Raises:
        DiskFull: no room; the job can be started again.
    """
    upload_id = UUID(run.args["upload"])
    try:
        with run.step() as work:
            upload = arrived(work, upload_id)
            if upload is None or upload.interview_id is not None:
                return
            told, subject = told_of(work, upload), subject_of(work, upload)
        with run.ground.blobs.open(subject, upload.blob_id) as source:
            if is_archive(source):
                _unpack(run, upload, told, source)
            else:
                _look(run, upload_id, source)
    except DiskFull:
        raise
    except Refusal as refusal:
        with run.step() as work:
            refuse_upload(work, upload_id, refusal)


def expire(run: JobRun) -> None:
    """Discard what nobody has filed for a week: «parcel» among the job's arguments is what it lies in."""
    with run.step() as work:
        parcel_id = UUID(run.args["parcel"])
        if has_expired(work, parcel_id):
            discard_parcel(work, parcel_id)


def _look(run: JobRun, upload_id: UUID, source: BinaryIO) -> None:
    digest = hashlib.file_digest(cast("BufferedReader", source), "sha256").hexdigest()
    found = probe(source)
    with run.step() as work, naming_duplicate():
        looked_at(work, upload_id, digest, found.duration_ms, found.made_at or "")


def _unpack(run: JobRun, upload: Upload, told: Told, source: BinaryIO) -> None:
    """Each recording gets a blob of its own, under an id that a second try finds again if this one is killed."""
    blobs, subject = run.ground.blobs, parcel_subject(cast("UUID", upload.parcel_id))
    archive = Archive(source, PurePosixPath(told.path).stem, run.ground.settings.upload_limit)
    members = []
    empty = sum(left.reason is Reason.MISSING for left in archive.plan.left_out)
    with contextlib.ExitStack() as until_kept:
        for number, item in enumerate(archive.plan.items):
            blob_id = uuid5(upload.id, str(number))
            blobs.delete(blob_id)
            with archive.opened(PurePosixPath(item.path)) as member:
                stored = blobs.store(subject, member, blob_id)
            until_kept.callback(blobs.delete, blob_id)
            if stored.size:
                members.append((replace(Told.of(item), hint=told.hint), stored))
            else:
                blobs.delete(blob_id)
                empty += 1
        with run.step() as work:
            kept = unpacked(work, upload.id, members, empty)
        if kept:
            until_kept.pop_all()

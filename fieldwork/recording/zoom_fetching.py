"""Fetching a file from Zoom's cloud, piece by piece into the upload that it becomes; broken off, it goes on there.

Each piece is encrypted and durable before the next is asked for, so a killed worker costs 4 MB at most. Zoom's «come
back later» and broken connections are waited out: for seconds here, for longer by a job that is planned for later.
"""

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from fieldwork.consent.models import Scope
from fieldwork.consent.rules import ConsentMissing
from fieldwork.consent.services import require
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.ids import new_id
from fieldwork.core.jobs import Job, enqueue
from fieldwork.core.runs import JobRun
from fieldwork.core.settings import Settings
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.recording.models import UploadState
from fieldwork.recording.tus import MB, FileTooLarge, OffsetDiffers, check_room, check_size
from fieldwork.recording.uploads import cancel_upload, locked_upload, receive
from fieldwork.recording.zoom_client import Answer, Unauthorised, ZoomClient
from fieldwork.recording.zoom_filing import JOB_KIND, upload_of
from fieldwork.recording.zoom_meetings import sealed_of, token_of
from fieldwork.recording.zoom_models import CloudFile, CloudKind, CloudMeeting
from fieldwork.recording.zoom_reach import Broken
from fieldwork.recording.zoom_refusals import (
    ZoomAway,
    ZoomFileDiffers,
    ZoomFileGone,
    ZoomFileTooLarge,
    ZoomNotSet,
    ZoomRefusesFile,
)
from fieldwork.scheduling.models import Interview

SHORT_WAITS: Final = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds to wait here after each try that brought nothing."""
LONG_WAITS: Final = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Then so long, by a job planned for later."""
LONGEST_WAIT = timedelta(hours=6)
TRANSCRIPT_BYTES = 10 * MB
_TOKEN_LASTS = timedelta(hours=23)  # Zoom says a day


@dataclass(frozen=True, repr=False)
class Order:
    """A file to fetch: what Zoom calls it and its meeting, where it lies, what opens it until when, whose it is."""

    file_id: UUID
    kind: str
    meeting: str
    zoom_id: str
    url: str
    token: str
    token_until: datetime
    subject: str
    upload_id: UUID | None
    size: int


def client_of(settings: Settings) -> ZoomClient:
    """What speaks with Zoom for an installation.

    Raises:
        ZoomNotSet: names the settings that are missing.
    """
    keys = settings.zoom
    if keys is None:
        names = ("zoom_account", "zoom_client", "zoom_secret", "zoom_webhook_secret")
        raise ZoomNotSet(missing=", ".join(f"FIELDWORK_{one.upper()}" for one in names if not getattr(settings, one)))
    return ZoomClient(keys.account, keys.client, keys.secret.get_secret_value())


def fetch_file(run: JobRun, client: ZoomClient, pause: Callable[[float], None] = time.sleep) -> None:
    """Fetch the file that the job's argument «file» names; what is not to be fetched any more is left.

    Args:
        run: the job.
        client: what speaks with Zoom.
        pause: waits so many seconds.

    Raises:
        ConsentMissing: withdrawn, or never given; what had come is removed.
        ZoomRefusesKeys, ZoomRefusesFile, ZoomFileGone, ZoomFileDiffers, StrangeAddress, ZoomAway: for a person to mend.
        ZoomFileTooLarge, DiskFull: no room.
    """
    try:
        with run.step() as work:
            order = _order(work, UUID(run.args["file"]))
        if order is not None:
            _fetched(run, client, order, pause)
    except (ConsentMissing, ZoomFileDiffers):
        with run.step() as work:
            _drop(work, UUID(run.args["file"]))
        raise
    except (NotFound, OffsetDiffers):
        return  # stopped, or done by another worker, meanwhile


def _order(work: Work, file_id: UUID) -> Order | None:
    """What to do; None where it is done, or was taken back.

    Raises:
        ConsentMissing: it may not be done.
    """
    file = work.session.get(CloudFile, file_id)
    meeting = work.session.get(CloudMeeting, file.meeting_id) if file else None
    if file is None or meeting is None or meeting.interview_id is None:
        return None
    interview = work.get(Interview, meeting.interview_id)
    require(work, interview.expert_id, Scope.RECORD)
    upload = upload_of(work, file)
    is_text = file.kind == CloudKind.TRANSCRIPT
    if file.blob_id if is_text else upload is None or upload.state != UploadState.RECEIVING:
        return None
    return Order(
        file.id, file.kind, meeting.zoom_uuid, file.zoom_id, sealed_of(work, meeting, file).url,
        token_of(work, meeting), meeting.told_at + _TOKEN_LASTS, expert_subject(interview.expert_id),
        file.upload_id, file.size,
    )  # fmt: skip


def _fetched(run: JobRun, client: ZoomClient, order: Order, pause: Callable[[float], None]) -> None:
    """Try until it is here, or it is clear that it will not be."""
    tries, here = 0, _received(run, order)
    while True:
        try:
            _try(run, client, order)
        except Broken as broken:
            before, here = here, _received(run, order)
            tries = 0 if here > before else tries
            wait = broken.after if broken.after is not None else SHORT_WAITS[min(tries, len(SHORT_WAITS) - 1)]
            if tries == len(SHORT_WAITS) or wait > max(SHORT_WAITS):
                _later(run, order, broken.after)
                return
            tries += 1
            pause(wait)
        else:
            return


def _later(run: JobRun, order: Order, after: float | None) -> None:
    """Plan another job.

    Raises:
        ZoomAway: that was tried often enough.
    """
    tries = int(run.args.get("tries", "0"))
    if tries >= len(LONG_WAITS):
        raise ZoomAway
    wait = LONG_WAITS[tries] if after is None else min(timedelta(seconds=after), LONGEST_WAIT)
    with run.step() as work:
        # this job ends as done, and the next one has a key of its own: beside its number, that of this one
        key = f"{work.get(Job, run.job_id).key}.{tries + 1}"
        enqueue(work, JOB_KIND, key, run_at=work.now + wait, file=str(order.file_id), tries=str(tries + 1))


def _try(run: JobRun, client: ZoomClient, order: Order) -> None:
    """One connection; one more for each way that is not open any more.

    Raises:
        Broken: it broke; what came is kept.
        ZoomRefusesFile, ZoomFileGone: no way is open.
    """
    gone: Refusal = ZoomRefusesFile()
    for url, token in _ways(run, client, order):
        try:
            with client.opened(url, token, _received(run, order)) as answer:
                _take(run, order, answer)
        except Unauthorised:
            gone = ZoomRefusesFile()
        except ZoomFileGone as refusal:  # the address of the message serves for a day; the file may be there
            gone = refusal
        else:
            return
    raise gone


def _ways(run: JobRun, client: ZoomClient, order: Order) -> Iterator[tuple[str, str]]:
    """Addresses and what opens them: as the message said, with the account's own token, as Zoom says now."""
    if order.token and run.ground.clock() < order.token_until:
        yield order.url, order.token
    yield order.url, client.token()
    yield client.address(order.meeting, order.zoom_id), client.token(fresh=True)


def _take(run: JobRun, order: Order, answer: Answer) -> None:
    """Take what an answer brings.

    Raises:
        Broken: there is more.
    """
    if order.kind == CloudKind.TRANSCRIPT:
        _take_text(run, order, answer)
        return
    here = _agreed(run, order, answer)
    for content in _behind(answer, here):
        with run.step() as work:
            upload = receive(work, _upload_id(order), here, content)
            here = upload.received
            run.progress(work, here // MB, -(-upload.length // MB))
    if _received(run, order) < _length(run, order):
        raise Broken


def _take_text(run: JobRun, order: Order, answer: Answer) -> None:
    """Take a transcript whole into a blob: it is small, and text is read at once."""
    content = b"".join(answer.pieces())
    _check_size(len(content), TRANSCRIPT_BYTES // MB)
    with run.step() as work:
        file = work.get(CloudFile, order.file_id)
        meeting = work.get(CloudMeeting, file.meeting_id)
        interview = work.get(Interview, _known(meeting.interview_id))
        require(work, interview.expert_id, Scope.RECORD)
        blob_id = new_id()
        work.on_rollback(lambda: work.blobs.delete(blob_id))
        work.blobs.store(order.subject, io.BytesIO(content), blob_id)
        file.blob_id = blob_id
        work.add(file)


def _agreed(run: JobRun, order: Order, answer: Answer) -> int:
    """Where it goes on, once the file's length is what the upload says; before the first byte it may be corrected.

    Raises:
        ZoomFileDiffers: it is another file by now.
        ZoomFileTooLarge, NoRoomForFile: no room.
    """
    with run.step() as work:
        upload = locked_upload(work, _upload_id(order))
        if upload is None or upload.state != UploadState.RECEIVING:
            raise NotFound(kind="upload", name=order.upload_id)
        if answer.total is not None and answer.total != upload.length:
            if upload.received or not answer.total:
                raise ZoomFileDiffers
            _check_size(answer.total, work.settings.upload_limit)
            check_room(answer.total, work.blobs.free_bytes(), 0)
            upload.length = answer.total
            work.add(upload)
        if answer.at > upload.received:
            raise Broken
        return upload.received


def _check_size(size: int, limit_mb: int) -> None:
    """Refuse a file that is too large.

    Raises:
        ZoomFileTooLarge: it is.
    """
    try:
        check_size(size, limit_mb)
    except FileTooLarge as refusal:
        raise ZoomFileTooLarge(**refusal.values) from None


def _behind(answer: Answer, here: int) -> Iterator[bytes]:
    """The pieces of an answer that lie behind the bytes that are here."""
    skip = here - answer.at
    for content in answer.pieces():
        rest = content[skip:]
        skip = max(0, skip - len(content))
        if rest:
            yield rest


def _drop(work: Work, file_id: UUID) -> None:
    """Remove what has come of a file."""
    file = work.session.get(CloudFile, file_id)
    upload = upload_of(work, file) if file else None
    if upload is not None and upload.state == UploadState.RECEIVING:
        cancel_upload(work, upload)


def _received(run: JobRun, order: Order) -> int:
    """How many bytes are here and safe."""
    if order.upload_id is None:
        return 0
    with run.step() as work:
        upload = locked_upload(work, order.upload_id)
        if upload is None:
            raise NotFound(kind="upload", name=order.upload_id)
        return upload.received


def _length(run: JobRun, order: Order) -> int:
    with run.step() as work:
        upload = locked_upload(work, _upload_id(order))
        return upload.length if upload else 0


def _upload_id(order: Order) -> UUID:
    return _known(order.upload_id)


def _known(row_id: UUID | None) -> UUID:
    if row_id is None:
        raise NotFound(kind="upload", name="")
    return row_id

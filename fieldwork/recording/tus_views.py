"""The tus protocol for resumable uploads (version 1.0.0, tus.io): core, creation, termination, expiration, checksum.

No request is answered in one unit of work with the reading of its body: the body is made safe piece by piece, and each
piece counts as soon as it is. A killed server, or a broken connection, costs the last two seconds. Where the sender
vouches for a request's bytes by a checksum, they wait sealed beside the upload and count once all of them have come.
"""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from uuid import UUID

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date

from fieldwork.core.errors import Refusal
from fieldwork.core.files import is_no_room
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.recording.models import Upload, UploadState
from fieldwork.recording.tus import (
    ALGORITHMS,
    CONTENT,
    EXTENSIONS,
    MB,
    VERSION,
    Announced,
    Checksum,
    ChecksumDiffers,
    DiskFilledUp,
    FileTooLarge,
    HeaderWrong,
    MoreThanAnnounced,
    UploadGone,
    announced,
    expires,
    number,
)
from fieldwork.recording.upload_views import TAKING, reached, wished_sequel
from fieldwork.recording.uploads import begin_upload, cancel_upload, check_offset, own_upload, receive
from fieldwork.recording.views import blueprint
from fieldwork.web.failures import failure
from fieldwork.web.languages import refusal_told
from fieldwork.web.visits import current_visit, site

_READ = 1 << 16
_PIECE = 1 << 22
_SECONDS = 2.0
"""What came is made safe after so many bytes or seconds, whichever is first: a killed server costs no more."""
_SILENCE = 60
"""So many seconds without a byte, and the connection is given up: its place is needed by others."""
_TUS: Final = {
    "tus_options",
    "begin",
    "unsorted_options",
    "begin_unsorted",
    "offset",
    "piece",
    "cancel",
    "upload_options",
    "overridden",
}
_STATUS: Final[dict[type[Refusal], int]] = {
    HeaderWrong: 400,
    ChecksumDiffers: 460,
    UploadGone: 410,
    FileTooLarge: 413,
    MoreThanAnnounced: 413,
}


@blueprint.page("/s/<slug>/recordings/upload/<code>/files", allow=TAKING, methods=("OPTIONS",))
def tus_options(code: str) -> ResponseReturnValue:  # noqa: ARG001 - part of the address
    """What of the protocol is spoken here."""
    return able()


@blueprint.page("/s/<slug>/recordings/upload/<code>/files", allow=TAKING, methods=("POST",), body_bytes=None)
def begin(study: Study, member: Member, code: str) -> ResponseReturnValue:
    """Announce a file; its first bytes may come along (creation, creation-with-upload)."""

    def announce(work: Work, file: Announced) -> Upload:
        _expert, interview = reached(work, study, member, code)
        return begin_upload(work, interview, file, wished_sequel() if file.sequel else None)

    return begun(study, announce)


def begun(study: Study, announce: Callable[[Work, Announced], Upload]) -> ResponseReturnValue:
    """The answer to a file's announcement: ``announce`` gives it its row.

    Raises:
        HeaderWrong, NameMissing: it cannot be read.
    """
    if (wrong := _wrong_version()) is not None:
        return wrong
    with_upload = request.mimetype == CONTENT
    checksum = _checksum() if with_upload else None
    with site().ground.work(current_visit().actor) as work:
        file = announced(request.headers.get("Upload-Length"), request.headers.get("Upload-Metadata"))
        found = announce(work, file)
    if with_upload:
        found = _taken(study, found, checksum)
    response = _placed(Response(status=201), found)
    response.headers["Location"] = url_for("recording.piece", slug=study.slug, upload_id=found.id)
    if not with_upload:
        del response.headers["Upload-Offset"]
    return response


@blueprint.page("/s/<slug>/uploads/<uuid:upload_id>", allow=TAKING, methods=("OPTIONS",))
def upload_options(upload_id: UUID) -> ResponseReturnValue:  # noqa: ARG001 - part of the address
    """What of the protocol is spoken here."""
    return able()


@blueprint.page("/s/<slug>/uploads/<uuid:upload_id>", allow=TAKING, methods=("HEAD",))
def offset(work: Work, study: Study, upload_id: UUID) -> ResponseReturnValue:
    """Where an upload goes on."""
    if (wrong := _wrong_version()) is not None:
        return wrong
    found = own_upload(work, study.id, upload_id)
    response = _placed(Response(status=200), found)
    response.headers.update({"Upload-Length": str(found.length), "Cache-Control": "no-store"})
    return response


@blueprint.page("/s/<slug>/uploads/<uuid:upload_id>", allow=TAKING, methods=("PATCH",), body_bytes=None)
def piece(study: Study, upload_id: UUID) -> ResponseReturnValue:
    """The next bytes of a file, as many as come: what was made safe counts, also where the connection breaks."""
    if (wrong := _wrong_version()) is not None:
        return wrong
    if request.mimetype != CONTENT:
        return failure(415)
    at, checksum = number("Upload-Offset", request.headers.get("Upload-Offset")), _checksum()
    with site().ground.work(current_visit().actor) as work:
        found = own_upload(work, study.id, upload_id)
        check_offset(found, at)
    return _placed(Response(status=204), _taken(study, found, checksum))


@blueprint.page("/s/<slug>/uploads/<uuid:upload_id>", allow=TAKING, methods=("DELETE",))
def cancel(work: Work, study: Study, upload_id: UUID) -> ResponseReturnValue:
    """Cancel an upload, or take one that has ended from the list (termination)."""
    if (wrong := _wrong_version()) is not None:
        return wrong
    cancel_upload(work, own_upload(work, study.id, upload_id))
    return Response(status=204)


@blueprint.page("/s/<slug>/uploads/<uuid:upload_id>", allow=TAKING, methods=("POST",), body_bytes=None)
def overridden(study: Study, upload_id: UUID) -> ResponseReturnValue:
    """PATCH and DELETE for those whose way lets only POST through: X-HTTP-Method-Override says which is meant."""
    meant = request.headers.get("X-HTTP-Method-Override", "").upper()
    if meant == "PATCH":
        return piece(study, upload_id)
    if meant == "DELETE":
        with site().ground.work(current_visit().actor) as work:
            return cancel(work, study, upload_id)
    return failure(405)


@blueprint.after_request
def speak_tus(response: Response) -> Response:
    """Every answer of the protocol says its version, refusals too."""
    if (request.endpoint or "").removeprefix("recording.") in _TUS:
        response.headers["Tus-Resumable"] = VERSION
    return response


@blueprint.errorhandler(HeaderWrong)
@blueprint.errorhandler(ChecksumDiffers)
@blueprint.errorhandler(UploadGone)
@blueprint.errorhandler(FileTooLarge)
@blueprint.errorhandler(MoreThanAnnounced)
def tell_protocol(refusal: Refusal) -> Response:
    """The refusals that have a status of their own in the protocol."""
    return failure(_STATUS[type(refusal)], refusal_told(refusal))


def able() -> Response:
    """What of the protocol is spoken."""
    return Response(
        status=204,
        headers={
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
            "Tus-Max-Size": str(site().ground.settings.upload_limit * MB),
        },
    )


def _wrong_version() -> Response | None:
    """The answer to another version of the protocol; None where it is ours."""
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    return Response(status=412, headers={"Tus-Version": VERSION})


def _placed(response: Response, found: Upload) -> Response:
    response.headers["Upload-Offset"] = str(found.received)
    if found.state == UploadState.RECEIVING:
        response.headers["Upload-Expires"] = http_date(expires(found.touched_at))
    return response


def _checksum() -> Checksum | None:
    """What the sender vouches for, where they do.

    Raises:
        HeaderWrong: it cannot be read.
    """
    told = request.headers.get("Upload-Checksum")
    return None if told is None else Checksum(told)


def _taken(study: Study, found: Upload, checksum: Checksum | None) -> Upload:
    """Make the body of the request safe, piece by piece, each in a unit of work of its own.

    Raises:
        ClientDisconnected: the connection broke; what came before is safe.
        ChecksumDiffers: the sender vouched for something else; nothing of the request counts.
    """
    with contextlib.ExitStack() as open_until:
        pieces = _pieces() if checksum is None else _vouched(checksum, found, open_until)
        return _kept(study, found, pieces)


def _kept(study: Study, found: Upload, pieces: Iterable[bytes]) -> Upload:
    for content in pieces:
        with site().ground.work(current_visit().actor) as work:
            own_upload(work, study.id, found.id)
            found = receive(work, found.id, found.received, content)
    return found


def _vouched(checksum: Checksum, found: Upload, open_until: contextlib.ExitStack) -> Iterator[bytes]:
    """The body once all of it has come and is what the sender vouches for; sealed on the disk until then.

    Raises:
        ChecksumDiffers: it is something else.
        MoreThanAnnounced: it is longer than what is left of the file.
        DiskFilledUp: no room to let it wait.
        ClientDisconnected: the connection broke.
    """
    waiting, left = open_until.enter_context(site().ground.blobs.staged()), found.length - found.received
    try:
        for content in _pieces():
            left -= len(content)
            if left < 0:
                raise MoreThanAnnounced(length=found.length)
            checksum.add(content)
            waiting.add(content)
    except OSError as error:
        if is_no_room(error):
            raise DiskFilledUp(received=found.received // MB, size=-(-found.length // MB)) from None
        raise
    checksum.check()
    yield from waiting.pieces()


def _pieces() -> Iterator[bytes]:
    """The body as it comes, in pieces that are worth being written down; it never lies anywhere else."""
    connection = request.environ.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(_SILENCE)
    waiting, since, broken = bytearray(), time.monotonic(), None
    while broken is None:
        try:
            content = request.stream.read(_READ)
        except ClientDisconnected as error:
            content, broken = b"", error
        waiting += content
        if waiting and (not content or len(waiting) >= _PIECE or time.monotonic() - since > _SECONDS):
            yield bytes(waiting)
            waiting, since = bytearray(), time.monotonic()
        if not content:
            break
    if broken is not None:
        raise broken

"""Files that leave through a browser: the only place that answers with an attachment, and none unlooked-at."""

from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import quote

from flask import Response

from fieldwork.core.work import Work
from fieldwork.web.visits import site

_PIECE = 64 * 1024  # bytes sent at once


def attachment(
    work: Work, study: Any, file: BinaryIO, *, name: str, mimetype: str, size: int | None = None
) -> Response:
    """Answer with a file, once it has passed the door of the study: looked into for everybody whom the study knows.

    Args:
        work: the unit of work.
        study: the study it comes from.
        file: seekable; closed when it is sent, or refused.
        name: what the browser calls it.
        mimetype: its kind.
        size: in bytes, where it is known.

    Raises:
        Refusal: it would tell who somebody is, or cannot be looked into; nothing of it is sent.
    """
    try:
        site().door(work, study, file, name)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    response = Response(_pieces(file), mimetype=mimetype)
    if size is not None:
        response.content_length = size
    plain = name.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(file.close)
    return response


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece

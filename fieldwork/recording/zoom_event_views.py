"""What Zoom says of its cloud: the one address that takes signed messages of another service."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from fieldwork.core.errors import NotFound
from fieldwork.core.settings import ZoomKeys
from fieldwork.core.work import Work
from fieldwork.recording.views import blueprint
from fieldwork.recording.zoom_events import (
    BODY_BYTES,
    RECORDED,
    VALIDATION,
    answer_to_validation,
    is_fresh,
    is_signed,
    meeting_of,
    read,
)
from fieldwork.recording.zoom_meetings import keep
from fieldwork.web.policies import NotProven, signed_message
from fieldwork.web.visits import site


def signed_by_zoom() -> None:
    """The proof of a message: Zoom's signature over its time and its bytes, as they came, and a time not long ago.

    Raises:
        NotFound: Zoom is not connected to this installation.
        NotProven: Zoom has not signed it, or too long ago.
        RequestEntityTooLarge: it is larger than anything that Zoom says; it was not read.
    """
    keys, timestamp = _keys(), request.headers.get("x-zm-request-timestamp", "")
    signature, body = request.headers.get("x-zm-signature", ""), request.get_data()
    if not is_signed(keys.webhook_secret.get_secret_value(), timestamp, signature, body):
        raise NotProven
    if not is_fresh(timestamp, site().ground.clock()):
        raise NotProven


@blueprint.page("/zoom/events", allow=signed_message(signed_by_zoom), methods=("POST",), body_bytes=BODY_BYTES)
def zoom_event(work: Work) -> ResponseReturnValue:
    """Take note of what Zoom says; nothing is fetched before a person has said whose meeting it was."""
    told = read(request.get_data())
    if told.event == VALIDATION:
        return answer_to_validation(_keys().webhook_secret.get_secret_value(), told)
    if told.event in RECORDED:
        keep(work, meeting_of(told))
    return Response(status=204)


def _keys() -> ZoomKeys:
    """What this installation is let in with at Zoom.

    Raises:
        NotFound: nothing; so there is no such page either.
    """
    keys = site().ground.settings.zoom
    if keys is None:
        raise NotFound(kind="page", name="here")
    return keys

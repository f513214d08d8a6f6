"""What Zoom says of recordings in its cloud: whether it was Zoom who said it, which files there are, which to fetch."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from pydantic import BaseModel, Field, ValidationError

from fieldwork.core.errors import BadInput
from fieldwork.recording.zoom_models import CloudKind

VALIDATION = "endpoint.url_validation"
RECORDED = frozenset({"recording.completed", "recording.transcript_completed"})
FRESH = timedelta(minutes=5)
"""So old, or so far ahead, may a message be: an older one may have been caught and sent again."""
BODY_BYTES = 1_000_000
"""Far more than Zoom sends; what is larger is not read."""

_MILLISECONDS = 10**11  # a number of seconds that large lies three thousand years ahead
_DONE = "completed"


class EventWrong(BadInput):
    """Signed by Zoom, and not what Zoom's documentation says."""

    message = "This message of Zoom cannot be read: its fields are not those of a recording."


class Told(BaseModel):
    """A message of Zoom, whatever it is about."""

    event: str = Field(max_length=200)
    payload: dict[str, object] = {}
    download_token: str = Field(default="", max_length=10_000)


class _File(BaseModel):
    id: str = Field(min_length=1, max_length=200)
    file_type: str = ""
    recording_type: str = ""
    file_name: str = Field(default="", max_length=500)
    file_size: int = Field(default=0, lt=2**63)
    download_url: str = Field(default="", max_length=4000)
    recording_start: datetime | None = None
    status: str = _DONE


class _Object(BaseModel):
    uuid: str = Field(min_length=1, max_length=200)
    start_time: datetime
    duration: int = Field(default=0, ge=0, lt=2**31)
    recording_files: list[_File] = Field(default=[], max_length=500)
    participant_audio_files: list[_File] = Field(default=[], max_length=500)


class _Payload(BaseModel):
    object: _Object


@dataclass(frozen=True, repr=False)
class ToldFile:
    """A file as Zoom tells of it. ``name`` is that of a participant's track: «Audio only - Айгерим»."""

    zoom_id: str
    kind: CloudKind
    began_at: datetime
    size: int
    url: str
    name: str


@dataclass(frozen=True, repr=False)
class ToldMeeting:
    """A meeting as Zoom tells of it; ``files`` are those that are ready and hold what people said."""

    zoom_uuid: str
    began_at: datetime
    minutes: int
    token: str
    files: tuple[ToldFile, ...]


def is_signed(secret: str, timestamp: str, signature: str, body: bytes) -> bool:
    """Whether Zoom has signed a message: «v0=» and the HMAC-SHA256 (hex) of «v0:timestamp:body», bytes as they came.

    Source: zoom/webhook-sample, index.js.
    """
    expected = "v0=" + _hmac(secret, b"v0:" + timestamp.encode() + b":" + body)
    return hmac.compare_digest(expected.encode(), signature.encode())


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether a message was sent within five minutes; «timestamp» counts seconds, or milliseconds, since 1970."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len("1700000000000")):
        return False
    told = int(timestamp)
    seconds = told / 1000 if told >= _MILLISECONDS else told
    return abs(now.timestamp() - seconds) <= FRESH.total_seconds()


def read(body: bytes) -> Told:
    """A message.

    Raises:
        EventWrong: it is not JSON, or not one of Zoom's.
    """
    try:
        return Told.model_validate_json(body)
    except ValidationError:
        raise EventWrong from None


def answer_to_validation(secret: str, told: Told) -> dict[str, str]:
    """What Zoom wants to hear when it asks whose address this is.

    Raises:
        EventWrong: it did not ask.
    """
    plain = told.payload.get("plainToken")
    if not isinstance(plain, str) or len(plain) > 1000:  # noqa: PLR2004 - Zoom's have 22 signs
        raise EventWrong
    return {"plainToken": plain, "encryptedToken": _hmac(secret, plain.encode())}


def meeting_of(told: Told) -> ToldMeeting:
    """The meeting that a message tells of.

    Raises:
        EventWrong: it lacks what a meeting has.
    """
    try:
        found = _Payload.model_validate(told.payload).object
    except ValidationError:
        raise EventWrong from None
    began_at = _aware(found.start_time)
    tracks = [(one, CloudKind.TRACK) for one in found.participant_audio_files]
    others = [(one, kind) for one in found.recording_files if (kind := _kind(one)) is not None]
    files = {
        one.id: ToldFile(one.id, kind, _aware(one.recording_start or began_at), one.file_size, one.download_url, name)
        for one, kind in (*tracks, *others)
        if one.status.casefold() == _DONE and one.file_size > 0 and one.download_url
        for name in [one.file_name if kind is CloudKind.TRACK else ""]
    }
    return ToldMeeting(found.uuid, began_at, found.duration, told.download_token, tuple(files.values()))


class _Kept(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def began_at(self) -> datetime: ...
    @property
    def size(self) -> int: ...


Kept = TypeVar("Kept", bound=_Kept)


def chosen(files: Iterable[Kept]) -> list[Kept]:
    """The files to fetch, in their order: the participants' tracks, else the sound of all, else the film.

    A meeting that was paused has several parts; of each part's films (speaker, gallery, shared screen: their sound is
    the same) the smallest.
    """
    ordered = sorted(files, key=lambda one: (one.began_at, one.size))
    for kind in (CloudKind.TRACK, CloudKind.SOUND):
        if found := [one for one in ordered if one.kind == kind]:
            return found
    parts: dict[datetime, Kept] = {}
    for one in ordered:
        if one.kind == CloudKind.FILM:
            parts.setdefault(one.began_at, one)
    return list(parts.values())


def label_of(name: str) -> str:
    """Whose track it is, as the participant was called in the meeting: «Audio only - Айгерим» is Айгерим."""
    _, dash, person = name.partition(" - ")
    return (person if dash else name).strip()


def labels_of(names: Sequence[str]) -> tuple[str, ...]:
    """The participants that names of tracks tell, each once."""
    return tuple(dict.fromkeys(label for name in names if (label := label_of(name))))


def _kind(file: _File) -> CloudKind | None:
    """What a file of «recording_files» holds; None for chats, time lines, closed captions, polls."""
    if file.file_type == "TRANSCRIPT":
        return CloudKind.TRANSCRIPT
    return {"M4A": CloudKind.SOUND, "MP4": CloudKind.FILM}.get(file.file_type)


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _hmac(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()

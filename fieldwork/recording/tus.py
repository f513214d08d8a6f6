"""What the tus protocol for resumable uploads (version 1.0.0, tus.io) says in its headers, and why it is refused."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PureWindowsPath

from fieldwork.core.errors import BadInput, Refusal
from fieldwork.core.files import DiskFull
from fieldwork.recording.models import RecordingKind

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS = ("sha1", "sha256", "sha512")
"""What a piece can be vouched for with; SHA-1 is the one that every client of the protocol knows."""
CONTENT = "application/offset+octet-stream"
ABANDONED = timedelta(days=7)
"""So long after its last byte an upload that is not complete is removed."""
MB = 1_000_000

_NUMBER = re.compile(r"\d{1,18}")
_LONGEST_NAME = 255
_SPEAKERS = {"": None, "interviewer": "interviewer", "expert": "expert"}


class HeaderWrong(BadInput):
    """A header that a program got wrong; people never see it."""

    message = "The header {header} is missing or cannot be read."


class NameMissing(BadInput):
    """A file without a name."""

    message = "The file has no name: give it one and choose it again."


class FileTooLarge(BadInput):
    """Past the installation's limit for one file."""

    message = (
        "The file has {size} MB, and this installation takes at most {limit} MB. Save the sound without the picture "
        "(m4a or mp3), or ask the administrator to raise the limit."
    )


class ChecksumDiffers(Refusal):
    """Bytes changed on their way."""

    message = "What has arrived is not what was sent: the piece was damaged on its way. Send it again."


class MoreThanAnnounced(BadInput):
    """More bytes than the upload was begun with."""

    message = "More was sent than the {length} bytes that were announced. Cancel this upload and begin it again."


class OffsetDiffers(Refusal):
    """The bytes sent do not follow those that are here: another window was quicker."""

    message = "This file goes on from byte {received}: it is being uploaded in another window, too."


class UploadGone(Refusal):
    """Nothing came for a week, so what there was has been removed."""

    message = "This upload was not finished within {days} days and has been removed. Choose the file again."


class NoRoomForFile(DiskFull):
    """Known beforehand: the disk cannot hold the file."""

    message = (
        "There is no room on the server for this file: it has {size} MB, and {free} MB are free. "
        "Nothing was taken; ask the administrator to make room."
    )


class DiskFilledUp(DiskFull):
    """The disk filled on the way."""

    message = (
        "The server's disk has filled up. What has arrived is kept: {received} of {size} MB. "
        "Go on when the administrator has made room, or cancel the upload."
    )


class AlreadyHere(Refusal):
    """The same bytes are in the study already."""

    message = "This recording is in the study already: it belongs to the interview with {code}. It was not taken twice."


@dataclass(frozen=True, repr=False)
class Announced:
    """A file as it is announced: its name, bytes, what it holds, whose voice (None: several, or unknown)."""

    name: str
    length: int
    kind: RecordingKind
    speaker: str | None
    sequel: bool

    def __repr__(self) -> str:
        """How large it is; never its name."""
        return f"Announced({self.length} bytes)"


def announced(length: str | None, metadata: str | None) -> Announced:
    """What Upload-Length and Upload-Metadata (filename, kind, speaker, sequel) announce.

    Raises:
        HeaderWrong: a header is missing or cannot be read.
        NameMissing: the file.
    """
    size = number("Upload-Length", length)
    told = metadata_of(metadata)
    name = file_name(told.get("filename", ""))
    kind, speaker = told.get("kind", RecordingKind.MIXED), told.get("speaker", "")
    if kind not in list(RecordingKind) or speaker not in _SPEAKERS:
        raise HeaderWrong(header="Upload-Metadata")
    return Announced(name, size, RecordingKind(kind), _SPEAKERS[speaker], told.get("sequel") == "yes")


def number(header: str, value: str | None) -> int:
    """A header that counts bytes.

    Raises:
        HeaderWrong: it does not.
    """
    if value is None or not _NUMBER.fullmatch(value):
        raise HeaderWrong(header=header)
    return int(value)


class Checksum:
    """What a piece must come to, as Upload-Checksum says it: an algorithm, and the digest in Base64.

    Raises:
        HeaderWrong: the algorithm is not among ``ALGORITHMS``, or the digest is none of its own.
    """

    def __init__(self, header: str) -> None:
        algorithm, _, told = header.strip().partition(" ")
        try:
            self._wanted = base64.b64decode(told.strip(), validate=True)
        except (binascii.Error, ValueError):
            raise HeaderWrong(header="Upload-Checksum") from None
        if algorithm not in ALGORITHMS:
            raise HeaderWrong(header="Upload-Checksum")
        self._digest = hashlib.new(algorithm, usedforsecurity=False)
        if len(self._wanted) != self._digest.digest_size:
            raise HeaderWrong(header="Upload-Checksum")

    def add(self, content: bytes) -> None:
        """Count the next bytes in."""
        self._digest.update(content)

    def check(self) -> None:
        """Refuse what came if it is something else.

        Raises:
            ChecksumDiffers: it is.
        """
        if self._digest.digest() != self._wanted:
            raise ChecksumDiffers


def metadata_of(header: str | None) -> Mapping[str, str]:
    """The pairs of Upload-Metadata: keys, each with its value in Base64.

    Raises:
        HeaderWrong: they are not of that form.
    """
    found = {}
    for pair in filter(None, (header or "").split(",")):
        key, _, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            raise HeaderWrong(header="Upload-Metadata") from None
    return found


def file_name(told: str) -> str:
    """A file's own name as a person may see it: without folders and control signs, not overlong.

    Raises:
        NameMissing: nothing is left.
    """
    name = "".join(sign for sign in PureWindowsPath(told).name if sign.isprintable()).strip()[-_LONGEST_NAME:]
    if not name:
        raise NameMissing
    return name


def check_size(length: int, limit_mb: int) -> None:
    """Refuse a file that is larger than the installation takes.

    Raises:
        FileTooLarge: it is.
    """
    if length > limit_mb * MB:
        raise FileTooLarge(size=-(-length // MB), limit=limit_mb)


def check_room(length: int, free: int, promised: int) -> None:
    """Refuse a file that cannot fit on the disk, beside those that are on their way already.

    Args:
        length: of the file, bytes.
        free: what the disk has left, bytes.
        promised: what is still to come of other uploads, bytes.

    Raises:
        NoRoomForFile: it does not fit.
    """
    left = max(0, free - promised)
    if length > left:
        raise NoRoomForFile(size=-(-length // MB), free=left // MB)


def expires(touched_at: datetime) -> datetime:
    """When an upload is given up that nothing has come for since."""
    return touched_at + ABANDONED

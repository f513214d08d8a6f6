"""Pictures and recordings: what is written beside the pixels and the sound."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import av
from av.error import FFmpegError
from PIL import ExifTags, Image, UnidentifiedImageError

from fieldwork.anonymisation.leaving.markup import xml_texts
from fieldwork.anonymisation.leaving.parts import Damaged, Part, Piece, Step, Unseen, path_of
from fieldwork.anonymisation.leaving.plain import decoded, strings_of

_GPS = 0x8825
_INSIDE = (0x8769, _GPS, 0xA005)
_TAGS = ExifTags.TAGS | ExifTags.GPSTAGS
_SILENT = frozenset({
    "adobe", "adobe_transform", "aspect", "background", "chromaticity", "compression", "dpi", "duration", "exif",
    "gamma", "icc_profile", "interlace", "jfif", "jfif_density", "jfif_unit", "jfif_version", "loop", "progression",
    "progressive", "srgb", "timestamp", "transparency", "version",
})  # fmt: skip
PICTURES = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP")
_SOUND_OPTIONS = {"protocol_whitelist": "file,pipe", "enable_drefs": "0", "use_absolute_path": "0"}


def picture_pieces(file: BinaryIO, place: tuple[Step, ...]) -> Iterator[Piece]:
    """Texts, EXIF, XMP and place of a picture; its pixels are for a person.

    Raises:
        Damaged: it cannot be opened.
    """
    try:
        with Image.open(file, formats=PICTURES) as picture:
            if picture.format == "PNG":
                picture.load()  # texts may follow the pixels
            said = dict(picture.info) | dict(getattr(picture, "text", {}))
            exif = picture.getexif()
            tags = [*exif.items(), *(pair for ifd in _INSIDE for pair in exif.get_ifd(ifd).items())]
            located = any(name in exif.get_ifd(_GPS) for name in (2, 4))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, KeyError, Image.DecompressionBombError):
        raise Damaged(place=path_of(place)) from None
    for key, value in [*said.items(), *((_TAGS.get(tag, str(tag)), value) for tag, value in tags)]:
        if str(key).lower() not in _SILENT:
            yield from _said(str(key), value, place)
    if located:
        yield Unseen(place, "whereabouts")
    yield Unseen(place, "picture")


def _said(key: str, value: Any, place: tuple[Step, ...]) -> Iterator[Part]:
    here = (*place, Step("metadata", key))
    data = value if isinstance(value, bytes) else b""
    if b"<x:xmpmeta" in data or (isinstance(value, str) and "<x:xmpmeta" in value):
        packet = data or str(value).encode()
        start, end = packet.find(b"<x:xmpmeta"), packet.rfind(b"</x:xmpmeta>")
        yield from xml_texts(packet[start : end + len(b"</x:xmpmeta>")], here)
    elif data:
        text = decoded(data.rstrip(b"\0").removeprefix(b"UNICODE\0").removeprefix(b"ASCII\0\0\0"))
        if text is not None:
            yield Part(here, text)
        else:
            yield from strings_of(data, here)
    elif isinstance(value, str):
        yield Part(here, value)
    elif isinstance(value, tuple | list):
        yield Part(here, "\n".join(one for one in value if isinstance(one, str)))


def sound_pieces(file: BinaryIO, place: tuple[Step, ...]) -> Iterator[Piece]:
    """Tags of a recording and of its streams and chapters; what it says is for a person.

    Raises:
        Damaged: it cannot be opened.
    """
    try:
        with av.open(file, options=_SOUND_OPTIONS, metadata_errors="replace") as container:
            tags = [*container.metadata.items()]
            for stream in container.streams:
                tags += stream.metadata.items()
            for chapter in container.chapters():
                tags += chapter.get("metadata", {}).items()
    except (FFmpegError, ValueError, OSError):
        raise Damaged(place=path_of(place)) from None
    for key, value in tags:
        yield Part((*place, Step("metadata", key)), value)
    yield Unseen(place, "recording")

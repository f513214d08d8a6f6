"""Containers by their first bytes: the name of a file proves nothing, and guessing demuxers follow playlists."""

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

from fieldwork.recording.media.refusals import EmptyFile, MislabelledPlaylist, NotAudio, TooShort

_HEAD = 4096
_SMALLEST = 44  # the header of a WAV file
_PLAYLISTS = (
    b"#EXTM3U",
    b"ffconcat",
    b"[playlist]",
    b"<?xml",
    b"<MPD",
    b"<ASX",
    b"<smil",
    b"v=0",
    b"#EXTINF",
    b"RTSPtext",
)
_ID3_HEAD = 10
_UNKNOWN_SIZES = (0, 0xFFFFFFFF)
_SYNC, _AAC_SYNC = 0xFFE0_0000, 0xFFF0_0000
_VERSION, _RESERVED_VERSION = 0x0018_0000, 0x0008_0000
_LAYER, _BIT_RATE, _MP3_RATE = 0x0006_0000, 0x0000_F000, 0x0000_0C00
_OGG_HEAD = 27
_OGG_TAIL = 65_307  # the longest page


@dataclass(frozen=True)
class Container:
    """A container that is read: what people call it and the one demuxer that may open it."""

    name: str
    demuxer: str


_WAV, _FLAC, _MP3 = Container("wav", "wav"), Container("flac", "flac"), Container("mp3", "mp3")
_MP4, _OGG, _WEBM = Container("mp4", "mov"), Container("ogg", "ogg"), Container("webm", "matroska")
_AAC, _AMR = Container("aac", "aac"), Container("amr", "amr")


def recognise(file: BinaryIO) -> Container:
    """The container of an open file, by its magic bytes; leaves the file at its beginning.

    Raises:
        EmptyFile: 0 bytes.
        TooShort: fewer bytes than a header has.
        MislabelledPlaylist: it lists other files.
        NotAudio: none of the known containers.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    if not size:
        raise EmptyFile
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_PLAYLISTS):
        raise MislabelledPlaylist
    if size < _SMALLEST:
        raise TooShort(size=size)
    found = _by_magic(head) or _after_id3(file, head)
    if found is None:
        raise NotAudio
    return found


def _by_magic(head: bytes) -> Container | None:
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return _WAV
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return _MP4
    for magic, container in ((b"fLaC", _FLAC), (b"OggS", _OGG), (b"\x1aE\xdf\xa3", _WEBM), (b"#!AMR", _AMR)):
        if head.startswith(magic):
            return container
    return _by_sync_word(head)


def _by_sync_word(head: bytes) -> Container | None:
    """MPEG audio has no magic, only a frame header: eleven set bits, version, layer, bit rate, sampling rate.

    Layer 0 marks AAC (ISO/IEC 13818-7); of the others, values that the standard reserves are no sound.
    """
    word = int.from_bytes(head[:4], "big")
    if word & _SYNC != _SYNC:
        return None
    if word & _LAYER == 0:
        return _AAC if word & _AAC_SYNC == _AAC_SYNC else None
    reserved = (word & _VERSION == _RESERVED_VERSION, word & _BIT_RATE == _BIT_RATE, word & _MP3_RATE == _MP3_RATE)
    return None if any(reserved) else _MP3


def _after_id3(file: BinaryIO, head: bytes) -> Container | None:
    return _by_magic(_behind_id3(file, head).lstrip(b"\0")) if head.startswith(b"ID3") else None


def _behind_id3(file: BinaryIO, head: bytes) -> bytes:
    """What follows the tag; its length has seven bits per byte (ID3v2, section 3.1)."""
    length = 0
    for byte in head[6:_ID3_HEAD]:
        length = length << 7 | byte & 0x7F
    file.seek(_ID3_HEAD + length)
    behind = file.read(_HEAD)
    file.seek(0)
    return behind


def announced_wav_bytes(file: BinaryIO) -> tuple[int, int] | None:
    """Bytes of samples that a WAV header announces, and those that are there; None where it does not say.

    Needed because libavformat silently trusts the file's size instead (measured). RIFF chunks: id, length, content.
    """
    size = file.seek(0, os.SEEK_END)
    position, data = 12, None
    while position + 8 <= size:
        file.seek(position)
        name, length = struct.unpack("<4sI", file.read(8))
        if name == b"data":
            data = length
            break
        position += 8 + length + (length & 1)
    file.seek(0)
    if data is None or data in _UNKNOWN_SIZES:
        return None
    return data, size - position - 8


def ogg_is_cut(file: BinaryIO) -> bool:
    """Whether the last Ogg page ends after the file does (RFC 3533, section 6: header, segment table, content)."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _OGG_TAIL))
    tail = file.read()
    file.seek(0)
    start = tail.rfind(b"OggS")
    if start < 0 or start + _OGG_HEAD > len(tail):
        return True
    table = tail[start + _OGG_HEAD : start + _OGG_HEAD + tail[start + 26]]
    return start + _OGG_HEAD + tail[start + 26] + sum(table) > len(tail)


def mp3_knows_its_length(file: BinaryIO) -> bool:
    """Whether the first frame is a Xing, Info or VBRI header; without one libavformat only guesses the duration."""
    head = file.read(_HEAD)
    file.seek(0)
    if head.startswith(b"ID3"):
        head = _behind_id3(file, head)
    return any(tag in head for tag in (b"Xing", b"Info", b"VBRI"))

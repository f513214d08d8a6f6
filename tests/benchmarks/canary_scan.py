"""Looks for strings in bytes of any kind: every usual encoding, letter case and composition, and what hides them.

Read are: UTF-8, UTF-16 in both orders at both offsets, Windows' Cyrillic; what is compressed (gzip, zlib, ZIP members,
streams of a PDF), in base64, in per cent signs, in JSON's and Python's escapes, in quoted-printable, in hexadecimal
digits; one inside the other, four deep.
"""

import base64
import binascii
import io
import quopri
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

import numpy as np

_DEPTH = 4
_START = 4  # letters
_KEYS = 1 << 20
_MOST = 64 << 20  # bytes of one stream
_ENOUGH = 8  # bytes of a hidden text
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){10,}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_GZIP = b"\x1f\x8b\x08"
_ENCODINGS = (("utf-8", 0), ("cp1251", 0), ("utf-16-le", 0), ("utf-16-le", 1), ("utf-16-be", 0), ("utf-16-be", 1))


def normal(text: str) -> str:
    """A text as it is compared: composed, in small letters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


class Scanner:
    """Finds canaries: each as it is, and a number without its blanks.

    A table of their first four letters says where to look closer: 500 strings cost no more than one.
    """

    def __init__(self, canaries: Sequence[str]) -> None:
        self._starting: dict[int, list[tuple[str, str]]] = {}
        for canary in canaries:
            for spelling in _spellings(canary):
                (key,) = _keys(spelling[:_START])
                self._starting.setdefault(int(key), []).append((canary, spelling))
        self._table = np.zeros(_KEYS, bool)
        self._table[list(self._starting)] = True

    def found_in(self, data: bytes) -> set[str]:
        """The canaries that can be read from some bytes."""
        return {canary for text in texts_of(data) for canary in self.found_in_text(text)}

    def found_in_text(self, text: str) -> set[str]:
        """The canaries in a text."""
        compared = normal(text)
        if len(compared) < _START:
            return set()
        keys = _keys(compared)
        return {
            canary
            for at in np.flatnonzero(self._table[keys]).tolist()
            for canary, spelling in self._starting[int(keys[at])]
            if compared.startswith(spelling, at)
        }


def _keys(text: str) -> Any:
    """A number for the four letters that begin at each place."""
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    places = len(letters) - _START + 1
    key = letters[:places].copy()
    for step in range(1, _START):
        key = key * np.uint32(16777619) ^ letters[step : step + places]
    return (key ^ key >> np.uint32(15)) % np.uint32(_KEYS)


def _spellings(canary: str) -> tuple[str, ...]:
    digits = re.sub(r"\D", "", canary)
    if re.fullmatch(r"[\d +()-]{9,}", canary):
        return normal(canary), digits[-10:], f"{digits[-10:-7]} {digits[-7:-4]} {digits[-4:-2]} {digits[-2:]}"
    return (normal(canary),)


def texts_of(data: bytes, depth: int = _DEPTH) -> Iterator[str]:
    """What some bytes may say, in every encoding, and what is hidden in them."""
    for encoding, start in _ENCODINGS:
        text = data[start:].decode(encoding, "replace")
        yield text
        if encoding == "utf-8" and _ESCAPED.search(text):
            yield _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    if depth:
        for inner in _hidden(data):
            if len(inner) >= _ENOUGH and inner.strip():
                yield from texts_of(inner, depth - 1)


def _hidden(data: bytes) -> Iterator[bytes]:
    """What hides in some bytes, everything of one kind in one piece."""
    yield b"\n".join(_unpacked(data))
    if data.count(b"%") > 2:
        plain = unquote_to_bytes(data)
        if plain != data:
            yield plain
    if b"=D0" in data or b"=d0" in data:
        yield quopri.decodestring(data)
    yield b"\n".join(bytes.fromhex(match[0].decode()) for match in _HEX.finditer(data))
    runs = {match[0].replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=") for match in _BASE64.finditer(data)}
    for start in range(4):
        yield b"\n".join(_from_base64(run[start:]) for run in sorted(runs))


def _from_base64(run: bytes) -> bytes:
    run = run[: len(run) - (len(run) % 4 == 1)]
    try:
        return base64.b64decode(run + b"=" * (-len(run) % 4))
    except binascii.Error:
        return b""


def _unpacked(data: bytes) -> Iterator[bytes]:
    whole = memoryview(data)  # slices of it copy nothing
    for match in _ZLIB.finditer(data):
        yield _inflated(whole[match.start() :], zlib.MAX_WBITS)
    at = data.find(_GZIP)
    while at >= 0:
        yield _inflated(whole[at:], zlib.MAX_WBITS | 16)
        at = data.find(_GZIP, at + 1)
    if b"PK\x05\x06" in data:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for entry in archive.infolist():
                    yield archive.read(entry)[:_MOST]
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError):
            return


def _inflated(data: memoryview, bits: int) -> bytes:
    """What a stream holds, as far as it goes; nothing where chance alone looked like one."""
    stream = zlib.decompressobj(bits)
    try:
        plain = stream.decompress(data[:_MOST], _MOST)
    except zlib.error:
        return b""
    return plain if stream.eof or len(plain) > 64 else b""

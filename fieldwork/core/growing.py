"""Blobs that grow: what arrives over hours is sealed frame by frame, and lies safely encrypted from the first byte on.

C2SP's format (``chunked``) cannot be taken up again after an interruption without using a nonce twice. Here each frame
has a random nonce of its own: 64 KiB of plain content, AES-256-GCM, its index in the associated data. All frames but
the last are full; the last one is shorter, empty if need be, and says so in its associated data, so that a file that
was cut off, or is not complete yet, never opens.
"""

import io
import os
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fieldwork.core.chunked import TAG, BlobBroken, SealedReader

FRAME = 1 << 16
_NONCE = 12
_SEALED = _NONCE + FRAME + TAG


def append(path: Path, key: bytes, context: bytes, at: int, content: bytes, *, last: bool) -> None:
    """Write ``content`` behind the first ``at`` plain bytes; durable when it returns.

    Whatever lay behind them is overwritten: it was written by somebody who could not say so any more.

    Args:
        path: the file; made when there is none.
        key: of this blob, 32 bytes.
        context: what the content belongs to.
        at: a multiple of ``FRAME``.
        content: whole frames, unless it is the ``last``.
        last: nothing follows.

    Raises:
        BlobBroken: the file does not hold ``at`` bytes.
        OSError: no room; the file ends where it did.
    """
    if at % FRAME or (len(content) % FRAME and not last):
        raise ValueError("a growing blob takes whole frames")
    cipher, first = AESGCM(key), at // FRAME
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0) as file:
        if file.seek(0, io.SEEK_END) < first * _SEALED:
            raise BlobBroken
        try:
            file.truncate(first * _SEALED)
            file.seek(first * _SEALED)
            for number, start in enumerate(range(0, len(content) + last, FRAME)):
                _write(file, _frame(cipher, context, first + number, content[start : start + FRAME]))
            os.fsync(file.fileno())
        except OSError:
            file.truncate(first * _SEALED)
            raise


class GrownReader(SealedReader):
    """A reader of a complete one."""

    def __init__(self, key: bytes, context: bytes, file: BinaryIO) -> None:
        super().__init__(file, FRAME)
        self._cipher, self._context = AESGCM(key), context
        length = file.seek(0, io.SEEK_END)
        whole, rest = divmod(length, _SEALED)
        if rest < _NONCE + TAG:
            raise BlobBroken
        self._last = whole
        self.size = whole * FRAME + rest - _NONCE - TAG
        self._load(whole)  # the last frame vouches for the length

    def _opened(self, index: int) -> bytes:
        self._file.seek(index * _SEALED)
        sealed = self._file.read(_SEALED)
        return self._cipher.decrypt(
            sealed[:_NONCE], sealed[_NONCE:], _associated(self._context, index, last=index == self._last)
        )


def _frame(cipher: AESGCM, context: bytes, index: int, plain: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, plain, _associated(context, index, last=len(plain) < FRAME))


def _write(file: io.FileIO, content: bytes) -> None:
    """All of it: a raw file may take a part, and only the next write says that the disk is full."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) or 0 :]


def _associated(context: bytes, index: int, *, last: bool) -> bytes:
    return b"%s|frame %d|%s" % (context, index, b"last" if last else b"more")

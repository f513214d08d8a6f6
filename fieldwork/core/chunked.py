"""A random-access reader for C2SP chunked encryption as ``cryptography`` writes it (Cobblestone-256).

``cryptography`` writes and reads the format as a stream but cannot seek in it, which players need (HTTP Range); this
reader follows c2sp.org/chunked-encryption: a head of 24 bytes salt and 32 bytes commitment, chunks of 16 KiB sealed
with AES-256-GCM, nonce = base XOR index. The last chunk is authenticated first: a truncated file never opens.
"""

import hmac
import io
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fieldwork.core.errors import Refusal

CHUNK = 16384
TAG = 16
SALT = 24
COMMITMENT = 32
HEAD = SALT + COMMITMENT
_KEY = 32
_NONCE = 12
_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


class BlobBroken(Refusal):
    """An encrypted blob was cut, altered, or belongs elsewhere."""

    message = "An encrypted file does not open: it was cut off or altered. Restore it from a backup."


class SealedReader(io.RawIOBase):
    """Reads ``file`` (seekable, sealed in frames of ``frame`` plain bytes) as if it were plain.

    ``size`` is the plain length in bytes. Subclasses set it and say how a frame is opened.
    """

    size: int

    def __init__(self, file: BinaryIO, frame: int) -> None:
        super().__init__()
        self._file = file
        self._frame = frame
        self._position = 0
        self._index = -1
        self._plain = b""

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be sought in."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a byte of the plain content."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """The byte of the plain content that is read next."""
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` from the current frame; returns the number of bytes."""
        if self._position >= self.size:
            return 0
        index, offset = divmod(self._position, self._frame)
        self._load(index)
        piece = self._plain[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the file underneath."""
        self._file.close()
        super().close()

    def _load(self, index: int) -> None:
        if self._index == index:
            return
        try:
            self._plain = self._opened(index)
        except InvalidTag:
            self._index = -1
            raise BlobBroken from None
        self._index = index

    def _opened(self, index: int) -> bytes:
        """The plain content of a frame; ``InvalidTag`` where it was altered."""
        raise NotImplementedError


class ChunkedReader(SealedReader):
    """A reader of C2SP chunked encryption."""

    def __init__(self, key: bytes, context: bytes, file: BinaryIO) -> None:
        super().__init__(file, CHUNK)
        length = file.seek(0, io.SEEK_END)
        file.seek(0)
        head = file.read(HEAD)
        body = length - HEAD
        if len(head) != HEAD or body < TAG or body % (CHUNK + TAG) < TAG:
            raise BlobBroken
        derived = HKDFExpand(hashes.SHA512(), _KEY + _NONCE + COMMITMENT, _LABEL + head[:SALT] + context).derive(key)
        if not hmac.compare_digest(derived[_KEY + _NONCE :], head[SALT:]):
            raise BlobBroken
        self._cipher = AESGCM(derived[:_KEY])
        self._nonce = int.from_bytes(derived[_KEY : _KEY + _NONCE], "big")
        chunks = body // (CHUNK + TAG) + 1
        self.size = body - chunks * TAG
        self._load(chunks - 1)  # the last chunk vouches for the length

    def _opened(self, index: int) -> bytes:
        self._file.seek(HEAD + index * (CHUNK + TAG))
        nonce = (self._nonce ^ index).to_bytes(_NONCE, "big")
        return self._cipher.decrypt(nonce, self._file.read(CHUNK + TAG), None)

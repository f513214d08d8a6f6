"""Bytes that wait until somebody vouches for them: in a file without a name, sealed under a key only memory holds."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fieldwork.core.chunked import TAG

_PIECE = 1 << 20


class Staged:
    """What came so far, in pieces. A killed process leaves nothing of it: the file has no name.

    Args:
        folder: on the disk that has the room.

    Raises:
        OSError: no room.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._lengths: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, content: bytes) -> None:
        """Keep the next bytes.

        Raises:
            OSError: no room.
        """
        for start in range(0, len(content), _PIECE):
            piece = content[start : start + _PIECE]
            self._file.write(self._cipher.encrypt(self._nonce(len(self._lengths)), piece, None))
            self._lengths.append(len(piece))

    def pieces(self) -> Iterator[bytes]:
        """All of it again, in order, a MiB at most at a time."""
        self._file.seek(0)
        for number, length in enumerate(self._lengths):
            yield self._cipher.decrypt(self._nonce(number), self._file.read(length + TAG), None)

    @staticmethod
    def _nonce(number: int) -> bytes:
        """A counter is a nonce where the key serves one file."""
        return number.to_bytes(12, "big")

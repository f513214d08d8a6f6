"""A recording that has no plain file: the parent reads it aloud to the confined child, stretch by stretch, on a socket.

What is encrypted at rest is so decrypted only in the memory of the process that holds the keys; nothing plain of it is
written anywhere, however large it is. The child asks «so many bytes from there»; it can ask for nothing else.
"""

import contextlib
import io
import os
import socket
import stat
import struct
import threading
from collections.abc import Iterator
from typing import BinaryIO

_ASKED = struct.Struct("!QI")
_SIZE = struct.Struct("!Q")
_LENGTH = struct.Struct("!I")
_MOST = 1 << 18


@contextlib.contextmanager
def served(source: BinaryIO) -> Iterator[int]:
    """A descriptor on which ``source`` (seekable) is read aloud, as long as the context lasts.

    Raises:
        BlobBroken, OSError: reading it failed meanwhile; whoever listened heard the end of the file.
    """
    ours, theirs = socket.socketpair()
    failures: list[BaseException] = []
    reader = threading.Thread(target=_read_aloud, args=(ours, source, failures), daemon=True)
    reader.start()
    try:
        yield theirs.fileno()
    finally:
        theirs.close()
        reader.join()
        ours.close()
        if failures:
            raise failures[0]


def opened(descriptor: int) -> BinaryIO:
    """In the child: the recording behind a descriptor, a file of its own or one that is read aloud."""
    if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        return io.BufferedReader(_Listener(socket.socket(fileno=descriptor)), _MOST)
    return os.fdopen(descriptor, "rb")


def _read_aloud(ours: socket.socket, source: BinaryIO, failures: list[BaseException]) -> None:
    try:
        ours.sendall(_SIZE.pack(source.seek(0, io.SEEK_END)))
        while asked := _received(ours, _ASKED.size):
            start, length = _ASKED.unpack(asked)
            source.seek(start)
            content = source.read(min(length, _MOST))
            ours.sendall(_LENGTH.pack(len(content)) + content)
    except (BrokenPipeError, ConnectionResetError):
        pass  # the child has died: its parent hears of that by itself
    except BaseException as failure:  # noqa: BLE001 - raised again by whoever waits for this thread
        failures.append(failure)
    finally:
        with contextlib.suppress(OSError):
            ours.shutdown(socket.SHUT_RDWR)


def _received(from_: socket.socket, length: int) -> bytes:
    """So many bytes; none where the other end has hung up."""
    found = bytearray()
    while len(found) < length:
        piece = from_.recv(length - len(found))
        if not piece:
            return b""
        found += piece
    return bytes(found)


class _Listener(io.RawIOBase):
    """The file as the child reads it."""

    def __init__(self, theirs: socket.socket) -> None:
        super().__init__()
        self._socket = theirs
        (self._size,) = _SIZE.unpack(_received(theirs, _SIZE.size))
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._position >= self._size:
            return 0
        self._socket.sendall(_ASKED.pack(self._position, min(len(buffer), _MOST)))
        length = int(_LENGTH.unpack(_received(self._socket, _LENGTH.size))[0])
        buffer[:length] = _received(self._socket, length)
        self._position += length
        return length

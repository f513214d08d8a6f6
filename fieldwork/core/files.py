"""The one door to blobs: encrypted files under a UUID, each with a key derived from its subject's key."""

import contextlib
import errno
import fcntl
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from cryptography.cobblestone import Cobblestone256Encryptor

from fieldwork.core.chunked import CHUNK, ChunkedReader
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.growing import GrownReader, append
from fieldwork.core.ids import new_id
from fieldwork.core.staging import Staged
from fieldwork.core.vault import Vault

_BLOCK = 1 << 20
_PRIVATE = ".fieldwork-lent-"


class DiskFull(Refusal):
    """No room left; whatever was being written has been removed again."""

    message = "The disk is full: free some space in {folder} and try again. Nothing was kept half-written."


@dataclass(frozen=True)
class Stored:
    """A blob as it was stored: its id, the sha256 (hex) and the length in bytes of the original content."""

    blob_id: UUID
    sha256: str
    size: int


class BlobStore:
    """Writes and reads encrypted blobs below one folder."""

    def __init__(self, root: Path, vault: Vault) -> None:
        self._root = root
        self._vault = vault

    def store(self, subject: str, source: BinaryIO, blob_id: UUID | None = None) -> Stored:
        """Encrypt ``source`` to its end into a new blob of ``subject``; durable when it returns.

        ``blob_id`` is for those who may be killed meanwhile: they find again, and delete, what was left half-written.

        Raises:
            DiskFull: there is no room; nothing is left behind.
        """
        blob_id = blob_id or new_id()
        path = self._path(blob_id)
        partial = path.with_suffix(".partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            stored = self._write(subject, blob_id, source, partial)
            partial.replace(path)
            _sync_folder(path.parent)
        except BaseException as error:
            partial.unlink(missing_ok=True)
            if is_no_room(error):
                raise DiskFull(folder=self._root) from None
            raise
        return stored

    def append(self, subject: str, blob_id: UUID, at: int, content: bytes, *, last: bool) -> None:
        """Let a blob grow by what has arrived; durable when it returns. It opens once its last part is there.

        Args:
            subject: whose blob.
            blob_id: a new id the first time.
            at: how many plain bytes are there; what was written behind them is overwritten.
            content: whole frames of ``growing.FRAME`` bytes, unless it is the last.
            last: nothing follows.

        Raises:
            DiskFull: there is no room; what was there stays.
            BlobBroken: it does not hold ``at`` bytes.
        """
        path = self._growing(blob_id)
        key = self._vault.blob_key(subject, blob_id, make=True)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = not path.exists()
            append(path, key, _context(subject, blob_id), at, content, last=last)
            if fresh:
                _sync_folder(path.parent)
        except OSError as error:
            if is_no_room(error):
                raise DiskFull(folder=self._root) from None
            raise

    def staged(self) -> Staged:
        """Room on the blobs' disk for bytes that nobody has vouched for yet."""
        return Staged(self._root)

    def free_bytes(self) -> int:
        """How many bytes the disk of the blobs has left."""
        folder = self._root
        while not folder.exists():
            folder = folder.parent
        return shutil.disk_usage(folder).free

    def _write(self, subject: str, blob_id: UUID, source: BinaryIO, partial: Path) -> Stored:
        digest, size = hashlib.sha256(), 0
        encryptor = Cobblestone256Encryptor(
            self._vault.blob_key(subject, blob_id, make=True), _context(subject, blob_id)
        )
        with partial.open("xb") as target:
            os.fchmod(target.fileno(), 0o600)
            while block := source.read(_BLOCK):
                digest.update(block)
                size += len(block)
                target.write(encryptor.update(block))
            target.write(encryptor.finalize())
            target.flush()
            os.fsync(target.fileno())
        return Stored(blob_id, digest.hexdigest(), size)

    def open(self, subject: str, blob_id: UUID) -> BinaryIO:
        """The blob's plain content, seekable.

        Raises:
            NotFound: no such blob.
            KeyDestroyed: its subject was erased.
            BlobBroken: cut or altered.
        """
        key = self._vault.blob_key(subject, blob_id)
        for path, reader in ((self._path(blob_id), ChunkedReader), (self._growing(blob_id), GrownReader)):
            with contextlib.suppress(FileNotFoundError), contextlib.ExitStack() as opened:
                file = opened.enter_context(path.open("rb"))
                found = io.BufferedReader(reader(key, _context(subject, blob_id), file), CHUNK)
                opened.pop_all()
                return found
        raise NotFound(kind="blob", name=blob_id)

    @contextlib.contextmanager
    def lent(self, subject: str, blob_id: UUID, suffix: str = "") -> Iterator[Path]:
        """A plain copy for programs that need a path: in memory where the machine has /dev/shm, gone afterwards."""
        with private_folder() as folder:
            path = folder / f"blob{suffix}"
            with self.open(subject, blob_id) as source, path.open("xb") as target:
                shutil.copyfileobj(source, target, _BLOCK)
            yield path

    def delete(self, blob_id: UUID) -> None:
        """Remove a blob, also a half-written one; no error when it is gone already."""
        path = self._path(blob_id)
        for one in (path, path.with_suffix(".partial"), self._growing(blob_id)):
            one.unlink(missing_ok=True)

    def _path(self, blob_id: UUID) -> Path:
        return self._root / blob_id.hex[:2] / blob_id.hex

    def _growing(self, blob_id: UUID) -> Path:
        return self._path(blob_id).with_suffix(".growing")


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that only this user reads, in memory where possible, removed afterwards.

    It is locked while its process lives, so that ``sweep_private_folders`` finds what a killed one left behind.
    """
    folder, lock = _locked_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        os.close(lock)


def sweep_private_folders() -> None:
    """Remove the private folders whose process was killed: they hold plain copies."""
    for folder in _memory().glob(_PRIVATE + "*"):
        with contextlib.suppress(FileNotFoundError, PermissionError, BlockingIOError):  # gone, not ours, in use
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(lock)


def _locked_folder() -> tuple[Path, int]:
    """A new private folder and the descriptor that locks it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PRIVATE, dir=_memory()))
        with contextlib.suppress(FileNotFoundError):  # swept in the moment before it was locked
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return folder, lock
            os.close(lock)


def _memory() -> Path:
    """The machine's file system in memory, or its folder for temporary files."""
    memory = Path("/dev/shm")  # noqa: S108 - the folders made inside are private (mkdtemp, 0700)
    return memory if memory.is_dir() else Path(tempfile.gettempdir())


def is_no_room(error: BaseException) -> bool:
    """Whether a disk, or a quota, is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _context(subject: str, blob_id: UUID) -> bytes:
    return f"v1|{subject}|{blob_id}".encode()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

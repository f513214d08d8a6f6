"""Archives (ZIP) of an exported chat or a meeting's folder, read without being unpacked anywhere.

The names inside are read, to recognise what the files are, and never used as paths. Nothing is decompressed but the
chat's text and the recordings; each yields as many bytes as the archive's list announced and not one more, and what is
announced is limited before anything is read.
"""

import io
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath, PurePosixPath
from typing import Any, BinaryIO, Final

from fieldwork.core.errors import BadInput
from fieldwork.recording.shapes import ImportPlan, ItemKind, Reason, is_chat, plan_import

MOST_FILES: Final = 5_000
CHAT_BYTES: Final = 16 << 20
_LIST_BYTES = 8 << 20  # of the list of files, which is read whole
_ENCRYPTED = 0x1
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_SIGNATURE = b"PK\x03\x04"
_LEFTOVERS = "__MACOSX"
_UNIX = 3
_MB = 1_000_000
_ENCODINGS = ("utf-8", "cp866")  # macOS does not say that its names are UTF-8, Windows in Russian writes cp866


class ArchiveUnreadable(BadInput):
    """No ZIP, or a damaged one."""

    message = (
        "The archive cannot be read: it is damaged, or packed in an unusual way. Export the chat again, or pack the "
        "folder as an ordinary ZIP."
    )


class ArchiveEncrypted(BadInput):
    """It asks for a password."""

    message = "The archive is locked with a password. Unpack it on your computer and give the folder."


class ArchiveTooLarge(BadInput):
    """Unpacked, it would take more than one file may."""

    message = (
        "Unpacked, the archive would have {size} MB, and this installation takes at most {limit} MB. Export the chat "
        "in parts, or give the recordings one by one."
    )


class ArchiveTooFull(BadInput):
    """Too many files."""

    message = "The archive holds more than {most} files. Export the chat in parts, or give the recordings one by one."


class ArchiveInArchive(BadInput):
    """A further archive inside."""

    message = "The archive holds another archive. Unpack it on your computer and give the recordings themselves."


class ArchiveHoldsLink(BadInput):
    """A link to a file elsewhere."""

    message = "The archive holds a link instead of a file. Pack the folder again, with the files themselves."


class ArchiveNamesTwice(BadInput):
    """Two files of one name: which is meant?"""

    message = "The archive holds two files of the same name. Export the chat again, or pack the folder anew."


class ArchiveWithoutSound(BadInput):
    """Nothing to hear in it."""

    message = "There is no recording in the archive. Give the exported chat, or the folder of the Zoom meeting."


class ChatWithoutMedia(BadInput):
    """The chat was exported without its voice messages."""

    message = "The chat was exported without its voice messages. Export it again and choose «with media»."


class ZoomNotConverted(BadInput):
    """Zoom has not made a recording of it yet."""

    message = (
        "Zoom has not made a recording of this meeting yet. On the computer where it was recorded, open the file "
        "«double_click_to_convert» with a double click and wait until Zoom has finished; then give the folder again."
    )


def is_archive(file: BinaryIO) -> bool:
    """Whether an open file is a ZIP, whatever its name; leaves it at its beginning."""
    file.seek(0)
    found = file.read(len(_SIGNATURE)) == _SIGNATURE
    file.seek(0)
    return found


@dataclass(frozen=True, repr=False)
class Packed:
    """One file of an archive: where it would lie, and how many bytes it announces."""

    path: PurePosixPath
    size: int
    info: zipfile.ZipInfo


class Archive:
    """An open archive, checked.

    Args:
        file: seekable; stays open as long as anything is read.
        title: the archive's own name without its ending; the folder that its files are told to lie in.
        limit_mb: the most that its recordings may have together, unpacked.

    Raises:
        ArchiveUnreadable, ArchiveEncrypted, ArchiveTooLarge, ArchiveTooFull, ArchiveInArchive, ArchiveHoldsLink,
        ArchiveNamesTwice: as they say.
    """

    def __init__(self, file: BinaryIO, title: str, limit_mb: int) -> None:
        try:
            self._zip = zipfile.ZipFile(_Bounded(file))
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError) as error:
            raise ArchiveUnreadable from error
        self._limit = limit_mb
        infos = [one for one in self._zip.infolist() if not one.is_dir()]
        _check(infos)
        folder = PurePosixPath(title.replace("/", "_") or "_")
        told = [Packed(folder / _inner(one), one.file_size, one) for one in infos]
        self.files = {one.path: one for one in told if _LEFTOVERS not in one.path.parts}
        if len(self.files) < sum(_LEFTOVERS not in one.path.parts for one in told):
            raise ArchiveNamesTwice

    @cached_property
    def plan(self) -> ImportPlan:
        """What the recordings in it are. The chat's text is read for that and kept nowhere.

        Raises:
            ArchiveWithoutSound, ChatWithoutMedia, ZoomNotConverted: there is none to import.
            ArchiveTooLarge: they are too large together.
            ArchiveUnreadable: the chat is damaged.
        """
        texts: dict[PurePath, str] = {path: self._text(path) for path in self.files if path.suffix.lower() == ".txt"}
        found = plan_import(self.files, texts)
        chats = {path.parent for path, text in texts.items() if is_chat(text)}
        # a film that hangs on a chat is somebody's film; only what was recorded as sound is of the interview
        items = [
            item for item in found.items
            if item.kind is not ItemKind.TRANSCRIPT and not (item.kind is ItemKind.MIXED and item.path.parent in chats)
        ]  # fmt: skip
        if not items:
            raise _nothing(found, chat=bool(chats))
        size = sum(self.files[PurePosixPath(item.path)].size for item in items)
        if size > self._limit * _MB:
            raise ArchiveTooLarge(size=-(-size // _MB), limit=self._limit)
        return ImportPlan(tuple(items), found.left_out)

    def opened(self, path: PurePosixPath) -> BinaryIO:
        """The bytes of one of its files, seekable; reading raises ``ArchiveUnreadable`` where it is damaged."""
        return io.BufferedReader(_Member(self._zip, self.files[path].info), 1 << 16)

    def _text(self, path: PurePosixPath) -> str:
        with self.opened(path) as file:
            return file.read(CHAT_BYTES).decode("utf-8-sig", errors="replace")


def _nothing(found: ImportPlan, *, chat: bool) -> BadInput:
    if any(left.reason is Reason.NOT_CONVERTED for left in found.left_out):
        return ZoomNotConverted()
    return ChatWithoutMedia() if chat else ArchiveWithoutSound()


def _check(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_FILES:
        raise ArchiveTooFull(most=MOST_FILES)
    for one in infos:
        if one.flag_bits & _ENCRYPTED:
            raise ArchiveEncrypted
        if one.create_system == _UNIX and stat.S_ISLNK(one.external_attr >> 16):
            raise ArchiveHoldsLink
        if PurePosixPath(one.filename).suffix.lower() in _ARCHIVES:
            raise ArchiveInArchive
        if one.compress_type not in _METHODS:
            raise ArchiveUnreadable
    if any(count > 1 for count in Counter(one.filename for one in infos).values()):
        raise ArchiveNamesTwice


def _inner(info: zipfile.ZipInfo) -> PurePosixPath:
    """The path that an archive tells, for recognising alone: in its own letters, without anything that leads out."""
    name = info.filename
    if not info.flag_bits & 0x800:  # not said to be UTF-8: read as cp437 by the standard
        for encoding in _ENCODINGS:
            try:
                name = info.filename.encode("cp437").decode(encoding)
                break
            except ValueError:
                continue
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    return PurePosixPath(*parts)


class _Bounded(io.RawIOBase):
    """The archive's file, of which nothing is read at once that a list of files could not be."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        if size > _LIST_BYTES:
            raise ArchiveTooFull(most=MOST_FILES)
        return self._file.read(size if size >= 0 else _LIST_BYTES)


class _Member(io.RawIOBase):
    """One file of an archive as it is decompressed, bit by bit; going back means beginning again."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        super().__init__()
        self._archive, self._info = archive, info
        self._at = self._wanted = 0
        self._file: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._wanted, io.SEEK_END: self._info.file_size}[whence]
        self._wanted = max(0, base + offset)
        return self._wanted

    def tell(self) -> int:
        return self._wanted

    def readinto(self, buffer: Any) -> int:
        if self._wanted >= self._info.file_size:
            return 0
        try:
            for _ in self._passed_over():
                pass
            content = self._file.read(min(len(buffer), self._info.file_size - self._at))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
            raise ArchiveUnreadable from None
        if not content:
            raise ArchiveUnreadable  # less than it announced
        self._at = self._wanted = self._at + len(content)
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()

    def _passed_over(self) -> Iterator[bytes]:
        """Decompress up to where reading goes on."""
        if self._file is None or self._wanted < self._at:
            self._file, self._at = self._archive.open(self._info), 0
        while self._at < self._wanted and (passed := self._file.read(min(1 << 16, self._wanted - self._at))):
            self._at += len(passed)
            yield passed

"""Archives (ZIP, REFI-QDA, office documents): their members one by one, counted while they unpack."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from fieldwork.anonymisation.leaving.office import Sheets, is_package, xml_member
from fieldwork.anonymisation.leaving.parts import (
    Budget,
    Damaged,
    Encrypted,
    HasProgram,
    Part,
    Piece,
    Step,
    TooMuch,
    path_of,
)
from fieldwork.anonymisation.leaving.plain import strings_of

_CHUNK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = 0x1
_OLD_NAMES = 0x800  # flag: names are UTF-8
_FONTS = (".odttf", ".fntdata", ".ttf", ".otf", ".woff", ".woff2")
_PROGRAMS = ("vbaproject.bin", "vbadata.xml")
_SETTINGS = (".bin", ".emf", ".wmf")

Inside = Callable[[BinaryIO, str, tuple[Step, ...], Budget], Iterator[Piece]]


def archive_pieces(file: BinaryIO, place: tuple[Step, ...], budget: Budget, inside: Inside) -> Iterator[Piece]:
    """Everything in an archive: names and comments of its members, then each member.

    Args:
        file: the archive.
        place: the way to it.
        budget: how much may still be unpacked.
        inside: reads a member as a file of its own.

    Raises:
        Encrypted, Damaged, TooMuch, Unreadable: see there.
    """
    if budget.depth <= 0:
        raise TooMuch(place=path_of(place))
    budget.depth -= 1
    try:
        with zipfile.ZipFile(file) as archive:
            yield from _Archive(archive, place, budget, inside).pieces()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise Damaged(place=path_of(place)) from error
    finally:
        budget.depth += 1


class _Archive:
    """An open archive being read."""

    def __init__(self, archive: zipfile.ZipFile, place: tuple[Step, ...], budget: Budget, inside: Inside) -> None:
        self._archive = archive
        self._place = place
        self._budget = budget
        self._inside = inside
        self._names = {one.filename for one in archive.infolist()}
        budget.members_left -= len(archive.infolist())
        if budget.members_left < 0:
            raise TooMuch(place=path_of(place))
        if any(one.flag_bits & _ENCRYPTED for one in archive.infolist()):
            raise Encrypted(place=path_of(place))

    def pieces(self) -> Iterator[Piece]:
        """Names, comments, members."""
        package = is_package(self._names)
        sheets = Sheets(self._read, self._names, self._place) if package else None
        yield Part((*self._place, Step("comment", "")), _text_of(self._archive.comment))
        for entry in self._archive.infolist():
            here = (*self._place, Step("file", entry.filename))
            yield Part((*here, Step("name", "")), spoken_name(entry), doubtful=not package)
            yield Part((*here, Step("comment", "")), _text_of(entry.comment))
            if entry.is_dir():
                continue
            data = self._read(entry.filename)
            if sheets is not None:
                yield from self._of_package(entry.filename, data, here, sheets)
            else:
                yield from self._inside(io.BytesIO(data), entry.filename, here, self._budget)

    def _of_package(self, name: str, data: bytes, here: tuple[Step, ...], sheets: Sheets) -> Iterator[Piece]:
        """A member of an office document."""
        lowered = name.lower()
        if lowered.endswith(_PROGRAMS):
            raise HasProgram(place=path_of(here))
        if not data.strip() or lowered.endswith(_FONTS):
            return
        if lowered.endswith((".xml", ".rels", ".vml", ".rdf")):
            yield from xml_member(name, data, self._place, sheets)
        elif lowered.endswith(_SETTINGS) and not data.startswith(_OLE):
            yield from strings_of(data, here)  # a printer's settings, an old drawing: names stand in them in clear
        elif name != "mimetype":
            yield from self._inside(io.BytesIO(data), name, here, self._budget)

    def _read(self, name: str) -> bytes:
        return unpacked(self._archive, self._archive.getinfo(name), self._place, self._budget)


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: tuple[Step, ...], budget: Budget) -> bytes:
    """A member's bytes, counted while they come: the header may lie about them.

    Raises:
        TooMuch: there are more than may be.
    """
    pieces = []
    with archive.open(entry) as member:
        while piece := member.read(_CHUNK):
            budget.spend(len(piece), place)
            pieces.append(piece)
    return b"".join(pieces)


def spoken_name(entry: zipfile.ZipInfo) -> str:
    """A member's name as a person reads it; old programs wrote Cyrillic ones in code page 866 without saying so."""
    name = entry.filename
    if not entry.flag_bits & _OLD_NAMES and not name.isascii():
        try:
            other = name.encode("cp437").decode("cp866")
        except UnicodeError:
            return name
        return f"{name}\n{other}"
    return name


def _text_of(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return f"{data.decode('cp866', 'replace')}\n{data.decode('cp1251', 'replace')}"

"""Pages of a written report as pictures, drawn when they are looked at; a few are remembered."""

import io
import struct
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

WIDTH = 1000  # pixels: sharp enough to read on a screen, some 80 KB a page
REMEMBERED = 24  # pages of all reports: some 2 MB
_COLOURS = 64
_PATIENCE = 60  # seconds
_NO_SUCH_PAGE = 3
_SIZE = struct.Struct(">I")


@dataclass(frozen=True)
class PagePicture:
    """A page as PNG, and its words for those who do not see it."""

    png: bytes
    text: str


class Previews:
    """Draws pages one at a time and remembers the last ones."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._pages: OrderedDict[tuple[UUID, int], PagePicture] = OrderedDict()

    def page(self, report_id: UUID, number: int, opened: Callable[[], BinaryIO]) -> PagePicture:
        """A page of a report.

        Args:
            report_id: which report, for remembering.
            number: of the page, from 1.
            opened: gives the PDF where the page has to be drawn.

        Raises:
            IndexError: the report has no such page.
        """
        with self._lock:
            key = (report_id, number)
            if key not in self._pages:
                with opened() as file:
                    self._pages[key] = _drawn(file, number)
                while len(self._pages) > self._most:
                    self._pages.popitem(last=False)
            self._pages.move_to_end(key)
            return self._pages[key]


def _drawn(file: BinaryIO, number: int) -> PagePicture:
    """A page, drawn by a child: PDFium and Pillow cost 35 MB that would stay in the server."""
    order = [sys.executable, "-m", "fieldwork.report.preview", str(number)]
    done = subprocess.run(order, input=file.read(), stdout=subprocess.PIPE, timeout=_PATIENCE, check=False)
    if done.returncode == _NO_SUCH_PAGE:
        raise IndexError(number)
    done.check_returncode()
    (size,) = _SIZE.unpack_from(done.stdout)
    picture, words = done.stdout[_SIZE.size :][:size], done.stdout[_SIZE.size + size :]
    return PagePicture(picture, words.decode())


def main(pdf: BinaryIO, output: BinaryIO, number: int) -> int:
    """Draw a page of ``pdf``: the length of the picture, the PNG, then the page's words in UTF-8.

    Returns:
        The exit code: 0, or another where there is no such page.
    """
    import pypdfium2  # noqa: PLC0415 - heavy, and only for the child

    document = pypdfium2.PdfDocument(pdf.read())
    if not 1 <= number <= len(document):
        return _NO_SUCH_PAGE
    page = document[number - 1]
    picture = page.render(scale=WIDTH / page.get_width()).to_pil().convert("RGB").quantize(_COLOURS)
    png = io.BytesIO()
    picture.save(png, "PNG", optimize=True)
    words = page.get_textpage().get_text_range().encode("utf-8", "replace")
    output.write(_SIZE.pack(len(png.getvalue())) + png.getvalue() + words)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1])))

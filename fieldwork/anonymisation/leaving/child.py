"""The child that looks into a file: ``python -m fieldwork.anonymisation.leaving.child``, started by ``door`` only.

It hears the order (names included) and the file on its standard input and answers on its standard output. The file
is taken apart by a process of its own, which gives up everything else before: it can open no other file, no socket,
and start nothing. Meanwhile this one makes its index of names.
"""

import io
import json
import os
import struct
import sys
from collections.abc import Iterable
from typing import Any, BinaryIO

from fieldwork.anonymisation.leaving.parts import Damaged, Part, Piece, Step, Unseen
from fieldwork.anonymisation.leaving.reading import pieces_of
from fieldwork.core.errors import Refusal
from fieldwork.recording.media.confine import die_with, lock_down
from fieldwork.recording.media.measures import Limits

SIZE = struct.Struct(">I")
_LIMITS = Limits(duration_ms=0, memory_bytes=4 << 30, seconds=300)


def main(source: BinaryIO, target: BinaryIO, parent: int) -> None:
    """Answer one order."""
    die_with(parent)
    order = json.loads(source.read(*SIZE.unpack(source.read(SIZE.size))))
    if "texts" in order:
        answer = _answered(order, [Part((Step("section", place),), text) for place, text in order["texts"]])
    else:
        warm_up()
        inner, outer = os.pipe()
        reader = os.fork()
        if not reader:
            os.close(inner)
            _take_apart(source.read(), order["name"], outer)
        os.close(outer)
        with open(inner, "rb") as pipe:  # noqa: PTH123 - a descriptor
            answer = _heard(order, pipe)
        os.waitpid(reader, 0)
    target.write(json.dumps(answer).encode())
    target.flush()


def _answered(order: dict[str, Any], pieces: Iterable[Piece]) -> dict[str, Any]:
    # while the other process reads the file
    from fieldwork.anonymisation.leaving.checking import Watch  # noqa: PLC0415
    from fieldwork.anonymisation.sealed import Secrets  # noqa: PLC0415

    watch = Watch(Secrets.unpacked(order["secrets"]))
    return {"found": [one.packed() for piece in pieces for one in watch.piece(piece)]}


def _heard(order: dict[str, Any], pipe: BinaryIO) -> dict[str, Any]:
    """What the reader tells, looked through; its refusal, or its death, which says that the file is damaged."""
    ended: dict[str, Any] = {"refused": Damaged.__name__, "values": {"place": order["name"]}}

    def told() -> Iterable[Piece]:
        for line in pipe:
            row = json.loads(line)
            if isinstance(row, dict):
                ended.clear()
                ended.update(row)
                return
            place = tuple(Step(*step) for step in row[0])
            if len(row) == 2:  # noqa: PLR2004 - place and kind
                yield Unseen(place, row[1])
            else:
                yield Part(place, row[1], tuple((at, Step(*step)) for at, step in row[2]), row[3])

    answer = _answered(order, told())
    return ended if "refused" in ended else answer


def _take_apart(data: bytes, name: str, pipe: int) -> None:
    """The reader: every piece of the file goes into the pipe, a line of JSON each; then how it ended."""
    lock_down(_LIMITS)
    ended: dict[str, Any] = {"done": True}
    with open(pipe, "wb") as target:
        try:
            for piece in pieces_of(io.BytesIO(data), name):
                row = [piece.place, piece.kind] if isinstance(piece, Unseen) else [
                    piece.place, piece.text, piece.marks, piece.doubtful,
                ]  # fmt: skip
                target.write(json.dumps(row).encode() + b"\n")
        except Refusal as refusal:
            values = {key: str(value) for key, value in refusal.values.items()}
            ended = {"refused": type(refusal).__name__, "values": values}
        except MemoryError:
            ended = {"refused": "TooMuch", "values": {"place": name}}
        target.write(json.dumps(ended).encode() + b"\n")
    os._exit(0)


def warm_up() -> None:
    """Load what is loaded on first use (codecs, plug-ins of Pillow, tables of pypdf): later no file can be opened."""
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "cp1251", "cp866", "cp437", "utf-8-sig"):
        "".encode(encoding)
    for name, data in _samples():
        list(pieces_of(io.BytesIO(data), name))


def _samples() -> list[tuple[str, bytes]]:
    """A small file of each kind."""
    import pypdf  # noqa: PLC0415 - the command line need not make samples
    from PIL import Image  # noqa: PLC0415 - as above

    pdf, jpeg, png = io.BytesIO(), io.BytesIO(), io.BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": "Проба"})
    writer.write(pdf)
    Image.init()
    Image.new("L", (1, 1)).save(jpeg, "JPEG")
    Image.new("L", (1, 1)).save(png, "PNG")
    wav = b"RIFF" + struct.pack("<I", 40) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    wav += b"data" + struct.pack("<I", 4) + bytes(4)
    return [
        ("a.txt", b"%20a"), ("a.html", b"<p>a</p>"), ("a.json", b"[1]"), ("a.yaml", b'a: "\\u0431"'),
        ("a.xml", b"<a>b</a>"), ("a.pdf", pdf.getvalue()), ("a.jpg", jpeg.getvalue()), ("a.png", png.getvalue()),
        ("a.wav", wav),
    ]  # fmt: skip


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]))

"""Files that carry text: read as texts for the anonymiser, written again with everything else as it was.

``carrier_of(data, form)`` reads the bytes of a file; its ``texts`` go to ``Anonymiser.mentions``, and what comes back
goes to ``rewritten``.
"""

import re

from fieldwork.anonymisation.carriers.base import BadLine, Carrier, DamagedText, LockedDocument, NotText
from fieldwork.anonymisation.carriers.speakers import Speakers
from fieldwork.core.errors import BadInput

__all__ = [
    "FORMS", "SUFFIXES", "BadLine", "Carrier", "DamagedText", "LockedDocument", "NotText", "Speakers", "WrongForm",
    "carrier_of", "form_of",
]  # fmt: skip

FORMS = ("text", "json", "jsonl", "docx", "vtt", "srt")
SUFFIXES = {".txt": "text", ".md": "text", ".jsonl": "jsonl", ".docx": "docx", ".vtt": "vtt", ".srt": "srt"}
"""What a file's name says. Other names are told by their content."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SRT = re.compile(rb"\s*\d+[ \t]*\r?\n\s*\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}\s*-->")
_BOM = b"\xef\xbb\xbf"


class WrongForm(BadInput):
    """The bytes are no document of Word, though they should be, or the other way round."""

    message = "The input is not in the format {form}. Leave --format out, or name the format it is in."


def form_of(data: bytes, suffix: str = "") -> str:
    """The format of a file: by the signs it begins with, then by its name («.vtt»)."""
    if data.startswith((_ZIP, _OLE)):
        return "docx"
    head = data[:200].removeprefix(_BOM)
    if head.startswith(b"WEBVTT"):
        return "vtt"
    named = SUFFIXES.get(suffix.lower())
    return named or ("srt" if _SRT.match(head) else "text")


def carrier_of(data: bytes, form: str = "") -> Carrier:
    """A file's bytes as texts.

    Args:
        data: the bytes.
        form: one of ``FORMS``; told by the content where it is empty.

    Raises:
        NotText, DamagedText: it cannot be read as text.
        BadLine: lines of JSON, one of which is none.
        LockedDocument, BrokenDocument, DangerousDocument: a document that cannot be opened.
        WrongForm: the content is not in the format that was named.
    """
    form = form or form_of(data)
    if data.startswith(_OLE):
        raise LockedDocument
    if data.startswith(_ZIP) != (form == "docx"):
        raise WrongForm(form=form)
    if form == "docx":
        # lxml is loaded only for what needs it.
        from fieldwork.anonymisation.carriers.document import WordDocument  # noqa: PLC0415

        return WordDocument(data)
    # The caption parsers likewise.
    from fieldwork.anonymisation.carriers.captions import Captions  # noqa: PLC0415
    from fieldwork.anonymisation.carriers.plain import Lines, Plain, Told  # noqa: PLC0415

    if form in ("vtt", "srt"):
        return Captions(data, vtt=form == "vtt")
    if form == "jsonl":
        return Lines(data)
    return Told(data) if form == "json" else Plain(data)

"""What every carrier of text gives: its texts in order, and its bytes again with mentions replaced."""

from collections.abc import Collection, Sequence
from typing import Protocol

from fieldwork.anonymisation.mention import Mention
from fieldwork.core.errors import BadInput


class NotText(BadInput):
    """Bytes that are no text."""

    message = (
        "The input is not a text in UTF-8, UTF-16 or Windows-1251. Open it in the program that made it and save it as "
        "UTF-8."
    )


class DamagedText(BadInput):
    """A text in UTF-8, but for some bytes."""

    message = (
        "The text is in UTF-8 but damaged at byte {byte}: letters would be lost there. Mend the place in an editor, or "
        "save the file anew as UTF-8."
    )


class LockedDocument(BadInput):
    """A document under a password, or of Word before 2007."""

    message = (
        "The document is protected by a password, or is in the old DOC format. Open it in Word or LibreOffice, save it "
        "as DOCX without a password, and give that."
    )


class BadLine(BadInput):
    """A line of JSON lines that cannot be taken."""

    message = 'Line {line} is not a JSON object with a string "text". Nothing was written.'


class Carrier(Protocol):
    """A file as the anonymiser needs it."""

    @property
    def texts(self) -> Sequence[str]:
        """Everything readable, in order; a name may run over the border of two that do not stand alone."""

    @property
    def alone(self) -> Collection[int]:
        """Numbers of the texts that go on from nothing: paragraphs, notes, names in tags; no name runs over them."""

    @property
    def people(self) -> Sequence[str]:
        """Names of those who speak or wrote: replaced wherever one stands before what they say."""

    @property
    def notices(self) -> Sequence[str]:
        """What a person should know or look at (English sentences)."""

    def rewritten(self, mentions: Sequence[Sequence[Mention]]) -> bytes:
        """The file again, every text's mentions replaced."""

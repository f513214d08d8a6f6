"""Decisions of coding: what may be coded, and the refusals."""

from collections.abc import Sequence

from fieldwork.coding.anchoring import text_between
from fieldwork.coding.models import Code
from fieldwork.core.errors import BadInput, Refusal

LOST = 0.0
"""Likeness of a coding whose words no longer stand in its transcript; such a coding is kept and told of."""


class TranscriptNotApproved(Refusal):
    """Coding works on pseudonymised text only."""

    message = "The transcript of {expert} is not anonymised yet: review and approve its anonymisation, then code it."


class NoTranscript(Refusal):
    """The expert's interview has no transcript."""

    message = "There is no transcript of {expert} yet: transcribe or import the interview first."


class OutsideText(BadInput):
    """Offsets that do not enclose words of the segments."""

    message = (
        "The passage from {start} to {end} does not lie in the text of its segments ({length} characters in the last "
        "one): mark at least one word, from left to right, inside one transcript."
    )


class CodingExists(Refusal):
    """The same code on the same passage."""

    message = "The code {code} already marks this very passage: choose another passage or another code."


class CodingGone(Refusal):
    """Somebody else took the coding off while this one looked at it."""

    message = "This coding was taken off meanwhile: load the page again to see how the passage is coded now."


class NoNameInWords(BadInput):
    """Words that make no name of a code in vivo."""

    message = (
        "These words make no name of a code ({length} characters, at most {most}): mark fewer words, or write the "
        "name yourself."
    )


class QuoteNotFound(Refusal):
    """Nothing in the transcript is like the quotation."""

    message = (
        "The quotation for the code {code} was not found in the transcript of {expert}, not even by likeness: "
        "check its words, or mark the passage in the transcript."
    )


class QuotationsNotPlaced(Refusal):
    """Quotations of a file that stand in no transcript."""

    message = (
        "{count} quotations were not found in their transcripts, not even by likeness, so nothing was imported. "
        "Correct their words and import again, or import the rest without them with --leave-out."
    )


class NameTaken(Refusal):
    """Codes and categories are told apart by their names and keys."""

    message = "There is already a {kind} called {name} in this study: use it, or choose another name."


class NameMissing(BadInput):
    """A code without a name or definition tells a reader nothing."""

    message = "A code needs a name and a definition: write both and add it again."


class UngroundedCodes(Refusal):
    """Codes that rest on no quotation must not reach a report."""

    message = (
        "These codes rest on no quotation of a transcript: {codes}. "
        "Code at least one passage with each of them (fieldwork codes code) and try again."
    )
    on_pages = "These codes rest on no quotation of a transcript: {codes}. Code at least one passage with each of them."


def passage_text(texts: Sequence[str], start_offset: int, end_offset: int) -> str:
    """The words of a passage over consecutive segments.

    Args:
        texts: texts of the segments from the first to the last.
        start_offset: code point in the first text.
        end_offset: code point in the last text, exclusive.

    Raises:
        OutsideText: the offsets lie outside the texts, or hold no words.
    """
    inside = texts and 0 <= start_offset <= len(texts[0]) and 0 <= end_offset <= len(texts[-1])
    quote = text_between(texts, start_offset, end_offset) if inside else ""
    if not quote.strip():
        raise OutsideText(start=start_offset, end=end_offset, length=len(texts[-1]) if texts else 0)
    return quote


def checked_name(name: str, definition: str) -> str:
    """The code's name without blanks around it.

    Raises:
        NameMissing: name or definition is empty.
    """
    if not name.strip() or not definition.strip():
        raise NameMissing
    return name.strip()


LONGEST_NAME = 80
"""Code points of the longest name that a code gets from an expert's words."""


def in_vivo_name(words: str) -> str:
    """The name of a code in vivo: the words, on one line, without the marks around them.

    Args:
        words: of a passage; a break of turns in them counts as a blank.

    Raises:
        NoNameInWords: nothing but marks, or more than ``LONGEST_NAME`` code points.
    """
    name = " ".join(words.split()).strip(" .,;:!?…-–—")
    for opening, closing in ("«»", "“”", "„“", '""', "()"):
        if name[:1] == opening and name[-1:] == closing and opening not in name[1:-1] and closing not in name[1:-1]:
            name = name[1:-1].strip(" .,;:!?…-–—")
    if not any(letter.isalnum() for letter in name) or len(name) > LONGEST_NAME:
        raise NoNameInWords(length=len(name), most=LONGEST_NAME)
    return name


def require_grounded(ungrounded: Sequence[Code]) -> None:
    """Let a codebook pass only when every code rests on a quotation.

    Raises:
        UngroundedCodes: naming those that do not by their numbers.
    """
    if ungrounded:
        raise UngroundedCodes(codes=", ".join(f"№ {code.number}" for code in ungrounded))

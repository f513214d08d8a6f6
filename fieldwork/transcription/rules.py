"""Decisions about transcripts: when one may be made or corrected, and where cues stand after a correction."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from fieldwork.core.errors import BadInput, Refusal
from fieldwork.transcription.models import TranscriptState
from fieldwork.transcription.word_times import Word


class TranscriptExists(Refusal):
    """The interview has its transcript."""

    message = (
        "The interview with {code} has a transcript already, or one is being made. "
        "Correct it, or remove it first: fieldwork transcripts remove"
    )
    on_pages = (
        "The interview with {code} has a transcript already, or one is being made. Correct the one that is there."
    )


class NothingRecorded(Refusal):
    """There is no sound to transcribe."""

    message = "The interview with {code} has no recordings. Import them first: fieldwork recordings import."
    on_pages = "The interview with {code} has no recordings. Upload them first."


class NothingHeard(Refusal):
    """The recordings hold no speech."""

    message = (
        "No speech was found in the {count} recordings of the interview with {code}. "
        "Listen to them: the microphone may have been off, or another file was meant."
    )


class AlreadyApproved(Refusal):
    """The raw text is gone: its anonymisation was approved."""

    message = "The transcript of {code} has been anonymised and approved: its raw text can no longer be changed."


class NotTranscribed(Refusal):
    """The transcript is not complete yet."""

    message = "The transcript of {code} is still being made. Wait for its job to end, or cancel it: fieldwork jobs list"
    on_pages = "The transcript of {code} is still being made. Wait for it, or stop it under «Long work»."


class EmptyText(BadInput):
    """A segment cannot become empty."""

    message = "A segment cannot be empty. Give its text."


class EmptyTranscript(BadInput):
    """Nothing was said in it."""

    message = "There is no spoken text in the transcript. Check that it is the right file, and complete."


class ChangedSince(Refusal):
    """What is to be taken back is no longer the last that happened there."""

    message = "Somebody has corrected this turn again since. Take that back first, or correct it by hand."


class ChangedMeanwhile(Refusal):
    """Two people corrected one segment."""

    message = "Somebody changed these words while you were typing. Compare the two versions, then save again."


class TurnGone(Refusal):
    """The turn was made part of another one, or the transcript was made anew."""

    message = (
        "This turn is no longer there: somebody has merged or removed it. Copy your text, then load the page again."
    )


class FirstTurn(Refusal):
    """Nothing stands before the first turn."""

    message = "This is the first turn: there is none before it to merge it with."


class OtherNeighbour(Refusal):
    """Somebody has cut or merged the turn before this one meanwhile."""

    message = (
        "Another turn stands before this one by now: somebody has cut or merged it. Look at both, then merge them."
    )


class OtherRecording(Refusal):
    """Two turns of two recordings cannot be heard as one."""

    message = "These two turns come from different recordings, so they stay apart. Correct the speaker instead."


class NothingToSplit(BadInput):
    """A turn is split between words."""

    message = "Put the cursor between two words of the turn: there must be words before it and after it."


class NoFileChosen(BadInput):
    """The form came without a file."""

    message = "Choose a file first: captions (VTT, SRT), a Word file (DOCX), or plain text."


class TranscriptTooLarge(BadInput):
    """More than a transcript can be."""

    message = "The file is larger than {megabytes} MB, and a long interview is not even one. Is it a recording?"


class CueSpan(NamedTuple):
    """Code points of a segment's text, end exclusive."""

    start: int
    end: int


class TimedSpan(NamedTuple):
    """Code points of a segment's text, end exclusive, and when they are heard (ms; None without sound)."""

    start: int
    end: int
    start_ms: int | None
    end_ms: int | None


def require_raw(state: str, code: str) -> None:
    """Refuse to touch the text of a transcript that is not raw.

    Raises:
        NotTranscribed: it is not complete yet.
        AlreadyApproved: it has been anonymised.
    """
    if state == TranscriptState.IN_PROGRESS:
        raise NotTranscribed(code=code)
    if state == TranscriptState.ANONYMISED:
        raise AlreadyApproved(code=code)


def tidy(text: str) -> str:
    r"""A turn's words as they are kept: line ends of one kind, nothing around them.

    A browser sends «\r\n» where a person has pressed Enter, and PostgreSQL takes no NUL.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


def same_words(one: str, other: str) -> bool:
    """Whether two texts of a turn differ in nothing but how a browser sends line ends."""
    return tidy(one) == tidy(other)


def refit(cues: Sequence[CueSpan], before: str, after: str) -> list[CueSpan | None]:
    """Where cues stand in a corrected text; None for those whose words were all deleted.

    Borders move with the letters around them: through the shortest edit script from ``before`` to ``after``. What is
    put in between two cues belongs to the first of them, what is put before all to the first.
    """
    moved = borders(before, after)
    spans = [CueSpan(moved[cue.start], moved[cue.end]) for cue in cues]
    if spans and cues[0].start == 0:
        spans[0] = CueSpan(0, spans[0].end)
    if spans and cues[-1].end == len(before):
        spans[-1] = CueSpan(spans[-1].start, len(after))
    return [span if span.start < span.end else None for span in spans]


def borders(before: str, after: str) -> list[int]:
    """For every position of ``before`` (and one past its end), the same border in ``after``."""
    moved = [0] * (len(before) + 1)
    for step in Levenshtein.opcodes(before, after):
        for offset in range(step.src_end - step.src_start):
            moved[step.src_start + offset] = min(step.dest_start + offset, step.dest_end)
    moved[len(before)] = len(after)
    return moved


def instant(spans: Sequence[TimedSpan], at: int) -> int | None:
    """When the letter at a position is said: within a span by how far into it the letter stands (ms), else None."""
    for span in spans:
        if at < span.end and span.start_ms is not None and span.end_ms is not None:
            share = max(0, at - span.start) / (span.end - span.start)
            return span.start_ms + round(share * (span.end_ms - span.start_ms))
    return spans[-1].end_ms if spans else None


def cut(spans: Sequence[TimedSpan], start: int, end: int) -> list[TimedSpan | None]:
    """What of each span lies within a stretch of the text, with its own moments; None where nothing does."""
    kept: list[TimedSpan | None] = []
    for span in spans:
        low, high = max(span.start, start), min(span.end, end)
        if low >= high:
            kept.append(None)
            continue
        begins = span.start_ms if low == span.start else instant([span], low)
        ends = span.end_ms if high == span.end else instant([span], high)
        kept.append(TimedSpan(low, high, begins, ends))
    return kept


class Piece(NamedTuple):
    """A stretch of a turn's text.

    It is heard from ``start_ms`` to ``end_ms`` (None where that is not known); ``doubtful`` where the engine is unsure.
    ``parts``: the same text cut at single words of which the engine was unsure (True); empty where there are none.
    """

    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    doubtful: bool = False
    parts: tuple[tuple[str, bool], ...] = ()


DOUBTFUL_BELOW = -0.6
"""Mean log probability of a cue's tokens: 0.55 each. Whisper itself begins again below -1."""


def pieces(text: str, cues: Sequence[tuple[TimedSpan, float | None]]) -> list[Piece]:
    """A turn's text cut where its cues begin and end, with nothing lost.

    Args:
        text: the raw text.
        cues: spans in order, each with the engine's confidence.
    """
    found, at = [], 0
    for span, confidence in cues:
        start, end = max(at, span.start), min(span.end, len(text))
        if start >= end:
            continue
        if start > at:
            found.append(Piece(text[at:start]))
        doubtful = confidence is not None and confidence < DOUBTFUL_BELOW
        found.append(Piece(text[start:end], span.start_ms, span.end_ms, doubtful))
        at = end
    if at < len(text):
        found.append(Piece(text[at:]))
    return found


UNSURE_BELOW = 0.5
"""Probability of a word below which it is tinted: the engine held another word for likelier, or nearly so."""


def tinted(found: Sequence[Piece], words: Sequence[Word]) -> list[Piece]:
    """The pieces of a turn, with the words marked of which the engine was unsure.

    Args:
        found: all pieces of the turn, in order.
        words: its words, by places in the whole turn.
    """
    unsure = [word for word in words if word.probability < UNSURE_BELOW]
    marked, at = [], 0
    for piece in found:
        parts, low, end = [], at, at + len(piece.text)
        for word in unsure:
            start, stop = max(word.start, low), min(word.end, end)
            if start < stop:
                parts += [(piece.text[low - at : start - at], False), (piece.text[start - at : stop - at], True)]
                low = stop
        if parts:
            parts = [part for part in [*parts, (piece.text[low - at :], False)] if part[0]]
        marked.append(piece._replace(parts=tuple(parts)))
        at = end
    return marked


def differences(theirs: str, mine: str) -> list[tuple[str, str]]:
    """What two versions of a turn share and do not share: («same», «theirs» or «mine», words), in order."""
    one, other = _words(theirs), _words(mine)
    found: list[tuple[str, str]] = []
    for kind, low, high, start, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(one[low:high])))
            continue
        found += [
            (side, words) for side, words in (("theirs", "".join(one[low:high])), ("mine", "".join(other[start:end])))
            if words
        ]  # fmt: skip
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"\S+\s*", tidy(text))

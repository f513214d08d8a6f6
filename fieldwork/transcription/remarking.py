"""What an expert remarks who reads back: kept sealed beside the text, which it does not change."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, func, select

from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.transcription.models import Segment, Speaker
from fieldwork.transcription.read_back_models import ReadBackRemark, RemarkKind, RemarkState
from fieldwork.transcription.reading_back import Reading
from fieldwork.transcription.rules import tidy
from fieldwork.transcription.services import text_of

LONGEST_REMARK: Final = 4000
"""Code points of a remark, and of the passage that it is about."""
MOST_REMARKS: Final = 300
WORDS_FIELD: Final = "read_back_remark.sealed_words"


class RemarkEmpty(BadInput):
    """Nothing is asked for."""

    message = "Write what is not right, or mark the words that should be left out."


class RemarkTooLong(BadInput):
    """More than a remark."""

    message = "A remark has at most {longest} characters. Divide it into several."


class TooManyRemarks(Refusal):
    """Somebody fills the page up."""

    message = "There are {count} remarks already, as many as this page takes. Tell the interviewer about the others."


class PassageGone(BadInput):
    """The turn was corrected while the expert read it."""

    message = "These words were corrected just now. Load the page again, and mark them anew."


@dataclass(frozen=True, repr=False)
class Remark:
    """What an expert remarks: on which passage (empty: the whole turn), in their words (may be empty)."""

    id: UUID
    segment_id: UUID | None
    kind: str
    passage: str
    start: int
    words: str

    def __repr__(self) -> str:
        """What is asked for; never the words."""
        return f"Remark({self.kind})"


def own_remarks(work: Work, reading: Reading) -> list[Remark]:
    """What the expert has remarked through this link and nobody has decided, in the order of time."""
    query = select(ReadBackRemark).where(
        ReadBackRemark.read_back_id == reading.link.id, ReadBackRemark.state == RemarkState.OPEN
    )
    rows = work.session.exec(query.order_by(col(ReadBackRemark.made_at), col(ReadBackRemark.id)))
    return [opened_remark(work, row, reading.interview.expert_id) for row in rows]


def add_remark(
    work: Work, reading: Reading, segment_id: UUID | None, kind: str, *, words: str, passage: str = "", start: int = 0
) -> ReadBackRemark:
    """Keep what the expert remarks on a turn of theirs, sealed.

    Args:
        work: the unit of work.
        reading: through which link.
        segment_id: which turn.
        kind: of ``RemarkKind``.
        words: how it should be, or what they have to say; may be empty where a passage is left out.
        passage: the words that it is about; empty for the whole turn.
        start: where the passage begins, in code points of the turn.

    Raises:
        NotFound: no such turn of the expert's, or no such kind.
        RemarkEmpty, RemarkTooLong: the words.
        PassageGone: they do not stand there (any more).
        TooManyRemarks: no more are taken.
    """
    segment = work.session.get(Segment, segment_id) if segment_id else None
    if segment is None or segment.transcript_id != reading.transcript.id or segment.speaker != Speaker.EXPERT:
        raise NotFound(kind="page", name="here")
    if kind not in set(RemarkKind):
        raise NotFound(kind="page", name="here")
    words, passage = tidy(words), tidy(passage)
    if max(len(words), len(passage)) > LONGEST_REMARK:
        raise RemarkTooLong(longest=LONGEST_REMARK)
    if not words and (kind == RemarkKind.REMARK or (kind == RemarkKind.WRONG and not passage)):
        raise RemarkEmpty
    start = _place(text_of(work, segment, reading.interview.expert_id), passage, start)
    _require_room(work, reading)
    row = ReadBackRemark(read_back_id=reading.link.id, segment_id=segment.id, kind=kind, made_at=work.now)
    kept = {"passage": passage, "start": start, "words": words}
    subject = expert_subject(reading.interview.expert_id)
    row.sealed_words = work.vault.seal_text(subject, WORDS_FIELD, row.id, json.dumps(kept, ensure_ascii=False))
    reading.link.confirmed_at = None  # what was confirmed is not all any more
    work.add(reading.link)
    work.add(row)
    record(work, "read_back.remarked", study_id=reading.interview.study_id, subject_id=row.id, kind=kind)
    return row


def remove_remark(work: Work, reading: Reading, remark_id: UUID) -> None:
    """The expert takes a remark back that nobody has decided yet.

    Raises:
        NotFound: there is none.
    """
    row = work.session.get(ReadBackRemark, remark_id)
    if row is None or row.read_back_id != reading.link.id or row.state != RemarkState.OPEN:
        raise NotFound(kind="page", name="here")
    record(work, "read_back.remark_removed", study_id=reading.interview.study_id, subject_id=row.id)
    work.session.delete(row)


def opened_remark(work: Work, row: ReadBackRemark, expert_id: UUID) -> Remark:
    """A remark with its words; without them where they were forgotten.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    kept: dict[str, Any] = {"passage": "", "start": 0, "words": ""}
    if row.sealed_words is not None:
        kept = json.loads(work.vault.unseal_text(expert_subject(expert_id), WORDS_FIELD, row.id, row.sealed_words))
    return Remark(row.id, row.segment_id, row.kind, kept["passage"], kept["start"], kept["words"])


def spots(text: str, passage: str) -> Sequence[int]:
    """Every place where a passage stands in a text, in code points."""
    found, at = [], text.find(passage) if passage else -1
    while at >= 0:
        found.append(at)
        at = text.find(passage, at + 1)
    return found


def _place(text: str, passage: str, start: int) -> int:
    """Where the marked passage begins: the place nearest to the one told, since blanks around it were cut off."""
    if not passage:
        return 0
    found = spots(text, passage)
    if not found:
        raise PassageGone
    return min(found, key=lambda at: abs(at - start))


def _require_room(work: Work, reading: Reading) -> None:
    query = select(func.count()).select_from(ReadBackRemark).where(ReadBackRemark.read_back_id == reading.link.id)
    if (count := work.session.exec(query).one()) >= MOST_REMARKS:
        raise TooManyRemarks(count=count)

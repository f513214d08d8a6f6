"""What experts remarked on their transcripts: each is taken over as a correction, settled by hand, or declined."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import col, func, select

from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.transcription.corrections import correct_text, turn_of
from fieldwork.transcription.history import undo
from fieldwork.transcription.models import Correction, Segment, Transcript
from fieldwork.transcription.read_back_models import ReadBack, ReadBackRemark, RemarkKind, RemarkState
from fieldwork.transcription.remarking import Remark, opened_remark, spots
from fieldwork.transcription.services import interview_of_transcript, text_of

LEFT_OUT: Final = "[…]"
"""What stands where words were left out at the expert's wish: a reader sees that something is missing."""


class RemarkDecided(Refusal):
    """Two people at one list."""

    message = "Somebody has decided this remark already. Load the page again."


class PassageChanged(Refusal):
    """The team has corrected the turn since the expert read it."""

    message = (
        "The words that the expert marked do not stand in turn {number} any more. Correct it by hand, then mark the "
        "remark as settled."
    )


class NotAWording(Refusal):
    """A remark that says no other words."""

    message = (
        "This remark does not say which words should stand there. Correct the turn by hand, then mark it as settled."
    )


@dataclass(frozen=True, repr=False)
class Listed:
    """A remark as the team sees it.

    Attributes:
        remark: with its words.
        number: of its turn, from 1; None where that was merged away.
        state: open, taken or declined.
        ready: the words that would stand there instead, where it can be taken over as it is; else None.
        made_at: when the expert made it.
    """

    remark: Remark
    number: int | None
    state: str
    ready: str | None
    made_at: datetime

    def __repr__(self) -> str:
        """Where and how far; never the words."""
        return f"Listed({self.number} {self.state})"


def remarks_of(work: Work, transcript: Transcript) -> list[Listed]:
    """What was remarked on a transcript: the open ones first, then by turn.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    expert_id = interview_of_transcript(work, transcript).expert_id
    query = (
        select(ReadBackRemark, Segment)
        .join(ReadBack, col(ReadBack.id) == col(ReadBackRemark.read_back_id))
        .join(Segment, col(Segment.id) == col(ReadBackRemark.segment_id), isouter=True)
        .where(ReadBack.transcript_id == transcript.id)
    )
    found = []
    for row, segment in work.session.exec(query):
        remark = opened_remark(work, row, expert_id)
        text = text_of(work, segment, expert_id) if segment is not None else ""
        ready = proposed(text, remark) if segment is not None else None
        put = None if ready is None else LEFT_OUT if row.kind == RemarkKind.LEAVE_OUT else remark.words
        found.append(Listed(remark, segment.position if segment else None, row.state, put, row.made_at))
    return sorted(
        found, key=lambda one: (one.state != RemarkState.OPEN, one.number or 0, one.remark.start, one.made_at)
    )


def open_remarks(work: Work, transcript: Transcript) -> int:
    """How many wait for a decision."""
    query = (
        select(func.count())
        .select_from(ReadBackRemark)
        .join(ReadBack, col(ReadBack.id) == col(ReadBackRemark.read_back_id))
        .where(ReadBack.transcript_id == transcript.id, ReadBackRemark.state == RemarkState.OPEN)
    )
    return work.session.exec(query).one()


def proposed(text: str, remark: Remark) -> str | None:
    """A turn's words once a remark is taken over; None where it says no words, or its passage is not there."""
    put = LEFT_OUT if remark.kind == RemarkKind.LEAVE_OUT else remark.words if remark.kind == RemarkKind.WRONG else ""
    if not put:
        return None
    if not remark.passage:
        return put
    found: Sequence[int] = spots(text, remark.passage)
    if not found:
        return None
    start = min(found, key=lambda at: abs(at - remark.start))
    return text[:start] + put + text[start + len(remark.passage) :]


def take_over(work: Work, transcript: Transcript, remark_id: UUID) -> int:
    """Do what a remark asks for, as a correction of its turn that can be taken back.

    Returns:
        The number of the turn.

    Raises:
        NotFound, RemarkDecided: no such open remark.
        TurnGone: its turn was merged away.
        NotAWording: it says no other words.
        PassageChanged: its passage is not there any more.
        NotTranscribed, AlreadyApproved: the transcript is not raw.
        KeyDestroyed: the expert was erased.
    """
    row = _open(work, transcript, remark_id)
    segment = turn_of(work, transcript, row.segment_id or remark_id)
    expert_id = interview_of_transcript(work, transcript).expert_id
    remark = opened_remark(work, row, expert_id)
    if row.kind == RemarkKind.REMARK or (row.kind == RemarkKind.WRONG and not remark.words):
        raise NotAWording
    text = proposed(text_of(work, segment, expert_id), remark)
    if text is None:
        raise PassageChanged(number=segment.position)
    made = correct_text(work, segment, text)
    row.correction_id = made.id if made else None
    _decide(work, transcript, row, RemarkState.TAKEN)
    return segment.position


def settle(work: Work, transcript: Transcript, remark_id: UUID) -> None:
    """Say that a remark was followed by hand.

    Raises:
        NotFound, RemarkDecided: no such open remark.
    """
    _decide(work, transcript, _open(work, transcript, remark_id), RemarkState.TAKEN)


def decline(work: Work, transcript: Transcript, remark_id: UUID) -> None:
    """Leave the text as it is.

    Raises:
        NotFound, RemarkDecided: no such open remark.
    """
    _decide(work, transcript, _open(work, transcript, remark_id), RemarkState.DECLINED)


def reopen(work: Work, transcript: Transcript, remark_id: UUID) -> None:
    """Take a decision back, and with it the correction that it made.

    Raises:
        NotFound: no such decided remark.
        ChangedSince: somebody has corrected that turn again since.
    """
    row = _row(work, transcript, remark_id)
    if row.state == RemarkState.OPEN:
        raise NotFound(kind="remark", name=str(remark_id))
    made = work.session.get(Correction, row.correction_id) if row.correction_id else None
    row.correction_id = None
    _decide(work, transcript, row, RemarkState.OPEN)
    if made is not None:
        undo(work, transcript, made)


def _row(work: Work, transcript: Transcript, remark_id: UUID) -> ReadBackRemark:
    row = work.session.get(ReadBackRemark, remark_id)
    if row is None or work.get(ReadBack, row.read_back_id).transcript_id != transcript.id:
        raise NotFound(kind="remark", name=str(remark_id))
    return row


def _open(work: Work, transcript: Transcript, remark_id: UUID) -> ReadBackRemark:
    row = _row(work, transcript, remark_id)
    if row.state != RemarkState.OPEN:
        raise RemarkDecided
    return row


def _decide(work: Work, transcript: Transcript, row: ReadBackRemark, state: RemarkState) -> None:
    row.state = state
    row.decided_by_id = None if state == RemarkState.OPEN else work.actor.account_id
    row.decided_at = None if state == RemarkState.OPEN else work.now
    work.add(row)
    study_id = interview_of_transcript(work, transcript).study_id
    record(work, f"read_back.remark_{state}", study_id=study_id, subject_id=row.id)

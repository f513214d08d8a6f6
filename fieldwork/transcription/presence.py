"""Several people at one raw transcript: who is there, which turn they type in, and what its turns are by now."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select

from fieldwork.core.accounts import Account
from fieldwork.core.work import Work
from fieldwork.programme.models import Member
from fieldwork.transcription.models import Presence, Segment, Transcript
from fieldwork.transcription.services import interview_of_transcript

GONE_AFTER: Final = timedelta(minutes=1)
"""Whoever was not heard of for so long is not there any more."""
WRITTEN_EVERY: Final = timedelta(seconds=10)
"""A heartbeat that tells nothing new is written down no more often than this."""
_TOLD = ("speaker", "question_id", "recording_id", "start_ms", "end_ms")


@dataclass(frozen=True)
class Present:
    """Somebody else who has the transcript open: a member of the team, and the turn they type in."""

    initials: str
    name: str
    turn: UUID | None


def seal_of(sealed_text: bytes | None, text: str | None = None) -> str:
    """Sixteen signs, others after every change of a turn's words: sealing never gives the same bytes twice."""
    return hashlib.sha256(sealed_text or (text or "").encode()).hexdigest()[:16]


def digest_of(turn: Any) -> str:
    """Twenty-four signs that change with whatever is shown of a turn but its number; the first sixteen with its words.

    Args:
        turn: a ``Segment``, or a row with its columns.
    """
    rest = "|".join(str(getattr(turn, name)) for name in _TOLD)
    return seal_of(turn.sealed_text) + hashlib.sha256(rest.encode()).hexdigest()[:8]


def digests_of(work: Work, transcript: Transcript) -> list[tuple[UUID, str]]:
    """The turns of a raw transcript in order, each with its digest; nothing is unsealed for it."""
    columns = [getattr(Segment, name) for name in ("id", "sealed_text", *_TOLD)]
    query = sa.select(*columns).where(col(Segment.transcript_id) == transcript.id).order_by(col(Segment.position))
    return [(row.id, digest_of(row)) for row in work.session.execute(query)]


def state_of(digests: Sequence[tuple[UUID, str]]) -> str:
    """One sign for all turns and their order."""
    return hashlib.sha256("".join(f"{one}{digest}" for one, digest in digests).encode()).hexdigest()[:16]


def others_at(work: Work, transcript: Transcript) -> list[Present]:
    """Who else has the transcript open now, by initials."""
    query = (
        select(Member.initials, Account.display_name, Presence.segment_id)
        .join(Account, col(Account.id) == col(Presence.account_id))
        .join(Member, col(Member.account_id) == col(Presence.account_id))
        .where(
            Presence.transcript_id == transcript.id,
            Presence.account_id != work.actor.account_id,
            Presence.seen_at > work.now - GONE_AFTER,
            Member.study_id == interview_of_transcript(work, transcript).study_id,
        )
        .order_by(col(Member.initials))
    )
    return [Present(*row) for row in work.session.exec(query)]


def be_at(work: Work, transcript: Transcript, turn: UUID | None) -> bool:
    """Note that whoever acts has the transcript open, and which turn they type in.

    Args:
        work: the unit of work.
        transcript: which one.
        turn: the turn's id; None where they only read, or where the turn is not there any more.

    Returns:
        Whether anything was written: not where the same was written a moment ago.
    """
    if turn is not None and not _is_turn_of(work, transcript, turn):
        turn = None
    query = select(Presence).where(Presence.transcript_id == transcript.id)
    rows = list(work.session.exec(query))
    for row in rows:
        if row.seen_at <= work.now - GONE_AFTER and row.account_id != work.actor.account_id:
            work.session.delete(row)
    mine = next((row for row in rows if row.account_id == work.actor.account_id), None)
    if mine is None:
        return _arrive(work, transcript, turn)
    if mine.segment_id == turn and work.now - mine.seen_at < WRITTEN_EVERY:
        return False
    mine.segment_id, mine.seen_at = turn, work.now
    work.add(mine)
    return True


def leave(work: Work, transcript: Transcript) -> None:
    """Whoever acts has closed the transcript."""
    work.session.exec(
        delete(Presence).where(
            col(Presence.transcript_id) == transcript.id, col(Presence.account_id) == work.actor.account_id
        )
    )


def _arrive(work: Work, transcript: Transcript, turn: UUID | None) -> bool:
    row = Presence(
        transcript_id=transcript.id, account_id=work.actor.account_id, segment_id=turn, seen_at=work.now
    )  # fmt: skip
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError:  # a second window of theirs was faster
        return False
    return True


def _is_turn_of(work: Work, transcript: Transcript, turn: UUID) -> bool:
    query = select(Segment.id).where(Segment.id == turn, Segment.transcript_id == transcript.id)
    return work.session.exec(query).first() is not None

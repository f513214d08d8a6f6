"""Reading back: an expert reads, without an account, what was written of them, remarks on it and confirms it.

The link holds one transcript, and only while it is raw and the expert's consent to be transcribed holds. What the
expert remarks is sealed with the expert's key and changes nothing by itself: the team decides.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import col, select

from fieldwork.consent.models import Scope
from fieldwork.consent.services import decision_of, require
from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput, NotFound
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.shapes import LANGUAGES
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Speaker, Transcript, TranscriptState
from fieldwork.transcription.read_back_models import ReadBack, ReadBackRemark
from fieldwork.transcription.rules import require_raw
from fieldwork.transcription.services import code_of, interview_of_transcript, segment_rows, text_of

DAYS: Final = 14
LONGEST_DAYS: Final = 60
SHOWN: Final = (Speaker.INTERVIEWER, Speaker.EXPERT)
"""Whose turns an expert reads: of a turn whose speaker is not known it may be somebody else's."""


class DaysWrong(BadInput):
    """A link that never ends, or is over before it is sent."""

    message = "A link holds for 1 to {longest} days. Choose a number in between."


@dataclass(frozen=True, repr=False)
class Reading:
    """An expert at their transcript: through which link, which interview."""

    link: ReadBack
    transcript: Transcript
    interview: Interview

    def __repr__(self) -> str:
        """Which link."""
        return f"Reading({self.link.id})"


@dataclass(frozen=True, repr=False)
class Line:
    """A turn as its expert reads it."""

    id: UUID
    position: int
    speaker: str
    text: str

    def __repr__(self) -> str:
        """Where it is; never what is said in it."""
        return f"Line({self.position})"


def make_link(work: Work, transcript: Transcript, *, language: str, days: int = DAYS) -> str:
    """A token with which the expert reads the transcript back; an earlier link to it ends.

    Args:
        work: the unit of work.
        transcript: raw.
        language: ru, kk or en: of the page around the text.
        days: for how long it holds.

    Returns:
        256 random bits, told this once: only their SHA-256 is kept.

    Raises:
        DaysWrong: not 1 to ``LONGEST_DAYS``.
        NotFound: no such language.
        NotTranscribed, AlreadyApproved: the transcript is not raw.
        ConsentMissing: the expert has not agreed to be transcribed, or has taken that back.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise DaysWrong(longest=LONGEST_DAYS)
    if language not in LANGUAGES:
        raise NotFound(kind="language", name=language)
    interview = interview_of_transcript(work, transcript)
    require_raw(transcript.state, code_of(work, interview))
    require(work, interview.expert_id, Scope.TRANSCRIBE)
    for earlier in links_of(work, transcript):
        earlier.revoked_at = earlier.revoked_at or work.now
        work.add(earlier)
    token = secrets.token_urlsafe(32)
    link = work.add(
        ReadBack(
            transcript_id=transcript.id, token_sha256=_digest(token), language=language,
            made_by_id=work.actor.account_id, made_at=work.now, expires_at=work.now + timedelta(days=days),
        )
    )  # fmt: skip
    record(work, "read_back.link_made", study_id=interview.study_id, subject_id=link.id, days=days)
    return token


def links_of(work: Work, transcript: Transcript) -> list[ReadBack]:
    """The links to a transcript, the newest first."""
    query = select(ReadBack).where(ReadBack.transcript_id == transcript.id).order_by(col(ReadBack.made_at).desc())
    return list(work.session.exec(query))


def live_link_of(work: Work, transcript: Transcript) -> ReadBack | None:
    """The link that holds now, if there is one."""
    return next((one for one in links_of(work, transcript) if not one.revoked_at and one.expires_at > work.now), None)


def revoke_link(work: Work, transcript: Transcript, link_id: UUID) -> None:
    """End a link at once.

    Raises:
        NotFound: the transcript has no such link.
    """
    link = work.session.get(ReadBack, link_id)
    if link is None or link.transcript_id != transcript.id:
        raise NotFound(kind="link", name=str(link_id))
    if link.revoked_at is None:
        link.revoked_at = work.now
        work.add(link)
        study_id = interview_of_transcript(work, transcript).study_id
        record(work, "read_back.link_revoked", study_id=study_id, subject_id=link.id)


def forget_read_backs(work: Work, transcript: Transcript) -> None:
    """End the links of a transcript and forget the words of its remarks: it is approved, its raw words go."""
    for link in links_of(work, transcript):
        link.revoked_at = link.revoked_at or work.now
        work.add(link)
        for row in work.session.exec(select(ReadBackRemark).where(ReadBackRemark.read_back_id == link.id)):
            row.sealed_words = None
            work.add(row)


def reading_with(work: Work, token: str) -> Reading:
    """What a token opens.

    Raises:
        NotFound: nothing: it never was, has run out, was revoked; the transcript is not raw any more; the expert has
            taken the consent back or was erased. Always the same, so that nobody learns which.
    """
    link = work.session.exec(select(ReadBack).where(ReadBack.token_sha256 == _digest(token))).first()
    if link is None or link.revoked_at is not None or link.expires_at <= work.now:
        raise _nothing()
    transcript = work.get(Transcript, link.transcript_id)
    interview = interview_of_transcript(work, transcript)
    decision = decision_of(work, interview.expert_id)
    if (
        transcript.state != TranscriptState.RAW
        or decision is None
        or not decision.allows(Scope.TRANSCRIBE)
        or work.vault.is_destroyed(expert_subject(interview.expert_id))
    ):
        raise _nothing()
    return Reading(link, transcript, interview)


def note_opened(work: Work, reading: Reading) -> None:
    """Write down that the link was opened."""
    reading.link.opened_at = work.now
    work.add(reading.link)
    record(work, "read_back.opened", study_id=reading.interview.study_id, subject_id=reading.link.id)


def lines_of(work: Work, reading: Reading) -> list[Line]:
    """The expert's turns and the interviewer's, in order."""
    return [
        Line(row.id, row.position, row.speaker, text_of(work, row, reading.interview.expert_id))
        for row in segment_rows(work, reading.transcript)
        if row.speaker in SHOWN
    ]


def hidden_turns(work: Work, transcript: Transcript) -> int:
    """How many turns the expert would not see, because their speaker is not known."""
    return sum(row.speaker not in SHOWN for row in segment_rows(work, transcript))


def confirm(work: Work, reading: Reading) -> None:
    """The expert has read it all and has nothing (more) to remark."""
    reading.link.confirmed_at = work.now
    work.add(reading.link)
    record(work, "read_back.confirmed", study_id=reading.interview.study_id, subject_id=reading.link.id)


def _nothing() -> NotFound:
    return NotFound(kind="page", name="here")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

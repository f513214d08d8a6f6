"""A transcript as a page shows it: turns with their words cut into pieces that are heard, under their questions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlmodel import col, select

from fieldwork.core.work import Work
from fieldwork.programme.models import Member
from fieldwork.recording.models import Recording
from fieldwork.transcription.history import last_correction_of
from fieldwork.transcription.models import Cue, Segment, Transcript, TranscriptState, WordTimes
from fieldwork.transcription.presence import digest_of
from fieldwork.transcription.rules import Piece, TimedSpan, differences, pieces, tinted
from fieldwork.transcription.services import interview_of_transcript, segment_rows, segments_of
from fieldwork.transcription.word_times import Word


@dataclass(frozen=True, repr=False)
class Turn:
    """One turn as it is shown.

    Attributes:
        id: the segment's.
        position: its number, from 1.
        speaker: interviewer, expert or unknown.
        question_number: of the guide, or None.
        part: the number of the recording it is heard in; None where it cannot be heard.
        from_ms: of the interview (not of the recording), where it can be heard; else as the text came with it.
        to_ms: likewise.
        text: its words.
        pieces: the same words cut where cues begin (moments of the interview); one piece after approval.
        words: «place:ms» of each word that is heard at a known moment of the interview; none after approval.
        digest: another one after every change of what is shown of it (``presence.digest_of``).
    """

    id: UUID
    position: int
    speaker: str
    question_number: int | None
    part: int | None
    from_ms: int | None
    to_ms: int | None
    text: str
    pieces: Sequence[Piece]
    words: str = ""
    digest: str = ""

    def __repr__(self) -> str:
        """Where it is; never what is said in it."""
        return f"Turn({self.position} {self.speaker})"


@dataclass(frozen=True, repr=False)
class Conflict:
    """Two versions of one turn: who else wrote (initials), their words, and what differs."""

    theirs: str
    by: str
    differs: Sequence[tuple[str, str]]

    def __repr__(self) -> str:
        """Who; never what."""
        return f"Conflict({self.by})"


def turns_of(work: Work, transcript: Transcript, recordings: Sequence[Recording]) -> list[Turn]:
    """The turns of a transcript, in order.

    Args:
        work: the unit of work.
        transcript: raw, for those with identity rights only, or approved.
        recordings: those that the reader may hear.

    Raises:
        KeyDestroyed: it is raw and its expert was erased.
    """
    heard = {one.id: one for one in recordings}
    cues = _cues(work, transcript) if transcript.state == TranscriptState.RAW else {}
    timed = _words(work, transcript) if transcript.state == TranscriptState.RAW else {}
    found = []
    for row, view in zip(segment_rows(work, transcript), segments_of(work, transcript), strict=True):
        recording = heard.get(row.recording_id) if row.recording_id and row.start_ms is not None else None
        shift = recording.offset_ms if recording else 0
        cut = pieces(view.text, [(_span(cue, shift), cue.avg_logprob) for cue in cues.get(row.id, ())])
        found.append(
            Turn(
                id=view.id,
                position=view.position,
                speaker=view.speaker,
                question_number=view.question_number,
                part=recording.position if recording else None,
                from_ms=None if view.start_ms is None else view.start_ms + shift,
                to_ms=None if view.end_ms is None else view.end_ms + shift,
                text=view.text,
                pieces=tinted(cut, timed.get(row.id, ())),
                words=_moments(timed.get(row.id, ()), shift) if recording else "",
                digest=digest_of(row),
            )
        )
    return found


def by_question(turns: Sequence[Turn]) -> list[tuple[int | None, list[Turn]]]:
    """Turns in a row that belong to the same question, with its number."""
    return [(number, list(group)) for number, group in groupby(turns, lambda turn: turn.question_number)]


def conflict_of(work: Work, transcript: Transcript, segment: Segment, theirs: str, mine: str) -> Conflict:
    """What two people made of one turn."""
    last = last_correction_of(work, transcript, segment)
    member = _member(work, transcript, last.made_by_id) if last else None
    return Conflict(theirs=theirs, by=member.initials if member else "", differs=differences(theirs, mine))


def _member(work: Work, transcript: Transcript, account_id: UUID) -> Member | None:
    study_id = interview_of_transcript(work, transcript).study_id
    query = select(Member).where(Member.study_id == study_id, Member.account_id == account_id)
    return work.session.exec(query).first()


def _cues(work: Work, transcript: Transcript) -> dict[UUID, list[Cue]]:
    query = select(Cue).join(Segment).where(Segment.transcript_id == transcript.id).order_by(col(Cue.position))
    found: dict[UUID, list[Cue]] = defaultdict(list)
    for cue in work.session.exec(query):
        found[cue.segment_id].append(cue)
    return found


def _words(work: Work, transcript: Transcript) -> dict[UUID, list[Word]]:
    query = select(WordTimes).join(Segment).where(Segment.transcript_id == transcript.id)
    return {row.segment_id: [Word(*word) for word in row.words] for row in work.session.exec(query)}


def _moments(words: Sequence[Word], shift: int) -> str:
    """As short as it can be: an interview has ten thousand words."""
    return " ".join(f"{word.start}:{word.start_ms + shift}" for word in words if word.start_ms is not None)


def _span(cue: Cue, shift: int) -> TimedSpan:
    return TimedSpan(cue.start, cue.end, cue.start_ms + shift, cue.end_ms + shift)

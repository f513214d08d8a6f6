"""Deeds on doubt: writing down where a machine's transcript may be wrong, and that somebody has looked there."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.recording.models import Recording
from fieldwork.transcription.doubt import MARKS, Finding, Said, Span, findings, is_doubt, unfinished
from fieldwork.transcription.engines import Recognised
from fieldwork.transcription.models import Doubt, DoubtKind, Transcript, TranscriptState
from fieldwork.transcription.services import interview_of_transcript

if TYPE_CHECKING:  # NumPy is 10 MB that the web process can do without
    from fieldwork.transcription.recognition import Heard
    from fieldwork.transcription.windows import Listened


@dataclass(frozen=True)
class Coverage:
    """What is known of a transcript's completeness.

    Attributes:
        compared: whether its text was ever compared with the speech in the sound.
        left: places in doubt at which nobody has looked yet.
        places: all places in doubt.
        left_ms: speech, as far as its text is missing or unsure, in the places left.
    """

    compared: bool
    left: int = 0
    places: int = 0
    left_ms: int = 0

    @property
    def word(self) -> str:
        """«complete», «needs_review», or «not_compared» (a text that came as a file, or from an earlier version)."""
        if not self.compared:
            return "not_compared"
        return "needs_review" if self.left else "complete"


def note_unheard(work: Work, transcript: Transcript, found: "Mapping[UUID, Listened]") -> None:
    """Write down, when the recordings (by id) are cut into windows, what is outside all windows and no pause."""
    for recording_id, one in found.items():
        _write(work, transcript, recording_id, outside_of(one))


def outside_of(listened: "Listened") -> list[Finding]:
    """What of a recording is in doubt before a word of it is recognised: perhaps speech, or cut off."""
    speech = [Span(region.start_ms, region.end_ms) for window in listened.windows for region in window.speech]
    unsure = [Finding(DoubtKind.UNSURE_SPEECH, Span(region.start_ms, region.end_ms), {}) for region in listened.unsure]
    return [*unsure, *unfinished(speech, listened.length_ms)]


def note_doubts(work: Work, transcript: Transcript, heard: "Sequence[Heard]") -> None:
    """Write down where the text that was recognised is in doubt; from then on its completeness is known."""
    for recording_id in dict.fromkeys(window.recording_id for window in heard):
        own = [window for window in heard if window.recording_id == recording_id]
        speech = [Span(region.start_ms, region.end_ms) for window in own for region in window.speech]
        said = [said_of(piece) for window in own for piece in window.pieces]
        _write(work, transcript, recording_id, findings(speech, said, transcript.language))
    transcript.covered_at = work.now
    work.add(transcript)
    kinds = Counter(one.kind for one, _recording in doubts_of(work, transcript))
    study_id = interview_of_transcript(work, transcript).study_id
    record(
        work, "transcript.compared", study_id=study_id, subject_id=transcript.id,
        doubts=sum(count for kind, count in kinds.items() if is_doubt(kind)),
    )  # fmt: skip


def doubts_of(work: Work, transcript: Transcript) -> list[tuple[Doubt, Recording]]:
    """The transcript's places in doubt and marks, in the order of the interview."""
    query = (
        select(Doubt, Recording)
        .join(Recording, col(Recording.id) == col(Doubt.recording_id))
        .where(Doubt.transcript_id == transcript.id)
        .order_by(col(Recording.offset_ms) + col(Doubt.start_ms), col(Recording.position), col(Doubt.kind))
    )
    return list(work.session.exec(query).all())


def coverages_of(work: Work, transcripts: Sequence[Transcript]) -> dict[UUID, Coverage]:
    """How complete finished transcripts are, by their ids; those being made are left out."""
    finished = [one for one in transcripts if one.state != TranscriptState.IN_PROGRESS]
    query = (
        select(
            Doubt.transcript_id,
            func.count(),
            func.count(col(Doubt.id)).filter(col(Doubt.looked_at).is_(None)),
            func.sum(col(Doubt.end_ms) - col(Doubt.start_ms)).filter(col(Doubt.looked_at).is_(None)),
        )
        .where(col(Doubt.transcript_id).in_([one.id for one in finished]), col(Doubt.kind).not_in(MARKS))
        .group_by(col(Doubt.transcript_id))
    )
    counted = {row[0]: row[1:] for row in work.session.exec(query)}
    told = {}
    for one in finished:
        places, left, left_ms = counted.get(one.id, (0, 0, 0))
        told[one.id] = Coverage(one.covered_at is not None, left, places, int(left_ms or 0))
    return told


def coverage_of(work: Work, transcript: Transcript) -> Coverage:
    """How complete a transcript is; one that is being made was not compared yet."""
    return coverages_of(work, [transcript]).get(transcript.id, Coverage(compared=False))


def look_at(work: Work, transcript: Transcript, doubt_id: UUID, *, looked: bool) -> Doubt:
    """Write down that somebody has listened at a place in doubt and the text is right now; or take that back.

    Raises:
        NotFound: the transcript has no such place.
    """
    doubt = work.session.get(Doubt, doubt_id)
    if doubt is None or doubt.transcript_id != transcript.id:
        raise NotFound(kind="place", name=doubt_id)
    doubt.looked_at = work.now if looked else None
    doubt.looked_by_id = work.actor.account_id if looked else None
    work.add(doubt)
    study_id = interview_of_transcript(work, transcript).study_id
    event = "transcript.doubt_looked_at" if looked else "transcript.doubt_reopened"
    record(work, event, study_id=study_id, subject_id=transcript.id, kind=doubt.kind)
    return doubt


def _write(work: Work, transcript: Transcript, recording_id: UUID, found: Sequence[Finding]) -> None:
    rows = [
        Doubt(
            transcript_id=transcript.id,
            recording_id=recording_id,
            kind=one.kind,
            start_ms=max(0, one.span.start_ms),
            end_ms=max(0, one.span.end_ms),
            reasons=dict(one.reasons),
        )
        for one in found
    ]
    work.add_all(rows)


def said_of(piece: Recognised) -> Said:
    """What the rules of doubt look at, of what an engine recognised."""
    words = tuple(
        Span(word.start_ms, word.end_ms)
        for word in piece.words
        if word.start_ms is not None and word.end_ms is not None
    )
    return Said(
        span=Span(piece.start_ms, piece.end_ms),
        text=piece.text,
        avg_logprob=piece.avg_logprob,
        no_speech_prob=piece.no_speech_prob,
        compression_ratio=piece.compression_ratio,
        cut=len(piece.cut),
        words=words,
    )

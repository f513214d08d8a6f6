"""Places in doubt whose words a person has changed are judged anew by the text as it stands now.

Only signs that lie in the text itself are settled so: a loop that is gone, a sentence that was written anew. Whether
all speech is written now, only somebody who listens can say.
"""

from collections.abc import Sequence

from sqlmodel import col, select

from fieldwork.core.work import Work
from fieldwork.transcription.doubt import OF_TEXT, Reread, Span, is_settled
from fieldwork.transcription.following import texts_of
from fieldwork.transcription.models import Cue, Doubt, Segment, Transcript
from fieldwork.transcription.services import interview_of_transcript

CORRECTED = "corrected"
"""Among a place's reasons: its words were corrected, and the sign is gone since."""


def recheck(work: Work, transcript: Transcript, changed: Sequence[Segment]) -> None:
    """Judge the places within changed turns anew: settled by whoever has changed them, or open again.

    Places that somebody has marked as checked by hand stay so.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    query = select(Doubt).where(Doubt.transcript_id == transcript.id, col(Doubt.kind).in_(OF_TEXT))
    open_ones = [one for one in work.session.exec(query) if one.looked_at is None or CORRECTED in one.reasons]
    if not open_ones:
        return
    work.session.flush()
    texts = dict(texts_of(work, interview_of_transcript(work, transcript), changed))
    for segment in changed:
        if segment.recording_id is None or segment.start_ms is None or segment.end_ms is None:
            continue
        turn = Span(segment.start_ms, segment.end_ms)
        read = Reread(texts[segment.id], _untouched(work, segment), transcript.language)
        for doubt in open_ones:
            span = Span(doubt.start_ms, doubt.end_ms)
            if (
                doubt.recording_id == segment.recording_id
                and span.start_ms < turn.end_ms
                and turn.start_ms < span.end_ms
            ):
                _mark(work, doubt, settled=is_settled(doubt.kind, span, read))


def _untouched(work: Work, segment: Segment) -> tuple[Span, ...]:
    """Where the turn's words are still the engine's."""
    query = select(Cue).where(Cue.segment_id == segment.id, col(Cue.avg_logprob).is_not(None))
    return tuple(Span(cue.start_ms, cue.end_ms) for cue in work.session.exec(query))


def _mark(work: Work, doubt: Doubt, *, settled: bool) -> None:
    if settled == (doubt.looked_at is not None):
        return
    doubt.looked_at = work.now if settled else None
    doubt.looked_by_id = work.actor.account_id if settled else None
    others = {name: value for name, value in doubt.reasons.items() if name != CORRECTED}
    doubt.reasons = others | ({CORRECTED: True} if settled else {})
    work.add(doubt)

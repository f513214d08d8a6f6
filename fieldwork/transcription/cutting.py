"""Where a turn begins and ends: one made of two, two made of one. Text and cues stay what they were."""

from collections.abc import Sequence
from uuid import UUID

from fieldwork.core.audit import record
from fieldwork.core.work import Work
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import raw_of, seal, segment_at
from fieldwork.transcription.following import reshape
from fieldwork.transcription.history import (
    MERGE,
    SPLIT,
    before,
    cues_of,
    move_behind,
    remember,
    replace_cues,
    replace_words,
    words_of,
)
from fieldwork.transcription.models import Correction, Cue, Segment
from fieldwork.transcription.rules import (
    FirstTurn,
    NothingToSplit,
    OtherNeighbour,
    OtherRecording,
    TimedSpan,
    cut,
    instant,
)
from fieldwork.transcription.services import text_of
from fieldwork.transcription.word_times import within


def merge_with_earlier(work: Work, segment: Segment, *, seen: UUID | None = None) -> Correction:
    """Make one turn of this one and the one before it: that one's speaker and question, both texts in a row.

    Args:
        work: the unit of work.
        segment: the later one.
        seen: the turn that whoever merges has seen before it; None where nobody else can be at it.

    Raises:
        FirstTurn: there is none before it.
        OtherNeighbour: another one stands there by now.
        OtherRecording: they come from two recordings.
        NotTranscribed, AlreadyApproved: the transcript is not raw.
        KeyDestroyed: the expert was erased.
    """
    interview, transcript = raw_of(work, segment)
    if segment.position == 1:
        raise FirstTurn
    first = segment_at(work, transcript, segment.position - 1)
    if seen is not None and first.id != seen:
        raise OtherNeighbour
    if first.recording_id != segment.recording_id:
        raise OtherRecording
    earlier = before(work, MERGE, [first, segment])
    text, behind = text_of(work, first, interview.expert_id), text_of(work, segment, interview.expert_id)
    shift = len(text) + 1
    cues = [_copy(cue, first) for cue in cues_of(work, first)]
    cues += [_copy(cue, first, shift) for cue in cues_of(work, segment)]
    words = words_of(work, first) + [word.moved(shift) for word in words_of(work, segment)]
    ends = [one for one in (first.end_ms, segment.end_ms) if one is not None]
    first.end_ms = max(ends, default=None)
    first.start_ms = segment.start_ms if first.start_ms is None else first.start_ms
    first.question_id = first.question_id or segment.question_id
    seal(work, interview, first, f"{text} {behind}")
    replace_cues(work, first, cues)
    replace_words(work, first, words)
    reshape(work, transcript, [(first.id, text), (segment.id, behind)], [(first.id, f"{text} {behind}")])
    work.session.delete(segment)
    move_behind(work, transcript, segment.position, -1)
    _told(work, interview, first, "segment.merged")
    return remember(work, transcript, MERGE, earlier, [first])


def split(work: Work, segment: Segment, at: int) -> Correction:
    """Make two turns of one. Both have its speaker and question; the second one's beginning is told by the cues.

    Args:
        work: the unit of work.
        segment: which turn.
        at: where the second one begins, in code points of its text.

    Raises:
        NothingToSplit: no words before or after it.
        NotTranscribed, AlreadyApproved: the transcript is not raw.
        KeyDestroyed: the expert was erased.
    """
    interview, transcript = raw_of(work, segment)
    text = text_of(work, segment, interview.expert_id)
    first, second = text[:at].rstrip(), text[at:].lstrip()
    if at < 0 or not first.strip() or not second:
        raise NothingToSplit
    earlier = before(work, SPLIT, [segment])
    begins = len(text) - len(second)
    cues = cues_of(work, segment)
    spans = [TimedSpan(cue.start, cue.end, cue.start_ms, cue.end_ms) for cue in cues]
    whole = TimedSpan(0, len(text), segment.start_ms, segment.end_ms)
    moment = instant(spans or [whole], begins)
    move_behind(work, transcript, segment.position, 1)
    behind = Segment(
        transcript_id=transcript.id,
        position=segment.position + 1,
        speaker=segment.speaker,
        question_id=segment.question_id,
        question_corrected=segment.question_corrected,
        recording_id=segment.recording_id,
        start_ms=moment,
        end_ms=segment.end_ms,
    )
    segment.end_ms = moment
    seal(work, interview, segment, first)
    seal(work, interview, behind, second)
    replace_cues(work, behind, _part(cues, behind, cut(spans, begins, len(text)), shift=-begins))
    replace_cues(work, segment, _part(cues, segment, cut(spans, 0, len(first)), shift=0))
    words = words_of(work, segment)
    replace_words(work, behind, [word.moved(-begins) for word in within(words, begins, len(text))])
    replace_words(work, segment, within(words, 0, len(first)))
    reshape(work, transcript, [(segment.id, text)], [(segment.id, first), (behind.id, second)])
    _told(work, interview, segment, "segment.split")
    return remember(work, transcript, SPLIT, earlier, [segment, behind])


def _part(cues: Sequence[Cue], segment: Segment, spans: Sequence[TimedSpan | None], shift: int) -> list[Cue]:
    """The cues that have words on one side of a cut, as cues of the turn there."""
    part = []
    for cue, span in zip(cues, spans, strict=True):
        if span is not None:
            copy = _copy(cue, segment)
            copy.start, copy.end = span.start + shift, span.end + shift
            copy.start_ms, copy.end_ms = span.start_ms or 0, span.end_ms or 0
            part.append(copy)
    return part


def _copy(cue: Cue, segment: Segment, shift: int = 0) -> Cue:
    return Cue(
        segment_id=segment.id,
        position=cue.position,
        start=cue.start + shift,
        end=cue.end + shift,
        start_ms=cue.start_ms,
        end_ms=cue.end_ms,
        avg_logprob=cue.avg_logprob,
        no_speech_prob=cue.no_speech_prob,
    )


def _told(work: Work, interview: Interview, segment: Segment, deed: str) -> None:
    record(work, deed, study_id=interview.study_id, subject_id=segment.id, position=segment.position)

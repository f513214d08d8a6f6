"""Correcting a raw transcript: whose turn, which question of the guide, which words. Each can be taken back."""

from uuid import UUID

from sqlmodel import col, select

from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.guides import question_numbered
from fieldwork.programme.services import study_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.following import reshape
from fieldwork.transcription.history import (
    QUESTION,
    SPEAKER,
    SWAP,
    TEXT,
    before,
    cues_of,
    remember,
    replace_words,
    words_of,
)
from fieldwork.transcription.models import Correction, Segment, Speaker, Transcript, TranscriptState
from fieldwork.transcription.rules import (
    ChangedMeanwhile,
    CueSpan,
    EmptyText,
    NotTranscribed,
    TurnGone,
    refit,
    require_raw,
    same_words,
    tidy,
)
from fieldwork.transcription.services import code_of, text_of
from fieldwork.transcription.word_times import refitted
from fieldwork.transcription.writing import TEXT_FIELD


def segment_at(work: Work, transcript: Transcript, position: int) -> Segment:
    """The transcript's segment of that number (from 1).

    Raises:
        NotFound: there is none.
    """
    query = select(Segment).where(Segment.transcript_id == transcript.id, Segment.position == position)
    segment = work.session.exec(query).first()
    if segment is None:
        raise NotFound(kind="segment", name=position)
    return segment


def turn_of(work: Work, transcript: Transcript, segment_id: UUID) -> Segment:
    """The transcript's segment of that id.

    Raises:
        TurnGone: it is not there any more.
    """
    segment = work.session.get(Segment, segment_id)
    if segment is None or segment.transcript_id != transcript.id:
        raise TurnGone
    return segment


def correct_question(work: Work, segment: Segment, number: int | None) -> Correction | None:
    """Say which question of the guide a segment belongs to (None: to none); also after approval.

    Returns:
        What can be taken back; None after approval.

    Raises:
        NotFound: the guide has no such question.
        NotTranscribed: the transcript is not complete yet.
    """
    interview, transcript = _whose(work, segment)
    if transcript.state == TranscriptState.IN_PROGRESS:
        raise NotTranscribed(code=code_of(work, interview))
    earlier = before(work, QUESTION, [segment])
    segment.question_id = (
        None if number is None else question_numbered(work, study_of(work, interview.study_id), number).id
    )
    segment.question_corrected = True
    _changed(work, interview, segment, "segment.question_corrected", number=number)
    if transcript.state == TranscriptState.ANONYMISED:
        return None
    return remember(work, transcript, QUESTION, earlier, [segment])


def correct_speaker(work: Work, segment: Segment, speaker: Speaker) -> Correction:
    """Say whose turn a segment is.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not raw.
    """
    interview, transcript = raw_of(work, segment)
    earlier = before(work, SPEAKER, [segment])
    segment.speaker = speaker
    _changed(work, interview, segment, "segment.speaker_corrected", speaker=str(speaker))
    return remember(work, transcript, SPEAKER, earlier, [segment])


def swap_speakers(work: Work, segment: Segment) -> Correction:
    """From this turn to the end of the transcript, the interviewer's turns are the expert's and the other way round.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not raw.
    """
    interview, transcript = raw_of(work, segment)
    query = select(Segment).where(Segment.transcript_id == transcript.id, col(Segment.position) >= segment.position)
    turns = list(work.session.exec(query.order_by(col(Segment.position))))
    earlier = before(work, SWAP, turns)
    other = {Speaker.INTERVIEWER.value: Speaker.EXPERT, Speaker.EXPERT.value: Speaker.INTERVIEWER}
    for turn in turns:
        turn.speaker = other.get(turn.speaker, turn.speaker)
    work.add_all(turns)
    record(
        work, "segment.speakers_swapped", study_id=interview.study_id, subject_id=transcript.id,
        first=segment.position, count=len(turns),
    )  # fmt: skip
    return remember(work, transcript, SWAP, earlier, turns)


def correct_text(work: Work, segment: Segment, text: str, *, begun_from: str | None = None) -> Correction | None:
    """Replace a raw segment's words. Cues and words move along; those whose words are gone go too.

    Args:
        work: the unit of work.
        segment: which turn.
        text: the words as they were said.
        begun_from: the words that whoever corrects has seen; None where nobody else can be at it.

    Returns:
        What can be taken back; None where nothing changed.

    Raises:
        EmptyText: nothing would be left.
        ChangedMeanwhile: somebody else has changed the words seen.
        NotTranscribed, AlreadyApproved: the transcript is not raw.
        KeyDestroyed: the expert was erased.
    """
    interview, transcript = raw_of(work, segment)
    text = tidy(text)
    if not text:
        raise EmptyText
    standing = text_of(work, segment, interview.expert_id)
    if same_words(standing, text):
        return None
    if begun_from is not None and not same_words(standing, begun_from):
        raise ChangedMeanwhile
    earlier = before(work, TEXT, [segment])
    move_times(work, segment, standing, text)
    seal(work, interview, segment, text)
    reshape(work, transcript, [(segment.id, standing)], [(segment.id, text)])
    _changed(work, interview, segment, "segment.text_corrected", code_points=len(text))
    return remember(work, transcript, TEXT, earlier, [segment])


def seal(work: Work, interview: Interview, segment: Segment, text: str) -> None:
    """Give a raw segment its words.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    segment.sealed_text = work.vault.seal_text(expert_subject(interview.expert_id), TEXT_FIELD, segment.id, text)


def raw_of(work: Work, segment: Segment) -> tuple[Interview, Transcript]:
    """The interview and transcript of a segment that may be corrected.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not raw.
    """
    interview, transcript = _whose(work, segment)
    require_raw(transcript.state, code_of(work, interview))
    return interview, transcript


def move_times(work: Work, segment: Segment, before: str, after: str) -> None:
    """Let a turn's cues and words follow when its raw words are typed otherwise; those whose letters are gone go."""
    _move_cues(work, segment, before, after)
    replace_words(work, segment, refitted(words_of(work, segment), before, after))


def _move_cues(work: Work, segment: Segment, before: str, after: str) -> None:
    cues = cues_of(work, segment)
    spans = refit([CueSpan(cue.start, cue.end) for cue in cues], before, after)
    for cue, span in zip(cues, spans, strict=True):
        if span is None:
            work.session.delete(cue)
            continue
        if before[cue.start : cue.end].strip() != after[span.start : span.end].strip():
            cue.avg_logprob = None  # a person has heard these words: the engine's doubt is settled
        cue.start, cue.end = span
        work.session.add(cue)


def _whose(work: Work, segment: Segment) -> tuple[Interview, Transcript]:
    transcript = work.get(Transcript, segment.transcript_id)
    return work.get(Interview, transcript.interview_id), transcript


def _changed(work: Work, interview: Interview, segment: Segment, deed: str, **details: object) -> None:
    work.add(segment)
    record(work, deed, study_id=interview.study_id, subject_id=segment.id, **details)

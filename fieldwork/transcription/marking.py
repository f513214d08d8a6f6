"""Deeds on taps: what the interviewer marked while recording says which question each turn belongs to."""

from uuid import UUID

from fieldwork.core.audit import record
from fieldwork.core.work import Work
from fieldwork.programme.guides import questions_of
from fieldwork.programme.services import study_of
from fieldwork.recording.live_ends import asked_in
from fieldwork.recording.services import recordings_of
from fieldwork.transcription.models import Segment, Speaker, Transcript
from fieldwork.transcription.services import interview_of_transcript, segment_rows
from fieldwork.transcription.turns.marks import Mark, Placed, marked_questions


def follow_marks(work: Work, transcript: Transcript) -> int:
    """Have the taps decide over the guess from words; what a person has corrected stays.

    A turn without times (of a text that came without any) keeps its guess.

    Returns:
        How many turns belong to another question now.
    """
    interview = interview_of_transcript(work, transcript)
    asked = asked_in(work, interview)
    if not asked:
        return 0
    questions = questions_of(work, study_of(work, interview.study_id))
    numbers = {one.id: one.number for one in questions}
    ids = {one.number: one.id for one in questions}
    offsets = {one.id: one.offset_ms for one in recordings_of(work, interview)}
    marks = [
        Mark(offsets[one.recording_id] + one.at_ms, numbers[one.question_id])
        for one in asked
        if one.question_id in numbers
    ]
    rows = [row for row in segment_rows(work, transcript) if row.start_ms is not None]
    turns = [_placed(row, offsets.get(row.recording_id, 0) if row.recording_id else 0, numbers) for row in rows]
    changed = 0
    for row, number in zip(rows, marked_questions(turns, marks), strict=True):
        fresh = None if number is None else ids[number]
        if not row.question_corrected and row.question_id != fresh:
            row.question_id = fresh
            work.add(row)
            changed += 1
    record(
        work, "transcript.followed_marks", study_id=interview.study_id, subject_id=transcript.id,
        marks=len(marks), segments=changed,
    )  # fmt: skip
    return changed


def _placed(row: Segment, offset_ms: int, numbers: dict[UUID, int]) -> Placed:
    start = offset_ms + (row.start_ms or 0)
    end = start if row.end_ms is None else offset_ms + row.end_ms
    guess = numbers.get(row.question_id) if row.question_id else None
    return Placed(start, end, row.speaker == Speaker.INTERVIEWER, guess)

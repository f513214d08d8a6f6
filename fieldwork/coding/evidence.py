"""Reading a study's codebook from the database, with what each coded passage stands on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from fieldwork.coding.codebook import Codebook, Passage
from fieldwork.coding.models import Category, Code, Coding, CoreCategory
from fieldwork.programme.models import Question
from fieldwork.recording.models import Recording
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript

_AROUND = 160


@dataclass(frozen=True, slots=True)
class _Place:
    """A segment without its text, and whose it is."""

    segment_id: UUID
    transcript_id: UUID
    position: int
    speaker: str
    question: int | None
    recording_id: UUID | None
    start_ms: int | None
    interview_ms: int | None
    expert_id: UUID
    expert: str
    interview_id: UUID


def read_codebook(session: Session, study_id: UUID) -> Codebook:
    """The whole codebook of a study, every passage with its expert, questions and second of the recording."""
    cores = session.exec(
        select(CoreCategory).where(CoreCategory.study_id == study_id).order_by(col(CoreCategory.position))
    ).all()
    categories = session.exec(
        select(Category).where(Category.study_id == study_id).order_by(col(Category.position))
    ).all()
    codes = session.exec(select(Code).where(Code.study_id == study_id).order_by(col(Code.number))).all()
    return Codebook(cores, categories, codes, _passages(session, study_id))


def _passages(session: Session, study_id: UUID) -> Sequence[Passage]:
    places = {place.segment_id: place for place in _places(session, study_id)}
    questions: dict[UUID, dict[int, int | None]] = defaultdict(dict)
    for place in places.values():
        questions[place.transcript_id][place.position] = place.question
    codings = session.exec(select(Coding).join(Code).where(Code.study_id == study_id)).all()
    passages = [
        _passage(coding, places[coding.start_segment_id], places[coding.end_segment_id], questions)
        for coding in codings
    ]
    return sorted(passages, key=lambda passage: (passage.expert, passage.start, passage.end, passage.code_id.hex))


def _passage(coding: Coding, first: _Place, last: _Place, questions: dict[UUID, dict[int, int | None]]) -> Passage:
    answered = (questions[first.transcript_id].get(position) for position in range(first.position, last.position + 1))
    return Passage(
        coding_id=coding.id,
        code_id=coding.code_id,
        expert_id=first.expert_id,
        expert=first.expert,
        interview_id=first.interview_id,
        transcript_id=first.transcript_id,
        segment_id=first.segment_id,
        recording_id=first.recording_id,
        start=(first.position, coding.start_offset),
        end=(last.position, coding.end_offset),
        questions=tuple(dict.fromkeys(number for number in answered if number is not None)),
        speaker=first.speaker,
        start_ms=first.start_ms,
        interview_ms=first.interview_ms,
        quote=coding.quote,
        anchor=coding.anchor,
        likeness=coding.likeness,
    )


def _places(session: Session, study_id: UUID) -> list[_Place]:
    columns = (Segment.id, Segment.position, Segment.speaker, Segment.recording_id, Segment.start_ms)
    query = (
        select(*columns, Question.number, Recording.offset_ms, Transcript.id, Interview.id, Expert.id, Expert.code)  # type: ignore[call-overload]
        .join(Transcript, col(Segment.transcript_id) == Transcript.id)
        .join(Interview, col(Transcript.interview_id) == Interview.id)
        .join(Expert, col(Interview.expert_id) == Expert.id)
        .join(Question, col(Segment.question_id) == Question.id, isouter=True)
        .join(Recording, col(Segment.recording_id) == Recording.id, isouter=True)
        .where(Interview.study_id == study_id)
    )
    return [
        _Place(
            segment_id=segment_id,
            transcript_id=transcript_id,
            position=position,
            speaker=speaker,
            question=question,
            recording_id=recording_id,
            start_ms=start_ms,
            interview_ms=None if start_ms is None else start_ms + (offset_ms or 0),
            expert_id=expert_id,
            expert=expert,
            interview_id=interview_id,
        )
        for (
            segment_id, position, speaker, recording_id, start_ms, question, offset_ms, transcript_id, interview_id,
            expert_id, expert,
        ) in session.exec(query)
    ]  # fmt: skip


def words_around(session: Session, passages: Sequence[Passage]) -> dict[UUID, tuple[str, str]]:
    """What stands before and after each passage in its turns, by coding: at most ``_AROUND`` code points."""
    wanted = {(one.transcript_id, position) for one in passages for position in (one.start[0], one.end[0])}
    query = select(Segment.transcript_id, Segment.position, Segment.text).where(
        col(Segment.transcript_id).in_({transcript for transcript, _ in wanted}),
        col(Segment.position).in_({position for _, position in wanted}),
    )
    texts = {(transcript, position): text or "" for transcript, position, text in session.exec(query)}
    return {
        one.coding_id: (
            _last_words(texts.get((one.transcript_id, one.start[0]), "")[: one.start[1]]),
            _first_words(texts.get((one.transcript_id, one.end[0]), "")[one.end[1] :]),
        )
        for one in passages
    }


def _first_words(text: str) -> str:
    return text if len(text) <= _AROUND else text[:_AROUND].rpartition(" ")[0] + " …"


def _last_words(text: str) -> str:
    return text if len(text) <= _AROUND else "… " + text[-_AROUND:].partition(" ")[2]

"""What a workbench shows: transcripts to code, one of them with its codings, the codes to choose from, memos beside."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from fieldwork.coding.models import Category, Code, Coding, CoreCategory, Memo
from fieldwork.coding.rules import NoTranscript, OutsideText
from fieldwork.coding.services import Point
from fieldwork.coding.texts import approved_segments, expert_called
from fieldwork.consent.models import Scope
from fieldwork.consent.rules import ConsentWithdrawn
from fieldwork.consent.services import decision_of, decisions_of
from fieldwork.core.database import Texts
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Speaker, Transcript
from fieldwork.transcription.services import transcripts_of

RECENT = 9
"""How many codes are at hand by a digit."""


@dataclass(frozen=True)
class Progress:
    """How far the coding of a transcript is: turns of the expert, those that hold coded words, codings, coders."""

    expert: Expert
    transcript: Transcript
    withdrawn: bool
    turns: int
    coded_turns: int
    codings: int
    coders: Sequence[str]

    @property
    def share(self) -> int:
        """Coded turns in per cent."""
        return round(100 * self.coded_turns / self.turns) if self.turns else 0


@dataclass(frozen=True)
class Mark:
    """A coding as it is drawn: turns by position, code points in them; ``placed`` is False where its words are gone."""

    id: UUID
    number: int
    start: tuple[int, int]
    end: tuple[int, int]
    quote: str
    coder: str
    coded_at: datetime
    placed: bool


@dataclass(frozen=True)
class Choice:
    """A code to choose: where it belongs, how many passages and memos it has. ``core`` is a position, 0 for none."""

    number: int
    name: str
    in_vivo: bool
    category: Texts | None
    core: int
    codings: int
    memos: int


@dataclass(frozen=True)
class Bench:
    """An approved transcript on the workbench."""

    expert: Expert
    interview: Interview
    transcript: Transcript
    segments: Sequence[Segment]

    @property
    def spoken(self) -> set[int]:
        """Positions of the expert's turns."""
        return {one.position for one in self.segments if one.speaker == Speaker.EXPERT}

    def point(self, turn: int | None, offset: int | None) -> Point:
        """A place in the transcript.

        Args:
            turn: position of a segment.
            offset: code points from its beginning.

        Raises:
            OutsideText: there is no such turn, or no number was given.
        """
        segment = next((one for one in self.segments if one.position == turn), None)
        if segment is None or offset is None:
            raise OutsideText(start=offset or 0, end=offset or 0, length=0)
        return Point(segment, offset)


def progress_of(work: Work, study: Study) -> list[Progress]:
    """The study's transcripts, by expert, with how far their coding is."""
    decisions = decisions_of(work, study)
    turns, spoken = _expert_turns(work, study)
    marks = _spans(work, study)
    found = []
    for expert, transcript in transcripts_of(work, study.id):
        mine = marks.get(transcript.id, [])
        covered = {at for start, end, _ in mine for at in range(start, end + 1)} & spoken.get(transcript.id, set())
        decision = decisions.get(expert.id)
        found.append(
            Progress(
                expert=expert,
                transcript=transcript,
                withdrawn=decision is not None and decision.withdrawn_at is not None,
                turns=turns.get(transcript.id, 0),
                coded_turns=len(covered),
                codings=len(mine),
                coders=sorted({coder for _, _, coder in mine if coder}),
            )
        )
    return found


def open_bench(work: Work, study: Study, code: str) -> Bench:
    """The approved transcript of an expert.

    Raises:
        NotFound: there is no such expert in the study.
        NoTranscript: there is no transcript.
        ConsentWithdrawn: the expert has taken the words back.
        TranscriptNotApproved: names are still in it.
    """
    expert = expert_called(work, study.id, code)
    query = select(Transcript, Interview).join(Interview).where(Interview.expert_id == expert.id)
    found = work.session.exec(query).first()
    if found is None:
        raise NoTranscript(expert=expert.code)
    decision = decision_of(work, expert.id)
    if decision is not None and decision.withdrawn_at is not None:
        day = decision.withdrawn_at.date().isoformat()
        raise ConsentWithdrawn(expert=expert.code, day=day, scope=Scope.TRANSCRIBE)
    transcript, interview = found
    return Bench(expert, interview, transcript, approved_segments(work, transcript, expert))


def marks_of(work: Work, transcript_id: UUID, only: UUID | None = None) -> list[Mark]:
    """The codings of a transcript in the order of its words; or only one of them."""
    first, last = aliased(Segment), aliased(Segment)
    query = (
        select(Coding, Code.number, first.position, last.position, Member.initials)  # type: ignore[call-overload]
        .join(Code, col(Coding.code_id) == col(Code.id))
        .join(first, col(Coding.start_segment_id) == col(first.id))
        .join(last, col(Coding.end_segment_id) == col(last.id))
        .join(Member, col(Coding.coder_id) == col(Member.id), isouter=True)
        .where(first.transcript_id == transcript_id)
    )
    if only is not None:
        query = query.where(Coding.id == only)
    found = [
        Mark(
            id=coding.id,
            number=number,
            start=(start, coding.start_offset),
            end=(end, coding.end_offset),
            quote=coding.quote,
            coder=initials or "",
            coded_at=coding.coded_at,
            placed=coding.likeness > 0,
        )
        for coding, number, start, end, initials in work.session.exec(query)
    ]
    return sorted(found, key=lambda mark: (mark.start, (-mark.end[0], -mark.end[1]), mark.number))


def choices_of(work: Work, study: Study, only: UUID | None = None) -> list[Choice]:
    """The study's codes by number; or only one of them."""
    codings = _count_by_code(Coding.code_id)
    memos = _count_by_code(Memo.code_id)
    query = (
        select(Code, Category.label, CoreCategory.position, codings, memos)  # type: ignore[call-overload]
        .join(Category, col(Code.category_id) == col(Category.id), isouter=True)
        .join(CoreCategory, col(Category.core_category_id) == col(CoreCategory.id), isouter=True)
        .where(Code.study_id == study.id)
        .order_by(col(Code.number))
    )
    if only is not None:
        query = query.where(Code.id == only)
    return [
        Choice(code.number, code.name, code.in_vivo, label, core or 0, counted or 0, written or 0)
        for code, label, core, counted, written in work.session.exec(query)
    ]


def recent_codes(work: Work, study: Study, member: Member) -> list[int]:
    """Numbers of the codes that the member used last, newest first; then those that others did."""
    mine = sa.func.max(sa.case((col(Coding.coder_id) == member.id, col(Coding.coded_at)), else_=None))
    query = (
        sa.select(col(Code.number))
        .join(Coding, col(Coding.code_id) == col(Code.id))
        .where(col(Code.study_id) == study.id)
        .group_by(col(Code.number))
        .order_by(mine.desc().nulls_last(), sa.func.max(col(Coding.coded_at)).desc(), col(Code.number))
        .limit(RECENT)
    )
    return list(work.session.scalars(query))


def memos_beside(work: Work, study: Study, expert: Expert, code: Code | None = None) -> list[tuple[Memo, str]]:
    """Memos on a code and its category, and on the expert, with their authors' initials; the newest first."""
    about = [col(Memo.expert_id) == expert.id]
    if code is not None:
        about.append(col(Memo.code_id) == code.id)
        if code.category_id is not None:
            about.append(col(Memo.category_id) == code.category_id)
    query = (
        select(Memo, Member.initials)
        .join(Member, col(Memo.author_id) == col(Member.id))
        .where(Memo.study_id == study.id, sa.or_(*about))
        .order_by(col(Memo.dated).desc(), col(Memo.number).desc())
    )
    return [(memo, initials) for memo, initials in work.session.exec(query)]


def _count_by_code(code_id: UUID | None) -> sa.ScalarSelect[int]:
    """How many rows point at the code of the outer query."""
    return sa.select(sa.func.count()).where(col(code_id) == col(Code.id)).scalar_subquery()


def _expert_turns(work: Work, study: Study) -> tuple[dict[UUID, int], dict[UUID, set[int]]]:
    """By transcript: how many turns the expert has, and their positions."""
    query = (
        select(Segment.transcript_id, Segment.position)
        .join(Transcript, col(Segment.transcript_id) == col(Transcript.id))
        .join(Interview, col(Transcript.interview_id) == col(Interview.id))
        .where(Interview.study_id == study.id, Segment.speaker == Speaker.EXPERT)
    )
    spoken: dict[UUID, set[int]] = defaultdict(set)
    for transcript_id, position in work.session.exec(query):
        spoken[transcript_id].add(position)
    return {key: len(value) for key, value in spoken.items()}, spoken


def _spans(work: Work, study: Study) -> dict[UUID, list[tuple[int, int, str]]]:
    """By transcript: first and last turn of every coding, and its coder's initials."""
    first, last = aliased(Segment), aliased(Segment)
    query = (
        select(first.transcript_id, first.position, last.position, Member.initials)
        .select_from(Coding)
        .join(Code, col(Coding.code_id) == col(Code.id))
        .join(first, col(Coding.start_segment_id) == col(first.id))
        .join(last, col(Coding.end_segment_id) == col(last.id))
        .join(Member, col(Coding.coder_id) == col(Member.id), isouter=True)
        .where(Code.study_id == study.id)
    )
    spans: dict[UUID, list[tuple[int, int, str]]] = defaultdict(list)
    for transcript_id, start, end, initials in work.session.exec(query):
        spans[transcript_id].append((start, end, initials or ""))
    return spans

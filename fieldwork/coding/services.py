"""Deeds of coding: categories, codes, codings, memos. Each writes one entry of the audit trail."""

from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.coding.anchoring import Found, find
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Anchor, Category, Code, Coding, CoreCategory, Memo, MemoKind
from fieldwork.coding.rules import (
    CodingExists,
    NameTaken,
    OutsideText,
    QuoteNotFound,
    checked_name,
    passage_text,
    require_grounded,
)
from fieldwork.coding.texts import TranscriptText, approved_segments, transcript_text
from fieldwork.core.audit import record
from fieldwork.core.database import Texts
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript


class Point(NamedTuple):
    """A place in a transcript: a segment, and a code point in its pseudonymised text."""

    segment: Segment
    offset: int


def add_core_category(work: Work, study: Study, key: str, label: Texts) -> CoreCategory:
    """Add a core category, after those there are.

    Raises:
        NameTaken: the key is in use.
    """
    _refuse_taken(work, study, "core category", CoreCategory.key, key)
    position = _next(work, col(CoreCategory.position), col(CoreCategory.study_id) == study.id)
    core = work.add(CoreCategory(study_id=study.id, key=key, position=position, label=label))
    record(work, "core_category.added", study_id=study.id, subject_id=core.id)
    return core


def add_category(work: Work, study: Study, key: str, label: Texts, core: CoreCategory | None = None) -> Category:
    """Add a category, under a core category once there is one.

    Raises:
        NameTaken: the key is in use.
    """
    _refuse_taken(work, study, "category", Category.key, key)
    position = _next(work, col(Category.position), col(Category.study_id) == study.id)
    core_id = None if core is None else core.id
    category = Category(study_id=study.id, core_category_id=core_id, key=key, position=position, label=label)
    work.add(category)
    record(work, "category.added", study_id=study.id, subject_id=category.id)
    return category


def add_code(
    work: Work,
    study: Study,
    name: str,
    definition: str,
    *,
    in_vivo: bool,
    category: Category | None = None,
    published_name: Texts | None = None,
) -> Code:
    """Add a code with the next free number.

    Args:
        work: the unit of work.
        study: the study.
        name: the expert's words (in vivo) or the researcher's.
        definition: what the code covers.
        in_vivo: whether the name is made of an expert's words.
        category: where it belongs, once known.
        published_name: what a report prints where consent withholds the words of the name.

    Raises:
        NameMissing: name or definition is empty.
        NameTaken: there is a code of that name.
    """
    name = checked_name(name, definition)
    _refuse_taken(work, study, "code", Code.name, name)
    code = Code(
        study_id=study.id,
        category_id=None if category is None else category.id,
        number=_next(work, col(Code.number), col(Code.study_id) == study.id),
        name=name,
        in_vivo=in_vivo,
        definition=definition,
        published_name=published_name,
    )
    work.add(code)
    record(work, "code.added", study_id=study.id, subject_id=code.id)
    return code


def code_passage(work: Work, code: Code, start: Point, end: Point, member: Member | None = None) -> Coding:
    """Put a code on a passage; the quote is taken from the text.

    Args:
        work: the unit of work.
        code: the code.
        start: the first segment, and the first code point in its pseudonymised text.
        end: the last segment, of the same transcript, and one past the last code point in its text.
        member: who codes.

    Raises:
        TranscriptNotApproved: the transcript's anonymisation is not approved.
        OutsideText: the passage does not lie in the text.
        CodingExists: the code is there already.
    """
    transcript, expert = _transcript_of(work, code, start.segment)
    segments = approved_segments(work, transcript, expert)
    if end.segment.transcript_id != transcript.id or end.segment.position < start.segment.position:
        raise OutsideText(start=start.offset, end=end.offset, length=len(end.segment.text or ""))
    within = [s.text or "" for s in segments if start.segment.position <= s.position <= end.segment.position]
    quote = passage_text(within, start.offset, end.offset)
    return _added(work, code, _coding(work, code, start, end, quote, member))


def code_quote(
    work: Work,
    code: Code,
    expert: Expert,
    quote: str,
    *,
    member: Member | None = None,
    near: range | None = None,
    spoken: bool = False,
) -> Coding:
    """Put a code on the passage that a quotation stands in, or is most like.

    Args:
        work: the unit of work.
        code: the code.
        expert: whose transcript.
        quote: the words.
        member: who codes.
        near: indices of the segments to look in first.
        spoken: the quotation may hold names where the transcript has placeholders; needs identity rights.

    Raises:
        NoTranscript: the expert has no transcript.
        TranscriptNotApproved: its anonymisation is not approved.
        QuoteNotFound: nothing is like the quotation.
        CodingExists: the code is on that passage already.
    """
    text = transcript_text(work, expert, originals=spoken)
    found = find(quote, text.texts, near)
    if found is None:
        raise QuoteNotFound(code=f"№ {code.number}", expert=expert.code)
    return _added(work, code, coding_at(work, code, text, found, member))


def coding_at(work: Work, code: Code, text: TranscriptText, found: Found, member: Member | None = None) -> Coding:
    """The row for a place that was found; for callers who write the audit entry themselves.

    Raises:
        CodingExists: the code is on that passage already.
    """
    first, last = text.segments[found.start_segment], text.segments[found.end_segment]
    start, end = Point(first, found.start_offset), Point(last, found.end_offset)
    coding = _coding(work, code, start, end, found.quote, member)
    coding.anchor, coding.likeness = found.anchor, found.likeness
    return coding


def code_numbered(work: Work, study: Study, number: int) -> Code:
    """The study's code of that number.

    Raises:
        NotFound: there is none.
    """
    code = work.session.exec(select(Code).where(Code.study_id == study.id, Code.number == number)).first()
    if code is None:
        raise NotFound(kind="code", name=number)
    return code


def category_called(work: Work, study: Study, key: str) -> Category:
    """The study's category of that key.

    Raises:
        NotFound: there is none.
    """
    category = work.session.exec(select(Category).where(Category.study_id == study.id, Category.key == key)).first()
    if category is None:
        raise NotFound(kind="category", name=key)
    return category


def write_memo(
    work: Work,
    study: Study,
    author: Member,
    kind: MemoKind,
    *,
    title: str,
    text: str,
    dated: date,
    about: Category | Code | Expert | None = None,
) -> Memo:
    """Write a memo, attached to a category, a code or an expert, or to nothing yet."""
    _queue(work, study)
    memo = Memo(
        study_id=study.id,
        number=_next(work, col(Memo.number), col(Memo.study_id) == study.id),
        kind=kind,
        dated=dated,
        author_id=author.id,
        category_id=about.id if isinstance(about, Category) else None,
        code_id=about.id if isinstance(about, Code) else None,
        expert_id=about.id if isinstance(about, Expert) else None,
        title=title,
        text=text,
    )
    work.add(memo)
    record(work, "memo.written", study_id=study.id, subject_id=memo.id)
    return memo


def ungrounded(work: Work, study: Study) -> list[Code]:
    """Codes that rest on no quotation, in the order of their numbers."""
    return read_codebook(work.session, study.id).ungrounded()


def require_all_grounded(work: Work, study: Study) -> None:
    """Let the study's codes go on to a report only when each rests on a quotation.

    Raises:
        UngroundedCodes: naming those that do not.
    """
    require_grounded(ungrounded(work, study))


def _added(work: Work, code: Code, coding: Coding) -> Coding:
    work.add(coding)
    record(work, "coding.added", study_id=code.study_id, subject_id=coding.id)
    return coding


def occupied(work: Work, code: Code, start: Point, end: Point) -> bool:
    """Whether the code marks this very passage already. Two who ask at once wait for each other (PostgreSQL)."""
    work.session.exec(select(Code.id).where(Code.id == code.id).with_for_update(key_share=True)).one()
    same = select(Coding.id).where(
        Coding.code_id == code.id,
        Coding.start_segment_id == start.segment.id,
        Coding.start_offset == start.offset,
        Coding.end_segment_id == end.segment.id,
        Coding.end_offset == end.offset,
    )
    return work.session.exec(same).first() is not None


def _coding(work: Work, code: Code, start: Point, end: Point, quote: str, member: Member | None) -> Coding:  # noqa: PLR0917 - the fields of the row
    if occupied(work, code, start, end):
        raise CodingExists(code=f"№ {code.number}")
    return Coding(
        code_id=code.id,
        start_segment_id=start.segment.id,
        start_offset=start.offset,
        end_segment_id=end.segment.id,
        end_offset=end.offset,
        quote=quote,
        anchor=Anchor.EXACT,
        coder_id=None if member is None else member.id,
        coded_at=work.now,
    )


def _transcript_of(work: Work, code: Code, segment: Segment) -> tuple[Transcript, Expert]:
    """The segment's transcript and expert, in the code's study.

    Raises:
        NotFound: the segment belongs to another study.
    """
    transcript = work.get(Transcript, segment.transcript_id)
    expert = work.get(Expert, work.get(Interview, transcript.interview_id).expert_id)
    if expert.study_id != code.study_id:
        raise NotFound(kind="segment", name=segment.id)
    return transcript, expert


def _next(work: Work, number: Any, of_study: Any) -> int:
    """One more than the highest number of the study, from 1."""
    highest = work.session.exec(select(sa.func.max(number)).where(of_study)).one()
    return (highest or 0) + 1


def _queue(work: Work, study: Study) -> None:
    """Wait for others who number or name something in this study at this moment (SQLite has one writer anyway)."""
    work.session.exec(select(Study.id).where(Study.id == study.id).with_for_update(key_share=True)).one()


def _refuse_taken(work: Work, study: Study, kind: str, column: Any, name: str) -> None:
    model = column.class_
    _queue(work, study)
    if work.session.exec(select(model.id).where(model.study_id == study.id, column == name)).first() is not None:
        raise NameTaken(kind=kind, name=name)

"""Taking codings off, putting them back, moving them: what a workbench undoes and mends. One audit entry per deed."""

from uuid import UUID

from sqlmodel import col, select

from fieldwork.coding.anchoring import SegmentText, find
from fieldwork.coding.models import Anchor, Code, Coding, Memo, RemovedCoding
from fieldwork.coding.rules import LOST, CodingExists, CodingGone, OutsideText, in_vivo_name, passage_text
from fieldwork.coding.services import Point, add_code, code_passage, occupied
from fieldwork.coding.texts import approved_segments
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript

_KEPT = (
    "id", "code_id", "start_segment_id", "start_offset", "end_segment_id", "end_offset", "quote", "anchor", "likeness",
    "coder_id", "coded_at",
)  # fmt: skip


def find_coding(work: Work, study: Study, coding_id: UUID) -> Coding:
    """The study's coding of that id.

    Raises:
        CodingGone: somebody has taken it off meanwhile.
        NotFound: there never was one in this study.
    """
    coding = work.session.get(Coding, coding_id)
    if coding is not None and work.get(Code, coding.code_id).study_id == study.id:
        return coding
    removed = work.session.get(RemovedCoding, coding_id)
    if removed is not None and work.get(Code, removed.code_id).study_id == study.id:
        raise CodingGone
    raise NotFound(kind="coding", name=coding_id)


def code_in_vivo(
    work: Work, study: Study, start: Point, end: Point, *, definition: str, member: Member | None = None
) -> tuple[Coding, bool]:
    """Code a passage with a code that is named by its own words; where there is one of that name, with it.

    Returns:
        The coding, and whether its code is new.

    Raises:
        NoNameInWords: the words are too many for a name, or none.
        OutsideText, TranscriptNotApproved, CodingExists: as ``code_passage``.
    """
    name = in_vivo_name(words_between(work, start, end))
    code = work.session.exec(select(Code).where(Code.study_id == study.id, Code.name == name)).first()
    if code is not None:
        return code_passage(work, code, start, end, member), False
    return code_passage(work, add_code(work, study, name, definition, in_vivo=True), start, end, member), True


def words_between(work: Work, start: Point, end: Point) -> str:
    """The words of a passage of one transcript.

    Raises:
        OutsideText: the passage does not lie in the text.
    """
    within = select(Segment).where(
        Segment.transcript_id == start.segment.transcript_id,
        col(Segment.position).between(start.segment.position, end.segment.position),
    )
    texts = [one.text or "" for one in work.session.exec(within.order_by(col(Segment.position)))]
    return passage_text(texts, start.offset, end.offset)


def remove_coding(work: Work, coding: Coding, member: Member | None = None, *, with_code: bool = False) -> None:
    """Take a coding off its passage; ``restore_coding`` puts it back.

    Args:
        work: the unit of work.
        coding: which.
        member: who does it.
        with_code: also take out its code where nothing else rests on it, no coding, no memo, no category: undoing a
            new code takes back both. The coding cannot be put back then.
    """
    code = work.get(Code, coding.code_id)
    set_aside(work, coding, member)
    record(work, "coding.removed", study_id=code.study_id, subject_id=coding.id, code=str(code.id))
    if with_code and code.category_id is None and not _rested_on(work, code):
        work.session.delete(code)
        work.session.flush()
        record(work, "code.removed", study_id=code.study_id, subject_id=code.id)


def restore_coding(work: Work, study: Study, coding_id: UUID) -> Coding:
    """Put back a coding that was taken off: under its id, with its coder and time.

    Where the transcript was corrected meanwhile, it goes to its words; where they no longer stand, it keeps its place
    and has likeness 0, as after any correction.

    Raises:
        NotFound: nothing of that id was taken off in this study.
        CodingExists: the code was put on the passage again meanwhile.
        TranscriptNotApproved: the transcript's anonymisation is not approved.
    """
    removed = work.session.get(RemovedCoding, coding_id)
    if removed is None or work.get(Code, removed.code_id).study_id != study.id:
        raise NotFound(kind="coding", name=coding_id)
    coding = restore_removed(work, removed)
    record(work, "coding.restored", study_id=study.id, subject_id=coding.id, code=str(coding.code_id))
    return coding


def set_aside(work: Work, coding: Coding, member: Member | None) -> RemovedCoding:
    """Take a coding off and keep it, for callers who write the audit entry themselves."""
    kept = {name: getattr(coding, name) for name in _KEPT}
    work.session.delete(coding)
    work.session.flush()
    return work.add(RemovedCoding(**kept, removed_by_id=member.id if member else None, removed_at=work.now))


def restore_removed(work: Work, removed: RemovedCoding) -> Coding:
    """The same the other way round.

    Raises:
        CodingExists: the code was put on the passage again meanwhile.
        TranscriptNotApproved: the transcript's anonymisation is not approved.
    """
    coding = Coding(**{name: getattr(removed, name) for name in _KEPT})
    _to_its_words(work, coding)
    _refuse_occupied(work, work.get(Code, coding.code_id), coding)
    work.session.delete(removed)
    work.session.flush()
    return work.add(coding)


def change_code(work: Work, coding: Coding, code: Code) -> Coding:
    """Give a coded passage another code of the same study; who coded it when stays.

    Raises:
        CodingExists: that code is on the passage already.
        NotFound: the code belongs to another study.
    """
    former = work.get(Code, coding.code_id)
    if former.study_id != code.study_id:
        raise NotFound(kind="code", name=code.number)
    if former.id == code.id:
        return coding
    _refuse_occupied(work, code, coding)
    coding.code_id = code.id
    work.add(coding)
    record(work, "coding.changed", study_id=code.study_id, subject_id=coding.id, code=str(code.id), was=str(former.id))
    return coding


def move_coding(work: Work, coding: Coding, start: Point, end: Point) -> Coding:
    """Put a coding on other words of its transcript; the quote is taken from there.

    Raises:
        OutsideText: the passage does not lie in the text, or in another transcript.
        CodingExists: the code is on that passage already.
        TranscriptNotApproved: the transcript's anonymisation is not approved.
    """
    code = work.get(Code, coding.code_id)
    segments = _segments(work, coding)
    within = [one for one in segments if start.segment.position <= one.position <= end.segment.position]
    if start.segment not in segments or end.segment not in within:
        raise OutsideText(start=start.offset, end=end.offset, length=len(end.segment.text or ""))
    quote = passage_text([one.text or "" for one in within], start.offset, end.offset)
    place = (start.segment.id, start.offset, end.segment.id, end.offset)
    if place == (coding.start_segment_id, coding.start_offset, coding.end_segment_id, coding.end_offset):
        return coding
    if occupied(work, code, start, end):
        raise CodingExists(code=f"№ {code.number}")
    coding.start_segment_id, coding.start_offset, coding.end_segment_id, coding.end_offset = place
    coding.quote, coding.anchor, coding.likeness = quote, Anchor.EXACT, 1.0
    work.add(coding)
    record(work, "coding.moved", study_id=code.study_id, subject_id=coding.id)
    return coding


def _segments(work: Work, coding: Coding) -> list[Segment]:
    """The segments of the coding's transcript, in order."""
    transcript = work.get(Transcript, work.get(Segment, coding.start_segment_id).transcript_id)
    expert = work.get(Expert, work.get(Interview, transcript.interview_id).expert_id)
    return list(approved_segments(work, transcript, expert))


def _to_its_words(work: Work, coding: Coding) -> None:
    """Lead a coding to where its quote stands now; its old place first."""
    segments = _segments(work, coding)
    index = {segment.id: number for number, segment in enumerate(segments)}
    first, last = index[coding.start_segment_id], index[coding.end_segment_id]
    texts = [segment.text or "" for segment in segments]
    try:
        if passage_text(texts[first : last + 1], coding.start_offset, coding.end_offset) == coding.quote:
            return
    except OutsideText:
        pass  # the text is shorter than it was: look for the words
    found = find(coding.quote, [SegmentText(text) for text in texts], range(first, last + 1), elsewhere=False)
    if found is None:
        coding.likeness = LOST
        return
    coding.start_segment_id, coding.start_offset = segments[found.start_segment].id, found.start_offset
    coding.end_segment_id, coding.end_offset = segments[found.end_segment].id, found.end_offset
    coding.quote, coding.anchor, coding.likeness = found.quote, found.anchor, found.likeness


def _refuse_occupied(work: Work, code: Code, coding: Coding) -> None:
    start = Point(work.get(Segment, coding.start_segment_id), coding.start_offset)
    end = Point(work.get(Segment, coding.end_segment_id), coding.end_offset)
    if occupied(work, code, start, end):
        raise CodingExists(code=f"№ {code.number}")


def _rested_on(work: Work, code: Code) -> bool:
    codings = select(Coding.id).where(col(Coding.code_id) == code.id)
    memos = select(Memo.id).where(col(Memo.code_id) == code.id)
    return any(work.session.exec(query).first() is not None for query in (codings, memos))

"""What a measured sample shows to be missed, for those who may read it, and handing it to the review."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import select

from fieldwork.anonymisation.approval import Look, original_text, raw_to_pseudonymised_map
from fieldwork.anonymisation.blind_marking import OPEN, readings
from fieldwork.anonymisation.leak_door import look_here
from fieldwork.anonymisation.measuring import Judged, measured
from fieldwork.anonymisation.models import AccuracyMend, AccuracyPassage, AccuracySample, Decision, Mention
from fieldwork.anonymisation.passages import covered, words_in
from fieldwork.anonymisation.remasking import mask
from fieldwork.anonymisation.review import add_mention, decide
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import may_know
from fieldwork.transcription.models import Segment, Transcript, TranscriptState

CONTEXT = 90  # code points on either side


@dataclass(frozen=True, repr=False)
class Miss:
    """A stretch that identifies and was not wholly masked when the sample was measured.

    Attributes:
        passage: where.
        code: whose transcript.
        position: the number of its turn; 0 once that was corrected, and then the words are not told.
        judged: its place and kind, and how much of it was masked.
        mended: whether it is masked by now, or was handed to the review.
        approved: whether its transcript is approved: then it is mended by a change after approval.
        before: what stands before it.
        words: the stretch.
        after: what stands after it.
    """

    passage: AccuracyPassage
    code: str
    position: int
    judged: Judged
    mended: bool
    approved: bool
    before: str
    words: str
    after: str

    @property
    def proposed(self) -> bool:
        """Whether the program had proposed it, and a person let it stand."""
        return self.judged.machine >= self.judged.words

    def __repr__(self) -> str:
        """Where it is, never what it says."""
        return f"Miss({self.judged.label} in passage {self.passage.number})"


def misses_of(work: Work, study: Study, member: Member, sample: AccuracySample) -> list[Miss]:
    """What was missed in transcripts whose experts the member may know, by passage and place."""
    rows = [(row.passage, one) for row in measured(work, study, sample) for one in row.judged if _missed(one)]
    mends = _mends(work, sample)
    passages = {passage.id: passage for passage, _ in rows}
    found = {one.passage.id: one for one in readings(work, study, list(passages.values()))}
    return [
        _miss(
            work, reading.passage, reading.whose, one, text=reading.text if reading.state == OPEN else "", mends=mends
        )
        for passage, one in rows
        if may_know(member, (reading := found[passage.id]).whose)
    ]


def mend(
    work: Work, study: Study, member: Member, sample: AccuracySample, place: tuple[int, int], *, look: Look = look_here
) -> None:
    """Mask what was missed: in the review of a raw transcript, or as a new find in an approved one.

    Words of it that are masked by now stay as they are. ``place`` is the passage's number and the stretch's first code
    point.

    Raises:
        NotFound: no such miss.
        NameLeft: what would stand in its place is a name.
    """
    number, start = place
    known = (one for one in misses_of(work, study, member, sample) if one.passage.number == number)
    miss = next((one for one in known if one.judged.start == start and one.position and not one.mended), None)
    segment = work.session.get(Segment, miss.passage.segment_id) if miss and miss.passage.segment_id else None
    if miss is None or segment is None:
        raise NotFound(kind="passage", name=number)
    mentions = [
        _mask(work, segment, span, miss.judged.label, look if miss.approved else None)
        for span in _unmasked(work, segment, miss.judged)
    ]
    work.add(
        AccuracyMend(
            passage_id=miss.passage.id, mention_id=mentions[0], start=start, end=miss.judged.end,
            made_by_id=work.actor.account_id, made_at=work.now,
        )
    )  # fmt: skip
    record(work, "accuracy.mended", study_id=study.id, subject_id=miss.passage.id, number=number)


def _mask(work: Work, segment: Segment, span: tuple[int, int], label: str, look: Look | None) -> UUID:
    """Mask words of the raw text; ``look`` where the transcript is approved."""
    if look is not None:
        start, end = raw_to_pseudonymised_map(work, segment).forward(*span)
        mask(work, segment, start, end, label=label, look=look)
        there = Mention.start == span[0], Mention.decision == Decision.ACCEPTED
        return work.session.exec(select(Mention.id).where(Mention.segment_id == segment.id, *there)).one()
    same = Mention.start == span[0], Mention.end == span[1], Mention.decision != Decision.ACCEPTED
    standing = work.session.exec(select(Mention).where(Mention.segment_id == segment.id, *same)).first()
    if standing is None:
        return add_mention(work, segment, *span, label=label).id
    decide(work, standing, accept=True)  # the program had proposed it, and somebody let it stand
    return standing.id


def _unmasked(work: Work, segment: Segment, one: Judged) -> list[tuple[int, int]]:
    """The runs of its words that no accepted mention covers, the last one first: masking moves what stands behind."""
    text, masks = original_text(work, segment), _masks(work, segment)
    runs: list[tuple[int, int]] = []
    joins = False
    for start, end in words_in(text, one.start, one.end):
        if covered(text, start, end, masks)[1]:
            joins = False
            continue
        runs[-1:] = [(runs[-1][0], end)] if joins else [*runs[-1:], (start, end)]
        joins = True
    return runs[::-1]


def _missed(one: Judged) -> bool:
    return one.machine < one.words or (one.reviewed is not None and one.reviewed < one.words)


def _mends(work: Work, sample: AccuracySample) -> set[tuple[UUID, int]]:
    query = select(AccuracyMend).join(AccuracyPassage).where(AccuracyPassage.sample_id == sample.id)
    return {(one.passage_id, one.start) for one in work.session.exec(query)}


def _miss(
    work: Work, passage: AccuracyPassage, expert: Expert, one: Judged, *, text: str, mends: set[tuple[UUID, int]]
) -> Miss:
    segment = work.session.get(Segment, passage.segment_id) if passage.segment_id and text else None
    transcript = work.get(Transcript, passage.transcript_id)
    mended = (passage.id, one.start) in mends or (segment is not None and _masked_now(work, segment, text, one))
    return Miss(
        passage, expert.code, segment.position if segment else 0, one, mended,
        approved=transcript.state == TranscriptState.ANONYMISED,
        before=text[max(0, one.start - CONTEXT) : one.start],
        words=text[one.start : one.end],
        after=text[one.end : one.end + CONTEXT],
    )  # fmt: skip


def _masked_now(work: Work, segment: Segment, text: str, one: Judged) -> bool:
    words, masked = covered(text, one.start, one.end, _masks(work, segment))
    return masked >= words


def _masks(work: Work, segment: Segment) -> list[tuple[int, int]]:
    query = select(Mention).where(Mention.segment_id == segment.id, Mention.decision == Decision.ACCEPTED)
    return [(row.start, row.end) for row in work.session.exec(query)]

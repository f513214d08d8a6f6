"""Two people mark a sample apart from each other and from the program; where they differ, one stretch is agreed on."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import select

from fieldwork.anonymisation.accuracy import (
    DIGEST_FIELD,
    digest_of,
    markers_in,
    markings_in,
    passages_in,
    readable,
    seal_marks,
    unseal_marks,
)
from fieldwork.anonymisation.approval import original_text
from fieldwork.anonymisation.models import AccuracyMarker, AccuracyMarking, AccuracyPassage, AccuracySample
from fieldwork.anonymisation.passages import Mark, checked_marks
from fieldwork.core.audit import record
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.ids import new_id
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import may_know
from fieldwork.transcription.models import Segment

MARKS_FIELD = "accuracy_marking.sealed_marks"
GONE = "gone"  # erased, or its consent withdrawn
CHANGED = "changed"  # corrected or cut anew since it was drawn
OPEN = "open"
AROUND = 220  # code points of what is shown on either side


class NotYourPassage(Refusal):
    """Each passage is marked by two people, and by no third."""

    message = "This passage is for two other people to mark. Take one of your own."


class PassageLeft(Refusal):
    """The passage is no part of the sample any more."""

    message = (
        "This passage has left the sample: its text was corrected, or its expert was withdrawn. Go on with the next."
    )


class MarkingFinished(Refusal):
    """Blind marks are not changed once they may have been compared."""

    message = "Your marking is finished, and the two may have been compared. Settle what differs instead."


class PassagesLeft(Refusal):
    """Finishing means that every passage was read."""

    message = "{count} passages are not marked yet. Mark each, also where nothing identifies anybody."


@dataclass(frozen=True, repr=False)
class Reading:
    """A passage as it is read: whose it is, how it stands, and (while it is open) its turn with the raw words."""

    passage: AccuracyPassage
    state: str
    expert: Expert | None = None
    segment: Segment | None = None
    text: str = ""

    @property
    def whose(self) -> Expert:
        """The expert of an open passage.

        Raises:
            PassageLeft: it has left the sample.
        """
        if self.expert is None:
            raise PassageLeft
        return self.expert

    def __repr__(self) -> str:
        """Its number, never what it says."""
        return f"Reading({self.passage.number}, {self.state})"


def readings(work: Work, study: Study, passages: Sequence[AccuracyPassage]) -> list[Reading]:
    """Passages with their words. Who may ask is for the caller."""
    experts = readable(work, study)
    return [_reading(work, passage, experts.get(passage.transcript_id)) for passage in passages]


def reading_of(work: Work, study: Study, member: Member, passage: AccuracyPassage) -> Reading:
    """One passage for one of those who may read it.

    Raises:
        NotYourPassage: the member may not know whose words these are.
        PassageLeft: it has left the sample.
    """
    (found,) = readings(work, study, [passage])
    if found.state != OPEN:
        raise PassageLeft
    if not may_know(member, found.whose):
        raise NotYourPassage
    return found


def passage_numbered(work: Work, sample: AccuracySample, number: int) -> AccuracyPassage:
    """The sample's passage of that number.

    Raises:
        NotFound: there is none.
    """
    query = select(AccuracyPassage).where(AccuracyPassage.sample_id == sample.id, AccuracyPassage.number == number)
    passage = work.session.exec(query).first()
    if passage is None:
        raise NotFound(kind="passage", name=number)
    return passage


def own_passages(work: Work, study: Study, sample: AccuracySample, member: Member) -> list[AccuracyPassage]:
    """The passages that a member is to mark and may (still) read, by number."""
    experts = readable(work, study)
    return [
        one
        for one in passages_in(work, sample)
        if member.account_id in (one.first_id, one.second_id)
        and (expert := experts.get(one.transcript_id)) is not None
        and may_know(member, expert)
    ]


def around(work: Work, reading: Reading) -> tuple[str, str]:
    """What stands before and after an open passage, a few words of it: of its turn, else of its neighbours."""
    passage, segment = reading.passage, reading.segment
    before, after = reading.text[: passage.start], reading.text[passage.end :]
    if segment is not None and not before.strip():
        before = _neighbour(work, segment, -1)
    if segment is not None and not after.strip():
        after = _neighbour(work, segment, 1)
    return before[-AROUND:], after[:AROUND]


def marks_by(work: Work, reading: Reading, account_id: UUID) -> list[Mark] | None:
    """What somebody marked in a passage; None where they have not been there."""
    row = marking_by(work, reading.passage, account_id)
    if row is None or reading.expert is None:
        return None
    return unseal_marks(work, reading.whose, MARKS_FIELD, row.id, row.sealed_marks)


def mark(work: Work, study: Study, member: Member, passage: AccuracyPassage, marks: Sequence[Mark]) -> None:
    """Keep what a member marked in a passage; nothing marked means that nothing there identifies anybody.

    Raises:
        NotYourPassage, PassageLeft: it is not theirs to mark, or not any more.
        MarkingFinished: they have finished.
        MarkOutside, MarksUnreadable: a mark covers no words of the passage, or two cross.
    """
    if member.account_id not in (passage.first_id, passage.second_id):
        raise NotYourPassage
    reading = reading_of(work, study, member, passage)
    if _marker(work, passage, member.account_id).finished_at is not None:
        raise MarkingFinished
    kept = checked_marks(reading.text, passage.start, passage.end, marks)
    row = marking_by(work, passage, member.account_id)
    row_id = row.id if row else new_id()
    sealed = seal_marks(work, reading.whose, MARKS_FIELD, row_id, kept)
    if row is None:
        row = AccuracyMarking(
            id=row_id, passage_id=passage.id, account_id=member.account_id, sealed_marks=sealed, marked_at=work.now
        )
    row.sealed_marks, row.marked_at = sealed, work.now
    work.add(row)
    record(work, "accuracy.marked", study_id=study.id, subject_id=passage.id, number=passage.number)


def finish(work: Work, study: Study, member: Member, sample: AccuracySample) -> None:
    """Say that one has marked every passage of one's own; from then on the two may be compared.

    Raises:
        PassagesLeft: some are not marked.
    """
    done = markings_in(work, sample)
    mine = readings(work, study, own_passages(work, study, sample, member))
    waiting = sum(one.state == OPEN and (one.passage.id, member.account_id) not in done for one in mine)
    if waiting:
        raise PassagesLeft(count=waiting)
    marker = marker_of(work, sample, member.account_id)
    marker.finished_at = work.now
    work.add(marker)
    record(work, "accuracy.finished", study_id=study.id, subject_id=sample.id, count=len(mine))


def unfinish(work: Work, study: Study, member: Member, sample: AccuracySample) -> None:
    """Take «finished» back, as long as nobody else has finished and nothing can have been compared.

    Raises:
        MarkingFinished: somebody else has.
    """
    markers = markers_in(work, sample)
    if any(one.finished_at is not None and one.account_id != member.account_id for one in markers):
        raise MarkingFinished
    marker = marker_of(work, sample, member.account_id)
    marker.finished_at = None
    work.add(marker)
    record(work, "accuracy.unfinished", study_id=study.id, subject_id=sample.id)


def _neighbour(work: Work, segment: Segment, step: int) -> str:
    query = select(Segment).where(
        Segment.transcript_id == segment.transcript_id, Segment.position == segment.position + step
    )
    other = work.session.exec(query).first()
    return original_text(work, other) if other else ""


def _reading(work: Work, passage: AccuracyPassage, expert: Expert | None) -> Reading:
    if expert is None:
        return Reading(passage, GONE)
    segment = work.session.get(Segment, passage.segment_id) if passage.segment_id else None
    if segment is None:
        return Reading(passage, CHANGED, expert)
    text = original_text(work, segment)
    kept = work.vault.unseal_text(expert_subject(expert.id), DIGEST_FIELD, passage.id, passage.sealed_digest)
    if digest_of(text[passage.start : passage.end]) != kept:
        return Reading(passage, CHANGED, expert)
    return Reading(passage, OPEN, expert, segment, text)


def marking_by(work: Work, passage: AccuracyPassage, account_id: UUID) -> AccuracyMarking | None:
    """The row of what somebody marked in a passage."""
    query = select(AccuracyMarking).where(
        AccuracyMarking.passage_id == passage.id, AccuracyMarking.account_id == account_id
    )
    return work.session.exec(query).first()


def _marker(work: Work, passage: AccuracyPassage, account_id: UUID) -> AccuracyMarker:
    return marker_of(work, work.get(AccuracySample, passage.sample_id), account_id)


def marker_of(work: Work, sample: AccuracySample, account_id: UUID) -> AccuracyMarker:
    """Somebody's row among those who mark a sample.

    Raises:
        NotFound: they do not.
    """
    marker = next((one for one in markers_in(work, sample) if one.account_id == account_id), None)
    if marker is None:
        raise NotFound(kind="marker", name=sample.number)
    return marker

"""Where the two who marked a sample differ: what is agreed on, by one with the other's word, or by the lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fieldwork.anonymisation.accuracy import markers_in, markings_in, passages_in, seal_marks, unseal_marks
from fieldwork.anonymisation.blind_marking import MARKS_FIELD, OPEN, NotYourPassage, Reading, reading_of, readings
from fieldwork.anonymisation.models import AccuracyMarking, AccuracyPassage, AccuracySample
from fieldwork.anonymisation.passages import Mark, checked_marks, joined
from fieldwork.core.audit import record
from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.sampling.services import may_know

GOLD_FIELD = "accuracy_passage.sealed_gold"


class NotComparable(Refusal):
    """Marks stay apart until both are done."""

    message = "The marks are compared when both people have finished all of theirs. Wait for the other one."


class NothingProposed(Refusal):
    """There is nothing to agree with."""

    message = "Nothing is proposed for this passage, or you proposed it yourself. Propose what is right, or wait."


class LeadOnly(Refusal):
    """What one alone decides is decided by the principal investigator."""

    message = "Only the principal investigator settles a difference alone. Propose what is right to the other person."


class Settled(Refusal):
    """It is settled, and may be measured already."""

    message = "This passage is settled, and the sample may be measured already. Look at its result."


@dataclass(frozen=True, repr=False)
class Compared:
    """A passage that both have marked: what each of them did, what is proposed, and what holds.

    ``gold`` is None until it is settled; where both marked the same, that is the gold.
    """

    reading: Reading
    first: Sequence[Mark]
    second: Sequence[Mark]
    proposed: Sequence[Mark] | None
    gold: Sequence[Mark] | None

    @property
    def passage(self) -> AccuracyPassage:
        """The passage itself."""
        return self.reading.passage

    @property
    def begun(self) -> Sequence[Mark]:
        """What an agreement begins from: what is proposed, else all that either marked."""
        return joined(self.first, self.second) if self.proposed is None else self.proposed

    def __repr__(self) -> str:
        """Its number, never what it says."""
        return f"Compared({self.passage.number})"


def compared(work: Work, study: Study, sample: AccuracySample) -> list[Compared]:
    """The open passages whose two people have both finished, by number. Who may ask is for the caller."""
    finished = {one.account_id for one in markers_in(work, sample) if one.finished_at is not None}
    marked = markings_in(work, sample)
    return [
        _compared(work, reading, marked)
        for reading in readings(work, study, passages_in(work, sample))
        if reading.state == OPEN and _both(reading.passage, finished, marked)
    ]


def compared_one(
    work: Work, study: Study, member: Member, sample: AccuracySample, passage: AccuracyPassage
) -> Compared:
    """One passage with what both marked, for either of them and for the lead.

    Raises:
        NotYourPassage, PassageLeft: it is not theirs to see, or has left the sample.
        NotComparable: one of them has not finished.
    """
    reading = reading_of(work, study, member, passage)
    if not takes_part(member, passage):
        raise NotYourPassage
    finished = {one.account_id for one in markers_in(work, sample) if one.finished_at is not None}
    marked = markings_in(work, sample)
    if not _both(passage, finished, marked):
        raise NotComparable
    return _compared(work, reading, marked)


def takes_part(member: Member, passage: AccuracyPassage) -> bool:
    """Whether a member settles a passage: one of its two people, or the principal investigator."""
    return member.account_id in (passage.first_id, passage.second_id) or member.role == Role.PRINCIPAL_INVESTIGATOR


def differences(found: Sequence[Compared], member: Member) -> list[Compared]:
    """The unsettled ones that a member can do something about."""
    return [
        one
        for one in found
        if one.gold is None and takes_part(member, one.passage) and may_know(member, one.reading.whose)
    ]


def propose(
    work: Work, study: Study, member: Member, one: Compared, marks: Sequence[Mark], *, alone: bool = False
) -> bool:
    """Say what is right in a passage. It holds when the other one marked just that, or when the lead settles it alone.

    Returns:
        Whether it is settled by it; else it waits for the other one's word.

    Raises:
        Settled: it is settled.
        LeadOnly: somebody else wants to settle it alone.
        MarkOutside, MarksUnreadable: a mark covers no words of the passage, or two cross.
    """
    passage, expert = one.passage, one.reading.whose
    if one.gold is not None or passage.settled_at is not None:
        raise Settled
    if alone and member.role != Role.PRINCIPAL_INVESTIGATOR:
        raise LeadOnly
    kept = checked_marks(one.reading.text, passage.start, passage.end, marks)
    others = {passage.first_id: (passage.second_id, one.second), passage.second_id: (passage.first_id, one.first)}
    other, marked = others.get(member.account_id, (member.account_id, kept))  # the lead may be neither of the two
    settled = alone or kept == list(marked)
    passage.sealed_gold = seal_marks(work, expert, GOLD_FIELD, passage.id, kept)
    passage.proposed_by_id = member.account_id
    if settled:
        passage.settled_at, passage.settled_by_id = work.now, member.account_id if alone else other
    work.add(passage)
    record(
        work, "accuracy.settled" if settled else "accuracy.proposed",
        study_id=study.id, subject_id=passage.id, number=passage.number,
    )  # fmt: skip
    return settled


def agree(work: Work, study: Study, member: Member, one: Compared) -> None:
    """Take what the other one proposed.

    Raises:
        Settled: it is settled.
        NothingProposed: nothing is, or it is one's own proposal.
    """
    if one.gold is not None or one.passage.settled_at is not None:
        raise Settled
    if one.proposed is None or one.passage.proposed_by_id == member.account_id:
        raise NothingProposed
    one.passage.settled_at, one.passage.settled_by_id = work.now, member.account_id
    work.add(one.passage)
    record(work, "accuracy.settled", study_id=study.id, subject_id=one.passage.id, number=one.passage.number)


def unsettle(work: Work, study: Study, member: Member, one: Compared) -> None:
    """Take back what one has settled or proposed, as long as the sample is not measured.

    Raises:
        NothingProposed: this member did neither.
    """
    if member.account_id not in (one.passage.settled_by_id, one.passage.proposed_by_id):
        raise NothingProposed
    one.passage.settled_at = one.passage.settled_by_id = None
    if one.passage.proposed_by_id == member.account_id:
        one.passage.sealed_gold = one.passage.proposed_by_id = None
    work.add(one.passage)
    record(work, "accuracy.unsettled", study_id=study.id, subject_id=one.passage.id, number=one.passage.number)


def settled_alone(passage: AccuracyPassage) -> bool:
    """Whether one person alone settled it: the lead, with nobody's word."""
    return passage.settled_at is not None and passage.settled_by_id == passage.proposed_by_id


def _both(passage: AccuracyPassage, finished: set[UUID], marked: dict[tuple[UUID, UUID], AccuracyMarking]) -> bool:
    return all(one in finished and (passage.id, one) in marked for one in (passage.first_id, passage.second_id))


def _compared(work: Work, reading: Reading, marked: dict[tuple[UUID, UUID], AccuracyMarking]) -> Compared:
    passage, expert = reading.passage, reading.whose
    rows = (marked[passage.id, passage.first_id], marked[passage.id, passage.second_id])
    first, second = (unseal_marks(work, expert, MARKS_FIELD, row.id, row.sealed_marks) for row in rows)
    proposed = None
    if passage.sealed_gold is not None:
        proposed = unseal_marks(work, expert, GOLD_FIELD, passage.id, passage.sealed_gold)
    gold = first if first == second else proposed if passage.settled_at is not None else None
    return Compared(reading, first, second, proposed, gold)

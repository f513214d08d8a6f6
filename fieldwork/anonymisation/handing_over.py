"""Handing the passages of somebody who marks to another member, when that person cannot go on."""

from uuid import UUID

from fieldwork.anonymisation.accuracy import markers_in, markers_of, passages_in, readable
from fieldwork.anonymisation.blind_marking import MarkingFinished, marker_of, marking_by
from fieldwork.anonymisation.models import AccuracyMarker, AccuracySample
from fieldwork.core.audit import record
from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.sampling.services import may_know


class CannotTakeOver(Refusal):
    """Who takes passages over must be allowed to read them, and be another than the second person."""

    message = (
        "They cannot take over the passages of {codes}: they may not read them, or mark them already. "
        "Choose another person."
    )


def hand_over(work: Work, study: Study, sample: AccuracySample, leaving: UUID, member: Member) -> int:
    """Give the passages of somebody who has not finished (and may not any more, perhaps) to another member.

    What the first one marked in them is thrown away: a passage is marked by one person, not by two halves.

    Returns:
        How many passages were handed over.

    Raises:
        NotFound: nobody of that account marks.
        MarkingFinished: they have finished.
        CannotTakeOver: the other may not read them, or is the second person there.
    """
    marker = marker_of(work, sample, leaving)
    if marker.finished_at is not None:
        raise MarkingFinished
    experts = readable(work, study)
    theirs = [one for one in passages_in(work, sample) if leaving in (one.first_id, one.second_id)]
    theirs = [one for one in theirs if one.transcript_id in experts]
    taken = member.account_id
    bad = {
        experts[one.transcript_id].code
        for one in theirs
        if taken in (one.first_id, one.second_id) or not may_know(member, experts[one.transcript_id])
    }
    if bad or not any(one.account_id == taken for one in markers_of(work, study)):
        raise CannotTakeOver(codes=", ".join(sorted(bad)) or "—")
    for one in theirs:
        one.first_id, one.second_id = (taken if id_ == leaving else id_ for id_ in (one.first_id, one.second_id))
        row = marking_by(work, one, leaving)
        if row is not None:
            work.session.delete(row)
        work.session.add(one)
    work.session.delete(marker)
    work.session.flush()
    present = next((one for one in markers_in(work, sample) if one.account_id == taken), None)
    present = present or AccuracyMarker(sample_id=sample.id, account_id=taken)
    present.finished_at = None
    work.add(present)
    record(work, "accuracy.handed_over", study_id=study.id, subject_id=sample.id, count=len(theirs))
    return len(theirs)

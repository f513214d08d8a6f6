"""After a transcript was corrected: its codings are anchored again by their quotes. None is ever deleted."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, or_, select

from fieldwork.coding.anchoring import Found, SegmentText, find
from fieldwork.coding.models import Anchor, Coding
from fieldwork.coding.rules import LOST
from fieldwork.coding.texts import approved_segments
from fieldwork.core.audit import record
from fieldwork.core.work import Work
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Transcript


@dataclass(frozen=True)
class Reanchored:
    """What became of the codings of a transcript, as their ids.

    Attributes:
        exact: those whose words stand there still, wherever they moved.
        by_likeness: those placed on words that differ a little.
        lost: those that could not be placed.
    """

    exact: tuple[UUID, ...]
    by_likeness: tuple[UUID, ...]
    lost: tuple[UUID, ...]


def reanchor(work: Work, transcript: Transcript) -> Reanchored:
    """Anchor every coding of a corrected transcript again by its quote, in its segments and their neighbours.

    A coding that cannot be placed keeps its old place and quote, gets likeness 0 (so that it is neither counted nor
    quoted) and is told of; correcting the text once more and calling this again may place it.

    Raises:
        TranscriptNotApproved: the transcript's anonymisation is not approved.
    """
    expert = work.get(Expert, work.get(Interview, transcript.interview_id).expert_id)
    segments = approved_segments(work, transcript, expert)
    index = {segment.id: number for number, segment in enumerate(segments)}
    texts = [SegmentText(segment.text or "") for segment in segments]
    result: dict[str, list[UUID]] = {"exact": [], "likeness": [], "lost": []}
    for coding in _codings(work, list(index)):
        near = range(index[coding.start_segment_id], index[coding.end_segment_id] + 1)
        found = find(coding.quote, texts, near, elsewhere=False)
        if found is None or _occupied(work, coding, found, [segment.id for segment in segments]):
            coding.likeness = LOST
            result["lost"].append(coding.id)
            continue
        coding.start_segment_id, coding.start_offset = segments[found.start_segment].id, found.start_offset
        coding.end_segment_id, coding.end_offset = segments[found.end_segment].id, found.end_offset
        coding.quote, coding.anchor, coding.likeness = found.quote, found.anchor, found.likeness
        result["exact" if found.anchor == Anchor.EXACT else "likeness"].append(coding.id)
        work.session.flush()
    done = Reanchored(tuple(result["exact"]), tuple(result["likeness"]), tuple(result["lost"]))
    record(
        work,
        "codings.reanchored",
        study_id=expert.study_id,
        subject_id=transcript.id,
        exact=len(done.exact),
        by_likeness=len(done.by_likeness),
        lost=len(done.lost),
    )
    return done


def _codings(work: Work, segment_ids: list[UUID]) -> list[Coding]:
    query = select(Coding).where(
        or_(col(Coding.start_segment_id).in_(segment_ids), col(Coding.end_segment_id).in_(segment_ids))
    )
    return sorted(work.session.exec(query), key=lambda coding: coding.id.hex)


def _occupied(work: Work, coding: Coding, found: Found, segment_ids: list[UUID]) -> bool:
    """Whether another coding of the same code already marks the place, so that this one has nowhere to go."""
    query = select(Coding.id).where(
        Coding.code_id == coding.code_id,
        Coding.id != coding.id,
        Coding.start_segment_id == segment_ids[found.start_segment],
        Coding.start_offset == found.start_offset,
        Coding.end_segment_id == segment_ids[found.end_segment],
        Coding.end_offset == found.end_offset,
    )
    return work.session.exec(query).first() is not None

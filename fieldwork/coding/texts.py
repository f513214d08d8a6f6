"""The texts that are coded: an expert's transcript, pseudonymised, with its originals where they may be put back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.models import Decision, Mention
from fieldwork.coding.anchoring import Replaced, SegmentText
from fieldwork.coding.rules import NoTranscript, TranscriptNotApproved
from fieldwork.core.errors import NotFound
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState


@dataclass(frozen=True)
class TranscriptText:
    """An approved transcript: its segments in order and their texts, index for index."""

    expert: Expert
    transcript: Transcript
    segments: Sequence[Segment]
    texts: Sequence[SegmentText]


def expert_called(work: Work, study_id: UUID, code: str) -> Expert:
    """The expert of that code (E07).

    Raises:
        NotFound: there is none in the study.
    """
    expert = work.session.exec(select(Expert).where(Expert.study_id == study_id, Expert.code == code)).first()
    if expert is None:
        raise NotFound(kind="expert", name=code)
    return expert


def transcript_text(work: Work, expert: Expert, *, originals: bool = False) -> TranscriptText:
    """The expert's transcript as it may be coded.

    Args:
        work: the unit of work.
        expert: whose transcript.
        originals: also open what the placeholders stand for, to find quotations in spoken words; only for callers
            with identity rights. The originals stay in memory.

    Raises:
        NoTranscript: there is none.
        TranscriptNotApproved: its anonymisation is not approved.
    """
    transcript = work.session.exec(
        select(Transcript).join(Interview).where(Interview.expert_id == expert.id)  # unique: one row at most
    ).first()
    if transcript is None:
        raise NoTranscript(expert=expert.code)
    segments = approved_segments(work, transcript, expert)
    replaced = _originals(work, transcript, expert) if originals else {}
    texts = [SegmentText(segment.text or "", tuple(replaced.get(segment.id, ()))) for segment in segments]
    return TranscriptText(expert, transcript, segments, texts)


def approved_segments(work: Work, transcript: Transcript, expert: Expert) -> Sequence[Segment]:
    """The transcript's segments in order.

    Raises:
        TranscriptNotApproved: its anonymisation is not approved.
    """
    if transcript.state != TranscriptState.ANONYMISED:
        raise TranscriptNotApproved(expert=expert.code)
    query = select(Segment).where(Segment.transcript_id == transcript.id).order_by(col(Segment.position))
    return work.session.exec(query).all()


def _originals(work: Work, transcript: Transcript, expert: Expert) -> dict[UUID, list[Replaced]]:
    """What stands behind the placeholders of each segment, in order."""
    query = (
        select(Mention)
        .join(Segment)
        .where(Segment.transcript_id == transcript.id, col(Mention.replaced_start).is_not(None))
        .where(Mention.decision == Decision.ACCEPTED)  # what stayed has its place, too
        .order_by(col(Mention.replaced_start))
    )
    found: dict[UUID, list[Replaced]] = defaultdict(list)
    for mention in work.session.exec(query):
        if mention.replaced_start is None or mention.replaced_end is None:
            continue
        original = work.vault.unseal_text(
            expert_subject(expert.id), "mention.sealed_original", mention.id, mention.sealed_original
        )
        found[mention.segment_id].append(Replaced(mention.replaced_start, mention.replaced_end, original))
    return found

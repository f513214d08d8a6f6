"""The register: everybody and everything that a study's transcripts mention, by placeholder; never a name."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.models import Decision, Entity, Mention
from fieldwork.anonymisation.naming import call_otherwise
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState


@dataclass(frozen=True)
class Entry:
    """An entity with the transcripts it is met in.

    Attributes:
        entity: its row.
        places: expert's code -> how often it is met there.
        undecided: how many of its mentions nobody has decided.
        kept: how many stay in the text as they are.
        open: how many stand in transcripts that are not approved: these can still be changed.
    """

    entity: Entity
    places: dict[str, int]
    undecided: int
    kept: int
    open: int

    @property
    def count(self) -> int:
        """How often it is met."""
        return sum(self.places.values())


def register_of(work: Work, study: Study, transcripts: Collection[UUID]) -> list[Entry]:
    """What is mentioned in these transcripts of a study, by kind and placeholder."""
    rows = work.session.exec(
        select(Entity, Mention, Transcript, Expert.code)
        .join(Mention, col(Mention.entity_id) == col(Entity.id))
        .join(Segment, col(Segment.id) == col(Mention.segment_id))
        .join(Transcript, col(Transcript.id) == col(Segment.transcript_id))
        .join(Interview, col(Interview.id) == col(Transcript.interview_id))
        .join(Expert, col(Expert.id) == col(Interview.expert_id))
        .where(Entity.study_id == study.id, col(Transcript.id).in_(transcripts))
        .order_by(col(Expert.code))
    ).all()
    met: dict[UUID, list[tuple[Entity, Mention, Transcript, str]]] = {}
    for row in rows:
        met.setdefault(row[0].id, []).append(row)
    return sorted((_entry(one) for one in met.values()), key=lambda entry: (entry.entity.label, _order(entry.entity)))


def rename(work: Work, entity: Entity, replacement: str, transcripts: Collection[UUID]) -> int:
    """Give an entity another replacement, the same in every place: from now on, and in what is not approved.

    What is approved keeps what stands there: codings count on it. So do mentions that were given one of their own.

    Returns:
        In how many places it was changed.

    Raises:
        ReplacementEmpty, ReplacementTooLong: it cannot stand there.
    """
    return call_otherwise(work, entity, replacement, transcripts).changed


def _entry(rows: Sequence[tuple[Entity, Mention, Transcript, str]]) -> Entry:
    places: dict[str, int] = {}
    for _, _, _, code in rows:
        places[code] = places.get(code, 0) + 1
    decisions = [mention.decision for _, mention, _, _ in rows]
    return Entry(
        rows[0][0], places, decisions.count(Decision.PENDING), decisions.count(Decision.REJECTED),
        sum(transcript.state == TranscriptState.RAW for _, _, transcript, _ in rows),
    )  # fmt: skip


def _order(entity: Entity) -> tuple[str, int, str]:
    """Numbers as numbers: [человек-2] before [человек-10]."""
    stem, _, number = entity.key.rpartition("-")
    return (stem, int(number), "") if number.isdigit() else ("", 0, entity.key)

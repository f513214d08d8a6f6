"""What was changed by whom: every deed on a mention leaves a line, which outlives the mention."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.models import Entity, Mention
from fieldwork.anonymisation.review_models import LaterChange, MentionChange
from fieldwork.core.ids import new_id
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript

CHANGE_FIELD = "mention_change.sealed_replacement"
ACCEPTED, REJECTED, ASKED, ADDED, LINKED, BACK = "accepted", "rejected", "asked", "added", "linked", "taken_back"
MASKED, UNMASKED, RENAMED, SETTLED, GONE = "masked", "unmasked", "renamed", "settled", "gone"
DEEDS = (ACCEPTED, REJECTED, ASKED, ADDED, LINKED, BACK, MASKED, UNMASKED, RENAMED, SETTLED, GONE)


@dataclass(frozen=True, repr=False)
class Told:
    """A line of the history, opened.

    Attributes:
        mention_id: whose history it is.
        position: the number of the turn it stands in; None where the mention is gone.
        deed: one of ``DEEDS``.
        label: the mention's kind.
        entity: the key of whom it named then.
        replacement: what stood in its place from then on.
        by: the account of whoever did it.
        at: when.
    """

    mention_id: UUID
    position: int | None
    deed: str
    label: str
    entity: str
    replacement: str
    by: UUID
    at: datetime

    def __repr__(self) -> str:
        """What was done, never what is written there."""
        return f"Told({self.deed} {self.entity})"


def note_change(work: Work, mention: Mention, deed: str, transcript: Transcript | None = None) -> None:
    """Write down what somebody has just done to a mention.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    transcript = transcript or work.get(Transcript, work.get(Segment, mention.segment_id).transcript_id)
    subject = expert_subject(work.get(Interview, transcript.interview_id).expert_id)
    row_id = new_id()
    work.session.add(
        MentionChange(
            id=row_id,
            transcript_id=transcript.id,
            mention_id=mention.id,
            deed=deed,
            decision=mention.decision,
            label=mention.label,
            entity_key=work.get(Entity, mention.entity_id).key,
            sealed_replacement=work.vault.seal_text(subject, CHANGE_FIELD, row_id, json.dumps(mention.replacement)),
            made_by_id=work.actor.account_id,
            made_at=work.now,
        )
    )


def changes_of(work: Work, transcript: Transcript, mention_id: UUID | None = None) -> Sequence[Told]:
    """The history of a transcript, or of one mention of it, newest first. Who may ask is for the caller.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    work.session.flush()
    subject = expert_subject(work.get(Interview, transcript.interview_id).expert_id)
    places = dict(
        work.session.exec(
            select(Mention.id, Segment.position).join(Segment).where(Segment.transcript_id == transcript.id)
        ).all()
    )
    query = select(MentionChange).where(MentionChange.transcript_id == transcript.id)
    if mention_id is not None:
        query = query.where(MentionChange.mention_id == mention_id)
    told = [
        Told(
            mention_id=row.mention_id,
            position=places.get(row.mention_id),
            deed=row.deed,
            label=row.label,
            entity=row.entity_key,
            replacement=json.loads(work.vault.unseal_text(subject, CHANGE_FIELD, row.id, row.sealed_replacement)),
            by=row.made_by_id,
            at=row.made_at,
        )
        for row in work.session.exec(query.order_by(col(MentionChange.made_at).desc()))
    ]
    return sorted(told, key=lambda one: (-one.at.timestamp(), one.position or 0))  # one deed may change many


def changes_after(work: Work, transcript: Transcript) -> Sequence[LaterChange]:
    """What was changed in a transcript since its approval, newest first."""
    query = select(LaterChange).where(LaterChange.transcript_id == transcript.id)
    return work.session.exec(query.order_by(col(LaterChange.made_at).desc(), col(LaterChange.id).desc())).all()


def deed_transcripts(work: Work, deed_id: UUID) -> list[Transcript]:
    """The approved transcripts that a deed has reached."""
    query = select(LaterChange.transcript_id).where(LaterChange.deed_id == deed_id)
    return [work.get(Transcript, one) for one in work.session.exec(query)]

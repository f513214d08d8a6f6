"""Who is who: mentions taken out of an entity into a new one, two entities made one, over the whole study.

What is approved keeps its words unless a deed says otherwise; then it is changed as any approved text is (``Deed``).
Forms follow the mentions, so that the next search links as the person has said; who did it is noted at each mention.
"""

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.afterwards import Done, take_back_later
from fieldwork.anonymisation.approval import Look
from fieldwork.anonymisation.changes import BACK, LINKED, note_change
from fieldwork.anonymisation.leak_door import look_here
from fieldwork.anonymisation.marking import known_roles, next_key
from fieldwork.anonymisation.meanings import form_of, own_forms, sign_of, wordings_of
from fieldwork.anonymisation.models import Decision, Entity, Mention
from fieldwork.anonymisation.placeholders import Numbering
from fieldwork.anonymisation.remasking import put_signs
from fieldwork.anonymisation.rules import stamp_of
from fieldwork.anonymisation.services import entities_of, forms_of, original_of, seal_forms
from fieldwork.anonymisation.undoing import ChangedSince, ReceiptUnknown
from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput, Refusal
from fieldwork.core.vault import KeyDestroyed, SealBroken, expert_subject, study_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState

RECEIPT_FIELD = "anonymisation.linking_receipt"


class NothingChosen(BadInput):
    """A new entity needs mentions."""

    message = "Choose the mentions that name somebody else."


class NobodyLeft(Refusal):
    """Taking out everything would only number the same anew."""

    message = "All mentions are chosen: then it is the same one as before. Leave at least one, or rename it instead."


class OtherKind(Refusal):
    """A person is no organisation."""

    message = "Only two of the same kind can be made one."


class KnownBoth(Refusal):
    """Two people of the study's own are two people."""

    message = "Both are known to the study as two different people. Take the mentions out one by one instead."


@dataclass(frozen=True, repr=False)
class Place:
    """A mention of an entity with where it stands."""

    mention: Mention
    transcript: Transcript
    interview: Interview
    position: int

    @property
    def approved(self) -> bool:
        """Whether its transcript is."""
        return self.transcript.state == TranscriptState.ANONYMISED

    def __repr__(self) -> str:
        """Which turn."""
        return f"Place({self.position})"


@dataclass(frozen=True)
class Linked:
    """What a deed did: how many mentions it moved, how many turns of approved texts it changed, what takes it back."""

    moved: int
    changed: Done | None
    receipt: str


def places_of(work: Work, entity: Entity) -> list[Place]:
    """Every mention of an entity in the study, by transcript and place."""
    rows = work.session.exec(
        select(Mention, Transcript, Interview, Segment.position)
        .join(Segment, col(Segment.id) == col(Mention.segment_id))
        .join(Transcript, col(Transcript.id) == col(Segment.transcript_id))
        .join(Interview, col(Interview.id) == col(Transcript.interview_id))
        .where(Mention.entity_id == entity.id)
        .order_by(col(Interview.id), col(Segment.position), col(Mention.start))
    ).all()
    return [Place(*row) for row in rows]


def split_off(
    work: Work, study: Study, entity: Entity, chosen: Collection[UUID], *, approved_too: bool = False,
    look: Look = look_here,
) -> Linked:  # fmt: skip
    """Take some mentions out of an entity: they name somebody else, who is numbered anew.

    Raises:
        NothingChosen, NobodyLeft: none of its mentions, or all of them.
        NameLeft, KeyDestroyed: where approved texts are changed, too.
    """
    places = places_of(work, entity)
    moving = [one for one in places if one.mention.id in chosen and (approved_too or not one.approved)]
    if not moving:
        raise NothingChosen
    if len(moving) == len(places):
        raise NobodyLeft
    entities = entities_of(work, study)
    key = next_key(entity.label, entities)
    numbering = Numbering(known_roles(work, study), {known.key: sign_of(known) for known in entities})
    sign = numbering.placeholder(entity.label, key)
    fresh = Entity(study_id=study.id, key=key, label=entity.label, replacement=sign, placeholder=sign, sealed_name=b"")
    fresh.sealed_name = seal_forms(work, fresh, [])
    work.add(fresh)
    return _linked(work, moving, (entity, fresh), "anonymisation.split", look)


def merge(
    work: Work, study: Study, entity: Entity, into: Entity, *, approved_too: bool = False, look: Look = look_here
) -> Linked:
    """Make two entities one: every mention of the first names the second.

    The first one's row stays, without mentions where all have gone: its number is never given to anybody else.

    Raises:
        OtherKind: they are of two kinds, or one and the same.
        KnownBoth: both are people whom the study knows.
        NameLeft, KeyDestroyed: where approved texts are changed, too.
    """
    if entity.label != into.label or entity.id == into.id:
        raise OtherKind
    roles = known_roles(work, study)
    if entity.key in roles and into.key in roles:
        raise KnownBoth
    moving = [one for one in places_of(work, entity) if approved_too or not one.approved]
    return _linked(work, moving, (entity, into), "anonymisation.merged", look)


def take_back_linking(work: Work, study: Study, receipt: str, *, look: Look = look_here) -> int:
    """Put mentions back to whom they named before a split or a merge.

    Returns:
        How many were put back.

    Raises:
        ReceiptUnknown: it is none of this study's.
        ChangedSince: somebody has decided one of them, or changed the same approved turns since.
    """
    try:
        sealed = base64.urlsafe_b64decode(receipt.encode())
        told: dict[str, Any] = json.loads(
            work.vault.unseal_text(study_subject(study.id), RECEIPT_FIELD, study.id, sealed)
        )
    except (ValueError, SealBroken):
        raise ReceiptUnknown from None
    if told["deed"]:
        take_back_later(work, study, UUID(told["deed"]), look=look)
    rows = {key: work.session.get(Mention, UUID(key)) for key in told["was"]}
    first, second = (work.session.get(Entity, UUID(told[name])) for name in ("entity", "into"))
    if first is None or second is None:
        raise ChangedSince
    for key, was in told["was"].items():
        mention = rows[key]
        if mention is None or (not was["approved"] and stamp_of(mention) != was["stamp"]):
            raise ChangedSince
        mention.entity_id, mention.replacement = first.id, was["replacement"]
        mention.linked_by_id = was["linked"] and UUID(was["linked"])
        work.add(mention)
        note_change(work, mention, BACK)
    for entity in (first, second):
        _gather(work, entity)
    if told["fresh"] and not places_of(work, second):
        work.session.delete(second)
    record(work, "anonymisation.linking_taken_back", study_id=study.id, subject_id=first.id, count=len(rows))
    return len(rows)


def _linked(work: Work, moving: Sequence[Place], pair: tuple[Entity, Entity], deed: str, look: Look) -> Linked:
    """Give mentions of the first entity to the second."""
    entity, into = pair
    fresh = not places_of(work, into)
    former = own_forms(entity, wordings_of(work, [entity.id]).get(entity.id, {}))
    wordings = wordings_of(work, [into.id]).get(into.id, {})
    was: dict[str, dict[str, Any]] = {}
    signs: list[tuple[Mention, str]] = []
    for one in moving:
        mention, told = one.mention, form_of(into, wordings, one.mention.cases)
        linked = str(mention.linked_by_id) if mention.linked_by_id else None
        was[str(mention.id)] = {"replacement": mention.replacement, "linked": linked, "approved": one.approved}
        if mention.replacement in former:  # else worded by a person: it stays
            if one.approved and mention.decision == Decision.ACCEPTED:
                signs.append((mention, told))
            else:
                mention.replacement = told
        mention.entity_id, mention.linked_by_id = into.id, work.actor.account_id
        work.add(mention)
        note_change(work, mention, LINKED, one.transcript)
        was[str(mention.id)]["stamp"] = stamp_of(mention)
    changed = put_signs(work, signs, look=look) if signs else None
    for one_entity in (entity, into):
        _gather(work, one_entity)
    record(work, deed, study_id=entity.study_id, subject_id=entity.id, other=str(into.id), count=len(moving))
    kept = {
        "entity": str(entity.id), "into": str(into.id), "fresh": fresh, "was": was,
        "deed": str(changed.deed_id) if changed else "",
    }  # fmt: skip
    sealed = work.vault.seal_text(study_subject(entity.study_id), RECEIPT_FIELD, entity.study_id, json.dumps(kept))
    return Linked(len(moving), changed, base64.urlsafe_b64encode(sealed).decode())


def _gather(work: Work, entity: Entity) -> None:
    """Seal the forms in which an entity is met now; those of erased experts are gone with their keys."""
    work.session.flush()
    met = [
        original_of(work, place.mention, place.interview.expert_id)
        for place in places_of(work, entity)
        if not work.vault.is_destroyed(expert_subject(place.interview.expert_id))
    ]
    forms = list(dict.fromkeys(met))
    try:
        known = forms_of(work, entity)
    except KeyDestroyed:
        return
    if set(known) != set(forms):
        entity.sealed_name = seal_forms(work, entity, [one for one in known if one in forms] + [
            one for one in forms if one not in known
        ])  # fmt: skip
        work.add(entity)

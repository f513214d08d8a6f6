"""Taking a deed of a review back: how its mentions stood before it is sealed and handed to whoever did it.

The receipt is opaque: it holds placeholders that people typed, and sealed originals. Whoever gives it back gets
everything as it was, unless somebody else has changed the same mentions since.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.anonymisation.changes import BACK, note_change
from fieldwork.anonymisation.models import Entity, Mention
from fieldwork.anonymisation.rules import stamp_of
from fieldwork.anonymisation.services import entities_of, mentions_of
from fieldwork.core.audit import record
from fieldwork.core.database import UTCDateTime
from fieldwork.core.errors import BadInput, Refusal
from fieldwork.core.vault import SealBroken, expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.services import study_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript
from fieldwork.transcription.rules import require_raw
from fieldwork.transcription.services import code_of

RECEIPT_FIELD = "anonymisation.receipt"
_COLUMNS = sa.inspect(Mention).columns
_PLACE = ("segment_id", "start", "end", "replaced_start", "replaced_end")


class ChangedSince(Refusal):
    """Somebody else has decided the same mentions."""

    message = "Somebody else has changed this since. It is shown as it is now; decide it anew if you want it otherwise."


class ReceiptUnknown(BadInput):
    """Not a receipt of this transcript."""

    message = "This can no longer be taken back. Decide the mentions anew if you want them otherwise."


@dataclass(frozen=True, repr=False)
class Standing:
    """How a transcript's mentions and the study's entities stand at a moment, as values."""

    mentions: dict[str, dict[str, Any]]
    stamps: dict[str, str]
    entities: dict[str, str]

    def __repr__(self) -> str:
        """How much it is, never what it says."""
        return f"Standing({len(self.mentions)} mentions)"


def standing_of(work: Work, transcript: Transcript) -> Standing:
    """How a transcript's mentions stand now: to be asked for before a deed that may be taken back."""
    mentions = mentions_of(work, transcript)
    study = study_of(work, work.get(Interview, transcript.interview_id).study_id)
    return Standing(
        {str(mention.id): values_of(mention) for mention in mentions},
        {str(mention.id): stamp_of(mention) for mention in mentions},
        {str(entity.id): entity.replacement for entity in entities_of(work, study)},
    )


def receipt_for(work: Work, transcript: Transcript, before: Standing) -> str:
    """What takes back everything that has changed since ``before``: sealed, in letters that travel well.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    work.session.flush()
    after = standing_of(work, transcript)
    changed = [
        key for key in before.stamps.keys() | after.stamps.keys() if before.stamps.get(key) != after.stamps.get(key)
    ]
    entities = [key for key in after.entities if before.entities.get(key) != after.entities[key]]
    told = {
        "was": {key: before.mentions.get(key) for key in changed},
        "is": {key: after.stamps.get(key) for key in changed},
        "entities": {key: [before.entities.get(key), after.entities[key]] for key in entities},
    }
    subject = expert_subject(work.get(Interview, transcript.interview_id).expert_id)
    sealed = work.vault.seal_text(subject, RECEIPT_FIELD, transcript.id, json.dumps(told))
    return base64.urlsafe_b64encode(sealed).decode()


def take_back(work: Work, transcript: Transcript, receipt: str) -> int:
    """Put mentions back to how they stood before the deed that a receipt is for.

    Returns:
        How many mentions were put back.

    Raises:
        ReceiptUnknown: it is none of this transcript's.
        ChangedSince: somebody else has changed one of them.
        NotTranscribed, AlreadyApproved: the transcript is not raw.
        KeyDestroyed: its expert was erased.
    """
    interview = work.get(Interview, transcript.interview_id)
    require_raw(transcript.state, code_of(work, interview))
    told = _opened(work, transcript, interview, receipt)
    present = {str(mention.id): mention for mention in mentions_of(work, transcript)}
    if any((stamp_of(present[key]) if key in present else None) != stamp for key, stamp in told["is"].items()):
        raise ChangedSince
    for key, was in told["was"].items():
        if was is None:
            work.session.delete(present[key])
    work.session.flush()
    for key, was in told["was"].items():
        if was is not None:
            note_change(work, put_mention(work, present.get(key), was), BACK, transcript)
    for key, (replacement, given) in told["entities"].items():
        put_entity(work, UUID(key), replacement, given)
    record(
        work, "anonymisation.taken_back", study_id=interview.study_id, subject_id=transcript.id,
        count=len(told["was"]),
    )  # fmt: skip
    return len(told["was"])


def _opened(work: Work, transcript: Transcript, interview: Interview, receipt: str) -> dict[str, Any]:
    try:
        sealed = base64.urlsafe_b64decode(receipt.encode())
        text = work.vault.unseal_text(
            expert_subject(interview.expert_id), RECEIPT_FIELD, transcript.id, sealed
        )  # fmt: skip
    except (ValueError, SealBroken):
        raise ReceiptUnknown from None
    told: dict[str, Any] = json.loads(text)
    return told


def values_of(mention: Mention) -> dict[str, Any]:
    """All columns of a mention, as JSON can hold them."""
    return {column.name: _told(getattr(mention, column.name)) for column in _COLUMNS}


def put_mention(work: Work, mention: Mention | None, was: dict[str, Any], *, places: bool = False) -> Mention:
    """A mention as ``values_of`` told it; made anew under its id where it is gone.

    Args:
        work: the unit of work.
        mention: as it is, or None.
        was: how it was.
        places: also lead one that is there back to where it was; else it stays where its words have moved meanwhile.

    Raises:
        ChangedSince: it is gone, and so is its turn.
    """
    known = {column.name: _read(column, was[column.name]) for column in _COLUMNS if column.name in was}
    if mention is None:
        if work.session.get(Segment, known["segment_id"]) is None:
            raise ChangedSince
        return work.add(Mention(**known))
    for name, value in known.items():
        if places or name not in _PLACE:
            setattr(mention, name, value)
    return work.add(mention)


def _told(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _read(column: "sa.Column[Any]", value: Any) -> Any:
    if value is None:
        return None
    kind = column.type.python_type if not isinstance(column.type, UTCDateTime) else datetime
    if kind is bytes:
        return base64.b64decode(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    return UUID(value) if kind is UUID else value


def put_entity(work: Work, key: UUID, replacement: str | None, given: str) -> None:
    """An entity's replacement as it was; one that the deed had made goes, unless it is met elsewhere by now."""
    entity = work.session.get(Entity, key)
    if entity is None:
        return
    if replacement is None:
        if work.session.exec(select(Mention.id).where(col(Mention.entity_id) == key).limit(1)).first() is None:
            work.session.delete(entity)
    elif entity.replacement == given:
        entity.replacement = replacement
        work.session.add(entity)
    work.session.flush()

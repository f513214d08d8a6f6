"""The audit trail: who did what when, as ids and counts, each entry chained to the one before by its hash."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from fieldwork.core.database import json_field, moment_field
from fieldwork.core.work import Work

GENESIS = "0" * 64
_LOCK = 0x66776175  # any number will do, so long as nothing else takes the same advisory lock


class AuditEntry(SQLModel, table=True):
    """One deed. ``details`` hold ids, counts and settings, never names or texts."""

    __tablename__ = "audit_entry"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = moment_field()
    actor_id: UUID
    deed: str
    study_id: UUID | None = Field(default=None, index=True)
    subject_id: UUID | None = Field(default=None, index=True)
    details: dict[str, Any] = json_field(default_factory=dict)
    previous_hash: str
    hash: str


def record(
    work: Work, deed: str, *, study_id: UUID | None = None, subject_id: UUID | None = None, **details: Any
) -> AuditEntry:
    """Add a deed («expert.added») to the trail, in the transaction of the deed itself."""
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last = work.session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(1)).first()
    entry = AuditEntry(
        number=last.number + 1 if last else 1,  # no gaps, also where a transaction was rolled back
        at=work.now,
        actor_id=work.actor.account_id,
        deed=deed,
        study_id=study_id,
        subject_id=subject_id,
        details=details,
        previous_hash=last.hash if last else GENESIS,
        hash="",
    )
    entry.hash = _hash(entry)
    work.session.add(entry)
    work.session.flush()
    return entry


def first_broken_link(session: Session) -> int | None:
    """The number of the first entry that does not follow from the one before it; None when the chain holds.

    Entries altered, removed or put between are found; entries cut off at the end are not: note the last hash elsewhere.
    """
    previous = GENESIS
    for number, entry in enumerate(session.exec(select(AuditEntry).order_by(col(AuditEntry.number))), start=1):
        if entry.number != number or entry.previous_hash != previous or entry.hash != _hash(entry):
            return entry.number
        previous = entry.hash
    return None


def _hash(entry: AuditEntry) -> str:
    """SHA-256 (hex) over the entry's canonical JSON, the previous hash included."""
    content = {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(entry.actor_id),
        "deed": entry.deed,
        "study": str(entry.study_id),
        "subject": str(entry.subject_id),
        "details": entry.details,
        "previous": entry.previous_hash,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()

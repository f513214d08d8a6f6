"""Tables of consent: versioned forms, decisions, scopes, quotation exceptions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from fieldwork.core.database import Record, Texts, foreign, json_field, moment_field, one_of


class Scope(StrEnum):
    """What a person may allow."""

    RECORD = "record"
    TRANSCRIBE = "transcribe"
    QUOTE = "quote"
    ARCHIVE = "archive"
    NAMED = "named"


class ConsentForm(Record, table=True):
    """One version of the information sheet and form, in every language it is offered in."""

    __tablename__ = "consent_form"
    __table_args__ = (sa.UniqueConstraint("study_id", "version"),)

    study_id: UUID = foreign("study.id")
    version: str
    dated: date
    is_template: bool = True
    content: dict[str, Any] = json_field()


class Consent(Record, table=True):
    """An expert's decision on a form. A later decision replaces an earlier one; the earlier one is kept."""

    __tablename__ = "consent"
    __table_args__ = (one_of("method", ("online", "paper", "voice")),)

    expert_id: UUID = foreign("expert.id")
    form_id: UUID = foreign("consent_form.id", ondelete="RESTRICT")
    given_at: datetime = moment_field()
    language: str
    method: str
    withdrawn_at: datetime | None = moment_field(default=None, nullable=True)
    sealed_note: bytes | None = None


class ConsentScope(Record, table=True):
    """One scope of a consent, granted or not."""

    __tablename__ = "consent_scope"
    __table_args__ = (sa.UniqueConstraint("consent_id", "scope"), one_of("scope", tuple(Scope)))

    consent_id: UUID = foreign("consent.id")
    scope: str
    granted: bool


class QuoteException(Record, table=True):
    """A topic on which the expert may not be quoted: passages of these questions, or coded under these categories."""

    __tablename__ = "quote_exception"
    __table_args__ = (sa.UniqueConstraint("consent_id", "key"),)

    consent_id: UUID = foreign("consent.id")
    key: str
    label: Texts = json_field()
    questions: list[int] = json_field(default_factory=list)
    categories: list[str] = json_field(default_factory=list)

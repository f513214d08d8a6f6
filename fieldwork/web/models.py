"""Tables of the browser's side: who may administer, sessions, one-time links, wrong passwords."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from fieldwork.core.database import Record, foreign, moment_field


class Access(Record, table=True):
    """How an account gets in. Raising ``epoch`` ends every session of the account at once."""

    __tablename__ = "access"
    __table_args__ = (sa.UniqueConstraint("account_id"),)

    account_id: UUID = foreign("account.id")
    administrator: bool = False
    epoch: int = 0
    closed_at: datetime | None = moment_field(default=None, nullable=True)


class WebSession(Record, table=True):
    """Somebody signed in in one browser. Only the SHA-256 of the token is kept."""

    __tablename__ = "web_session"
    __table_args__ = (sa.UniqueConstraint("token_sha256"),)

    account_id: UUID = foreign("account.id")
    token_sha256: str
    epoch: int
    started_at: datetime = moment_field()
    seen_at: datetime = moment_field()


class EntryLink(Record, table=True):
    """A link that lets its holder choose a password, once, until it runs out."""

    __tablename__ = "entry_link"
    __table_args__ = (sa.UniqueConstraint("token_sha256"),)

    account_id: UUID = foreign("account.id")
    token_sha256: str
    expires_at: datetime = moment_field()
    used_at: datetime | None = moment_field(default=None, nullable=True)


class WrongPasswords(Record, table=True):
    """Wrong passwords for one login or from one network since ``since``; the key is a SHA-256 of either."""

    __tablename__ = "wrong_passwords"
    __table_args__ = (sa.UniqueConstraint("key_sha256"),)

    key_sha256: str
    count: int
    since: datetime = moment_field()

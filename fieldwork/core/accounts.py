"""People who work with the platform. What a person may do in a study is a membership (``programme``)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from fieldwork.core.database import Record, moment_field
from fieldwork.core.ids import NOBODY


class Account(Record, table=True):
    """Someone who can sign in."""

    __tablename__ = "account"
    __table_args__ = (sa.UniqueConstraint("login"),)

    login: str
    display_name: str
    password_hash: str | None = None
    created_at: datetime = moment_field()


@dataclass(frozen=True)
class Actor:
    """Who does a deed: an account, or the platform itself."""

    account_id: UUID = NOBODY

    @property
    def is_platform(self) -> bool:
        """True for deeds that no account did (jobs, the command line of the installation's owner)."""
        return self.account_id == NOBODY


PLATFORM = Actor()

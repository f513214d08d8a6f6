"""One unit of work: what a service needs to do its deed, and the one commit that ends it."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from fieldwork.core.accounts import PLATFORM, Actor
from fieldwork.core.clock import Clock, utc_now
from fieldwork.core.database import create_engine, is_full, reading
from fieldwork.core.errors import NotFound
from fieldwork.core.files import BlobStore, DiskFull
from fieldwork.core.settings import Settings
from fieldwork.core.vault import Vault

Row = TypeVar("Row", bound=SQLModel)


@dataclass
class Work:
    """What services get: the session, who acts, when, and the doors to keys and blobs. Services never commit it."""

    session: Session
    actor: Actor
    now: datetime
    vault: Vault
    blobs: BlobStore
    settings: Settings
    _undo: list[Callable[[], None]] = field(default_factory=list)
    _after: list[Callable[[], None]] = field(default_factory=list)

    def get(self, model: type[Row], identity: UUID) -> Row:
        """The row of that id.

        Raises:
            NotFound: there is none.
        """
        row = self.session.get(model, identity)
        if row is None:
            raise NotFound(kind=model.__name__, name=identity)
        return row

    def add(self, row: Row) -> Row:
        """Add a row and give it to the database at once, so that later rows can point at it."""
        self.session.add(row)
        self.session.flush()
        return row

    def add_all(self, rows: list[Row]) -> list[Row]:
        """Add rows of one kind in order."""
        self.session.add_all(rows)
        self.session.flush()
        return rows

    def on_rollback(self, undo: Callable[[], None]) -> None:
        """Something outside the database (a blob) to take back when this work fails."""
        self._undo.append(undo)

    def after_commit(self, deed: Callable[[], None]) -> None:
        """Something to do once the rows are safe: mail, broker messages, removing replaced blobs."""
        self._after.append(deed)


@dataclass(frozen=True)
class Ground:
    """An open installation: settings, database engine, vault, blobs, clock."""

    settings: Settings
    engine: Engine
    vault: Vault
    blobs: BlobStore
    clock: Clock = utc_now

    @contextlib.contextmanager
    def work(self, actor: Actor = PLATFORM) -> Iterator[Work]:
        """A unit of work: commits once at the end, or rolls everything back, blobs included.

        Deeds asked for with ``after_commit`` happen when the transaction and its lock are gone.

        Raises:
            DiskFull: the database or the keystore has no room left.
        """
        with naming_full_disk(self.settings.data), Session(self.engine, expire_on_commit=False) as session:
            work = Work(session, actor, self.clock(), self.vault, self.blobs, self.settings)
            try:
                yield work
                session.commit()
            except BaseException:
                with contextlib.ExitStack() as undoing:  # the last one first, and each even if another fails
                    for undo in work._undo:  # noqa: SLF001 - the two are one mechanism
                        undoing.callback(undo)
                    session.rollback()
                raise
        for deed in work._after:  # noqa: SLF001 - as above
            deed()

    @contextlib.contextmanager
    def look(self) -> Iterator[Session]:
        """A session that only reads: it takes no write lock (SQLite) and ends without a commit."""
        with Session(reading(self.engine), expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Let go of database connections."""
        self.engine.dispose()
        self.vault.close()


@contextlib.contextmanager
def naming_full_disk(folder: Path) -> Iterator[None]:
    """Turn what databases say when ``folder`` is full into a refusal that says what to do.

    Raises:
        DiskFull: a database has no room left.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        if is_full(error):
            raise DiskFull(folder=folder) from None
        raise


def open_ground(settings: Settings, clock: Clock = utc_now) -> Ground:
    """Open the installation that ``settings`` describe; creates the data folder and keystore when new.

    The database schema is brought up to date by ``fieldwork.core.schema.upgrade``, not here.

    Raises:
        KeyFileMissing, KeyFileWrong: the keystore cannot be opened.
        DiskFull: there is no room for it.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with naming_full_disk(settings.keystore_path.parent):
        vault = Vault.open(settings.keystore_path, settings.key_path)
    return Ground(settings, create_engine(settings.database_url), vault, BlobStore(settings.blobs_path, vault), clock)

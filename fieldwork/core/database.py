"""The database: base record, column types, engines for SQLite and PostgreSQL."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Field, Session, SQLModel

from fieldwork.core.ids import new_id

Texts = dict[str, str]
"""One text in several languages: {"ru": …, "kk": …, "en": …}."""

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING

_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
"""SQLite's codes for a full disk: while a page is written, and while the index of its write-ahead log is laid out."""
_FULL_POSTGRES = "53100"  # disk_full


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """A moment. SQLite gives datetimes back naive: this refuses naive ones going in and adds UTC coming out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; refuses a moment without a zone."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back as UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Record(SQLModel):
    """Base of every table: a random id. One-way relations, child to parent; limits are named constraints."""

    id: UUID = Field(default_factory=new_id, primary_key=True)

    def __repr__(self) -> str:
        """Kind and id only: rows must be harmless in a log."""
        return f"<{type(self).__name__} {self.id}>"

    __str__ = __repr__


def foreign(target: str, *, ondelete: Literal["CASCADE", "RESTRICT", "SET NULL"] = "CASCADE", **options: Any) -> Any:
    """A foreign key field to ``target`` («table.column»), indexed. ``primary_key``, ``nullable`` … pass through."""
    return Field(foreign_key=target, index=not options.get("primary_key"), ondelete=ondelete, **options)


def json_field(**options: Any) -> Any:
    """A field kept as JSON (JSONB on PostgreSQL); None is NULL. Assign a new value: changes inside one go unnoticed."""
    kind = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    return Field(sa_type=kind, **options)


def moment_field(**options: Any) -> Any:
    """A field that holds a moment in UTC."""
    return Field(sa_type=UTCDateTime, **options)


def one_of(column: str, values: Mapping[str, str] | tuple[str, ...]) -> sa.CheckConstraint:
    """A CHECK that ``column`` holds one of ``values``."""
    allowed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=column)


def psycopg_url(url: str) -> str:
    """``url`` with psycopg 3 as the driver where it names PostgreSQL without one."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme in ("postgresql", "postgres") else url


def create_engine(url: str, *, foreign_keys: bool = True) -> Engine:
    """An engine with the pragmas this house relies on.

    SQLite: WAL, foreign keys (migrations go without), secure_delete, a 30 s busy timeout, and every transaction BEGIN
    IMMEDIATE (deferred ones end in «database is locked» as soon as two processes write). PostgreSQL: psycopg 3.
    """
    engine = sa.create_engine(
        psycopg_url(url),
        json_serializer=_dump_json,
        pool_pre_ping=not url.startswith("sqlite"),
        hide_parameters=True,  # an error's text must not hold what people said
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite if foreign_keys else _prepare_sqlite_for_migration)
        event.listen(engine, "begin", _begin)
    return engine


def is_full(error: BaseException | None) -> bool:
    """Whether a database gave up because its disk (or a quota) is full, or did so before this error.

    SQLite takes the whole transaction back when that happens, savepoints included, so that what is raised in the end
    may be that a savepoint is gone.
    """
    while error is not None:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if getattr(cause, "sqlite_errorcode", None) in _FULL or getattr(cause, "sqlstate", None) == _FULL_POSTGRES:
            return True
        error = error.__context__
    return False


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: on SQLite they wait for no writer and hold up none."""
    return engine.execution_options(sqlite_begin="DEFERRED")


def is_pointed_at(
    session: Session, model: type[Record], ids: Collection[UUID], *, apart_from: Collection[type[Record]] = ()
) -> bool:
    """Whether a row of any room has a foreign key to one of these rows.

    Left aside: the tables of ``apart_from``, and those whose rows are made of others (``info={"derived": True}``).
    """
    return any(
        session.execute(sa.select(sa.literal(1)).where(column.in_(ids)).limit(1)).first()
        for column in _pointing(model, apart_from)
    )


def pointed_at(
    session: Session, model: type[Record], ids: Collection[UUID], *, apart_from: Collection[type[Record]] = ()
) -> set[UUID]:
    """Those of these rows that a row of any room (those of ``apart_from`` left aside) has a foreign key to."""
    columns = _pointing(model, apart_from)
    return {one for column in columns for one in session.scalars(sa.select(column).where(column.in_(ids)).distinct())}


def _pointing(model: type[Record], apart_from: Collection[type[Record]]) -> list[sa.Column[Any]]:
    """The foreign keys to a table."""
    target, aside = model.__tablename__, {str(one.__tablename__) for one in apart_from}
    return [
        key.parent
        for table in SQLModel.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == target and table.name not in aside and not table.info.get("derived")
    ]


def _dump_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout=30000",  # first: switching to WAL takes a lock itself
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_sqlite_for_migration(connection: sqlite3.Connection, record: object) -> None:
    _prepare_sqlite(connection, record)
    connection.execute("PRAGMA foreign_keys=OFF").close()


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")

"""Alembic's environment: one transaction for all steps, so that a migration that fails leaves everything as it was.

It works on an engine without SQLite's foreign keys: batch mode recreates tables, and with them on would delete
cascading children silently. Rows are counted before and after instead, and foreign keys checked at the end.
"""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from fieldwork.app import import_models
from fieldwork.core.database import UTCDateTime, create_engine

_LOCK = 0x6D696772  # any number will do, so long as nothing else takes the same advisory lock


def migrate() -> None:
    """Run the migrations asked for."""
    import_models()
    engine = create_engine(context.config.attributes["url"], foreign_keys=False)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":  # two workers may start at once; SQLite has its write lock
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            before = count_rows(connection)
            context.configure(
                connection=connection,
                target_metadata=SQLModel.metadata,
                render_as_batch=True,
                render_item=render_item,
                transactional_ddl=True,
            )
            context.run_migrations()
            refuse_loss(connection, before)
            connection.commit()
    finally:
        engine.dispose()


def count_rows(connection: sa.Connection) -> dict[str, int]:
    """Rows per table that exists."""
    tables = sa.inspect(connection).get_table_names()
    return {
        name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
        for name in tables
        if name != "alembic_version"
    }


def refuse_loss(connection: sa.Connection, before: dict[str, int]) -> None:
    """Refuse to commit when a table that is still there has lost rows, or a row its parent.

    A migration that means to delete rows says so with ``config.attributes["rows_may_go"]``.
    """
    after = count_rows(connection)
    lost = {name: count - after[name] for name, count in before.items() if after.get(name, count) < count}
    if lost and not context.config.attributes.get("rows_may_go"):
        raise RuntimeError(f"rows would be lost in this migration, nothing was changed: {lost}")
    if connection.dialect.name == "sqlite":
        orphans = sorted({row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")})
        if orphans:
            raise RuntimeError(f"rows would lose their parents in this migration, nothing was changed: {orphans}")


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what they are in the database: migrations must outlive the classes."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()" if item.length is None else f"sa.String(length={item.length})"
    if kind == "type" and isinstance(item, sa.JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


migrate()

"""Every migration up, down and up again, with rows in every table, on SQLite and on PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from fieldwork.app import import_models
from fieldwork.core.database import create_engine
from fieldwork.core.schema import config, current_revision, downgrade, head_revision, upgrade

import_models()
TABLES = SQLModel.metadata.sorted_tables
REVISIONS = [script.revision for script in ScriptDirectory.from_config(config("sqlite://")).walk_revisions()][::-1]


@pytest.fixture
def engine(empty_database: str) -> Iterator[sa.Engine]:
    """An engine on a database without tables."""
    engine = create_engine(empty_database)
    yield engine
    engine.dispose()


def fill(connection: sa.Connection) -> None:
    """Put two rows into every table, parents first; where a row points at one table twice, it points at both rows."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for table in TABLES:
        rows[table.name] = [row_of(table, turn, rows) for turn in (0, 1)]
        connection.execute(sa.insert(table), rows[table.name])


SAMPLES: dict[type[sa.types.TypeEngine[Any]], Callable[[int], Any]] = {
    sa.Uuid: lambda _: uuid4(),
    sa.String: lambda turn: f"ұзақ {turn}",
    sa.Boolean: bool,
    sa.Integer: lambda turn: turn + 1,
    sa.Float: lambda turn: turn / 2,
    sa.LargeBinary: lambda turn: b"\x00sealed" + bytes([turn]),
    sa.JSON: lambda turn: {"ru": "да", "kk": "иә", "en": turn},
    sa.DateTime: lambda turn: datetime(2025, 3, 21 + turn, 10, 0, tzinfo=UTC),
    sa.Date: lambda turn: date(2025, 3, 21 + turn),
}


def row_of(table: sa.Table, turn: int, rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The first (0) or second (1) row of a table, every column filled."""
    pointed_at: list[str] = []
    row: dict[str, Any] = {}
    for column in table.columns:
        for key in column.foreign_keys:
            parent = key.column.table.name
            there = rows.get(parent)  # none yet where a table points at itself
            row[column.name] = there[(turn + pointed_at.count(parent)) % 2][key.column.name] if there else None
            pointed_at.append(parent)
        if not column.foreign_keys:
            kind = column.type.impl if isinstance(column.type, sa.types.TypeDecorator) else column.type
            row[column.name] = next(sample(turn) for base, sample in SAMPLES.items() if isinstance(kind, base))
    fit_checks(table, row)
    return row


def fit_checks(table: sa.Table, row: dict[str, Any]) -> None:
    """Make a row fit its table's checks: a value of the list where there is one, ends after starts."""
    for check in (one for one in table.constraints if isinstance(one, sa.CheckConstraint)):
        column, _, allowed = str(check.sqltext).partition(" IN ")
        if allowed:
            row[column] = allowed.split("'")[1]
    row.update({name: 9 for name, value in row.items() if name.partition("_")[0] == "end" and isinstance(value, int)})


def counts(engine: sa.Engine) -> dict[str, int]:
    """Rows per table."""
    with engine.connect() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
            for name in sa.inspect(connection).get_table_names()
            if name != "alembic_version"
        }


TWO_EACH = {table.name: 2 for table in TABLES}


def test_migrations_lead_to_what_the_models_say(empty_database: str, engine: sa.Engine) -> None:
    assert upgrade(empty_database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_up_down_and_up_again_with_rows_in_every_table(empty_database: str, engine: sa.Engine) -> None:
    upgrade(empty_database)
    with engine.begin() as connection:
        fill(connection)
    assert counts(engine) == TWO_EACH
    for revision in [*REVISIONS[-2::-1], "base"]:
        downgrade(empty_database, revision)
    assert (counts(engine), current_revision(engine)) == ({}, None)
    for revision in REVISIONS:
        assert upgrade(empty_database, revision=revision)
    with engine.begin() as connection:
        fill(connection)
    assert (counts(engine), current_revision(engine)) == (TWO_EACH, head_revision())


def test_a_database_that_is_up_to_date_is_left_alone(empty_database: str, engine: sa.Engine, tmp_path: Path) -> None:
    upgrade(empty_database)
    with engine.begin() as connection:
        fill(connection)
    files = sorted(tmp_path.glob("*before*"))
    assert not upgrade(empty_database)
    assert (counts(engine), sorted(tmp_path.glob("*before*"))) == (TWO_EACH, files)


@pytest.fixture
def extra(tmp_path: Path) -> Callable[[str, str], None]:
    """Runs a migration on top of the newest one: (URL, body of its ``upgrade``)."""

    def run(url: str, body: str) -> None:
        settings = config(url)
        folder = tmp_path / "versions"
        folder.mkdir()
        own = Path(str(settings.get_main_option("script_location"))) / "versions"
        settings.set_main_option("version_locations", f"{own}:{folder}")
        script = f"""
import sqlalchemy as sa
from alembic import op
revision = "next"
down_revision = {head_revision()!r}
branch_labels = depends_on = None
def upgrade() -> None:
{body}
"""
        (folder / "next.py").write_text(script)
        command.upgrade(settings, "next")

    return run


def test_rebuilding_a_parent_table_loses_no_child(
    empty_database: str, engine: sa.Engine, extra: Callable[[str, str], None]
) -> None:
    upgrade(empty_database)
    with engine.begin() as connection:
        fill(connection)
    extra(
        empty_database,
        """
    for table in ("study", "expert", "segment"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("added", sa.String(), nullable=True))
        with op.batch_alter_table(table) as batch:  # SQLite copies the table, drops it, and renames the copy
            batch.drop_column("added")
""",
    )
    assert (counts(engine), current_revision(engine)) == (TWO_EACH, "next")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    op.execute('DELETE FROM memo')", "nothing was changed: {'memo': 2"),
        ("    op.add_column('study', sa.Column('a', sa.String()))\n    op.execute('SELECT a FROM no_such')", "no_such"),
    ],
    ids=["loses rows", "breaks off"],
)
def test_a_migration_that_loses_rows_or_breaks_off_changes_nothing(
    empty_database: str, engine: sa.Engine, extra: Callable[[str, str], None], body: str, said: str
) -> None:
    upgrade(empty_database)
    with engine.begin() as connection:
        fill(connection)
    columns = [column["name"] for column in sa.inspect(engine).get_columns("study")]
    with pytest.raises((RuntimeError, sa.exc.DBAPIError), match=said):
        extra(empty_database, body)
    assert (counts(engine), current_revision(engine)) == (TWO_EACH, head_revision())
    assert [column["name"] for column in sa.inspect(engine).get_columns("study")] == columns


def test_a_sqlite_file_is_copied_aside_before_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "fieldwork.sqlite"
    url = f"sqlite:///{path}"
    upgrade(url)
    assert not list(tmp_path.glob("*.before-*"))  # there was nothing to keep
    engine = create_engine(url)
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()

    downgrade(url, "base")

    copy = tmp_path / f"fieldwork.before-{head_revision()}.sqlite"
    assert sorted(tmp_path.glob("fieldwork.*before*")) == [copy]
    assert copy.stat().st_mode & 0o777 == 0o600
    connection_ = sqlite3.connect(copy)
    kept = {table.name: connection_.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0] for table in TABLES}  # noqa: S608
    connection_.close()
    assert kept == TWO_EACH


def test_deleting_a_parent_takes_its_children_also_after_migrations(empty_database: str, engine: sa.Engine) -> None:
    upgrade(empty_database)
    with engine.begin() as connection:
        fill(connection)
        connection.execute(sa.delete(SQLModel.metadata.tables["coding"]))
        connection.execute(sa.delete(SQLModel.metadata.tables["transcript"]))
    gone = {name for name, count in counts(engine).items() if count == 0}
    assert gone == descendants("transcript") | descendants("coding") | {"coding", "transcript"}


def descendants(name: str) -> set[str]:
    """The tables whose rows go with a row of this one."""
    children = {
        table.name
        for table in TABLES
        for key in table.foreign_keys
        if key.column.table.name == name and key.ondelete == "CASCADE"
    }
    return children | {further for child in children - {name} for further in descendants(child)}

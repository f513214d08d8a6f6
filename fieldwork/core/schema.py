"""Bringing a database to the current schema. Migrations lie beside the package in a checkout, inside it in a wheel."""

import os
import sqlite3
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from fieldwork.core.database import create_engine


def shipped(name: str) -> Path:
    """A folder that belongs to the project but lies outside the package: migrations, interview_guides, audio/demo."""
    package = Path(str(files("fieldwork")))
    inside = package / "_shipped" / name
    return inside if inside.exists() else package.parent / name


def config(url: str) -> Config:
    """Alembic's configuration for a database URL, without an ini file: for ``alembic.command``."""
    settings = Config()
    settings.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["url"] = url
    return settings


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """The newest revision of this version of the program."""
    return ScriptDirectory.from_config(config("sqlite://")).get_current_head()


def upgrade(url: str, *, revision: str = "head") -> bool:
    """Migrate the database at ``url`` upwards; a SQLite file with tables in it is copied aside first.

    All steps are one transaction: when one fails, nothing has changed.

    Returns:
        Whether anything had to be done.
    """
    if not _copied_aside(url, head_revision() if revision == "head" else revision):
        return False
    command.upgrade(config(url), revision)
    return True


def downgrade(url: str, revision: str) -> None:
    """Migrate back down to ``revision`` («base» for an empty database); a SQLite file is copied aside first."""
    if _copied_aside(url, revision):
        command.downgrade(config(url), revision)


def _copied_aside(url: str, goal: str | None) -> bool:
    """Copy a SQLite file aside that is about to be migrated to ``goal``; returns whether it is not there yet."""
    engine = create_engine(url)
    try:
        before = current_revision(engine)
        if before is not None and before != goal and engine.dialect.name == "sqlite":
            _copy_aside(Path(str(engine.url.database)), before)
        return before != goal
    finally:
        engine.dispose()


def _copy_aside(path: Path, revision: str) -> None:
    """A consistent copy beside the database file, named after the revision it holds, for this user's eyes only."""
    aside = path.with_name(f"{path.stem}.before-{revision}{path.suffix}")
    partial = aside.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    source, target = sqlite3.connect(path), sqlite3.connect(partial)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    partial.replace(aside)

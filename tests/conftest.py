"""What every test shares: an installation on SQLite and on PostgreSQL, a unit of work, a clock.

A database is migrated once per session (and per worker of pytest-xdist): SQLite's file is then copied for each test,
PostgreSQL's is emptied after it. Tests on PostgreSQL use the server that FIELDWORK_TEST_POSTGRES names, by default the
local one; where none answers they are left out, and the run says so in its last lines. With CI=true it fails instead.
"""

import contextlib
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from filelock import FileLock
from psycopg import sql
from sqlmodel import SQLModel
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from fieldwork.app import create_app, import_models
from fieldwork.cli import main
from fieldwork.core.accounts import Account
from fieldwork.core.clock import utc_now
from fieldwork.core.database import create_engine
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground, Work, open_ground
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import create_study, find_study
from fieldwork.web.guard import SESSION_COOKIE, csrf_of
from fieldwork.web.services import access_of, start_session

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

FIELDWORK = Path(sys.executable).with_name("fieldwork")
SERVER = os.environ.get("FIELDWORK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
RECORDINGS = Path(
    os.environ.get("FIELDWORK_TEST_RECORDINGS", Path(__file__).parent.parent.parent / "shared" / "reference" / "audio")
)
"""Recordings made by others, which are not ours to keep in the repository: a folder that may lie beside it."""
CHROMIUM = Path("/usr/bin/chromium")
"""Debian's; the journeys walk through it."""
DATABASES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


def pytest_configure(config: pytest.Config) -> None:
    """Tests see no settings of the person who runs them; in continuous integration PostgreSQL is a must."""
    for name in [
        name for name in os.environ if name.startswith("FIELDWORK_") and not name.startswith("FIELDWORK_TEST_")
    ]:
        del os.environ[name]
    if os.environ.get("CI") == "true" and not postgres_answers():
        raise pytest.UsageError(f"CI=true, but no PostgreSQL answers at {_without_password(SERVER)}")
    if os.environ.get("CI") == "true" and not CHROMIUM.exists():
        raise pytest.UsageError(f"CI=true, but there is no {CHROMIUM}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests out that need what is not there: PostgreSQL, real recordings, Chromium.

    Tests that drive a browser, or processes that they kill, depend on how a busy machine shares its time: they get two
    more tries, and the run's last lines name those that took it.
    """
    there = {"postgres": postgres_answers(), "recordings": RECORDINGS.is_dir(), "chromium": CHROMIUM.exists()}
    missing = [name for name, answers in there.items() if not answers]
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in missing)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        if item.get_closest_marker("chromium") or item.get_closest_marker("processes"):
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the last lines what was left out, and what did not pass at the first try."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.write_line(f"NOT AT THE FIRST TRY, to be mended: {report.nodeid}", yellow=True)
    if not CHROMIUM.exists():
        terminalreporter.write_line(
            f"NO CHROMIUM: there is no {CHROMIUM}, the journeys through the pages were left out. "
            "Install it: apt-get install chromium.",
            yellow=True,
        )
    if not RECORDINGS.is_dir():
        terminalreporter.write_line(
            f"NO REAL RECORDINGS: there is no folder {RECORDINGS}, the test on them was left out. "
            "Name one with FIELDWORK_TEST_RECORDINGS.",
            yellow=True,
        )
    if not postgres_answers():
        terminalreporter.write_line(
            f"NO POSTGRESQL: nothing answers at {_without_password(SERVER)}, the tests on it were left out. "
            "Start one, or name one with FIELDWORK_TEST_POSTGRES.",
            yellow=True,
        )


@functools.cache
def postgres_answers() -> bool:
    """Whether the PostgreSQL server for tests can be reached."""
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def fresh_postgres() -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database, dropped afterwards."""
    name = f"fieldwork_test_{os.getpid()}_{uuid4().hex[:8]}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield sa.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class Clock:
    """The clock of a test: goes like the real one, can be moved and be made to stand."""

    def __init__(self) -> None:
        self._shift = timedelta()
        self._standing: datetime | None = None

    def __call__(self) -> datetime:
        return self._standing or utc_now() + self._shift

    def stand(self, at: datetime = datetime(2025, 4, 28, 9, 0, tzinfo=UTC)) -> datetime:
        """Stand still at a moment."""
        self._standing = at
        return at

    def advance(self, seconds: float) -> None:
        """Move on."""
        if self._standing is None:
            self._shift += timedelta(seconds=seconds)
        else:
            self._standing += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """The clock that ``ground`` goes by."""
    return Clock()


@pytest.fixture(params=DATABASES)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, on SQLite and on PostgreSQL: for tests of migrations."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    with fresh_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "fieldwork.sqlite"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    """The URL of a migrated PostgreSQL database, to be emptied after each test."""
    with fresh_postgres() as url:
        upgrade(url)
        yield url


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "fieldwork.sqlite"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    url = request.getfixturevalue("migrated_postgres")
    yield url
    empty(url)


def empty(url: str) -> None:
    """Delete every row of every table, children first."""
    import_models()
    engine = create_engine(url)
    with engine.begin() as connection:
        deletions = [str(sa.delete(table)) for table in reversed(SQLModel.metadata.sorted_tables)]
        connection.exec_driver_sql("; ".join(deletions))  # in one go; TRUNCATE takes longer on tables of a few rows
    engine.dispose()


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """The settings of ``ground``: its own data folder, and leases short enough to watch them run out."""
    return Settings(data=tmp_path / "data", database=database, lease_seconds=1.5, beat_seconds=0.3, poll_seconds=0.05)


@pytest.fixture
def open_again(settings: Settings, clock: Clock) -> Iterator[Callable[[], Ground]]:
    """Opens the same installation once more, as another process would; closed after the test."""
    with contextlib.ExitStack() as opened:

        def open_it() -> Ground:
            ground = open_ground(settings, clock)
            opened.callback(ground.close)
            return ground

        yield open_it


@pytest.fixture
def ground(open_again: Callable[[], Ground]) -> Ground:
    """A migrated installation in a folder of its own, on SQLite and on PostgreSQL."""
    return open_again()


@pytest.fixture
def work(ground: Ground) -> Iterator[Work]:
    """A unit of work in one open transaction, which is rolled back in the end."""
    with contextlib.suppress(_RollBack), ground.work() as opened:
        yield opened
        raise _RollBack


class _RollBack(Exception):  # noqa: N818 - the way out of ``work``
    pass


def _without_password(url: str) -> str:
    return sa.make_url(url).render_as_string(hide_password=True)


@pytest.fixture
def recordings() -> Path:
    """The folder with recordings made by others."""
    return RECORDINGS


class Ended(NamedTuple):
    """How a command ended: its exit code and what it wrote."""

    code: int | str | None
    out: str
    err: str


@pytest.fixture
def run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """Runs `fieldwork …` on the test's installation, with messages in English."""
    monkeypatch.setenv("FIELDWORK_DATA", str(settings.data))
    monkeypatch.setenv("FIELDWORK_DATABASE", settings.database_url)
    monkeypatch.setenv("FIELDWORK_LANGUAGE", "en")

    def call(*arguments: str | Path) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return Ended(ended.value.code, told.out, told.err)

    return call


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one finished run of the demo, made once for all processes: data/, report.pdf, told.txt.

    Who writes into its data copies them first.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "demo-run"
    with FileLock(f"{folder}.lock"):
        if not (folder / "told.txt").exists():
            folder.mkdir(exist_ok=True)
            command = [FIELDWORK, "demo", "--data", folder / "data", "--report", folder / "report.pdf"]
            environment = {**os.environ, "FIELDWORK_LANGUAGE": "en", "FIELDWORK_POLL_SECONDS": "0.1"}
            told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
            (folder / "told.txt").write_text(told, encoding="utf-8")
    return folder


@pytest.fixture
def site(ground: Ground) -> "Flask":
    """The pages of ``ground``."""
    return create_app(ground=ground)


@pytest.fixture
def study(ground: Ground) -> Study:
    """A study whose team is let in by ``visitor``."""
    with ground.work() as work:
        return create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})


@pytest.fixture
def visitor(site: "Flask", ground: Ground) -> Callable[..., "Visitor"]:
    """Makes a browser in which somebody is signed in: ``visitor("coder")`` as a member of ``libraries`` in that role.

    ``visitor()`` has an account only, ``visitor(signed_in=False)`` not even that.
    """

    def make(
        role: str = "", *, slug: str = "libraries", signed_in: bool = True, administrator: bool = False
    ) -> Visitor:
        browser = Visitor(site)
        if signed_in:
            browser.come_in(ground, role, slug, administrator=administrator)
        return browser

    return make


class Visitor:
    """A browser: keeps cookies, sends the forms' token with every post."""

    PASSWORD = "a pass phrase of tests"

    def __init__(self, site: "Flask") -> None:
        self.client = site.test_client()
        self.login = ""

    def come_in(self, ground: Ground, role: str, slug: str, *, administrator: bool) -> None:
        """Make an account with a session, and a membership where a role is given."""
        self.login = f"{role or 'somebody'}-{uuid4().hex}@example.org"
        with ground.work() as work:
            account = work.add(Account(login=self.login, display_name="Somebody", created_at=work.now))
            access_of(work, account.id).administrator = administrator
            if role:
                work.add(
                    Member(
                        study_id=find_study(work, slug).id,
                        account_id=account.id,
                        initials=uuid4().hex,  # whole: four signs of it met twice among forty members of one study
                        role=role,
                    )
                )
            token = start_session(work, account)
        self.client.set_cookie(SESSION_COOKIE, token, path="/")
        self.token = csrf_of(token)

    def get(self, path: str, **options: Any) -> "TestResponse":
        """Ask for a page."""
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> "TestResponse":
        """Send a form; files in it are pairs of a stream and a name."""
        form = {"csrf_token": self.token, **(data or {})}
        if not any(isinstance(value, tuple) for value in form.values()):
            return self.client.post(path, data=form, **options)
        # encoded here: the client would leave a temporary file open, to be complained of in whichever test comes next
        parts = {name: FileStorage(*value) if isinstance(value, tuple) else value for name, value in form.items()}
        boundary, body = encode_multipart(parts)
        options["content_type"] = f"multipart/form-data; boundary={boundary}"
        return self.client.post(path, data=body, **options)

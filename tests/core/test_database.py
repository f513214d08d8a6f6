from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import SQLModel, select

from fieldwork.core.accounts import Account
from fieldwork.core.database import one_of, psycopg_url
from fieldwork.core.ids import new_id
from fieldwork.core.jobs import Job
from fieldwork.core.work import Ground, Work

ALMATY = timezone(timedelta(hours=5))


def account(**values: Any) -> Account:
    given: dict[str, Any] = {"login": "aa", "display_name": "A. A.", "created_at": datetime(2025, 3, 21, tzinfo=UTC)}
    return Account(**given | values)


def test_a_moment_without_its_zone_is_refused(work: Work) -> None:
    work.session.add(account(created_at=datetime(2025, 3, 21, 10, 0)))  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError, match="a moment needs its time zone"):
        work.session.flush()


def test_a_moment_comes_back_as_the_same_moment_in_utc(ground: Ground) -> None:
    with ground.work() as work:
        work.add(account(created_at=datetime(2025, 3, 21, 10, 0, 0, 123456, tzinfo=ALMATY)))
    with ground.look() as session:
        (seen,) = session.exec(select(Account)).all()
    assert seen.created_at == datetime(2025, 3, 21, 5, 0, 0, 123456, tzinfo=UTC)
    assert seen.created_at.utcoffset() == timedelta()


def test_foreign_keys_hold(work: Work) -> None:
    orphan = sa.insert(SQLModel.metadata.tables["member"]).values(
        id=new_id(), study_id=new_id(), account_id=new_id(), initials="AA", role="coder"
    )
    with pytest.raises(IntegrityError):
        work.session.execute(orphan)


def test_a_value_out_of_its_list_is_refused_by_a_check_with_a_name(work: Work) -> None:
    job = Job(kind="k", key="k", state="lost", created_at=work.now, run_at=work.now)
    with pytest.raises(IntegrityError, match="ck_job_state"):
        work.add(job)


def test_every_constraint_has_a_name() -> None:
    nameless = [
        (table.name, type(constraint).__name__)
        for table in SQLModel.metadata.sorted_tables
        for constraint in table.constraints
        if not constraint.name
    ]
    assert nameless == []


def test_a_list_of_values_becomes_a_check_of_that_column() -> None:
    assert str(one_of("role", ("a", "b")).sqltext) == "role IN ('a', 'b')"


def test_letters_beyond_ascii_rest_as_they_are_in_json(work: Work) -> None:
    job = work.add(Job(kind="k", key="k", created_at=work.now, run_at=work.now, args={"қ": "ұ"}))
    query = sa.select(sa.cast(sa.column("args"), sa.String)).select_from(sa.table("job"))
    assert job.args == {"қ": "ұ"}
    assert work.session.execute(query).scalar_one().replace(" ", "") == '{"қ":"ұ"}'


def test_no_value_is_null_in_every_json_column() -> None:
    keeping_null = [
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.JSON) and not column.type.none_as_null
    ]
    assert keeping_null == []


def test_a_row_shows_its_kind_and_id_only() -> None:
    row = account(id=UUID(int=7))
    assert f"{row} {row!r}" == f"<Account {UUID(int=7)}> <Account {UUID(int=7)}>"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:///x", "sqlite:///x"),
    ],
)
def test_postgresql_is_reached_through_psycopg(given: str, used: str) -> None:
    assert psycopg_url(given) == used


def test_a_reader_neither_waits_for_a_writer_nor_sees_what_is_not_committed(ground: Ground) -> None:
    with ground.work() as work:
        work.add(account())
        with ground.look() as session:
            assert session.exec(select(Account)).all() == []
    with ground.look() as session:
        assert len(session.exec(select(Account)).all()) == 1

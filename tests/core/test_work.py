import io
from pathlib import Path

import pytest
from sqlmodel import select

from fieldwork.core.accounts import PLATFORM, Account, Actor
from fieldwork.core.errors import NotFound
from fieldwork.core.ids import new_id
from fieldwork.core.work import Ground, Work


def account(work: Work, login: str) -> Account:
    return work.add(Account(login=login, display_name=login, created_at=work.now))


def logins(ground: Ground) -> list[str]:
    with ground.look() as session:
        return sorted(session.exec(select(Account.login)).all())


class Broken(Exception):  # noqa: N818
    pass


def do_and_fail(ground: Ground, happened: list[str]) -> None:
    with ground.work() as work:
        account(work, "aa")
        stored = work.blobs.store("expert:7", io.BytesIO(b"sound"))
        work.on_rollback(lambda: happened.append("undone first, though asked for last"))
        work.on_rollback(lambda: work.blobs.delete(stored.blob_id))
        work.on_rollback(lambda: happened.append("asked for last"))
        work.after_commit(lambda: happened.append("never"))
        raise Broken


def test_a_work_that_fails_leaves_no_row_and_no_blob(ground: Ground) -> None:
    happened: list[str] = []
    with pytest.raises(Broken):
        do_and_fail(ground, happened)
    blobs: Path = ground.settings.blobs_path
    assert (logins(ground), [path for path in blobs.rglob("*") if path.is_file()]) == ([], [])
    assert happened == ["asked for last", "undone first, though asked for last"]


def test_deeds_after_the_commit_see_the_rows_and_may_write_themselves(ground: Ground) -> None:
    seen: list[list[str]] = []

    def look_and_write() -> None:
        seen.append(logins(ground))
        with ground.work() as second:
            account(second, "bb")

    with ground.work() as work:
        account(work, "aa")
        work.after_commit(look_and_write)
        work.on_rollback(lambda: seen.append(["never"]))
        assert seen == []
    assert (seen, logins(ground)) == ([["aa"]], ["aa", "bb"])


def test_a_look_writes_nothing(ground: Ground) -> None:
    with ground.look() as session:
        session.add(Account(login="aa", display_name="aa", created_at=ground.clock()))
        session.flush()
    assert logins(ground) == []


def test_a_row_that_is_not_there_is_named(work: Work) -> None:
    missing = new_id()
    with pytest.raises(NotFound) as refused:
        work.get(Account, missing)
    assert str(refused.value) == f"There is no Account called {missing}."


def test_who_acts_is_the_platform_unless_said(ground: Ground) -> None:
    somebody = Actor(new_id())
    with ground.work() as work, ground.work(somebody) as other:
        assert (work.actor, work.actor.is_platform) == (PLATFORM, True)
        assert (other.actor, other.actor.is_platform) == (somebody, False)


def test_the_fixture_work_is_rolled_back(work: Work) -> None:
    account(work, "aa")
    assert [found.login for found in work.session.exec(select(Account))] == ["aa"]

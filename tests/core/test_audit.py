from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from fieldwork.core.accounts import Actor
from fieldwork.core.audit import GENESIS, AuditEntry, first_broken_link, record
from fieldwork.core.work import Ground

STUDY, EXPERT, ACCOUNT = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.fixture
def trail(ground: Ground) -> Ground:
    """Five deeds, each in a transaction of its own."""
    for number in range(1, 6):
        with ground.work(Actor(ACCOUNT)) as work:
            record(work, "expert.added", study_id=STUDY, subject_id=EXPERT, count=number, kind="қ", none=None)
    return ground


def broken(ground: Ground) -> int | None:
    with ground.look() as session:
        return first_broken_link(session)


def change(ground: Ground, statement: str) -> None:
    with ground.engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_a_deed_is_kept_with_who_what_when(ground: Ground, clock: Callable[[], datetime]) -> None:
    at = clock.stand()  # type: ignore[attr-defined]
    with ground.work(Actor(ACCOUNT)) as work:
        record(work, "expert.added", study_id=STUDY, subject_id=EXPERT, count=1)
    with ground.look() as session:
        (entry,) = session.exec(select(AuditEntry)).all()
    seen = (entry.number, entry.at, entry.actor_id, entry.deed, entry.study_id, entry.subject_id, entry.details)
    assert seen == (1, at.astimezone(UTC), ACCOUNT, "expert.added", STUDY, EXPERT, {"count": 1})
    assert entry.previous_hash == GENESIS


def test_each_entry_follows_from_the_one_before(trail: Ground) -> None:
    with trail.look() as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.number))).all()
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous_hash for entry in entries] == [GENESIS, *(entry.hash for entry in entries[:-1])]
    assert broken(trail) is None


def test_a_deed_that_was_rolled_back_leaves_no_gap(trail: Ground) -> None:
    def record_and_fail() -> None:
        with trail.work() as work:
            record(work, "expert.added")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record_and_fail()
    with trail.work() as work:
        assert record(work, "expert.added").number == 6
    assert broken(trail) is None


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit_entry SET deed = 'expert.removed' WHERE number = 3", 3),
        ("UPDATE audit_entry SET at = '2025-01-01 00:00:00.000000' WHERE number = 2", 2),
        ("UPDATE audit_entry SET actor_id = subject_id WHERE number = 4", 4),
        ("UPDATE audit_entry SET study_id = NULL WHERE number = 5", 5),
        ("UPDATE audit_entry SET details = '{\"count\": 9}' WHERE number = 1", 1),
        ("UPDATE audit_entry SET hash = previous_hash WHERE number = 4", 4),
        ("UPDATE audit_entry SET number = 9 WHERE number = 5", 9),
        ("DELETE FROM audit_entry WHERE number = 3", 4),
        ("DELETE FROM audit_entry WHERE number = 1", 2),
    ],
)
def test_an_altered_or_removed_entry_is_found(trail: Ground, tampering: str, found: int) -> None:
    change(trail, tampering)
    assert broken(trail) == found


def test_an_entry_put_in_between_with_a_good_hash_of_its_own_is_found(trail: Ground) -> None:
    change(trail, "UPDATE audit_entry SET number = 6 WHERE number = 5")
    with trail.engine.begin() as connection:
        table = AuditEntry.metadata.tables["audit_entry"]
        fourth = connection.execute(sa.select(table).where(table.c.number == 4)).mappings().one()
        connection.execute(sa.insert(table).values(dict(fourth) | {"number": 5}))
    assert broken(trail) == 5

"""Which job goes first: hurried ones, light ones where heavy ones are left to others or to the night."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from fieldwork.core.errors import Refusal
from fieldwork.core.jobs import Job, JobState, enqueue, go_first
from fieldwork.core.runs import Claim, claim, crash, is_idle
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground

NOON, MIDNIGHT = datetime(2025, 4, 28, 7, 0, tzinfo=UTC), datetime(2025, 4, 28, 19, 0, tzinfo=UTC)  # in Almaty


def ask(ground: Ground, key: str, *, heavy: bool = False) -> UUID:
    with ground.work() as work:
        return enqueue(work, "k", key, heavy=heavy).id


def row(ground: Ground, job_id: UUID) -> Job:
    with ground.look() as session:
        return session.get_one(Job, job_id)


def order(ground: Ground, **how: Any) -> list[UUID]:
    """The jobs as one worker would take them."""
    found = []
    while (taken := claim(ground, "w", ["k"], **how)) is not None:
        found.append(taken.job_id)
    return found


def test_a_hurried_job_goes_before_those_that_wait_longer(ground: Ground) -> None:
    first, second, third = (ask(ground, key) for key in "abc")
    for job in (second, third):
        with ground.work() as work:
            go_first(work, job)
    assert order(ground) == [third, second, first]


def test_only_what_waits_can_be_hurried(ground: Ground) -> None:
    job = ask(ground, "a")
    claim(ground, "w")
    with pytest.raises(Refusal, match="is running"), ground.work() as work:
        go_first(work, job)


def test_a_light_worker_leaves_heavy_jobs_alone(ground: Ground) -> None:
    heavy, light = ask(ground, "a", heavy=True), ask(ground, "b")
    assert order(ground, light_only=True) == [light]
    with ground.work() as work:
        work.get(Job, light).state = JobState.DONE
    assert is_idle(ground, ["k"], light_only=True)
    assert not is_idle(ground, ["k"])
    assert order(ground) == [heavy]


@pytest.mark.parametrize(("at", "heavy_too"), [(NOON, False), (MIDNIGHT, True)])
def test_heavy_jobs_wait_for_the_night(ground: Ground, clock: Any, at: datetime, heavy_too: bool) -> None:  # noqa: FBT001
    ground.settings.night = "22:00-07:00"
    clock.stand(at)
    heavy, light = ask(ground, "a", heavy=True), ask(ground, "b")
    assert set(order(ground)) == ({heavy, light} if heavy_too else {light})


def test_by_day_nothing_is_left_to_do_but_what_waits_for_the_night(ground: Ground, clock: Any) -> None:
    ground.settings.night = "22:00-07:00"
    clock.stand(NOON)
    job = ask(ground, "a", heavy=True)
    assert is_idle(ground, ["k"])
    with ground.work() as work:
        go_first(work, job)
    assert not is_idle(ground, ["k"])
    assert order(ground) == [job]


@pytest.mark.parametrize(
    ("night", "by_clock"),
    [("22:00-07:00", [False, True, True, False]), ("01:00-06:30", [False, False, True, False])],
)
def test_the_night_goes_by_almaty_s_clocks(ground: Ground, clock: Any, night: str, by_clock: list[bool]) -> None:
    ground.settings.night = night
    clock.stand(datetime(2025, 4, 27, tzinfo=UTC))
    ask(ground, "a", heavy=True)
    seen = []
    for hour in (15, 22, 3, 7):
        clock.stand(datetime(2025, 4, 28, (hour - 5) % 24, 0, tzinfo=UTC))
        seen.append(not is_idle(ground, ["k"]))
    assert seen == by_clock


@pytest.mark.parametrize("night", ["22-7", "25:00-07:00", "22:00-22:00", "", "22:00"])
def test_hours_that_are_none_are_refused(tmp_path: Path, night: str) -> None:
    with pytest.raises(ValidationError):
        Settings(data=tmp_path, night=night)


@pytest.mark.parametrize(("code", "ending"), [(-9, "killed"), (1, "crashed")])
def test_a_job_that_was_given_up_says_how_it_ended(ground: Ground, clock: Any, code: int, ending: str) -> None:
    job = ask(ground, "a")
    for _ in range(3):
        taken = claim(ground, "w")
        assert isinstance(taken, Claim)
        crash(ground, taken, code)
        clock.advance(60)
    seen = row(ground, job)
    assert (seen.state, seen.failure) == (JobState.QUARANTINED, "GaveUp")
    assert seen.failure_values == {"crashes": 3, "ending": ending}

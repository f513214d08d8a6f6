from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

import pytest
from sqlmodel import col, select

from fieldwork.core import audit, runs
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.ids import new_id
from fieldwork.core.jobs import Job, JobState, NothingToCancel, NothingToRetry, enqueue, request_cancel, retry
from fieldwork.core.runs import Cancelled, Claim, Fenced, JobRun, claim
from fieldwork.core.work import Ground


class Clock(Protocol):
    def __call__(self) -> datetime: ...
    def stand(self) -> datetime: ...
    def advance(self, seconds: float) -> None: ...


LEASE = 1.5
BACK_OFF = 0.05


@pytest.fixture(autouse=True)
def now(clock: Clock) -> datetime:
    """Leases are judged on a clock that stands until it is moved."""
    return clock.stand()


def ask(ground: Ground, key: str = "a", kind: str = "k", run_at: datetime | None = None, **args: str) -> UUID:
    with ground.work() as work:
        return enqueue(work, kind, key, run_at=run_at, **args).id


def row(ground: Ground, job_id: UUID) -> Job:
    with ground.look() as session:
        return session.get_one(Job, job_id)


def taken(ground: Ground, owner: str = "w") -> Claim:
    claimed = claim(ground, owner)
    assert claimed is not None
    return claimed


def deeds(ground: Ground) -> list[str]:
    with ground.look() as session:
        return [entry.deed for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.number)))]


def one_step(run: JobRun) -> None:
    with run.step() as work:
        audit.record(work, "late.window")


class TestAsking:
    def test_the_same_key_is_the_same_job(self, ground: Ground) -> None:
        first, second = ask(ground, "a", recording="1"), ask(ground, "a", recording="2")
        assert first == second
        assert row(ground, first).args == {"recording": "1"}

    @pytest.mark.parametrize("state", ["running", "done"])
    def test_a_job_at_work_or_done_is_left_alone(self, ground: Ground, state: str) -> None:
        job = ask(ground)
        held = taken(ground)
        if state == "done":
            runs.finish(ground, held)
        assert ask(ground) == job
        assert row(ground, job).state == state

    def test_a_failed_job_is_queued_again_with_what_is_asked_now(self, ground: Ground) -> None:
        job = ask(ground, model="gone")
        runs.fail(ground, taken(ground), Refusal(path="x"))
        assert ask(ground, model="there") == job
        again = row(ground, job)
        assert (again.state, again.args, again.failure, again.failure_values, again.finished_at) == (
            JobState.QUEUED,
            {"model": "there"},
            None,
            {},
            None,
        )

    def test_asking_from_many_places_at_once_gives_one_job(self, ground: Ground) -> None:
        with ThreadPoolExecutor(4) as pool:
            asked = set(pool.map(lambda _: ask(ground), range(12)))
        assert len(asked) == 1

    def test_a_deed_that_fails_takes_its_job_with_it(self, ground: Ground) -> None:
        def ask_and_fail() -> None:
            with ground.work() as work:
                enqueue(work, "k", "a")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            ask_and_fail()
        assert claim(ground, "w") is None


class TestClaiming:
    def test_who_is_due_longest_comes_first_and_nobody_before_their_time(self, ground: Ground, now: datetime) -> None:
        for key, minutes in (("late", 5), ("second", -1), ("first", -2)):
            ask(ground, key, run_at=now + timedelta(minutes=minutes))
        order = [row(ground, taken(ground).job_id).key for _ in range(2)]
        assert order == ["first", "second"]
        assert claim(ground, "w") is None

    def test_a_worker_takes_only_kinds_it_knows(self, ground: Ground) -> None:
        ask(ground, "a", kind="new")
        known = ask(ground, "b", kind="old")
        assert claim(ground, "w", {"old"}) == Claim(known, "old", 1)
        assert claim(ground, "w", {"old"}) is None

    def test_a_claim_is_written_down(self, ground: Ground, now: datetime) -> None:
        job = ask(ground)
        assert claim(ground, "worker-1") == (job, "k", 1)
        seen = row(ground, job)
        assert (seen.state, seen.owner, seen.fence, seen.heartbeat_at, seen.lease_until) == (
            JobState.RUNNING,
            "worker-1",
            1,
            now,
            now + timedelta(seconds=LEASE),
        )

    def test_each_job_goes_to_one_worker_only(self, ground: Ground, open_again: Callable[[], Ground]) -> None:
        asked = {ask(ground, f"{number}") for number in range(24)}

        def work_off(place: Ground) -> list[UUID]:
            got = []
            while (claimed := claim(place, "w")) is not None:
                got.append(claimed.job_id)
            return got

        with ThreadPoolExecutor(4) as pool:
            got = [job for jobs in pool.map(work_off, [open_again() for _ in range(4)]) for job in jobs]
        assert (len(got), set(got)) == (24, asked)

    def test_a_lease_that_ran_out_is_taken_over(self, ground: Ground, clock: Clock) -> None:
        job = ask(ground)
        first = taken(ground)
        clock.advance(LEASE)
        assert claim(ground, "w2") is None
        clock.advance(0.01)
        assert claim(ground, "w2") == Claim(job, "k", first.fence + 1)
        assert row(ground, job).crashes == 1

    def test_beats_and_steps_keep_the_lease(self, ground: Ground, clock: Clock) -> None:
        ask(ground)
        held = taken(ground)
        clock.advance(1)
        assert runs.beat(ground, held)
        clock.advance(1)
        with JobRun.of(ground, held).step():
            pass
        clock.advance(1)
        assert claim(ground, "w2") is None


class TestSteps:
    def test_a_step_commits_once_at_its_end(self, ground: Ground) -> None:
        ask(ground, interview="17")
        run = JobRun.of(ground, taken(ground))
        assert run.args == {"interview": "17"}
        with run.step() as work:
            audit.record(work, "window.done", number=1)
            run.progress(work, 1, 3)
            assert deeds(ground) == []
        assert deeds(ground) == ["window.done"]
        assert (row(ground, run.job_id).done, row(ground, run.job_id).total) == (1, 3)

    def test_a_step_that_fails_leaves_nothing(self, ground: Ground) -> None:
        ask(ground)
        run = JobRun.of(ground, taken(ground))

        def write_and_fail() -> None:
            with run.step() as work:
                audit.record(work, "window.done", number=1)
                run.progress(work, 1, 3)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            write_and_fail()
        assert (deeds(ground), row(ground, run.job_id).done) == ([], 0)

    def test_a_late_child_writes_nothing(self, ground: Ground, clock: Clock) -> None:
        job = ask(ground)
        late = JobRun.of(ground, taken(ground))
        clock.advance(2 * LEASE)
        heir = JobRun.of(ground, taken(ground, "w2"))
        with pytest.raises(Fenced), late.step() as work:
            audit.record(work, "late.window")
        with heir.step() as work:
            audit.record(work, "window.done")
        old = Claim(job, "k", late.fence)
        ended = [
            runs.beat(ground, old),
            runs.finish(ground, old),
            runs.fail(ground, old, Refusal()),
            runs.release(ground, old),
            runs.crash(ground, old),
            runs.cancelled(ground, old),
            runs.execute(ground, old, one_step),
        ]
        assert ended == [False] * 7
        assert (deeds(ground), row(ground, job).state) == (["window.done"], JobState.RUNNING)

    def test_nothing_is_written_after_the_end(self, ground: Ground) -> None:
        ask(ground)
        held = taken(ground)
        runs.finish(ground, held)
        with pytest.raises(Fenced), JobRun.of(ground, held).step():
            pytest.fail("the step began")

    def test_the_run_of_a_row_that_is_gone_is_refused(self, ground: Ground) -> None:
        with pytest.raises(NotFound):
            JobRun.of(ground, Claim(new_id(), "k", 1))


class TestEnding:
    def test_a_handler_that_returns_is_done(self, ground: Ground, now: datetime) -> None:
        job = ask(ground)
        assert runs.execute(ground, taken(ground), lambda _: None)
        seen = row(ground, job)
        assert (seen.state, seen.finished_at, seen.owner, seen.lease_until) == (JobState.DONE, now, None, None)

    def test_a_refusal_keeps_its_class_and_values_of_which_only_numbers_and_strings(self, ground: Ground) -> None:
        class ModelMissing(Refusal):
            message = "There is no model {path}."

        def refuse(_run: JobRun) -> None:
            raise ModelMissing(path=Path("/m"), windows=3, share=0.5, whole=True, job=UUID(int=1))

        job = ask(ground)
        assert runs.execute(ground, taken(ground), refuse)
        seen = row(ground, job)
        assert (seen.state, seen.failure) == (JobState.FAILED, "ModelMissing")
        assert seen.failure_values == {
            "path": "/m",
            "windows": 3,
            "share": "0.5",
            "whole": True,
            "job": str(UUID(int=1)),
        }

    def test_what_is_put_back_is_due_at_once_and_has_not_crashed(self, ground: Ground) -> None:
        job = ask(ground)
        runs.release(ground, taken(ground))
        assert (row(ground, job).state, row(ground, job).crashes) == (JobState.QUEUED, 0)
        assert taken(ground) == Claim(job, "k", 2)

    def test_a_crash_waits_longer_each_time_and_the_third_is_quarantined(self, ground: Ground, clock: Clock) -> None:
        job = ask(ground)
        waits = []
        for _ in range(2):
            runs.crash(ground, taken(ground))
            assert claim(ground, "w") is None
            waits.append((row(ground, job).run_at - clock()).total_seconds())
            clock.advance(1)
        runs.crash(ground, taken(ground))
        seen = row(ground, job)
        assert waits == [2 * BACK_OFF, 4 * BACK_OFF]
        assert (seen.state, seen.crashes, seen.finished_at) == (JobState.QUARANTINED, 3, clock())

    def test_leases_that_ran_out_three_times_are_quarantined_too(self, ground: Ground, clock: Clock) -> None:
        job = ask(ground)
        for _ in range(3):
            taken(ground)
            clock.advance(2 * LEASE)
        assert claim(ground, "w") is None
        assert (row(ground, job).state, row(ground, job).crashes) == (JobState.QUARANTINED, 3)

    def test_who_gets_further_before_each_crash_is_never_quarantined(self, ground: Ground, clock: Clock) -> None:
        job = ask(ground)
        for done in range(1, 8):
            run = JobRun.of(ground, taken(ground))
            with run.step() as work:
                run.progress(work, done, 9)
            if done % 2:
                runs.crash(ground, Claim(job, "k", run.fence))
            clock.advance(2 * LEASE)
        taken(ground)
        assert (row(ground, job).state, row(ground, job).crashes) == (JobState.RUNNING, 0)


class TestCancellingAndRetrying:
    def test_a_queued_job_is_cancelled_at_once(self, ground: Ground) -> None:
        job = ask(ground)
        with ground.work() as work:
            assert request_cancel(work, job).state == JobState.CANCELLED
        assert claim(ground, "w") is None
        assert deeds(ground) == ["job.cancelled"]

    def test_a_running_job_may_write_no_more_and_ends_cancelled(self, ground: Ground) -> None:
        job = ask(ground)
        held = taken(ground)
        with ground.work() as work:
            request_cancel(work, job)
        assert row(ground, job).state == JobState.RUNNING
        with pytest.raises(Cancelled), JobRun.of(ground, held).step():
            pytest.fail("the step began")

        def go_on(run: JobRun) -> None:
            with run.step():
                pytest.fail("the step began")

        assert runs.execute(ground, held, go_on)
        assert row(ground, job).state == JobState.CANCELLED

    def test_a_cancelled_job_whose_worker_died_is_not_taken_over(self, ground: Ground, clock: Clock) -> None:
        job = ask(ground)
        taken(ground)
        with ground.work() as work:
            request_cancel(work, job)
        clock.advance(2 * LEASE)
        assert claim(ground, "w2") is None
        assert row(ground, job).state == JobState.CANCELLED

    def test_a_cancelled_job_whose_child_crashed_does_not_come_back(self, ground: Ground) -> None:
        job = ask(ground)
        held = taken(ground)
        with ground.work() as work:
            request_cancel(work, job)
        assert runs.crash(ground, held)
        assert row(ground, job).state == JobState.CANCELLED

    def test_what_has_ended_cannot_be_cancelled(self, ground: Ground) -> None:
        job = ask(ground)
        runs.finish(ground, taken(ground))
        with ground.work() as work, pytest.raises(NothingToCancel, match="has ended already"):
            request_cancel(work, job)
        with ground.work() as work, pytest.raises(NotFound):
            request_cancel(work, new_id())

    def test_a_retry_starts_with_a_clean_record_where_the_work_had_got_to(self, ground: Ground) -> None:
        job = ask(ground)
        run = JobRun.of(ground, taken(ground))
        with run.step() as work:
            run.progress(work, 2, 5)
        runs.fail(ground, Claim(job, "k", run.fence), Refusal())
        with ground.work() as work:
            retry(work, job)
        seen = row(ground, job)
        assert (seen.state, seen.crashes, seen.failure, seen.done) == (JobState.QUEUED, 0, None, 2)
        assert taken(ground).fence == 2
        assert deeds(ground) == ["job.retried"]

    @pytest.mark.parametrize("state", ["queued", "running", "done"])
    def test_only_what_went_wrong_can_be_retried(self, ground: Ground, state: str) -> None:
        job = ask(ground)
        if state != "queued":
            held = taken(ground)
            if state == "done":
                runs.finish(ground, held)
        with ground.work() as work, pytest.raises(NothingToRetry, match=state):
            retry(work, job)


class TestIdling:
    def test_idle_is_who_has_nothing_due_running_or_to_try_again(self, ground: Ground, clock: Clock) -> None:
        kinds = {"k"}
        assert runs.is_idle(ground, kinds)
        ask(ground, "other", kind="unknown")
        ask(ground, "planned", run_at=datetime(2030, 1, 1, tzinfo=UTC))
        assert runs.is_idle(ground, kinds)
        ask(ground, "due")
        assert not runs.is_idle(ground, kinds)
        held = claim(ground, "w", kinds)
        assert held is not None
        assert not runs.is_idle(ground, kinds)
        runs.crash(ground, held)
        assert claim(ground, "w", kinds) is None
        assert not runs.is_idle(ground, kinds)
        clock.advance(1)
        held = claim(ground, "w", kinds)
        assert held is not None
        runs.finish(ground, held)
        assert runs.is_idle(ground, kinds)

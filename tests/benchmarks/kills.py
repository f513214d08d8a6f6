"""Workers killed with -9 at random moments: nothing may be lost or doubled. Run: ``python tests/benchmarks/kills.py``.

It takes an installation (SQLite, in one folder) whose jobs are queued, by default the demo's transcriptions. One copy
is worked off undisturbed. Others are worked off, job after job, by a worker that is killed again and again: in turn
the worker alone, only the child that does the job, and everything at once. In the end windows and segments, with
what is sealed in them, must be the same; and each time the job must be taken up again within its lease and 15 s
more, the start of the next worker included.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from uuid import UUID

from sqlmodel import Session, col, select

from fieldwork.core.jobs import UNFINISHED, Job, JobState, retry
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground, open_ground
from fieldwork.demo.field import set_up
from fieldwork.demo.material import audio_path, audio_sources
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.recognition import heard_in
from fieldwork.transcription.services import request_transcription, segments_of

COMMAND = Path(sys.executable).with_name("fieldwork")
VICTIMS = ("worker", "child", "everything")
TICK = 0.02  # s
LONG = 10  # s after which a process that outlives its worker counts as an orphan
LOSE_HOPE = 1800  # s without a new window after which a round is given up
GRACE = 15  # s beyond its lease within which a job must be at work again
HELD_BACK = timedelta(days=2)


@dataclass
class Lease:
    """How long a job may go without a sign of life, and how often it gives one, in s."""

    seconds: float
    beat: float


@dataclass
class Tally:
    """What happened in all rounds."""

    kills: Counter[str] = field(default_factory=Counter)
    orphans: int = 0
    longest: float = 0.0
    quarantined: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    unfinished: int = 0
    restarts: dict[float, list[float]] = field(default_factory=dict)  # s from a kill to the next claim, by lease


@dataclass
class Hope:
    """Whether it is worth going on: a busy machine is slow, and only one that does nothing more has lost the work."""

    seen: int = -1
    since: float = 0.0

    def left(self, done: int) -> bool:
        """Whether there was a new window lately; ``done`` of them by now."""
        if done > self.seen:
            self.seen, self.since = done, time.monotonic()
        return time.monotonic() - self.since < LOSE_HOPE


@dataclass
class Blow:
    """The job that was hit last, how often it had been claimed by then, and when (monotonic s)."""

    job_id: UUID
    fence: int
    at: float


def prepare_demo(folder: Path, model: str, only: Sequence[str] = ()) -> None:
    """The demo's hook: an installation in ``folder`` with the demo's recordings imported and transcriptions queued.

    ``only`` names the experts whose recordings are taken; all of them where it is empty.
    """
    with ground_of(folder) as ground:
        upgrade(ground.settings.database_url)
        with ground.work() as work:
            study = set_up(work)
        for expert in only or audio_sources():
            command = [str(COMMAND), "recordings", "import", study.slug, expert, str(audio_path(expert))]
            subprocess.run([*command, "--data", str(folder)], check=True, stdout=subprocess.DEVNULL)
            with ground.work() as work:
                query = select(Interview).join(Expert).where(Expert.code == expert)
                request_transcription(work, work.session.exec(query).one(), "whisper", model)


def main() -> None:
    """Work off one copy undisturbed and others with kills; print what was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("installation", nargs="?", type=Path, help="a data folder with queued jobs; default: the demo")
    parser.add_argument("--model", help="the Whisper model for the demo")
    parser.add_argument("--kills", type=int, default=200, help="kills at a lease of 3 s (default 200)")
    parser.add_argument("--real", type=int, default=5, help="kills at the real lease of 60 s (default 5)")
    parser.add_argument(
        "--only", nargs="*", default=(), help="the demo's experts, E14 …; default: all who are recorded"
    )
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leave no worker behind
    chance = random.Random(options.seed)  # noqa: S311 - moments, not secrets
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        scratch = Path(name)
        prepared = options.installation or scratch / "demo"
        if not options.installation:
            prepare_demo(prepared, options.model or parser.error("name an installation or a --model"), options.only)
        started = time.monotonic()
        calm = copy_of(prepared, scratch / "calm")
        pace = undisturbed(calm)
        expected = contents(calm)
        say(f"undisturbed: {describe(expected)} in {time.monotonic() - started:.0f} s")
        tally = Tally()
        for kills, lease in ((options.kills, Lease(3, 0.5)), (options.real, Lease(60, 10))):
            left = kills
            while left > 0:
                place = copy_of(prepared, scratch / "killed")
                left -= disturbed(place, left, lease, pace=pace, chance=chance, tally=tally)
                compare(expected, contents(place), tally)
                shutil.rmtree(place)
                say(
                    f"so far {tally.kills.total()} kills in {time.monotonic() - started:.0f} s: "
                    f"lost {tally.lost.total()}, doubled or different {tally.doubled.total()}"
                )
    report(tally, time.monotonic() - started)


def copy_of(prepared: Path, place: Path) -> Path:
    """A copy of an installation that nobody has open."""
    shutil.copytree(prepared, place)
    return place


@dataclass
class Pace:
    """How long a worker takes from its claim to its first window, and from one window to the next, in s."""

    first: float
    window: float


def undisturbed(place: Path) -> Pace:
    """Work everything off in peace."""
    moments: list[float] = []
    seen = 0
    with ground_of(place) as ground, worker(place, Lease(60, 10), until_idle=True) as process:
        while running(ground) is None and process.poll() is None:
            time.sleep(TICK)
        started = time.monotonic()
        while process.poll() is None:
            if (done := progress(ground)) > seen:
                seen = done
                moments.append(time.monotonic() - started)
            time.sleep(TICK)
    if process.returncode or len(moments) < 2:
        sys.exit(f"the undisturbed run failed (exit code {process.returncode}, {seen} windows)")
    return Pace(moments[0], (moments[-1] - moments[0]) / (seen - 1))


def disturbed(place: Path, kills: int, lease: Lease, *, pace: Pace, chance: random.Random, tally: Tally) -> int:
    """Work everything off while killing; returns how many kills came before the work was done."""
    killed = 0
    hope = Hope()
    blow: Blow | None = None
    with ground_of(place) as ground:
        while killed < kills and unfinished(ground) and hope.left(progress(ground)):
            one_at_a_time(ground)
            with worker(place, lease) as process:
                await_claim(ground, process, lease, blow, tally)
                blow = None
                time.sleep(chance.uniform(0, pace.first + 2 * pace.window))
                if (held := running(ground)) is not None:
                    victim = VICTIMS[tally.kills.total() % len(VICTIMS)]
                    blow = Blow(held.id, held.fence, time.monotonic())
                    hit = kill(process.pid, victim, tally)
                    tally.kills[f"{victim} ({lease.seconds:g} s)"] += hit
                    killed += hit
                    if victim == "child":  # its worker takes the job up again by itself, then falls too
                        await_claim(ground, process, lease, blow, tally)
                        time.sleep(chance.uniform(0, pace.first))
                        held = running(ground)
                        blow = Blow(held.id, held.fence, time.monotonic()) if held else None
            tally.quarantined += requeue_quarantined(ground)
        while unfinished(ground) and hope.left(progress(ground)):
            one_at_a_time(ground)
            with worker(place, lease, until_idle=True) as process:
                await_claim(ground, process, lease, blow, tally)
                blow = None
                process.wait()
            tally.quarantined += requeue_quarantined(ground)
        tally.unfinished += unfinished(ground)
    return killed


def await_claim(
    ground: Ground, process: subprocess.Popen[bytes], lease: Lease, blow: Blow | None, tally: Tally
) -> None:
    """Until the worker holds a job; where one was hit before, that very job, and how long it took is noted."""
    until = time.monotonic() + lease.seconds + 60
    if blow is None:
        while running(ground) is None and process.poll() is None and time.monotonic() < until:
            time.sleep(TICK)
        return
    while (job := job_of(ground, blow.job_id)).state in UNFINISHED and process.poll() is None:
        if job.fence > blow.fence:
            tally.restarts.setdefault(lease.seconds, []).append(time.monotonic() - blow.at)
            return
        time.sleep(TICK)


def one_at_a_time(ground: Ground) -> None:
    """Hold back every job but one, so that the one that is hit is also the next to be taken up."""
    with ground.work() as work:
        jobs = sorted(_in_state(work.session, *UNFINISHED), key=lambda job: (job.state != JobState.RUNNING, job.id))
        for number, job in enumerate(jobs):
            if job.state == JobState.QUEUED:
                job.run_at = work.now + HELD_BACK if number else min(job.run_at, work.now + timedelta(seconds=1))


def running(ground: Ground) -> Job | None:
    """The job that is at work, or was when its worker fell."""
    with ground.look() as session:
        return next(iter(_in_state(session, JobState.RUNNING)), None)


def job_of(ground: Ground, job_id: UUID) -> Job:
    """A job as it is now."""
    with ground.look() as session:
        return session.exec(select(Job).where(col(Job.id) == job_id)).one()


def kill(process: int, victim: str, tally: Tally) -> bool:
    """Kill with -9 and watch how long the worker's descendants outlive it; returns whether there was one to kill."""
    family = descendants(process)
    children = [child for child, parent in family.items() if parent == process]
    targets = {"worker": [process], "child": children, "everything": [process, *family]}[victim]
    for target in targets:
        try:
            os.kill(target, signal.SIGKILL)
        except ProcessLookupError:
            continue  # it ended in between
    if victim == "child":
        return bool(children)
    killed = time.monotonic()
    while any(alive(member) for member in family) and time.monotonic() - killed < LONG:
        time.sleep(TICK)
    tally.longest = max(tally.longest, time.monotonic() - killed)
    tally.orphans += sum(alive(member) for member in family)
    return True


def descendants(ancestor: int) -> dict[int, int]:
    """Every process that descends from one, with its parent."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := status(int(entry.name))):
            parents[int(entry.name)] = int(stat[1])
    family: dict[int, int] = {}
    while (
        found := {child: parent for child, parent in parents.items() if parent in {ancestor, *family}} - family.keys()
    ):
        family |= {child: parents[child] for child in found}
    return family


def status(process: int) -> list[str]:
    """The fields of /proc/PID/stat after the name: state, parent …; empty when it is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def alive(process: int) -> bool:
    """Whether a process is there and no zombie."""
    return status(process)[:1] not in ([], ["Z"])


@contextmanager
def worker(place: Path, lease: Lease, *, until_idle: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """A worker on an installation; whatever is left of it is killed in the end."""
    settings = {
        "FIELDWORK_LEASE_SECONDS": str(lease.seconds),
        "FIELDWORK_BEAT_SECONDS": str(lease.beat),
        "FIELDWORK_POLL_SECONDS": "0.1",
    }
    command = [str(COMMAND), "worker", "--data", str(place), *(["--until-idle"] if until_idle else [])]
    process = subprocess.Popen(
        command, env=os.environ | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def ground_of(place: Path) -> Iterator[Ground]:
    """The installation in a folder."""
    ground = open_ground(Settings(data=place, database=None, keystore=None, key_file=None))
    try:
        yield ground
    finally:
        ground.close()


def progress(ground: Ground) -> int:
    """Windows done over all jobs."""
    with ground.look() as session:
        return sum(session.exec(select(Job.done)).all())


def unfinished(ground: Ground) -> int:
    """Jobs that are queued or running."""
    with ground.look() as session:
        return len(_in_state(session, *UNFINISHED))


def requeue_quarantined(ground: Ground) -> int:
    """Do what a person would: queue again what was killed three times in a row before it had done a window."""
    with ground.work() as work:
        found = _in_state(work.session, JobState.QUARANTINED)
        for job in found:
            retry(work, job.id)
    return len(found)


def _in_state(session: Session, *states: JobState) -> list[Job]:
    return list(session.exec(select(Job).where(col(Job.state).in_(states))).all())


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


Contents = dict[str, Counter[str]]


def contents(place: Path) -> Contents:
    """What the transcriptions left: jobs with their states, windows and segments with the text sealed in them."""
    found: Contents = {"job": Counter(), "window": Counter(), "segment": Counter()}
    with ground_of(place) as ground, ground.work() as work:
        for job in work.session.exec(select(Job)):
            found["job"][f"{job.id} {job.state}"] += 1
        for transcript in work.session.exec(select(Transcript)):
            for heard in heard_in(work, transcript):
                pieces = [(piece.start_ms, piece.end_ms, piece.text) for piece in heard.pieces]
                found["window"][f"{heard.recording_id} {heard.start_ms} {heard.end_ms} {pieces}"] += 1
            for segment in segments_of(work, transcript):
                place_and_text = (segment.position, segment.speaker, segment.start_ms, segment.end_ms, segment.text)
                found["segment"][f"{transcript.id} {place_and_text}"] += 1
    return found


def compare(expected: Contents, found: Contents, tally: Tally) -> None:
    """Count what is missing, and what is there too often or differs."""
    for kind, rows in expected.items():
        tally.lost[kind] += (rows - found[kind]).total()
        tally.doubled[kind] += (found[kind] - rows).total()


def describe(found: Contents) -> str:
    """«5 jobs, 40 windows, 300 segments»."""
    return ", ".join(f"{rows.total()} {kind}s" for kind, rows in found.items())


def report(tally: Tally, seconds: float) -> None:
    """Print the figures; exit with 1 when they are not what they must be."""
    for victim, count in sorted(tally.kills.items()):
        say(f"killed -9: {victim:24} {count:4}")
    say(f"killed -9: altogether               {tally.kills.total():4}  in {seconds:.0f} s")
    say(f"children died at the latest {tally.longest:.1f} s after their worker")
    say(f"processes that outlived their worker by {LONG} s: {tally.orphans}")
    say(f"quarantined after three kills before a first window, queued again: {tally.quarantined}")
    say(f"jobs left unfinished: {tally.unfinished}")
    for kind in ("job", "window", "segment"):
        say(f"{kind}s lost: {tally.lost[kind]}, doubled or different: {tally.doubled[kind]}")
    late = 0
    for lease, times in sorted(tally.restarts.items()):
        late += sum(one > lease + GRACE for one in times)
        say(
            f"at work again, lease {lease:g} s: {len(times)} times, median {median(times):.1f} s, "
            f"longest {max(times):.1f} s, limit {lease + GRACE:g} s   ratio {max(times) / (lease + GRACE):.2f}"
        )
    if late or tally.orphans or tally.unfinished or tally.lost.total() or tally.doubled.total():
        sys.exit(1)


if __name__ == "__main__":
    main()

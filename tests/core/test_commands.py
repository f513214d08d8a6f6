"""The ground's commands as a person calls them: upgrade, jobs, audit, and what a full disk is told as."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, update

from fieldwork.core import audit
from fieldwork.core.audit import AuditEntry
from fieldwork.core.jobs import Job, enqueue
from fieldwork.core.runs import claim, fail
from fieldwork.core.schema import head_revision
from fieldwork.core.work import Ground
from fieldwork.transcription.rules import NothingHeard

KIND = "transcription.transcribe"


Run = Callable[..., Any]


@pytest.fixture
def failed(ground: Ground) -> Job:
    """A transcription in which nobody spoke."""
    with ground.work() as work:
        job = enqueue(work, KIND, "transcribe:1")
    claimed = claim(ground, "test", {KIND})
    assert claimed is not None
    assert fail(ground, claimed, NothingHeard(code="E05", count=2))
    return job


def test_a_failed_job_says_why_and_what_to_do(failed: Job, run: Run) -> None:
    said = (
        "No speech was found in the 2 recordings of the interview with E05. "
        "Listen to them: the microphone may have been off, or another file was meant."
    )
    listed = run("jobs", "list")
    assert (listed.code, listed.out.splitlines()[2].split()) == (
        0,
        [str(failed.id), KIND, "failed", "0/0", "NothingHeard"],
    )
    assert listed.out.splitlines()[-1] == f"{failed.id}: {said}"
    told = json.loads(run("jobs", "list", "--json").out)
    assert [(one["id"], one["failure"], one["reason"]) for one in told] == [(str(failed.id), "NothingHeard", said)]


def test_a_job_is_retried_and_cancelled(failed: Job, run: Run) -> None:
    assert run("jobs", "retry", str(failed.id))[:2] == (0, "queued\n")
    assert json.loads(run("jobs", "list", "--json", "--state", "queued").out)[0]["reason"] is None
    assert run("jobs", "cancel", str(failed.id))[:2] == (0, "cancelled\n")
    refused = run("jobs", "cancel", str(failed.id))
    assert (refused.code, refused.out) == (1, "")
    assert str(failed.id) in refused.err
    assert run("jobs", "cancel", "not-an-id").code == 2


def test_the_trail_is_listed_and_checked(ground: Ground, run: Run) -> None:
    with ground.work() as work:
        audit.record(work, "study.created", count=1)
    assert [entry["deed"] for entry in json.loads(run("audit", "list", "--json").out)] == ["study.created"]
    assert run("audit", "check") == (0, "the audit trail holds\n", "")
    with ground.work() as work:
        work.session.exec(update(AuditEntry).where(col(AuditEntry.number) == 1).values(deed="study.removed"))
    broken = run("audit", "check")
    assert (broken.code, broken.out) == (1, "")
    assert broken.err.startswith("The audit trail was altered: entry 1 does not follow")


def test_an_installation_is_made_by_upgrade_and_asked_for_until_then(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("FIELDWORK_DATABASE")
    fresh = tmp_path / "fresh"
    refused = run("--data", fresh, "jobs", "list")
    assert refused == (1, "", f"The database in {fresh} is not up to date. Run: fieldwork upgrade\n")
    assert run("upgrade", "--data", fresh)[:2] == (0, f"upgraded to {head_revision()}\n")
    assert run("upgrade", "--data", fresh)[:2] == (0, f"already at {head_revision()}\n")
    assert run("--data", fresh, "jobs", "list").code == 0


FULL = """
import sys
from pathlib import Path
from sqlmodel import func, select
from fieldwork.cli import main
from fieldwork.core import audit
from fieldwork.core.files import DiskFull
from fieldwork.core.jobs import Job, enqueue
from fieldwork.core.settings import Settings
from fieldwork.core.work import open_ground
data = Path(sys.argv[1])
ground = open_ground(Settings(data=data))
with ground.work() as work:
    enqueue(work, "test", "kept")
try:
    with ground.work() as work:
        for number in range(40):
            enqueue(work, "test", f"lost {number}", padding="0" * 100_000)
except DiskFull as refused:
    print(refused)
with ground.work() as work:
    print(work.session.exec(select(func.count()).select_from(Job)).one())
ground.close()
try:
    (data / "ballast").write_bytes(bytes(4_000_000))
except OSError:
    main(["jobs", "list", "--data", str(data)])
"""


def test_a_full_disk_keeps_no_half_of_a_deed_and_is_named(migrated_sqlite: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = 'mount -t tmpfs -o size=3m small "$1" && cp "$2" "$1/fieldwork.sqlite" && exec "$3" -c "$4" "$1"'
    ran = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", mount, "sh", small, migrated_sqlite, sys.executable, FULL],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "FIELDWORK_LANGUAGE": "en"},
    )
    said = f"The disk is full: free some space in {small} and try again. Nothing was kept half-written."
    assert (ran.returncode, ran.stdout.splitlines(), ran.stderr.splitlines()) == (1, [said, "1"], [said])

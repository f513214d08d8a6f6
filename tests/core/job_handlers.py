"""Handlers that the children of the supervisor's tests run. A «window» is one entry of the audit trail."""

import os
import subprocess
import sys
import time
from pathlib import Path

from sqlmodel import col, select

from fieldwork.core import audit
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import Refusal
from fieldwork.core.files import private_folder
from fieldwork.core.runs import JobRun

HANDLERS = {name: f"job_handlers:{name}" for name in ("windows", "refuse", "leak", "vanish", "limp", "hang")}


class TooQuiet(Refusal):
    message = "Of {total} windows, {silent} are silent. Record again."


def windows(run: JobRun) -> None:
    """Do ``total`` windows of ``seconds`` each, going on where an earlier run stopped."""
    total = int(run.args["total"])
    with run.ground.look() as session:
        done = len(session.exec(select(AuditEntry).where(col(AuditEntry.subject_id) == run.job_id)).all())
    for number in range(done, total):
        time.sleep(float(run.args["seconds"]))
        with run.step() as work:
            audit.record(work, "window.done", subject_id=run.job_id, number=number)
            run.progress(work, number + 1, total)


def refuse(run: JobRun) -> None:
    """Refuse, after a step that stays."""
    with run.step() as work:
        audit.record(work, "window.done", subject_id=run.job_id, number=0)
    raise TooQuiet(total=4, silent=3.5)


def leak(run: JobRun) -> None:
    """Break with a text that nobody may see."""
    raise ValueError("Айгерим Сатпаева")


def vanish(run: JobRun) -> None:
    """Die without a word."""
    os._exit(7)


def limp(run: JobRun) -> None:
    """Die after each window but the last."""
    total = int(run.args["total"])
    with run.step() as work:
        done = len(work.session.exec(select(AuditEntry).where(col(AuditEntry.subject_id) == run.job_id)).all()) + 1
        audit.record(work, "window.done", subject_id=run.job_id, number=done - 1)
        run.progress(work, done, total)
    if done < total:
        os._exit(7)


def hang(run: JobRun) -> None:
    """Commit one window, start a program, lend a folder, tell where they are, and hang inside the next window."""
    with run.step() as work:
        audit.record(work, "window.done", subject_id=run.job_id, number=0)
        run.progress(work, 1, 2)
    program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with private_folder() as folder:
        (folder / "plain").write_text("plain")
        told = Path(run.args["told"])
        told.with_suffix(".part").write_text(f"{os.getpid()}\n{program.pid}\n{folder}\n")
        told.with_suffix(".part").replace(told)
        time.sleep(600)

"""`make bench`: the figures that Fieldwork promises, measured on this machine, beside their limits.

Usage: ``python tests/benchmarks [help|demo|pages|deciding|anonymisation|redaction|coverage|kills …]``;
all of them without a name.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import anonymisation  # beside this file: the folder is run as a script
import canaries
import deciding
import disclosure
import intervals
import pages
import pseudonyms
import recorder
import redaction
import together

from fieldwork.core.schema import shipped

FIELDWORK = Path(sys.executable).with_name("fieldwork")
HERE = Path(__file__).parent
HELP_LIMIT_S = 0.4
DEMO_LIMIT_S = 300
DEMO_LIMIT_MIB = 2048
REPORT_LIMIT_S = 2.0
RUNS = 5


def say(name: str, value: float, limit: float, unit: str) -> None:
    """One line: what was measured, its limit, and the ratio of the two (below 1 is within)."""
    print(f"{name:<46} {value:10.2f} {unit:<4} limit {limit:8.2f}   ratio {value / limit:5.2f}")  # noqa: T201


def measure_help() -> None:
    """`fieldwork --help`, whole process, median of five after one to warm up."""
    times = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        subprocess.run([FIELDWORK, "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    say("fieldwork --help", median(times[1:]), HELP_LIMIT_S, "s")


def measure_demo() -> None:
    """The whole demo in an empty folder, then its report again from the finished study."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.perf_counter()
        command = [FIELDWORK, "demo", "--data", folder / "data", "--report", folder / "report.pdf"]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        say("the demo, audio files to PDF", time.perf_counter() - started, DEMO_LIMIT_S, "s")
        peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        say("the demo's peak memory, largest process", peak_kib / 1024, DEMO_LIMIT_MIB, "MiB")
        errors = re.search(r"word error rate[^:]*: ([\d.]+) %", told)
        if errors:
            say("word error rate of the demo's model", float(errors[1]), 5.0, "%")
        _measure_report(folder)


def _measure_report(folder: Path) -> None:
    """The report of the finished demo: content, leak check, typesetting, file; inside the process, without start-up."""
    script = (
        "import json, sys, time\n"
        "from pathlib import Path\n"
        "from fieldwork.core.settings import Settings\n"
        "from fieldwork.core.work import open_ground\n"
        "from fieldwork.programme.services import find_study\n"
        "from fieldwork.report.writing import write_report\n"
        "ground = open_ground(Settings())\n"
        "times = []\n"
        "for _ in range(4):\n"
        "    started = time.perf_counter()\n"
        "    with ground.work() as work:\n"
        "        write_report(work, find_study(work, 'creative-class'), Path(sys.argv[1]))\n"
        "    times.append(time.perf_counter() - started)\n"
        "print(json.dumps(times))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, folder / "again.pdf"],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "FIELDWORK_DATA": str(folder / "data")},
    ).stdout
    times = json.loads(told)
    say("the demo's report, first in a process", times[0], REPORT_LIMIT_S, "s")
    say("the demo's report, after that", median(times[1:]), REPORT_LIMIT_S, "s")


def measure_coverage() -> None:
    """Whether a transcript with a missing utterance is ever called complete: 200 sounds, engines that err."""
    subprocess.run([sys.executable, HERE / "covering.py"], check=True)


def measure_kills() -> None:
    """Workers killed at random moments of the demo's transcriptions: 200 with a lease of 3 s, 5 with 60 s."""
    model = shipped("audio/demo") / "whisper-demo.pt"
    subprocess.run([sys.executable, HERE / "kills.py", "--model", model], check=True)


def measure_script(name: str) -> None:
    """A benchmark that is a script of its own, with options of its own."""
    subprocess.run([sys.executable, HERE / f"{name}.py"], check=True)


MEASURES: dict[str, Callable[[], None]] = {
    "help": measure_help,
    "demo": measure_demo,
    "pages": lambda: pages.main(say),
    "deciding": lambda: deciding.main(say),
    "anonymisation": anonymisation.main,
    "canaries": lambda: canaries.main(say),
    "disclosure": lambda: disclosure.main(say),
    "pseudonyms": pseudonyms.main,
    "intervals": intervals.main,
    "redaction": lambda: redaction.main(say),
    "together": lambda: together.main(say),
    "coverage": measure_coverage,
    "kills": measure_kills,
    "transcription": lambda: measure_script("transcription"),
    "cuts": lambda: measure_script("cuts"),
    "mutants": lambda: measure_script("mutants"),
    "recorder": lambda: recorder.main(say),  # ten minutes
}


def main() -> None:
    """Measure what was asked for."""
    for name in sys.argv[1:] or list(MEASURES):
        MEASURES[name]()


if __name__ == "__main__":
    main()

"""A probe of ten seconds: what a model costs on this machine, measured in a process of its own.

The process is ``python -m fieldwork.transcription.probing``: its order comes as JSON on standard input, its figures
leave as JSON on standard output. So a model's memory is its own, and is given back.
"""

import functools
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fieldwork.core.child import die_with
from fieldwork.core.errors import Refusal, refusal_called
from fieldwork.core.schema import shipped
from fieldwork.transcription.engines import open_engine
from fieldwork.transcription.estimating import pace_of_probe

BRIEF_MS, FULL_MS = 2_000, 10_000
_SAMPLE, _FROM_MS = "250428_1231.wav", 1_000  # the demo's: a voice that reads an interview, made by a program
_AGAIN_BELOW = 5.0  # s: a first decoding of a small model is mostly warming up
_FULLER = 1.2  # windows end at the first pause behind their least length


class ProbeDied(Refusal):
    """The process that was measuring is gone."""

    message = (
        "Measuring the model {model} was ended by the system: it needs more memory than this machine has free. "
        "Close other programs, or choose a smaller model: fieldwork models use small"
    )


@dataclass(frozen=True)
class Probe:
    """Seconds of work for a second of speech, seconds for loading, the most memory the process took (MB)."""

    pace: float
    load_seconds: float
    memory_mb: int


@functools.cache
def machine() -> str:
    """A digest of what this machine is: its name, processor and cores. The name itself is kept nowhere."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8", errors="replace").splitlines() if known.is_file() else []
    processor = next((line for line in lines if line.startswith("model name")), platform.processor())
    told = f"{platform.node()}|{platform.machine()}|{processor}|{os.cpu_count()}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def probe(engine: str, model: str) -> Probe:
    """Measure a model in a child process, which ends with this one.

    Raises:
        ProbeDied: the child was killed, as machines do that have no memory left.
        Refusal: the model cannot be loaded; as ``engines.open_engine``.
    """
    order = {"engine": engine, "model": model, "parent": os.getpid()}
    run = subprocess.run(
        [sys.executable, "-m", "fieldwork.transcription.probing"], input=json.dumps(order).encode(),
        capture_output=True, check=False,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(run.stdout or "{}")
    if "refused" in told:
        raise (refusal_called(told["refused"]) or Refusal)(**told["values"])
    if run.returncode or not told:
        raise ProbeDied(model=Path(model).name)
    return Probe(**told)


def measure(engine: str, model: str) -> Probe:
    """Load a model and let it hear two seconds of speech, then ten; takes seconds to minutes, in this process.

    Raises:
        Refusal: the model cannot be loaded.
    """
    # Imported here: NumPy is 10 MB that the web process, which asks for the machine only, can do without.
    from fieldwork.transcription.windows import MAX_MS, read_samples  # noqa: PLC0415

    started = time.perf_counter()
    opened = open_engine(engine, model)
    load_seconds = time.perf_counter() - started

    def took(length_ms: int) -> float:
        samples = read_samples(shipped("audio/demo") / _SAMPLE, _FROM_MS, _FROM_MS + length_ms)
        begun = time.perf_counter()
        opened.transcribe(samples, "ru")
        return time.perf_counter() - begun

    brief = took(BRIEF_MS)
    if brief < _AGAIN_BELOW:
        brief = took(BRIEF_MS)
    full = took(FULL_MS)
    window_s = min(MAX_MS, opened.enough_ms * _FULLER) / 1000
    pace = pace_of_probe((BRIEF_MS / 1000, brief), (FULL_MS / 1000, full), window_s)
    return Probe(round(pace, 4), round(load_seconds, 1), _most_memory())


def _most_memory() -> int:
    """The most memory this process has had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1024 * 1024 if sys.platform == "darwin" else 1024))


def _main() -> int:
    order = json.load(sys.stdin)
    die_with(order["parent"])
    figures, sys.stdout = sys.stdout, sys.stderr  # libraries talk while they load
    try:
        told: dict[str, Any] = asdict(measure(order["engine"], order["model"]))
    except Refusal as refusal:
        values = {name: value if isinstance(value, int) else str(value) for name, value in refusal.values.items()}
        told = {"refused": type(refusal).__name__, "values": values}
    figures.write(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(_main())

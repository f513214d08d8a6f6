"""Copies of recordings without names: how long 75 minutes take, and how much of a voice an altered one keeps.

The likeness is the cosine of resemblyzer's embeddings, over each speaker's utterances of the demo's mixed recordings:
1 is the same voice. What two different people of the demo reach is printed beside it, since that is what to compare
with. It says what one program makes of synthetic voices, and nothing of people who know somebody.
"""

import io
import itertools
import json
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fieldwork.core.schema import shipped
from fieldwork.recording.media import Order, copied, normalise
from fieldwork.transcription.voices import embedded

MIXED = ("E05", "E11", "E14")
LONG_MS = 1_600
HOUR_MS = 75 * 60_000
HOUR_LIMIT_S, MEMORY_LIMIT_MB = 300.0, 150.0
HOUR = """
import re, sys, time
from pathlib import Path
from fieldwork.recording.media import Order, Stretch, copied

def highest(process):
    try:
        told = Path("/proc", process, "status").read_text()
    except FileNotFoundError:
        return 0
    found = re.search(r"VmHWM:\\s+(\\d+)", told)
    return int(found[1]) if found else 0

length, child = int(sys.argv[2]), 0
stretches = tuple(Stretch(at, at + 900) for at in range(0, length, 20_000))
start = time.perf_counter()
with copied(Path(sys.argv[1]), Order("ogg", length, stretches, -30.0)) as copy:
    while copy.read(1 << 16):
        pids = " ".join(one.read_text() for one in Path("/proc/self/task").glob("*/children")).split()
        child = max([child, *map(highest, pids)])
print(time.perf_counter() - start)
print((highest("self") + child) / 1024)
"""
Say = Callable[[str, float, float, str], None]


def main(say: Say) -> None:
    """Print the speed, the memory and the likeness of voices."""
    with tempfile.TemporaryDirectory() as name:
        _measure_hour(say, Path(name))
        _measure_voices(Path(name))


def _measure_hour(say: Say, folder: Path) -> None:
    hour = folder / "hour.wav"
    with wave.open(str(shipped("audio/demo") / "250428_1231.wav")) as once, wave.open(str(hour), "wb") as file:
        file.setparams(once.getparams())
        block, count = once.readframes(once.getnframes()), once.getnframes()
        for _ in range(HOUR_MS * once.getframerate() // 1000 // count + 1):
            file.writeframes(block)
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HOUR, hour, str(HOUR_MS)], check=True, capture_output=True, text=True
    )  # a process of its own: what this one has imported would count as its child's
    seconds, megabytes = map(float, told.stdout.split())
    say("75 minutes copied, 225 stretches, Opus", seconds, HOUR_LIMIT_S, "s")
    say("memory of both processes, all of it", megabytes, MEMORY_LIMIT_MB, "MB")


def _measure_voices(folder: Path) -> None:
    told = json.loads((shipped("audio/demo") / "utterances.json").read_text(encoding="utf-8"))["recordings"]
    before: dict[tuple[str, str], NDArray[np.float32]] = {}
    alike = []
    for one in (one for one in told if one["interview"] in MIXED):
        source = shipped("audio/demo") / one["file"]
        plain, altered = (_wav(source, one["duration_ms"], folder, alter=alter) for alter in (False, True))
        for speaker in ("expert", "interviewer"):
            own = _voice(plain, one["utterances"], speaker)
            before[one["interview"], speaker] = own
            alike.append(float(own @ _voice(altered, one["utterances"], speaker)))
    # the three interviews have one interviewer: only pairs with an expert in them are two people
    pairs = [
        float(before[one] @ before[two]) for one, two in itertools.combinations(before, 2) if "expert" in one + two
    ]
    print(f"likeness of an altered voice to itself         {_range(alike)}")  # noqa: T201
    print(f"likeness of two different people               {_range(pairs)}")  # noqa: T201


def _wav(source: Path, duration_ms: int, folder: Path, *, alter: bool) -> io.BytesIO:
    """The recording, altered or not, as it is looked at: 16 kHz mono."""
    copy, result = folder / "copy.flac", folder / "normalised.wav"
    with copied(source, Order("flac", duration_ms, alter_voice=alter)) as made:
        copy.write_bytes(made.read())
    normalise(copy, result)
    return io.BytesIO(result.read_bytes())


def _voice(wav: io.BytesIO, utterances: list[dict[str, Any]], speaker: str) -> NDArray[np.float32]:
    spans = [
        (one["start_ms"], one["end_ms"])
        for one in utterances
        if one["speaker"] == speaker and one["end_ms"] - one["start_ms"] > LONG_MS
    ]
    mean = np.asarray(embedded(wav, spans)).mean(axis=0)
    found: NDArray[np.float32] = mean / np.linalg.norm(mean)
    return found


def _range(values: list[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}, mean {sum(values) / len(values):.2f}"

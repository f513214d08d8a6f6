"""A whole transcription job beside the `whisper` command and the plain faster-whisper library, on the same sound.

Usage: ``python tests/benchmarks/transcription.py [--utterances 120] [--repeats 3]``. All run as processes of their own,
in turn, with the demonstration model's weights; ours from the file to turns with speakers (import, request, worker).
Told are wall time, processor time of the process and its children (which other work on the machine disturbs least),
the largest process, and word errors. The demonstration model says nothing about the quality of real ones.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from interview_sound import Interview, interview
from kills import ground_of

from fieldwork.core.schema import shipped, upgrade
from fieldwork.demo.accuracy import word_errors
from fieldwork.demo.field import set_up
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.services import segments_of, transcript_of

BIN = Path(sys.executable).parent
EXPERT = "E05"
PLAIN = (
    "import json, sys\n"
    "from faster_whisper import WhisperModel\n"
    "told, _ = WhisperModel(sys.argv[1]).transcribe(sys.argv[2], language='ru')\n"
    "print(json.dumps(' '.join(one.text for one in told)))\n"
)


@dataclass
class Seen:
    """What a way of transcribing cost, run by run: s, s of processor, MiB; and what it heard last."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak: float = 0.0
    heard: str = ""


def run(seen: Seen, *commands: list[str | Path]) -> str:
    """Run commands one after the other as one deed; returns what the last one printed."""
    wall = processor = 0.0
    printed = ""
    for command in commands:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        with subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            printed = process.stdout.read() if process.stdout else ""
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if process.returncode:
            sys.exit(f"failed: {command[0]} {command[1]}")
        wall += time.perf_counter() - started
        processor += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        seen.peak = max(seen.peak, used.ru_maxrss / 1024)
    seen.wall.append(wall)
    seen.processor.append(processor)
    return printed


def by_whisper(sound: Interview, model: Path, scratch: Path, seen: Seen) -> None:
    """The command of openai-whisper with its defaults."""
    options: list[str | Path] = ["--language", "ru", "--output_format", "json", "--output_dir", scratch]
    run(seen, [BIN / "whisper", sound.path, "--model", model, *options])
    seen.heard = json.loads((scratch / f"{sound.path.stem}.json").read_text(encoding="utf-8"))["text"]


def by_library(sound: Interview, model: Path, _scratch: Path, seen: Seen) -> None:
    """The library faster-whisper with its defaults."""
    seen.heard = json.loads(run(seen, [sys.executable, "-c", PLAIN, model, sound.path]))


def by_fieldwork(sound: Interview, model: Path, scratch: Path, seen: Seen) -> None:
    """Our whole job, in an installation of its own that is made beforehand."""
    with TemporaryDirectory(dir=scratch) as name, ground_of(Path(name)) as ground:
        upgrade(ground.settings.database_url)
        with ground.work() as work:
            study = set_up(work)
        ours, data = BIN / "fieldwork", ["--data", name]
        run(
            seen,
            [ours, "recordings", "import", study.slug, EXPERT, sound.path, *data],
            [ours, "transcripts", "request", study.slug, EXPERT, "--model", model, *data],
            [ours, "worker", "--until-idle", *data],
        )
        with ground.work() as work:
            transcript = transcript_of(work, find_interview(work, find_expert(work, study, EXPERT)))
            seen.heard = " ".join(one.text for one in segments_of(work, transcript))


WAYS: dict[str, tuple[Callable[[Interview, Path, Path, Seen], None], bool]] = {
    "whisper command": (by_whisper, False),
    "faster-whisper library": (by_library, True),
    "Fieldwork, whisper": (by_fieldwork, False),
    "Fieldwork, fast": (by_fieldwork, True),
}
"""How, and whether with the converted model (int8)."""


def table(sound: Interview, seen: dict[str, Seen]) -> str:
    """Markdown: medians, how many times faster than the whisper command by pairs (least to most), errors, memory."""
    lines = [
        "| | wall, s | processor, s | faster, wall | faster, processor | word errors | largest process |",
        "|---|---|---|---|---|---|---|",
    ]
    base = seen["whisper command"]
    for name, one in seen.items():
        errors, words = word_errors(sound.said, [one.heard])
        spread = [_spread(base.wall, one.wall), _spread(base.processor, one.processor)]
        cells = [f"{median(one.wall):.1f}", f"{median(one.processor):.1f}", *spread, f"{100 * errors / words:.1f} %"]
        lines.append(f"| {name} | {' | '.join(cells)} | {one.peak:.0f} MiB |")
    return "\n".join(lines)


def _spread(theirs: list[float], ours: list[float]) -> str:
    ratios = [slow / quick for slow, quick in zip(theirs, ours, strict=True)]
    return f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def main() -> None:
    """Let all of them run in turn, as often as asked, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--utterances", type=int, help="how many of the demo's (default: all 120, 9 minutes)")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    seen = {name: Seen() for name in WAYS}
    with TemporaryDirectory(prefix="transcription-") as name:
        scratch = Path(name)
        sound = interview(scratch / "interview.wav", options.utterances)
        slow, fast = shipped("audio/demo") / "whisper-demo.pt", scratch / "fast"
        subprocess.run([BIN / "fieldwork", "models", "convert", slow, "--output", fast], check=True)
        for _ in range(options.repeats):
            for way, (deed, converted) in WAYS.items():
                deed(sound, fast if converted else slow, scratch, seen[way])
    load = os.getloadavg()[1]
    sys.stdout.write(
        f"{sound.seconds:.0f} s of sound, {sound.silent:.0%} silence, {options.repeats} runs in turn, "
        f"{os.cpu_count()} processors, load of the machine {load:.1f}\n{table(sound, seen)}\n"
    )


if __name__ == "__main__":
    main()

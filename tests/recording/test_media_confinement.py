"""The child that decodes can open nothing, spends little, dies with its parent and leaves nothing half-written."""

import os
import random
import struct
import subprocess
import sys
import textwrap
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
import pytest

from fieldwork.core.errors import Refusal
from fieldwork.core.files import DiskFull
from fieldwork.recording.media import Limits, Normalised, normalise, refusals

ROOT = Path(__file__).resolve().parents[2]
HOUR_S = 3600
T = TypeVar("T")


def silent_wav(path: Path, seconds: int, rate: int = 16_000) -> Path:
    """A stereo WAV of digital silence; the file is sparse, so it costs neither time nor disk."""
    length = seconds * rate * 4
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, rate, 0, "NONE", ""))
        file.writeframes(b"")
    with path.open("r+b") as file:
        file.truncate(44 + length)
        for position, value in ((4, 36 + length), (40, length)):
            file.seek(position)
            file.write(struct.pack("<I", value))
    return path


def tone(path: Path, muxer: str, encoder: str, rate: int) -> Path:
    with av.open(str(path), "w", format=muxer) as file:
        stream = file.add_stream(encoder, rate=rate, layout="mono")
        for number in range(100):
            moments = np.arange(number * 960, number * 960 + 960) / rate
            samples = (0.3 * np.sin(2 * np.pi * 300 * moments)).astype(np.float32).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(samples, format="flt", layout="mono")
            frame.rate, frame.pts = rate, number * 960
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def run(code: str, *arguments: object, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own and return it finished, with what it printed."""
    command = [*before, sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)


def test_once_locked_down_no_file_socket_or_process_can_be_opened() -> None:
    done = run(
        """
        import errno, os, socket, resource
        from fieldwork.recording.media.confine import lock_down
        from fieldwork.recording.media.measures import Limits
        lock_down(Limits())
        said = []
        for deed in (lambda: open("/etc/passwd"), socket.socket, os.pipe):
            try:
                deed()
            except OSError as error:
                said.append(errno.errorcode[error.errno])
        print(said, resource.getrlimit(resource.RLIMIT_NPROC), resource.getrlimit(resource.RLIMIT_CORE))
        """
    )

    assert (done.stdout, done.stderr) == ("['EMFILE', 'EMFILE', 'EMFILE'] (0, 0) (0, 0)\n", "")


def test_two_hours_of_silence_fit_into_an_address_space_smaller_than_themselves(tmp_path: Path) -> None:
    hours = silent_wav(tmp_path / "hours.wav", 2 * HOUR_S)
    limits = Limits(memory_bytes=300 << 20)

    assert hours.stat().st_size > limits.memory_bytes
    silence = Normalised(7_200_000, -96.0, -96.0, silent=True, silent_share=1.0, apart_share=0.0)
    assert normalise(hours, tmp_path / "out.wav", limits) == silence


def test_memory_beyond_the_limit_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(refusals.DecoderCrashed, match="save the recording as WAV"):
        normalise(silent_wav(tmp_path / "a.wav", 60), tmp_path / "out.wav", Limits(memory_bytes=1 << 20))
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_time_beyond_the_limit_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(refusals.DecoderTimeout, match="within 0 s"):
        normalise(silent_wav(tmp_path / "a.wav", 60), tmp_path / "out.wav", Limits(seconds=0))
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_a_full_disk_is_named_and_nothing_stays_behind(tmp_path: Path) -> None:
    source, small = silent_wav(tmp_path / "a.wav", 60), tmp_path / "small"
    small.mkdir()
    done = run(
        """
        import subprocess, sys
        from pathlib import Path
        from fieldwork.core.files import DiskFull
        from fieldwork.recording.media import normalise
        folder = Path(sys.argv[2])
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=True)
        try:
            normalise(Path(sys.argv[1]), folder / "out.wav")
        except DiskFull as refusal:
            print(refusal)
        print(list(folder.iterdir()))
        """,
        source,
        small,
        before=("unshare", "-Urm"),
    )
    said = f"The disk is full: free some space in {small} and try again. Nothing was kept half-written.\n[]\n"

    assert (done.stdout, done.stderr) == (said, "")
    assert issubclass(DiskFull, Refusal)


def test_the_child_dies_with_its_parent_and_learns_no_name(tmp_path: Path) -> None:
    source = silent_wav(tmp_path / "Ахметов.wav", 8 * HOUR_S)
    code = "import sys; from pathlib import Path; from fieldwork.recording.media import normalise\n"
    code += "normalise(Path(sys.argv[1]), Path(sys.argv[2]))"
    command = [sys.executable, "-c", code, str(source), str(tmp_path / "out.wav")]
    parent = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)})
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    child = _wait_for(lambda: children.read_text().split())[0]
    arguments = _wait_for(lambda: b"media.child" in (said := Path(f"/proc/{child}/cmdline").read_bytes()) and said)
    environment = Path(f"/proc/{child}/environ").read_bytes()
    parent.kill()
    parent.wait()
    gone = _wait_for(lambda: not Path(f"/proc/{child}").exists() or "Z" in _state(child))

    assert "Ахметов".encode() not in arguments + environment
    assert sorted(entry.split(b"=")[0] for entry in environment.split(b"\0") if entry) == [
        *(b"OPENBLAS_NUM_THREADS", b"PATH", b"PYTHONPATH", b"PYTHONUTF8")
    ]
    assert gone


def _state(process: str) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def _wait_for(look: Callable[[], T]) -> T:
    for _ in range(500):
        if found := look():
            return found
        time.sleep(0.01)
    pytest.fail("it did not happen within five seconds")


def test_damaged_files_end_in_a_result_or_in_a_refusal(tmp_path: Path) -> None:
    dice = random.Random(20250421)  # noqa: S311 - chooses bytes to damage
    originals = [
        tone(tmp_path / "a.m4a", "ipod", "aac", 48_000).read_bytes(),
        tone(tmp_path / "a.ogg", "ogg", "libopus", 48_000).read_bytes(),
        tone(tmp_path / "a.mp3", "mp3", "libmp3lame", 48_000).read_bytes(),
    ]
    mutant, outcomes = tmp_path / "mutant", []
    for turn in range(18):
        content = bytearray(originals[turn % 3])
        for _ in range(dice.randint(1, 40)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        mutant.write_bytes(content)
        try:
            outcomes.append(normalise(mutant, tmp_path / "out.wav").duration_ms <= 8 * 3_600_000)
        except Refusal as refusal:
            outcomes.append("do" in str(refusal) or "give" in str(refusal))

    assert outcomes == [True] * 18

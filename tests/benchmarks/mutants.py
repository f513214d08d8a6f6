"""Damaged and hostile files: valid ones of every kind, changed at random, and what becomes of them.

Recordings go through the confined child that probes and decodes whatever people upload; captions, documents and
archives through the importer of transcripts and through the confined reader that looks into what leaves. Nothing of it
may end the process that asks, cost a minute or 512 MB, read another file (a canary lies beside them, and playlists,
entities and links name it), or end in anything but a result or a refusal that says by name what is wrong.
Run: ``python tests/benchmarks/mutants.py``.
"""

import argparse
import ctypes
import io
import json
import os
import random
import resource
import signal
import struct
import sys
import tempfile
import threading
import time
import wave
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np

from fieldwork.anonymisation.leaving.child import (
    _take_apart as take_apart,
)
from fieldwork.anonymisation.leaving.child import warm_up
from fieldwork.core.errors import Refusal
from fieldwork.recording.media import normalise, probe
from fieldwork.transcription.formats import Utterance, parse, write

MOST_SECONDS, MOST_MIB = 60, 512
SECONDS = 2  # of sound in each recording
CANARY_SECONDS = 7
TONGUES = {
    "wav": ("wav", "pcm_s16le", 44_100, "stereo"),
    "flac": ("flac", "flac", 48_000, "mono"),
    "mp3": ("mp3", "libmp3lame", 44_100, "stereo"),
    "m4a": ("ipod", "aac", 44_100, "mono"),
    "mp4": ("mp4", "aac", 44_100, "mono"),
    "opus": ("ogg", "libopus", 48_000, "mono"),
    "ogg": ("ogg", "vorbis", 48_000, "stereo"),
    "webm": ("webm", "libopus", 48_000, "mono"),
    "3gp": ("3gp", "aac", 8_000, "mono"),
}
"""Recordings: muxer, encoder, Hz, channels."""
AMR_FRAME = bytes([0x3C]) + bytes(31)  # 12.2 kbit/s (RFC 4867, section 5.3), 20 ms
TEXTS = ("vtt", "srt", "docx", "zip")
KINDS = (*TONGUES, "amr", *TEXTS)
SAID = "Мы открыли мастерскую в старом цехе и позвали соседей."

Say = Callable[[str], None]


@dataclass(frozen=True)
class Mutant:
    """A changed file, and how it was changed."""

    kind: str
    number: int
    how: str
    content: bytes


@dataclass
class Outcome:
    """What became of the mutants: how often each end, the worst costs, and what must not be."""

    ends: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    mebibytes: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def add(self, mutant: Mutant, end: str, seconds: float) -> None:
        """Count one."""
        self.ends[end] += 1
        self.seconds = max(self.seconds, seconds)
        if seconds > MOST_SECONDS:
            self.wrong.append(f"{mutant.kind} {mutant.number} ({mutant.how}) took {seconds:.0f} s")


def originals() -> dict[str, bytes]:
    """A valid file of each kind."""
    made = {kind: _recorded(*shape, picture=kind == "mp4") for kind, shape in TONGUES.items()}
    made["amr"] = b"#!AMR\n" + AMR_FRAME * (50 * SECONDS)
    turns = [
        Utterance("Интервьюер" if number % 2 else "Эксперт", 2000 * number, 2000 * number + 1800, SAID)
        for number in range(20)
    ]
    made |= {kind: write(turns, kind) for kind in ("vtt", "srt", "docx")}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in ("vtt", "docx", "flac"):
            archive.writestr(f"E07.{kind}", made[kind])
    made["zip"] = packed.getvalue()
    return made


def _recorded(muxer: str, encoder: str, rate: int, layout: str, *, picture: bool) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=muxer) as target:
        stream = target.add_stream(encoder, rate=rate, layout=layout, options={"strict": "experimental"})
        if picture:
            video = target.add_stream("mpeg4", rate=5)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            for number in range(5 * SECONDS):
                shade = np.full((48, 64, 3), number * 20 % 255, np.uint8)
                target.mux(video.encode(av.VideoFrame.from_ndarray(shade, format="rgb24")))
            target.mux(video.encode(None))
        context = stream.codec_context
        resampler = av.AudioResampler(format=context.format, layout=context.layout, rate=context.sample_rate)
        moments = np.arange(rate * SECONDS) / rate
        samples = (0.3 * np.sin(2 * np.pi * 200 * moments)).astype(np.float32)
        for start in range(0, len(samples), 1024):
            block = np.ascontiguousarray(samples[start : start + 1024].reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(block, format="flt", layout="mono")
            frame.rate, frame.pts = rate, start
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return file.getvalue()


def canary_in(folder: Path) -> Path:
    """A recording that nobody may read; it lasts longer than any of the others."""
    path = folder / "canary.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(32_000 * CANARY_SECONDS))
    return path


def mutants(count: int, seed: int, canary: Path) -> Iterator[Mutant]:
    """So many of them, every kind in turn."""
    valid = originals()
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        dice = random.Random(f"{seed} {number}")  # noqa: S311 - each can be made again by itself
        hows = [*_DEEDS, *(("inside",) if kind in ("docx", "zip") else ())]
        how = hows[number // len(KINDS) % len(hows)]
        if how == "inside":
            content = _inside(valid[kind], dice, canary)
        else:
            content = _DEEDS[how](bytearray(valid[kind]), dice, canary, valid)
        yield Mutant(kind, number, how, bytes(content))


def _bits(content: bytearray, dice: random.Random, *_: object) -> bytearray:
    for _one in range(dice.randint(1, 12)):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    return content


def _noise(content: bytearray, dice: random.Random, *_: object) -> bytearray:
    for _one in range(dice.randint(1, 200)):
        content[dice.randrange(len(content))] = dice.randrange(256)
    return content


def _header(content: bytearray, dice: random.Random, *_: object) -> bytearray:
    most = min(len(content), dice.choice((16, 64, 512)))
    for _one in range(dice.randint(1, 8)):
        content[dice.randrange(most)] = dice.randrange(256)
    return content


def _cut(content: bytearray, dice: random.Random, *_: object) -> bytearray:
    return content[: dice.randrange(len(content))]


def _sizes(content: bytearray, dice: random.Random, *_: object) -> bytearray:
    for _one in range(dice.randint(1, 3)):
        value = dice.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, len(content) * 2, dice.randrange(1 << 32)))
        at = dice.randrange(min(len(content), 4096) - 8)
        content[at : at + 4] = struct.pack(dice.choice((">I", "<I")), value & 0xFFFFFFFF)
    return content


def _stretch(content: bytearray, dice: random.Random, *_: object) -> bytearray:
    start = dice.randrange(len(content))
    piece = content[start : start + dice.randint(1, 5000)]
    at = dice.randrange(len(content))
    return dice.choice((
        content[:at] + piece + content[at:],
        content[:start] + content[start + len(piece) :],
        content[:start] + bytes(len(piece)) + content[start + len(piece) :],
        content + dice.randbytes(dice.randint(1, 5000)),
    ))  # fmt: skip


def _spliced(content: bytearray, dice: random.Random, _: Path, valid: dict[str, bytes]) -> bytearray:
    other = valid[dice.choice(KINDS)]
    at = dice.randrange(min(len(content), 2048))
    return content[:at] + other[dice.randrange(min(len(other), 2048)) :]


def _playlist(content: bytearray, dice: random.Random, canary: Path, _: dict[str, bytes]) -> bytearray:
    """A list that names the canary: instead of the file, before it, inside it, behind it."""
    way = dice.choice((str(canary), canary.as_uri(), canary.name, f"concat:{canary}|{canary}",
                       f"subfile,,start,0,end,9000,,:{canary}", f"crypto:{canary}", f"async:{canary}"))  # fmt: skip
    text = dice.choice((
        f"#EXTM3U\n#EXT-X-TARGETDURATION:7\n#EXTINF:7,\n{way}\n#EXT-X-ENDLIST\n",
        f'#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-MAP:URI="{way}"\n#EXTINF:7,\n{way}\n',
        f"ffconcat version 1.0\nfile '{way}'\n",
        f"[playlist]\nNumberOfEntries=1\nFile1={way}\n",
        f'<?xml version="1.0"?><MPD><Period><BaseURL>{way}</BaseURL></Period></MPD>',
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 0 RTP/AVP 0\na=control:{way}\n",
        f'<!DOCTYPE a [<!ENTITY b SYSTEM "{canary.as_uri()}">]><a>&b;</a>',
    )).encode()  # fmt: skip
    at = dice.choice((0, 0, len(content), dice.randrange(len(content)), 4, 8))
    padding = dice.choice((b"", b"\xef\xbb\xbf", b" \n", bytes(64)))
    return dice.choice((bytearray(padding + text), content[:at] + padding + text + content[at:]))


_DEEDS: dict[str, Callable[..., bytearray]] = {
    "bits": _bits, "noise": _noise, "header": _header, "cut": _cut, "sizes": _sizes, "stretch": _stretch,
    "spliced": _spliced, "playlist": _playlist,
}  # fmt: skip


def _inside(content: bytes, dice: random.Random, canary: Path) -> bytes:
    """An archive packed anew, one of its parts hostile: entities, links out of it, bombs, members of strange names."""
    packed = io.BytesIO()
    deed = dice.randrange(6)
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = dice.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            if name == chosen or (deed in (0, 1) and name.endswith("document.xml")):
                part = _hostile(part, deed, dice, canary)
            new.writestr(name, part)
        if deed == 4:
            link = zipfile.ZipInfo("link.txt")
            link.external_attr = 0o120777 << 16
            new.writestr(link, str(canary))
            new.writestr("../../canary.txt", b"out")
    return packed.getvalue()


def _hostile(part: bytes, deed: int, dice: random.Random, canary: Path) -> bytes:
    head, _, rest = part.partition(b"?>")
    entity = f'<!DOCTYPE d [<!ENTITY c SYSTEM "{canary.as_uri()}">]>'.encode()
    laughs = b"<!DOCTYPE d [" + b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha" * 50) for n in range(9)
    ) + b"]>"  # fmt: skip
    changed = (
        head + b"?>" + entity + rest.replace(b"</w:t>", b"&c;</w:t>"),
        head + b"?>" + laughs + rest.replace(b"</w:t>", b"&l8;</w:t>"),
        bytes(dice.choice((10, 80, 300)) << 20),
        dice.randbytes(len(part)),
        part,
        part[: dice.randrange(len(part) + 1)],
    )
    return changed[deed]


class Watcher:
    """Notes whether anybody opens a file: by inotify, which the kernel tells of every process.

    Raises:
        OSError: the kernel does not watch.
    """

    _OPENED = 0x20

    def __init__(self, path: Path) -> None:
        kernel = ctypes.CDLL(None, use_errno=True)
        self._descriptor = kernel.inotify_init1(os.O_NONBLOCK)
        if self._descriptor < 0 or kernel.inotify_add_watch(self._descriptor, os.fsencode(path), self._OPENED) < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    def opened(self) -> bool:
        """Whether it was opened since the last question."""
        try:
            return bool(os.read(self._descriptor, 1 << 16))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Watch no more."""
        os.close(self._descriptor)


def heard(mutant: Mutant, folder: Path) -> str:
    """What becomes of a recording: «taken», or the name of the refusal."""
    path, wav = folder / f"{mutant.number}.{mutant.kind}", folder / f"{mutant.number}.out.wav"
    path.write_bytes(mutant.content)
    try:
        if mutant.number % 4 == 0:  # a child of its own, that sees less of the file than the next one
            probe(path)
        found = normalise(path, wav)
        if (CANARY_SECONDS - 1) * 1000 < found.duration_ms < (CANARY_SECONDS + 1) * 1000 and mutant.how == "playlist":
            return "CANARY"
        size = wav.stat().st_size
    except Refusal as refusal:
        return _named(refusal)
    else:
        return "taken" if abs(size - 44 - found.duration_ms * 32) < 64 else "HALF WRITTEN"
    finally:
        path.unlink()
        wav.unlink(missing_ok=True)


def _named(refusal: Refusal) -> str:
    """A refusal's name, if it has a sentence of its own that says what to do."""
    told = str(refusal)
    return type(refusal).__name__ if len(told) > 40 and "{" not in told else f"NO WORDS: {type(refusal).__name__}"


def read(mutant: Mutant) -> tuple[str, float, float]:
    """What becomes of a text: parsed, then taken apart; each in a process of its own (end, seconds, MiB)."""
    parsed = _forked(lambda pipe: _parsed(mutant.content, pipe))
    apart = _forked(lambda pipe: take_apart(mutant.content, f"E07.{mutant.kind}", pipe))
    if mutant.kind == "zip":  # no transcript: only whoever checks a file gives one
        parsed = ("-", *parsed[1:])
    return f"{parsed[0]} / {apart[0]}", max(parsed[1], apart[1]), max(parsed[2], apart[2])


def _parsed(content: bytes, pipe: int) -> None:
    try:
        end = {"done": len(parse(content, "unknown").utterances)}
    except Refusal as refusal:
        end = {"refused": _named(refusal)}
    os.write(pipe, json.dumps(end).encode() + b"\n")
    os._exit(0)


def _forked(deed: Callable[[int], None]) -> tuple[str, float, float]:
    inner, outer = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if not child:
        os.close(inner)
        signal.alarm(MOST_SECONDS + 30)
        try:
            deed(outer)
        finally:
            os._exit(70)  # anything but a result or a refusal
    os.close(outer)
    last = b""
    with open(inner, "rb") as pipe:  # noqa: PTH123 - a descriptor
        for line in pipe:
            last = line
    _, status, cost = os.wait4(child, 0)
    seconds = time.monotonic() - started
    if status:
        end = f"DIED: {os.waitstatus_to_exitcode(status)}"
    else:
        told = json.loads(last)
        end = str(told["refused"]) if "refused" in told else "taken"
    return end, seconds, cost.ru_maxrss / 1024


def measure(count: int, seed: int, *, threads: int = 2, say: Say | None = None) -> Outcome:
    """Put so many mutants through; what became of them."""
    outcome, lock = Outcome(), threading.Lock()
    warm_up()
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        canary = canary_in(folder)
        watcher = Watcher(canary)
        canary.read_bytes()
        if not watcher.opened():
            outcome.wrong.append("nobody would notice if the canary was read")
        every = list(mutants(count, seed, canary))

        def hear(mutant: Mutant) -> None:
            started = time.monotonic()
            try:
                end = heard(mutant, folder)
            except Exception as error:  # noqa: BLE001 - whatever else it is, it must not be
                end = f"DIED: {type(error).__name__}"
            with lock:
                outcome.add(mutant, f"{mutant.kind}: {end}", time.monotonic() - started)
                _judge(outcome, mutant, end, watcher)
                if say and outcome.ends.total() % 100 == 0:
                    say(f"  {outcome.ends.total()} of {count}")

        for mutant in (one for one in every if one.kind in TEXTS):  # before there are threads: these fork
            end, seconds, mebibytes = read(mutant)
            outcome.add(mutant, f"{mutant.kind}: {end}", seconds)
            outcome.mebibytes = max(outcome.mebibytes, mebibytes)
            _judge(outcome, mutant, end, watcher)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(hear, (one for one in every if one.kind not in TEXTS)))
        watcher.close()
        left = [path.name for path in folder.iterdir() if path != canary]
        outcome.wrong += [f"{one} was left behind" for one in left]
    outcome.mebibytes = max(outcome.mebibytes, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    if outcome.mebibytes > MOST_MIB:
        outcome.wrong.append(f"one took {outcome.mebibytes:.0f} MiB")
    return outcome


def _judge(outcome: Outcome, mutant: Mutant, end: str, watcher: Watcher) -> None:
    told = f"{mutant.kind} {mutant.number} ({mutant.how}): {end}"
    if any(word in end for word in ("DIED", "CANARY", "HALF WRITTEN", "NO WORDS")):
        outcome.wrong.append(told)
    if watcher.opened():
        outcome.wrong.append(f"{told}: somebody has opened the canary")


def main(say: Say, arguments: Sequence[str] = ()) -> None:
    """Print what became of them; exit with 1 where something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="mutants (default 2000)")
    parser.add_argument("--seed", type=int, default=20250421)
    options = parser.parse_args(list(arguments))
    started = time.monotonic()
    outcome = measure(options.count, options.seed, say=say)
    for end, times in sorted(outcome.ends.items()):
        say(f"{times:5} {end}")
    say(
        f"{outcome.ends.total()} mutants in {time.monotonic() - started:.0f} s; the longest took {outcome.seconds:.1f} "
        f"s (at most {MOST_SECONDS}), the largest {outcome.mebibytes:.0f} MiB (at most {MOST_MIB})"
    )
    for line in outcome.wrong:
        say(f"WRONG: {line}")
    say(f"not as it must be: {len(outcome.wrong)}")
    if outcome.wrong:
        sys.exit(1)


if __name__ == "__main__":
    main(lambda line: print(line, flush=True), sys.argv[1:])  # noqa: T201

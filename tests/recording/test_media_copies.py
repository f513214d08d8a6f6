import io
import math
import os
import subprocess
import sys
import textwrap
import wave
from array import array
from pathlib import Path

import av
import pytest

from fieldwork.recording.media import Order, Stretch, copied
from fieldwork.recording.media.masking import Mask, joined, tone_dbfs
from fieldwork.recording.media.refusals import NotAudio, Truncated

RATE = 48_000
SILENCE = -60.0


def spoken(path: Path, seconds: float, channels: int = 1, rate: int = RATE) -> Path:
    """A file that is never silent: 300 Hz on the left, 700 Hz on the right, as loud as speech."""
    count = round(seconds * rate)
    samples = array("h", bytes(2 * count * channels))
    for channel in range(channels):
        turn = 2 * math.pi * (300 + 400 * channel) / rate
        samples[channel::channels] = array("h", (round(9000 * math.sin(turn * n)) for n in range(count)))
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def made(source: Path, order: Order) -> bytes:
    with copied(source, order) as copy:
        return copy.read()


def heard(content: bytes) -> tuple["array[int]", int, int]:
    """The samples of a file (s16, interleaved), their rate and channels."""
    with av.open(io.BytesIO(content)) as file:
        stream = file.streams.audio[0]
        resampler = av.AudioResampler("s16", stream.layout.name, stream.rate)
        frames = [one for frame in file.decode(stream) for one in resampler.resample(frame)]
        frames += resampler.resample(None)
        channels = stream.channels
        samples = array("h")
        for frame in frames:
            samples.frombytes(bytes(frame.planes[0])[: frame.samples * channels * 2])
        return samples, stream.rate, channels


def dbfs(samples: "array[int]") -> float:
    power = sum(sample * sample for sample in samples) / max(1, len(samples))
    return 10 * math.log10(max(power, 1e-9) / 32_768**2)


def part(content: bytes, start_ms: int, end_ms: int) -> "array[int]":
    samples, rate, channels = heard(content)
    return samples[start_ms * rate // 1000 * channels : end_ms * rate // 1000 * channels]


@pytest.mark.parametrize("container", ["ogg", "m4a", "flac", "wav"])
@pytest.mark.parametrize("channels", [1, 2])
def test_stretches_are_silent_and_the_rest_is_heard(tmp_path: Path, container: str, channels: int) -> None:
    source = spoken(tmp_path / "a.wav", 6.1234, channels)
    order = Order(container, 6123, (Stretch(0, 300), Stretch(2000, 2800), Stretch(5900, 6123)))
    content = made(source, order)
    samples, rate, found = heard(content)
    assert (rate, found) == (RATE, channels)
    assert abs(len(samples) / channels / rate - 6.123) <= 1024 / RATE  # a frame of AAC
    inside = 25 if container in ("ogg", "m4a") else 0  # an encoder's window reaches so far
    for stretch in order.stretches:
        start = 0 if stretch.start_ms == 0 else stretch.start_ms + inside
        end = 6123 if stretch.end_ms == 6123 else stretch.end_ms - inside
        assert dbfs(part(content, start, end)) < SILENCE
    for start, end in ((320, 1980), (2820, 5880)):
        assert dbfs(part(content, start, end)) == pytest.approx(dbfs(part(source.read_bytes(), start, end)), abs=0.5)


@pytest.mark.parametrize("container", ["flac", "wav"])
def test_without_loss_every_sample_outside_stays(tmp_path: Path, container: str) -> None:
    source = spoken(tmp_path / "a.wav", 4, 2, 44_100)
    content = made(source, Order(container, 4000, (Stretch(1000, 1500), Stretch(1400, 1800), Stretch(1805, 2000))))
    before, now = heard(source.read_bytes())[0], heard(content)[0]
    assert len(now) == len(before)
    fade = 44_100 * 5 // 1000 * 2
    start, end = 44_100 * 2, 44_100 * 2 * 2
    assert now[: start - fade] == before[: start - fade]
    assert now[end + fade :] == before[end + fade :]
    assert set(now[start:end]) == {0}
    around = [*now[start - fade : start], *now[end : end + fade]]
    assert 0 < max(map(abs, around)) <= 9000


def test_a_tone_of_one_kilohertz_stands_there_instead(tmp_path: Path) -> None:
    source = spoken(tmp_path / "a.wav", 3)
    content = made(source, Order("wav", 3000, (Stretch(1000, 2000),), tone_dbfs=-30.0))
    tone = part(content, 1010, 1990)
    assert dbfs(tone) == pytest.approx(-33.0, abs=0.3)
    assert power_at(tone, 1000) / power_at(tone, 300) > 1e6
    edge = part(content, 1000, 1001)
    assert abs(edge[0]) <= 1
    assert tone_dbfs(-1.0) == -21.0
    assert tone_dbfs(-60.0) == -40.0


def power_at(samples: "array[int]", hertz: int) -> float:
    turn = 2 * math.pi * hertz / RATE
    cos = sum(sample * math.cos(turn * n) for n, sample in enumerate(samples))
    sin = sum(sample * math.sin(turn * n) for n, sample in enumerate(samples))
    return cos * cos + sin * sin + 1e-3


@pytest.mark.parametrize("tone", [None, -30.0])
def test_an_altered_voice_stays_as_long_and_as_silent(tmp_path: Path, tone: float | None) -> None:
    source = spoken(tmp_path / "a.wav", 5)
    content = made(source, Order("wav", 5000, (Stretch(2000, 3000),), tone, alter_voice=True))
    samples = heard(content)[0]
    assert len(samples) == 5 * RATE
    altered = part(content, 500, 1500)
    assert power_at(altered, 228) > 20 * power_at(altered, 300)  # 0.76 of 300 Hz
    masked = part(content, 2010, 2990)
    assert dbfs(masked) == pytest.approx(-33.0, abs=0.3) if tone else set(masked) == {0}


@pytest.mark.parametrize("container", ["ogg", "m4a", "flac", "wav"])
def test_nothing_but_sound_goes_along(tmp_path: Path, container: str) -> None:
    secrets = {"title": "Ахметов", "artist": "Руслан Ахметов", "comment": "Алматы", "date": "2025-03-25"}
    located = secrets | {"location": "+43.2389+076.8897/", "creation_time": "2025-03-25T15:00:14Z"}
    source = tmp_path / "Ахметов.m4a"
    with av.open(str(source), "w", format="ipod") as file:
        file.metadata.update(located)
        stream = file.add_stream("aac", rate=RATE)
        stream.codec_context.layout = "mono"
        frame = av.AudioFrame("fltp", "mono", 1024)
        frame.sample_rate = RATE
        for number in range(100):
            frame.pts = number * 1024
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    assert "Ахметов".encode() in source.read_bytes()
    content = made(source, Order(container, 2000))
    for told in (*located.values(), "Lavf6", "Lavc6", "2025"):
        assert told.encode() not in content
    with av.open(io.BytesIO(content)) as file:
        tags = file.metadata | file.streams.audio[0].metadata
    allowed = {"major_brand", "minor_version", "compatible_brands", "language", "handler_name", "vendor_id"}
    assert {key for key, value in tags.items() if value} <= allowed | ({"encoder"} if container == "ogg" else set())
    assert "creation_time" not in tags
    assert tags.get("encoder") in (None, "Lavf", "Lavc libopus")  # no version


def test_a_mask_does_not_depend_on_where_blocks_are_cut() -> None:
    samples = array("h", [5000, -5000] * 8000)
    mask = Mask([Stretch(100, 200), Stretch(430, 431), Stretch(900, 2000)], 8000, 2)
    for level in (None, -20.0):
        whole = apply(mask, samples.tobytes(), 8000, level)
        for size in (1, 37, 799, 4000):
            assert apply(mask, samples.tobytes(), size, level) == whole


def apply(mask: Mask, content: bytes, size: int, level: float | None) -> bytes:
    blocks = [(content[at * 4 : (at + size) * 4], at) for at in range(0, len(content) // 4, size)]
    return b"".join(
        mask.silenced(block, at) if level is None else mask.sounding(block, at, level) for block, at in blocks
    )


def test_stretches_that_touch_are_one() -> None:
    given = [Stretch(500, 900), Stretch(0, 100), Stretch(110, 200), Stretch(600, 700), Stretch(919, 1000)]
    assert joined(given) == [Stretch(0, 200), Stretch(500, 1000)]


def test_a_damaged_recording_is_refused_while_it_is_read(tmp_path: Path) -> None:
    whole = spoken(tmp_path / "a.wav", 4).read_bytes()
    cut = tmp_path / "cut.wav"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Truncated):
        made(cut, Order("ogg", 4000))
    text = tmp_path / "text.wav"
    text.write_text("not a recording" * 20)
    with pytest.raises(NotAudio):
        made(text, Order("ogg", 4000))


def test_whoever_stops_reading_stops_the_child(tmp_path: Path) -> None:
    source = spoken(tmp_path / "a.wav", 20)
    with copied(source, Order("wav", 20_000)) as copy:
        copy.read(1000)
    assert children() == []


def children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def test_progress_is_told_in_ms_of_sound(tmp_path: Path) -> None:
    told: list[int] = []
    with copied(spoken(tmp_path / "a.wav", 3), Order("flac", 3000), told.append) as copy:
        copy.read()
    assert told == sorted(told)
    assert told[-1] == 3000


@pytest.mark.slow
def test_an_hour_is_not_held_in_memory(tmp_path: Path) -> None:
    hour = tmp_path / "hour.wav"
    block = spoken(tmp_path / "a.wav", 60, 2).read_bytes()[44:]
    with wave.open(str(hour), "wb") as file:
        file.setparams((2, 2, RATE, 75 * 60 * RATE, "NONE", ""))
        for _ in range(75):
            file.writeframes(block)
    code = textwrap.dedent(r"""
        import re, sys
        from pathlib import Path
        from fieldwork.recording.media import Order, Stretch, copied

        def highest(process):  # not getrusage: that hands a child what its parent had before it was another program
            try:
                told = Path("/proc", process, "status").read_text()
            except FileNotFoundError:
                return 0
            found = re.search(r"VmHWM:\s+(\d+)", told)
            return int(found[1]) // 1024 if found else 0

        def peaks(path, seconds):
            stretches, child = tuple(Stretch(at, at + 900) for at in range(0, seconds * 1000, 20_000)), 0
            with copied(Path(path), Order("m4a", seconds * 1000, stretches, -30.0)) as copy:  # which is kept whole
                while copy.read(1 << 16):
                    pids = " ".join(one.read_text() for one in Path("/proc/self/task").glob("*/children")).split()
                    child = max([child, *map(highest, pids)])
            return highest("self"), child

        print(*peaks(sys.argv[1], 60), *peaks(sys.argv[2], 75 * 60))
    """)
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "a.wav"), str(hour)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    own_before, child_before, own, child = map(int, told.stdout.split())
    assert 10 < child_before < child  # they were seen
    assert own - own_before + child - child_before < 150

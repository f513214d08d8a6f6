"""Everything that ffmpeg writes into the containers people have goes in with the right duration.

Every rate from 8 to 48 kHz that a codec takes, mono and stereo. Left out, since PyAV brings no encoder: AMR-WB
(decoded all the same), and Vorbis by libvorbis (libav's own is used).
"""

import runpy
import wave
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from fieldwork.recording.media import normalise, probe

record = runpy.run_path(str(Path(__file__).parent / "test_media.py"))["record"]

RATES = (8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000)
OPUS = (8_000, 16_000, 48_000)
# ending, muxer, encoder, rates (Hz), channels, the container and codec that the probe tells
KINDS: list[tuple[str, str, str, tuple[int, ...], tuple[str, ...], str, str]] = [
    ("wav", "wav", "pcm_s16le", RATES, ("mono", "stereo"), "wav", "pcm_s16le"),
    ("wav", "wav", "pcm_f32le", (48_000,), ("mono", "stereo"), "wav", "pcm_f32le"),
    ("flac", "flac", "flac", RATES, ("mono", "stereo"), "flac", "flac"),
    ("mp3", "mp3", "libmp3lame", RATES, ("mono", "stereo"), "mp3", "mp3"),
    ("aac", "adts", "aac", RATES, ("mono", "stereo"), "aac", "aac"),
    ("m4a", "ipod", "aac", RATES, ("mono", "stereo"), "mp4", "aac"),
    ("mp4", "mp4", "aac", RATES, ("mono", "stereo"), "mp4", "aac"),
    ("mp4", "mp4", "libmp3lame", (16_000, 44_100), ("mono", "stereo"), "mp4", "mp3"),
    ("m4a", "ipod", "alac", (16_000, 44_100), ("mono", "stereo"), "mp4", "alac"),
    ("opus", "ogg", "libopus", OPUS, ("mono", "stereo"), "ogg", "opus"),
    ("ogg", "ogg", "vorbis", (16_000, 44_100, 48_000), ("stereo",), "ogg", "vorbis"),
    ("oga", "ogg", "flac", (16_000, 48_000), ("mono", "stereo"), "ogg", "flac"),
    ("webm", "webm", "libopus", OPUS, ("mono", "stereo"), "webm", "opus"),
    ("amr", "amr", "libopencore_amrnb", (8_000,), ("mono",), "amr", "amrnb"),
    ("3gp", "3gp", "libopencore_amrnb", (8_000,), ("mono",), "mp4", "amrnb"),
    ("3gp", "3gp", "aac", (8_000, 16_000, 44_100), ("mono", "stereo"), "mp4", "aac"),
]
SECONDS = 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind[0]}-{kind[2]}")
def test_every_kind_goes_in_at_every_rate(tmp_path: Path, kind: tuple[Any, ...]) -> None:
    ending, muxer, encoder, rates, layouts, container, codec = kind
    wrong = {}
    for rate, layout in product(rates, layouts):
        path = record(tmp_path / f"{rate} {layout}.{ending}", (muxer, encoder, rate, layout), seconds=SECONDS)
        out = tmp_path / "out.wav"
        found, sound = probe(path), normalise(path, out)
        with wave.open(str(out)) as file:
            form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        # bare AAC does not tell what its encoder put before and after: up to two frames of 1024 samples
        most = max(150, 2 * 1024 * 1000 // rate)
        near = all(abs(ms - SECONDS * 1000) < most for ms in (found.duration_ms, sound.duration_ms))
        channels = 1 if layout == "mono" else 2
        told = (found.container, found.codec, found.channels, near, sound.silent, form)
        if told != (container, codec, channels, True, False, (16_000, 1, 2)):
            wrong[rate, layout] = (told, found.duration_ms, sound.duration_ms)
    assert wrong == {}


@pytest.mark.recordings
def test_real_recordings_keep_their_length_to_the_millisecond(tmp_path: Path, recordings: Path) -> None:
    lengths = {
        path.name: (found.duration_ms, normalise(path, tmp_path / "out.wav").duration_ms)
        for path in sorted(recordings.iterdir())
        if path.suffix in (".m4a", ".wav", ".opus") and (found := probe(path))
    }

    assert lengths == {
        "pisets_test_mpeg.m4a": (3626, 3626),
        "pisets_test_sound_ru.wav": (3234, 3234),
        "silerovad_test.opus": (8070, 8064),
    }

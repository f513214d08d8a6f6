"""Of a film only the sound is kept, as it was recorded: no picture, no cover, no place where it was made."""

import hashlib
import runpy
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground
from fieldwork.recording.copies import original_of
from fieldwork.recording.intake import import_files
from fieldwork.recording.media import normalise, probe, refusals, strip
from fieldwork.recording.models import RecordingKind
from fieldwork.recording.shapes import PlannedFile
from fieldwork.scheduling.models import Interview

record = runpy.run_path(str(Path(__file__).parent / "test_media.py"))["record"]

FILMS = [
    ("video.mp4", ("mp4", "aac", 32_000, "stereo")),
    ("video.mov", ("mov", "pcm_s16le", 44_100, "stereo")),
    ("alac.mov", ("mov", "alac", 44_100, "mono")),
    ("mp3.mp4", ("mp4", "libmp3lame", 44_100, "mono")),
    ("ac3.mp4", ("mp4", "ac3", 48_000, "stereo")),
    ("opus.mkv", ("matroska", "libopus", 48_000, "mono")),
    ("vorbis.mkv", ("matroska", "vorbis", 48_000, "stereo")),
    ("flac.mkv", ("matroska", "flac", 48_000, "mono")),
    ("old.3gp", ("3gp", "libopencore_amrnb", 8_000, "mono")),
]


def streams(path: Path) -> list[str]:
    with av.open(str(path)) as file:
        return [stream.type for stream in file.streams]


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as file:
        return [bytes(packet) for packet in file.demux(file.streams.audio[0]) if packet.size]


@pytest.mark.parametrize(("name", "shape"), FILMS, ids=[name for name, _ in FILMS])
def test_the_sound_is_copied_packet_by_packet(tmp_path: Path, name: str, shape: tuple[str, str, int, str]) -> None:
    film, kept = record(tmp_path / name, shape, seconds=2, picture=True), tmp_path / "kept.mka"

    assert strip(film, kept).packets == len(packets(film))
    assert (sorted(streams(film)), streams(kept)) == (["audio", "video"], ["audio"])
    if shape[1] != "pcm_s16le":  # which Matroska may cut into other packets
        assert packets(kept) == packets(film)
    assert (probe(kept).codec, probe(kept).sample_rate) == (probe(film).codec, probe(film).sample_rate)
    lengths = [normalise(path, tmp_path / "out.wav").duration_ms for path in (film, kept)]
    assert lengths[1] == pytest.approx(lengths[0], abs=50)


def test_a_cover_and_what_the_header_tells_of_the_place_stay_behind(tmp_path: Path) -> None:
    song, kept = tmp_path / "Голос.mp4", tmp_path / "kept.mka"
    with av.open(str(song), "w", format="mp4") as file:
        file.metadata.update(
            {"title": "Руслан", "location": "+43.2389+076.8897/", "creation_time": "2025-03-25T10:00:00Z"}
        )
        stream, cover = file.add_stream("aac", rate=16_000, layout="mono"), file.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 16, 16, "yuvj420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
        file.mux(cover.encode(picture.reformat(format="yuvj420p")) + cover.encode(None))
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 16_000
        file.mux(stream.encode(sound))
        file.mux(stream.encode(None))
    found = probe(song)
    strip(song, kept)

    assert (found.has_picture, found.made_at) == (True, "2025-03-25T10:00:00.000000Z")
    assert streams(kept) == ["audio"]
    assert "Рус".encode() not in kept.read_bytes()
    assert b"+43.2" not in kept.read_bytes()


def test_a_film_that_breaks_off_is_refused(tmp_path: Path) -> None:
    film = record(tmp_path / "a.mp4", ("mp4", "aac", 32_000, "stereo"), seconds=4, picture=True)
    moved = tmp_path / "b.mp4"
    with av.open(str(film)) as source, av.open(str(moved), "w", format="mp4", options={"movflags": "faststart"}) as out:
        pairs = {stream: out.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = pairs[packet.stream]
                out.mux(packet)
    moved.write_bytes(moved.read_bytes()[: moved.stat().st_size * 6 // 10])

    with pytest.raises(refusals.Truncated):
        strip(moved, tmp_path / "kept.mka")
    assert not (tmp_path / "kept.mka").exists()


def test_what_lies_in_the_store_has_no_picture_and_the_digest_of_what_came(
    ground: Ground, interview_with: Callable[[str], Interview], tmp_path: Path
) -> None:
    film = record(tmp_path / "video1604417720.mp4", ("mp4", "aac", 32_000, "stereo"), seconds=2, picture=True)
    interview = interview_with("E02")
    (found,) = import_files(ground, interview.id, [PlannedFile(film, RecordingKind.MIXED)])

    assert found.sha256 == hashlib.sha256(film.read_bytes()).hexdigest()
    assert (found.bytes, found.without_picture, found.container) == (film.stat().st_size, True, "mp4")
    kept = tmp_path / "stored"
    with original_of(ground.blobs, interview.expert_id, found) as stored:
        kept.write_bytes(stored.read())
    assert streams(kept) == ["audio"]
    assert packets(kept) == packets(film)
    with ground.blobs.open(expert_subject(interview.expert_id), found.normalised_blob_id) as sound:
        assert sound.read(4) == b"RIFF"
    blobs = [path for path in (ground.settings.data / "blobs").rglob("*") if path.is_file()]
    assert len(blobs) == 2

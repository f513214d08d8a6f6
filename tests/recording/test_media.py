"""Every container that people have goes in with its duration; what is no recording is refused by name."""

import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from fieldwork.core.errors import Refusal
from fieldwork.recording.media import Limits, Normalised, Probe, normalise, probe, refusals, require_sound

Samples = NDArray[np.float32]

# file name, muxer, encoder, sample rate (Hz), layout, what the probe calls container and codec
SHAPES = [
    ("250428_1231.wav", ("wav", "pcm_s16le", 44_100, "stereo"), "wav", "pcm_s16le"),
    ("a.flac", ("flac", "flac", 48_000, "mono"), "flac", "flac"),
    ("a.mp3", ("mp3", "libmp3lame", 44_100, "stereo"), "mp3", "mp3"),
    ("Голос 250417_170021.m4a", ("ipod", "aac", 44_100, "mono"), "mp4", "aac"),
    ("PTT-20250409-WA0003.opus", ("ogg", "libopus", 48_000, "mono"), "ogg", "opus"),
    ("a.ogg", ("ogg", "vorbis", 48_000, "stereo"), "ogg", "vorbis"),
    ("a.webm", ("webm", "libopus", 48_000, "mono"), "webm", "opus"),
    ("a.aac", ("adts", "aac", 16_000, "mono"), "aac", "aac"),
    ("a.3gp", ("3gp", "aac", 8_000, "mono"), "mp4", "aac"),
]


def speech_like(seconds: float, rate: int) -> Samples:
    """A humming voice: harmonics of 140 Hz that swell and fade three times a second."""
    time = np.arange(int(seconds * rate)) / rate
    voice = sum(np.sin(2 * np.pi * 140 * n * time) / n for n in range(1, 8))
    return (0.1 * voice * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * time))).astype(np.float32)


def record(path: Path, shape: tuple[str, str, int, str], seconds: float, *, picture: bool = False) -> Path:
    """Write ``seconds`` of a humming voice, in every channel."""
    muxer, encoder, rate, layout = shape
    options = {"strict": "experimental"}  # libav's own Vorbis encoder asks for it
    with av.open(str(path), "w", format=muxer) as file:
        stream = file.add_stream(encoder, rate=rate, layout=layout, options=options)
        video = file.add_stream("mpeg4", rate=5) if picture else None
        if video:
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
            for number in range(int(seconds * 5)):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number % 255, np.uint8), format="rgb24")
                file.mux(video.encode(frame))
            file.mux(video.encode(None))
        _encode(file, stream, speech_like(seconds, rate))
    return path


def _encode(file: av.container.OutputContainer, stream: av.AudioStream, samples: Samples) -> None:
    context = stream.codec_context
    resampler = av.AudioResampler(format=context.format, layout=context.layout, rate=context.sample_rate)
    for start in range(0, len(samples), 1024):
        block = np.ascontiguousarray(samples[start : start + 1024].reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout="mono")
        frame.rate, frame.pts = context.sample_rate, start
        for piece in resampler.resample(frame):
            file.mux(stream.encode(piece))
    for piece in resampler.resample(None):
        file.mux(stream.encode(piece))
    file.mux(stream.encode(None))


def plain_wav(path: Path, samples: Samples, rate: int = 16_000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return path


def test_every_shape_goes_in_with_the_right_duration(tmp_path: Path) -> None:
    seen, wanted = {}, {}
    for name, shape, container, codec in SHAPES:
        path = record(tmp_path / name, shape, seconds=2)
        found, sound = probe(path), normalise(path, tmp_path / "out.wav")
        near = abs(found.duration_ms - 2000) < 130 and abs(sound.duration_ms - 2000) < 130
        with wave.open(str(tmp_path / "out.wav")) as out:
            form = (out.getframerate(), out.getnchannels(), out.getsampwidth())
        seen[name] = (found.container, found.codec, found.sample_rate, found.has_video, near, sound.silent, form)
        wanted[name] = (container, codec, shape[2], False, True, False, (16_000, 1, 2))

    assert seen == wanted


def test_the_picture_of_a_video_is_noticed_and_left_behind(tmp_path: Path) -> None:
    path = record(tmp_path / "video1604417720.mp4", ("mp4", "aac", 32_000, "stereo"), seconds=2, picture=True)

    assert probe(path) == Probe("mp4", "aac", 32_000, 2, 2000, has_video=True, has_picture=True)
    assert normalise(path, tmp_path / "out.wav").duration_ms == pytest.approx(2000, abs=40)


@pytest.mark.recordings
def test_real_recordings_of_three_phones_and_programs(tmp_path: Path, recordings: Path) -> None:
    names = ("pisets_test_mpeg.m4a", "pisets_test_sound_ru.wav", "silerovad_test.opus")

    assert [probe(recordings / name) for name in names] == [
        Probe("mp4", "aac", 48_000, 2, 3626, has_video=False, made_at="2022-10-12T14:31:47.000000Z"),
        Probe("wav", "pcm_s16le", 16_000, 1, 3234, has_video=False),
        Probe("ogg", "opus", 48_000, 1, 8070, has_video=False),
    ]
    assert [normalise(recordings / name, tmp_path / "out.wav").duration_ms for name in names] == [3626, 3234, 8064]


def test_a_gap_between_time_stamps_becomes_silence_so_that_the_clock_stays_true(tmp_path: Path) -> None:
    path = tmp_path / "paused.webm"
    with av.open(str(path), "w", format="webm") as file:
        stream = file.add_stream("libopus", rate=48_000, layout="mono")
        for number in range(100):  # twenty milliseconds each, with a hole of three seconds in the middle
            samples = speech_like(0.02, 48_000).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(samples, format="flt", layout="mono")
            frame.rate, frame.pts = 48_000, number * 960 + (144_000 if number >= 50 else 0)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))

    assert normalise(path, tmp_path / "out.wav").duration_ms == pytest.approx(5000, abs=40)


def _refusal(deed: Callable[[], object]) -> str:
    try:
        deed()
    except Refusal as refusal:
        return type(refusal).__name__
    return "taken"


BAD = {
    "empty.m4a": b"",
    "tiny.wav": b"not a sound!!\n",
    "notes.mp3": "Заметки после интервью, а не запись.\n".encode() * 9,
    "playlist.m4a": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
    "list.wav": b"\xef\xbb\xbfffconcat version 1.0\nfile /etc/hostname\n" + b" " * 60,
    "id3_playlist.mp3": b"ID3\x04\0\0\0\0\0\0#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n" + b" " * 60,
    "dash.m4a": b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>",
    "polyglot.m4a": b"\0\0\0\x18ftypM4A \0\0\0\0M4A isom#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
    "avi.wav": b"RIFF\0\0\0\0AVI LIST" + bytes(60),
}


def test_what_is_no_recording_is_refused_by_name(tmp_path: Path) -> None:
    for name, content in BAD.items():
        (tmp_path / name).write_bytes(content)
    probed = {name: _refusal(lambda name=name: probe(tmp_path / name)) for name in BAD}
    normalised = {name: _refusal(lambda name=name: normalise(tmp_path / name, tmp_path / "out.wav")) for name in BAD}

    assert probed == normalised
    assert probed == {
        "empty.m4a": "EmptyFile",
        "tiny.wav": "TooShort",
        "notes.mp3": "NotAudio",
        "playlist.m4a": "MislabelledPlaylist",
        "list.wav": "MislabelledPlaylist",
        "id3_playlist.mp3": "NotAudio",
        "dash.m4a": "MislabelledPlaylist",
        "polyglot.m4a": "Truncated",
        "avi.wav": "NotAudio",
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(BAD)


def test_a_playlist_never_lets_another_file_be_read(tmp_path: Path) -> None:
    secret = plain_wav(tmp_path / "other_interview.wav", speech_like(2, 16_000))
    path = tmp_path / "interview.m4a"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{secret}\n#EXT-X-ENDLIST\n")

    with pytest.raises(refusals.MislabelledPlaylist, match="give the recording itself"):
        normalise(path, tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()


def test_cut_files_are_refused_with_the_seconds_that_can_be_read(tmp_path: Path) -> None:
    readable = {}
    for name, shape, *_ in SHAPES[:7]:
        path = record(tmp_path / name, shape, seconds=4)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(refusals.Truncated, match=r"[\d.]+ s of sound can be read") as refused:
            normalise(path, tmp_path / "out.wav")
        readable[name] = refused.value.values["readable_s"]
    whole = record(tmp_path / "whole.mp4", ("mp4", "aac", 32_000, "mono"), seconds=4)

    assert probe(whole).duration_ms == 4000
    at_the_end = "Голос 250417_170021.m4a"  # the index of an m4a stands behind the sound: none of it can be read
    assert readable.pop(at_the_end) == 0.0
    assert [name for name, seconds in readable.items() if not 0.9 < float(seconds) < 2.5] == []
    assert len(readable) == 6


def test_a_picture_without_sound_an_unread_codec_and_a_header_without_samples(tmp_path: Path) -> None:
    silent_film = tmp_path / "video.mp4"
    with av.open(str(silent_film), "w", format="mp4") as file:
        video = file.add_stream("mpeg4", rate=5)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5):
            file.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        file.mux(video.encode(None))
    strange = record(tmp_path / "a.wav", ("wav", "adpcm_yamaha", 16_000, "mono"), seconds=1)
    header_only = plain_wav(tmp_path / "header.wav", np.zeros(0, np.float32))

    assert _refusal(lambda: normalise(silent_film, tmp_path / "out.wav")) == "NoAudioStream"
    assert _refusal(lambda: normalise(strange, tmp_path / "out.wav")) == "UnknownCodec"
    assert _refusal(lambda: probe(header_only)) == "NoSound"
    assert _refusal(lambda: normalise(header_only, tmp_path / "out.wav")) == "NoSound"


def test_silence_is_recognised_and_refused_for_transcription_only(tmp_path: Path) -> None:
    hum = np.random.default_rng(5).normal(0, 0.0002, 48_000).astype(np.float32)
    silent = normalise(plain_wav(tmp_path / "hum.wav", hum), tmp_path / "out.wav")

    assert (silent.silent, silent.duration_ms) == (True, 3000)
    with pytest.raises(refusals.SilentRecording, match=r"silent from beginning to end \(3 s\)"):
        require_sound(silent)
    require_sound(Normalised(3000, -20.0, -30.0, silent=False))


def test_a_recording_past_the_limit_is_refused(tmp_path: Path) -> None:
    path = plain_wav(tmp_path / "a.wav", speech_like(3, 16_000))

    with pytest.raises(refusals.TooLong, match="cut it into parts"):
        normalise(path, tmp_path / "out.wav", Limits(duration_ms=2000))
    assert not (tmp_path / "out.wav").exists()


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    assert _refusal(lambda: probe(Path("/dev/null"))) == "NotAudio"
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "missing.wav")

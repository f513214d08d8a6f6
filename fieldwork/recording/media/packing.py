"""Samples packed as a file to give away: Ogg/Opus, M4A/AAC, FLAC or WAV, in one go (used in the child only).

Whoever takes the bytes encrypts them as they come, so nothing is gone back to: how many samples there will be is said
beforehand. Nothing but sound is written: no title, no date, no program's version.
"""

import io
import struct
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import av
from av.codec.context import CodecContext

from fieldwork.recording.media.measures import SAMPLE_BYTES

Write = Callable[[bytes], None]
_OPUS_RATE = 48_000
_OPUS_BITS, _AAC_BITS = 32_000, 48_000  # a second and channel: speech
_FLAC_BLOCK = 4096
_PIECE = 1 << 20  # bytes of what was kept whole, given on at once
_HEAD_FLAGS = 0x80  # the last, and only, block of metadata; kind 0
_STREAMINFO = 34
_BITEXACT = 1 << 23  # AV_CODEC_FLAG_BITEXACT: no version in the file


class Packer(Protocol):
    """Takes s16 samples as they were recorded, in order, and writes their file."""

    def take(self, block: bytes) -> None:
        """Pack a block."""
        ...

    def finish(self) -> None:
        """Write what is left."""
        ...


def packer(container: str, rate: int, channels: int, samples: int, write: Write) -> Packer:
    """A packer for ``samples`` samples at ``rate`` Hz into one of ogg, m4a, flac, wav."""
    makers: dict[str, Callable[[], Packer]] = {
        "ogg": lambda: _Muxed(rate, channels, write, "ogg", "libopus"),
        "m4a": lambda: _Muxed(rate, channels, write, "ipod", "aac"),
        "flac": lambda: _Flac(rate, channels, samples, write),
        "wav": lambda: _Wav(rate, channels, samples, write),
    }
    return makers[container]()


class _Wav:
    def __init__(self, rate: int, channels: int, samples: int, write: Write) -> None:
        width = channels * SAMPLE_BYTES
        length = min(samples * width, 0xFFFFFFFF - 36)
        write(b"RIFF" + struct.pack("<I", 36 + length) + b"WAVEfmt ")
        write(struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * width, width, SAMPLE_BYTES * 8))
        write(b"data" + struct.pack("<I", length))
        self._write = write

    def take(self, block: bytes) -> None:
        self._write(block)

    def finish(self) -> None:
        """Nothing is left."""


class _Flac:
    """FLAC (RFC 9639) written by hand, since libavformat goes back to its head for the number of samples."""

    def __init__(self, rate: int, channels: int, samples: int, write: Write) -> None:
        self._write = write
        self._frames = _Frames(rate, channels, rate, _FLAC_BLOCK, "s16")
        self._codec = codec = _flac()
        codec.sample_rate, codec.format = rate, "s16"
        codec.layout = _layout(channels)
        codec.thread_count = 1
        codec.options = {"frame_size": str(_FLAC_BLOCK)}
        codec.open()
        info = bytearray(codec.extradata[:_STREAMINFO])
        (packed,) = struct.unpack_from(">Q", info, 10)
        struct.pack_into(">Q", info, 10, packed >> 36 << 36 | samples)
        write(b"fLaC" + bytes([_HEAD_FLAGS, 0, 0, _STREAMINFO]) + bytes(info))

    def take(self, block: bytes) -> None:
        for frame in self._frames.of(block):
            self._put(frame)

    def finish(self) -> None:
        for frame in self._frames.rest():
            self._put(frame)
        self._put(None)

    def _put(self, frame: Any) -> None:
        for packet in self._codec.encode(frame):
            self._write(bytes(packet))


def _flac() -> Any:
    return CodecContext.create("flac", "w")


class _Muxed:
    """What libavformat writes from beginning to end; of M4A, whose index comes last, all at once."""

    def __init__(self, rate: int, channels: int, write: Write, container: str, codec: str) -> None:
        self._write = write
        self._kept = io.BytesIO() if container == "ipod" else None
        self._file = av.open(
            self._kept or _Out(write), "w", format=container, options={"fflags": "+bitexact"}
        )  # fmt: skip
        opus = codec == "libopus"
        self._stream, context = _stream(self._file, codec, _OPUS_RATE if opus else rate)
        context.layout = _layout(channels)
        context.bit_rate = (_OPUS_BITS if opus else _AAC_BITS) * channels
        context.flags |= _BITEXACT
        context.thread_count = 1
        context.open()
        self._frames = _Frames(rate, channels, context.sample_rate, context.frame_size, context.format.name)

    def take(self, block: bytes) -> None:
        for frame in self._frames.of(block):
            self._file.mux(self._stream.encode(frame))

    def finish(self) -> None:
        for frame in self._frames.rest():
            self._file.mux(self._stream.encode(frame))
        self._file.mux(self._stream.encode(None))
        self._file.close()
        if self._kept:
            with self._kept.getbuffer() as whole:
                for at in range(0, len(whole), _PIECE):
                    self._write(bytes(whole[at : at + _PIECE]))


def _stream(file: Any, codec: str, rate: int) -> tuple[Any, Any]:
    stream = file.add_stream(codec, rate=rate)
    return stream, stream.codec_context


class _Frames:
    """Blocks of samples as frames of the length and kind that an encoder takes."""

    def __init__(self, rate: int, channels: int, wanted: int, length: int, kind: str) -> None:
        self._rate, self._channels = rate, channels
        self._at = 0
        self._resampler = av.AudioResampler(format=kind, layout=_layout(channels), rate=wanted, frame_size=length)

    def of(self, block: bytes) -> Iterator[Any]:
        frame = framed(block, self._rate, self._channels)
        frame.pts, self._at = self._at, self._at + frame.samples
        yield from self._resampler.resample(frame)

    def rest(self) -> Iterator[Any]:
        yield from self._resampler.resample(None)


class _Out(io.RawIOBase):
    """A file that is only written to."""

    def __init__(self, write: Write) -> None:
        super().__init__()
        self._bytes = write

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._bytes(bytes(content))
        return len(content)


def framed(block: bytes, rate: int, channels: int) -> Any:
    """Interleaved s16 samples as a frame of PyAV's."""
    frame = av.AudioFrame("s16", _layout(channels), len(block) // channels // SAMPLE_BYTES)
    frame.sample_rate = rate
    frame.planes[0].update(block + bytes(frame.planes[0].buffer_size - len(block)))
    return frame


def _layout(channels: int) -> str:
    return "mono" if channels == 1 else "stereo"

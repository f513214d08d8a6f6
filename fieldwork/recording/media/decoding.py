"""Decoding with PyAV to blocks of 16 kHz mono samples (used in the child only)."""

import contextlib
import io
import wave
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import av
import av.logging
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition

from fieldwork.recording.media.containers import (
    Container,
    announced_wav_bytes,
    mp3_knows_its_length,
    ogg_is_cut,
    recognise,
)
from fieldwork.recording.media.measures import RATE, SAMPLE_BYTES, Limits, Probe
from fieldwork.recording.media.refusals import NoAudioStream, NoSound, NotAudio, TooLong, Truncated, UnknownCodec

BLOCK_BYTES = RATE * SAMPLE_BYTES  # one second
_GAP_S = 0.1
_MOST_RATE = 48_000
_MOST_CHANNELS = 2
_TOLERANCE_MS = 250  # priming, padding and edit lists differ by less
_TOLERANCE = 0.001
_DAMAGE = 0.1
_GUESSED = ("aac", "amr", "mp3")  # durations from size and bit rate
# Probing opens decoders for every stream; with this list it never opens one for pictures or subtitles.
_CODECS = (
    *("aac", "aac_latm", "ac3", "eac3", "alac", "amrnb", "amrwb", "flac", "mp1", "mp1float", "mp2", "mp2float", "mp3"),
    *("mp3float", "opus", "libopus", "vorbis", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le"),
    *("pcm_s32be", "pcm_u8", "pcm_s8", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_alaw", "pcm_mulaw", "adpcm_ms"),
    *("adpcm_ima_wav", "gsm_ms"),
)


def warm_up() -> None:
    """Make PyAV import whatever it imports late: afterwards no file can be opened any more."""
    av.logging.set_level(None)
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((1, SAMPLE_BYTES, RATE, 0, "NONE", ""))
        wav.writeframes(bytes(BLOCK_BYTES))
    file.seek(0)
    with Sound(file) as sound:
        for _ in sound.blocks(Limits()):
            pass


class Sound(contextlib.AbstractContextManager["Sound"]):
    """The sound track of an open file, read once from beginning to end.

    Raises:
        EmptyFile, TooShort, NotAudio, MislabelledPlaylist, NoAudioStream, UnknownCodec, Truncated: as they say.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.kind = recognise(file)
        self._wav = announced_wav_bytes(file) if self.kind.name == "wav" else None
        self._cut = self.kind.name == "ogg" and ogg_is_cut(file)
        self._guessed = self.kind.name in _GUESSED and not (self.kind.name == "mp3" and mp3_knows_its_length(file))
        self._container = _opened(file, self.kind)
        stream = self._container.streams.best("audio")
        if not isinstance(stream, AudioStream):
            self._container.close()
            raise NoAudioStream
        if stream.codec_context is None or stream.codec_context.name not in _CODECS:
            self._container.close()
            raise UnknownCodec
        self._stream = stream
        self._stream.codec_context.thread_count = 1
        self.damaged = self._packets = 0
        self.rate, self.channels = RATE, 1
        self._hears: Callable[[Any], None] | None = None

    def __exit__(self, *_: object) -> None:
        """Close the container."""
        self._container.close()

    def as_recorded(self) -> None:
        """Give the blocks at the rate and with the channels they were recorded in, as far as copies are made of it."""
        context = self._stream.codec_context
        self.rate = min(context.sample_rate or RATE, _MOST_RATE)
        self.channels = min(context.channels, _MOST_CHANNELS) or 1

    def heard_by(self, hears: Callable[[Any], None]) -> None:
        """Show every decoded frame to somebody, as it was recorded: before it is mixed down and resampled."""
        self._hears = hears

    @property
    def _second(self) -> int:
        """Bytes of one second of what ``blocks`` gives."""
        return self.rate * self.channels * SAMPLE_BYTES

    @property
    def has_video(self) -> bool:
        """Whether there is a moving picture; a cover is none."""
        return any(not stream.disposition & Disposition.attached_pic for stream in self._container.streams.video)

    @property
    def has_picture(self) -> bool:
        """Whether there is any picture or text beside the sound: a moving one, a cover, subtitles."""
        return len(self._container.streams) > len(self._container.streams.audio)

    @property
    def _made_at(self) -> str | None:
        """What the header tells; 1904 and 1970 stand where a recorder had no clock."""
        told = self._container.metadata.get("creation_time")
        return str(told) if told and str(told) > "2000" else None

    @property
    def announced_ms(self) -> int | None:
        """The duration that the header promises; None where it is a guess, unknown, or that of the picture."""
        if self._guessed:
            return None
        length = self._header_ms()
        if length and self._wav and self._wav[0] > self._wav[1] > 0:
            return length * self._wav[0] // self._wav[1]
        return length

    def _header_ms(self) -> int | None:
        stream, container = self._stream, self._container
        if stream.duration and stream.time_base:
            return int(stream.duration * stream.time_base * 1000)
        if container.duration and not self.has_video:
            return int(container.duration // 1000)
        return None

    def probe(self) -> Probe:
        """What the file is; counts packets where the header does not tell the duration."""
        context = self._stream.codec_context
        announced = self.announced_ms
        duration = self._counted_ms() if announced is None else announced
        if not duration:
            raise NoSound
        self._refuse_cut(self._readable_wav_ms(duration), announced)
        return Probe(
            *(self.kind.name, context.name.removesuffix("float"), context.sample_rate or 0, context.channels),
            duration_ms=duration,
            has_video=self.has_video,
            has_picture=self.has_picture,
            made_at=self._made_at,
        )

    def packets(self) -> Iterator[Any]:
        """The packets of the sound as they lie there, with ``stream`` as what they belong to.

        Raises:
            NoSound: there are none.
            Truncated: less sound than the header promises.
        """
        seconds = 0.0
        with contextlib.suppress(av.FFmpegError):
            for packet in self._container.demux(self._stream):
                if packet.dts is None:
                    continue  # the last, an empty one
                seconds += float(packet.duration * packet.time_base) if packet.duration and packet.time_base else 0.0
                yield packet
        if not seconds:
            raise NoSound
        self._refuse_cut(int(seconds * 1000), self.announced_ms)

    @property
    def stream(self) -> AudioStream:
        """The sound track that is read."""
        return self._stream

    def _readable_wav_ms(self, announced: int) -> int:
        return announced * min(self._wav) // self._wav[0] if self._wav else announced

    def _counted_ms(self) -> int:
        """The sum of the packets' durations, without decoding them."""
        seconds = 0.0
        with contextlib.suppress(av.FFmpegError):
            for packet in self._container.demux(self._stream):
                if packet.duration and packet.time_base:
                    seconds += float(packet.duration * packet.time_base)
        return int(seconds * 1000)

    def blocks(self, limits: Limits) -> Iterator[bytes]:
        """The sound as s16 samples (mono, 16 kHz, unless ``as_recorded``), a second at a time; the last may be shorter.

        Raises:
            NoSound: no sample in it.
            TooLong: more than the limit.
            Truncated: less sound than the header promises, or much of it damaged.
        """
        pending, total, most = bytearray(), 0, limits.duration_ms * self._second // 1000
        for piece in self._pieces():
            pending += piece
            total += len(piece)
            if total > most:
                raise TooLong(hours=limits.duration_ms // 3_600_000)
            while len(pending) >= self._second:
                yield bytes(pending[: self._second])
                del pending[: self._second]
        if pending:
            yield bytes(pending)
        self._refuse_cut(total * 1000 // self._second, self.announced_ms)
        if not total:
            raise NoSound

    def _refuse_cut(self, readable_ms: int, announced: int | None) -> None:
        missing = 0 if announced is None else announced - readable_ms
        tolerance = _TOLERANCE_MS + (announced or 0) * _TOLERANCE
        if self._cut or missing > tolerance or self.damaged > self._packets * _DAMAGE:
            raise Truncated(readable_s=round(readable_ms / 1000, 1), announced_s=round((announced or 0) / 1000, 1))

    def _pieces(self) -> Iterator[bytes]:
        """Resampled pieces, gaps between the time stamps of frames filled with silence so that the clock stays true."""
        resampler, setup, clock = self._resampler(), None, 0.0
        begin = (self._container.start_time or 0) / 1_000_000
        for frame in self._frames():
            if setup not in (None, found := (frame.format.name, frame.layout.name, frame.sample_rate)):
                yield from map(self._samples, resampler.resample(None))
                resampler = self._resampler()
            setup = found
            gap = 0.0 if frame.pts is None else float(frame.time) - begin - clock
            if gap > _GAP_S:
                yield from self._silence(gap)
                clock += gap
            clock += frame.samples / frame.sample_rate
            if self._hears:
                self._hears(frame)
            frame.pts = None  # the resampler counts by itself
            yield from map(self._samples, resampler.resample(frame))
        if setup:
            yield from map(self._samples, resampler.resample(None))

    def _resampler(self) -> av.AudioResampler:
        return av.AudioResampler(format="s16", layout="mono" if self.channels == 1 else "stereo", rate=self.rate)

    def _samples(self, frame: Any) -> bytes:
        return bytes(frame.planes[0])[: frame.samples * self.channels * SAMPLE_BYTES]

    def _silence(self, seconds: float) -> Iterator[bytes]:
        whole, rest = divmod(round(seconds * self.rate), self.rate)
        for _ in range(whole):
            yield bytes(self._second)
        yield bytes(rest * self.channels * SAMPLE_BYTES)

    def _frames(self) -> Iterator[Any]:
        """Decoded frames; damaged packets are counted and passed over, a broken end ends the file."""
        with contextlib.suppress(av.FFmpegError):
            for packet in self._container.demux(self._stream):
                self._packets += 1
                try:
                    yield from packet.decode()
                except av.FFmpegError:
                    self.damaged += 1


def _opened(file: BinaryIO, kind: Container) -> InputContainer:
    options = {
        "protocol_whitelist": "file,pipe",
        "format_whitelist": av.ContainerFormat(kind.demuxer).name,
        "codec_whitelist": ",".join(_CODECS),
    }
    try:
        return av.open(file, "r", format=kind.demuxer, container_options=options, metadata_errors="replace")
    except av.FFmpegError:
        if kind.name == "mp4":  # the index comes last and is missing where a recorder was cut off
            raise Truncated(readable_s=0.0, announced_s=0.0) from None
        raise NotAudio from None

"""The sound of a film without its picture, as it lies there: not encoded anew (used in the child only).

Written as Matroska, which takes every kind of sound that is read here but that of old phones (AMR, into 3GP). Nothing
else is written: no title, no date, no place where the film was made, no cover.
"""

import io
import wave
from typing import Any, BinaryIO

import av

from fieldwork.recording.media.decoding import Sound
from fieldwork.recording.media.measures import RATE, SAMPLE_BYTES, Kept, Limits
from fieldwork.recording.media.refusals import TooLong, UnknownCodec


def prepare() -> None:
    """Make PyAV import what it imports late: afterwards no file can be opened any more."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((1, SAMPLE_BYTES, RATE, 0, "NONE", ""))
        wav.writeframes(bytes(RATE * SAMPLE_BYTES))
    file.seek(0)
    with Sound(file) as sound:
        strip(sound, io.BytesIO(), Limits())


def strip(sound: Sound, target: BinaryIO, limits: Limits) -> Kept:
    """Copy the sound's packets into ``target``, a file that can be sought in.

    Raises:
        NoSound, Truncated: as ``Sound.packets``.
        TooLong: more than the limit.
        UnknownCodec: this kind of sound cannot stand in Matroska.
    """
    muxer = "3gp" if sound.stream.codec_context.name.startswith("amr") else "matroska"
    out = av.open(target, "w", format=muxer, options={"fflags": "+bitexact"})
    try:
        stream = out.add_stream_from_template(sound.stream)
        stream.metadata.clear()
    except (av.FFmpegError, ValueError):
        raise UnknownCodec from None
    count = 0
    for packet in sound.packets():
        if packet.pts is not None and _seconds(packet) * 1000 > limits.duration_ms:
            raise TooLong(hours=limits.duration_ms // 3_600_000)
        packet.stream = stream
        _muxed(out, packet)
        count += 1
    out.close()
    target.flush()
    return Kept(count)


def _seconds(packet: Any) -> float:
    return float((packet.pts - (packet.stream.start_time or 0)) * packet.time_base)


def _muxed(out: Any, packet: Any) -> None:
    try:
        out.mux(packet)
    except av.FFmpegError:
        raise UnknownCodec from None

"""Sound files by PyAV and the standard library: AAC in m4a, Opus in Ogg, WAV; no ffmpeg program."""

import io
import wave
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, cast

import av
import numpy as np

from fieldwork.demo.synthesis.speech import Samples

WHISPER_RATE = 16_000
_CODECS = {"m4a": ("ipod", "aac"), "opus": ("ogg", "libopus")}


def encode(target: Path | BinaryIO, samples: Samples, rate: int, kind: str, bit_rate: int) -> None:
    """Write mono samples in [-1, 1] as ``kind`` m4a or opus, or wav (16 bit; ``bit_rate`` ignored)."""
    pcm = (np.clip(samples, -1, 1) * 32_767).astype("<i2")
    if kind == "wav":
        _encode_wav(target, pcm.tobytes(), rate)
        return
    container_format, codec = _CODECS[kind]
    out = str(target) if isinstance(target, Path) else target
    with av.open(out, "w", format=container_format) as container:
        stream = cast("av.AudioStream", container.add_stream(codec, rate=rate, layout="mono"))
        stream.bit_rate = bit_rate
        resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=rate)
        frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


def _encode_wav(target: Path | BinaryIO, pcm: bytes, rate: int) -> None:
    with wave.open(str(target) if isinstance(target, Path) else target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)


def decode(source: Path | BinaryIO, rate: int = WHISPER_RATE) -> Samples:
    """Read any sound file as mono float32 samples at ``rate``."""
    with av.open(str(source) if isinstance(source, Path) else source, "r") as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        frames = [piece for frame in container.decode(audio=0) for piece in resampler.resample(frame)]
        frames += resampler.resample(None)
    pcm = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    return (pcm / 32_768).astype(np.float32)


def through_codec(samples: Samples, rate: int, kind: str, bit_rate: int) -> Samples:
    """Return what is left of the sound after one encoding and decoding at 16 kHz."""
    file = io.BytesIO()
    encode(file, samples, rate, kind, bit_rate)
    file.seek(0)
    return decode(file)

"""A voice altered: pitch and formants moved together (used in the child only).

The sound is played faster or slower and its tempo put right again by ffmpeg's atempo (overlapping waves), so that it
stays as long as it was. This disguises; it does not make anonymous.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import av.filter

from fieldwork.recording.media.measures import SAMPLE_BYTES
from fieldwork.recording.media.packing import framed

LOWER = 0.76
"""By how much pitch and formants are moved: nearly five semitones down."""


class Altered:
    """Blocks of s16 samples with the voice in them altered; what comes out is a little late, and as long in the end."""

    def __init__(self, rate: int, channels: int, factor: float = LOWER) -> None:
        self._rate, self._channels = rate, channels
        layout = "mono" if channels == 1 else "stereo"
        self._graph = av.filter.Graph()
        self._graph.threads = 1
        chain = [
            self._graph.add_abuffer(sample_rate=rate, format="s16", layout=layout, channels=channels),
            self._graph.add("asetrate", str(round(rate * factor))),
            self._graph.add("aresample", str(rate)),
            self._graph.add("atempo", str(round(rate / round(rate * factor), 6))),
            self._graph.add("aformat", f"sample_fmts=s16:sample_rates={rate}:channel_layouts={layout}"),
            self._graph.add("abuffersink"),
        ]
        for one, following in itertools.pairwise(chain):
            one.link_to(following)
        self._graph.configure()
        self._at = 0

    def of(self, block: bytes) -> bytes:
        """What is ready once this block has come in."""
        frame = framed(block, self._rate, self._channels)
        frame.pts, self._at = self._at, self._at + frame.samples
        self._graph.push(frame)
        return b"".join(self._ready())

    def rest(self) -> bytes:
        """What is left at the end."""
        self._graph.push(None)
        return b"".join(self._ready())

    def _ready(self) -> Iterator[bytes]:
        while True:
            try:
                frame: Any = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            yield bytes(frame.planes[0])[: frame.samples * self._channels * SAMPLE_BYTES]

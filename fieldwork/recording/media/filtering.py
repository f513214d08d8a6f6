"""Blocks of samples through a chain of ffmpeg's filters (used in the child only)."""

import itertools
from collections.abc import Iterator
from typing import Any

import av.filter

from fieldwork.recording.media.measures import SAMPLE_BYTES
from fieldwork.recording.media.packing import framed


class Filtered:
    """s16 samples through filters, each named with its arguments; what comes out may be a little late.

    Build it before the child locks itself down: filters are loaded late.
    """

    def __init__(self, rate: int, channels: int, *filters: tuple[str, str]) -> None:
        self._rate, self._channels = rate, channels
        layout = "mono" if channels == 1 else "stereo"
        self._graph = av.filter.Graph()
        self._graph.threads = 1
        chain = [
            self._graph.add_abuffer(sample_rate=rate, format="s16", layout=layout, channels=channels),
            *(self._graph.add(name, arguments) for name, arguments in filters),
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
        return b"".join(map(self._samples, self._ready()))

    def rest(self) -> bytes:
        """What is left at the end."""
        self._graph.push(None)
        return b"".join(map(self._samples, self._ready()))

    def _samples(self, frame: Any) -> bytes:
        return bytes(frame.planes[0])[: frame.samples * self._channels * SAMPLE_BYTES]

    def _ready(self) -> Iterator[Any]:
        while True:
            try:
                yield self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return

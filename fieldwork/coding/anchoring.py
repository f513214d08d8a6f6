"""Finding the place of a quotation in a transcript. Pure: texts in, positions out.

Positions are Unicode code points of the pseudonymised text, end exclusive. Three ways, in this order:

1. the quotation as it stands;
2. its words, whatever the quotation marks, dashes, other punctuation, capitals, ё and blanks around them;
3. its likeness: the stretch of whole words nearest to it by the normalised indel distance of letters
   (``rapidfuzz.fuzz.ratio``: 1 - (insertions + deletions) / (length of both)), at least
   ``wording.ENOUGH``. A recogniser's transcript differs from what was said by a word here and there.

A quotation may be given in the words that were spoken where the transcript holds a placeholder: the originals of a
segment's placeholders, where the caller has them, are put back for the search, and the place that was found is led back
to the pseudonymised text, where a placeholder is never cut.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from fieldwork.coding.models import Anchor
from fieldwork.coding.wording import Wording


@dataclass(frozen=True, slots=True)
class Replaced:
    """A placeholder: its code points in the pseudonymised text, and the words it stands for."""

    start: int
    end: int
    original: str

    def __repr__(self) -> str:
        """Place only: reprs end up in logs."""
        return f"Replaced({self.start}-{self.end})"


@dataclass(frozen=True, slots=True)
class SegmentText:
    """The pseudonymised text of a segment; ``replaced`` in order, empty where the originals may not be seen."""

    text: str
    replaced: tuple[Replaced, ...] = ()

    def __repr__(self) -> str:
        """Sizes only: reprs end up in logs."""
        return f"SegmentText({len(self.text)} code points, {len(self.replaced)} placeholders)"

    @classmethod
    def of_raw(cls, raw: str, spans: Sequence[tuple[int, int, str]]) -> "SegmentText":
        """The raw text with its spans (start, end, placeholder; in order, apart) replaced."""
        parts: list[str] = []
        replaced: list[Replaced] = []
        at = length = 0
        for start, end, placeholder in spans:
            parts += [raw[at:start], placeholder]
            length += start - at
            replaced.append(Replaced(length, length + len(placeholder), raw[start:end]))
            length += len(placeholder)
            at = end
        return cls("".join([*parts, raw[at:]]), tuple(replaced))


@dataclass(frozen=True, slots=True)
class Found:
    """Where a quotation stands: indices into the segments searched, code points in them, and the words there."""

    start_segment: int
    start_offset: int
    end_segment: int
    end_offset: int
    quote: str
    anchor: Anchor
    likeness: float


def find(
    quote: str, segments: Sequence[SegmentText], near: range | None = None, *, elsewhere: bool = True
) -> Found | None:
    """Find ``quote`` within one segment or over consecutive ones.

    Args:
        quote: the words, with placeholders or as they were spoken.
        segments: the segments of one transcript, in order.
        near: indices of the segments where it should stand; they and one neighbour on each side are searched before
            everything else.
        elsewhere: whether to search everything else at all when it does not stand there.

    Returns:
        Its place, or None when nothing is like it.
    """
    if not quote.strip():
        return None
    if near is not None:
        first = max(0, near.start - 1)
        found = _search(quote, segments, first, min(len(segments), near.stop + 1), near)
        if found is not None or not elsewhere:
            return found
    return _search(quote, segments, 0, len(segments), near)


def text_between(texts: Sequence[str], start_offset: int, end_offset: int) -> str:
    """The words from an offset in the first text to an offset in the last; turns are parted by line breaks."""
    if len(texts) == 1:
        return texts[0][start_offset:end_offset]
    return "\n".join([texts[0][start_offset:], *texts[1:-1], texts[-1][:end_offset]])


@dataclass(frozen=True, slots=True)
class _Swap:
    """A placeholder in both texts: as spoken, and as pseudonymised."""

    spoken_start: int
    spoken_end: int
    start: int
    end: int


def _search(quote: str, segments: Sequence[SegmentText], first: int, last: int, near: range | None) -> Found | None:
    """Search the segments from ``first`` to ``last`` (exclusive); of several places the one nearest to ``near``."""
    chosen = segments[first:last]
    if not chosen:
        return None
    starts, text = _joined([segment.text for segment in chosen])
    swaps, spoken = _spoken(chosen, starts)
    texts: list[tuple[Wording, list[_Swap]]] = [(Wording(text), [])] + ([(Wording(spoken), swaps)] if swaps else [])
    target = starts[min(max(near.start - first, 0), len(chosen) - 1)] if near is not None else 0
    found = _best(Wording(quote), texts, target)
    if found is None:
        return None
    start, end, likeness = found
    at = bisect.bisect_right(starts, start) - 1
    until = bisect.bisect_left(starts, end) - 1
    return Found(
        start_segment=first + at,
        start_offset=start - starts[at],
        end_segment=first + until,
        end_offset=end - starts[until],
        quote=text[start:end],
        anchor=Anchor.EXACT if likeness == 1 else Anchor.LIKENESS,
        likeness=likeness,
    )


def _best(
    quote: Wording, texts: Sequence[tuple[Wording, Sequence[_Swap]]], target: int
) -> tuple[int, int, float] | None:
    """Start and end in the pseudonymised text and the likeness of the best place."""
    for text, swaps in texts:
        if places := text.exact(quote.text):
            return *_nearest(places, swaps, target), 1.0
    for text, swaps in texts:
        if places := text.worded(quote):
            return *_nearest(places, swaps, target), 1.0
    alike = [(found, swaps) for text, swaps in texts if (found := text.alike(quote)) is not None]
    if not alike:
        return None
    (likeness, place), swaps = max(alike, key=lambda pair: pair[0][0])
    return *_nearest([place], swaps, target), min(round(likeness, 4), 0.9999)


def _nearest(places: Sequence[tuple[int, int]], swaps: Sequence[_Swap], target: int) -> tuple[int, int]:
    led = [(_led(start, swaps, end=False), _led(end, swaps, end=True)) for start, end in places]
    return min(led, key=lambda place: abs(place[0] - target))


def _led(position: int, swaps: Sequence[_Swap], *, end: bool) -> int:
    """A position of the spoken text in the pseudonymised one; inside a placeholder it moves to its border."""
    shift = 0
    for swap in swaps:
        if position <= swap.spoken_start:
            break
        if position < swap.spoken_end:
            return swap.end if end else swap.start
        shift = swap.end - swap.spoken_end
    return position + shift


def _joined(texts: Sequence[str]) -> tuple[list[int], str]:
    """Where each text starts in all of them joined by line breaks."""
    starts, at = [], 0
    for text in texts:
        starts.append(at)
        at += len(text) + 1
    return starts, "\n".join(texts)


def _spoken(segments: Sequence[SegmentText], starts: Sequence[int]) -> tuple[list[_Swap], str]:
    """The joined text as it was spoken, and its placeholders."""
    parts: list[str] = []
    swaps: list[_Swap] = []
    shift = 0  # how much longer the spoken text is so far
    for segment, base in zip(segments, starts, strict=True):
        at = 0
        words: list[str] = []
        for one in segment.replaced:
            words += [segment.text[at : one.start], one.original]
            start = base + one.start + shift
            swaps.append(_Swap(start, start + len(one.original), base + one.start, base + one.end))
            shift += len(one.original) - (one.end - one.start)
            at = one.end
        parts.append("".join([*words, segment.text[at:]]))
    return swaps, "\n".join(parts)

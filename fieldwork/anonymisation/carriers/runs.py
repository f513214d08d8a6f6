"""A text that stands in pieces (runs of a document, stretches between tags): what becomes of each piece."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from fieldwork.anonymisation.mention import Mention


class Cut(NamedTuple):
    """A stretch of one piece that goes (code points, end exclusive), and what comes in its place."""

    start: int
    end: int
    put: str


def cuts(lengths: Sequence[int], mentions: Iterable[Mention]) -> list[list[Cut]]:
    """What every piece loses: a mention over several pieces is replaced in the first and taken out of the others.

    Args:
        lengths: of the pieces, which joined are the text the mentions were found in.
        mentions: disjoint, with replacements; those replaced by themselves cut nothing.

    Returns:
        For every piece its cuts, in order.
    """
    starts = [0, *accumulate(lengths)][:-1]
    found: list[list[Cut]] = [[] for _ in lengths]
    changed = sorted((m for m in mentions if m.replacement != m.text), key=lambda m: m.start)
    first = 0
    for mention in changed:
        while first < len(lengths) and starts[first] + lengths[first] <= mention.start:
            first += 1
        put = mention.replacement
        for number in range(first, len(lengths)):
            start, end = max(mention.start - starts[number], 0), min(mention.end - starts[number], lengths[number])
            if starts[number] >= mention.end:
                break
            if start < end:
                found[number].append(Cut(start, end, put))
                put = ""
    return found


def patched(text: str, wanted: Iterable[Cut]) -> str:
    """A piece after its cuts; cuts that overlap (a text read in two ways) become one, which keeps what is put."""
    joined: list[Cut] = []
    for cut in sorted(wanted):
        if joined and cut.start < joined[-1].end:
            last = joined[-1]
            joined[-1] = Cut(last.start, max(last.end, cut.end), last.put or cut.put)
        else:
            joined.append(cut)
    out, at = [], 0
    for cut in joined:
        out += [text[at : cut.start], cut.put]
        at = cut.end
    return "".join([*out, text[at:]])

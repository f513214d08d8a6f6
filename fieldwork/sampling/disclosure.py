"""Small cells: tables of attributes are generalised until every published cell holds at least ``k`` experts.

The rule is k-anonymity (Samarati and Sweeney, 1998) by global recoding of ordered bands. The attributes are few, so all
partitions into neighbouring bands are tried and the finest kept. The sampling design (strata, quotas) and the modes of
interviews are published as they are and do not come here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product

from fieldwork.core.errors import Refusal

MINIMUM = 3
_BAND = re.compile(r"(?P<low>\d+)(?:-(?P<high>\d+)|(?P<open>\+))")

Partition = tuple[tuple[str, ...], ...]


class CellsTooSmall(Refusal):
    """No generalisation makes every cell large enough."""

    message = (
        "The table of {attributes} cannot be published: even fully generalised, a cell holds fewer than {least} "
        "experts. Leave an attribute out, or publish fewer attributes together."
    )


def small_cells(rows: Iterable[tuple[str, ...]], k: int = MINIMUM) -> dict[tuple[str, ...], int]:
    """The cells of a table that hold someone, but fewer than ``k``.

    Args:
        rows: one tuple of attribute values per expert, such as ``("f", "35-44")``.
        k: the smallest number a published cell may hold.

    Returns:
        Cell -> how many experts it holds; empty when the table may be published.
    """
    return {cell: count for cell, count in Counter(rows).items() if count < k}


def generalise(values: Sequence[str], k: int = MINIMUM) -> dict[str, str]:
    """The finest generalisation of one attribute: each band -> the band that is published for it.

    Args:
        values: each expert's band («35-44», «20+»), one per expert.
        k: the smallest number a published band may hold.

    Returns:
        For every band that occurs, what to publish: neighbouring bands merged («25-44»), open at the top once the
        highest band has been merged («45+»).

    Raises:
        CellsTooSmall: fewer than ``k`` experts altogether.
    """
    return generalise_together([{"band": value} for value in values], banded=("band",), k=k)["band"]


def generalise_together(
    rows: Sequence[Mapping[str, str]], *, banded: Sequence[str], fixed: Sequence[str] = (), k: int = MINIMUM
) -> dict[str, dict[str, str]]:
    """The finest generalisation of attributes that are published in one table, or per expert.

    Of all partitions of the banded attributes into neighbouring bands, the one with the most cells is kept, then the
    one with the evenest cells, then the one with the finer low bands.

    Args:
        rows: one mapping attribute -> value per expert.
        banded: attributes with ordered bands, which may be merged (at most five or six bands each: all are tried).
        fixed: attributes published as they are, such as sex.
        k: the smallest number a published cell may hold.

    Returns:
        For each banded attribute: band -> the band that is published for it.

    Raises:
        CellsTooSmall: even with every banded attribute merged into one band a cell is too small. An empty table is
            refused, too: there is nobody to hide among.
    """
    orders = [in_order(row[name] for row in rows) for name in banded]
    best: tuple[tuple[int, int, tuple[int, ...]], list[dict[str, str]]] | None = None
    for cut in product(*(list(partitions(order)) for order in orders)):
        published = [_published(partition, order) for partition, order in zip(cut, orders, strict=True)]
        cells = Counter(_cell(row, banded, published, fixed) for row in rows)
        if not cells or min(cells.values()) < k:
            continue
        evenness = -sum(count * count for count in cells.values())
        finer_first = tuple(-len(group) for partition in cut for group in partition)
        merit = (len(cells), evenness, finer_first)
        if best is None or merit > best[0]:
            best = (merit, published)
    if best is None:
        raise CellsTooSmall(attributes=", ".join([*banded, *fixed]), least=k)
    return dict(zip(banded, best[1], strict=True))


def in_order(bands: Iterable[str]) -> tuple[str, ...]:
    """The distinct bands from low to high; those without a number last, by alphabet."""
    return tuple(sorted(set(bands), key=_rank))


def band_is_readable(band: str) -> bool:
    """Whether ``band`` is «35-44» or «20+», with the lower bound below the upper."""
    match = _BAND.fullmatch(band)
    return match is not None and (match["high"] is None or int(match["low"]) < int(match["high"]))


def _rank(band: str) -> tuple[int, int, str]:
    match = _BAND.fullmatch(band)
    return (0, int(match["low"]), band) if match else (1, 0, band)


def partitions(order: tuple[str, ...]) -> Iterator[Partition]:
    """All ways to cut an ordered sequence into runs: 2^(n-1) of them, the coarsest first."""
    for cuts in product((False, True), repeat=max(len(order) - 1, 0)):
        edges = [0, *(place for place, cut in enumerate(cuts, 1) if cut), len(order)]
        yield tuple(order[start:end] for start, end in pairwise(edges))


def _published(partition: Partition, order: tuple[str, ...]) -> dict[str, str]:
    return {band: band_label(group, order) for group in partition for band in group}


def band_label(group: tuple[str, ...], order: tuple[str, ...]) -> str:
    """The name of merged bands of an order; a merged top is left open, so that the oldest expert's band is not told."""
    if len(group) == 1:
        return group[0]
    first, last = _BAND.fullmatch(group[0]), _BAND.fullmatch(group[-1])
    if not first or not last:
        return " / ".join(group)
    if group[-1] == order[-1] or last["open"]:
        return f"{first['low']}+"
    return f"{first['low']}-{last['high']}"


def _cell(
    row: Mapping[str, str], banded: Sequence[str], published: Sequence[Mapping[str, str]], fixed: Sequence[str]
) -> tuple[str, ...]:
    bands = (labels[row[name]] for name, labels in zip(banded, published, strict=True))
    return (*bands, *(row[name] for name in fixed))

"""The least generalisation of a table that gives every cell its minimum: a search over the lattice of levels. Pure.

Each trait has levels from its values as noted to the coarsest. A table fails at a level if it fails at any finer one
(Samarati, 2001), and a part of a table fails only if the whole does (LeFevre, DeWitt and Ramakrishnan, «Incognito»,
2005): both prune the search. What is lost is measured per value as (m - 1) / (M - 1), where m of the M values are
merged into one (Iyengar, 2002); leaving a trait out is worse than any merging. Among forms that lose the same, those
that keep low bands apart are taken.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import lcm

from fieldwork.anonymisation.disclosure import Form, Row, Shown
from fieldwork.sampling.disclosure import MINIMUM, band_label, in_order, partitions

OTHER = "другое"
_MOST_BANDS = 9  # more bands than these are merged in equal steps only: all partitions would be too many
_TRIES = 3_000  # tables counted before the search settles for the best found


@dataclass(frozen=True, slots=True)
class Trait:
    """A trait that may be generalised: by merging neighbours (``banded``), or by ``coarser`` groups and «other»."""

    name: str
    banded: bool = False
    coarser: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Level:
    """One way to publish a trait: value -> label, and what is lost: over the experts, how many values a label adds.

    ``tie`` decides between equals: the sizes of the groups, from the first value on.
    """

    labels: Mapping[str, str]
    loss: int
    tie: tuple[int, ...]


def propose(
    rows: Sequence[Row], traits: Sequence[Trait], shown: Shown, *, least: int = MINIMUM, other: str = OTHER
) -> Form:
    """The form that loses least of all that pass.

    Args:
        rows: the experts, each with every trait.
        traits: those to be published, in the order of the table.
        shown: what is crossed with what.
        least: the smallest number a published cell may hold.
        other: what rare values are called together.

    Returns:
        A form in which every cell shown holds ``least``; no form that is strictly finer does. It names no trait at all
        where nothing else helps, and where there is nobody.
    """
    if not rows:
        return Form(shown, {})
    search = _Search(rows, [levels_of([row[one.name] for row in rows], one, other) for one in traits], traits, shown)
    return Form(shown, {traits[at].name: dict(level.labels) for at, level in search.best(least)})


def levels_of(values: Sequence[str], trait: Trait, other: str = OTHER) -> list[Level]:
    """The levels of a trait, those that lose least first; leaving it out is not among them.

    Args:
        values: each expert's value.
        trait: how it may be generalised.
        other: what rare values are called together.
    """
    counts = Counter(values)
    ways = _bands(counts) if trait.banded else _groups(counts, trait.coarser, other)
    found: dict[frozenset[frozenset[str]], Level] = {}
    for labels in ways:
        merged = _merged(labels)
        loss = sum(counts[value] * (len(group) - 1) for group in merged for value in group)
        order = {value: at for at, value in enumerate(labels)}
        tie = tuple(len(group) for group in sorted(merged, key=lambda one: min(order[value] for value in one)))
        found.setdefault(frozenset(merged), Level(labels, loss, tie))
    return sorted(found.values(), key=lambda one: (one.loss, one.tie))


def is_finer(one: Mapping[str, str] | None, other: Mapping[str, str] | None) -> bool:
    """Whether a level tells strictly more than another; None is a trait left out."""
    if one is None or other is None:
        return other is None and one is not None
    fine, coarse = _merged(one), _merged(other)
    return fine != coarse and all(any(group <= wide for wide in coarse) for group in fine)


def _merged(labels: Mapping[str, str]) -> set[frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for value, label in labels.items():
        groups.setdefault(label, set()).add(value)
    return {frozenset(group) for group in groups.values()}


def _bands(counts: Mapping[str, int]) -> Iterator[dict[str, str]]:
    order = in_order(counts)
    if len(order) <= _MOST_BANDS:
        cuts = list(partitions(order))
    else:
        widths = (2**power for power in range(len(order).bit_length() + 1))
        cuts = [tuple(order[at : at + width] for at in range(0, len(order), width)) for width in widths]
    for cut in cuts:
        yield {value: band_label(group, order) for group in cut for value in group}


def _groups(counts: Mapping[str, int], coarser: Mapping[str, str], other: str) -> Iterator[dict[str, str]]:
    """As noted; the coarser groups, and their rarest under «other»; the rarest as noted under «other»."""
    noted = {value: value for value in sorted(counts)}
    yield noted
    if coarser.keys() >= counts.keys() and len({coarser[value] for value in counts}) > 1:
        groups = {value: coarser[value] for value in noted}
        yield groups
        yield from _with_other(groups, counts, other)
    yield from _with_other(noted, counts, other)


def _with_other(labels: dict[str, str], counts: Mapping[str, int], other: str) -> Iterator[dict[str, str]]:
    sizes: Counter[str] = Counter()
    for value, label in labels.items():
        sizes[label] += counts[value]
    rarest = sorted(sizes, key=lambda label: (sizes[label], label))
    for count in range(2, len(rarest)):  # one alone would only lose its name, all together would say nothing
        gone = set(rarest[:count])
        yield {value: other if label in gone else label for value, label in labels.items()}


_Cost = tuple[int, int, tuple[int, ...]]  # traits left out, what is merged, numbers of the levels
_LAST = 1 << 30  # in a cost's numbers, a trait left out: of equals, the later ones go
Choice = tuple[int | None, ...]
"""The number of the level chosen for each trait; None leaves it out."""


class _Search:
    """A search for the choice of levels that loses least: traits left out first, then the sum of what is merged."""

    def __init__(
        self, rows: Sequence[Row], levels: Sequence[Sequence[Level]], traits: Sequence[Trait], shown: Shown
    ) -> None:
        self._levels = levels
        self._shown = shown
        self._rows = list(Counter(tuple(row[one.name] for one in traits) for row in rows).items())
        values = [len({row[one.name] for row in rows}) for one in traits]
        scale = lcm(*(max(count - 1, 1) for count in values))
        self._weight = [scale // max(count - 1, 1) for count in values]
        self._seen: dict[tuple[tuple[int, int], ...], int] = {}
        self._tries = _TRIES

    def best(self, least: int) -> list[tuple[int, Level]]:
        """The traits kept (by number) and their levels."""
        choice = self._refined(self._coarsest(least), least)
        best = [self._cost(choice)]
        for found in self._walk((), least, best):
            choice = found
        choice = self._refined(choice, least)
        return [(at, self._levels[at][level]) for at, level in enumerate(choice) if level is not None]

    def _cost(self, choice: Choice) -> _Cost:
        kept = [(at, level) for at, level in enumerate(choice) if level is not None]
        loss = sum(self._levels[at][level].loss * self._weight[at] for at, level in kept)
        return (choice.count(None), loss, tuple(_LAST if level is None else level for level in choice))

    def _coarsest(self, least: int) -> Choice:
        """A choice that passes: trait by trait the first level that goes with those before, or none."""
        choice: Choice = ()
        for levels in self._levels:
            fits = (one for one in reversed(range(len(levels))) if self._passes((*choice, one), least))
            choice = (*choice, next(fits, None))
        return choice

    def _refined(self, choice: Choice, least: int) -> Choice:
        """The same made finer, trait by trait, until nothing finer passes: then no finer choice at all does."""
        for at, level in enumerate(choice):
            now = None if level is None else self._levels[at][level].labels
            for finer, one in enumerate(self._levels[at]):
                tried = (*choice[:at], finer, *choice[at + 1 :])
                if is_finer(one.labels, now) and self._passes(tried, least):
                    return self._refined(tried, least)
        return choice

    def _walk(self, start: Choice, least: int, best: list[_Cost]) -> Iterator[Choice]:
        """Whole choices that pass, each costing less than the one before; ``best`` holds the lowest cost so far.

        What a beginning costs, every choice that begins so costs at least.
        """
        if len(start) == len(self._levels):
            best[0] = self._cost(start)
            yield start
            return
        for level in (*range(len(self._levels[len(start)])), None):
            on = (*start, level)
            if self._tries > 0 and self._cost(on) < best[0] and (level is None or self._passes(on, least)):
                yield from self._walk(on, least, best)

    def _passes(self, choice: Choice, least: int) -> bool:
        kept = [(at, level) for at, level in enumerate(choice) if level is not None]
        if self._shown == Shown.TOGETHER:
            return self._smallest(kept) >= least
        return all(self._smallest(one) >= least for one in self._parts(kept))

    def _parts(self, kept: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
        for place, one in enumerate(kept):
            yield (one,)
            if self._shown == Shown.PAIRS:
                yield from ((before, one) for before in kept[:place])

    def _smallest(self, kept: Sequence[tuple[int, int]]) -> int:
        """The smallest cell of these traits at these levels; endless where there are none."""
        key = tuple(kept)
        if key not in self._seen:
            self._tries -= 1
            labels = [(at, self._levels[at][level].labels) for at, level in kept]
            cells: dict[tuple[str, ...], int] = {}
            for values, count in self._rows:
                cell = tuple([names[values[at]] for at, names in labels])
                cells[cell] = cells.get(cell, 0) + count
            self._seen[key] = min(cells.values(), default=0) if kept else 1 << 62
        return self._seen[key]

"""Who stands out in a table of traits: k-anonymity of everything it shows, and minimal sample uniques. Pure.

A table is k-anonymous when each of its cells that holds somebody holds k (Samarati and Sweeney, 1998; Sweeney,
«k-anonymity», 2002). A minimal sample unique is a combination of traits that only one person has, while nobody is alone
on any part of it: the shorter, the easier to find that person (Elliot, Manning and Ford, «A computational algorithm for
handling the special uniques problem», 2002). Samples are small, so all combinations are counted. The libraries for it
(pycanon, suda) stand on pandas, which alone would fill the web process; a ``Counter`` does the same.

A missing value is a value of its own: «not stated» tells people apart like any other.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, combinations

from fieldwork.core.errors import BadInput, Refusal
from fieldwork.sampling.disclosure import MINIMUM

MISSING = "—"
"""What stands where nothing was noted."""

Row = Mapping[str, str]
"""One expert's traits: trait -> value."""


class Shown(StrEnum):
    """What a published table crosses: nothing, every two of its traits, or all of them."""

    ALONE = "alone"
    PAIRS = "pairs"
    TOGETHER = "together"


class SmallCells(Refusal):
    """The sample's table would show cells that hold too few experts."""

    message = (
        "The sample's table cannot be published like this: {cells} would show fewer than {least} experts. This would "
        "pass: {proposal}. Apply it with: fieldwork anonymisation risk STUDY --apply"
    )
    on_pages = (
        "The sample's table cannot be published like this: {cells} would show fewer than {least} experts. This would "
        "pass: {proposal}. It can be applied on the page «Disclosure risk»."
    )


class TraitUnknown(BadInput):
    """Only traits that experts have can be published."""

    message = "There is no trait «{trait}» to publish. The traits are: {known}."


@dataclass(frozen=True, slots=True)
class Combination:
    """Traits counted together: the size of the smallest class (k), how many classes, who is alone in one.

    ``k`` is 0 where there is nobody. ``small`` are the cells below the minimum and how many experts each holds.
    """

    columns: tuple[str, ...]
    k: int
    classes: int
    unique: int
    small: Mapping[tuple[str, ...], int]

    @property
    def passes(self) -> bool:
        """Whether it may be published."""
        return not self.small


@dataclass(frozen=True)
class PublishedCells:
    """One table: the traits crossed in it, and how many experts each cell holds."""

    columns: tuple[str, ...]
    cells: Mapping[tuple[str, ...], int]


@dataclass(frozen=True)
class Form:
    """How a table is published: trait -> value as noted -> value as published; a trait not named is left out."""

    shown: Shown
    columns: Mapping[str, Mapping[str, str]]

    def published(self, row: Row) -> dict[str, str]:
        """A row as it is published. A value that came later than the form has no generalisation: it stays."""
        return {name: labels.get(row[name], row[name]) for name, labels in self.columns.items()}

    @property
    def tables(self) -> list[tuple[str, ...]]:
        """The combinations of traits that are shown."""
        return shown_combinations(tuple(self.columns), self.shown)


def as_noted(rows: Iterable[Row], columns: Sequence[str], shown: Shown = Shown.ALONE) -> Form:
    """The form that generalises nothing."""
    met = list(rows)
    return Form(shown, {name: {row[name]: row[name] for row in met} for name in columns})


def shown_combinations(columns: Sequence[str], shown: Shown) -> list[tuple[str, ...]]:
    """The combinations that a table shows: single traits, and with them all pairs or the whole row."""
    single: list[tuple[str, ...]] = [(name,) for name in columns]
    if shown == Shown.ALONE or len(columns) < 2:  # noqa: PLR2004 - one trait cannot be crossed
        return single
    if shown == Shown.PAIRS:
        return [*single, *combinations(columns, 2)]
    return [*single, tuple(columns)]


def counted(rows: Iterable[Row], columns: Sequence[str], least: int = MINIMUM) -> Combination:
    """Count the equivalence classes of some traits.

    Args:
        rows: the experts.
        columns: traits to count together.
        least: the smallest number a published cell may hold.
    """
    cells = Counter(tuple(row[name] for name in columns) for row in rows)
    return Combination(
        columns=tuple(columns),
        k=min(cells.values(), default=0),
        classes=len(cells),
        unique=sum(count == 1 for count in cells.values()),
        small={cell: count for cell, count in cells.items() if count < least},
    )


def risk_of(rows: Sequence[Row], form: Form, least: int = MINIMUM) -> list[Combination]:
    """What every combination that the form shows would give away."""
    published = [form.published(row) for row in rows]
    return [counted(published, columns, least) for columns in form.tables]


def every_combination(rows: Sequence[Row], columns: Sequence[str], least: int = MINIMUM) -> Iterator[Combination]:
    """All combinations of the traits, the shortest first."""
    return (counted(rows, chosen, least) for chosen in _subsets(columns))


def sample_uniques(rows: Mapping[str, Row], columns: Sequence[str]) -> dict[str, list[tuple[str, ...]]]:
    """On which smallest combinations each expert is alone.

    Args:
        rows: an expert's code -> traits.
        columns: the traits to combine.

    Returns:
        For every expert the minimal sample uniques, the shortest first; an empty list for one who is nowhere alone.
    """
    found: dict[str, list[tuple[str, ...]]] = {code: [] for code in rows}
    for chosen in _subsets(columns):
        cells: dict[tuple[str, ...], list[str]] = {}
        for code, row in rows.items():
            cells.setdefault(tuple(row[name] for name in chosen), []).append(code)
        for codes in cells.values():
            if len(codes) == 1 and not any(set(less) < set(chosen) for less in found[codes[0]]):
                found[codes[0]].append(chosen)
    return found


def check_form(rows: Sequence[Row], form: Form, proposal: Form, least: int = MINIMUM) -> None:
    """Let a form pass whose cells are large enough.

    Args:
        rows: the experts.
        form: how the table is to be published.
        proposal: a form that passes; the refusal names it.
        least: the smallest number a published cell may hold.

    Raises:
        SmallCells: with the cells that are too small, and with what would pass.
    """
    small = {cell: count for one in risk_of(rows, form, least) for cell, count in one.small.items()}
    if small:
        cells = "; ".join(f"{', '.join(cell)} ({count})" for cell, count in small.items())
        raise SmallCells(cells=cells, least=least, proposal=told(rows, form, proposal))


def told(rows: Sequence[Row], form: Form, proposal: Form) -> str:
    """What a proposal changes, in the values' own words: «45-54, 55-64 → 45+; f, m → —»."""
    changes = []
    for name in form.columns:
        order = dict.fromkeys(row[name] for row in rows)
        labels = proposal.columns.get(name)
        groups: dict[str, list[str]] = {}
        for value in order:
            groups.setdefault(MISSING if labels is None else labels.get(value, value), []).append(value)
        changes += [f"{', '.join(sorted(group))} → {to}" for to, group in groups.items() if group != [to]]
    return "; ".join(changes) or MISSING


def _subsets(columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(columns, size) for size in range(1, len(columns) + 1))

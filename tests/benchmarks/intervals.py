"""How often the interval of a study's accuracy holds the true share. Run: ``python tests/benchmarks/intervals.py``.

Made-up studies of 15 transcripts with 60 passages each, names in clumps, misses in clumps (beta-binomial within a
passage); 600 samples for each setting, drawn and reckoned as Fieldwork does it. Deterministic. The interval is promised
to hold the true share in 95 of 100 samples; beside it stands what a reckoning without passages would do.
"""

import random
import sys
from collections.abc import Iterator
from itertools import product

from fieldwork.anonymisation.passages import drawn
from fieldwork.anonymisation.recall import Unit, exact, share

TRANSCRIPTS, PASSAGES = 15, 60
STUDIES, SAMPLES = 30, 20
SHARES, CLUMPS, SIZES = (0.90, 0.95, 0.98, 0.995), (0.02, 0.3, 0.7), (100, 200)
WANTED = 0.95


def study(chance: random.Random, masked: float, clump: float) -> list[list[Unit]]:
    """The passages of a study: 1.2 names on average (geometric), each passage with its own luck."""
    first, second = (part * (1 - clump) / clump for part in (masked, 1 - masked))
    strata = []
    for transcript in range(TRANSCRIPTS):
        units = []
        for _ in range(PASSAGES):
            there = 0
            while chance.random() < 1.2 / 2.2:
                there += 1
            luck = chance.betavariate(first, second)
            units.append(Unit(transcript, there, sum(chance.random() < luck for _ in range(there))))
        strata.append(units)
    return strata


def held(masked: float, clump: float, size: int) -> tuple[float, float, float]:
    """How often the interval holds the true share, how often one that knows no passages does, and the mean width."""
    chance = random.Random(f"{masked} {clump} {size}")  # noqa: S311 - figures, no secret
    ours, plain, width = 0, 0, 0.0
    for _ in range(STUDIES):
        strata = study(chance, masked, clump)
        every = [unit for stratum in strata for unit in stratum]
        true = sum(unit.masked for unit in every) / sum(unit.there for unit in every)
        for _ in range(SAMPLES):
            found = share(drawn(strata, size, str(chance.random())))
            assert found is not None  # a hundred passages without a single name do not happen here
            low, high = exact(found.masked, found.there)
            ours += found.low <= true <= found.high
            plain += low <= true <= high
            width += found.high - found.low
    count = STUDIES * SAMPLES
    return ours / count, plain / count, width / count


def measured() -> Iterator[tuple[str, float, float, float]]:
    """Every setting with its figures."""
    for masked, clump, size in product(SHARES, CLUMPS, SIZES):
        yield f"{masked:.3f} masked, clumps {clump:.2f}, {size} passages", *held(masked, clump, size)


def main() -> None:
    """Print the table."""
    rows = list(measured())
    for name, ours, plain, width in rows:
        sys.stdout.write(f"{name:<44} holds {ours:6.1%}  without passages {plain:6.1%}  mean width {width:.3f}\n")
    worst = min(ours for _, ours, _, _ in rows)
    sys.stdout.write(f"{'the accuracy interval holds, at worst':<46} {worst:10.3f}      limit {WANTED:8.2f}\n")


if __name__ == "__main__":
    main()

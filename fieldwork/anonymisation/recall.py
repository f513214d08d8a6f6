"""What a marked sample says: the share that was masked with its interval, what both people missed, what to expect.

Pages compute this, and scipy would take 90 MB of a server that has 150: what is needed of it stands here and is held
against scipy in the tests.

- The share is a ratio (masked / there) over passages, which are the units drawn; transcripts are the strata. Its
  variance is Taylor's for a ratio in a stratified sample (Cochran, Sampling Techniques, 1977, 6.11), so names missed
  together in one passage count as what they are. A stratum with one passage is measured from the mean of all.
- The interval is Clopper's and Pearson's (Biometrika 1934) on the effective number n / deff, corrected for the degrees
  of freedom (Korn and Graubard, Survey Methodology 1998). Measured against Wilson's on the same number, it keeps its
  95 % where shares lie near one and misses come in clumps.
- Where nothing, or everything, was missed, the variance says nothing: passages then count as wholly dependent within
  themselves (Kish's design effect for an intraclass correlation of one).
- What both people overlooked: Chapman's estimate (Univ. California Publ. Statist. 1951), with Seber's variance.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

CONFIDENCE = 0.95
_UPPER = (1 + CONFIDENCE) / 2
USUAL_SHARE = 0.95  # what a forecast assumes is masked
USUAL_EFFECT = 1.5  # the design effect that a forecast assumes
_TINY = 1e-300
_CLOSE = 1e-12
_STEPS = 300
_WORDS_A_MINUTE = 130  # read and marked with care
_PASSAGE_SECONDS = 6


@dataclass(frozen=True)
class Unit:
    """A passage as it counts: its stratum, how many things there are in it, how many of them are masked."""

    stratum: Hashable
    there: int
    masked: int


@dataclass(frozen=True)
class Share:
    """How much of what is there is masked.

    Attributes:
        masked: how many are.
        there: how many there are.
        low: where the interval begins; 0 to 1.
        high: where it ends.
        effect: the design effect: how many dependent things say as much as one independent one.
    """

    masked: int
    there: int
    low: float
    high: float
    effect: float

    @property
    def missed(self) -> int:
        """How many are not masked."""
        return self.there - self.masked

    @property
    def value(self) -> float:
        """The share itself, 0 to 1."""
        return self.masked / self.there


@dataclass(frozen=True)
class Overlooked:
    """What two people found apart, and how many things neither may have found.

    Attributes:
        first: how many the first one found.
        second: how many the second one found.
        both: how many both did.
        neither: how many were found by none of them, as estimated.
        error: the estimate's standard error.
    """

    first: int
    second: int
    both: int
    neither: float
    error: float

    @property
    def apart(self) -> int:
        """How many were found by one of them only."""
        return self.first + self.second - 2 * self.both


@dataclass(frozen=True)
class Forecast:
    """What a sample of a size will cost and tell: minutes are for each of the two people."""

    size: int
    things: int
    minutes: int
    low: float
    high: float


def share(units: Sequence[Unit]) -> Share | None:
    """The share that is masked; None where there is nothing to mask."""
    there, masked = sum(unit.there for unit in units), sum(unit.masked for unit in units)
    if not there:
        return None
    variance, freedom = _variance(units, masked / there, there)
    alone = masked / there * (1 - masked / there) / there
    effect = variance / alone if variance > 0 and alone > 0 else sum(unit.there**2 for unit in units) / there
    effect = max(1.0, effect)
    effective = there / effect * (NormalDist().inv_cdf(_UPPER) / student(_UPPER, freedom)) ** 2
    return Share(masked, there, *exact(masked / there * effective, effective), effect)


def _variance(units: Sequence[Unit], ratio: float, there: int) -> tuple[float, int]:
    """The ratio's variance over stratified passages, and its degrees of freedom."""
    strata: dict[Hashable, list[float]] = {}
    for unit in units:
        strata.setdefault(unit.stratum, []).append((unit.masked - ratio * unit.there) / there)
    variance, freedom = 0.0, 0
    for parts in strata.values():
        count, mean = len(parts), math.fsum(parts) / len(parts)
        if count == 1:
            variance += parts[0] ** 2
        else:
            variance += count / (count - 1) * math.fsum((part - mean) ** 2 for part in parts)
            freedom += count - 1
    return variance, max(freedom, 1)


def exact(masked: float, there: float) -> tuple[float, float]:
    """Clopper's and Pearson's interval for a share; the numbers may be effective ones, with a fraction."""
    tail = 1 - _UPPER
    low = 0.0 if masked <= _CLOSE else _root(lambda at: beta(at, masked, there - masked + 1) - tail)
    high = 1.0 if there - masked <= _CLOSE else _root(lambda at: beta(at, masked + 1, there - masked) - _UPPER)
    return low, high


def _root(rising: Callable[[float], float]) -> float:
    """Where a function that rises from 0 to 1 crosses zero."""
    low, high = 0.0, 1.0
    while high - low > _CLOSE:
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def beta(at: float, first: float, second: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if at <= 0 or at >= 1:
        return float(at >= 1)
    if at > (first + 1) / (first + second + 2):
        return 1 - beta(1 - at, second, first)
    total = math.lgamma(first + second) - math.lgamma(first) - math.lgamma(second)
    front = math.exp(total + first * math.log(at) + second * math.log1p(-at)) / first
    return front * _continued(at, first, second)


def _continued(at: float, first: float, second: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    above, below = 1.0, 1 / _held(1 - (first + second) * at / (first + 1))
    value = below
    for step in range(1, _STEPS):
        even = step * (second - step) * at / ((first + 2 * step - 1) * (first + 2 * step))
        odd = -(first + step) * (first + second + step) * at / ((first + 2 * step) * (first + 2 * step + 1))
        for term in (even, odd):
            below, above = 1 / _held(1 + term * below), _held(1 + term / above)
            value *= below * above
        if abs(below * above - 1) < _CLOSE:
            break
    return value


def _held(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def student(level: float, freedom: int) -> float:
    """Student's quantile above one half, from his distribution's tie to the incomplete beta function."""
    tail = 2 * (1 - level)
    # P(|t| > x) = I_{v / (v + x^2)}(v / 2, 1 / 2)
    inside = _root(lambda at: beta(at, freedom / 2, 0.5) - tail)
    return math.sqrt(freedom * (1 - inside) / inside)


def overlooked(found: Iterable[tuple[bool, bool]]) -> Overlooked | None:
    """What two people found of all there is, in pairs; None where nothing was found by both."""
    pairs = list(found)
    first, second = sum(one for one, _ in pairs), sum(two for _, two in pairs)
    both = sum(one and two for one, two in pairs)
    if not both:
        return None
    whole = (first + 1) * (second + 1) / (both + 1) - 1
    spread = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    return Overlooked(first, second, both, whole - (first + second - both), math.sqrt(spread))


def forecast(size: int, *, frame: int, words: int, things: int) -> Forecast:
    """What a sample of ``size`` passages of a frame will tell, whose words and (found) things are known."""
    expected = max(1, round(things * size / frame))
    effective = max(1.0, expected / USUAL_EFFECT)
    seconds = words * size / frame / _WORDS_A_MINUTE * 60 + size * _PASSAGE_SECONDS
    return Forecast(size, expected, max(1, round(seconds / 60)), *exact(USUAL_SHARE * effective, effective))

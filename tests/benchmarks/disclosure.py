"""The disclosure risk of a large sample: 500 experts, eight traits, every way to cross them."""

import random
import time
from collections.abc import Callable

from fieldwork.anonymisation.disclosure import Row, Shown, risk_of, sample_uniques
from fieldwork.anonymisation.generalising import Trait, propose

LIMIT_S = 1.0
EXPERTS = 500
TRAITS = (
    Trait("sex"),
    Trait("age", banded=True),
    Trait("years", banded=True),
    *(Trait(name) for name in ("language", "sector", "role", "town", "degree")),
)
Say = Callable[[str, float, float, str], None]


def table() -> list[Row]:
    """Invented experts; rare values are rare."""
    rng = random.Random(5)  # noqa: S311 - figures, no secrets
    return [
        {
            "sex": rng.choice("fm"),
            "age": rng.choice(["18-24", "25-34", "35-44", "45-54", "55-64", "65+"]),
            "years": rng.choice(["0-4", "5-9", "10-14", "15-19", "20+"]),
            "language": rng.choices(["ru", "kk", "en"], [6, 3, 1])[0],
            "sector": f"sector {int(rng.expovariate(0.3)) % 12}",
            "role": f"role {rng.randrange(15)}",
            "town": f"town {int(rng.expovariate(0.5)) % 9}",
            "degree": rng.choice("abcd"),
        }
        for _ in range(EXPERTS)
    ]


def main(say: Say) -> None:
    """Propose for each crossing, and find who is alone on what."""
    rows = table()
    for shown in Shown:
        started = time.perf_counter()
        form = propose(rows, TRAITS, shown)
        say(f"a form for 500 x 8, {shown}", time.perf_counter() - started, LIMIT_S, "s")
        if any(one.k < 3 for one in risk_of(rows, form)):
            raise SystemExit(f"the form proposed for {shown} has cells below three")
    started = time.perf_counter()
    sample_uniques({str(number): row for number, row in enumerate(rows)}, [one.name for one in TRAITS])
    say("who is alone on what, 500 x 8", time.perf_counter() - started, LIMIT_S, "s")

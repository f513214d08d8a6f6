"""Voices of our own for training: variant files drawn at random, beside those that espeak-ng brings.

What makes a voice hard for a model that never heard it is a quality that no training voice has: breath, an echo, weak
voicing, an odd melody. These files spread such qualities over a wide range. No parameter is taken from a voice of
the demo's recordings.
"""

import random
from pathlib import Path

COUNT = 150
SEED = 31
DRAWN_VARIANTS = tuple(f"drawn{number:03}" for number in range(COUNT))
ESPEAK_DATA = Path("/usr/lib/x86_64-linux-gnu/espeak-ng-data")
_FORMANTS = 9
_LOW = range(6)
# Share of the voices that have any one of the optional qualities.
_HAVING = 0.6


def definition(name: str) -> str:
    """Draw one variant file; the same name always gives the same voice."""
    dice = random.Random(f"{SEED} {name}")  # noqa: S311 (seeded on purpose)
    female = dice.choice((True, False))
    low = dice.uniform(120, 210) if female else dice.uniform(60, 115)
    tract = dice.uniform(1.02, 1.28) if female else dice.uniform(0.88, 1.12)
    lines = ["language variant", f"name {name}", f"gender {'female' if female else 'male'}"]
    lines.append(f"pitch {low:.0f} {low * dice.uniform(1.2, 1.7):.0f}")
    for number in range(_FORMANTS):
        frequency = 100 * tract * dice.uniform(0.87, 1.15)
        strength = dice.uniform(*((60, 160) if number in _LOW else (0, 150)))
        lines.append(f"formant {number} {frequency:.0f} {strength:.0f} {dice.uniform(70, 170):.0f}")
    optional = [
        f"roughness {dice.randint(0, 5)}",
        f"voicing {dice.randint(30, 150)}",
        f"consonants {dice.randint(40, 150)} {dice.randint(20, 150)}",
        f"echo {dice.randint(10, 150)} {dice.randint(5, 60)}",
        f"intonation {dice.randint(1, 4)}",
        f"flutter {dice.randint(0, 20)}",
        "breath " + " ".join(str(dice.randint(0, 12)) for _ in range(8)),
        "stressAmp " + " ".join(str(dice.randint(12, 26)) for _ in range(8)),
    ]
    lines += [line for line in optional if dice.random() < _HAVING]
    return "\n".join(lines) + "\n"


def data_folder(work: Path) -> Path:
    """Make a folder for ``espeak-ng --path``: espeak-ng's own data, with the drawn variants in place of its own.

    (It knows at most 349 voices, so not both.)
    """
    data = work / "espeak-ng-data"
    variants = data / "voices" / "!v"
    variants.mkdir(parents=True, exist_ok=True)
    for path in ESPEAK_DATA.iterdir():
        if not (data / path.name).exists():
            (data / path.name).symlink_to(path)
    for name in DRAWN_VARIANTS:
        (variants / name).write_text(definition(name), encoding="utf-8")
    return work

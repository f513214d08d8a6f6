"""The training corpus: renderings of the demo's sentences by training voices, in two files.

``renderings.i16`` holds all samples (16 kHz, mono, 16 bit) one after another; ``renderings.json`` lists, for each
rendering, its text, voice, first sample and number of samples. Both training processes map the first into memory.
"""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import repeat
from pathlib import Path

import numpy as np

from fieldwork.demo.synthesis.drawn import DRAWN_VARIANTS, data_folder
from fieldwork.demo.synthesis.sentences import demo_sentences, recombined
from fieldwork.demo.synthesis.sound_files import WHISPER_RATE, through_codec
from fieldwork.demo.synthesis.speech import ESPEAK_RATE, Samples, Voice, resampled, speak
from fieldwork.demo.synthesis.voices import TRAINING_VARIANTS, refuse_held_out, training_voice

SEED = 20250610
TAKES = 2
RECOMBINED = 6500
# Who speaks each sentence: every variant of espeak-ng twice, every drawn one once.
SPEAKERS = (*TRAINING_VARIANTS * TAKES, *DRAWN_VARIANTS)
# Resampling by up to 12 % moves formants as a longer or shorter vocal tract does: more speakers from one variant.
STRETCH, STRETCHED = 0.12, 0.6
CODED = 0.35
CODECS = (("opus", 16_000), ("opus", 24_000), ("m4a", 24_000), ("m4a", 32_000), ("m4a", 48_000))


@dataclass(frozen=True)
class Order:
    """What to render: text, voice, stretch of the vocal tract, and the codec to pass through, if any."""

    text: str
    voice: Voice
    stretch: float
    codec: tuple[str, int] | None


@dataclass(frozen=True)
class Rendering:
    """One rendered sentence within ``renderings.i16``."""

    text: str
    variant: str
    start: int
    length: int


def orders(seed: int = SEED) -> list[Order]:
    """Plan the corpus: each of the 62 sentences by every speaker, and recombined ones by random speakers."""
    dice = random.Random(seed)  # noqa: S311 (seeded on purpose)
    sentences = demo_sentences()
    plan = [(text, training_voice(dice, variant)) for text in sentences for variant in SPEAKERS]
    new = recombined(sentences, RECOMBINED, dice)
    plan += [(text, training_voice(dice, dice.choice(SPEAKERS))) for text in new]
    dice.shuffle(plan)
    return [Order(text, voice, _stretch(dice), _codec(dice)) for text, voice in plan]


def _stretch(dice: random.Random) -> float:
    return dice.uniform(1 - STRETCH, 1 + STRETCH) if dice.random() < STRETCHED else 1.0


def _codec(dice: random.Random) -> tuple[str, int] | None:
    return dice.choice(CODECS) if dice.random() < CODED else None


def render(order: Order, data: Path) -> Samples:
    """Render one order at 16 kHz; ``data`` holds the drawn variants."""
    own = data if order.voice.variant in DRAWN_VARIANTS else None
    samples = resampled(speak(order.text, order.voice, own), ESPEAK_RATE * order.stretch, WHISPER_RATE)
    return through_codec(samples, WHISPER_RATE, *order.codec) if order.codec else samples


def build(folder: Path, plan: list[Order]) -> None:
    """Render the plan into ``folder``. Refuses a plan with a held-out voice before the first word is spoken."""
    refuse_held_out(order.voice for order in plan)
    data = data_folder(folder)
    rows: list[Rendering] = []
    position = 0
    with (folder / "renderings.i16").open("wb") as file, ThreadPoolExecutor(2) as pool:
        for order, samples in zip(plan, pool.map(render, plan, repeat(data)), strict=True):
            file.write((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
            rows.append(Rendering(order.text, order.voice.variant, position, len(samples)))
            position += len(samples)
    index = json.dumps([asdict(row) for row in rows], ensure_ascii=False)
    (folder / "renderings.json").write_text(index, encoding="utf-8")


class Corpus:
    """The renderings, mapped into memory, and which of them are whole demo sentences."""

    def __init__(self, folder: Path) -> None:
        rows = json.loads((folder / "renderings.json").read_text(encoding="utf-8"))
        self.rows = [Rendering(**row) for row in rows]
        self.samples = np.memmap(folder / "renderings.i16", dtype="<i2", mode="r")
        closed = set(demo_sentences())
        self.whole = [row for row in self.rows if row.text in closed]
        self.pieces = [row for row in self.rows if row.text not in closed]

    def sound(self, row: Rendering) -> Samples:
        """Return the samples of one rendering, in [-1, 1]."""
        return (self.samples[row.start : row.start + row.length] / 32_767).astype(np.float32)

    def texts(self) -> Iterator[str]:
        """Every text once."""
        return iter(dict.fromkeys(row.text for row in self.rows))

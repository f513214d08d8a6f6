"""The sentences of the demo's audio interviews, and new ones made of their words."""

import random
from dataclasses import dataclass
from pathlib import Path

import yaml

from fieldwork.demo.synthesis.speech import spoken

STUDY = Path(__file__).parents[1] / "study"
# Share of short pieces of one sentence among the recombined ones.
FRAGMENTS = 0.25
AUDIO_INTERVIEWS = ("E02", "E05", "E08", "E11", "E14")


@dataclass(frozen=True)
class Utterance:
    """One turn of a transcript: its number, who speaks (interviewer or expert) and the words."""

    number: int
    speaker: str
    text: str


def transcript(interview: str, study: Path = STUDY) -> list[Utterance]:
    """Read the turns of one interview."""
    rows = yaml.safe_load((study / "transcripts" / f"{interview}.yaml").read_text(encoding="utf-8"))
    return [Utterance(number=row["i"], speaker=row["speaker"], text=row["text"]) for row in rows]


def demo_sentences(study: Path = STUDY) -> list[str]:
    """Return the closed set: every sentence of the audio interviews once, in a fixed order."""
    turns = (turn.text for interview in AUDIO_INTERVIEWS for turn in transcript(interview, study))
    return list(dict.fromkeys(turns))


def plain_words(text: str) -> list[str]:
    """Split into lower-case words without punctuation: the form in which word errors are counted."""
    kept = "".join(letter if letter.isalpha() else " " for letter in text.lower())
    return kept.split()


def recombined(sentences: list[str], count: int, dice: random.Random) -> list[str]:
    """Make new word sequences: the start of one sentence and the end of another, or a few words of one.

    They keep the model from guessing a whole sentence by its first words: it has to listen to every word.
    """
    made: set[str] = set()
    while len(made) < count:
        first, second = (sentence.rstrip(".?").split() for sentence in dice.sample(sentences, 2))
        if dice.random() < FRAGMENTS:
            length = dice.randint(2, max(2, len(first) - 1))
            start = dice.randint(0, len(first) - length)
            words = first[start : start + length]
        else:
            words = first[: dice.randint(1, len(first) - 1)] + second[dice.randint(1, len(second) - 1) :]
        text = " ".join(words).strip(" ,")
        made.add(spoken(text[0].upper() + text[1:] + "."))
    return sorted(made - set(sentences))

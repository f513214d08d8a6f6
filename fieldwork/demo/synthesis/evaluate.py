"""Measure the checkpoint on the demo's recordings, whose voices it never heard.

python -m fieldwork.demo.synthesis.evaluate audio/demo [CHECKPOINT.pt]
"""

import argparse
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from fieldwork.demo.synthesis.sentences import plain_words
from fieldwork.demo.synthesis.sound_files import WHISPER_RATE, decode, encode
from fieldwork.demo.synthesis.speech import Samples
from fieldwork.transcription.engines.whisper import WhisperEngine
from fieldwork.transcription.windows import find_windows, read_samples

# Share of wrong words up to which a sentence counts as recognised.
TOLERATED = 0.2
CHECKPOINT = "whisper-demo.pt"


@dataclass
class Sentence:
    """One utterance as said and as recognised."""

    interview: str
    i: int
    said: str
    words: list[str] = field(default_factory=list)
    wrong: int = 0

    @property
    def length(self) -> int:
        """How many words were said."""
        return len(plain_words(self.said))

    @property
    def likeness(self) -> float:
        """How alike the recognised words are to the said ones, 0-1 by letters."""
        return SequenceMatcher(None, " ".join(plain_words(self.said)), " ".join(self.words), autojunk=False).ratio()


def recognise(engine: WhisperEngine, samples: Samples) -> Iterator[str]:
    """Transcribe a recording as the product does, window by window: the recognised sentences in order."""
    sound = io.BytesIO()
    encode(sound, samples, WHISPER_RATE, "wav", 0)
    for window in find_windows(sound, engine.enough_ms):
        for piece in engine.transcribe(read_samples(sound, window.start_ms, window.end_ms), "ru"):
            yield piece.text


def aligned(said: list[Sentence], heard: list[str]) -> None:
    """Align recognised words with the said ones at least cost, and count each sentence's wrong words."""
    reference = [(sentence, word) for sentence in said for word in plain_words(sentence.said)]
    rows = _costs([word for _, word in reference], heard)
    left, right = len(reference), len(heard)
    while left or right:
        cost = rows[left][right]
        owner = reference[max(0, left - 1)][0]
        same = bool(left and right and reference[left - 1][1] == heard[right - 1])
        if left and right and cost == rows[left - 1][right - 1] + (not same):
            left, right = left - 1, right - 1
            owner.words.insert(0, heard[right])
            owner.wrong += not same
        elif right and cost == rows[left][right - 1] + 1:
            right -= 1
            owner.words.insert(0, heard[right])
            owner.wrong += 1
        else:
            left -= 1
            owner.wrong += 1


def _costs(said: list[str], heard: list[str]) -> list[list[int]]:
    rows = [list(range(len(heard) + 1))]
    for left, word in enumerate(said, 1):
        row = [left]
        for right, other in enumerate(heard, 1):
            row.append(min(rows[-1][right] + 1, row[-1] + 1, rows[-1][right - 1] + (word != other)))
        rows.append(row)
    return rows


def measure(folder: Path, engine: WhisperEngine, only: set[str] | None = None) -> list[Sentence]:
    """Recognise the recordings of ``folder`` (of the named files only, if given), sentence by sentence."""
    truth = json.loads((folder / "utterances.json").read_text(encoding="utf-8"))["recordings"]
    result: list[Sentence] = []
    for recording in truth:
        if only is not None and recording["file"] not in only:
            continue
        said = [Sentence(recording["interview"], row["i"], row["text"]) for row in recording["utterances"]]
        heard = recognise(engine, decode(folder / recording["file"]))
        aligned(said, plain_words(" ".join(heard)))
        result += said
    return result


def word_error_rate(sentences: list[Sentence]) -> float:
    """Wrong, missing and added words over said words."""
    return sum(sentence.wrong for sentence in sentences) / sum(sentence.length for sentence in sentences)


def report(sentences: list[Sentence]) -> Iterator[str]:
    """Say it in lines: rates per interview and in all, inexact sentences, the worst recognised sentence."""
    for interview in sorted({sentence.interview for sentence in sentences}):
        part = [sentence for sentence in sentences if sentence.interview == interview]
        exact = sum(not sentence.wrong for sentence in part)
        yield f"{interview}  WER {word_error_rate(part):6.1%}  exact {exact} of {len(part)}"
    exact = sum(not sentence.wrong for sentence in sentences)
    yield f"all  WER {word_error_rate(sentences):6.1%}  exact {exact} of {len(sentences)}"
    for sentence in sentences:
        if sentence.wrong:
            yield f"{sentence.interview} {sentence.i:2} likeness {sentence.likeness:.2f}: {sentence.said}"
            yield f"{'':23} heard: {' '.join(sentence.words)}"
    best: dict[str, float] = {}
    for sentence in sentences:
        best[sentence.said] = min(best.get(sentence.said, 9.0), sentence.wrong / sentence.length)
    poor = [text for text, share in best.items() if share > TOLERATED]
    yield f"{len(best)} different sentences; {len(poor)} never recognised with at most {TOLERATED:.0%} of words wrong"
    yield from poor


def main() -> None:
    """Print the measure."""
    parser = argparse.ArgumentParser(description="Word error rate of the checkpoint on the demo's recordings.")
    parser.add_argument("folder", type=Path, help="folder of the recordings, audio/demo")
    parser.add_argument("checkpoint", type=Path, nargs="?", help="checkpoint to measure (default: the one in there)")
    arguments = parser.parse_args()
    engine = WhisperEngine(str(arguments.checkpoint or arguments.folder / CHECKPOINT))
    for line in report(measure(arguments.folder, engine)):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()

"""When the single words of a turn are heard: which times are to be believed, and where words stand in a changed text.

Whisper tells the times of words by where its attention lies. A model whose attention wanders (a small one, one trained
for something else) gives times that no mouth could keep; those are thrown away rather than silence the wrong second.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from rapidfuzz.distance import Levenshtein

FASTEST_MS = 20
"""ms a letter takes at least: 50 letters a second, three times as many as fast Russian speech has."""
_OUTSIDE_MS = 500  # how far a word may lie outside the sentence whose word it is
_DOUBTED_SHARE = 0.2


class Word(NamedTuple):
    """A word of a turn's text: code points, end exclusive; ms of its recording, or None where they are not believed."""

    start: int
    end: int
    start_ms: int | None
    end_ms: int | None
    probability: float

    def moved(self, by: int) -> Self:
        """The same word, ``by`` code points further on."""
        return self._replace(start=self.start + by, end=self.end + by)

    def later(self, by_ms: int) -> Self:
        """The same word, said ``by_ms`` later."""
        if self.start_ms is None or self.end_ms is None:
            return self
        return self._replace(start_ms=self.start_ms + by_ms, end_ms=self.end_ms + by_ms)


def believed(words: Sequence[Word], start_ms: int, end_ms: int) -> tuple[Word, ...]:
    """The words of a sentence that is heard from ``start_ms`` to ``end_ms``, without times where these cannot be.

    One word in five may be too short (fillers, slips of the alignment); with more of them none is believed.
    """
    doubted = sum(not _possible(word, start_ms, end_ms) for word in words)
    if doubted <= len(words) * _DOUBTED_SHARE:
        return tuple(words)
    return tuple(word._replace(start_ms=None, end_ms=None) for word in words)


def refitted(words: Iterable[Word], before: str, after: str) -> list[Word]:
    """Where the words stand in a corrected text; those that were changed in any letter are dropped."""
    steps = Levenshtein.opcodes(before, after)
    kept = [(step.src_start, step.src_end, step.dest_start) for step in steps if step.tag == "equal"]
    found = []
    for word in words:
        for start, end, now in kept:
            if start <= word.start and word.end <= end:
                found.append(word.moved(now - start))
    return [word for word in found if _whole(word, after)]


def within(words: Iterable[Word], start: int, end: int) -> list[Word]:
    """The words that lie wholly between two places of the text, as they stand there."""
    return [word for word in words if start <= word.start and word.end <= end]


def _possible(word: Word, start_ms: int, end_ms: int) -> bool:
    if word.start_ms is None or word.end_ms is None:
        return False
    inside = start_ms - _OUTSIDE_MS <= word.start_ms and word.end_ms <= end_ms + _OUTSIDE_MS
    return inside and word.end_ms - word.start_ms >= FASTEST_MS * (word.end - word.start)


def _whole(word: Word, text: str) -> bool:
    """Whether the word has not grown by letters put before or behind it."""
    around = text[max(0, word.start - 1) : word.start] + text[word.end : word.end + 1]
    return not any(letter.isalnum() for letter in around)

"""How like a guide's questions somebody's words are.

Cosine of TF-IDF vectors over the first five letters of each word, which stand in for stems: enough for questions that
are asked in other words, and a vectoriser of scikit-learn or a morphology would cost a second at each start.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

_STEM = 5
_SHORTEST = 3
_QUESTION_WEIGHT = 2  # a probe counts 1
_OPENING = 0.25  # of the opening's words
_STANDS_OUT = 0.35
_UNKNOWN_WORD = 3.0  # squared weight of a word that no question has

Vector = Mapping[str, float]


@dataclass(frozen=True)
class GuideWords:
    """The guide in the language of the interview: questions in order, the probes of each, the opening words."""

    questions: tuple[str, ...]
    probes: tuple[tuple[str, ...], ...] = ()
    opening: str = ""

    def likeness(self, text: str) -> list[float]:
        """How like each question a text is, 0 to 1; words that no question has do not count."""
        return [_cosine(self._vector(text), question) for question in self._questions]

    def asking(self, text: str) -> float:
        """How like any question the whole of a text is, 0 to 1: other words make it less so."""
        vector, words = self._vector(text), len(_stems(text))
        length = math.sqrt(_square(vector) + _UNKNOWN_WORD * (words - len(vector)))
        return max((_dot(vector, q) / (length * math.sqrt(_square(q))) for q in self._questions if length), default=0.0)

    def is_opening(self, text: str) -> bool:
        """Whether a text is the opening (a good part of its words), and no question stands out in it."""
        opening = _stems(self.opening).keys()
        shared = len(_stems(text).keys() & opening)
        return shared > _OPENING * len(opening) and max(self.likeness(text), default=0.0) < _STANDS_OUT

    @cached_property
    def _counts(self) -> list[Counter[str]]:
        counts = []
        for number, question in enumerate(self.questions):
            count = Counter({stem: _QUESTION_WEIGHT * times for stem, times in _stems(question).items()})
            for probe in self.probes[number] if number < len(self.probes) else ():
                count.update(_stems(probe))
            counts.append(count)
        return counts

    @cached_property
    def _rarity(self) -> dict[str, float]:
        frequency = Counter(stem for count in self._counts for stem in count)
        return {stem: math.log((len(self._counts) + 1) / (n + 0.5)) for stem, n in frequency.items()}

    @cached_property
    def _questions(self) -> list[Vector]:
        return [{stem: math.log1p(n) * self._rarity[stem] for stem, n in count.items()} for count in self._counts]

    def _vector(self, text: str) -> Vector:
        return {stem: self._rarity[stem] for stem in _stems(text) if stem in self._rarity}


def _stems(text: str) -> Counter[str]:
    words = re.findall(r"[^\W\d_]+", text.casefold().replace("ё", "е"))
    return Counter(word[:_STEM] for word in words if len(word) >= _SHORTEST)


def _square(vector: Vector) -> float:
    return sum(weight * weight for weight in vector.values())


def _dot(one: Vector, other: Vector) -> float:
    return sum(weight * other.get(stem, 0.0) for stem, weight in one.items())


def _cosine(one: Vector, other: Vector) -> float:
    length = math.sqrt(_square(one) * _square(other))
    return _dot(one, other) / length if length else 0.0

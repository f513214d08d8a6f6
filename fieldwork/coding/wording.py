"""A text as its words are compared (lower case, no ё, no marks), and the places in it that are the same or alike."""

import bisect
import re
from functools import cached_property

from rapidfuzz import fuzz

ENOUGH = 0.8
"""Least likeness of a place to its quotation, 0 to 1. Unrelated sentences of one interview stay below it."""

_OVER_A_TURN = 0.05  # likeness that has to be gained before a place may run on into the next turn
_WORD = re.compile(r"\[[^\[\]\n]{1,60}\]|\w+")  # a placeholder is one word
_CLOSING = {"»": "«", "”": "“", "“": "„", "]": "["}
_SLACK = 3  # words by which a rough place is widened and narrowed in search of the nearest stretch


class Wording:
    """A text (code points) with its words. Turns in it are parted by line breaks."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def words(self) -> list[tuple[int, int, str]]:
        """Start, end and compared form of every word."""
        return [(m.start(), m.end(), m[0].casefold().replace("ё", "е")) for m in _WORD.finditer(self.text)]

    @cached_property
    def folded(self) -> str:
        """The compared words, parted by single blanks."""
        return " ".join(word for _, _, word in self.words)

    @cached_property
    def _starts(self) -> list[int]:
        """Where each word starts in ``folded``."""
        starts, at = [], 0
        for _, _, word in self.words:
            starts.append(at)
            at += len(word) + 1
        return starts

    def stretch(self, first: int, last: int) -> tuple[int, int]:
        """Code points from word number ``first`` to ``last``, with the closing marks of what opens in between."""
        start, end = self.words[first][0], self.words[last][1]
        while (opening := _CLOSING.get(self.text[end : end + 1])) is not None:
            inside = self.text[start:end]
            if inside.count(opening) <= inside.count(self.text[end]):
                break
            end += 1
        return start, end

    def exact(self, quote: str) -> list[tuple[int, int]]:
        """Every place of ``quote`` as it stands; only those on word borders when there are such."""
        places = []
        at = self.text.find(quote)
        while at >= 0:
            places.append((at, at + len(quote)))
            at = self.text.find(quote, at + 1)
        return [place for place in places if self._on_borders(*place)] or places

    def _on_borders(self, start: int, end: int) -> bool:
        text = self.text
        cut_before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
        cut_after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
        return not (cut_before or cut_after)

    def worded(self, quote: "Wording") -> list[tuple[int, int]]:
        """Every place with the same words."""
        if not quote.words:
            return []
        sought, within = f" {quote.folded} ", f" {self.folded} "
        places = []
        at = within.find(sought)
        while at >= 0:
            first = bisect.bisect_left(self._starts, at)
            places.append(self.stretch(first, first + len(quote.words) - 1))
            at = within.find(sought, at + 1)
        return places

    def alike(self, quote: "Wording") -> tuple[float, tuple[int, int]] | None:
        """The stretch of whole words nearest to the quotation, with its likeness; None below ``ENOUGH``."""
        if not quote.words or not self.words:
            return None
        best, place = 0.0, (0, 0)
        rough_first, rough_last = self._roughly(quote)
        for first in range(max(0, rough_first - _SLACK), min(len(self.words), rough_first + _SLACK + 1)):
            for last in range(max(first, rough_last - _SLACK), min(len(self.words), rough_last + _SLACK + 1)):
                stretch = self.folded[self._starts[first] : self._starts[last] + len(self.words[last][2])]
                likeness = fuzz.ratio(quote.folded, stretch, score_cutoff=100 * ENOUGH) / 100
                breaks = self.text.count("\n", self.words[first][0], self.words[last][1])
                if likeness - breaks * _OVER_A_TURN > best:
                    best, place = likeness - breaks * _OVER_A_TURN, (first, last)
        if not best:
            return None
        found = self.folded[self._starts[place[0]] : self._starts[place[1]] + len(self.words[place[1]][2])]
        return fuzz.ratio(quote.folded, found) / 100, self.stretch(*place)

    def _roughly(self, quote: "Wording") -> tuple[int, int]:
        """First and last word of the likeliest place, give or take a word or two."""
        aligned = fuzz.partial_ratio_alignment(quote.folded, self.folded)
        if aligned is None or len(quote.folded) > len(self.folded):
            return 0, len(self.words) - 1
        return self._word_at(aligned.dest_start), self._word_at(aligned.dest_end - 1)

    def _word_at(self, position: int) -> int:
        return max(0, bisect.bisect_right(self._starts, position) - 1)

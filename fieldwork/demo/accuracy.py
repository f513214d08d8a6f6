"""Word error rate of the machine's transcripts of the demo's recordings, against what was said."""

import re
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def words(text: str) -> list[str]:
    """Words in lower case, ё as е, without punctuation."""
    return _WORD.findall(text.lower().replace("ё", "е"))


def word_errors(said: Sequence[str], heard: Sequence[str]) -> tuple[int, int]:
    """Substituted, dropped and added words over the whole (texts in order), and the number of words said."""
    spoken = [word for text in said for word in words(text)]
    recognised = [word for text in heard for word in words(text)]
    return Levenshtein.distance(spoken, recognised), len(spoken)

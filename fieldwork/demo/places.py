"""Where the script's utterances stand in a transcript, which may cut turns otherwise and differ by words."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from fieldwork.demo.accuracy import words
from fieldwork.demo.material import Said

SHARE = 0.2  # a segment belongs to an utterance when it holds at least this share of its recognised words


def utterance_places(script: Sequence[Said], segments: Sequence[str]) -> dict[int, range]:
    """Utterance number -> indices of the segments it became, by the shortest edit from script to transcript."""
    said = [(utterance.number, word) for utterance in script for word in words(utterance.text)]
    heard = [(index, word) for index, text in enumerate(segments) for word in words(text)]
    found: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for step in Levenshtein.opcodes([word for _, word in said], [word for _, word in heard]):
        if step.tag == "equal":
            pairs = zip(said[step.src_start : step.src_end], heard[step.dest_start : step.dest_end], strict=True)
            for (number, _), (index, _) in pairs:
                found[number][index] += 1
    return {number: _span(counts) for number, counts in found.items()}


def _span(counts: Counter[int]) -> range:
    enough = SHARE * counts.total()
    held = [index for index, count in counts.items() if count >= enough]
    return range(min(held), max(held) + 1)

"""The demo's reviewer: decisions on mentions, from the list of what truly identifies people in the demo's texts.

A team decides by reading; the demo's decisions are data (``demo/study/mentions.yaml``). They were taken on the script;
the machine's transcript of a recording may differ by a word, so they are looked for by likeness in the same utterance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from fieldwork.demo.material import document

LIKENESS = 80.0  # percent; a name the machine misheard by a letter is still that name


@dataclass(frozen=True)
class Identifying:
    """A stretch of raw text (code points, end exclusive) that identifies somebody or something."""

    start: int
    end: int
    label: str
    entity: str


def identifying(expert: str, utterances: Sequence[int], text: str) -> list[Identifying]:
    """Where ``text``, a segment that holds these utterances of the script, identifies someone."""
    wanted = [line for line in document("mentions") if line["expert"] == expert and line["i"] in utterances]
    return sorted(_located(wanted, text), key=lambda found: found.start)


def _located(wanted: Sequence[dict[str, str]], text: str) -> Iterator[Identifying]:
    taken: list[tuple[int, int]] = []
    for line in wanted:
        span = _exact(line["text"], text, taken) or _alike(line["text"], text, taken)
        if span is not None:
            taken.append(span)
            yield Identifying(*span, label=line["label"], entity=line["entity"])


def _exact(wanted: str, text: str, taken: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    start = text.find(wanted)
    while start >= 0:
        span = start, start + len(wanted)
        if not _overlaps(span, taken):
            return span
        start = text.find(wanted, start + 1)
    return None


def _alike(wanted: str, text: str, taken: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    found = fuzz.partial_ratio_alignment(wanted.lower(), text.lower(), score_cutoff=LIKENESS)
    if found is None:
        return None
    span = _whole_words(text, found.dest_start, found.dest_end)
    return None if _overlaps(span, taken) else span


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _overlaps(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)

"""Whose words: labels told apart from text that merely contains a colon.

A prefix «Name: » is a speaker if it says a role («Интервьюер», «Q»), recurs, or reads like a full name; where that
leaves nobody to talk to and every block has a prefix, all are speakers. «Note: …» once in a text stays text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fieldwork.transcription.formats.parsed import Block, EmptyFile, NoSpeakers, Utterance
from fieldwork.transcription.turns.joining import TurnCue
from fieldwork.transcription.turns.roles import role_of_label
from fieldwork.transcription.word_times import Word

_PREFIX = re.compile(r"\s*(?P<label>[^\W_][^:\n]{0,59}?)\s*:(?:\s+(?P<text>\S.*)|\s*)\Z", re.DOTALL)
_WORD = re.compile(r"(?:\w{1,4}\.)*[\w'’()\[\]/-]*")  # a full stop only behind short ones: «О.В.», «инт.»
_FULL_NAME = re.compile(r"[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ][\w.'’-]*(?:\s+[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ][\w.'’-]*){1,3}")
_MOST_WORDS = 6
_TALK = 2  # people


@dataclass
class _Turn:
    """A turn that is still growing."""

    label: str | None
    text: str = ""
    cues: list[TurnCue] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    start_ms: int | None = None
    end_ms: int | None = None

    def add(self, block: Block) -> None:
        """Append a block's words, and its times if it has both."""
        if not block.text:
            return
        start = len(self.text) + len(block.gap) if self.text else 0
        self.text = f"{self.text}{block.gap}{block.text}" if self.text else block.text
        if self.start_ms is None:
            self.start_ms = block.start_ms
        self.end_ms = block.end_ms if block.end_ms is not None else self.end_ms
        if block.start_ms is not None and block.end_ms is not None:
            self.cues.append(TurnCue(start, len(self.text), block.start_ms, block.end_ms))
        self.words += [word.moved(start) for word in block.words]

    def done(self) -> Utterance:
        """The turn as it is."""
        return Utterance(self.label, self.start_ms, self.end_ms, self.text, tuple(self.cues), tuple(self.words))


def told_apart(blocks: Sequence[Block], *, required: bool = True) -> list[Block]:
    """The blocks with their speakers, the prefixes that name them removed.

    Args:
        blocks: captions, paragraphs or rows in order.
        required: refuse a text without speakers.

    Raises:
        EmptyFile: no words at all.
        NoSpeakers: nobody is named.
    """
    if not any(block.text.strip() for block in blocks):
        raise EmptyFile
    found = [_split(block) for block in blocks]
    speakers = _speakers(found)
    told = [
        split if split.label in speakers else (replace(block, label=None) if split.label else block)
        for block, split in zip(blocks, found, strict=True)
    ]
    if required and not any(block.label for block in told):
        raise NoSpeakers(count=len(blocks))
    return told


def joined(blocks: Sequence[Block]) -> list[Utterance]:
    """Blocks joined to turns: a block without a speaker goes on with the turn before, if somebody has begun."""
    turns: list[_Turn] = []
    for block in blocks:
        goes_on = bool(turns) and turns[-1].label is not None and block.label in (None, turns[-1].label)
        if block.begins or not goes_on:
            turns.append(_Turn(block.label))
        turns[-1].add(block)
    return [turn.done() for turn in turns if turn.text]


def without_preamble(blocks: Sequence[Block]) -> tuple[list[Block], tuple[str, ...]]:
    """The blocks from the first speaker on; title, date and place before them are left out, which a warning says."""
    first = next((number for number, block in enumerate(blocks) if block.label), 0)
    count = sum(1 for block in blocks[:first] if block.text.strip())
    warning = (
        f"{count} paragraphs before the first speaker were left out (title, date): check that nobody speaks there."
    )
    return list(blocks[first:]), (warning,) if count else ()


def _split(block: Block) -> Block:
    """The block with what may be its speaker."""
    if block.certain:
        return block
    if block.label and block.text.startswith(block.label):
        return replace(block, text=block.text[len(block.label) :].lstrip(" :"))
    match = _PREFIX.match(block.text)
    if match and _like_a_label(match["label"]):
        return replace(block, label=" ".join(match["label"].split()), text=(match["text"] or "").strip())
    return replace(block, label=None)


def _like_a_label(prefix: str) -> bool:
    words = prefix.split()
    begins = prefix[0].isupper() or role_of_label(prefix) is not None
    return begins and len(words) <= _MOST_WORDS and all(map(_WORD.fullmatch, words))


def _speakers(found: Sequence[Block]) -> set[str]:
    counts = Counter(block.label for block in found if block.label)
    certain = {block.label for block in found if block.certain and block.label}
    speakers = {
        label
        for label, count in counts.items()
        if count > 1 or label in certain or role_of_label(label) or _FULL_NAME.fullmatch(label)
    }
    everywhere = all(block.label for block in found)
    return set(counts) if everywhere and len(speakers) < _TALK else speakers

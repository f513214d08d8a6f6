"""When Whisper's words are heard: its own alignment of text and attention (``whisper.timing``), with less work.

Whisper's ``word_timestamps=True`` encodes the sound a second time and moves the sentences' times by what it finds,
which would spoil them where the attention wanders. Here the first pass's encoding serves again; the sentences stay.
"""

import bisect
import itertools
import string
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from whisper.timing import find_alignment, merge_punctuations
from whisper.tokenizer import get_tokenizer

from fieldwork.transcription.word_times import Word, refitted

_FRAMES = 100  # a second
OPENING = "\"'“¿([{-«„"
CLOSING = "\"'.。,，!！?？:：”)]}、»…;"
_AROUND = string.punctuation + string.whitespace + "«»„“”…–—"


class Spoken(NamedTuple):
    """A word as it was aligned, with blanks and punctuation, in ms of the window."""

    text: str
    start_ms: int
    end_ms: int
    probability: float


class _Encoded:
    """Whisper's model for an alignment: it has heard the sound already."""

    def __init__(self, model: Any, features: Any) -> None:
        self._model, self._features = model, features

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, _mel: Any, tokens: Any) -> Any:
        return self._model.decoder(tokens, self._features)


def aligned(
    model: Any, features: Any, language: str, samples: int, segments: Sequence[dict[str, Any]]
) -> list[list[Spoken]]:
    """The words of each of Whisper's segments, in order.

    Args:
        model: which has transcribed them.
        features: what it has encoded of the window.
        language: of the speech.
        samples: how many there are in the window, at 16 kHz.
        segments: as ``transcribe`` gives them, of one window.
    """
    tokenizer = get_tokenizer(
        model.is_multilingual, num_languages=model.num_languages, language=language, task="transcribe"
    )
    tokens = [[token for token in segment["tokens"] if token < tokenizer.eot] for segment in segments]
    # the decoder takes no more; only inventions are that long
    room = model.dims.n_text_ctx - len(tokenizer.sot_sequence) - 2
    flat = [token for own in tokens for token in own]
    if not flat or len(flat) > room:
        return [[] for _ in segments]
    frames = max(2, samples * _FRAMES // 16_000)
    found = find_alignment(_Encoded(model, features), tokenizer, flat, torch.empty(0), frames)
    merge_punctuations(found, OPENING, CLOSING)
    return shared_out(found, [len(own) for own in tokens])


def placed(spoken: Sequence[Spoken], said: str, text: str) -> list[Word]:
    """Where aligned words stand in ``text``: ``said`` (their texts in a row) with credits and blanks taken out.

    Punctuation around a word is no part of it.
    """
    words, at = [], 0
    for one in spoken:
        bare = one.text.strip(_AROUND)
        if bare:
            start = at + one.text.index(bare)
            words.append(Word(start, start + len(bare), one.start_ms, one.end_ms, round(one.probability, 3)))
        at += len(one.text)
    return refitted(words, said, text) if said != text else words


def shared_out(found: Sequence[Any], counts: Sequence[int]) -> list[list[Spoken]]:
    """Words to the segments in which their first tokens lie."""
    ends = list(itertools.accumulate(counts))
    shares: list[list[Spoken]] = [[] for _ in counts]
    at = 0
    for word in found:
        if word.tokens:
            spoken = Spoken(word.word, round(word.start * 1000), round(word.end * 1000), float(word.probability))
            shares[bisect.bisect_right(ends, at)].append(spoken)
            at += len(word.tokens)
    return shares

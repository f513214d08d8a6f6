"""Where a machine's transcript is in doubt: what was heard, set against where there is speech. Places only, no words.

The signs, and why they are looked at, are those of the literature on Whisper: «Careless Whisper» (Koenecke et al.,
FAccT 2024, arXiv 2402.08021) for invented sentences, the thresholds of openai-whisper itself for probabilities and
compression. Nothing is dropped here: «да», «нет», «спасибо» are answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Final, NamedTuple

from fieldwork.transcription.models import DoubtKind
from fieldwork.transcription.sayings import (
    foreign_share,
    is_loop,
    is_of_videos,
    is_outro,
    kazakh_letters,
    letters_of,
    words_of,
)

MISSING_MS: Final = 700
"""Speech (margins included) that no text covers for so long is missed: the shortest sentence has as much."""
_REACH_MS = 250  # how far the times of a word or sentence may be off
_SLOWEST_CPS = 4.0  # letters a second of speech; slow Russian speech has 8, less than half of it is half a text
_FASTEST_CPS = 35.0  # nobody says so many: the words are not those of the speech there
_USUAL_CPS = 12.0  # of Russian at ease, where an interview has too few sentences to tell its own pace
_PACE_FROM = 4
# of the interview's own pace; Whisper stretches a sentence over what it passes over
_THIN, _THIN_OVER_PAUSE = 0.65, 0.75
_THIN_OUTRO = 0.75
_PAUSE_MS, _LONG_PAUSE_MS, _IDLE_MS = 300, 400, 2_000
_THIN_FROM_MS = 1_500
_SPEECH_SHARE = 0.2
_SPEECH_MS = 150
_COMPRESSION = 2.4  # openai-whisper: compression_ratio_threshold
_LOGPROB = -1.0  # openai-whisper: logprob_threshold
_UNSURE_LOGPROB = -0.6  # rules.DOUBTFUL_BELOW: such stretches are tinted, and told once each
_NO_SPEECH = 0.6  # openai-whisper: no_speech_threshold
_SAME_SENTENCES, _SAME_WORDS = 3, 3
_FOREIGN_SHARE = 0.3
_KAZAKH_LETTERS = 3


class Span(NamedTuple):
    """A stretch of a recording, in ms."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.end_ms - self.start_ms


@dataclass(frozen=True, repr=False)
class Said:
    """A recognised sentence with the engine's figures; ``words`` are when its words are heard, where that is known."""

    span: Span
    text: str
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    cut: int = 0
    words: tuple[Span, ...] = ()

    def __repr__(self) -> str:
        """When; never what."""
        return f"Said({self.span.start_ms} {self.span.end_ms})"


@dataclass(frozen=True)
class Finding:
    """A place in doubt: ms of its recording, and the figures that say so."""

    kind: DoubtKind
    span: Span
    reasons: Mapping[str, Any]


MARKS: Final = frozenset({DoubtKind.CREDITS, DoubtKind.INSERTION})
"""Findings that are told and need nobody to look."""

OF_TEXT: Final = frozenset(
    {DoubtKind.LOOP, DoubtKind.LANGUAGE, DoubtKind.INVENTED, DoubtKind.UNLIKELY, DoubtKind.TEXT_WITHOUT_SPEECH}
)
"""Findings that are about the words that stand there, not about those that may be missing."""


class Reread(NamedTuple):
    """A corrected turn: its words now, where they are still the engine's (ms of the recording), and the language."""

    text: str
    untouched: Sequence[Span]
    language: str


def findings(speech: Sequence[Span], said: Sequence[Said], language: str) -> list[Finding]:
    """Every place of one recording that is in doubt, in order of time.

    Args:
        speech: where the detector found speech.
        said: what was recognised, in order.
        language: what is spoken: ru, kk, en; of others the letters are not judged.
    """
    heard = [one for one in said if one.text.strip()]
    pace = _pace(speech, heard)
    found = [*_unwritten(speech, heard), *_thin(speech, heard, pace), *_loops(heard)]
    for one in heard:
        found += _of_sentence(one, speech, language, pace)
    found += [
        Finding(DoubtKind.CREDITS, one.span, {"cut": one.cut, "no_speech_prob": round(one.no_speech_prob, 2)})
        for one in said
        if one.cut
    ]
    return _merged(found)


def unfinished(speech: Sequence[Span], length_ms: int) -> list[Finding]:
    """Whether a recording (of ``length_ms``) begins or ends amid speech: what was said there is cut off."""
    found = []
    if speech and speech[0].start_ms == 0:
        found.append(Finding(DoubtKind.CUT_OFF, Span(0, min(1000, length_ms)), {"at": "start"}))
    if speech and speech[-1].end_ms >= length_ms:
        found.append(Finding(DoubtKind.CUT_OFF, Span(max(0, length_ms - 1000), length_ms), {"at": "end"}))
    return found


def uncovered(span: Span, covering: Sequence[Span]) -> list[Span]:
    """What of a stretch none of the others covers, in order."""
    left, at = [], span.start_ms
    for one in sorted(covering):
        if one.end_ms <= at or one.start_ms >= span.end_ms:
            continue
        if one.start_ms > at:
            left.append(Span(at, one.start_ms))
        at = max(at, one.end_ms)
    return [*left, Span(at, span.end_ms)] if at < span.end_ms else left


def is_settled(kind: str, span: Span, turn: Reread) -> bool:
    """Whether the sign of a place is gone now that its turn was corrected.

    A loop or another language must be gone from the turn. What was unsure or invented must have been written anew.
    """
    if kind == DoubtKind.LOOP:
        return not is_loop(turn.text)
    if kind == DoubtKind.LANGUAGE:
        return foreign_share(turn.text, turn.language) <= _FOREIGN_SHARE
    return kind in OF_TEXT and not _overlap(span, turn.untouched)


def is_doubt(kind: str) -> bool:
    """Whether somebody has to look at findings of this kind before the transcript is complete."""
    return kind not in MARKS


def _unwritten(speech: Sequence[Span], said: Sequence[Said]) -> Iterator[Finding]:
    """Speech over which no text lies."""
    written = [
        Span(span.start_ms - _REACH_MS, span.end_ms + _REACH_MS) for one in said for span in (one.words or (one.span,))
    ]
    for region in speech:
        for gap in uncovered(region, written):
            # a word's reach hides half a second of every real gap; a region without any text has no such reach
            if gap == region or gap.length_ms >= MISSING_MS - _REACH_MS:
                yield Finding(DoubtKind.SPEECH_WITHOUT_TEXT, gap, {"speech_ms": gap.length_ms})


def _thin(speech: Sequence[Span], said: Sequence[Said], pace: float) -> Iterator[Finding]:
    """Sentences with far too little text for the speech in them: a part of it was passed over."""
    for one in said:
        spoken = _overlap(one.span, speech)
        letters = letters_of(one.text)
        share = _THIN_OVER_PAUSE if _pauses(one.span, speech) else _THIN
        stretched = [pause for pause in _idle(one.span, speech) if not _is_between_words(pause, one)]
        if stretched and spoken >= _THIN_FROM_MS:
            longest = max(pause.length_ms for pause in stretched)
            yield Finding(DoubtKind.SPEECH_WITHOUT_TEXT, one.span, {"speech_ms": spoken, "pause_ms": longest})
        elif spoken >= _THIN_FROM_MS and letters * 1000 < max(_SLOWEST_CPS, share * pace) * spoken:
            yield Finding(DoubtKind.SPEECH_WITHOUT_TEXT, one.span, {"speech_ms": spoken, "letters": letters})


def _pace(speech: Sequence[Span], said: Sequence[Said]) -> float:
    """How many letters are written for a second of speech, in the middle of all sentences of some length."""
    spoken = [(letters_of(one.text), _overlap(one.span, speech)) for one in said]
    paces = [letters * 1000 / length for letters, length in spoken if length >= _THIN_FROM_MS]
    return median(paces) if len(paces) >= _PACE_FROM else _USUAL_CPS


def _pauses(span: Span, speech: Sequence[Span]) -> list[Span]:
    """Where speech stops and begins again within a stretch."""
    within = [one for one in speech if one.end_ms > span.start_ms and one.start_ms < span.end_ms]
    gaps = [Span(one.end_ms, other.start_ms) for one, other in pairwise(within)]
    return [gap for gap in gaps if gap.length_ms >= _PAUSE_MS]


def _idle(span: Span, speech: Sequence[Span]) -> list[Span]:
    """Where a sentence is said to last and nobody speaks for long; before its first and after its last word longer."""
    inner = _pauses(span, speech)
    outer = [gap for gap in uncovered(span, speech) if span.start_ms == gap.start_ms or span.end_ms == gap.end_ms]
    return [
        *(gap for gap in inner if gap.length_ms >= _LONG_PAUSE_MS),
        *(gap for gap in outer if gap.length_ms >= _IDLE_MS),
    ]


def _is_between_words(pause: Span, one: Said) -> bool:
    """Whether the sentence's own words leave the pause free, as they do when they are heard on both sides of it."""
    return bool(one.words) and _overlap(pause, one.words) < _PAUSE_MS


def _of_sentence(one: Said, speech: Sequence[Span], language: str, pace: float) -> Iterator[Finding]:
    """What a single sentence gives rise to."""
    spoken = _overlap(one.span, speech)
    silent = spoken < max(1, min(_SPEECH_MS, one.span.length_ms)) or spoken < _SPEECH_SHARE * one.span.length_ms
    figures = {"logprob": round(one.avg_logprob, 2), "no_speech_prob": round(one.no_speech_prob, 2)}
    unlikely = one.avg_logprob < _LOGPROB or (one.no_speech_prob > _NO_SPEECH and one.avg_logprob < _UNSURE_LOGPROB)
    brief = spoken >= _THIN_FROM_MS and letters_of(one.text) * 1000 < _THIN_OUTRO * pace * spoken
    likely = not silent and not brief and one.no_speech_prob <= _NO_SPEECH and one.avg_logprob >= _UNSURE_LOGPROB
    if is_of_videos(one.text) or (is_outro(one.text) and not likely):
        yield Finding(DoubtKind.INVENTED, one.span, figures | {"speech_ms": spoken})
    elif silent or letters_of(one.text) * 1000 > _FASTEST_CPS * spoken:
        yield Finding(DoubtKind.TEXT_WITHOUT_SPEECH, one.span, figures | {"speech_ms": spoken})
    elif unlikely or one.avg_logprob < _UNSURE_LOGPROB:
        yield Finding(DoubtKind.UNLIKELY, one.span, figures)
    share = foreign_share(one.text, language)
    if share > _FOREIGN_SHARE:
        yield Finding(DoubtKind.LANGUAGE, one.span, {"share": round(share, 2)})
    elif language == "ru" and (kazakh := kazakh_letters(one.text)) >= _KAZAKH_LETTERS:
        yield Finding(DoubtKind.INSERTION, one.span, {"letters": kazakh})


def _loops(said: Sequence[Said]) -> Iterator[Finding]:
    """Phrases that go round within a sentence, and sentences that come again and again."""
    for one in said:
        repeats = is_loop(one.text)
        if repeats or one.compression_ratio > _COMPRESSION:
            yield Finding(
                DoubtKind.LOOP, one.span, {"repeats": repeats, "compression": round(one.compression_ratio, 1)}
            )
    start = 0
    for at in range(1, len(said) + 1):
        if at < len(said) and words_of(said[at].text) == words_of(said[start].text):
            continue
        if at - start >= _SAME_SENTENCES and len(words_of(said[start].text)) >= _SAME_WORDS:
            span = Span(said[start].span.start_ms, said[at - 1].span.end_ms)
            yield Finding(DoubtKind.LOOP, span, {"repeats": at - start})
        start = at


def _overlap(span: Span, others: Sequence[Span]) -> int:
    """How much of a stretch (ms) lies within others, which do not overlap."""
    return sum(max(0, min(span.end_ms, one.end_ms) - max(span.start_ms, one.start_ms)) for one in others)


def _merged(found: Sequence[Finding]) -> list[Finding]:
    """Findings of one kind that overlap or touch, as one (with the figures of the longest), in order of time."""
    kept: list[Finding] = []
    for one in sorted(found, key=lambda finding: (finding.kind, finding.span)):
        last = kept[-1] if kept else None
        if last is None or last.kind != one.kind or one.span.start_ms > last.span.end_ms:
            kept.append(one)
            continue
        longest = max(last, one, key=lambda finding: finding.span.length_ms)
        end = max(last.span.end_ms, one.span.end_ms)
        kept[-1] = Finding(one.kind, Span(last.span.start_ms, end), longest.reasons)
    return sorted(kept, key=lambda finding: (finding.span, finding.kind))

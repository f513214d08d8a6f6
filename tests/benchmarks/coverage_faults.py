"""Engines that err on purpose, at known places: what the demo's model has recognised, with one fault put in.

Each fault takes a sound, what the detector makes of it, what was recognised, and a number to choose the place by. It
returns the pieces with the fault and where it is (ms); None where there is no place for it in this sound.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from coverage_sound import Said, Sound

from fieldwork.transcription.doubt import Span
from fieldwork.transcription.engines import Recognised
from fieldwork.transcription.windows import Listened
from fieldwork.transcription.word_times import Word

Done = tuple[list[Recognised], list[Span]]
Fault = Callable[[Sound, Listened, Sequence[Recognised], int], Done | None]

_OUTROS = ("Продолжение следует...", "Спасибо за просмотр!", "Субтитры сделал DimaTorzok", "Подписывайтесь на канал!")
_SAID = "Мы об этом тогда ещё ничего не знали."
_ENGLISH = "We did not know anything about it at that time."
_SENTENCE_MS = 1_000
_ROOM_MS = 2_500  # a pause in which a sentence can be invented


def later(piece: Recognised, by_ms: int) -> Recognised:
    """The same piece, so many ms later."""
    words = tuple(word.later(by_ms) for word in piece.words)
    return replace(piece, start_ms=piece.start_ms + by_ms, end_ms=piece.end_ms + by_ms, words=words)


def _own(one: Said, pieces: Sequence[Recognised]) -> list[Recognised]:
    """The pieces whose middle lies in an utterance."""
    return [piece for piece in pieces if one.start_ms <= (piece.start_ms + piece.end_ms) // 2 <= one.end_ms]


def _chosen(sound: Sound, pieces: Sequence[Recognised], number: int) -> tuple[Said, list[Recognised]] | None:
    """An utterance that has pieces of its own, and those."""
    found = [(one, own) for one in sound.said if one.whole and (own := _own(one, pieces))]
    return found[number % len(found)] if found else None


def _span(one: Said) -> Span:
    return Span(one.start_ms, one.end_ms)


def _drops(sound: Sound, _heard: Listened, pieces: Sequence[Recognised], number: int) -> Done | None:
    if (chosen := _chosen(sound, pieces, number)) is None:
        return None
    return [piece for piece in pieces if piece not in chosen[1]], [_span(chosen[0])]


def _swallows(sound: Sound, _heard: Listened, pieces: Sequence[Recognised], number: int) -> Done | None:
    """The sentence before says that it lasts to the end of the one that is left out."""
    if (chosen := _chosen(sound, pieces, number)) is None:
        return None
    one, own = chosen
    before = [piece for piece in pieces if piece.end_ms <= own[0].start_ms + 500 and piece not in own]
    if not before or own[0].start_ms - before[-1].end_ms > 3_000:
        return None
    stretched = replace(before[-1], end_ms=own[-1].end_ms, words=())
    return [stretched if piece is before[-1] else piece for piece in pieces if piece not in own], [_span(one)]


def _spreads(sound: Sound, heard: Listened, pieces: Sequence[Recognised], number: int) -> Done | None:
    """The same, and the words of the sentence before are said to lie evenly over both."""
    if (done := _swallows(sound, heard, pieces, number)) is None:
        return None
    told = [piece if piece in pieces else replace(piece, words=_evenly(piece)) for piece in done[0]]
    return told, done[1]


def _evenly(piece: Recognised) -> tuple[Word, ...]:
    letters, length = max(1, len(piece.text)), piece.end_ms - piece.start_ms
    words, at = [], 0
    for word in piece.text.split():
        start = piece.text.index(word, at)
        at = start + len(word)
        from_ms, to_ms = (piece.start_ms + length * place // letters for place in (start, at))
        words.append(Word(start, at, from_ms, to_ms, 0.9))
    return tuple(words)


def _empties(_sound: Sound, heard: Listened, pieces: Sequence[Recognised], number: int) -> Done | None:
    if not heard.windows:
        return None
    window = heard.windows[number % len(heard.windows)]
    left = [piece for piece in pieces if not window.start_ms <= piece.start_ms < window.end_ms]
    return (left, [Span(window.start_ms, window.end_ms)]) if len(left) < len(pieces) else None


def _halves(sound: Sound, _heard: Listened, pieces: Sequence[Recognised], number: int) -> Done | None:
    """Of three quarters of a sentence nothing is written; its times stay."""
    if (chosen := _chosen(sound, pieces, number)) is None or len(chosen[1]) > 1:
        return None
    one, (own,) = chosen
    if one.end_ms - one.start_ms < _SENTENCE_MS:
        return None  # a part of «да» is a word in error, not a part left out
    short = replace(own, text=own.text[: len(own.text) // 4], words=())
    return [short if piece is own else piece for piece in pieces], [_span(one)]


def _puts(text: str, logprob: float = -0.2, *, cut: bool = False) -> Fault:
    """Something else is written where an utterance was."""

    def put(sound: Sound, _heard: Listened, pieces: Sequence[Recognised], number: int) -> Done | None:
        if (chosen := _chosen(sound, pieces, number)) is None:
            return None
        one, own = chosen
        other = Recognised(
            own[0].start_ms, own[-1].end_ms, "" if cut else text, logprob, 0.1, 1.2, cut=(text,) if cut else ()
        )
        return [other if piece is own[0] else piece for piece in pieces if piece not in own[1:]], [_span(one)]

    return put


def _loops(sound: Sound, heard: Listened, pieces: Sequence[Recognised], number: int) -> Done | None:
    if (chosen := _chosen(sound, pieces, number)) is None:
        return None
    first = " ".join(chosen[1][0].text.split()[:2])
    return _puts(" ".join([first] * 6))(sound, heard, pieces, number)


def _invents(text: str, no_speech: float) -> Fault:
    """A sentence where nobody speaks."""

    def invent(sound: Sound, heard: Listened, pieces: Sequence[Recognised], _number: int) -> Done | None:
        speech = [region for window in heard.windows for region in window.speech]
        pauses = [Span(one.end_ms, other.start_ms) for one, other in pairwise(speech)]
        longest = max(pauses, key=lambda pause: pause.length_ms, default=Span(0, 0))
        if longest.length_ms < _ROOM_MS or any(
            _span(one).end_ms > longest.start_ms and one.start_ms < longest.end_ms for one in sound.said
        ):
            return None
        span = Span(longest.start_ms + 300, min(longest.end_ms - 300, longest.start_ms + 3_300))
        piece = Recognised(*span, text, -0.3, no_speech, 1.1)
        return sorted([*pieces, piece], key=lambda one: one.start_ms), [span]

    return invent


FAULTS: dict[str, Fault] = {
    "leaves an utterance out": _drops,
    "lets its neighbour last over it": _swallows,
    "spreads its neighbour's words over it": _spreads,
    "leaves a whole window empty": _empties,
    "writes a quarter of an utterance": _halves,
    "runs in a loop instead": _loops,
    "writes credits instead": _puts("Редактор субтитров А.Семкин Корректор А.Егорова", cut=True),
    **{f"writes «{text}» instead": _puts(text) for text in _OUTROS[:2]},
    "slides into English": _puts(_ENGLISH),
    "is not sure of what it writes": _puts(_SAID, -1.2),
    **{f"invents «{text}» in a pause": _invents(text, 0.5) for text in _OUTROS},
    "invents a plain sentence in a pause": _invents(_SAID, 0.1),
}

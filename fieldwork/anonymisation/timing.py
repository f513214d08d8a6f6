"""When the words of an approved text are heard: what was known of the raw text, led along; of replaced words nothing.

Pure: tables of positions in, places out. Code points, end exclusive; ms of the recording.
"""

from collections.abc import Iterable, Sequence

from fieldwork.anonymisation.placeholders import Rewritten
from fieldwork.transcription.turns.joining import TurnCue
from fieldwork.transcription.word_times import Word


def led_words(words: Iterable[Word], tables: Sequence[Rewritten]) -> tuple[Word, ...]:
    """The words that nothing of was replaced, where they stand in the last text.

    Args:
        words: of the first text.
        tables: from each text to the next; the last one's text is what the words stand in afterwards.
    """
    found = list(words)
    for table in tables:
        found = [_moved(one, table) for one in found if not _replaced(one, table)]
    text = tables[-1].text
    return tuple(one for one in found if _alone(one, text))


def led_cues(cues: Sequence[TurnCue], tables: Sequence[Rewritten]) -> tuple[TurnCue, ...]:
    """Timed stretches led into the last text: together they hold all its words, each word once.

    A replaced stretch belongs to the one it begins in; a stretch of which no word is left gives its time to the one
    before.
    """
    text, starts = tables[-1].text, []
    for cue in cues:
        start = cue.start
        for table in tables:
            start = table.forward(start, start)[1]  # inside of what was replaced: behind it
        starts.append(start)
    led: list[TurnCue] = []
    edges = [0, *starts[1:], len(text)]
    for number, cue in enumerate(cues):
        first, last = max(edges[number], led[-1].end if led else 0), max(edges[number + 1], 0)
        told = text[first:last]
        start = first + len(told) - len(told.lstrip())
        if told.strip():
            led.append(TurnCue(start, start + len(told.strip()), cue.start_ms, cue.end_ms))
        elif led:
            before = led[-1]
            led[-1] = TurnCue(before.start, before.end, before.start_ms, max(before.end_ms, cue.end_ms))
    return tuple(led)


def _replaced(word: Word, table: Rewritten) -> bool:
    return any(piece.start < word.end and word.start < piece.end for piece in table.pieces)


def _moved(word: Word, table: Rewritten) -> Word:
    start, end = table.forward(word.start, word.end)
    return word._replace(start=start, end=end)


def _alone(word: Word, text: str) -> bool:
    """Whether it is a word there and has not grown by letters before or behind it."""
    around = text[max(0, word.start - 1) : word.start] + text[word.end : word.end + 1]
    return bool(text[word.start : word.end].strip()) and not any(sign.isalnum() for sign in around)

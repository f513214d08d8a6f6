"""The compact vocabulary of training, and its place in Whisper's 51,865 tokens.

Training on the few hundred tokens that the sentences use, instead of all, is what makes it short. All unused tokens
share one row of the table; on export that row is copied to each of them.
"""

import string
import warnings
from collections.abc import Iterable

from whisper.tokenizer import Tokenizer, get_tokenizer

WHISPER_TOKENS = 51_865
WINDOW_S = 30
# Timestamps are trained on a grid of 0.1 s: every fifth of Whisper's 0.02 s steps.
TIMESTAMP_STEP = 5
TIMESTAMPS_PER_S = 10
LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя "


class Vocabulary:
    """Maps texts, marks and times to compact token numbers."""

    def __init__(self, texts: Iterable[str]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # openai-whisper leaves its table of tokens open
            tokenizer: Tokenizer = get_tokenizer(multilingual=True, language="ru", task="transcribe")
        encoded = {text: tokenizer.encode(" " + text) for text in texts}
        marks = [tokenizer.eot, *tokenizer.sot_sequence, tokenizer.sot_prev, tokenizer.no_speech]
        marks.append(tokenizer.no_timestamps)
        text_tokens = sorted({token for tokens in encoded.values() for token in tokens})
        count = WINDOW_S * TIMESTAMPS_PER_S + 1
        times = [tokenizer.timestamp_begin + TIMESTAMP_STEP * step for step in range(count)]
        self.learned = text_tokens + marks
        self.used = self.learned + times
        compact = {token: number for number, token in enumerate(self.used)}
        self.unused = len(self.used)
        self.words = {text: [compact[token] for token in tokens] for text, tokens in encoded.items()}
        self.end, self.start, self.language, self.task = (compact[token] for token in marks[:4])
        self.previous, self.no_speech, self.no_timestamps = (compact[token] for token in marks[4:])
        self._first_time = compact[times[0]]
        self._last_time = compact[times[-1]]

    def time(self, seconds: float) -> int:
        """Return the token of a moment within the 30 s window."""
        token = self._first_time + round(seconds * TIMESTAMPS_PER_S)
        return min(self._last_time, max(self._first_time, token))


def letters(text: str) -> list[int]:
    """Number the letters of a text for the letter head of the encoder (0 is the blank)."""
    kept = text.lower().translate(str.maketrans("-", " ", string.punctuation.replace("-", "") + "«»"))
    return [LETTERS.index(letter) + 1 for letter in kept if letter in LETTERS]

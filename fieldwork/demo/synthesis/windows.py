"""Training windows: renderings laid out in time, spoilt as recordings are, with the tokens Whisper should write.

They imitate what openai-whisper's ``transcribe`` feeds the model: a window of 30 s whose mel is zero after the end of
the sound, sentences between timestamps, a first timestamp of at most 1 s, a last sentence cut by the window's edge,
silence. Short windows lie at a random place of the 30 s, so that no time is spent on padding while words are learned.
"""

import random
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from whisper.audio import HOP_LENGTH, log_mel_spectrogram

from fieldwork.demo.synthesis.corpus import Corpus, Rendering
from fieldwork.demo.synthesis.noise import background
from fieldwork.demo.synthesis.sound_files import WHISPER_RATE
from fieldwork.demo.synthesis.speech import Samples
from fieldwork.demo.synthesis.vocabulary import WINDOW_S, Vocabulary, letters

FRAMES_PER_S = 50
FIRST_TIMESTAMP_MAX_S = 1.0
IGNORED = -100
PROMPT_TOKENS = 223
# How far (mel bands, standard deviation) formants move at four points from 1 kHz up to 8 kHz.
MOUTH_SPREAD = (2.0, 3.5, 3.5, 3.0)


@dataclass
class Layout:
    """What sounds when within a window (seconds); ``cut_at`` is the start of a sentence the window's edge cuts."""

    sound: Samples
    said: list[tuple[float, float, str]] = field(default_factory=list)
    cut_at: float | None = None
    content_s: float = 0.0


@dataclass(frozen=True)
class Window:
    """One training example."""

    mel: Tensor
    offset: int
    tokens: list[int]
    targets: list[int]
    letters: list[int]


class WindowMaker:
    """Draws training windows."""

    def __init__(self, corpus: Corpus, vocabulary: Vocabulary, seed: int) -> None:
        self.corpus = corpus
        self.vocabulary = vocabulary
        self.dice = random.Random(seed)  # noqa: S311 (seeded on purpose)
        self.noise = np.random.default_rng(seed)
        self.by_variant: dict[str, tuple[list[Rendering], list[Rendering]]] = {}
        for row in corpus.whole:
            self.by_variant.setdefault(row.variant, ([], []))[0].append(row)
        for row in corpus.pieces:
            self.by_variant.setdefault(row.variant, ([], []))[1].append(row)
        self.variants = sorted(self.by_variant)

    def draw(self, seconds: float) -> Window:
        """Draw a window of ``seconds``; 30 is a full window as at inference."""
        full = seconds >= WINDOW_S
        silent = self._chance(0.08 if full else 0.02)
        offset = 0 if full else self.dice.randint(0, (WINDOW_S - int(seconds)) * FRAMES_PER_S)
        layout = Layout(np.zeros(int(seconds * WHISPER_RATE), np.float32))
        if not silent:
            self._speak(layout, full=full)
        self._end(layout, full=full)
        mel = self._mel(layout, full=full)
        tokens, targets = self._tokens(layout, offset / FRAMES_PER_S, full=full)
        heard = [] if layout.cut_at is not None else letters(" ".join(text for _, _, text in layout.said))
        return Window(mel, offset, tokens, targets, heard)

    def _speak(self, layout: Layout, *, full: bool) -> None:
        dice, total = self.dice, len(layout.sound) / WHISPER_RATE
        voices = [(dice.choice(self.variants), dice.uniform(0.35, 1)) for _ in range(dice.choice((1, 2, 2, 2, 8)))]
        limit = dice.choice((1, 2, 3, 4, 99, 99)) if full else dice.choice((1, 99))
        position = dice.uniform(0, 0.6) if self._chance(0.8) else dice.uniform(0.6, 3 if full else 0.8)
        while len(layout.said) < limit:
            variant, gain = dice.choice(voices)
            whole, pieces = self.by_variant[variant]
            row = dice.choice(pieces if pieces and self._chance(0.3) else whole or pieces)
            length = row.length
            if length / WHISPER_RATE > total - 0.1:
                continue
            if position + length / WHISPER_RATE > total - 0.05:
                if layout.said:
                    self._cut(layout, round(position * WHISPER_RATE), row, gain, full=full)
                    break
                position = 0.0
            start = round(position * WHISPER_RATE)
            layout.sound[start : start + length] = self.corpus.sound(row) * gain * dice.uniform(0.8, 1)
            layout.said.append((position, position + length / WHISPER_RATE, row.text))
            position += length / WHISPER_RATE + self._pause(full=full)

    def _chance(self, share: float) -> bool:
        return self.dice.random() < share

    def _pause(self, *, full: bool) -> float:
        if self._chance(0.85):
            return self.dice.uniform(0.15, 1.6)
        return self.dice.uniform(1.6, 8 if full else 2)

    def _cut(self, layout: Layout, start: int, row: Rendering, gain: float, *, full: bool) -> None:
        room = len(layout.sound) - start
        if full and 0.4 * WHISPER_RATE < room < row.length and self._chance(0.4):
            layout.sound[start:] = self.corpus.sound(row)[:room] * gain
            layout.cut_at = start / WHISPER_RATE

    def _end(self, layout: Layout, *, full: bool) -> None:
        dice, total = self.dice, len(layout.sound) / WHISPER_RATE
        layout.content_s = total
        if full and layout.cut_at is None:
            last = layout.said[-1][1] if layout.said else dice.uniform(0.2, total)
            if self._chance(0.8):
                layout.content_s = min(total, last + dice.uniform(0.03, 1.5))

    def _mel(self, layout: Layout, *, full: bool) -> Tensor:
        dice = self.dice
        sound = layout.sound + background(self.noise, len(layout.sound), loud=not layout.said)
        sound *= 10 ** dice.uniform(-0.8, 0)
        end = int(layout.content_s * WHISPER_RATE)
        padded_sound = full and self._chance(0.25)
        if padded_sound:
            sound[end:] = 0
        mel = log_mel_spectrogram(torch.from_numpy(sound if padded_sound else sound[: max(end, HOP_LENGTH * 4)]))
        mel = self._other_mouth(mel) if self._chance(0.6) else mel
        self._spoil(mel)
        missing = len(sound) // HOP_LENGTH - mel.shape[1]
        return torch.nn.functional.pad(mel, (0, missing)) if missing > 0 else mel

    def _other_mouth(self, mel: Tensor) -> Tensor:
        """Move the formants apart or together, each region of the spectrum on its own, as another mouth would."""
        bands = mel.shape[0]
        shifts = [0.0, *(self.dice.gauss(0, spread) for spread in MOUTH_SPREAD)]
        knots = np.linspace(0, bands - 1, len(shifts))
        places = np.clip(np.arange(bands) + np.interp(np.arange(bands), knots, shifts), 0, bands - 1.001)
        lower = torch.from_numpy(places.astype(np.int64))
        share = torch.from_numpy((places % 1).astype(np.float32))[:, None]
        return mel[lower] * (1 - share) + mel[lower + 1] * share

    def _spoil(self, mel: Tensor) -> None:
        """Bend the spectrum as microphones and rooms do, and hide a few bands and moments."""
        dice = self.dice
        bands = torch.linspace(0, torch.pi, mel.shape[0])
        for wave in range(1, 5):
            mel += (dice.gauss(0, 0.06) / wave * torch.cos(wave * bands + dice.uniform(0, 6)))[:, None]
        mean = float(mel.mean())
        for _ in range(2):
            width = dice.randint(0, 8)
            low = dice.randint(0, mel.shape[0] - width)
            mel[low : low + width] = mean
            length = min(dice.randint(0, 12), mel.shape[1] // 4)
            first = dice.randint(0, mel.shape[1] - length)
            mel[:, first : first + length] = mean

    def _tokens(self, layout: Layout, shift: float, *, full: bool) -> tuple[list[int], list[int]]:
        words = self.vocabulary
        tokens = [words.start, words.language, words.task]
        targets = [words.language if layout.said or layout.cut_at is not None else words.no_speech, IGNORED, IGNORED]
        body: list[int] = []
        if self._chance(0.1) and layout.cut_at is None:
            tokens.append(words.no_timestamps)
            targets.append(IGNORED)
            for _, _, text in layout.said:
                body += words.words[text]
        else:
            for number, (start, end, text) in enumerate(layout.said):
                first = min(start, FIRST_TIMESTAMP_MAX_S) if full and number == 0 else start
                body += [words.time(shift + first), *words.words[text], words.time(shift + end)]
            if layout.cut_at is not None:
                body.append(words.time(layout.cut_at))
            body = body or [words.time(0)]
        body.append(words.end)
        prompt = self._prompt() if full and self._chance(0.15) else []
        return prompt + tokens + body[:-1], [IGNORED] * len(prompt) + targets[:-1] + body

    def _prompt(self) -> list[int]:
        words, moment = self.vocabulary, 0.0
        tokens: list[int] = []
        for _ in range(self.dice.randint(1, 10)):
            text = self.dice.choice(self.corpus.whole).text
            later = moment + self.dice.uniform(1.5, 5)
            tokens += [words.time(moment), *words.words[text], words.time(later)]
            moment = later % 29
        return [words.previous, *tokens[-PROMPT_TOKENS:]]

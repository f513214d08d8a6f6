"""openai-whisper: one of its own models by name, or a checkpoint file in its format."""

import hashlib
import pickle
import urllib.error
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray

from fieldwork.transcription.engines.alignment import Spoken, aligned, placed
from fieldwork.transcription.engines.batches import Begun, read_first, windows_together
from fieldwork.transcription.engines.credits import cut_credits
from fieldwork.transcription.engines.protocol import (
    LanguageUnknown,
    ModelMissing,
    ModelNotDownloaded,
    Recognised,
    WrongModelFile,
)
from fieldwork.transcription.windows import one_thread
from fieldwork.transcription.word_times import believed

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # numba and tiktoken deprecate among themselves
    import whisper
    from whisper.tokenizer import LANGUAGES, get_encoding, get_tokenizer

RATE = 16_000
TEMPERATURES = (0.0, 0.4)  # one more try for loops and low probability; Whisper's own six cost up to six decodings
SMALLEST_LAYERS = 4  # of OpenAI's models; a smaller one was trained on short windows
SHORT_MS, LONG_MS = 6_000, 22_000  # each window costs an encoding of 30 s, so a real model wants them full
SEED = 0


class WhisperEngine:
    """A Whisper model, loaded once."""

    name = "whisper"

    def __init__(self, model: str) -> None:
        """Load ``model``: a path, or a name that openai-whisper knows and downloads at first use.

        Raises:
            ModelMissing: neither.
            ModelNotDownloaded: a name, not on this machine, no network.
            WrongModelFile: not a checkpoint, or damaged.
        """
        path = Path(model)
        if not path.is_file() and model not in whisper.available_models():
            raise ModelMissing(name=model, known=", ".join(whisper.available_models()))
        self._model = load_checkpoint(model)
        self._languages = set(LANGUAGES) if self._model.is_multilingual else {"en"}
        self._small = self._model.dims.n_audio_layer < SMALLEST_LAYERS
        self.enough_ms = SHORT_MS if self._small else LONG_MS
        self._half = self._model.device.type == "cuda"
        self.together = windows_together(self._model.dims)
        self._digest = checkpoint_digest(path) if path.is_file() else None
        which = f"{path.stem} (sha256 {self._digest[:12]})" if self._digest else model
        self.description = f"openai-whisper {whisper.__version__}, model {which}"

    def transcribe(self, audio: NDArray[np.float32], language: str, prompt: str | None = None) -> list[Recognised]:
        """Recognise mono sound at 16 kHz; see ``Engine``. The same sound gives the same text.

        The text before is never used as a prompt: loops and inventions would spread from window to window, and the
        word error rate of the demonstration model doubles with it.

        Raises:
            LanguageUnknown: the model does not know the language.
        """
        return self.transcribe_all([audio], language, prompt)[0]

    def transcribe_all(
        self, sounds: Sequence[NDArray[np.float32]], language: str, prompt: str | None = None
    ) -> list[list[Recognised]]:
        """Recognise up to ``together`` windows side by side; each as ``transcribe`` would alone.

        Raises:
            LanguageUnknown: the model does not know the language.
        """
        if language not in self._languages:
            raise LanguageUnknown(language=language)
        prompt = None if self._small else prompt
        options = whisper.DecodingOptions(
            language=language, fp16=self._half, temperature=TEMPERATURES[0], prompt=self._prompt(prompt, language)
        )
        threads = one_thread() if self._small else nullcontext()
        with threads, torch.random.fork_rng(devices=[]), torch.inference_mode():
            begun = read_first(self._model, sounds, options)
            return [
                self._heard(model, features, sound, language, prompt)
                for (model, features), sound in zip(begun, sounds, strict=True)
            ]

    def _heard(
        self, model: Begun, features: Any, sound: NDArray[np.float32], language: str, prompt: str | None
    ) -> list[Recognised]:
        """A window that was read once already: read again where that went wrong, and its words placed."""
        torch.manual_seed(SEED)
        segments = whisper.transcribe(
            model,
            sound,
            language=language,
            initial_prompt=prompt,
            temperature=TEMPERATURES,
            condition_on_previous_text=False,
            fp16=self._half,
            verbose=None,
        )["segments"]
        words = aligned(self._model, features, language, len(sound), segments) if segments else []
        length_ms = len(sound) * 1000 // RATE
        both = zip(segments, words, strict=True)
        return [piece for segment, own in both if (piece := _recognised(segment, own, length_ms))]

    def _prompt(self, prompt: str | None, language: str) -> list[int]:
        """The tokens of a prompt, as ``transcribe`` writes it."""
        if prompt is None:
            return []
        model = self._model
        tokens = get_tokenizer(model.is_multilingual, num_languages=model.num_languages, language=language)
        return list(tokens.encode(" " + prompt.strip()))

    def about(self) -> dict[str, Any]:
        """What the model is; see ``Engine``."""
        return {"dims": vars(self._model.dims), "languages": len(self._languages), "sha256": self._digest}


def _recognised(segment: dict[str, Any], words: Sequence[Spoken], length_ms: int) -> Recognised | None:
    """A segment of Whisper's, its times held within the sound; None if it says nothing or begins after the end."""
    text, cut = cut_credits(segment["text"].strip())
    start, end = round(segment["start"] * 1000), min(length_ms, round(segment["end"] * 1000))
    if start >= end or not (text or cut):
        return None
    return Recognised(
        *(start, end, text, float(segment["avg_logprob"]), float(segment["no_speech_prob"])),
        compression_ratio=float(segment["compression_ratio"]),
        cut=cut,
        words=believed(placed(words, "".join(word.text for word in words), text), start, end),
    )


def load_checkpoint(model: str) -> Any:
    """openai-whisper's model of a path, or of one of its names.

    Raises:
        ModelNotDownloaded: a name, not on this machine, no network.
        WrongModelFile: not a checkpoint, or damaged.
    """
    try:
        with warnings.catch_warnings():
            # A half-downloaded file is fetched again, with a warning; the table of tokens is left open, with another.
            warnings.simplefilter("ignore")
            loaded = whisper.load_model(model).eval()
            table = "multilingual" if loaded.is_multilingual else "gpt2"
            get_encoding(name=table, num_languages=loaded.num_languages)  # cached, by these very keywords
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        raise ModelNotDownloaded(name=model) from None
    except (RuntimeError, pickle.UnpicklingError, EOFError, BadZipFile, KeyError, TypeError, ValueError):
        if model in whisper.available_models() and not Path(model).is_file():
            raise ModelNotDownloaded(name=model) from None
        raise WrongModelFile from None
    return loaded


def official_heads(model: Any, digest: str) -> list[tuple[int, int]]:
    """The attention heads (layer, head) that tell when words are heard.

    OpenAI publishes them for each of its models, which are known by the sha256 in their addresses; for any other,
    Whisper takes the heads of the upper half.
    """
    for name, address in whisper._MODELS.items():  # noqa: SLF001 - published nowhere else
        if address.split("/")[-2] == digest:
            model.set_alignment_heads(whisper._ALIGNMENT_HEADS[name])  # noqa: SLF001
    return [(int(layer), int(head)) for layer, head in model.alignment_heads.indices().T.tolist()]


def checkpoint_digest(path: Path) -> str:
    """The sha256 of a checkpoint's file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

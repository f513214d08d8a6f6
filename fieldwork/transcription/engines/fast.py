"""faster-whisper: the same models through CTranslate2, in folders that ``fieldwork models convert`` makes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ctranslate2
import faster_whisper
import numpy as np
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.utils import available_models, download_model
from numpy.typing import NDArray
from requests import RequestException
from whisper.timing import WordTiming, merge_punctuations

from fieldwork.transcription.engines.alignment import CLOSING, OPENING, Spoken, placed, shared_out
from fieldwork.transcription.engines.conversion import ABOUT
from fieldwork.transcription.engines.credits import cut_credits
from fieldwork.transcription.engines.protocol import (
    LanguageUnknown,
    ModelMissing,
    ModelNotConverted,
    ModelNotDownloaded,
    Recognised,
    WrongModelFolder,
)
from fieldwork.transcription.engines.whisper import LONG_MS, RATE, SEED, SHORT_MS, SMALLEST_LAYERS, TEMPERATURES
from fieldwork.transcription.word_times import believed

_NEEDED = ("model.bin", "config.json", "tokenizer.json")


class FastEngine:
    """A Whisper model in CTranslate2's format, loaded once."""

    name = "faster-whisper"

    def __init__(self, model: str) -> None:
        """Load ``model``: a folder, or a name or ``owner/name`` at Hugging Face, downloaded at first use.

        Raises:
            ModelMissing: neither.
            ModelNotConverted: a checkpoint of openai-whisper.
            ModelNotDownloaded: a name, not on this machine, no network.
            WrongModelFolder: incomplete or damaged.
        """
        folder = _folder(model)
        self._about = about = _about(folder)
        layers = about.get("dims", {}).get("n_audio_layer", SMALLEST_LAYERS)
        self._small = layers < SMALLEST_LAYERS
        self.enough_ms = SHORT_MS if self._small else LONG_MS
        quantization = about.get("quantization", "int8")
        try:
            self._model = _Listening(
                str(folder),
                device="auto",
                compute_type=quantization,
                cpu_threads=1 if self._small else 0,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, TypeError):
            raise WrongModelFolder(path=model) from None
        versions = f"faster-whisper {faster_whisper.__version__}, CTranslate2 {ctranslate2.__version__}"
        which = f"{folder.name} (of sha256 {about['sha256'][:12]})" if "sha256" in about else model
        self.description = f"{versions}, model {which}, {quantization}"

    def transcribe(self, audio: NDArray[np.float32], language: str, prompt: str | None = None) -> list[Recognised]:
        """Recognise mono sound at 16 kHz; see ``Engine``. Whisper's own thresholds and the same two temperatures.

        Raises:
            LanguageUnknown: the model does not know the language.
        """
        if language not in self._model.supported_languages:
            raise LanguageUnknown(language=language)
        ctranslate2.set_random_seed(SEED)
        self._model.heard = None
        told, _info = self._model.transcribe(
            audio,
            language=language,
            initial_prompt=None if self._small else prompt,
            beam_size=1,
            best_of=1,
            temperature=TEMPERATURES,
            condition_on_previous_text=False,
        )
        segments = list(told)
        words = self._words(segments, language, len(audio)) if segments else []
        length_ms = len(audio) * 1000 // RATE
        both = zip(segments, words, strict=True)
        return [piece for segment, own in both if (piece := _recognised(segment, own, length_ms))]

    def about(self) -> dict[str, Any]:
        """What the model is; see ``Engine``."""
        known = {"dims": self._about.get("dims", {}), "sha256": self._about.get("sha256")}
        return known | {"languages": len(self._model.supported_languages)}

    def _words(self, segments: Sequence[Any], language: str, samples: int) -> list[list[Spoken]]:
        """The words of each segment, aligned with what was encoded first: the window from its beginning."""
        model = self._model
        tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language)
        tokens = [[token for token in segment.tokens if token < tokenizer.eot] for segment in segments]
        flat = [token for own in tokens for token in own]
        if not flat or len(flat) > model.max_length - len(tokenizer.sot_sequence) - 2:
            return [[] for _ in segments]
        frames = max(2, samples // model.feature_extractor.hop_length)
        [aligned] = model.find_alignment(tokenizer, [flat], model.heard, frames)
        found = [
            WordTiming(word["word"], word["tokens"], word["start"], word["end"], word["probability"])
            for word in aligned
        ]
        merge_punctuations(found, OPENING, CLOSING)
        return shared_out(found, [len(own) for own in tokens])


class _Listening(faster_whisper.WhisperModel):  # type: ignore[misc]  # its library has no types
    """Keeps what it encodes first, for the alignment."""

    heard: Any = None

    def encode(self, features: NDArray[np.float32]) -> Any:
        encoded = super().encode(features)
        if self.heard is None:
            self.heard = encoded
        return encoded


def _folder(model: str) -> Path:
    """Where the model lies; a name is looked for on this machine first, then downloaded."""
    path = Path(model)
    if path.is_dir():
        missing = [name for name in _NEEDED if not (path / name).is_file()]
        if missing:
            raise WrongModelFolder(path=model)
        return path
    if path.is_file():
        raise ModelNotConverted(path=model)
    known = available_models()
    if model not in known and (model.count("/") != 1 or model.startswith((".", "/", "~"))):
        raise ModelMissing(name=model, known=", ".join(known))
    try:
        return Path(download_model(model, local_files_only=True))
    except (OSError, ValueError):
        pass
    try:
        return Path(download_model(model))
    except (RequestException, OSError, ValueError):
        raise ModelNotDownloaded(name=model) from None


def _about(folder: Path) -> dict[str, Any]:
    """What the conversion wrote down; nothing for folders that others have made."""
    try:
        told: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise WrongModelFolder(path=folder) from None
    return told


def _recognised(segment: Any, words: Sequence[Spoken], length_ms: int) -> Recognised | None:
    """A segment of faster-whisper's, its times held within the sound; None if it says nothing."""
    text, cut = cut_credits(segment.text.strip())
    start, end = round(segment.start * 1000), min(length_ms, round(segment.end * 1000))
    if start >= end or not (text or cut):
        return None
    return Recognised(
        *(start, end, text, float(segment.avg_logprob), float(segment.no_speech_prob)),
        compression_ratio=float(segment.compression_ratio),
        cut=cut,
        words=believed(placed(words, "".join(word.text for word in words), text), start, end),
    )

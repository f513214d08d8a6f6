"""Several windows recognised side by side: the first reading of each is done in one go, the rest goes Whisper's way.

A decoder reads all its weights for every token, however many windows wait for one: four windows together take little
more than one (measured: 2.4 times the speed of decoding for the demonstration model, with the same tokens).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import whisper
from numpy.typing import NDArray
from whisper.audio import N_FRAMES, N_SAMPLES

MOST = 4  # a kill costs as many windows
_ROOM = 256 << 20  # bytes for what the decoder keeps of the sound
_FLOAT = 4


def windows_together(dims: Any) -> int:
    """How many windows a model of these dimensions (Whisper's) takes at once: 1 to 4.

    The decoder keeps a key and a value for every place of the sound in every layer; they have 256 MiB.
    """
    kept = 2 * _FLOAT * dims.n_audio_ctx * dims.n_text_state * dims.n_text_layer
    return int(max(1, min(MOST, _ROOM // kept)))


def read_first(
    model: Any, sounds: Sequence[NDArray[np.float32]], options: whisper.DecodingOptions
) -> list[tuple["Begun", Any]]:
    """Encode and read windows of up to 30 s together; for each the model that goes on, and what was encoded of it.

    Args:
        model: openai-whisper's.
        sounds: mono, 16 kHz.
        options: what ``transcribe`` asks first.
    """
    mels = torch.stack([_seen(sound, model.dims.n_mels) for sound in sounds])
    dtype = torch.float16 if options.fp16 else torch.float32
    features = model.encoder(mels.to(model.device).to(dtype))
    results = whisper.decode(model, features, options)
    return [(Begun(model, options, result), features[number : number + 1]) for number, result in enumerate(results)]


def _seen(sound: NDArray[np.float32], bands: int) -> Any:
    """The picture of a sound as ``transcribe`` shows it to the model: nothing (not silence) behind its end."""
    mel = whisper.log_mel_spectrogram(sound, bands, padding=N_SAMPLES)
    return whisper.pad_or_trim(mel[:, : mel.shape[-1] - N_FRAMES], N_FRAMES)


class Begun:
    """A model that knows the answer to the first question about a window, and asks the model for all others."""

    def __init__(self, model: Any, options: whisper.DecodingOptions, result: whisper.DecodingResult) -> None:
        self._model, self._options = model, options
        self._result: whisper.DecodingResult | None = result

    def __getattr__(self, name: str) -> Any:
        """Whatever else the model has."""
        return getattr(self._model, name)

    def decode(self, mel: Any, options: whisper.DecodingOptions) -> whisper.DecodingResult:
        """The known answer, if this is the first question and the one that was asked; else the model's."""
        known, self._result = self._result, None
        if known is not None and options == self._options:
            return known
        return self._model.decode(mel, options)

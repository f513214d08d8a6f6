"""A checkpoint of openai-whisper as a folder for faster-whisper, made on this machine, without a network.

The weights go from the state dictionary straight into CTranslate2's own description of Whisper; the folder also gets
what faster-whisper would otherwise download (tokens, form of the spectrogram).
"""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from ctranslate2 import StorageView
from ctranslate2.converters.utils import fuse_linear
from ctranslate2.models import Whisper as Loaded
from ctranslate2.specs import WhisperSpec
from ctranslate2.specs.common_spec import LinearSpec
from numpy.typing import NDArray
from whisper.tokenizer import get_tokenizer

from fieldwork.core.errors import BadInput, Refusal
from fieldwork.core.ids import new_id
from fieldwork.transcription.engines.vocabulary import token_names, tokenizer_file
from fieldwork.transcription.engines.whisper import checkpoint_digest, load_checkpoint, official_heads

Quantization = Literal["int8", "float32"]
ABOUT = "fieldwork.json"
_FRAMES = 3000  # of a spectrogram: 30 s
_LIKENESS: Mapping[str, float] = {"float32": 1e-3, "int8": 0.2}
"""How far the encoder's output may lie from openai-whisper's, relative to its size (measured: 3e-6 and 0.012)."""


class FolderTaken(BadInput):
    """Something is there already."""

    message = "There is something at {path} already: give another folder with --output, or remove that one first."


class ConversionWrong(Refusal):
    """The converted model does not hear what the original hears."""

    message = (
        "The converted model differs from its checkpoint, so it was not kept. Convert it without loss: "
        "fieldwork models convert CHECKPOINT --quantization float32"
    )


def convert(checkpoint: Path, folder: Path, quantization: Quantization) -> Path:
    """Convert ``checkpoint`` into the new ``folder``, which appears whole and checked, or not at all.

    Raises:
        WrongModelFile: not a checkpoint of openai-whisper.
        FolderTaken: ``folder`` exists.
        ConversionWrong: the encoders differ.
    """
    if folder.exists():
        raise FolderTaken(path=folder)
    model = load_checkpoint(str(checkpoint))
    digest = checkpoint_digest(checkpoint)
    meant = _encoded(model)  # first: quantising changes the weights where they lie
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f".{new_id().hex}.partial")
    partial.mkdir()
    try:
        _write(model, official_heads(model, digest), partial, quantization)
        about = {"quantization": quantization, "sha256": digest, "dims": vars(model.dims)}
        (partial / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        _compare(meant, model.dims.n_mels, partial, quantization)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _write(model: Any, heads: list[tuple[int, int]], folder: Path, quantization: Quantization) -> None:
    spec = _filled(model)
    tokenizer = get_tokenizer(
        model.is_multilingual, num_languages=model.num_languages, language="en", task="transcribe"
    )
    tokens = tokenizer_file(tokenizer)
    spec.config.suppress_ids = sorted(tokenizer.non_speech_tokens)
    spec.config.suppress_ids_begin = [*tokenizer.encode(" "), tokenizer.eot]
    spec.config.lang_ids = sorted(tokenizer.all_language_tokens) if model.is_multilingual else []
    spec.config.alignment_heads = heads
    spec.register_vocabulary(token_names(tokens, model.dims.n_vocab))
    spec.validate()
    spec.optimize(quantization=None if quantization == "float32" else quantization)
    spec.save(str(folder))
    (folder / "tokenizer.json").write_text(json.dumps(tokens, ensure_ascii=False), encoding="utf-8")
    sound = {"feature_size": model.dims.n_mels, "sampling_rate": 16_000, "hop_length": 160, "chunk_length": 30}
    (folder / "preprocessor_config.json").write_text(json.dumps(sound | {"n_fft": 400}), encoding="utf-8")


def _filled(model: Any) -> WhisperSpec:
    """CTranslate2's description of the model, with its weights."""
    dims = model.dims
    weights = {name: tensor.float().numpy() for name, tensor in model.state_dict().items()}
    spec = WhisperSpec(dims.n_audio_layer, dims.n_audio_head, dims.n_text_layer, dims.n_text_head)
    for name in ("conv1", "conv2"):
        _linear(getattr(spec.encoder, name), weights, f"encoder.{name}")
    _norm(spec.encoder.layer_norm, weights, "encoder.ln_post")
    spec.encoder.position_encodings.encodings = weights["encoder.positional_embedding"]
    decoder = spec.decoder
    decoder.scale_embeddings = False
    decoder.embeddings.weight = decoder.projection.weight = weights["decoder.token_embedding.weight"]
    decoder.position_encodings.encodings = weights["decoder.positional_embedding"]
    _norm(decoder.layer_norm, weights, "decoder.ln")
    for side in ("encoder", "decoder"):
        for number, layer in enumerate(getattr(spec, side).layer):
            _layer(layer, weights, f"{side}.blocks.{number}", crossed=side == "decoder")
    return spec


def _layer(layer: Any, weights: Mapping[str, NDArray[Any]], name: str, *, crossed: bool) -> None:
    query, key, value = _projections(weights, f"{name}.attn")
    fuse_linear(layer.self_attention.linear[0], [query, key, value])
    _linear(layer.self_attention.linear[-1], weights, f"{name}.attn.out")
    _norm(layer.self_attention.layer_norm, weights, f"{name}.attn_ln")
    if crossed:
        query, key, value = _projections(weights, f"{name}.cross_attn")
        fuse_linear(layer.attention.linear[0], [query])
        fuse_linear(layer.attention.linear[1], [key, value])
        _linear(layer.attention.linear[-1], weights, f"{name}.cross_attn.out")
        _norm(layer.attention.layer_norm, weights, f"{name}.cross_attn_ln")
    _linear(layer.ffn.linear_0, weights, f"{name}.mlp.0")
    _linear(layer.ffn.linear_1, weights, f"{name}.mlp.2")
    _norm(layer.ffn.layer_norm, weights, f"{name}.mlp_ln")


def _projections(weights: Mapping[str, NDArray[Any]], name: str) -> list[Any]:
    """Query, key and value; Whisper's key has no bias, and fused layers want one."""
    found = []
    for part in ("query", "key", "value"):
        spec = LinearSpec()
        spec.weight = weights[f"{name}.{part}.weight"]
        spec.bias = weights.get(f"{name}.{part}.bias", np.zeros(len(spec.weight), np.float32))
        found.append(spec)
    return found


def _linear(spec: Any, weights: Mapping[str, NDArray[Any]], name: str) -> None:
    spec.weight, spec.bias = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _norm(spec: Any, weights: Mapping[str, NDArray[Any]], name: str) -> None:
    spec.gamma, spec.beta = weights[f"{name}.weight"], weights[f"{name}.bias"]


def _noise(bands: int) -> NDArray[np.float32]:
    """A spectrogram of noise, always the same."""
    return np.random.default_rng(0).standard_normal((1, bands, _FRAMES)).astype(np.float32)


def _encoded(model: Any) -> NDArray[np.float32]:
    """What openai-whisper's encoder makes of noise."""
    with torch.inference_mode():
        encoded = model.encoder(torch.from_numpy(_noise(model.dims.n_mels)).to(model.device))
    return np.asarray(encoded.float().cpu().numpy())


def _compare(meant: NDArray[np.float32], bands: int, folder: Path, quantization: Quantization) -> None:
    """Let the converted encoder hear the same noise.

    Raises:
        ConversionWrong: it hears something else.
    """
    loaded = Loaded(str(folder), device="cpu", compute_type=quantization)
    heard = np.asarray(loaded.encode(StorageView.from_array(_noise(bands))))
    size = max(float(np.linalg.norm(meant)), sys.float_info.min)
    if not float(np.linalg.norm(heard - meant)) / size < _LIKENESS[quantization]:
        raise ConversionWrong

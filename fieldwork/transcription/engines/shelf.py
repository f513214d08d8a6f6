"""Which models are on this machine, and which engine each is for; loads none of them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

SLOW, FAST = "whisper", "faster-whisper"
_HUB = "models--"


@dataclass(frozen=True)
class Model:
    """A model on the disk; ``size`` in bytes."""

    name: str
    engine: str
    size: int
    path: Path


def fast_is_installed() -> bool:
    """Whether faster-whisper, an extra, is there."""
    return find_spec("faster_whisper") is not None and find_spec("ctranslate2") is not None


def engine_of(model: str) -> str:
    """The engine that a model is for: folders and ``owner/name`` are faster-whisper's, files and names Whisper's."""
    path = Path(model)
    named = not path.exists() and model.count("/") == 1 and not model.startswith((".", "/", "~"))
    return FAST if path.is_dir() or named else SLOW


def models_here(data: Path) -> list[Model]:
    """Models that Whisper or faster-whisper has downloaded, or that were converted into the folder ``data``."""
    return [*_checkpoints(), *_converted(data / "models"), *_from_hub()]


def _checkpoints() -> Iterator[Model]:
    """As ``whisper.load_model`` keeps them."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "whisper"
    for path in sorted(folder.glob("*.pt")):
        yield Model(path.stem, SLOW, path.stat().st_size, path)


def _converted(folder: Path) -> Iterator[Model]:
    for path in sorted(folder.glob("[!.]*/model.bin")):
        yield Model(path.parent.name, FAST, path.stat().st_size, path.parent)


def _from_hub() -> Iterator[Model]:
    """As the library huggingface_hub keeps them."""
    home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
    hub = Path(os.environ.get("HF_HUB_CACHE") or home / "hub")
    for path in sorted(hub.glob(f"{_HUB}*/snapshots/*/model.bin")):
        name = path.parents[2].name.removeprefix(_HUB).replace("--", "/")
        if "whisper" in name:
            yield Model(name, FAST, path.stat().st_size, path.parent)

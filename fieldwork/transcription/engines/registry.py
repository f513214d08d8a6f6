"""Engines by name."""

from collections.abc import Callable

from fieldwork.transcription.engines.protocol import Engine, FastMissing, NoModelChosen, UnknownEngine
from fieldwork.transcription.engines.shelf import fast_is_installed


def _whisper(model: str) -> Engine:
    # Imported here: torch and whisper take seconds, and the list of engines must not.
    from fieldwork.transcription.engines.whisper import WhisperEngine  # noqa: PLC0415

    return WhisperEngine(model)


def _fast(model: str) -> Engine:
    if not fast_is_installed():
        raise FastMissing
    # Imported here: as above; and it is an extra.
    from fieldwork.transcription.engines.fast import FastEngine  # noqa: PLC0415

    return FastEngine(model)


ENGINES: dict[str, Callable[[str], Engine]] = {"whisper": _whisper, "faster-whisper": _fast}


def open_engine(name: str, model: str | None) -> Engine:
    """Load an engine with a model, by name or path. Loading takes seconds: keep the engine for all windows.

    Raises:
        UnknownEngine: no engine of that name.
        NoModelChosen: ``model`` is empty.
        FastMissing: faster-whisper is not installed.
        ModelMissing, ModelNotConverted, ModelNotDownloaded: there is none.
        WrongModelFile, WrongModelFolder: the model cannot be loaded.
    """
    if name not in ENGINES:
        raise UnknownEngine(name=name, known=", ".join(ENGINES))
    if not model:
        raise NoModelChosen
    return ENGINES[name](model)

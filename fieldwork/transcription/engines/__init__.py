"""Engines behind one small protocol: sound in, timed text with its probabilities out."""

from fieldwork.transcription.engines.protocol import (
    Batching,
    Engine,
    FastMissing,
    LanguageUnknown,
    ModelMissing,
    ModelNotConverted,
    ModelNotDownloaded,
    NoModelChosen,
    Recognised,
    UnknownEngine,
    WrongModelFile,
    WrongModelFolder,
)
from fieldwork.transcription.engines.registry import ENGINES, open_engine

__all__ = [
    "ENGINES",
    "Batching",
    "Engine",
    "FastMissing",
    "LanguageUnknown",
    "ModelMissing",
    "ModelNotConverted",
    "ModelNotDownloaded",
    "NoModelChosen",
    "Recognised",
    "UnknownEngine",
    "WrongModelFile",
    "WrongModelFolder",
    "open_engine",
]

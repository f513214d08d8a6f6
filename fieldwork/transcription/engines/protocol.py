"""What every engine does and gives, and why one refuses."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from fieldwork.core.errors import BadInput, Refusal
from fieldwork.transcription.word_times import Word

if TYPE_CHECKING:  # NumPy is 10 MB that the web process, which asks for models by name only, can do without
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Recognised:
    """A recognised sentence or part of one: ms from the beginning of the sound given, and how sure the engine was.

    ``avg_logprob``, ``no_speech_prob`` and ``compression_ratio`` are Whisper's. ``cut`` holds what was taken out of
    the text because models invent it (credits of subtitles); the text may be empty then. ``words`` tell where the
    words stand in the text, in order, and when they are heard.
    """

    start_ms: int
    end_ms: int
    text: str
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    cut: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()


class Engine(Protocol):
    """One loaded model. ``name`` is the engine's, ``description`` names model and versions for the methods section.

    ``enough_ms``: how long its windows should become before they end at a pause (``windows.find_windows``).
    """

    name: str
    description: str
    enough_ms: int

    def transcribe(self, audio: "NDArray[np.float32]", language: str, prompt: str | None = None) -> list[Recognised]:
        """Recognise mono sound at 16 kHz, at most 30 s of it, spoken in ``language`` (ru, kk, en …).

        ``prompt`` is a text in the manner and spelling expected (terms and places of the study). Models smaller than
        OpenAI's smallest are spared it: they have not learnt to tell it from what is said.

        Raises:
            LanguageUnknown: the model does not know the language.
        """
        ...

    def about(self) -> dict[str, Any]:
        """What the model is: ``dims`` (Whisper's), ``languages`` (how many), ``sha256`` of its checkpoint, if known."""
        ...


@runtime_checkable
class Batching(Engine, Protocol):
    """An engine that recognises ``together`` windows side by side faster than one after the other."""

    together: int

    def transcribe_all(
        self, sounds: "Sequence[NDArray[np.float32]]", language: str, prompt: str | None = None
    ) -> list[list[Recognised]]:
        """Each window as ``transcribe`` would recognise it alone.

        Raises:
            LanguageUnknown: the model does not know the language.
        """
        ...


class UnknownEngine(BadInput):
    """No engine of that name."""

    message = "There is no engine called {name}: choose one of these: {known}."


class NoModelChosen(Refusal):
    """Nobody said which model."""

    message = (
        "No Whisper model is chosen. Choose one: fieldwork models use turbo (a name is downloaded at first use). Or "
        "set FIELDWORK_WHISPER_MODEL, or say it on the command line: fieldwork transcribe --model turbo FILE"
    )


class ModelMissing(Refusal):
    """Neither a file nor a known name."""

    message = (
        "There is no Whisper model {name}: it is neither a file nor one of Whisper's names ({known}). Choose another: "
        "fieldwork models use turbo. Or correct FIELDWORK_WHISPER_MODEL, or say it on the command line: "
        "fieldwork transcribe --model turbo FILE"
    )


class ModelNotDownloaded(Refusal):
    """A known name, not on this machine, and no way to get it."""

    message = (
        "Whisper's model {name} is not on this machine and could not be downloaded. Connect to the network once and "
        "get it: fieldwork models check {name}. Or bring its file: fieldwork models use PATH "
        "(FIELDWORK_WHISPER_MODEL and fieldwork transcribe --model PATH take it, too)"
    )


class WrongModelFile(BadInput):
    """A file that is no checkpoint of Whisper."""

    message = (
        "The model's file is damaged or not a checkpoint of openai-whisper. Choose another: fieldwork models use turbo "
        "(a name is downloaded at first use). FIELDWORK_WHISPER_MODEL and fieldwork transcribe --model take one, too."
    )


class ModelNotConverted(BadInput):
    """A checkpoint of openai-whisper, for faster-whisper."""

    message = (
        "This is a checkpoint of openai-whisper. Convert it once for faster-whisper: fieldwork models convert {path}"
    )


class WrongModelFolder(BadInput):
    """A folder that is no model of faster-whisper, or not a whole one."""

    message = (
        "The folder {path} is not a whole model of faster-whisper. Make it again from its checkpoint: "
        "fieldwork models convert CHECKPOINT --output NEW_FOLDER"
    )


class FastMissing(Refusal):
    """The extra is not installed."""

    message = "faster-whisper is not installed here. Install it: pip install 'fieldwork[fast]'"


class LanguageUnknown(BadInput):
    """The model cannot do that language."""

    message = "The model does not know the language {language}: give a code such as ru, kk or en, or another model."

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from whisper.tokenizer import get_tokenizer

from fieldwork.core.schema import shipped
from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.models import Study
from fieldwork.recording.intake import import_files
from fieldwork.recording.models import Recording, RecordingKind
from fieldwork.recording.shapes import PlannedFile
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.engines.whisper import whisper

CHAT = shipped("audio/demo") / "Чат WhatsApp с контактом Мадина Свет"
DIMS = {
    "n_mels": 80,
    "n_audio_ctx": 1500,
    "n_audio_state": 16,
    "n_audio_head": 2,
    "n_audio_layer": 1,
    "n_vocab": 51_865,
    "n_text_ctx": 24,  # few tokens: a window takes a third of a second
    "n_text_state": 16,
    "n_text_head": 2,
    "n_text_layer": 1,
}
SMALL = {
    "n_mels": 80,
    "n_audio_ctx": 1500,
    "n_audio_state": 32,
    "n_audio_head": 2,
    "n_audio_layer": 1,
    "n_vocab": 51_865,
    "n_text_ctx": 448,
    "n_text_state": 32,
    "n_text_head": 2,
    "n_text_layer": 1,
}


@pytest.fixture
def study(ground: Ground) -> Study:
    """A study whose experts have consented; nothing is recorded yet."""
    with ground.work() as work:
        return set_up(work)


@pytest.fixture
def interview_with(ground: Ground, study: Study) -> Callable[[str], Interview]:
    """Finds the interview with an expert, by code."""

    def find(code: str) -> Interview:
        with ground.work() as work:
            return find_interview(work, find_expert(work, study, code))

    return find


@pytest.fixture(scope="session")
def babbler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of random weights in Whisper's own format: it says nonsense, the same for the same sound."""
    torch.manual_seed(7)
    model = whisper.model.Whisper(whisper.model.ModelDimensions(**DIMS))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    path = tmp_path_factory.mktemp("models") / "babbler.pt"
    torch.save({"dims": DIMS, "model_state_dict": model.state_dict()}, path)
    return path


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Whisper in its own format that says «Да.» from 0 to 2 s to everything.

    Its blocks add nothing, so that the position alone, through the tied table of tokens, chooses the next token.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Whisper leaves its table of tokens open
        tokens = get_tokenizer(multilingual=True, num_languages=99, language="ru", task="transcribe")
    begin = tokens.timestamp_begin
    said = [begin, *tokens.encode(" Да."), begin + 100, tokens.eot]
    model = whisper.model.Whisper(whisper.model.ModelDimensions(**SMALL))
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    torch.nn.init.ones_(model.decoder.ln.weight)
    for position, token in enumerate(said, start=len(tokens.sot_sequence) - 1):
        sign = torch.zeros(SMALL["n_text_state"])
        sign[2 * position : 2 * position + 2] = torch.tensor([1.0, -1.0])
        model.decoder.positional_embedding.data[position] = 1000 * sign
        model.decoder.token_embedding.weight.data[token] = 10 * sign
    path = tmp_path_factory.mktemp("models") / "yes.pt"
    torch.save({"dims": SMALL, "model_state_dict": model.state_dict()}, path)
    return path


@pytest.fixture
def record_messages(ground: Ground, interview_with: Callable[[str], Interview]) -> Callable[[int], list[Recording]]:
    """Imports the first voice messages of the demo's WhatsApp interview, with E08."""

    def take(count: int) -> list[Recording]:
        files = [
            PlannedFile(
                CHAT / f"PTT-20250409-WA{number:04d}.opus",
                RecordingKind.MESSAGE,
                "interviewer" if number % 2 else "expert",
            )
            for number in range(1, count + 1)
        ]
        return import_files(ground, interview_with("E08").id, files)

    return take

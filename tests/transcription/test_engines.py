"""Engines: loading, refusing, recognising with a random checkpoint of Whisper's own format, cutting credits."""

from pathlib import Path

import numpy as np
import pytest
import torch
from whisper.model import ModelDimensions

from fieldwork.core.errors import Refusal
from fieldwork.core.schema import shipped
from fieldwork.recording.media import normalise
from fieldwork.transcription import engines
from fieldwork.transcription.engines import open_engine
from fieldwork.transcription.engines.batches import windows_together
from fieldwork.transcription.engines.credits import cut_credits
from fieldwork.transcription.engines.whisper import WhisperEngine
from fieldwork.transcription.windows import find_windows, read_samples


def sound(seconds: float) -> np.ndarray:
    return (0.1 * np.sin(np.arange(int(seconds * 16_000)) / 16_000 * 2 * np.pi * 200)).astype(np.float32)


def test_a_checkpoint_is_loaded_and_described(checkpoint: Path) -> None:
    engine = open_engine("whisper", str(checkpoint))

    assert (engine.name, engine.enough_ms) == ("whisper", 6_000)
    assert engine.description.startswith("openai-whisper 20250625, model yes (sha256 ")


def test_what_is_heard_has_times_and_probabilities_and_stays_within_the_sound(checkpoint: Path) -> None:
    torch.set_num_threads(1)  # more only wait for each other where tests run side by side
    engine = WhisperEngine(str(checkpoint))
    piece = engine.transcribe(sound(4), "ru")[0]

    assert engine.transcribe(sound(4), "ru") == [piece]
    assert (piece.start_ms, piece.end_ms, piece.text, piece.cut) == (0, 2_000, "Да.", ())
    assert (piece.avg_logprob, piece.no_speech_prob) == (pytest.approx(0, abs=0.01), pytest.approx(0, abs=0.01))
    assert [(one.start_ms, one.end_ms) for one in engine.transcribe(sound(1.5), "ru")] == [(0, 1_500)]


def test_windows_side_by_side_are_heard_as_each_alone(tmp_path: Path) -> None:
    wav = tmp_path / "sound.wav"
    normalise(shipped("audio/demo") / "250428_1231.wav", wav)
    engine = WhisperEngine(str(shipped("audio/demo") / "whisper-demo.pt"))
    windows = [read_samples(wav, one.start_ms, one.end_ms) for one in find_windows(wav)[:3]]
    windows.append(np.random.default_rng(2).normal(0, 0.05, 64_000).astype(np.float32))  # noise
    together = engine.transcribe_all(windows, "ru")
    alone = [engine.transcribe(window, "ru") for window in windows]

    def certain(pieces: list[engines.Recognised]) -> list[tuple[object, ...]]:
        return [
            (one.start_ms, one.end_ms, one.text, one.cut, [tuple(word)[:4] for word in one.words]) for one in pieces
        ]

    assert engine.together == len(windows) == 4
    assert isinstance(engine, engines.Batching)
    assert [certain(pieces) for pieces in together] == [certain(pieces) for pieces in alone]
    assert all(pieces for pieces in together[:3])
    for both in zip(together, alone, strict=True):
        assert [one.avg_logprob for one in both[0]] == pytest.approx([one.avg_logprob for one in both[1]], abs=1e-4)


@pytest.mark.parametrize(
    ("state", "layers", "together"),
    [(128, 2, 4), (384, 4, 4), (768, 12, 2), (1280, 4, 4), (1024, 24, 1), (1280, 32, 1)],
)
def test_a_larger_model_takes_fewer_windows_at_once(state: int, layers: int, together: int) -> None:
    dims = ModelDimensions(80, 1500, state, 4, layers, 51_865, 448, state, 4, layers)
    assert windows_together(dims) == together


def test_a_language_the_model_does_not_know_is_refused(checkpoint: Path) -> None:
    with pytest.raises(engines.LanguageUnknown, match="language xx"):
        WhisperEngine(str(checkpoint)).transcribe(sound(1), "xx")


def test_models_that_cannot_be_loaded_say_what_to_do(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody answers there: no network
    text, wrong, other = tmp_path / "notes.pt", tmp_path / "wrong.pt", tmp_path / "other.pt"
    text.write_text("Заметки, а не модель.")
    torch.save({"dims": torch.load(checkpoint, weights_only=True)["dims"], "model_state_dict": {}}, wrong)
    torch.save({"weights": torch.zeros(3)}, other)
    refused = {}
    for model in ("", "no-such-model", str(tmp_path / "missing.pt"), "tiny", str(text), str(wrong), str(other)):
        with pytest.raises(Refusal, match=r"FIELDWORK_WHISPER_MODEL.*fieldwork transcribe --model") as refusal:
            open_engine("whisper", model)
        refused[Path(model).name] = type(refusal.value)

    assert refused == {
        "": engines.NoModelChosen,
        "no-such-model": engines.ModelMissing,
        "missing.pt": engines.ModelMissing,
        "tiny": engines.ModelNotDownloaded,
        "notes.pt": engines.WrongModelFile,
        "wrong.pt": engines.WrongModelFile,
        "other.pt": engines.WrongModelFile,
    }


def test_an_unknown_engine_names_those_that_there_are() -> None:
    with pytest.raises(engines.UnknownEngine, match="no engine called vosk: choose one of these: whisper"):
        open_engine("vosk", "small")


@pytest.mark.parametrize(
    ("text", "left", "cut"),
    [
        ("Субтитры сделал DimaTorzok", "", ("Субтитры сделал DimaTorzok",)),
        ("Субтитры подогнал «Симон»!", "", ("Субтитры подогнал «Симон»!",)),
        (
            "Мы открыли мастерскую. Редактор субтитров А.Семкин Корректор А.Егорова",
            "Мы открыли мастерскую.",
            ("Редактор субтитров А.Семкин Корректор А.Егорова",),
        ),
        (
            "Да. Спасибо за субтитры Алексею Дубровскому! Нет.",
            "Да. Нет.",
            ("Спасибо за субтитры Алексею Дубровскому!",),
        ),
        ("Субтитры создавались сообществом Amara.org", "", ("Субтитры создавались сообществом Amara.org",)),
    ],
)
def test_credits_of_subtitles_are_cut_and_kept_apart(text: str, left: str, cut: tuple[str, ...]) -> None:
    assert cut_credits(text) == (left, cut)


@pytest.mark.parametrize(
    "text",
    [
        *("Да.", "Нет.", "Спасибо.", "Угу", "До свидания.", "Спасибо за внимание.", "Продолжение следует..."),
        *("Корректор у нас Анна.", "Субтитры сделала моя сестра, она переводчик.", "Редактор субтитров получает мало."),
    ],
)
def test_what_people_say_is_never_cut(text: str) -> None:
    assert cut_credits(text) == (text, ())

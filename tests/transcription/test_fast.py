"""faster-whisper: converted here, it says what openai-whisper says; what is no model of its says what to do."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from tokenizers import Tokenizer

from fieldwork.cli import fieldwork
from fieldwork.core.schema import shipped
from fieldwork.core.settings import load_settings
from fieldwork.recording.media import normalise
from fieldwork.transcription import engines
from fieldwork.transcription.engines import conversion, open_engine
from fieldwork.transcription.engines.conversion import ConversionWrong, FolderTaken, convert
from fieldwork.transcription.engines.shelf import engine_of
from fieldwork.transcription.engines.vocabulary import tokenizer_file
from fieldwork.transcription.engines.whisper import whisper
from fieldwork.transcription.windows import find_windows, read_samples

DEMO = shipped("audio/demo") / "whisper-demo.pt"


@pytest.fixture(scope="session")
def exact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's checkpoint, converted without loss."""
    return convert(DEMO, tmp_path_factory.mktemp("converted") / "exact", "float32")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's checkpoint in int8."""
    return convert(DEMO, tmp_path_factory.mktemp("converted") / "small", "int8")


@pytest.fixture(scope="session")
def windows(tmp_path_factory: pytest.TempPathFactory) -> list[np.ndarray]:
    """The first windows of a demo recording."""
    wav = tmp_path_factory.mktemp("sound") / "sound.wav"
    normalise(shipped("audio/demo") / "250428_1231.wav", wav)
    return [read_samples(wav, one.start_ms, one.end_ms) for one in find_windows(wav)[:6]]


def test_converted_without_loss_it_hears_the_same_words_at_the_same_times(
    exact: Path, windows: list[np.ndarray]
) -> None:
    slow, fast = open_engine("whisper", str(DEMO)), open_engine("faster-whisper", str(exact))
    for samples in windows:
        meant, heard = slow.transcribe(samples, "ru"), fast.transcribe(samples, "ru")
        assert [(one.start_ms, one.end_ms, one.text) for one in heard] == [
            (one.start_ms, one.end_ms, one.text) for one in meant
        ]
        assert [one.avg_logprob for one in heard] == pytest.approx([one.avg_logprob for one in meant], abs=0.01)
        assert [[(word.start, word.end) for word in one.words] for one in heard] == [
            [(word.start, word.end) for word in one.words] for one in meant
        ]
        assert any(one.words for one in heard)


def test_in_eight_bits_it_is_a_third_as_large_and_says_the_same_each_time(
    exact: Path, small: Path, windows: list[np.ndarray]
) -> None:
    engine = open_engine("faster-whisper", str(small))
    assert engine.enough_ms == 6_000
    assert engine.description.startswith("faster-whisper 1.2.1, CTranslate2 ")
    assert engine.description.endswith("model small (of sha256 bcf1e697674d), int8")
    heard = engine.transcribe(windows[1], "ru")
    assert heard
    assert engine.transcribe(windows[1], "ru") == heard
    assert 3 * (small / "model.bin").stat().st_size < (exact / "model.bin").stat().st_size * 1.1


def test_the_tokens_are_whispers(exact: Path) -> None:
    ours = Tokenizer.from_file(str(exact / "tokenizer.json"))
    theirs = whisper.tokenizer.get_tokenizer(multilingual=True, num_languages=99, language="ru")
    said = ["Ну вот, 25 марта мы открыли мастерскую!", " Қазақша сөйлейміз", "it's 3 a.m.\n\n  ok", "😀 ё ѣ"]
    assert [ours.encode(text, add_special_tokens=False).ids for text in said] == [theirs.encode(text) for text in said]
    assert ours.token_to_id("<|ru|>") == theirs.to_language_token("ru")
    assert (
        tokenizer_file(theirs)["model"]["vocab"].keys()
        == json.loads((exact / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"].keys()
    )


def test_what_is_no_model_of_its_says_what_to_do(exact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    empty, cut, broken = tmp_path / "empty", tmp_path / "cut", tmp_path / "broken"
    empty.mkdir()
    for folder in (cut, broken):
        shutil.copytree(exact, folder)
    (cut / "model.bin").write_bytes((exact / "model.bin").read_bytes()[:10_000])
    (broken / "fieldwork.json").write_text("{")
    for folder in (empty, cut, broken):
        with pytest.raises(engines.WrongModelFolder, match="fieldwork models convert CHECKPOINT --output"):
            open_engine("faster-whisper", str(folder))
    with pytest.raises(engines.ModelNotConverted, match=f"fieldwork models convert {DEMO}"):
        open_engine("faster-whisper", str(DEMO))
    with pytest.raises(engines.ModelMissing, match="neither a file nor"):
        open_engine("faster-whisper", str(tmp_path / "missing"))
    with pytest.raises(engines.LanguageUnknown, match="language xx"):
        open_engine("faster-whisper", str(exact)).transcribe(np.zeros(16_000, np.float32), "xx")


def test_a_name_is_only_looked_for_where_there_is_no_network() -> None:
    asked = (
        "import os; os.environ['HF_HUB_OFFLINE'] = '1'\n"
        "from fieldwork.transcription.engines import ModelNotDownloaded, open_engine\n"
        "try: open_engine('faster-whisper', 'nobody/never-made-this')\n"
        "except ModelNotDownloaded: print('told')"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "told"


def test_without_the_extra_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldwork.transcription.engines.registry.fast_is_installed", lambda: False)
    with pytest.raises(engines.FastMissing, match=r"pip install 'fieldwork\[fast\]'"):
        open_engine("faster-whisper", "small")


def test_a_folder_appears_whole_or_not_at_all(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FolderTaken, match="give another folder with --output"):
        convert(checkpoint, tmp_path, "int8")
    wrong = tmp_path / "wrong.pt"
    torch.save({"weights": torch.zeros(3)}, wrong)
    with pytest.raises(engines.WrongModelFile):
        convert(wrong, tmp_path / "made", "int8")
    noises = iter((1.0, 2.0))
    monkeypatch.setattr(conversion, "_noise", lambda bands: np.full((1, bands, 3000), next(noises), np.float32))
    with pytest.raises(ConversionWrong, match="--quantization float32"):
        convert(DEMO, tmp_path / "made", "float32")
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.pt"]


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(fieldwork, ["models", *arguments])


def test_models_are_converted_listed_and_checked_by_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkpoint: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    monkeypatch.setenv("FIELDWORK_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    assert "No model is here yet" in ask("list").output

    (tmp_path / "cache" / "whisper").mkdir(parents=True)
    shutil.copy(DEMO, tmp_path / "cache" / "whisper" / "demo.pt")
    snapshot = tmp_path / "hub" / "hub" / "models--Systran--faster-whisper-tiny" / "snapshots" / "d90ca5"
    snapshot.mkdir(parents=True)
    (snapshot / "model.bin").write_bytes(bytes(1000))
    made = ask("convert", str(DEMO))
    assert made.exit_code == 0, made.output
    folder = tmp_path / "data" / "models" / "whisper-demo-int8"
    listed = {one["name"]: one for one in json.loads(ask("list", "--json").output)}
    assert {name: one["engine"] for name, one in listed.items()} == {
        "demo": "whisper",
        "whisper-demo-int8": "faster-whisper",
        "Systran/faster-whisper-tiny": "faster-whisper",
    }
    assert (listed["demo"]["size"], listed["whisper-demo-int8"]["path"]) == (DEMO.stat().st_size, str(folder))

    fast, slow = (json.loads(ask("check", str(model), "--json").output) for model in (folder, DEMO))
    assert (fast["engine"], slow["engine"]) == ("faster-whisper", "whisper")
    for key in ("dims", "sha256"):
        assert fast[key] == slow[key]
    assert (fast["languages"], slow["languages"], slow["dims"]["n_audio_layer"]) == (100, 100, 3)
    (folder / "tokenizer.json").unlink()
    refused = ask("check", str(folder))
    assert isinstance(refused.exception, engines.WrongModelFolder)


def test_the_model_in_use_is_kept_by_the_installation_and_the_environment_goes_before(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDWORK_DATA", str(tmp_path))
    monkeypatch.delenv("FIELDWORK_WHISPER_MODEL", raising=False)
    assert load_settings().model is None
    assert isinstance(ask("use", str(tmp_path / "missing.pt")).exception, engines.ModelMissing)
    assert load_settings().model is None

    monkeypatch.chdir(small.parent)
    assert ask("use", "small").exit_code == 0
    assert load_settings().model == str(small)
    assert (engine_of(str(small)), engine_of("turbo"), engine_of(str(DEMO))) == ("faster-whisper", "whisper", "whisper")
    assert engine_of("Systran/faster-whisper-tiny") == "faster-whisper"

    monkeypatch.setenv("FIELDWORK_WHISPER_MODEL", str(DEMO))
    assert "unset it" in ask("use", str(small)).output
    assert load_settings().model == str(DEMO)

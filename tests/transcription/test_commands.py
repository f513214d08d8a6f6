"""`fieldwork transcribe` as a person calls it: exit codes, formats, nothing half-written, errors per file."""

import json
import math
import os
import signal
import subprocess
import sys
import wave
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from fieldwork.cli import main
from fieldwork.recording.media import refusals
from fieldwork.transcription.commands import rendered
from fieldwork.transcription.engines import Recognised
from fieldwork.transcription.engines.whisper import WhisperEngine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)  # more only wait for each other where tests run side by side
    monkeypatch.setenv("FIELDWORK_LANGUAGE", "en")
    monkeypatch.delenv("FIELDWORK_WHISPER_MODEL", raising=False)


def voice(seconds: float) -> np.ndarray:
    """Vowels that the detector takes for speech: a gliding hum with two formants, in syllables."""
    time = np.arange(int(seconds * 16_000)) / 16_000
    phase = 2 * np.pi * np.cumsum(120 + 15 * np.sin(2 * np.pi * 0.7 * time)) / 16_000
    formants = np.stack([600 + 200 * np.sin(2 * np.pi * 2.5 * time), 1300 + 300 * np.sin(2 * np.pi * 1.7 * time)])
    hum = np.zeros_like(time)
    for number in range(1, 30):
        strength = sum(np.exp(-(((number * 120 - formant) / 150) ** 2)) for formant in formants)
        hum += (strength + 0.02) * np.sin(number * phase) / math.sqrt(number)
    return (0.2 * hum * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time))).astype(np.float32)


def recording(path: Path, seconds: float = 3, *, speech: bool = True) -> Path:
    samples = voice(seconds) if speech else np.zeros(int(seconds * 16_000))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((samples * 32_767).astype("<i2").tobytes())
    return path


def call(*arguments: object) -> int:
    try:
        main(["transcribe", *map(str, arguments)])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_json_on_standard_output_is_whisper_s_with_the_model_named(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recording(tmp_path / "Голос 250417_170021.wav")
    code = call(path, "--model", checkpoint, "--format", "json")
    printed = capsys.readouterr()
    told = json.loads(printed.out)

    assert code == 0
    assert list(told) == ["file", "engine", "model", "language", "text", "segments"]
    assert (told["file"], told["engine"], told["language"]) == (path.name, "whisper", "ru")
    assert told["model"].startswith("openai-whisper 20250625, model yes (sha256 ")
    assert (told["text"], [(one["start_ms"], one["end_ms"]) for one in told["segments"]]) == ("Да.", [(0, 2000)])
    assert printed.err.splitlines() == [
        f"{path.name}: reading",
        f"{path.name}   0 % (0/1)",
        f"{path.name} 100 % (1/1)",
    ]


def test_the_model_may_come_from_the_environment(
    tmp_path: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDWORK_WHISPER_MODEL", str(checkpoint))
    target = tmp_path / "out" / "text.srt"

    assert call(recording(tmp_path / "a.wav"), "--format", "srt", "--output", target) == 0
    assert target.read_text() == "1\n00:00:00,000 --> 00:00:02,000\nДа.\n\n"
    assert [path.name for path in target.parent.iterdir()] == ["text.srt"]


def test_each_file_gets_its_text_and_a_bad_one_its_reason(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, silent = recording(tmp_path / "good.wav"), recording(tmp_path / "silent.wav", speech=False)
    (tmp_path / "notes.m4a").write_text("Заметки, которые кто-то назвал записью разговора.")
    files = (good, silent, tmp_path / "notes.m4a", tmp_path / "missing.mp3", tmp_path)
    code = call(*files, "--model", checkpoint, "--output", tmp_path / "texts")
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith(str(tmp_path))]

    assert code == 1
    assert {path.name: path.read_text() for path in (tmp_path / "texts").iterdir()} == {"good.txt": "Да.\n"}
    assert errors == [
        f"{silent}: {refusals.SilentRecording(duration_s=3)}",
        f"{tmp_path / 'notes.m4a'}: {refusals.NotAudio()}",
        f"{tmp_path / 'missing.mp3'}: No such file or directory",
        f"{tmp_path}: {refusals.NotAudio()}",
    ]


def test_a_tone_without_speech_is_said_to_hold_none(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hum.wav"
    hum = 0.3 * np.sin(np.arange(48_000) / 16_000 * 2 * np.pi * 100)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((hum * 32_767).astype("<i2").tobytes())

    assert call(path, "--model", checkpoint) == 1
    assert "No speech was found in the recording: listen to it" in capsys.readouterr().err


def test_several_files_on_standard_output(tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = recording(tmp_path / "1.wav", 2), recording(tmp_path / "2.wav", 2)

    assert call(first, second, "--model", checkpoint) == 0
    assert capsys.readouterr().out == f"==> {first} <==\nДа.\n==> {second} <==\nДа.\n"
    assert call(first, second, "--model", checkpoint, "--format", "json") == 0
    assert [told["file"] for told in json.loads(capsys.readouterr().out)] == ["1.wav", "2.wav"]


def test_without_a_model_it_says_how_to_choose_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = recording(tmp_path / "a.wav", 1)

    assert call(path) == 1
    assert "fieldwork models use turbo (a name is downloaded at first use)" in capsys.readouterr().err
    assert call(path, "--model", tmp_path / "no.pt") == 1
    assert "neither a file nor one of Whisper's names" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing argument 'FILES...'"),
        (("a.wav", "--format", "pdf"), "'pdf' is not one of"),
        (("a.wav", "--engine", "vosk"), "'vosk' is not"),
        (("a.wav", "b.wav", "--format", "vtt"), "cannot be one vtt on standard output"),
        (("a.wav", "b.wav", "--output", str(ROOT / "pyproject.toml")), "need a folder for --output"),
        (("a/1.wav", "b/1.wav", "--output", "texts"), "have the same name"),
        (("a.txt", "--output", "a.txt"), "would overwrite the recording"),
    ],
)
def test_wrong_usage_ends_with_two(arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*arguments) == 2
    assert said in capsys.readouterr().err


def test_a_full_disk_leaves_no_half_written_text(tmp_path: Path, checkpoint: Path) -> None:
    source, small = recording(tmp_path / "a.wav"), tmp_path / "small"
    small.mkdir()
    code = (
        "import subprocess, sys; from fieldwork.cli import main\n"
        "subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', sys.argv[3]], check=True)\n"
        "subprocess.run(['dd', 'if=/dev/zero', f'of={sys.argv[3]}/ballast', 'bs=4k'], capture_output=True)\n"
        "try: main(['transcribe', sys.argv[1], '--model', sys.argv[2], '--format', 'json', '--output', sys.argv[3]])\n"
        "finally: print(subprocess.run(['ls', '-A', sys.argv[3]], capture_output=True, text=True).stdout)"
    )
    command = ["unshare", "-Urm", sys.executable, "-c", code, source, checkpoint, small]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())

    assert (done.returncode, done.stdout) == (1, "ballast\n\n")
    assert f"The disk is full: free some space in {small} and try again." in done.stderr


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, checkpoint: Path) -> None:
    source, target = recording(tmp_path / "a.wav", 400), tmp_path / "text.txt"  # windows enough to be caught in one
    # a shell in the background hands down an ignored SIGINT, which a terminal does not
    heed = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code = heed + "from fieldwork.cli import main; main(['transcribe', *sys.argv[1:]])"
    command = [sys.executable, "-c", code, source, "--model", checkpoint, "--output", target]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=_environment()) as running:
        assert running.stderr
        while "(0/" not in running.stderr.readline():
            pass
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()

    assert (running.returncode, said.splitlines()[-1]) == (1, "Aborted!")
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "FIELDWORK_LANGUAGE": "en", "OMP_NUM_THREADS": "1"}


def test_the_four_formats_of_what_was_heard(checkpoint: Path) -> None:
    engine = WhisperEngine(str(checkpoint))
    pieces = [
        Recognised(500, 2000, "Как дела?", -0.2, 0.01, 1.1),
        Recognised(2100, 2900, "", -0.3, 0.9, 0.8, cut=("Субтитры сделал DimaTorzok",)),
        Recognised(3000, 3725, "Хорошо.", -0.25, 0.02, 1.0),
    ]
    told = {
        form: rendered(form, Path("/home/a.m4a"), pieces, engine, "ru").decode()
        for form in ("txt", "vtt", "srt", "json")
    }

    assert told["txt"] == "Как дела?\nХорошо.\n"
    assert told["vtt"] == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nКак дела?\n\n00:00:03.000 --> 00:00:03.725\nХорошо.\n"
    )
    assert told["srt"] == (
        "1\n00:00:00,500 --> 00:00:02,000\nКак дела?\n\n2\n00:00:03,000 --> 00:00:03,725\nХорошо.\n\n"
    )
    assert json.loads(told["json"])["text"] == "Как дела? Хорошо."
    assert json.loads(told["json"])["segments"][1] == {"id": 1, "start": 2.1, "end": 2.9} | asdict(pieces[1]) | {
        "cut": ["Субтитры сделал DimaTorzok"],
        "words": [],
    }

"""The demo's recordings and its demonstration checkpoint are what the study's files say, and understand each other."""

import io
import itertools
import json
import math
import random
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import torch
import whisper
import yaml

from fieldwork.demo.synthesis import corpus, evaluate, recordings, sentences, sound_files, voices
from fieldwork.demo.synthesis.network import TrainingNetwork
from fieldwork.demo.synthesis.speech import Voice, spoken
from fieldwork.demo.synthesis.vocabulary import WHISPER_TOKENS, Vocabulary
from fieldwork.demo.synthesis.windows import WindowMaker
from fieldwork.transcription.engines.whisper import WhisperEngine
from fieldwork.transcription.windows import find_windows

AUDIO = Path(__file__).parents[2] / "audio" / "demo"
CHECKPOINT = AUDIO / "whisper-demo.pt"
MIB = 1 << 20
CODECS = {"m4a": "aac", "opus": "opus", "wav": "pcm_s16le"}
SHORT = {
    "Чат WhatsApp с контактом Мадина Свет/PTT-20250409-WA0007.opus",
    "Чат WhatsApp с контактом Мадина Свет/PTT-20250409-WA0008.opus",
    "Чат WhatsApp с контактом Мадина Свет/PTT-20250409-WA0012.opus",
    "Чат WhatsApp с контактом Мадина Свет/PTT-20250409-WA0022.opus",
}


@pytest.fixture(scope="module")
def truth() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((AUDIO / "utterances.json").read_text(encoding="utf-8"))["recordings"]
    return rows


@pytest.fixture(scope="module")
def engine() -> WhisperEngine:
    return WhisperEngine(str(CHECKPOINT))


def test_the_closed_set_has_62_sentences() -> None:
    assert len(sentences.demo_sentences()) == 62


@pytest.mark.parametrize("source", recordings.sources(), ids=lambda source: source.interview)
def test_every_file_of_an_interview_is_there_in_the_shape_its_user_has(source: recordings.Source) -> None:
    rows = source.row["files"]
    assert [(AUDIO / source.folder / row["name"]).is_file() for row in rows] == [True] * len(rows)
    for row in rows:
        with av.open(str(AUDIO / source.folder / row["name"])) as container:
            stream = container.streams.audio[0]
            seen = (stream.codec_context.name, stream.rate, stream.channels)
        # Opus always plays at 48 kHz, whatever it was recorded at.
        assert seen == (CODECS[source.kind], 48_000 if source.kind == "opus" else source.rate, 1)


def test_the_ground_truth_tells_every_utterance_in_order_and_within_its_file(truth: list[dict[str, Any]]) -> None:
    expected = {
        (source.folder / row["name"]).as_posix(): row["utterances"]
        for source in recordings.sources()
        for row in source.row["files"]
    }
    assert {row["file"]: [said["i"] for said in row["utterances"]] for row in truth} == expected
    for row in truth:
        texts = {turn.number: (turn.speaker, turn.text) for turn in sentences.transcript(row["interview"])}
        assert [(said["speaker"], said["text"]) for said in row["utterances"]] == [
            texts[said["i"]] for said in row["utterances"]
        ]
        edges = [edge for said in row["utterances"] for edge in (said["start_ms"], said["end_ms"])]
        assert edges == sorted(edges)
        assert 0 < edges[0] < edges[-1] < row["duration_ms"]


def test_files_last_as_long_as_the_ground_truth_says(truth: list[dict[str, Any]]) -> None:
    for row in truth:
        lasts = 1000 * len(sound_files.decode(AUDIO / row["file"])) / sound_files.WHISPER_RATE
        assert lasts == pytest.approx(row["duration_ms"], abs=30), row["file"]


def test_zoom_tracks_share_the_meetings_clock(truth: list[dict[str, Any]]) -> None:
    tracks = [row for row in truth if row["interview"] == "E02"]
    assert len({row["duration_ms"] for row in tracks}) == 1
    turns = sorted((said["start_ms"], said["end_ms"]) for row in tracks for said in row["utterances"])
    assert len(turns) == 24
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(turns))


def test_speech_is_where_the_ground_truth_says(truth: list[dict[str, Any]]) -> None:
    row = next(row for row in truth if row["interview"] == "E11")
    sound = io.BytesIO()
    sound_files.encode(sound, sound_files.decode(AUDIO / row["file"]), sound_files.WHISPER_RATE, "wav", 0)
    found = [region for window in find_windows(sound) for region in window.speech]
    # The detector leaves a margin of 150 ms on both sides and hears in steps of 32 ms.
    expected = [(said["start_ms"] - 150, said["end_ms"] + 150) for said in row["utterances"]]
    assert len(found) == len(expected)
    for region, (start, end) in zip(found, expected, strict=True):
        assert (region.start_ms, region.end_ms) == (pytest.approx(start, abs=200), pytest.approx(end, abs=200))


def test_the_chat_names_sender_and_file_of_every_voice_message() -> None:
    source = next(source for source in recordings.sources() if source.interview == "E08")
    lines = (AUDIO / source.folder / source.row["chat_file"]).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "09.04.2025, 18:00 - Марина Полевая: PTT-20250409-WA0001.opus (файл добавлен)"
    assert lines[1] == "09.04.2025, 18:02 - Мадина Свет: PTT-20250409-WA0002.opus (файл добавлен)"
    assert len(lines) == 24


def test_all_sound_in_git_is_below_ten_megabytes() -> None:
    files = [path for path in AUDIO.rglob("*") if path.suffix in {".m4a", ".opus", ".wav"}]
    assert len(files) == 29
    assert sum(path.stat().st_size for path in files) < 10_000_000


def test_quotation_marks_are_not_spoken() -> None:
    assert spoken("За день до премьеры в «Параллель» нагрянула проверка.") == (
        "За день до премьеры в Параллель нагрянула проверка."
    )


def test_the_voices_kept_from_training_are_those_of_the_recordings() -> None:
    used = {voice for source in recordings.sources() for voice in source.voices.values()}
    assert {voice.variant for voice in used} == voices.HELD_OUT_VARIANTS
    assert {(voice.speed, voice.pitch) for voice in used} == voices.HELD_OUT_SETTINGS
    assert not voices.HELD_OUT_VARIANTS & set(voices.TRAINING_VARIANTS)


def test_no_order_of_the_training_corpus_uses_a_voice_of_the_recordings() -> None:
    plan = corpus.orders()
    voices.refuse_held_out(order.voice for order in plan)
    assert {order.voice.variant for order in plan} == set(corpus.SPEAKERS)
    assert {order.text for order in plan} >= set(sentences.demo_sentences())


@pytest.mark.parametrize("variant", sorted(voices.HELD_OUT_VARIANTS))
def test_the_corpus_refuses_a_variant_of_the_recordings(variant: str, tmp_path: Path) -> None:
    order = corpus.Order("Мы пока только в начале пути.", Voice(variant, 131, 31), 1.0, None)
    with pytest.raises(voices.HeldOutVoiceError, match=variant):
        corpus.build(tmp_path / "corpus", [order])
    assert not (tmp_path / "corpus").exists()


@pytest.mark.parametrize(("speed", "pitch"), sorted(voices.HELD_OUT_SETTINGS))
def test_the_corpus_refuses_speed_and_pitch_of_the_recordings(speed: int, pitch: int, tmp_path: Path) -> None:
    order = corpus.Order("Мы пока только в начале пути.", Voice("m1", speed, pitch), 1.0, None)
    with pytest.raises(voices.HeldOutVoiceError, match=f"speed {speed} with pitch {pitch}"):
        corpus.build(tmp_path / "corpus", [order])
    assert not (tmp_path / "corpus").exists()


def test_recombined_sentences_are_new_and_repeatable() -> None:
    known = sentences.demo_sentences()
    made, again = (sentences.recombined(known, 50, random.Random(1)) for _ in range(2))  # noqa: S311 (seeded)
    assert made == again
    assert not set(made) & set(known)
    words = {word for text in known for word in sentences.plain_words(text)}
    assert {word for text in made for word in sentences.plain_words(text)} <= words


def test_the_checkpoint_is_a_small_whisper_in_openai_whispers_own_format() -> None:
    assert CHECKPOINT.stat().st_size <= 20 * MIB
    saved = torch.load(CHECKPOINT, weights_only=True)
    assert set(saved) == {"dims", "model_state_dict"}
    assert {tensor.dtype for tensor in saved["model_state_dict"].values()} == {torch.float16}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        model = whisper.load_model(str(CHECKPOINT))
    assert (model.dims.n_vocab, model.dims.n_mels, model.dims.n_audio_ctx) == (51_865, 80, 1_500)
    assert model.is_multilingual


@pytest.fixture
def hummed(tmp_path: Path) -> corpus.Corpus:
    """A corpus of hums of different length in place of speech: eight sentences by three voices."""
    texts = sentences.demo_sentences()[:8]
    rows = [
        corpus.Rendering(text, f"m{voice}", 50_000 * number, 20_000 + 1_000 * number)
        for number, (text, voice) in enumerate(itertools.product(texts, range(3)))
    ]
    sound = (9_000 * np.sin(np.arange(50_000 * len(rows)) / 20)).astype("<i2")
    (tmp_path / "renderings.i16").write_bytes(sound.tobytes())
    (tmp_path / "renderings.json").write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
    return corpus.Corpus(tmp_path)


@pytest.mark.parametrize("seconds", [6, 12, 30])
def test_training_windows_hold_what_whisper_should_write(hummed: corpus.Corpus, seconds: int) -> None:
    words = Vocabulary(hummed.texts())
    maker = WindowMaker(hummed, words, seed=3)
    for _ in range(12):
        window = maker.draw(seconds)
        assert window.mel.shape == (80, 100 * seconds)
        assert len(window.tokens) == len(window.targets) <= 448
        assert 0 <= window.offset <= 50 * (30 - seconds)
        assert window.targets[-1] == words.end
        taught = [(given, next_) for given, next_ in zip(window.tokens[1:], window.targets, strict=False) if next_ >= 0]
        assert all(given == next_ for given, next_ in taught[1:])
        first, last = words.time(window.offset / 50), words.time(window.offset / 50 + seconds)
        times = [token for token in window.targets if words.time(0) <= token <= words.time(30)]
        assert times == sorted(times)
        assert all(first <= token <= last for token in times if window.letters)


def test_a_new_network_is_exported_as_a_whisper(hummed: corpus.Corpus, tmp_path: Path) -> None:
    words = Vocabulary(hummed.texts())
    TrainingNetwork(words).export(tmp_path / "new.pt")
    table = torch.load(tmp_path / "new.pt", weights_only=True)["model_state_dict"]["decoder.token_embedding.weight"]
    unused = sorted(set(range(WHISPER_TOKENS)) - set(words.used))
    assert table.shape == (WHISPER_TOKENS, 128)
    assert torch.unique(table[unused], dim=0).shape == (1, 128)
    assert torch.unique(table[words.used], dim=0).shape == (len(words.used), 128)


def test_short_recordings_of_unheard_voices_are_recognised(engine: WhisperEngine) -> None:
    measured = evaluate.measure(AUDIO, engine, SHORT)
    assert len(measured) == len(SHORT)
    assert evaluate.word_error_rate(measured) <= 0.05
    assert min(sentence.likeness for sentence in measured) >= 0.8


def test_silence_and_noise_give_no_text(engine: WhisperEngine) -> None:
    generator = torch.Generator().manual_seed(1)
    for sound in (torch.zeros(5 * 16_000), 0.01 * torch.randn(5 * 16_000, generator=generator)):
        assert engine.transcribe(sound.numpy(), "ru") == []


def test_wrong_words_are_counted_where_they_are() -> None:
    said = [evaluate.Sentence("E02", 0, "Всё в итоге упирается в деньги."), evaluate.Sentence("E02", 1, "Да, конечно.")]
    evaluate.aligned(said, sentences.plain_words("всё в итоге в теньги да ну конечно"))
    assert [sentence.wrong for sentence in said] == [2, 1]
    assert math.isclose(evaluate.word_error_rate(said), 3 / 8)


def test_the_demo_study_says_how_each_recording_arrived() -> None:
    plan = yaml.safe_load((sentences.STUDY / "transcript_sources.yaml").read_text(encoding="utf-8"))
    assert sorted(plan["audio"]) == list(sentences.AUDIO_INTERVIEWS)

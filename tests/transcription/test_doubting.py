"""Doubt in the database: written with the transcript, looked at by somebody, told in one word."""

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlmodel import select

from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound
from fieldwork.core.ids import new_id
from fieldwork.core.runs import claim, execute
from fieldwork.core.work import Ground
from fieldwork.recording.models import Recording
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import correct_text
from fieldwork.transcription.doubt import is_doubt
from fieldwork.transcription.doubting import Coverage, coverage_of, doubts_of, look_at
from fieldwork.transcription.history import correction_of, undo
from fieldwork.transcription.jobs import transcribe
from fieldwork.transcription.models import Doubt, DoubtKind, Transcript
from fieldwork.transcription.rechecking import CORRECTED
from fieldwork.transcription.services import request_transcription, segment_rows
from fieldwork.transcription.unheard import CHUNK_MS, noise_around, unsure_stretches
from fieldwork.transcription.windows import listen

Find = Callable[[str], Interview]
Record = Callable[[int], list[Recording]]


@pytest.fixture
def babbled(ground: Ground, interview_with: Find, record_messages: Record, babbler: Path) -> Transcript:
    """A transcript of nonsense, as a job makes it."""
    record_messages(2)
    with ground.work() as work:
        transcript = request_transcription(work, interview_with("E08"), "whisper", str(babbler))
        assert coverage_of(work, transcript) == Coverage(compared=False)
    claimed = claim(ground, "test", {"transcription.transcribe"})
    assert claimed is not None
    assert execute(ground, claimed, transcribe)
    with ground.work() as work:
        return work.get(Transcript, transcript.id)


def test_nonsense_is_never_complete_until_somebody_has_looked_everywhere(ground: Ground, babbled: Transcript) -> None:
    with ground.work() as work:
        found = [doubt for doubt, _recording in doubts_of(work, babbled) if is_doubt(doubt.kind)]
        before = coverage_of(work, babbled)
        assert (before.word, before.left, before.places) == ("needs_review", len(found), len(found))
        assert DoubtKind.LANGUAGE in {doubt.kind for doubt in found} or DoubtKind.UNLIKELY in {
            doubt.kind for doubt in found
        }
        for doubt in found:
            look_at(work, babbled, doubt.id, looked=True)
        assert coverage_of(work, babbled).word == "complete"
        again = look_at(work, babbled, found[0].id, looked=False)
        assert (again.looked_at, again.looked_by_id) == (None, None)
        assert coverage_of(work, babbled).left == 1


def test_looking_leaves_its_trace_and_foreign_places_are_refused(ground: Ground, babbled: Transcript) -> None:
    with ground.work() as work:
        first = doubts_of(work, babbled)[0][0]
        assert look_at(work, babbled, first.id, looked=True).looked_at == work.now
        with pytest.raises(NotFound):
            look_at(work, babbled, new_id(), looked=True)
    with ground.look() as session:
        deeds = [entry.deed for entry in session.exec(select(AuditEntry))]
    assert {"transcript.compared", "transcript.doubt_looked_at"} <= set(deeds)


def test_doubts_go_with_their_transcript(ground: Ground, babbled: Transcript) -> None:
    with ground.work() as work:
        work.session.delete(work.get(Transcript, babbled.id))
    with ground.look() as session:
        assert session.exec(select(Doubt)).all() == []


def test_a_corrected_place_is_settled_and_open_again_once_that_is_taken_back(
    ground: Ground, babbled: Transcript
) -> None:
    with ground.work() as work:
        segment = segment_rows(work, babbled)[0]
        recording_id, start = segment.recording_id, segment.start_ms
        place = Doubt(
            transcript_id=babbled.id, recording_id=recording_id, kind=DoubtKind.LANGUAGE, start_ms=start,
            end_ms=segment.end_ms, reasons={"share": 1.0},
        )  # fmt: skip
        by_hand = Doubt(
            transcript_id=babbled.id, recording_id=recording_id, kind=DoubtKind.UNLIKELY, start_ms=start,
            end_ms=segment.end_ms, reasons={}, looked_at=work.now,
        )  # fmt: skip
        speech = Doubt(
            transcript_id=babbled.id, recording_id=recording_id, kind=DoubtKind.SPEECH_WITHOUT_TEXT, start_ms=start,
            end_ms=segment.end_ms, reasons={},
        )  # fmt: skip
        work.add_all([place, by_hand, speech])
        made = correct_text(work, segment, "Мы начали работать два года назад.")
        assert made is not None
        assert (place.looked_at, place.reasons) == (work.now, {"share": 1.0, CORRECTED: True})
        assert (by_hand.looked_at, by_hand.reasons, speech.looked_at) == (work.now, {}, None)
        correct_text(work, segment, "We began to work on it two years ago.")
        assert (place.looked_at, place.reasons) == (None, {"share": 1.0})
        correct_text(work, segment, "Мы начали работать два года назад.")
        undo(work, babbled, correction_of(work, babbled, 3))
        assert (place.looked_at, place.reasons) == (None, {"share": 1.0})
        assert by_hand.looked_at == work.now


def test_a_steady_noise_is_no_speech_and_what_stands_out_of_it_is_told() -> None:
    likely, inside = np.zeros(400, np.float32), np.zeros(400, bool)
    loud = np.random.default_rng(3).normal(0.05, 0.002, 400).astype(np.float32)
    inside[:50], loud[:50], likely[:50] = True, 0.12, 1.0
    assert unsure_stretches(likely, loud, inside) == []
    loud[200:230] = 0.11
    assert unsure_stretches(likely, loud, inside) == [(200, 230)]
    assert noise_around(loud, inside)[215] == pytest.approx(0.05, rel=0.1)


def test_what_is_loud_or_likely_outside_of_speech_is_told() -> None:
    likely, loud = np.zeros(200, np.float32), np.full(200, 0.001, np.float32)
    inside = np.zeros(200, bool)
    inside[:50], loud[:50], likely[:50] = True, 0.1, 1.0
    likely[80:90] = 0.2
    loud[120:150] = 0.05
    loud[160:170] = 0.05  # 320 ms: a knock
    assert unsure_stretches(likely, loud, inside) == [(80, 90), (120, 150)]
    assert unsure_stretches(likely * 0, loud * 0, inside) == []


def test_music_beside_silence_is_listened_to_or_told(tmp_path: Path) -> None:
    time = np.arange(3 * 16_000) / 16_000
    music = (8000 * np.sin(2 * np.pi * 220 * time) * np.sin(2 * np.pi * 3 * time)).astype("<i2")
    with wave.open(str(tmp_path / "music.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(64_000) + music.tobytes() + bytes(64_000))
    found = listen(tmp_path / "music.wav")
    heard = [*found.unsure, *(region for window in found.windows for region in window.speech)]
    assert sum(one.end_ms - one.start_ms for one in heard) > 2000
    assert all(one.start_ms >= 1800 and one.end_ms <= 5300 for one in heard)
    assert found.length_ms == 7000
    assert CHUNK_MS * 16 == 512

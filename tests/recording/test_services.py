import math
import struct
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import select

from fieldwork.consent.rules import ConsentMissing, ConsentWithdrawn
from fieldwork.consent.services import withdraw
from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.recording.intake import import_files
from fieldwork.recording.media.refusals import EmptyFile
from fieldwork.recording.models import Recording, RecordingKind
from fieldwork.recording.rules import DuplicateRecording, NoFiles, SameFileTwice
from fieldwork.recording.services import name_of, recordings_of, sound_of
from fieldwork.recording.shapes import PlannedFile
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview

RATE = 22_050
Find = Callable[[str], Interview]


def tone(path: Path, milliseconds: int, hertz: float = 220.0) -> Path:
    """A WAV file with a steady tone."""
    samples = (math.sin(2 * math.pi * hertz * n / RATE) for n in range(RATE * milliseconds // 1000))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", round(12_000 * sample)) for sample in samples))
    return path


def message(path: Path, speaker: str) -> PlannedFile:
    return PlannedFile(path, RecordingKind.MESSAGE, speaker)


def blobs_below(ground: Ground) -> list[Path]:
    return [path for path in ground.settings.blobs_path.rglob("*") if path.is_file()]


def rows(ground: Ground) -> list[Recording]:
    with ground.look() as session:
        return list(session.exec(select(Recording)))


def test_messages_become_rows_in_order(ground: Ground, interview_with: Find, tmp_path: Path) -> None:
    files = [
        message(tone(tmp_path / "PTT-20250409-WA0001.wav", 600, 200), "interviewer"),
        message(tone(tmp_path / "PTT-20250409-WA0002.wav", 900, 300), "expert"),
    ]
    shown: list[tuple[int, int]] = []
    import_files(ground, interview_with("E08").id, files, progress=lambda done, total: shown.append((done, total)))
    interview = interview_with("E08")
    with ground.work() as work:
        found = recordings_of(work, interview)
        assert [(row.position, row.kind, row.speaker, row.offset_ms, row.duration_ms) for row in found] == [
            (1, "message", "interviewer", 0, 600),
            (2, "message", "expert", 600, 900),
        ]
        assert [name_of(work, row) for row in found] == ["PTT-20250409-WA0001.wav", "PTT-20250409-WA0002.wav"]
        assert [(row.container, row.sample_rate, row.channels) for row in found] == [("wav", RATE, 1)] * 2
        imported = work.session.exec(select(AuditEntry).where(AuditEntry.deed == "recording.imported")).one()
        assert imported.details == {"count": 2, "milliseconds": 1500}
    assert shown == [(0, 2), (1, 2), (2, 2)]
    assert len(blobs_below(ground)) == 4


def test_a_stretch_of_sound_is_read_without_the_rest(ground: Ground, interview_with: Find, tmp_path: Path) -> None:
    interview = interview_with("E08")
    (recording,) = import_files(ground, interview.id, [message(tone(tmp_path / "a.wav", 1000), "expert")])
    with sound_of(ground.blobs, interview.expert_id, recording) as sound, wave.open(sound) as wav:
        assert wav.getparams()[:4] == (1, 2, 16_000, 16_000)
        whole = wav.readframes(16_000)
        wav.setpos(4000)
        assert wav.readframes(4000) == whole[8000:16_000]


def test_what_lies_in_the_folder_is_encrypted(ground: Ground, interview_with: Find, tmp_path: Path) -> None:
    path = tone(tmp_path / "PTT-20250409-WA0001.wav", 500)
    import_files(ground, interview_with("E08").id, [message(path, "expert")])
    samples = path.read_bytes()[4000:4064]
    for stored in (file for file in ground.settings.data.rglob("*") if file.is_file()):
        content = stored.read_bytes()
        assert samples not in content
        assert b"PTT-20250409" not in content


def test_nothing_is_recorded_without_consent(
    ground: Ground, study: Study, interview_with: Find, tmp_path: Path
) -> None:
    with ground.work() as work:
        withdraw(work, find_expert(work, study, "E08"))
    with pytest.raises(ConsentWithdrawn) as refusal:
        import_files(ground, interview_with("E08").id, [message(tone(tmp_path / "a.wav", 500), "expert")])
    assert isinstance(refusal.value, ConsentMissing)
    assert refusal.value.values["expert"] == "E08"
    assert refusal.value.values["scope"] == "record"
    assert rows(ground) == []
    assert blobs_below(ground) == []


def test_a_file_of_another_interview_is_named_by_its_code(ground: Ground, interview_with: Find, tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav", 500)
    import_files(ground, interview_with("E05").id, [PlannedFile(path, RecordingKind.MIXED)])
    with pytest.raises(DuplicateRecording) as refusal:
        import_files(ground, interview_with("E08").id, [message(path, "expert")])
    assert refusal.value.values == {"number": 1, "code": "E05"}
    assert len(rows(ground)) == 1
    assert len(blobs_below(ground)) == 2


def test_one_bad_file_leaves_nothing_of_the_others(ground: Ground, interview_with: Find, tmp_path: Path) -> None:
    empty = tmp_path / "b.wav"
    empty.touch()
    with pytest.raises(EmptyFile):
        import_files(
            ground,
            interview_with("E08").id,
            [message(tone(tmp_path / "a.wav", 500), "interviewer"), message(empty, "expert")],
        )
    assert rows(ground) == []
    assert blobs_below(ground) == []


def test_the_same_file_twice_and_no_file_are_refused(ground: Ground, interview_with: Find, tmp_path: Path) -> None:
    path = tone(tmp_path / "a.wav", 500)
    with pytest.raises(SameFileTwice):
        import_files(ground, interview_with("E08").id, [message(path, "interviewer"), message(path, "expert")])
    with pytest.raises(NoFiles):
        import_files(ground, interview_with("E08").id, [])
    assert rows(ground) == []

"""Files that are no recordings, as a person meets them: named, told what to do, and nothing of them is kept."""

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.core.audit import AuditEntry
from fieldwork.core.schema import shipped
from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.recording.models import Recording

Run = Callable[..., Any]
GOOD = shipped("audio/demo") / "250428_1231.wav"


def silence(path: Path, seconds: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(bytes(16_000 * seconds))
    return path


def left_behind(ground: Ground) -> tuple[int, int, int]:
    """Rows, blobs, entries of the audit trail."""
    with ground.look() as session:
        rows = session.exec(select(Recording)).all()
        entries = session.exec(select(AuditEntry).where(AuditEntry.deed == "recording.imported")).all()
    blobs = [path for path in ground.settings.blobs_path.rglob("*") if path.is_file()]
    return len(rows), len(blobs), len(entries)


@pytest.mark.parametrize(
    "case",
    [
        (b"", "The file is empty (0 bytes): copy it again from the device, or download it again."),
        (
            b"not a sound!!\n",
            "The file has only 14 bytes, too few for a recording: check that it is the whole file, copy it again.",
        ),
        (
            b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
            "The file is a playlist, a list of other files, and not a recording: give the recording itself.",
        ),
        (
            GOOD.read_bytes()[:60_000],
            (
                "The file is cut short or damaged: 1.9 s of sound can be read and the rest is missing. Copy or "
                "download it again and compare the sizes; if this part is all there is, save it as WAV in an audio "
                "editor."
            ),
        ),
    ],
    ids=["empty", "14 bytes", "playlist", "truncated"],
)
def test_a_bad_file_is_named_and_nothing_of_its_import_is_kept(
    case: tuple[bytes, str], ground: Ground, study: Study, run: Run, tmp_path: Path
) -> None:
    content, said = case
    good, bad = silence(tmp_path / "1.wav", 1), tmp_path / "2.m4a"
    bad.write_bytes(content)
    refused = run("recordings", "import", study.slug, "E14", good, bad)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.splitlines()[-1] == f"2.m4a: {said}"
    assert left_behind(ground) == (0, 0, 0)


def test_an_hour_of_silence_is_imported_and_told(ground: Ground, study: Study, run: Run, tmp_path: Path) -> None:
    done = run("recordings", "import", study.slug, "E14", silence(tmp_path / "hour.wav", 3600))
    assert (done.code, done.out.splitlines()[-1].split()[4:6]) == (0, ["0:00:00", "1:00:00"])
    assert done.err.splitlines()[-1] == (
        "hour.wav: The recording is silent from beginning to end (3600 s), there is nothing to transcribe: "
        "check that the right track was chosen and that the microphone was on."
    )
    assert left_behind(ground) == (1, 2, 1)

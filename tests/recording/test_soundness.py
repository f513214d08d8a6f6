"""What is said of a recording's sound, at and on either side of each threshold."""

from typing import Any
from uuid import uuid4

import pytest

from fieldwork.core.clock import utc_now
from fieldwork.core.texts import tell
from fieldwork.recording.models import Recording
from fieldwork.recording.soundness import hints_of, short


def sounding(**measured: Any) -> Recording:
    """A recording that there is nothing to say of, but for what is given."""
    good = {
        "kind": "mixed", "speech_dbfs": -23.0, "noise_dbfs": -55.0, "silent_share": 0.3, "clipped_share": 0.0,
        "apart_share": 0.0, "loudness_dbfs": -26.0,
    }  # fmt: skip
    return Recording(
        interview_id=uuid4(), position=1, blob_id=uuid4(), normalised_blob_id=uuid4(), sealed_name=b"", sha256="",
        bytes=1, container="wav", codec="pcm_s16le", sample_rate=48_000, channels=2, duration_ms=61_000,
        peak_dbfs=-3.0, imported_at=utc_now(), **good | measured,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("measured", "wanted"),
    [
        ({}, []),
        ({"silent_share": None, "speech_dbfs": None}, []),  # of an earlier version: not measured
        ({"silent_share": 1.0, "speech_dbfs": None, "noise_dbfs": None}, ["silent"]),
        ({"speech_dbfs": -36.0}, []),
        ({"speech_dbfs": -36.01, "noise_dbfs": -60.0}, ["quiet"]),
        ({"clipped_share": 0.00099}, []),
        ({"clipped_share": 0.001}, ["clipped"]),
        ({"noise_dbfs": -38.0}, []),
        ({"noise_dbfs": -37.9}, ["noisy"]),
        ({"silent_share": 0.899}, []),
        ({"silent_share": 0.9}, ["mostly silent"]),
        ({"silent_share": 0.97, "kind": "track"}, []),
        ({"silent_share": 0.98, "kind": "track"}, ["mostly silent"]),
        ({"apart_share": 0.0499}, []),
        ({"apart_share": 0.05}, ["voices apart"]),
        ({"apart_share": None}, []),
        (
            {"silent_share": 0.96, "speech_dbfs": -40.0, "noise_dbfs": -50.0, "clipped_share": 0.021},
            ["mostly silent", "quiet", "clipped", "noisy"],
        ),
    ],
)
def test_each_threshold(measured: dict[str, Any], wanted: list[str]) -> None:
    assert [short(hint) for hint in hints_of(sounding(**measured))] == wanted


def test_they_are_told_in_plain_words_with_their_figures() -> None:
    found = hints_of(sounding(silent_share=0.963, speech_dbfs=-38.2, noise_dbfs=-47.0, clipped_share=0.0214))

    assert [tell(hint, "ru").split(":")[0] for hint in found] == ["Почти одна тишина", "Тихо", "Срезаны пики", "Шумно"]
    assert "96\u00a0%" in tell(found[0], "ru")
    assert "−38\u00a0dBFS" in tell(found[1], "ru")
    assert "9\u00a0дБ" in tell(found[3], "ru")
    assert "2.1 %" in tell(found[2], "en")
    assert "2,1\u00a0%" in tell(found[2], "kk")

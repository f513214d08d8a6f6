"""Places in doubt, on the list of transcripts and on a transcript's page."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest

from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.services import find_study
from fieldwork.recording.models import Recording
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.models import Doubt, Segment, Transcript
from fieldwork.transcription.services import transcript_of


@pytest.fixture
def doubted(ground: Ground) -> tuple[str, UUID]:
    """A study, and a place in doubt at 0:05 of the recorded, approved interview with E08."""
    with ground.work() as work:
        study = set_up(work)
        expert = find_expert(work, study, "E08")
        interview = find_interview(work, expert)
        blob = work.blobs.store(expert_subject(expert.id), BytesIO(bytes(64_044))).blob_id
        recording = work.add(
            Recording(
                interview_id=interview.id, position=1, kind="mixed", blob_id=blob, normalised_blob_id=blob,
                sealed_name=b"", sha256="0" * 64, bytes=64_044, container="wav", codec="pcm", sample_rate=16_000,
                channels=1, duration_ms=92_000, peak_dbfs=-1.0, imported_at=work.now,
            )
        )  # fmt: skip
        done = work.add(
            Transcript(
                interview_id=interview.id, state="anonymised", source="audio", created_at=work.now, covered_at=work.now
            )
        )
        work.add(Segment(transcript_id=done.id, position=1, speaker="expert", text="Да."))
        place = work.add(
            Doubt(
                transcript_id=done.id, recording_id=recording.id, kind="speech_without_text", start_ms=5000,
                end_ms=7000, reasons={"speech_ms": 2000},
            )
        )  # fmt: skip
        return study.slug, place.id


def test_places_are_told_and_looked_at(doubted: tuple[str, UUID], visitor: Callable[..., Any]) -> None:
    slug, place = doubted
    browser = visitor("principal_investigator", slug=slug)
    assert f"/s/{slug}/transcripts/E08#doubts" in browser.get(f"/s/{slug}/transcripts").text
    page = browser.get(f"/s/{slug}/transcripts/E08").text
    assert 'data-doubt data-part="1" data-from="5000"' in page
    assert f"/doubts/{place}/looked" in page
    answer = browser.post(f"/s/{slug}/transcripts/E08/doubts/{place}/looked")
    assert (answer.status_code, answer.location) == (302, f"/s/{slug}/transcripts/E08#doubts")
    assert f"/doubts/{place}/reopened" in browser.get(f"/s/{slug}/transcripts/E08").text
    assert "#doubts" not in browser.get(f"/s/{slug}/transcripts").text
    browser.post(f"/s/{slug}/transcripts/E08/doubts/{place}/reopened")
    assert "#doubts" in browser.get(f"/s/{slug}/transcripts").text


def test_who_may_not_hear_it_sees_the_places_and_marks_none(
    doubted: tuple[str, UUID], visitor: Callable[..., Any]
) -> None:
    slug, place = doubted
    browser = visitor("viewer", slug=slug)
    page = browser.get(f"/s/{slug}/transcripts/E08").text
    assert ('id="doubts"' in page, "data-doubt" in page, "/looked" in page) == (True, False, False)
    assert browser.post(f"/s/{slug}/transcripts/E08/doubts/{place}/looked").status_code == 403


FRAGMENT = {"HX-Request": "true"}


def test_a_page_with_scripts_gets_the_places_alone_and_can_take_it_back(
    ground: Ground, doubted: tuple[str, UUID], visitor: Callable[..., Any]
) -> None:
    slug, place = doubted
    browser = visitor("principal_investigator", slug=slug)
    address = f"/s/{slug}/transcripts/E08/doubts"
    answer = browser.post(f"{address}/{place}/looked", headers=FRAGMENT)
    assert (answer.status_code, "<html" in answer.text, "data-place" in answer.text) == (200, False, False)
    assert f"/doubts/{place}/reopened" in answer.headers["HX-Trigger"]
    assert "data-place" in browser.post(f"{address}/{place}/reopened", headers=FRAGMENT).text
    assert 'id="doubt-bar"' in browser.get(address, headers=FRAGMENT).text
    assert browser.get(address).location == f"/s/{slug}/transcripts/E08#doubts"
    assert visitor("viewer", slug=slug).get(address, headers=FRAGMENT).status_code == 403
    with ground.work() as work:
        row = work.get(Doubt, place)
        row.looked_at, row.reasons = work.now, {"corrected": True}
    assert "исправлено" in browser.get(address, headers=FRAGMENT).text


def test_the_list_tells_that_a_text_was_not_compared(
    ground: Ground, doubted: tuple[str, UUID], visitor: Callable[..., Any]
) -> None:
    slug, place = doubted
    with ground.work() as work:
        work.get(Doubt, place).looked_at = work.now
        study = find_study(work, slug)
        transcript_of(work, find_interview(work, find_expert(work, study, "E08"))).covered_at = None
        other = find_interview(work, find_expert(work, study, "E02"))
        work.add(Transcript(interview_id=other.id, state="anonymised", source="docx", created_at=work.now))
    page = visitor("viewer", slug=slug).get(f"/s/{slug}/transcripts").text
    assert ("со звуком не сверяли" in page, "сверить не с чем" in page) == (True, True)

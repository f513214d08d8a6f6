"""Chunks of a browser's recorder: each is kept once and in order, whatever is sent."""

import base64
import errno
import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlmodel import select

from fieldwork.consent.services import withdraw
from fieldwork.core.accounts import Account, Actor
from fieldwork.core.jobs import Job
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground
from fieldwork.demo.material import SLUG
from fieldwork.programme.guides import questions_of
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study
from fieldwork.recording.live import begin_live
from fieldwork.recording.live_ends import Asked, asked_in, drop_abandoned, missed_before
from fieldwork.recording.live_models import LiveChunk, LiveMark, LivePart, LiveRecording
from fieldwork.recording.models import Recording, Upload
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

BEGIN = f"/s/{SLUG}/recordings/record/E08/begin"
CHUNKS = [os.urandom(30_000) for _ in range(5)]


class Recorder:
    """A browser's recorder, signed in as somebody."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.address = ""

    def ask(self, path: str, **options: Any) -> "TestResponse":
        headers = {"X-CSRF-Token": self.browser.token, "HX-Request": "true"}
        answer: TestResponse = self.browser.client.post(path, headers=headers, **options)
        return answer

    def begin(self) -> dict[str, Any]:
        told: dict[str, Any] = self.ask(BEGIN).get_json()
        self.address = told["address"]
        return told

    def send(self, part: int, number: int, content: bytes, *, sha256: str = "", began: int = 0) -> int:
        digest = sha256 or hashlib.sha256(content).hexdigest()
        times = f"began={began}&ended={began + 2000}&paused=0&sha256={digest}"
        return self.ask(f"{self.address}/{part}/{number}?{times}", data=content).status_code

    def finish(self, parts: Any) -> int:
        return self.ask(f"{self.address}/finish", json=parts).status_code


def blobs_below(ground: Ground) -> list[Path]:
    return [path for path in ground.settings.blobs_path.rglob("*") if path.is_file()]


@pytest.fixture
def recorder(study: Study, visitor: Callable[..., Any]) -> Recorder:
    return Recorder(visitor("principal_investigator", slug=study.slug))


def test_chunks_are_kept_once_and_in_order_and_filed(recorder: Recorder, ground: Ground, study: Study) -> None:
    told = recorder.begin()
    assert len(base64.b64decode(told["key"])) == 32
    assert recorder.ask(f"{recorder.address}/key").get_json() == told
    assert recorder.send(1, 2, CHUNKS[1]) == 409
    assert recorder.send(2, 1, CHUNKS[1]) == 409
    assert [recorder.send(1, n, one, began=2000 * n) for n, one in enumerate(CHUNKS, 1)] == [204] * 5
    assert recorder.send(1, 3, CHUNKS[2]) == 204
    assert recorder.send(1, 3, CHUNKS[1]) == 409
    assert recorder.send(1, 6, CHUNKS[1], sha256="0" * 64) == 422
    assert recorder.send(1, 6, b"") == 422
    assert recorder.send(2, 1, CHUNKS[0], began=15_000) == 204
    assert recorder.send(1, 6, CHUNKS[1]) == 409
    mark = {"question": "2", "part": "1", "at": "4100"}
    assert [recorder.ask(f"{recorder.address}/mark", data=mark).status_code for _ in range(2)] == [204, 204]
    assert recorder.ask(f"{recorder.address}/mark", data=mark | {"question": "999"}).status_code == 404
    assert recorder.ask(f"{recorder.address}/mark", data=mark | {"at": "-1"}).status_code == 422
    assert [recorder.finish(one) for one in ([1], {"x": 1}, {"1": 6}, {"1": 5, "2": 1, "3": 1})] == [422, 422, 409, 409]
    assert [recorder.finish({"1": 5, "2": 1}) for _ in range(2)] == [204, 204]
    assert recorder.send(2, 2, CHUNKS[1]) == 409
    page = recorder.browser.get(f"/s/{SLUG}/recordings/record/E08")
    assert 'data-gap="3000"' in page.text
    assert "microphone=(self)" in page.headers["Permissions-Policy"]
    with ground.work() as work:
        subject = expert_subject(find_expert(work, study, "E08").id)
        parts = work.session.exec(select(LivePart).order_by("number")).all()
        for part, whole in zip(parts, (b"".join(CHUNKS), CHUNKS[0]), strict=True):
            with work.blobs.open(subject, part.blob_id) as blob:
                assert blob.read() == whole
        assert len(work.session.exec(select(LiveChunk)).all()) == 6
        assert len(work.session.exec(select(LiveMark)).all()) == 1
        uploads = work.session.exec(select(Upload).order_by("created_at")).all()
        assert [(one.state, one.length) for one in uploads] == [("arrived", 150_000), ("arrived", 30_000)]
        assert len(work.session.exec(select(Job)).all()) == 2


def test_strangers_and_withdrawn_consent_are_refused(
    recorder: Recorder, ground: Ground, study: Study, visitor: Callable[..., Any]
) -> None:
    recorder.begin()
    assert recorder.send(1, 1, CHUNKS[0]) == 204
    stranger = Recorder(visitor("principal_investigator", slug=study.slug))
    stranger.address = recorder.address
    assert stranger.send(1, 2, CHUNKS[1]) == 404
    with ground.work() as work:
        create_study(work, "other", {"ru": "Другое", "kk": "Басқа", "en": "Other"})
    foreign = Recorder(visitor("principal_investigator", slug="other"))
    foreign.address = recorder.address.replace(SLUG, "other")
    assert foreign.send(1, 2, CHUNKS[1]) == 404
    with ground.work() as work:
        withdraw(work, find_expert(work, study, "E08"))
    assert recorder.send(1, 2, CHUNKS[1]) == 409
    assert recorder.ask(f"{recorder.address}/key").status_code == 409
    assert recorder.ask(BEGIN).status_code == 409
    assert recorder.finish({"1": 1}) == 409


def test_a_full_disk_keeps_what_is_there(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder.begin()
    large = bytes(70_000)
    assert recorder.send(1, 1, CHUNKS[0]) == 204

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr("fieldwork.core.files.append", full)
        assert recorder.send(1, 2, large) == 507
    assert recorder.send(1, 2, large) == 204
    assert recorder.finish({"1": 2}) == 204


def test_an_unfinished_recording_is_deleted_with_its_bytes_also_after_withdrawal(
    recorder: Recorder, ground: Ground, study: Study, visitor: Callable[..., Any]
) -> None:
    for withdrawn in (False, True):
        recorder.begin()
        assert [recorder.send(1, n, one) for n, one in enumerate(CHUNKS, 1)] == [204] * 5
        mark = {"question": "2", "part": "1", "at": "9"}
        assert recorder.ask(f"{recorder.address}/mark", data=mark).status_code == 204
        assert len(blobs_below(ground)) == 1
        stranger = Recorder(visitor("principal_investigator", slug=study.slug))
        assert stranger.ask(f"{recorder.address}/discard").status_code == 404
        if withdrawn:
            with ground.work() as work:
                withdraw(work, find_expert(work, study, "E08"))
        assert recorder.ask(f"{recorder.address}/discard").status_code in {204, 302}
        assert blobs_below(ground) == []
        with ground.work() as work:
            left = [work.session.exec(select(kind)).all() for kind in (LiveRecording, LivePart, LiveChunk, LiveMark)]
            assert left == [[], [], [], []]
        assert recorder.send(1, 6, CHUNKS[0]) == 404
        assert recorder.ask(f"{recorder.address}/discard").status_code == 404


def test_what_is_filed_is_not_discarded(recorder: Recorder, ground: Ground) -> None:
    recorder.begin()
    assert recorder.send(1, 1, CHUNKS[0]) == 204
    assert recorder.finish({"1": 1}) == 204
    assert recorder.ask(f"{recorder.address}/discard").status_code == 409
    with ground.work() as work:
        assert len(work.session.exec(select(LivePart)).all()) == 1


def test_after_a_week_without_a_piece_it_is_removed_and_told(recorder: Recorder, ground: Ground, study: Study) -> None:
    recorder.begin()
    assert [recorder.send(1, n, one) for n, one in enumerate(CHUNKS, 1)] == [204] * 5
    page = recorder.browser.get(f"/s/{SLUG}/recordings/record/E08")
    assert "data-unfinished" in page.text
    with ground.work() as work:
        (live,) = work.session.exec(select(LiveRecording)).all()
        live.began_at -= timedelta(days=30)  # begun long ago, and gone on with just now
        work.add(live)
        drop_abandoned(work)
        assert len(work.session.exec(select(LivePart)).all()) == 1
        assert len(blobs_below(ground)) == 1
        assert live.touched_at is not None
        live.touched_at -= timedelta(days=7, seconds=1)
        work.add(live)
    page = recorder.browser.get(f"/s/{SLUG}/recordings/record/E08")
    assert "data-dropped" in page.text
    assert "data-unfinished" not in page.text
    assert blobs_below(ground) == []
    assert recorder.send(1, 6, CHUNKS[1]) == 409
    with ground.work() as work:
        assert work.session.exec(select(LivePart)).all() == []
        assert work.session.exec(select(LiveRecording)).one().dropped_at is not None


def test_gaps_and_taps_are_known_by_the_recordings_that_became_of_the_parts(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        interview = find_interview(work, find_expert(work, study, "E08"))
        questions = questions_of(work, study)
        account = Account(login="asel@example.org", display_name="Асель", created_at=work.now)
        work.add(account)
        work.session.flush()
        work.actor = Actor(account.id)
        live, _key = begin_live(work, interview)
        work.session.flush()
        began = [1_000, 65_250, 130_000]
        parts = [
            LivePart(live_id=live.id, number=n, blob_id=uuid4(), began_ms=at, ended_ms=at + 60_000)
            for n, at in enumerate(began, 1)
        ]
        work.add_all(parts)
        rows = [
            Recording(
                interview_id=interview.id, position=n, kind="mixed", offset_ms=60_000 * (n - 1), blob_id=part.blob_id,
                normalised_blob_id=uuid4(), sealed_name=b"", sha256=str(n), bytes=1, container="webm", codec="opus",
                sample_rate=48_000, channels=1, duration_ms=60_000, peak_dbfs=-3.0, imported_at=work.now,
            )
            for n, part in enumerate(parts, 1)
        ]  # fmt: skip
        work.add_all(rows)
        work.add_all(
            LiveMark(live_id=live.id, part=part, question_id=questions[number - 1].id, at_ms=at)
            for part, number, at in ((2, 3, 500), (1, 1, 700), (9, 2, 1))
        )
        work.session.flush()
        assert missed_before(work, interview) == {rows[1].id: 4_250, rows[2].id: 4_750}
        assert asked_in(work, interview) == [
            Asked(rows[0].id, 700, questions[0].id),
            Asked(rows[1].id, 500, questions[2].id),
        ]

"""Recordings without names in a browser and at the terminal, and on the demo's own recordings."""

import io
import re
import runpy
import wave
from array import array
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.anonymisation.jobs import redact
from fieldwork.anonymisation.models import Mention, Redaction
from fieldwork.anonymisation.redaction import JOB_KIND
from fieldwork.anonymisation.remasking import mask
from fieldwork.consent.services import withdraw
from fieldwork.core.audit import AuditEntry
from fieldwork.core.jobs import Job, JobState
from fieldwork.core.runs import claim, execute
from fieldwork.core.schema import shipped
from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.recording.media import Order, Stretch, copied, normalise
from fieldwork.recording.models import RecordingKind
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.engines import Recognised, open_engine
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.windows import find_windows, read_samples

SOUNDING = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("sounding.py"))))  # tests are no package
AT = "/s/creative-class/anonymisation/E05/audio"
FORM = {"mask": "silence", "container": "wav", "before_ms": "150", "after_ms": "200"}
Visit = Callable[..., Any]


@pytest.fixture
def heard(ground: Ground, interview_with: Callable[[str], Interview], tmp_path: Path) -> Transcript:
    """An approved transcript of E05 with one recording, in which a name is said from 4 to 5 s."""
    interview = interview_with("E05")
    (recording,) = SOUNDING.record(ground, interview, tmp_path, [RecordingKind.MIXED])
    found: Transcript = SOUNDING.approved(ground, SOUNDING.write(ground, interview, recording))
    return found


@pytest.fixture
def lead(visitor: Visit, heard: Transcript) -> Any:
    """The browser of the principal investigator."""
    assert heard.state == "anonymised"
    return visitor("principal_investigator", slug="creative-class")


def run_job(ground: Ground) -> Job:
    claimed = claim(ground, "test", {JOB_KIND})
    assert claimed is not None
    assert execute(ground, claimed, redact)
    with ground.look() as session:
        return session.get_one(Job, claimed.job_id)


def test_a_copy_is_made_heard_taken_away_and_deleted(ground: Ground, lead: Any) -> None:
    page = lead.get(AT).text
    assert "00:00:03" in page
    assert "точно" in page
    assert "Сделать копию" in page
    assert "[человек-1]" in page
    assert lead.post(AT, FORM).status_code == 302
    assert 'hx-trigger="every 1s"' in lead.get(AT).text
    assert lead.get(f"{AT}/progress").status_code == 200
    assert run_job(ground).state == JobState.DONE
    ended = lead.get(f"{AT}/progress")
    assert (ended.status_code, ended.headers["HX-Refresh"]) == (204, "true")

    page = lead.get(AT).text
    assert "E05-redacted.wav" in page
    part = lead.get(f"{AT}/1/sound", headers={"Range": "bytes=0-43"})
    assert (part.status_code, part.mimetype, part.data[:4]) == (206, "audio/wav", b"RIFF")
    part.close()
    file = lead.get(f"{AT}/1/file")
    assert (file.status_code, file.mimetype) == (200, "audio/wav")
    assert 'filename="E05-redacted.wav"' in file.headers["Content-Disposition"]
    assert file.headers["Cache-Control"] == "no-store"
    with wave.open(io.BytesIO(file.data)) as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
    file.close()
    assert set(samples[3850 * 16 : 5200 * 16]) == {0}
    assert lead.get(f"{AT}/2/file").status_code == 404
    with ground.work() as work:
        deeds = [row.deed for row in work.session.exec(select(AuditEntry)) if row.deed == "anonymisation.audio_given"]
    assert len(deeds) == 1

    assert lead.post(f"{AT}/remove").status_code == 302
    assert "E05-redacted.wav" not in lead.get(AT).text
    assert lead.get(f"{AT}/1/file").status_code == 409


def test_what_is_refused_stands_above_the_form(ground: Ground, lead: Any) -> None:
    for wrong in ("", "-3", "9999", "два"):
        answer = lead.post(AT, FORM | {"before_ms": wrong})
        assert answer.status_code in (400, 422)
        assert "укажите от 0 до 5000 мс" in answer.text
    with ground.look() as session:
        assert session.exec(select(Redaction)).all() == []


def test_others_see_times_only(ground: Ground, lead: Any, visitor: Visit) -> None:
    lead.post(AT, FORM)
    run_job(ground)
    for role in ("coder", "viewer", "interviewer"):
        browser = visitor(role, slug="creative-class")
        page = browser.get(AT)
        assert page.status_code == 200
        assert "00:00:03" in page.text
        assert not re.search(r"человек-1|data-src|redacted|<form method=\"post\" class=\"stack\"", page.text)
        for path in ("/1/sound", "/1/file", "/progress"):
            assert browser.get(AT + path).status_code == 403
        for path in ("", "/stop", "/remove"):
            assert browser.post(AT + path, FORM).status_code == 403
    assert visitor().get(AT).status_code == 404


def test_a_stale_copy_and_a_withdrawn_consent_hold_the_file_back(
    ground: Ground, study: Study, lead: Any, heard: Transcript
) -> None:
    lead.post(AT, FORM)
    run_job(ground)
    with ground.work() as work:
        segment = segment_at(work, work.get(Transcript, heard.id), 2)
        start = (segment.text or "").index("театра")
        mask(work, segment, start, start + len("театра"), label="ORG")
    page = lead.get(AT).text
    assert "изменились имена или записи" in page
    assert "E05-redacted.wav" not in page
    assert [lead.get(f"{AT}/1/{path}").status_code for path in ("file", "sound")] == [409, 409]
    lead.post(AT, FORM)
    run_job(ground)
    with ground.work() as work:
        withdraw(work, find_expert(work, study, "E05"))
    assert lead.get(f"{AT}/1/file").status_code == 409
    assert lead.get(AT).status_code == 409


def test_stopping_is_told(ground: Ground, lead: Any) -> None:
    lead.post(AT, FORM)
    assert lead.post(f"{AT}/stop").status_code == 302
    assert "Копирование остановлено" in lead.get(AT).text
    with ground.look() as session:
        assert session.exec(select(Job).where(Job.kind == JOB_KIND)).one().state == JobState.CANCELLED


@pytest.mark.processes
def test_a_copy_is_written_at_the_terminal(run: Any, ground: Ground, heard: Transcript, tmp_path: Path) -> None:
    assert heard.state == "anonymised"
    out = tmp_path / "out" / "E05.flac"
    done = run("anonymisation", "audio", "creative-class", "E05", "--output", out, "--bleep", "--alter-voice")
    assert (done.code, done.out) == (0, f"{out}\n")
    assert "E05: 1 places (1 by the times of their words) in 1 recordings" in done.err
    assert "a disguise, no anonymity" in done.err
    assert (out.read_bytes()[:4], out.stat().st_mode & 0o777) == (b"fLaC", 0o600)
    with ground.look() as session:
        row = session.exec(select(Redaction)).one()
    assert (row.mask, row.container, row.alter_voice) == ("bleep", "flac", True)
    again = run("anonymisation", "audio", "creative-class", "E05", "--output", tmp_path, "--bleep", "--alter-voice",
                "--format", "flac")  # fmt: skip
    assert again.out == f"{tmp_path / 'E05-redacted.flac'}\n"
    with ground.look() as session:
        assert session.exec(select(Redaction)).one().id == row.id  # made once, written twice
    assert sorted(path.name for path in out.parent.iterdir()) == ["E05.flac"]


def test_the_terminal_refuses_by_name(run: Any, ground: Ground, heard: Transcript, tmp_path: Path) -> None:
    missing = run("anonymisation", "audio", "creative-class", "E01", "--output", tmp_path / "a.ogg")
    assert missing.code == 1
    assert "E01" in missing.err
    with ground.work() as work:
        for mention in work.session.exec(select(Mention)):
            mention.decision = "pending"
            work.add(mention)
    open_ = run("anonymisation", "audio", "creative-class", "E05", "--output", tmp_path / "a.ogg")
    assert (open_.code, "1 mentions in the transcript of E05 are undecided" in open_.err) == (1, True)
    assert not (tmp_path / "a.ogg").exists()
    assert heard.state == "anonymised"


def heard_in(wav: Path) -> list[tuple[int, int, Recognised]]:
    """What the demo's model hears in a recording, in ms of it."""
    engine = open_engine("whisper", str(shipped("audio/demo") / "whisper-demo.pt"))
    return [
        (window.start_ms + piece.start_ms, window.start_ms + piece.end_ms, piece)
        for window in find_windows(wav, enough_ms=engine.enough_ms)
        for piece in engine.transcribe(read_samples(wav, window.start_ms, window.end_ms), "ru")
    ]


@pytest.mark.slow
def test_the_demos_model_does_not_hear_the_name_again(tmp_path: Path) -> None:
    source, names = shipped("audio/demo") / "250428_1231.wav", ("Бауыржану", "Асановичу", "Жели")
    before = tmp_path / "before.wav"
    length = normalise(source, before).duration_ms
    earlier = heard_in(before)
    ((start, end, piece),) = [one for one in earlier if names[0] in one[2].text]
    assert all(name in piece.text for name in names)
    letter = (end - start) / len(piece.text)
    stretches = tuple(
        Stretch(round(start + at * letter - 500), round(start + (at + len(name)) * letter + 550))
        for name in names
        for at in [piece.text.index(name)]
    )
    copy, after = tmp_path / "copy.wav", tmp_path / "after.wav"
    with copied(source, Order("wav", length, stretches)) as made:
        copy.write_bytes(made.read())
    normalise(copy, after)
    told = heard_in(after)
    assert not [name for _, _, one in told for name in names if name in one.text]
    assert len({one.text for _, _, one in earlier} - {one.text for _, _, one in told}) <= 2  # the rest is heard

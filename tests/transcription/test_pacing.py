"""Estimates before a long job: measured once in a process of its own, kept by machine and model, refined by work."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.cli import main
from fieldwork.consent.services import withdraw
from fieldwork.core.errors import Refusal
from fieldwork.core.jobs import Job, JobState
from fieldwork.core.runs import claim, execute
from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.recording.models import Recording
from fieldwork.recording.services import recordings_of
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription import engines, estimate_jobs, jobs, pacing, probing
from fieldwork.transcription.engines import Recognised
from fieldwork.transcription.making_models import ModelPace, SpeechFound
from fieldwork.transcription.pacing import candidates, note_done, note_probe, outlooks, request_estimate, speech_of
from fieldwork.transcription.probing import Probe, ProbeDied, machine, probe
from fieldwork.transcription.services import request_transcription

Find = Callable[[str], Interview]
Record = Callable[[int], list[Recording]]


@pytest.fixture(autouse=True)
def empty_shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))


@pytest.fixture
def chosen(ground: Ground, checkpoint: Path) -> Path:
    """The installation's own model."""
    ground.settings.model_file.write_text(f"{checkpoint}\n", encoding="utf-8")
    return checkpoint


def run(ground: Ground) -> Job:
    claimed = claim(ground, "test", {pacing.JOB_KIND})
    assert claimed is not None
    assert execute(ground, claimed, estimate_jobs.estimate)
    with ground.look() as session:
        return session.get_one(Job, claimed.job_id)


@pytest.mark.slow
def test_a_probe_measures_pace_and_memory_in_a_process_of_its_own(checkpoint: Path) -> None:
    found = probe("whisper", str(checkpoint))

    assert found.pace > 0
    assert found.load_seconds > 0
    assert found.memory_mb > 100  # torch alone takes more


@pytest.mark.slow
def test_what_a_probe_is_refused_is_refused_here(tmp_path: Path) -> None:
    notes = tmp_path / "notes.pt"
    notes.write_text("Заметки, а не модель.", encoding="utf-8")

    with pytest.raises(engines.ModelMissing, match="no-such-model"):
        probe("whisper", "no-such-model")
    with pytest.raises(engines.WrongModelFile, match="fieldwork models"):
        probe("whisper", str(notes))


def test_a_probe_that_the_system_ends_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    killed = tmp_path / "python"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o700)
    monkeypatch.setattr(probing.sys, "executable", str(killed))

    with pytest.raises(ProbeDied, match=r"large\.pt .*more memory.*fieldwork models use small"):
        probe("whisper", "/models/large.pt")


def test_models_that_are_not_here_have_a_command_and_no_time(ground: Ground, chosen: Path) -> None:
    with ground.work() as work:
        note_probe(work, "whisper", "small", Probe(0.5, 1.0, 900))
        here, *away = outlooks(work, 60_000)
        assert (here.candidate.name, here.candidate.model, here.candidate.command) == ("yes", str(chosen), "")
        assert [(one.candidate.name, one.candidate.command, one.estimate) for one in away] == [
            (name, f"fieldwork models check {name}", None)
            for name in ("tiny", "base", "small", "medium", "turbo", "large-v3")
        ]


def test_a_model_that_is_downloaded_is_here_under_both_its_names(
    ground: Ground, checkpoint: Path, tmp_path: Path
) -> None:
    shelf = tmp_path / "cache" / "whisper"
    shelf.mkdir(parents=True)
    (shelf / "large-v3-turbo.pt").write_bytes(b"")
    ground.settings.model_file.write_text("turbo", encoding="utf-8")
    with ground.work() as work:
        note_done(work, "whisper", "turbo", seconds=60, speech_ms=30_000)
        found = outlooks(work, 60_000)
        assert [one.candidate.name for one in found if not one.candidate.command] == ["large-v3-turbo"]
        assert found[0].estimate is not None
        assert (found[0].estimate.likely, found[0].estimate.measured) == (120, "work")


def test_a_faster_whisper_model_without_its_extra_names_the_extra(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ground.settings.data / "models" / "small-int8"
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(b"")
    monkeypatch.setattr(pacing, "fast_is_installed", lambda: False)
    with ground.work() as work:
        assert candidates(work)[0].command == "pip install 'fieldwork[fast]'"


def test_a_job_listens_and_measures_once_and_what_is_known_is_reused(
    ground: Ground, interview_with: Find, record_messages: Record, chosen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings = record_messages(2)
    asked: list[str] = []
    monkeypatch.setattr(
        estimate_jobs,
        "probe",
        lambda _engine, model: asked.append(model) or Probe(pace=0.5, load_seconds=2, memory_mb=700),
    )
    interview = interview_with("E08")
    with ground.work() as work:
        assert speech_of(work, interview) is None
        first = request_estimate(work, interview)
        assert request_estimate(work, interview).id == first.id
    assert (job := run(ground)).state == JobState.DONE, job.failure
    assert (job.args, job.done, job.total) == ({"interview": str(interview.id)}, 3, 3)
    with ground.work() as work:
        speech_ms = speech_of(work, interview) or 0
        assert 0 < speech_ms <= sum(one.duration_ms for one in recordings)
        [here] = [one for one in outlooks(work, speech_ms) if one.estimate]
        assert here.estimate is not None
        assert here.estimate.likely == pytest.approx(speech_ms / 1000 * 0.5 + 2)
        assert (here.memory_mb, here.elsewhere) == (700, False)
        again = request_estimate(work, interview)
        assert again.id != first.id
    assert run(ground).total == 0
    assert asked == [str(chosen)]


def test_cancelled_on_its_way_it_has_what_was_measured(
    ground: Ground, interview_with: Find, record_messages: Record, chosen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_messages(1)
    interview = interview_with("E08")
    with ground.work() as work:
        job = request_estimate(work, interview)

    def probe_amid_cancel(_engine: str, _model: str) -> Probe:
        with ground.work() as work:
            row = work.session.get_one(Job, job.id)
            row.cancel_requested = True
        return Probe(0.5, 2, 700)

    monkeypatch.setattr(estimate_jobs, "probe", probe_amid_cancel)
    assert run(ground).state == JobState.CANCELLED
    with ground.look() as session:
        assert session.exec(select(ModelPace)).all() == []
        assert len(session.exec(select(SpeechFound)).all()) == 1


def test_a_model_that_does_not_load_does_not_keep_others_from_being_measured(  # noqa: PLR0917 - fixtures
    ground: Ground, interview_with: Find, record_messages: Record, chosen: Path, monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    record_messages(1)
    (tmp_path / "cache" / "whisper").mkdir(parents=True)
    (tmp_path / "cache" / "whisper" / "base.pt").write_bytes(b"")

    def one_is_broken(_engine: str, model: str) -> Probe:
        if model == "base":
            raise engines.WrongModelFile
        return Probe(0.5, 2, 700)

    monkeypatch.setattr(estimate_jobs, "probe", one_is_broken)
    interview = interview_with("E08")
    with ground.work() as work:
        request_estimate(work, interview)
    assert ((job := run(ground)).state, job.failure) == (JobState.FAILED, "WrongModelFile")
    with ground.look() as session:
        assert [row.model for row in session.exec(select(ModelPace))] == [str(chosen)]


def test_without_consent_nobody_listens(
    ground: Ground, study: Study, interview_with: Find, record_messages: Record
) -> None:
    record_messages(1)
    interview = interview_with("E08")
    with ground.work() as work:
        withdraw(work, find_expert(work, study, "E08"))
        with pytest.raises(Refusal) as refused:
            request_estimate(work, interview)
    assert type(refused.value).__name__ == "ConsentWithdrawn"


def test_another_machines_figures_serve_until_this_one_has_its_own(ground: Ground, chosen: Path) -> None:
    with ground.work() as work:
        work.add(
            ModelPace(machine="another", engine="whisper", model=str(chosen), probed=9.0, done=[], measured_at=work.now)
        )
        there = outlooks(work, 60_000)[0]
        note_probe(work, "whisper", str(chosen), Probe(0.1, 0, 500))
        here = outlooks(work, 60_000)[0]
    assert there.estimate is not None
    assert here.estimate is not None
    assert (there.estimate.likely, there.elsewhere) == (540, True)
    assert (here.estimate.likely, here.elsewhere) == (pytest.approx(6), False)


def test_real_transcriptions_refresh_the_figure_and_short_ones_do_not(
    ground: Ground, interview_with: Find, record_messages: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_messages(4)

    class Listener:
        name, description, enough_ms = "whisper", "listener", 6_000

        def transcribe(self, audio: Any, *_told: Any) -> list[Recognised]:
            return [Recognised(0, len(audio) // 16, "Да.", -0.1, 0.0, 1.0)]

    interview = interview_with("E08")
    with ground.work() as work:
        request_transcription(work, interview, "whisper", "turbo")
        note_done(work, "whisper", "tiny", seconds=1, speech_ms=19_999)
    monkeypatch.setattr(jobs, "open_engine", lambda _name, _model: Listener())
    monkeypatch.setattr(pacing, "ENOUGH_MS", 2_000)
    claimed = claim(ground, "test", {"transcription.transcribe"})
    assert claimed is not None
    assert execute(ground, claimed, jobs.transcribe)
    with ground.work() as work:
        [row] = work.session.exec(select(ModelPace)).all()
        assert (row.machine, row.engine, row.model, row.probed) == (machine(), "whisper", "large-v3-turbo", None)
        assert len(row.done) == 1
        assert row.done[0] > 0


def test_the_page_estimates_polls_and_stops(  # noqa: PLR0917 - fixtures
    ground: Ground, study: Study, interview_with: Find, record_messages: Record, chosen: Path,
    visitor: Callable[..., Any],
) -> None:  # fmt: skip
    record_messages(2)
    browser = visitor("principal_investigator", slug=study.slug)
    address = f"/s/{study.slug}/transcripts/E08/start"
    page = browser.get(address)
    assert page.status_code == 200
    assert "ещё не измерено" in page.text
    assert "fieldwork models check turbo" in page.text
    assert browser.post(f"{address}/estimate").status_code == 302
    assert 'hx-trigger="every 2s"' in browser.get(address).text
    assert browser.post(f"{address}/estimate/cancel").status_code == 302
    with ground.look() as session:
        assert [job.state for job in session.exec(select(Job)) if job.kind == pacing.JOB_KIND] == [JobState.CANCELLED]
    interview = interview_with("E08")
    with ground.work() as work:
        for row in recordings_of(work, interview):
            pacing.note_speech(work, row.id, 30 * 60_000)
        note_probe(work, "whisper", str(chosen), Probe(0.5, 0, 1500))
    told = browser.get(address).text
    assert "<b>30 мин</b>" in told
    assert "20 мин – 55 мин" in told
    assert "1,5 ГБ" in told
    assert "Оценить время" not in told
    assert browser.get(f"{address}/estimate", headers={"HX-Request": "true"}).status_code == 200
    assert visitor("viewer", slug=study.slug).get(address).status_code == 403


def test_the_command_tells_time_and_what_gets_the_others(
    ground: Ground, chosen: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("DATA", ground.settings.data), ("DATABASE", ground.settings.database), ("LANGUAGE", "en")):
        if value:
            monkeypatch.setenv(f"FIELDWORK_{name}", str(value))
    with ground.work() as work:
        note_probe(work, "whisper", str(chosen), Probe(1.3, 0, 1500))
    with pytest.raises(SystemExit) as end:
        main(["models", "estimate", "--minutes", "100"])
    told = capsys.readouterr().out
    assert end.value.code == 0
    lines = [re.split(r"  +", line.strip()) for line in told.splitlines()]
    assert ["yes", "whisper", "2 h 10 min (1 h 30 min to 4 h)", "1500 MB"] in lines
    assert ["turbo", "whisper", "fieldwork models check turbo"] in lines
    with pytest.raises(SystemExit) as wrong:
        main(["models", "estimate"])
    assert wrong.value.code == 2

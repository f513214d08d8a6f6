import io
import math
import os
import runpy
import signal
import subprocess
import sys
import textwrap
import wave
from array import array
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import select

from fieldwork.anonymisation.approval import ReviewIncomplete
from fieldwork.anonymisation.jobs import redact
from fieldwork.anonymisation.models import Decision, Redaction
from fieldwork.anonymisation.redaction import (
    JOB_KIND,
    CopyNotMade,
    CopyStale,
    Manner,
    blob_of,
    is_current,
    job_of,
    ready_copies,
    redaction_of,
    remove_redaction,
    request_redaction,
)
from fieldwork.anonymisation.remasking import mask
from fieldwork.anonymisation.services import mentions_of
from fieldwork.anonymisation.silencing import MomentUnknown, NeverHeard, RedactionTooEarly, plan_of
from fieldwork.anonymisation.stretches import Sureness
from fieldwork.app import HANDLERS
from fieldwork.consent.rules import ConsentMissing, ConsentWithdrawn
from fieldwork.consent.services import withdraw
from fieldwork.core.audit import AuditEntry
from fieldwork.core.jobs import Job, JobState, request_cancel
from fieldwork.core.runs import claim, execute
from fieldwork.core.supervisor import Progress, Supervisor
from fieldwork.core.vault import KeyDestroyed, expert_subject
from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.recording.copies import opened_copy
from fieldwork.recording.intake import import_files
from fieldwork.recording.media.masking import Stretch
from fieldwork.recording.models import RecordingKind, SoundCopy
from fieldwork.recording.services import recordings_of, remove_recording
from fieldwork.recording.shapes import PlannedFile
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.models import Transcript
from fieldwork.transcription.rules import NothingRecorded

Find = Callable[[str], Interview]
WAV = Manner(container="wav")
MIXED, TRACK = RecordingKind.MIXED, RecordingKind.TRACK
SOUNDING = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("sounding.py"))))  # tests are no package
NAME, RATE, SAID, SECONDS = SOUNDING.NAME, SOUNDING.RATE, SOUNDING.SAID, SOUNDING.SECONDS
approved, record, tone, write = SOUNDING.approved, SOUNDING.record, SOUNDING.tone, SOUNDING.write


@pytest.fixture
def e05(interview_with: Find) -> Interview:
    """An interview whose expert allows everything."""
    return interview_with("E05")


@pytest.fixture
def heard(ground: Ground, e05: Interview, tmp_path: Path) -> Transcript:
    """An approved transcript of one mixed recording, with the times of its words."""
    (recording,) = record(ground, e05, tmp_path, [MIXED])
    return approved(ground, write(ground, e05, recording))


def ask(ground: Ground, transcript: Transcript, manner: Manner = WAV) -> Redaction:
    with ground.work() as work:
        return request_redaction(work, transcript, manner)


def run(ground: Ground) -> Job:
    claimed = claim(ground, "test", {JOB_KIND})
    assert claimed is not None
    assert execute(ground, claimed, redact)
    with ground.look() as session:
        return session.get_one(Job, claimed.job_id)


def samples_of(ground: Ground, transcript: Transcript) -> list["array[int]"]:
    """The copies' samples, in the order of the recordings."""
    with ground.work() as work:
        expert_id = work.get(Interview, transcript.interview_id).expert_id
        found = []
        for _recording, copy in ready_copies(work, transcript):
            with opened_copy(work.blobs, expert_id, copy) as file:
                content = io.BytesIO(file.read())
            with wave.open(content) as sound:
                found.append(array("h", sound.readframes(sound.getnframes())))
        return found


def silent_ms(samples: "array[int]") -> list[tuple[int, int]]:
    """Where at least 20 ms are digital silence, in ms."""
    found, start = [], None
    for at in range(0, len(samples), 16):
        if any(samples[at : at + 16]):
            if start is not None and at - start >= 20 * 16:
                found.append((start // 16, at // 16))
            start = None
        elif start is None:
            start = at
    return found + ([(start // 16, len(samples) // 16)] if start is not None else [])


def blobs_of(ground: Ground) -> set[str]:
    return {path.name for path in ground.settings.blobs_path.rglob("*") if path.is_file()}


def test_exactly_the_name_is_silenced(ground: Ground, heard: Transcript) -> None:
    with ground.work() as work:
        plan = plan_of(work, heard)
        (place,) = plan.places
        assert (place.start_ms, place.end_ms, place.sureness, place.turn) == (3850, 5200, Sureness.EXACT, 2)
    ask(ground, heard)
    job = run(ground)
    assert (job.state, job.failure, job.done, job.total) == (JobState.DONE, None, SECONDS, SECONDS)
    (samples,) = samples_of(ground, heard)
    assert len(samples) == SECONDS * RATE
    assert silent_ms(samples) == [(3850, 5200)]
    assert max(samples[:RATE]) > 8000
    with ground.work() as work:
        deeds = [row.deed for row in work.session.exec(select(AuditEntry).order_by("number"))]
    assert deeds[-2:] == ["anonymisation.audio_requested", "anonymisation.audio_made"]


def test_paddings_and_bleep_are_settings_of_the_deed(ground: Ground, heard: Transcript) -> None:
    ask(ground, heard, Manner("bleep", "wav", 0, 1000))
    assert run(ground).state == JobState.DONE
    (samples,) = samples_of(ground, heard)
    assert silent_ms(samples) == []
    inside = samples[4010 * 16 : 5990 * 16]
    expected = 32_767 * 10 ** (-30.9 / 20)  # 20 dB below the tone's peak of 9000
    assert max(inside) == pytest.approx(expected, rel=0.05)
    assert power_at(inside, 1000) > 1e6 * power_at(inside, 300)
    assert power_at(samples[6010 * 16 :], 300) > 1e6 * power_at(samples[6010 * 16 :], 1000)


def power_at(samples: "array[int]", hertz: int) -> float:
    turn = 2 * math.pi * hertz / RATE
    cos = sum(sample * math.cos(turn * n) for n, sample in enumerate(samples))
    sin = sum(sample * math.sin(turn * n) for n, sample in enumerate(samples))
    return cos * cos + sin * sin + 1


def test_every_track_of_the_meeting_is_silent_at_that_moment(ground: Ground, e05: Interview, tmp_path: Path) -> None:
    first, _second = record(ground, e05, tmp_path, [TRACK, TRACK])
    transcript = approved(ground, write(ground, e05, first))
    ask(ground, transcript)
    assert run(ground).total == 2 * SECONDS
    assert [silent_ms(samples) for samples in samples_of(ground, transcript)] == [[(3850, 5200)]] * 2


def test_parts_that_follow_one_another_keep_to_themselves(ground: Ground, e05: Interview, tmp_path: Path) -> None:
    first, _second = record(ground, e05, tmp_path, [MIXED, MIXED])
    transcript = approved(ground, write(ground, e05, first))
    with ground.work() as work:
        assert list(plan_of(work, transcript, 0, 5000).stretches.values()) == [(Stretch(4000, 10_000),), ()]


@pytest.mark.parametrize("times", ["cues", "turns"])
def test_less_known_times_silence_more(ground: Ground, e05: Interview, tmp_path: Path, times: str) -> None:
    (recording,) = record(ground, e05, tmp_path, [MIXED])
    transcript = approved(ground, write(ground, e05, recording, times))
    with ground.work() as work:
        (place,) = plan_of(work, transcript, 0, 0).places
    letter, start = 6000 / len(SAID), SAID.index(NAME)
    expected = {
        "cues": (3000 + start * letter - 720, 3000 + (start + len(NAME)) * letter + 720, "estimated"),
        "turns": (3000, 9000, "whole"),
    }
    assert place.sureness == expected[times][2]
    assert (place.start_ms, place.end_ms) == pytest.approx(expected[times][:2], abs=1)


def test_an_imported_text_with_times_goes_by_the_interviews_clock(
    ground: Ground, e05: Interview, tmp_path: Path
) -> None:
    record(ground, e05, tmp_path, [TRACK, TRACK])
    transcript = approved(ground, write(ground, e05, None, "cues"))
    with ground.work() as work:
        stretches = list(plan_of(work, transcript).stretches.values())
    assert stretches[0] == stretches[1]
    assert len(stretches[0]) == 1


def test_a_text_without_times_is_refused(ground: Ground, e05: Interview, tmp_path: Path) -> None:
    record(ground, e05, tmp_path, [MIXED])
    transcript = approved(ground, write(ground, e05, None, "nothing"))
    with pytest.raises(MomentUnknown) as refused:
        ask(ground, transcript)
    assert refused.value.values == {"count": 1, "code": "E05"}
    assert jobs(ground) == []


def jobs(ground: Ground) -> list[Job]:
    with ground.look() as session:
        return list(session.exec(select(Job).where(Job.kind == JOB_KIND)))


def test_what_is_not_approved_or_not_recorded_is_refused(
    ground: Ground, e05: Interview, interview_with: Find, tmp_path: Path
) -> None:
    (recording,) = record(ground, e05, tmp_path, [MIXED])
    raw = write(ground, e05, recording)
    with pytest.raises(RedactionTooEarly):
        ask(ground, raw)
    e04 = interview_with("E04")
    with pytest.raises(NothingRecorded):
        ask(ground, approved(ground, write(ground, e04, None, "cues")))
    done = approved(ground, raw)
    with ground.work() as work:
        (mention,) = mentions_of(work, done)
        mention.decision = Decision.PENDING
        work.add(mention)
    with pytest.raises(ReviewIncomplete):
        ask(ground, done)


def test_a_recording_that_nobody_has_transcribed_is_refused(ground: Ground, heard: Transcript, tmp_path: Path) -> None:
    import_files(ground, heard.interview_id, [PlannedFile(tone(tmp_path / "late.wav", 900), MIXED)])
    with ground.work() as work:
        _first, second = recordings_of(work, work.get(Interview, heard.interview_id))
        second.imported_at = heard.created_at + timedelta(minutes=1)
        work.add(second)
    with pytest.raises(NeverHeard) as refused:
        ask(ground, heard)
    assert refused.value.values["number"] == 2


def test_consent_to_archiving_is_needed_at_every_step(
    ground: Ground, study: Study, heard: Transcript, interview_with: Find, tmp_path: Path
) -> None:
    e02 = interview_with("E02")  # has not allowed it
    (recording,) = record(ground, e02, tmp_path, [MIXED], 700)
    other = approved(ground, write(ground, e02, recording))
    with pytest.raises(ConsentMissing):
        ask(ground, other)
    ask(ground, heard)
    with ground.work() as work:
        withdraw(work, find_expert(work, study, "E05"))
    assert run(ground).failure == "ConsentWithdrawn"
    with ground.work() as work, pytest.raises(ConsentWithdrawn):
        ready_copies(work, heard)


def test_a_later_find_makes_the_copy_stale_until_it_is_made_again(ground: Ground, heard: Transcript) -> None:
    with ground.work() as work, pytest.raises(CopyNotMade):
        ready_copies(work, heard)
    redaction = ask(ground, heard)
    run(ground)
    with ground.work() as work:
        assert is_current(work, heard, work.get(Redaction, redaction.id))
        segment = segment_at(work, heard, 2)
        start = (segment.text or "").index("театра")
        mask(work, segment, start, start + len("театра"), label="ORG")
    with ground.work() as work:
        assert not is_current(work, heard, work.get(Redaction, redaction.id))
        with pytest.raises(CopyStale):
            ready_copies(work, heard)
    before = blobs_of(ground)
    ask(ground, heard)
    run(ground)
    (samples,) = samples_of(ground, heard)
    first, second = silent_ms(samples)
    assert first == (3850, 5200)
    assert second[0] < 3000 + 6000 * SAID.index("театра") // len(SAID) < second[1]
    assert len(blobs_of(ground)) == len(before)  # the old copy is gone


def test_who_deletes_a_recording_deletes_its_copy(ground: Ground, heard: Transcript) -> None:
    ask(ground, heard)
    run(ground)
    with ground.look() as session:
        copy = session.exec(select(SoundCopy)).one()
    assert copy.blob_id.hex in blobs_of(ground)
    with ground.work() as work:
        interview = work.get(Interview, heard.interview_id)
        for recording in recordings_of(work, interview):
            remove_recording(work, interview, recording)
    assert blobs_of(ground) == set()
    with ground.work() as work:
        with pytest.raises(CopyStale):
            ready_copies(work, heard)
        with pytest.raises(NothingRecorded):
            plan_of(work, heard)


def test_a_recording_deleted_meanwhile_fails_the_job_and_leaves_nothing(ground: Ground, heard: Transcript) -> None:
    ask(ground, heard)
    with ground.work() as work:
        interview = work.get(Interview, heard.interview_id)
        for recording in recordings_of(work, interview):
            remove_recording(work, interview, recording)
    assert run(ground).failure == "NothingRecorded"
    assert blobs_of(ground) == set()


def test_an_erased_expert_is_out_of_reach(ground: Ground, heard: Transcript) -> None:
    ask(ground, heard)
    run(ground)
    with ground.work() as work:
        ((_recording, copy),) = ready_copies(work, heard)
        expert_id = work.get(Interview, heard.interview_id).expert_id
    ground.vault.destroy(expert_subject(expert_id), ground.clock())
    with pytest.raises(KeyDestroyed):
        opened_copy(ground.blobs, expert_id, copy)
    with pytest.raises(KeyDestroyed):
        ask(ground, heard)
    with ground.work() as work:
        row = redaction_of(work, heard)
        assert row is not None
        row.made_at = None
        work.add(row)
        work.session.delete(copy)
        job = job_of(work, row)
        assert job is not None
        job.state = JobState.QUEUED
        work.add(job)
    assert run(ground).failure == "KeyDestroyed"


def test_deleting_takes_the_copies_and_whoever_makes_them(ground: Ground, heard: Transcript) -> None:
    before = blobs_of(ground)
    with ground.work() as work:
        assert not remove_redaction(work, heard)
    ask(ground, heard)
    with ground.work() as work:
        assert remove_redaction(work, heard)
    assert [job.state for job in jobs(ground)] == [JobState.CANCELLED]
    ask(ground, heard)
    run(ground)
    assert len(blobs_of(ground)) == len(before) + 1
    with ground.work() as work:
        assert remove_redaction(work, heard)
    assert blobs_of(ground) == before


def test_what_a_killed_job_left_is_deleted_by_the_next(ground: Ground, heard: Transcript) -> None:
    redaction = ask(ground, heard)
    before = blobs_of(ground)
    with ground.work() as work:
        job = jobs(ground)[0]
        (recording,) = recordings_of(work, work.get(Interview, heard.interview_id))
        row = work.get(Job, job.id)
        row.fence = 3  # claimed, and killed, three times
        work.add(row)
    for fence in (1, 3):
        left = blob_of(redaction, recording, fence).hex
        folder = ground.settings.blobs_path / left[:2]
        folder.mkdir(exist_ok=True)
        (folder / f"{left}.partial").write_bytes(b"half")
    assert run(ground).state == JobState.DONE
    after = blobs_of(ground)
    assert {name for name in after if name.endswith(".partial")} == set()
    assert len(after) == len(before) + 1


@pytest.mark.slow
@pytest.mark.processes
def test_a_killed_child_begins_again_and_leaves_one_whole_copy(ground: Ground, e05: Interview, tmp_path: Path) -> None:
    recordings = record(ground, e05, tmp_path, [TRACK] * 2)
    transcript = approved(ground, write(ground, e05, recordings[0]))
    ask(ground, transcript)
    before = blobs_of(ground)
    killed: list[int] = []

    def kill_once(progress: Progress) -> None:
        if not killed and (child := child_of(str(progress.job_id))):
            killed.append(child)
            os.kill(child, signal.SIGKILL)

    Supervisor(ground, {JOB_KIND: HANDLERS[JOB_KIND]}).run(until_idle=True, on_progress=kill_once)
    assert killed
    assert [job.state for job in jobs(ground)] == [JobState.DONE]
    assert len(samples_of(ground, transcript)) == 2
    after = blobs_of(ground)
    assert len(after) == len(before) + 2
    assert not [name for name in after if name.endswith(".partial")]


def child_of(job_id: str) -> int:
    """The process that runs a job; 0 where there is none."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if job_id.encode() in command:
            return int(process.name)
    return 0


def test_cancelling_keeps_nothing(ground: Ground, heard: Transcript) -> None:
    ask(ground, heard)
    before = blobs_of(ground)
    claimed = claim(ground, "test", {JOB_KIND})
    assert claimed is not None
    with ground.work() as work:
        request_cancel(work, claimed.job_id)
    assert execute(ground, claimed, redact)
    assert [job.state for job in jobs(ground)] == [JobState.CANCELLED]
    assert blobs_of(ground) == before


FULL = """
import sys
from pathlib import Path
from fieldwork.core.files import BlobStore, DiskFull
from fieldwork.core.vault import Vault
from fieldwork.recording.media import Order, copied
root = Path(sys.argv[1])
vault = Vault.open(root / "keystore.sqlite", root / "keystore.key")
blobs = BlobStore(root / "small" / "blobs", vault)
try:
    with copied(root / "long.wav", Order("wav", 60_000)) as copy:
        blobs.store("expert:7", copy)
except DiskFull as refused:
    print(type(refused).__name__)
vault.close()
print([path.name for path in (root / "small").rglob("*") if path.is_file()])
"""


def test_a_full_disk_is_said_and_leaves_no_half_copy(tmp_path: Path) -> None:
    tone(tmp_path / "long.wav", 300, 60)
    (tmp_path / "small").mkdir()
    script = 'mount -t tmpfs -o size=1m small "$1/small" && exec "$2" -W ignore -c "$3" "$1"'
    ran = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", script, "sh", str(tmp_path), sys.executable, textwrap.dedent(FULL)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.splitlines() == ["DiskFull", "[]"]


def test_rows_and_arguments_hold_no_name(ground: Ground, heard: Transcript) -> None:
    ask(ground, heard)
    run(ground)
    with ground.look() as session:
        told = [row.model_dump_json() for model in (Redaction, SoundCopy, Job) for row in session.exec(select(model))]
        told += [str(row.details) for row in session.exec(select(AuditEntry))]
    assert not [one for one in told if "Савельев" in one or SAID[:5] in one]

"""What is sent without its interview waits under a key of its own, is proposed, and is filed when a person says so."""

import io
import re
import runpy
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.consent.services import withdraw
from fieldwork.core.clock import ALMATY
from fieldwork.core.jobs import Job
from fieldwork.core.schema import shipped
from fieldwork.core.vault import KeyDestroyed, expert_subject, parcel_subject
from fieldwork.core.work import Ground
from fieldwork.demo.material import SLUG
from fieldwork.programme.models import Study
from fieldwork.recording.gathering import Told
from fieldwork.recording.models import Parcel, Recording, Upload
from fieldwork.recording.services import name_of
from fieldwork.sampling.services import find_expert

KIT = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "test_uploads.py")))
DEMO = shipped("audio/demo")
CHAT = DEMO / "Чат WhatsApp с контактом Мадина Свет"
MEETING = next(path for path in DEMO.iterdir() if path.name.startswith("2025-03-25"))
PAGE = f"/s/{SLUG}/recordings/unsorted"


def zipped(folder: Path, *names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for one in sorted(folder.iterdir()):
            if not names or one.name in names:
                archive.write(one, one.name)
    return file.getvalue()


@pytest.fixture
def browser(study: Study, visitor: Callable[..., Any]) -> Any:
    return visitor("principal_investigator", slug=study.slug)


@pytest.fixture
def send(browser: Any) -> Callable[..., str]:
    """Sends a whole file into the parcel; returns its address."""
    tus = KIT.Tus(browser)

    def one(content: bytes, **told: Any) -> str:
        said = Told(**{"group": told["path"]} | told)
        answer = tus.begin(len(content), f"{PAGE}/files", filename=said.name, told=said.told())
        assert answer.status_code == 201, answer.text
        address = str(answer.headers["Location"])
        assert tus.piece(address, content, 0).status_code == 204
        return address

    return one


def rows(ground: Ground, model: Any) -> list[Any]:
    with ground.look() as session:
        return list(session.exec(select(model)).all())


def states(ground: Ground) -> list[str]:
    with ground.look() as session:
        return [one.state for one in session.exec(select(Upload).order_by("created_at", "id"))]


def test_an_exported_chat_waits_in_its_order_and_is_filed_by_one_press(
    ground: Ground, browser: Any, send: Callable[..., str]
) -> None:
    messages = sorted(path.name for path in CHAT.iterdir() if path.suffix == ".opus")
    send(zipped(CHAT), path=f"{CHAT.name}.zip")
    KIT.work_off(ground)

    assert states(ground) == ["waiting"] * len(messages)
    page = browser.get(PAGE).text
    assert re.findall(r'<option value="(E\d+)" selected', page) == ["E08"]
    assert browser.post(f"{PAGE}/file-sure", {}).status_code == 302
    KIT.work_off(ground)
    with ground.work() as work:
        found = work.session.exec(select(Recording).order_by("position")).all()
        expert = find_expert(work, work.get(Study, rows(ground, Study)[0].id), "E08")
        assert {(one.kind, one.speaker) for one in found} == {("message", "interviewer"), ("message", "expert")}
        assert sorted(name_of(work, one) for one in found) == messages
        chat = next(path for path in CHAT.iterdir() if path.suffix == ".txt").read_text(encoding="utf-8")
        order = sorted(messages, key=chat.index)
        assert [name_of(work, one) for one in found] == order
        for one in found:
            with work.blobs.open(expert_subject(expert.id), one.blob_id) as stored:
                assert stored.read() == (CHAT / name_of(work, one)).read_bytes()
    assert (rows(ground, Parcel), set(states(ground))) == ([], {"filed"})
    assert len(KIT.blobs_below(ground)) == 2 * len(messages)


def test_nothing_of_the_chat_is_kept_in_clear(ground: Ground, send: Callable[..., str]) -> None:
    text = next(path for path in CHAT.iterdir() if path.suffix == ".txt").read_text(encoding="utf-8")
    said = [line.partition(": ")[2] for line in text.splitlines() if len(line.partition(": ")[2]) > 20]
    send(zipped(CHAT), path=f"{CHAT.name}.zip")
    KIT.work_off(ground)

    names = {"Мадина", "Свет", CHAT.name, *said}
    for path in ground.settings.data.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [name for name in names if name.encode() in content], path
    for job in rows(ground, Job):
        assert set(job.args) <= {"upload", "parcel"}


def test_tracks_are_filed_where_a_person_says_and_only_with_consent(
    ground: Ground, browser: Any, send: Callable[..., str], study: Study
) -> None:
    tracks = sorted((MEETING / "Audio Record").iterdir())
    for number, (track, label) in enumerate(zip(tracks, ("Руслан", "Кто-то"), strict=True), start=1):
        send(track.read_bytes(), path=track.name, group="Встреча", kind="track", order=number, label=label)
    KIT.work_off(ground)
    page = browser.get(PAGE).text
    keys = re.findall(r'name="file" value="([^"]+)"', page)

    assert len(keys) == 2
    with ground.work() as work:
        withdraw(work, find_expert(work, work.get(Study, study.id), "E05"))
    refused = browser.post(f"{PAGE}/file", {"file": keys, "code": "E05"})
    assert (refused.status_code, states(ground)) == (409, ["waiting", "waiting"])
    form = {"file": keys, "code": "E02", "voice-0": "expert", "voice-1": "interviewer"}
    assert browser.post(f"{PAGE}/file", form).status_code == 302
    KIT.work_off(ground)
    assert sorted((one.kind, one.speaker) for one in rows(ground, Recording)) == [
        ("track", "expert"),
        ("track", "interviewer"),
    ]


def test_what_cannot_be_read_is_told_and_goes(ground: Ground, browser: Any, send: Callable[..., str]) -> None:
    send(KIT.LETTER, path="письмо.m4a")
    send(zipped(CHAT, "nothing"), path="пусто.zip")
    KIT.work_off(ground)

    assert (states(ground), KIT.blobs_below(ground)) == (["refused", "refused"], [])
    page = browser.get(PAGE).text
    assert page.count("upf__t--bad") == 2
    assert "это не запись, которую можно прочитать" in page
    for one in rows(ground, Upload):
        browser.post(f"/s/{SLUG}/uploads/{one.id}/clear", {})
    assert (rows(ground, Upload), rows(ground, Parcel)) == ([], [])


def test_an_archive_dropped_on_an_experts_page_is_proposed_to_that_expert(
    ground: Ground, browser: Any, send: Callable[..., str]
) -> None:
    plan = browser.client.post(
        f"/s/{SLUG}/recordings/upload/E14/plan",
        json={"names": ["chat.zip"], "texts": {}},
        headers={"X-CSRF-Token": browser.token},
    ).get_json()
    assert (plan["files"], plan["left"], [one["name"] for one in plan["archives"]]) == ([], [], ["chat.zip"])
    send(zipped(CHAT), path="chat.zip", hint="E14")
    KIT.work_off(ground)

    assert re.search(r'<option value="E14" selected', browser.get(PAGE).text)


def test_another_member_sees_none_of_it_and_an_interviewer_only_their_own_interviews(
    ground: Ground, send: Callable[..., str], visitor: Callable[..., Any]
) -> None:
    send(KIT.SOUND, path="E08 250409_1800.wav")
    KIT.work_off(ground)
    other = visitor("interviewer", slug=SLUG)
    page = other.get(PAGE)

    assert (page.status_code, "250409_1800" in page.text, 'name="code"' in page.text) == (200, False, False)
    key = str(rows(ground, Upload)[0].id)
    other.post(f"{PAGE}/discard", {"file": key})
    assert states(ground) == ["waiting"]
    assert other.post(f"{PAGE}/file", {"file": key, "code": "E08"}).status_code in (403, 404)
    assert visitor("coder", slug=SLUG).get(PAGE).status_code == 403


def test_what_nobody_files_is_discarded_after_a_week_with_its_key(
    ground: Ground, browser: Any, send: Callable[..., str], clock: Any
) -> None:
    send(KIT.SOUND, path="запись.wav")
    KIT.work_off(ground)
    (parcel,), (upload,) = rows(ground, Parcel), rows(ground, Upload)
    assert len(KIT.blobs_below(ground)) == 1
    clock.advance(6 * 86_400)
    KIT.work_off(ground)
    assert states(ground) == ["waiting"]
    clock.advance(2 * 86_400)
    KIT.work_off(ground)

    assert (rows(ground, Upload), rows(ground, Parcel), KIT.blobs_below(ground)) == ([], [], [])
    with pytest.raises(KeyDestroyed):
        ground.vault.unseal_text(parcel_subject(parcel.id), "upload.sealed_name", upload.id, upload.sealed_name)


def test_discarding_removes_the_bytes_at_once(ground: Ground, browser: Any, send: Callable[..., str]) -> None:
    send(KIT.SOUND, path="запись.wav")
    KIT.work_off(ground)
    assert browser.post(f"{PAGE}/file-sure", {}).status_code == 409
    browser.post(f"{PAGE}/discard", {"file": str(rows(ground, Upload)[0].id)})

    assert (rows(ground, Upload), rows(ground, Parcel), KIT.blobs_below(ground)) == ([], [], [])


def test_the_moment_of_a_recording_proposes_the_interview_of_that_hour(
    ground: Ground, browser: Any, send: Callable[..., str], interview_with: Callable[[str], Any]
) -> None:
    starts = interview_with("E05").starts_at.astimezone(ALMATY)
    send(KIT.SOUND, path="a.wav", began=starts.replace(tzinfo=None).isoformat())
    KIT.work_off(ground)

    assert re.search(r'<option value="E05" selected', browser.get(PAGE).text)
    assert "записано в час интервью" in browser.get(PAGE).text

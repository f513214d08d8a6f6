"""Uploads by the tus protocol: every status it names, who may, and that nothing plain lies anywhere."""

import base64
import hashlib
import io
import wave
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import select

from fieldwork.app import HANDLERS
from fieldwork.consent.services import withdraw
from fieldwork.core.audit import AuditEntry
from fieldwork.core.child import resolve
from fieldwork.core.growing import FRAME
from fieldwork.core.jobs import Job
from fieldwork.core.runs import claim, execute
from fieldwork.core.work import Ground
from fieldwork.demo.material import SLUG
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study
from fieldwork.recording.models import Recording, Upload
from fieldwork.recording.services import name_of
from fieldwork.sampling.services import find_expert

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

NAME = "Встреча с <b>Айгуль.wav"
FILES = f"/s/{SLUG}/recordings/upload/E08/files"
PAGE = f"/s/{SLUG}/recordings/upload/E08"
CONTENT = "application/offset+octet-stream"


def sound(seconds: float = 3.0, level: int = 9000) -> bytes:
    """A WAV file of a hum, 48 kHz: some frames long."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setparams((1, 2, 48_000, 0, "NONE", ""))
        wave_form = b"".join(
            (level if n // 100 % 2 else -level).to_bytes(2, "little", signed=True) for n in range(int(seconds * 48_000))
        )
        wav.writeframes(wave_form)
    return file.getvalue()


SOUND = sound()
LETTER = b"this is a letter and no recording at all, however it is called"
PLAYLIST = b"#EXTM3U\nhttp://127.0.0.1/secret.m4a\n# and some more bytes to be long enough"


class Tus:
    """A program that speaks the protocol, signed in as somebody."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def ask(self, verb: str, path: str, **headers: str) -> "TestResponse":
        return self.send(verb, path, b"", **headers)

    def send(
        self, verb: str, path: str, content: bytes, *, length: int | None = None, **headers: str
    ) -> "TestResponse":
        told = {"X-CSRF-Token": self.browser.token, "HX-Request": "true", "Tus-Resumable": "1.0.0"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        told = {name: value for name, value in told.items() if value}
        body: dict[str, Any] = {"data": content}
        if length is not None:
            body["environ_overrides"] = {"CONTENT_LENGTH": str(length)}
        answer: TestResponse = self.browser.client.open(path, method=verb, headers=told, **body)
        return answer

    def begin(self, size: int = len(SOUND), files: str = FILES, **told: str) -> "TestResponse":
        pairs = {"filename": NAME, "kind": "message", "speaker": "expert"} | told
        return self.ask("POST", files, Upload_Length=str(size), Upload_Metadata=metadata(**pairs))

    def piece(
        self, address: str, content: bytes, at: int, *, length: int | None = None, **headers: str
    ) -> "TestResponse":
        told = {"Content_Type": CONTENT, "Upload_Offset": str(at)} | headers
        return self.send("PATCH", address, content, length=length, **told)


def metadata(**pairs: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items() if value)


WRONG = [
    ("", metadata(filename=NAME), 400),
    ("many", metadata(filename=NAME), 400),
    ("10", "filename это-не-base64", 400),
    ("10", metadata(filename=NAME, kind="film"), 400),
    ("10", metadata(filename=NAME, speaker="neighbour"), 400),
    ("10", "", 422),
    ("10", metadata(filename="  \n "), 422),
    ("0", metadata(filename=NAME), 422),
    ("4300000001", metadata(filename=NAME), 413),
]


@pytest.fixture
def tus(study: Study, visitor: Callable[..., Any]) -> Tus:
    return Tus(visitor("principal_investigator", slug=study.slug))


@pytest.fixture
def address(tus: Tus) -> str:
    return str(tus.begin().headers["Location"])


def work_off(ground: Ground) -> list[str]:
    """Run every job that is due, in this process; their states in the end."""
    while (held := claim(ground, "test", list(HANDLERS))) is not None:
        execute(ground, held, resolve(HANDLERS[held.kind]))
    with ground.look() as session:
        return [job.state for job in session.exec(select(Job).order_by("created_at"))]


def stored(ground: Ground) -> Upload:
    with ground.look() as session:
        return session.exec(select(Upload)).one()


def stored_ids(ground: Ground) -> list[str]:
    with ground.look() as session:
        return [str(one.id) for one in session.exec(select(Upload).order_by("created_at"))]


def blobs_below(ground: Ground) -> list[Path]:
    return [path for path in ground.settings.blobs_path.rglob("*") if path.is_file()]


class TestProtocol:
    def test_options_tell_what_is_spoken(self, tus: Tus) -> None:
        for path in (FILES, f"/s/{SLUG}/uploads/6f1c1e3e-8d0a-4c67-9d7c-0d6a4f6f0a02"):
            answer = tus.ask("OPTIONS", path, Tus_Resumable="")
            told = {name: answer.headers[name] for name in dict(answer.headers) if name.startswith("Tus")}
            assert (answer.status_code, told) == (
                204,
                {
                    "Tus-Version": "1.0.0",
                    "Tus-Resumable": "1.0.0",
                    "Tus-Extension": "creation,creation-with-upload,termination,expiration,checksum",
                    "Tus-Checksum-Algorithm": "sha1,sha256,sha512",
                    "Tus-Max-Size": "4300000000",
                },
            )

    def test_an_upload_is_created_looked_at_and_sent(self, tus: Tus) -> None:
        created = tus.begin()
        assert (created.status_code, created.headers["Tus-Resumable"], created.data) == (201, "1.0.0", b"")
        place = created.headers["Location"]
        assert created.headers["Upload-Expires"].endswith("GMT")
        before = tus.ask("HEAD", place)
        told = ("Upload-Offset", "Upload-Length", "Cache-Control", "Tus-Resumable")
        assert (before.status_code, [before.headers[name] for name in told]) == (
            200,
            ["0", str(len(SOUND)), "no-store", "1.0.0"],
        )
        half = len(SOUND) // 2 + 7
        first = tus.piece(place, SOUND[:half], 0)
        assert (first.status_code, first.headers["Upload-Offset"], first.data) == (204, str(half), b"")
        assert first.headers["Tus-Resumable"] == "1.0.0"
        assert tus.ask("HEAD", place).headers["Upload-Offset"] == str(half)
        second = tus.piece(place, SOUND[half:], half)
        assert (second.status_code, second.headers["Upload-Offset"]) == (204, str(len(SOUND)))

    def test_the_first_bytes_may_come_with_the_creation(self, tus: Tus) -> None:
        told = {"Upload_Length": str(len(SOUND)), "Upload_Metadata": metadata(filename=NAME), "Content_Type": CONTENT}
        created = tus.send("POST", FILES, SOUND[:100], **told)
        assert (created.status_code, created.headers["Upload-Offset"]) == (201, "100")
        assert tus.piece(created.headers["Location"], SOUND[100:], 100).status_code == 204

    def test_pieces_of_any_size_give_the_file(self, ground: Ground, tus: Tus, address: str) -> None:
        at = 0
        for size in (1, 0, 10, FRAME - 11, FRAME, 3, 2 * FRAME, len(SOUND)):
            answer = tus.piece(address, SOUND[at : at + size], at)
            at = min(at + size, len(SOUND))
            assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(at))
        assert work_off(ground) == ["done"]
        with ground.work() as work:
            row = work.session.exec(select(Recording)).one()
            expert = find_expert(work, work.session.exec(select(Study).where(Study.slug == SLUG)).one(), "E08")
            with work.blobs.open(f"expert:{expert.id}", row.blob_id) as original:
                assert original.read() == SOUND

    def test_another_version_is_412(self, tus: Tus, address: str) -> None:
        asked = (("POST", FILES), ("HEAD", address), ("PATCH", address), ("DELETE", address))
        for version, (verb, path) in product(["", "0.2.2", "1.0"], asked):
            answer = tus.ask(verb, path, Tus_Resumable=version)
            assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
        assert tus.ask("HEAD", address).status_code == 200

    def test_another_offset_is_409_and_says_where_it_goes_on(self, ground: Ground, tus: Tus, address: str) -> None:
        assert tus.piece(address, SOUND[:1000], 0).status_code == 204
        for at in (0, 999, 1001):
            answer = tus.piece(address, b"other bytes", at)
            assert (answer.status_code, answer.headers["X-Fieldwork"]) == (409, "refused")
            assert answer.text == "Этот файл продолжается с байта 1000: его загружают и в другом окне."
        assert stored(ground).received == 1000

    def test_another_kind_of_content_is_415(self, tus: Tus, address: str) -> None:
        for kind in ("application/octet-stream", "multipart/form-data; boundary=x", ""):
            assert tus.piece(address, SOUND[:10], 0, Content_Type=kind).status_code == 415
        assert tus.ask("HEAD", address).headers["Upload-Offset"] == "0"

    def test_an_offset_that_is_no_number_is_400(self, tus: Tus, address: str) -> None:
        for offset in ["", "x", "-1", "1.5", "9" * 30]:
            assert tus.piece(address, SOUND[:10], 0, Upload_Offset=offset).status_code == 400

    def test_what_cannot_be_begun(self, ground: Ground, tus: Tus) -> None:
        for length, told, status in WRONG:
            answer = tus.ask("POST", FILES, Upload_Length=length, Upload_Metadata=told)
            assert (answer.status_code, answer.headers["Tus-Resumable"]) == (status, "1.0.0"), (length, told)
        with ground.look() as session:
            assert session.exec(select(Upload)).all() == []

    def test_more_than_was_announced_is_413(self, ground: Ground, tus: Tus) -> None:
        place = tus.begin(10).headers["Location"]
        assert tus.piece(place, b"x" * 11, 0).status_code == 413
        assert stored(ground).received == 0

    def test_a_cancelled_upload_is_404_and_leaves_nothing(self, ground: Ground, tus: Tus, address: str) -> None:
        assert tus.piece(address, SOUND[: 3 * FRAME], 0).status_code == 204
        assert len(blobs_below(ground)) == 1
        assert (tus.ask("DELETE", address).status_code, blobs_below(ground)) == (204, [])
        for verb in ("HEAD", "DELETE"):
            assert tus.ask(verb, address).status_code == 404
        assert tus.piece(address, SOUND, 0).status_code == 404

    def test_after_a_week_it_is_410_and_removed_with_the_next_one(self, ground: Ground, tus: Tus, address: str) -> None:
        assert tus.piece(address, SOUND[: 3 * FRAME], 0).status_code == 204
        with ground.work() as work:
            upload = work.session.exec(select(Upload)).one()
            upload.touched_at -= timedelta(days=7, seconds=1)
        assert tus.ask("HEAD", address).status_code == 410
        assert tus.piece(address, SOUND[3 * FRAME :], 3 * FRAME).status_code == 410
        assert tus.begin(10).status_code == 201
        assert (stored(ground).length, blobs_below(ground)) == (10, [])
        assert tus.ask("HEAD", address).status_code == 404

    def test_a_truncated_request_keeps_what_came(self, ground: Ground, tus: Tus, address: str) -> None:
        broken = tus.piece(address, SOUND[:100_000], 0, length=len(SOUND))
        assert broken.status_code == 400
        assert tus.ask("HEAD", address).headers["Upload-Offset"] == "100000"
        assert tus.piece(address, SOUND[100_000:], 100_000).status_code == 204
        assert work_off(ground) == ["done"]


class TestChecksum:
    """Upload-Checksum: nothing of a request counts before all of it is what the sender vouched for."""

    @pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
    def test_a_piece_that_is_what_was_vouched_for_counts(
        self, ground: Ground, tus: Tus, address: str, algorithm: str
    ) -> None:
        half = 2 * FRAME + 11
        for start, content in ((0, SOUND[:half]), (half, SOUND[half:])):
            answer = tus.piece(address, content, start, Upload_Checksum=vouched(algorithm, content))
            assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(start + len(content)))
        assert work_off(ground) == ["done"]

    def test_a_damaged_piece_is_460_and_may_be_sent_again(self, ground: Ground, tus: Tus, address: str) -> None:
        assert tus.piece(address, SOUND[:1000], 0).status_code == 204
        damaged = tus.piece(address, SOUND[1000:-1] + b"x", 1000, Upload_Checksum=vouched("sha1", SOUND[1000:]))
        assert (damaged.status_code, damaged.headers["X-Fieldwork"]) == (460, "refused")
        assert damaged.text == "Пришло не то, что отправляли: часть файла повредилась в пути. Отправьте её ещё раз."
        assert tus.ask("HEAD", address).headers["Upload-Offset"] == "1000"
        assert [path for path in blobs_below(ground) if path.stat().st_size > 2 * FRAME] == []
        again = tus.piece(address, SOUND[1000:], 1000, Upload_Checksum=vouched("sha1", SOUND[1000:]))
        assert again.status_code == 204
        assert work_off(ground) == ["done"]

    def test_a_broken_connection_leaves_nothing_of_what_nobody_could_vouch_for(self, tus: Tus, address: str) -> None:
        broken = tus.piece(address, SOUND[:100_000], 0, length=len(SOUND), Upload_Checksum=vouched("sha256", SOUND))
        assert broken.status_code == 400
        assert tus.ask("HEAD", address).headers["Upload-Offset"] == "0"

    def test_more_than_was_announced_is_413(self, ground: Ground, tus: Tus) -> None:
        place = tus.begin(10).headers["Location"]
        assert tus.piece(place, b"x" * 11, 0, Upload_Checksum=vouched("sha1", b"x" * 11)).status_code == 413
        assert stored(ground).received == 0

    @pytest.mark.parametrize(
        "header", ["", "md4 AAAA", "crc32 AAAAAA==", "sha1", "sha1 это", "sha1 AAAA", "sha256 " + "A" * 28]
    )
    def test_what_vouches_for_nothing_is_400(self, tus: Tus, address: str, header: str) -> None:
        if header:
            assert tus.piece(address, SOUND[:10], 0, Upload_Checksum=header).status_code == 400
        told = {"Upload_Length": "10", "Upload_Metadata": metadata(filename=NAME), "Content_Type": CONTENT}
        assert tus.send("POST", FILES, b"x" * 10, Upload_Checksum=header or "?", **told).status_code == 400
        assert tus.ask("HEAD", address).headers["Upload-Offset"] == "0"


def vouched(algorithm: str, content: bytes) -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


def test_where_only_post_gets_through_the_override_says_what_is_meant(ground: Ground, tus: Tus, address: str) -> None:
    told = {"Content_Type": CONTENT, "Upload_Offset": "0", "X_HTTP_Method_Override": "PATCH"}
    assert tus.send("POST", address, SOUND[:1000], **told).headers["Upload-Offset"] == "1000"
    assert tus.send("POST", address, b"", X_HTTP_Method_Override="TRACE").status_code == 405
    assert tus.send("POST", address, b"").status_code == 405
    assert tus.send("POST", address, b"", X_HTTP_Method_Override="DELETE").status_code == 204
    assert (tus.ask("HEAD", address).status_code, blobs_below(ground)) == (404, [])


class TestWhoMay:
    def test_only_its_interviewer_and_the_principal_investigator_upload(
        self, study: Study, visitor: Callable[..., Any]
    ) -> None:
        assert Tus(visitor("principal_investigator", slug=study.slug)).begin().status_code == 201
        for role in ("interviewer", "coder", "viewer"):  # this interviewer talks with nobody yet
            other = Tus(visitor(role, slug=SLUG))
            assert (other.begin().status_code, other.browser.get(PAGE).status_code) == (403, 403)

    def test_an_upload_of_another_person_or_study_is_not_there(
        self, ground: Ground, tus: Tus, address: str, visitor: Callable[..., Any]
    ) -> None:
        with ground.work() as work:
            create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
        elsewhere = Tus(visitor("principal_investigator", slug="libraries"))
        foreign = address.replace(SLUG, "libraries")
        second = Tus(visitor("principal_investigator", slug=SLUG))
        for other, path in ((elsewhere, foreign), (elsewhere, address), (second, address)):
            statuses = [
                other.ask("HEAD", path).status_code,
                other.piece(path, SOUND, 0).status_code,
                other.ask("DELETE", path).status_code,
                other.ask("POST", f"{path}/clear").status_code,
            ]
            assert statuses == [404] * 4
        assert tus.ask("HEAD", address).headers["Upload-Offset"] == "0"

    def test_every_piece_needs_a_session_and_the_token(
        self, tus: Tus, address: str, visitor: Callable[..., Any]
    ) -> None:
        without = tus.piece(address, SOUND, 0, X_CSRF_Token="")
        assert (without.status_code, without.headers["X-Fieldwork"]) == (403, "stale-form")
        form = "multipart/form-data; boundary=x"  # never parsed: that would spool it to a plain file
        content = (
            b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
            + tus.browser.token.encode()
            + b"\r\n--x--\r\n"
        )
        assert tus.piece(address, content, 0, X_CSRF_Token="", Content_Type=form).status_code == 403
        stranger = Tus(visitor(signed_in=False))
        stranger.browser.token = tus.browser.token
        out = stranger.piece(address, SOUND, 0)
        assert (out.status_code, out.headers["X-Fieldwork"]) == (401, "signed-out")
        assert tus.ask("HEAD", address).headers["Upload-Offset"] == "0"

    def test_without_consent_nothing_is_taken(self, ground: Ground, study: Study, tus: Tus, address: str) -> None:
        assert tus.piece(address, SOUND[:1000], 0).status_code == 204
        with ground.work() as work:
            withdraw(work, find_expert(work, study, "E08"))
        refused = tus.begin()
        assert (refused.status_code, "E08" in refused.text) == (409, True)
        assert tus.piece(address, SOUND[1000:], 1000).status_code == 409
        assert stored(ground).received == 1000
        page = tus.browser.get(PAGE)
        assert (page.status_code, 'id="files"' in page.text) == (200, False)


class TestWhatIsKept:
    def test_nothing_plain_lies_on_the_disk_and_no_name_in_the_clear(
        self, ground: Ground, tus: Tus, address: str
    ) -> None:
        tus.piece(address, SOUND[:150_000], 0)
        (blob,) = blobs_below(ground)
        assert blob.stat().st_mode & 0o777 == 0o600
        for path in (file for file in ground.settings.data.rglob("*") if file.is_file()):
            content = path.read_bytes()
            assert SOUND[1000:1100] not in content
            assert "Айгуль".encode() not in content
        tus.piece(address, SOUND[150_000:], 150_000)
        with ground.look() as session:
            jobs = session.exec(select(Job)).all()
            assert [(job.kind, sorted(job.args)) for job in jobs] == [("recording.take_in", ["upload"])]

    def test_a_blob_that_is_not_complete_never_opens(self, ground: Ground, tus: Tus, address: str) -> None:
        tus.piece(address, SOUND[: 2 * FRAME], 0)
        with ground.work() as work:
            upload = work.session.exec(select(Upload)).one()
            expert = find_expert(work, work.session.exec(select(Study).where(Study.slug == SLUG)).one(), "E08")
            with pytest.raises(Exception, match="cut off or altered"):
                work.blobs.open(f"expert:{expert.id}", upload.blob_id)


class TestFiling:
    def test_it_becomes_a_recording_under_its_name(self, ground: Ground, tus: Tus, address: str) -> None:
        tus.piece(address, SOUND, 0)
        assert work_off(ground) == ["done"]
        with ground.work() as work:
            row = work.session.exec(select(Recording)).one()
            found = (row.kind, row.speaker, row.position, row.duration_ms, row.bytes, row.container, name_of(work, row))
            assert found == ("message", "expert", 1, 3000, len(SOUND), "wav", NAME)
            deeds = [one.deed for one in work.session.exec(select(AuditEntry).order_by("number"))][-2:]
            assert deeds == ["upload.begun", "recording.imported"]
        assert len(blobs_below(ground)) == 2
        upload = stored(ground)
        assert (upload.state, upload.recording_id, upload.failure) == ("filed", row.id, None)

    def test_what_is_no_recording_is_told_on_the_page_and_leaves_nothing(self, ground: Ground, tus: Tus) -> None:
        for content in (LETTER, PLAYLIST, SOUND[:200_000]):
            tus.piece(tus.begin(len(content)).headers["Location"], content, 0)
        assert work_off(ground) == ["done"] * 3
        with ground.look() as session:
            told = [(one.state, one.failure) for one in session.exec(select(Upload).order_by("created_at"))]
        assert told == [("refused", name) for name in ("NotAudio", "MislabelledPlaylist", "Truncated")]
        assert blobs_below(ground) == []
        page = tus.browser.get(f"{PAGE}/arrivals").text
        assert page.count('data-state="refused"') == 3
        assert page.count("&lt;b&gt;Айгуль") == 3
        assert "<b>Айгуль" not in page
        assert tus.ask("POST", f"/s/{SLUG}/uploads/{stored_ids(ground)[0]}/clear").status_code == 302
        assert tus.browser.get(f"{PAGE}/arrivals").text.count('data-state="refused"') == 2

    def test_the_same_recording_is_not_taken_twice(self, ground: Ground, tus: Tus) -> None:
        for _ in range(2):
            tus.piece(tus.begin().headers["Location"], SOUND, 0)
            work_off(ground)
        page = tus.browser.get(f"{PAGE}/arrivals").text
        assert "Эта запись уже есть в исследовании: она относится к интервью с E08." in page
        assert len(blobs_below(ground)) == 2

    def test_a_silent_one_is_filed_and_told(self, ground: Ground, tus: Tus) -> None:
        silence = sound(level=0)
        tus.piece(tus.begin(len(silence)).headers["Location"], silence, 0)
        work_off(ground)
        assert (stored(ground).state, stored(ground).failure) == ("filed", "SilentRecording")

    def test_messages_lie_in_the_order_they_were_chosen_in(self, ground: Ground, tus: Tus) -> None:
        voices = [sound(1 + n / 10) for n in range(3)]
        places = [tus.begin(len(voice)).headers["Location"] for voice in voices]
        for place, voice in reversed(list(zip(places, voices, strict=True))):
            tus.piece(place, voice, 0)
        work_off(ground)
        with ground.look() as session:
            rows = session.exec(select(Recording).order_by("position")).all()
        assert [row.duration_ms for row in rows] == [1000, 1100, 1200]

    def test_transcribing_waits_for_the_last_file(self, ground: Ground, tus: Tus) -> None:
        other = sound(1)
        first, second = (tus.begin(len(one), sequel="yes").headers["Location"] for one in (SOUND, other))
        tus.piece(first, SOUND, 0)
        assert work_off(ground) == ["done"]
        tus.piece(second, other[:100], 0)
        assert tus.ask("DELETE", second).status_code == 204
        with ground.look() as session:
            kinds = [job.kind for job in session.exec(select(Job).order_by("created_at"))]
        assert kinds == ["recording.take_in", "transcription.begin"]
        assert work_off(ground) == ["done", "failed"]  # no model is chosen here
        page = tus.browser.get(f"{PAGE}/arrivals").text
        assert "Модель Whisper не выбрана." in page

    def test_a_recording_is_deleted_with_its_sound(self, ground: Ground, tus: Tus, address: str) -> None:
        tus.piece(address, SOUND, 0)
        work_off(ground)
        gone = tus.ask("POST", f"/s/{SLUG}/recordings/E08/1/remove")
        assert (gone.status_code, blobs_below(ground)) == (302, [])
        with ground.look() as session:
            assert session.exec(select(Recording)).all() == []
        assert tus.ask("POST", f"/s/{SLUG}/recordings/E08/1/remove").status_code == 404


class TestPages:
    def test_the_plan_of_a_zoom_folder_says_whose_track_it_is(self, tus: Tus) -> None:
        names = [
            "2025-03-25 17.00.12 x/Audio Record/audioRuslanAkhmetov11111111111.m4a",
            "2025-03-25 17.00.12 x/Audio Record/audioAselSeidakhmetova21111111111.m4a",
            "2025-03-25 17.00.12 x/audio1111111111.m4a",
            "2025-03-25 17.00.12 x/notes.xyz",
        ]
        page = PAGE.replace("E08", "E02")
        told = {"X-CSRF-Token": tus.browser.token}
        found = tus.browser.client.post(f"{page}/plan", json={"names": names, "texts": {}}, headers=told).get_json()
        assert {(one["name"], one["kind"], one["speaker"]) for one in found["files"]} == {
            (names[0], "track", "expert"),
            (names[1], "track", "interviewer"),
        }
        assert {one["name"] for one in found["left"]} == set(names[2:])
        for wrong in (None, [], {"names": "x", "texts": {}}, {"names": []}):
            refused = tus.browser.client.post(f"{page}/plan", json=wrong, headers=told)
            assert refused.status_code == 400

    def test_unfinished_uploads_are_listed_with_their_names_as_text(self, tus: Tus, address: str) -> None:
        tus.piece(address, SOUND[:200_000], 0)
        page = tus.browser.get(PAGE).text
        assert f'data-upload="{address}"' in page
        assert "&lt;b&gt;Айгуль" in page
        assert "<b>Айгуль" not in page
        assert "получено 0,2 из 0,3 МБ" in page

    def test_every_expert_one_interviews_is_offered(self, tus: Tus, visitor: Callable[..., Any]) -> None:
        page = tus.browser.get(f"/s/{SLUG}/recordings/upload").text
        assert page.count('class="upx__a"') == 14
        assert "Ваших встреч пока нет" in visitor("interviewer", slug=SLUG).get(f"/s/{SLUG}/recordings/upload").text

"""From Zoom's message to the filed recording: signed, proposed, confirmed, fetched; and what stands against it."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, select
from zoom_cloud import ACCOUNT, CLIENT, SECRET, WEBHOOK_SECRET, Cloud, event, file, served, signed

from fieldwork.app import HANDLERS
from fieldwork.consent.services import withdraw
from fieldwork.core.jobs import Job, JobState
from fieldwork.core.runs import claim, execute
from fieldwork.core.schema import shipped
from fieldwork.core.settings import Settings
from fieldwork.core.supervisor import Supervisor
from fieldwork.core.vault import KeyDestroyed
from fieldwork.core.work import Ground
from fieldwork.programme.models import Member, Study
from fieldwork.recording.jobs import take_in
from fieldwork.recording.models import Recording, Upload
from fieldwork.recording.zoom_fetching import LONG_WAITS, SHORT_WAITS, fetch_file
from fieldwork.recording.zoom_filing import file_meeting
from fieldwork.recording.zoom_models import CloudFile, CloudMeeting
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.web import pace

NAMES = ("Руслан", "Ахметов", "secret.host", "pass-code", "Интервью с")
SOUND = sorted(next(shipped("audio/demo").glob("2025-03-25*")).rglob("*.m4a"))  # E02's tracks
PATIENCE = 60  # s: how long a test waits for what must come


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An installation that is connected with Zoom."""
    keys = {"zoom_account": ACCOUNT, "zoom_client": CLIENT, "zoom_secret": SECRET}
    return Settings(**settings.model_dump() | keys | {"zoom_webhook_secret": WEBHOOK_SECRET, "upload_limit": 50})


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with served(Cloud()) as found:
        yield found


@pytest.fixture
def zoom(ground: Ground, site: Any, study: Study, visitor: Callable[..., Any], cloud: Cloud) -> SimpleNamespace:
    """What a test needs: Zoom's voice, the principal investigator's browser, a worker."""
    pace.forget()
    client = site.test_client()

    def tell(told: dict[str, Any] | bytes, **headers: str) -> Any:
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        return client.post("/zoom/events", data=body, headers=signed(body, ground.clock().timestamp()) | headers)

    def rows(model: type[Any]) -> list[Any]:
        with ground.look() as session:
            return list(session.exec(select(model).order_by(model.id)))

    def work(pauses: list[float] | None = None) -> list[str]:
        """Do what is due of our two kinds; the states the jobs ended in."""
        ended = []
        while (found := claim(ground, "test", ["recording.fetch_zoom", "recording.take_in"])) is not None:
            with cloud.client() as client:
                fetching = partial(fetch_file, client=client, pause=([] if pauses is None else pauses).append)
                execute(ground, found, fetching if found.kind == "recording.fetch_zoom" else take_in)
            with ground.look() as session:
                job = session.get_one(Job, found.job_id)
                ended.append(job.state if not job.failure else job.failure)
        return ended

    def tracks() -> dict[str, Any]:
        """A meeting with E02: a track for each of the two."""
        names = ("Руслан Ахметов", "Данияр Касымов")
        told = [
            file(cloud, str(number), path.read_bytes(), file_name=f"Audio only - {name}")
            for number, (path, name) in enumerate(zip(SOUND, names, strict=True))
        ]
        return event(file(cloud, "mixed", b"the same, mixed"), tracks=tuple(told))

    page = f"/s/{study.slug}/recordings/zoom"
    browser = visitor("principal_investigator", slug=study.slug)
    return SimpleNamespace(
        tell=tell, rows=rows, work=work, tracks=tracks, page=page, browser=browser, ground=ground, study=study,
        file=lambda code="E02", **form: browser.post(f"{page}/{rows(CloudMeeting)[0].id}/file", {"code": code, **form}),
    )  # fmt: skip


def test_what_is_not_zooms_is_refused_and_nothing_is_kept(zoom: SimpleNamespace) -> None:
    body = json.dumps(zoom.tracks()).encode()
    now = zoom.ground.clock().timestamp()
    old = signed(body, now - 301)
    answers = {
        "no signature": zoom.tell(body, **{"x-zm-signature": ""}),
        "another's": zoom.tell(body, **{"x-zm-signature": signed(body, now, "another")["x-zm-signature"]}),
        "of other bytes": zoom.tell(body, **{"x-zm-signature": signed(body + b" ", now)["x-zm-signature"]}),
        "stale": zoom.tell(body, **old),
        "renewed": zoom.tell(body, **old | {"x-zm-request-timestamp": str(int(now))}),
        "huge": zoom.tell(b" " * 1_000_001),
        "no JSON": zoom.tell(b"meeting"),
        "no meeting": zoom.tell({"event": "recording.completed", "payload": {}}),
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "no signature": 401, "another's": 401, "of other bytes": 401, "stale": 401, "renewed": 401, "huge": 413,
        "no JSON": 422, "no meeting": 422,
    }  # fmt: skip
    assert zoom.tell({"event": "meeting.started", "payload": {"object": {"topic": "x"}}}).status_code == 204
    assert zoom.rows(CloudMeeting) == []


def test_zoom_hears_that_the_address_is_ours(zoom: SimpleNamespace) -> None:
    answer = zoom.tell({"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}})
    assert (answer.status_code, set(answer.json)) == (200, {"plainToken", "encryptedToken"})
    assert answer.json["plainToken"] == "qgg8vlvZRS6UYooatFL8Aw"


def test_a_flood_is_refused_before_it_is_looked_at(zoom: SimpleNamespace) -> None:
    answers = [zoom.tell(b"{}", **{"x-zm-signature": ""}).status_code for _ in range(pace.MOST + 1)]
    assert answers == [401] * pace.MOST + [429]


def test_the_pace_is_counted_by_network_and_minute() -> None:
    pace.forget()
    for _ in range(pace.MOST):
        pace.check_pace("203.0.113.0/24", 100.0)
    with pytest.raises(pace.TooManyMessages) as refused:
        pace.check_pace("203.0.113.0/24", 130.0)
    assert refused.value.values == {"seconds": 31}
    pace.check_pace("198.51.100.0/24", 130.0)
    pace.check_pace("203.0.113.0/24", 160.0)


def test_a_meeting_is_kept_once_and_no_name_with_it(zoom: SimpleNamespace) -> None:
    told = zoom.tracks()
    assert [zoom.tell(told).status_code for _ in range(2)] == [204, 204]
    assert (len(zoom.rows(CloudMeeting)), len(zoom.rows(CloudFile)), zoom.rows(Job)) == (1, 3, [])
    with zoom.ground.look() as session:
        for table in SQLModel.metadata.sorted_tables:
            if table.name.startswith("cloud_") or table.name == "audit_entry":
                kept = repr(session.execute(sa.select(table)).all())
                assert not [name for name in (*NAMES, "told-with-the-message", "/rec/") if name in kept]


def test_a_meeting_is_proposed_to_those_who_may_hear_it(zoom: SimpleNamespace, visitor: Callable[..., Any]) -> None:
    zoom.tell(zoom.tracks())
    page = zoom.browser.get(zoom.page)
    assert page.status_code == 200
    assert page.text.count('name="code"') == 1
    assert 'value="E02"' in page.text
    assert "на одной дорожке имя эксперта" in page.text
    assert not [name for name in NAMES if name in page.text]
    assert "пришла 1 запись" in zoom.browser.get(f"/s/{zoom.study.slug}/recordings").text
    assert visitor("coder", slug=zoom.study.slug).get(zoom.page).status_code == 403
    other = visitor("interviewer", slug=zoom.study.slug)  # of nobody
    assert 'name="code"' not in other.get(zoom.page).text
    path = f"{zoom.page}/{zoom.rows(CloudMeeting)[0].id}"
    assert other.post(f"{path}/file", {"code": "E02"}).status_code == 403
    assert other.post(f"{path}/aside").status_code == 404
    assert zoom.file("E01").status_code == 404  # at that time there was no interview with them


def test_a_meeting_nobody_booked_is_shown_to_nobody_and_forgotten(zoom: SimpleNamespace, clock: Any) -> None:
    zoom.tell(event(file(Cloud(), "a", b"x"), start_time="2025-03-26T02:00:00Z"))
    assert 'name="code"' not in zoom.browser.get(zoom.page).text
    (meeting,) = zoom.rows(CloudMeeting)
    clock.advance(31 * 24 * 3600)
    zoom.tell(event(uuid="another", start_time="2025-03-26T02:00:00Z"))
    assert [one.zoom_uuid for one in zoom.rows(CloudMeeting)] == ["another"]
    with pytest.raises(KeyDestroyed):
        zoom.ground.vault.unseal(f"zoom:{meeting.id}", "cloud_meeting.sealed_token", meeting.id, meeting.sealed_token)


def test_a_study_can_say_that_a_meeting_is_none_of_its_own_and_take_that_back(zoom: SimpleNamespace) -> None:
    zoom.tell(zoom.tracks())
    path = f"{zoom.page}/{zoom.rows(CloudMeeting)[0].id}"
    zoom.browser.post(f"{path}/aside")
    assert 'name="code"' not in zoom.browser.get(zoom.page).text
    zoom.browser.post(f"{path}/back")
    assert 'name="code"' in zoom.browser.get(zoom.page).text


def test_a_confirmed_meeting_is_fetched_and_filed_track_by_track(zoom: SimpleNamespace, cloud: Cloud) -> None:
    zoom.tell(zoom.tracks())
    (meeting,) = zoom.rows(CloudMeeting)
    answer = zoom.file()
    assert (answer.status_code, answer.headers["Location"]) == (302, zoom.page)
    jobs = zoom.rows(Job)
    assert [(one.kind, set(one.args)) for one in jobs] == [("recording.fetch_zoom", {"file"})] * 2
    assert zoom.work() == ["done"] * 4
    found = {one.speaker: one for one in zoom.rows(Recording)}
    assert {(who, one.kind, one.offset_ms) for who, one in found.items()} == {
        ("expert", "track", 0), ("interviewer", "track", 0),
    }  # fmt: skip
    assert {one.sha256 for one in found.values()} == {hashlib.sha256(path.read_bytes()).hexdigest() for path in SOUND}
    assert {one.authorization for one in cloud.asked} == {"Bearer told-with-the-message"}
    assert "отнесено к интервью" in zoom.browser.get(zoom.page).text.lower()
    with pytest.raises(KeyDestroyed):  # what the meeting's own key had sealed is under the expert's
        zoom.ground.vault.unseal(f"zoom:{meeting.id}", "cloud_meeting.sealed_token", meeting.id, meeting.sealed_token)
    assert zoom.file().status_code == 409  # twice
    zoom.tell(zoom.tracks())
    assert (len(zoom.rows(CloudFile)), len(zoom.rows(Recording)), zoom.work()) == (3, 2, [])


def test_without_consent_nothing_is_filed_or_fetched(zoom: SimpleNamespace, cloud: Cloud) -> None:
    zoom.tell(zoom.tracks())
    with zoom.ground.work() as work:
        withdraw(work, find_expert(work, zoom.study, "E02"))
    page = zoom.browser.get(zoom.page).text
    assert "disabled" in page[page.index('value="E02"') :].partition(">")[0]
    assert zoom.file().status_code == 409
    assert (zoom.rows(Upload), zoom.rows(Job), cloud.asked) == ([], [], [])
    assert zoom.rows(CloudMeeting)[0].interview_id is None


def test_consent_that_is_withdrawn_on_the_way_ends_it_and_nothing_stays(zoom: SimpleNamespace, cloud: Cloud) -> None:
    zoom.tell(zoom.tracks())
    zoom.file()
    cloud.breaks = [100_000]

    def withdrawn(_seconds: float) -> None:
        with zoom.ground.work() as work:
            withdraw(work, find_expert(work, zoom.study, "E02"))

    assert zoom.work(SimpleNamespace(append=withdrawn)) == ["ConsentWithdrawn"] * 2
    assert zoom.rows(Upload) == []
    assert [path for path in zoom.ground.settings.blobs_path.rglob("*") if path.is_file()] == []


def test_a_broken_connection_goes_on_where_it_stopped(zoom: SimpleNamespace, cloud: Cloud) -> None:
    zoom.tell(one_sound(cloud))
    zoom.file()
    content = cloud.files["/rec/sound"]
    cloud.breaks, cloud.later = [100_000, 0, 50_000], [(503, {})]
    pauses: list[float] = []
    assert zoom.work(pauses) == ["done", "done"]
    assert cloud.spans() == ["", "", "bytes=100000-", "bytes=100000-", "bytes=150000-"]
    assert pauses == [1.0, 1.0, 2.0, 1.0]  # from the beginning after each that brought something
    assert zoom.rows(Recording)[0].sha256 == hashlib.sha256(content).hexdigest()


def test_where_there_are_no_ranges_what_is_here_is_passed_over(zoom: SimpleNamespace, cloud: Cloud) -> None:
    zoom.tell(one_sound(cloud))
    zoom.file()
    cloud.breaks, cloud.ranges = [100_000], False
    assert zoom.work() == ["done", "done"]
    assert zoom.rows(Recording)[0].sha256 == hashlib.sha256(cloud.files["/rec/sound"]).hexdigest()


def test_a_killed_worker_costs_no_byte_that_was_safe(zoom: SimpleNamespace, cloud: Cloud, clock: Any) -> None:
    zoom.tell(one_sound(cloud))
    zoom.file()
    cloud.breaks = [100_000]

    class Killed(BaseException):
        pass

    def die(_seconds: float) -> None:
        raise Killed

    with pytest.raises(Killed):
        zoom.work(SimpleNamespace(append=die))
    assert zoom.rows(Upload)[0].received == 100_000
    clock.advance(10)  # its lease runs out
    assert zoom.work() == ["done", "done"]
    assert cloud.spans() == ["", "bytes=100000-"]


def test_zoom_may_ask_to_come_back_later(zoom: SimpleNamespace, cloud: Cloud, clock: Any) -> None:
    now = clock.stand(zoom.ground.clock())
    zoom.tell(one_sound(cloud))
    zoom.file()
    cloud.later = [(429, {"Retry-After": "7"}), (429, {"Retry-After": "900"})]
    pauses: list[float] = []
    assert (zoom.work(pauses), pauses) == (["done"], [7.0])
    (waiting,) = [one for one in zoom.rows(Job) if one.state == JobState.QUEUED]
    assert waiting.run_at == now + timedelta(seconds=900)
    assert "Zoom просит подождать" in zoom.browser.get(zoom.page).text
    clock.advance(901)
    assert zoom.work() == ["done", "done"]


def test_zoom_that_stays_away_is_told_in_the_end_and_tried_again_when_asked(
    zoom: SimpleNamespace, cloud: Cloud, clock: Any, visitor: Callable[..., Any]
) -> None:
    clock.stand(zoom.ground.clock())
    zoom.tell(one_sound(cloud))
    zoom.file()
    cloud.later = [(503, {})] * 1000
    ended, pauses = [], []
    for wait in (timedelta(), *LONG_WAITS):
        clock.advance(wait.total_seconds())
        ended += zoom.work(pauses)
    assert ended == ["done"] * len(LONG_WAITS) + ["ZoomAway"]
    assert pauses == list(SHORT_WAITS) * (len(LONG_WAITS) + 1)
    browser = visitor("principal_investigator", slug=zoom.study.slug)  # hours later: a session of its own
    assert "Zoom не отвечает" in browser.get(zoom.page).text
    cloud.later = []
    again = f"{zoom.page}/files/{zoom.rows(CloudFile)[0].id}/again"
    assert [browser.post(again).status_code for _ in range(2)] == [302, 302]
    assert zoom.work() == ["done", "done"]


def test_a_token_that_ran_out_is_replaced_and_the_address_asked_for_anew(zoom: SimpleNamespace, cloud: Cloud) -> None:
    zoom.tell(one_sound(cloud))
    zoom.file()
    cloud.files["/rec/now"] = cloud.files["/rec/sound"]
    cloud.listed = {"recording_files": [{"id": "sound", "download_url": f"{cloud.base}/rec/now"}]}
    cloud.open_to = {"account-token-2"}
    assert zoom.work() == ["done", "done"]
    told = [(one.path, one.authorization.removeprefix("Bearer ")) for one in cloud.asked if one.verb == "GET"]
    assert told == [
        ("/rec/sound", "told-with-the-message"),
        ("/rec/sound", "account-token-1"),
        ("/v2/meetings/uuid%252F1%253D%253D/recordings", "account-token-1"),
        ("/rec/now", "account-token-2"),
    ]


def test_the_messages_token_is_not_shown_after_a_day(zoom: SimpleNamespace, cloud: Cloud, clock: Any) -> None:
    zoom.tell(one_sound(cloud))
    cloud.open_to.add("account-token-1")
    clock.advance(23 * 3600 + 1)
    zoom.browser.get(zoom.page)
    with zoom.ground.work() as work:
        meeting = work.get(CloudMeeting, zoom.rows(CloudMeeting)[0].id)
        confirm(zoom, work, meeting)
    assert zoom.work() == ["done", "done"]
    assert [one.authorization for one in cloud.asked if one.verb == "GET"] == ["Bearer account-token-1"]


@pytest.mark.parametrize(
    ("change", "refusal", "told"),
    [
        ({"open_to": set()}, "ZoomRefusesFile", "Zoom не отдаёт этот файл"),
        ({"open_to": set(), "refuses_keys": True}, "ZoomRefusesKeys", "Zoom не пускает"),
        ({"leads": {"/rec/sound": "https://example.org/x"}}, "StrangeAddress", "вне zoom.us"),
        ({"leads": {"/rec/sound": "http://169.254.169.254/meta"}}, "StrangeAddress", "вне zoom.us"),
        ({"later": [(404, {}), (404, {})]}, "ZoomFileGone", "больше нет"),
        ({"longer": 60_000_000}, "ZoomFileTooLarge", "не больше 50"),
    ],
)
def test_a_final_refusal_is_told_in_plain_words(
    zoom: SimpleNamespace, cloud: Cloud, change: dict[str, Any], refusal: str, told: str
) -> None:
    zoom.tell(one_sound(cloud))
    zoom.file()
    cloud.listed = {"recording_files": [{"id": "sound", "download_url": f"{cloud.base}/rec/sound"}]}
    if refusal == "ZoomFileGone":
        cloud.listed = {}
    wished = deepcopy(change)  # the next case is given the same one
    cloud.files["/rec/sound"] += bytes(wished.pop("longer", 0))
    for name, value in wished.items():
        setattr(cloud, name, value)
    assert zoom.work() == [refusal]
    assert told in zoom.browser.get(zoom.page).text
    assert zoom.rows(Recording) == []


def test_a_file_of_another_length_is_corrected_at_first_and_refused_later(zoom: SimpleNamespace, cloud: Cloud) -> None:
    zoom.tell(one_sound(cloud))
    zoom.file()
    cloud.files["/rec/sound"] += b"\0"
    cloud.breaks = [100_000]

    def changed(_seconds: float) -> None:
        cloud.files["/rec/sound"] += b"\0"

    assert zoom.work(SimpleNamespace(append=changed)) == ["ZoomFileDiffers"]
    assert zoom.rows(Upload) == []


def test_what_is_longer_than_zoom_said_without_a_length_is_refused(zoom: SimpleNamespace, cloud: Cloud) -> None:
    zoom.tell(one_sound(cloud))
    zoom.file()
    cloud.sized = False
    cloud.files["/rec/sound"] += b"\0"
    assert zoom.work() == ["MoreThanAnnounced"]


@pytest.mark.processes
def test_a_running_fetch_is_cancelled_and_its_bytes_go(
    zoom: SimpleNamespace, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOOM_CLOUD_OF_TEST", str(cloud.port))
    zoom.tell(one_sound(cloud))
    zoom.file()
    cloud.hangs = 100_000
    stop = threading.Event()
    supervisor = Supervisor(zoom.ground, {"recording.fetch_zoom": "zoom_handlers:fetch_zoom"})
    worker = threading.Thread(target=supervisor.run, kwargs={"stop": stop})
    worker.start()
    try:
        wait(lambda: len(cloud.spans()) == 1)
        page = zoom.browser.get(zoom.page).text
        assert "загружается из Zoom" in page
        path = f"{zoom.page}/files/{zoom.rows(CloudFile)[0].id}/stop"
        assert zoom.browser.post(path).status_code == 302
        wait(lambda: zoom.rows(Job)[0].state == JobState.CANCELLED)
    finally:
        stop.set()
        worker.join(PATIENCE)
    assert (zoom.rows(Upload), worker.is_alive()) == ([], False)
    assert [path for path in zoom.ground.settings.blobs_path.rglob("*") if path.is_file()] == []
    assert "не загружено" in zoom.browser.get(zoom.page).text


def test_zooms_transcript_is_fetched_and_taken_in_only_when_asked_for(zoom: SimpleNamespace, cloud: Cloud) -> None:
    text = (
        "WEBVTT\n\n1\n00:00:01.000 --> 00:00:04.000\nДанияр Касымов: Как вы начали?\n\n"
        "2\n00:00:04.500 --> 00:00:09.000\nРуслан Ахметов: С театра во дворе.\n"
    )
    told = one_sound(cloud)
    told["payload"]["object"]["recording_files"].append(
        file(cloud, "text", text.encode(), file_type="TRANSCRIPT", recording_type="audio_transcript")
    )
    zoom.tell(told)
    zoom.file()
    assert zoom.work() == ["done", "done"]
    text_id = next(one.id for one in zoom.rows(CloudFile) if one.kind == "transcript")
    take = f"/s/{zoom.study.slug}/transcripts/E02/zoom/{text_id}"
    assert zoom.browser.post(take).status_code == 404
    zoom.browser.post(f"{zoom.page}/files/{text_id}/again")
    assert zoom.work() == ["done"]
    answer = zoom.browser.post(take)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/s/{zoom.study.slug}/transcripts/E02")
    assert "С театра во дворе" in zoom.browser.get(answer.headers["Location"]).text
    assert zoom.browser.post(take).status_code == 404


def test_without_a_browser(
    zoom: SimpleNamespace, run: Callable[..., Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run("recordings", "zoom", "list")
    assert told.code == 0
    assert "FIELDWORK_ZOOM_ACCOUNT, FIELDWORK_ZOOM_CLIENT" in told.err
    for name in ("account", "client", "secret", "webhook_secret"):
        value = getattr(settings, f"zoom_{name}")
        monkeypatch.setenv(f"FIELDWORK_ZOOM_{name.upper()}", getattr(value, "get_secret_value", lambda v=value: v)())
    zoom.tell(zoom.tracks())
    (row,) = json.loads(run("recordings", "zoom", "list", "--json").out)
    assert (row["began"], row["files"], row["interview"]) == ("2025-03-25 15:00", "2 track", "creative-class E02")
    refused = run("recordings", "zoom", "file", zoom.study.slug, "E77", row["meeting"])
    assert refused.code == 1
    filed = run("recordings", "zoom", "file", zoom.study.slug, "E02", row["meeting"])
    assert (filed.code, filed.out) == (0, "E02: 2\n")
    assert zoom.work() == ["done"] * 4
    (row,) = json.loads(run("recordings", "zoom", "list", "--json").out)
    assert (row["interview"], row["state"]) == ("creative-class E02", "filed, filed")


def test_secrets_show_nowhere_but_in_the_order_of_a_job(settings: Settings) -> None:
    shown = f"{settings!r} {settings} {settings.zoom!r} {settings.model_dump()}"
    assert SECRET not in shown
    assert WEBHOOK_SECRET not in shown
    assert Settings.model_validate(settings.model_dump(mode="json")).zoom == settings.zoom
    assert HANDLERS["recording.fetch_zoom"] == "fieldwork.recording.jobs:fetch_zoom"


@pytest.mark.parametrize("missing", ["zoom_account", "zoom_client", "zoom_secret", "zoom_webhook_secret"])
def test_without_one_of_the_four_settings_zoom_is_not_connected(settings: Settings, missing: str) -> None:
    assert settings.model_copy(update={missing: None}).zoom is None


def one_sound(cloud: Cloud) -> dict[str, Any]:
    """A meeting with E02 of which there is one file with both voices."""
    return event(file(cloud, "sound", SOUND[0].read_bytes()))


def confirm(zoom: SimpleNamespace, work: Any, meeting: CloudMeeting) -> None:
    """As the command does."""
    interview = find_interview(work, find_expert(work, zoom.study, "E02"))
    file_meeting(work, meeting, interview, work.get(Member, interview.interviewer_id).account_id)


def wait(until: Callable[[], bool]) -> None:
    """Wait until something is so."""
    started = time.monotonic()
    while not until():
        assert time.monotonic() - started < PATIENCE
        time.sleep(0.02)


def test_the_demo_has_the_tracks_that_these_tests_fetch() -> None:
    assert [path.suffix for path in SOUND] == [".m4a", ".m4a"]
    assert all(isinstance(path, Path) and path.stat().st_size > 200_000 for path in SOUND)

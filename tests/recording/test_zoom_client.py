"""What is asked of Zoom's cloud and what not: addresses, tokens, redirects, ranges, broken connections, «later»."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from zoom_cloud import ACCOUNT, SECRET, TOKEN, WEBHOOK_SECRET, Cloud, event, file, served, signed

from fieldwork.recording.zoom_client import Unauthorised, ZoomClient
from fieldwork.recording.zoom_events import (
    EventWrong,
    answer_to_validation,
    chosen,
    is_fresh,
    is_signed,
    labels_of,
    meeting_of,
    read,
)
from fieldwork.recording.zoom_models import CloudKind
from fieldwork.recording.zoom_reach import Broken, Reach
from fieldwork.recording.zoom_refusals import StrangeAddress, ZoomFileGone, ZoomRefusesKeys

CONTENT = bytes(range(256)) * 40_000  # three pieces


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """A cloud with one file."""
    with served(Cloud(files={"/rec/1": CONTENT})) as found:
        yield found


def taken(cloud: Cloud, path: str = "/rec/1", token: str = TOKEN, at: int = 0) -> tuple[int, int | None, bytes]:
    """Where the answer begins, the file's length, and what came."""
    with cloud.client() as client, client.opened(cloud.base + path, token, at) as answer:
        return answer.at, answer.total, b"".join(answer.pieces())


@pytest.mark.parametrize(
    "url",
    [
        "https://zoom.us/rec/1", "https://us02web.zoom.us/rec/webhook_download/x?y=%2F", "https://US02WEB.ZOOM.US/rec",
    ],
)  # fmt: skip
def test_zooms_own_addresses_may_be_asked(url: str) -> None:
    assert Reach(private=True).check(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://us02web.zoom.us/rec/1",
        "https://zoom.us.example.org/rec/1",
        "https://notzoom.us/rec/1",
        "https://zoom.us@example.org/rec/1",
        "https://example.org\\@zoom.us/rec/1",
        "https://zoom.us:8443/rec/1",
        "https://zoom.us:0x/rec/1",
        "https://zoom.us./rec/1",
        "https://127.0.0.1/rec/1",
        "https://[::1]/rec/1",
        "https://zооm.us/rec/1",  # Cyrillic letters
        "https://zoom.us/rec/1\r\nHost: example.org",
        "file:///etc/passwd",
        "//zoom.us/rec/1",
        "",
    ],
)
def test_other_addresses_may_not(url: str) -> None:
    with pytest.raises(StrangeAddress):
        Reach(private=True).check(url)


def test_a_host_in_a_private_network_is_not_asked(cloud: Cloud) -> None:
    reach = Reach(("127.0.0.1",), scheme="http", ports=True)
    with pytest.raises(StrangeAddress):
        reach.check(f"{cloud.base}/rec/1")
    client = ZoomClient(ACCOUNT, "client-1", SECRET)  # as production makes it: no argument, Zoom's addresses only
    with pytest.raises(StrangeAddress), client.opened(f"{cloud.base}/rec/1", TOKEN):
        pass
    client.close()
    assert cloud.asked == []


def test_no_setting_widens_what_may_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIELDWORK_ZOOM_HOSTS", "FIELDWORK_ZOOM_API", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    client = ZoomClient(ACCOUNT, "client-1", SECRET)
    assert client._reach == Reach(("zoom.us",), "https", ports=False, private=False)
    assert client._session.trust_env is False
    client.close()


def test_a_file_comes_whole_and_from_any_place_on(cloud: Cloud) -> None:
    assert taken(cloud) == (0, len(CONTENT), CONTENT)
    assert taken(cloud, at=9_000_000) == (9_000_000, len(CONTENT), CONTENT[9_000_000:])
    assert [(one.authorization, one.span) for one in cloud.asked] == [
        (f"Bearer {TOKEN}", ""),
        (f"Bearer {TOKEN}", "bytes=9000000-"),
    ]


def test_where_there_are_no_ranges_the_answer_says_that_it_begins_at_the_beginning(cloud: Cloud) -> None:
    cloud.ranges = False
    assert taken(cloud, at=9_000_000)[0] == 0


def test_what_came_before_a_break_is_not_lost(cloud: Cloud) -> None:
    cloud.breaks = [5_000_000]
    came = bytearray()
    with cloud.client() as client, client.opened(f"{cloud.base}/rec/1", TOKEN) as answer:
        pieces = answer.pieces()
        came += next(pieces) + next(pieces)
        with pytest.raises(Broken):
            next(pieces)
    assert bytes(came) == CONTENT[:5_000_000]


def test_a_redirect_is_followed_and_the_token_stays_at_the_first_host(cloud: Cloud) -> None:
    with served(Cloud(files={"/signed": CONTENT}, open_to={""})) as other:
        cloud.leads = {"/rec/1": "/rec/moved", "/rec/moved": f"{other.base}/signed"}
        assert taken(cloud)[2] == CONTENT
        assert [one.authorization for one in cloud.asked] == [f"Bearer {TOKEN}"] * 2
        assert [one.authorization for one in other.asked] == [""]


@pytest.mark.parametrize(
    "place", ["http://localhost:{port}/rec/2", "https://127.0.0.1/rec/2", "http://example.org/", "file:///etc/passwd"]
)
def test_a_redirect_elsewhere_is_not_followed(cloud: Cloud, place: str) -> None:
    cloud.leads = {"/rec/1": place.format(port=cloud.port)}
    with pytest.raises(StrangeAddress):
        taken(cloud)
    assert [one.path for one in cloud.asked] == ["/rec/1"]


def test_redirects_in_a_circle_end(cloud: Cloud) -> None:
    cloud.leads = {"/rec/1": "/rec/1"}
    with pytest.raises(Broken):
        taken(cloud)
    assert len(cloud.asked) == 6


def test_a_token_that_opens_nothing_is_told_even_where_zoom_answers_with_a_page(cloud: Cloud) -> None:
    with pytest.raises(Unauthorised):
        taken(cloud, token="old")
    cloud.page = True
    with pytest.raises(Unauthorised):
        taken(cloud, token="old")


@pytest.mark.parametrize(
    ("status", "told", "after"),
    [
        (429, "7", 7.0), (503, "", None), (500, "soon", None), (429, "-1", None),
        (429, "Wed, 01 Jan 2020 00:00:00 GMT", 0.0),
    ],
)  # fmt: skip
def test_later_says_when(cloud: Cloud, status: int, told: str, after: float | None) -> None:
    cloud.later = [(status, {"Retry-After": told} if told else {})]
    with pytest.raises(Broken) as broken:
        taken(cloud)
    assert broken.value.after == after


def test_what_is_gone_and_who_does_not_answer_are_told_apart(cloud: Cloud) -> None:
    with pytest.raises(ZoomFileGone):
        taken(cloud, "/rec/2")
    with served(Cloud()) as ended:
        pass
    with pytest.raises(Broken):
        taken(ended)


def test_a_token_is_asked_for_once_until_a_fresh_one_is_wanted(cloud: Cloud) -> None:
    with cloud.client() as client:
        tokens = [client.token(), client.token(), client.token(fresh=True)]
    assert tokens == ["account-token-1", "account-token-1", "account-token-2"]
    cloud.refuses_keys = True
    with cloud.client() as client, pytest.raises(ZoomRefusesKeys):
        client.token()


def test_a_files_present_address_is_asked_for_by_its_encoded_uuid(cloud: Cloud) -> None:
    cloud.listed = {
        "recording_files": [{"id": "a", "download_url": "https://zoom.us/a"}],
        "participant_audio_files": [{"id": "b", "download_url": "https://zoom.us/b"}, "nonsense"],
    }
    with cloud.client() as client:
        assert client.address("/uuid/1==", "b") == "https://zoom.us/b"
        with pytest.raises(ZoomFileGone):
            client.address("/uuid/1==", "c")
    assert cloud.asked[-1].path == "/v2/meetings/%252Fuuid%252F1%253D%253D/recordings"
    assert cloud.asked[-1].authorization == "Bearer account-token-1"


def test_the_signature_is_zooms_own() -> None:
    body = b'{"event":"recording.completed","payload":{}}'
    headers = signed(body, 1_742_904_000)
    stamp, signature = headers["x-zm-request-timestamp"], headers["x-zm-signature"]
    # computed apart from this code: openssl dgst -sha256 -hmac webhook-secret-of-tests
    assert signature == "v0=" + "5cc3aa600b6ded21318fdf72a52a9aae80234f593a3c6a0d4051b879c24f63c1"
    assert is_signed(WEBHOOK_SECRET, stamp, signature, body)
    assert not is_signed(WEBHOOK_SECRET, stamp, signature, body + b" ")
    assert not is_signed(WEBHOOK_SECRET, "1742904001", signature, body)
    assert not is_signed("another", stamp, signature, body)
    assert not is_signed(WEBHOOK_SECRET, stamp, "", body)
    assert not is_signed(WEBHOOK_SECRET, stamp, "v0=йод", body)


def test_only_messages_of_the_last_five_minutes_count() -> None:
    now = datetime(2025, 3, 25, 12, 0, tzinfo=UTC)

    def fresh(**ago: float) -> bool:
        return is_fresh(str(int((now - timedelta(**ago)).timestamp())), now)

    assert fresh(seconds=0)
    assert fresh(seconds=300)
    assert not fresh(seconds=301)
    assert fresh(seconds=-300)
    assert not fresh(seconds=-301)
    assert is_fresh(str(int(now.timestamp() * 1000)), now)
    assert not any(is_fresh(told, now) for told in ("", "now", "-1", "१७४२", "1" * 40))


def test_whoever_asks_whose_address_this_is_hears_it() -> None:
    told = read(
        json.dumps({"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}).encode()
    )
    assert answer_to_validation(WEBHOOK_SECRET, told) == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": "b7057b02c13ebdb5ab14d645091f6bffd81fce6a69544813d4d80eba554fa8b8",
    }
    with pytest.raises(EventWrong):
        answer_to_validation(WEBHOOK_SECRET, read(b'{"event":"endpoint.url_validation","payload":{}}'))


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[]", b'{"payload":{}}', b'{"event":1}', b"\xff\xfe", b'{"event":"x","payload":[]}']
)  # fmt: skip
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(EventWrong):
        read(body)


@pytest.mark.parametrize(
    "wrong",
    [
        {"uuid": ""}, {"uuid": None}, {"start_time": "yesterday"}, {"duration": -1}, {"recording_files": {}},
        {"recording_files": [{"file_type": "M4A"}]}, {"recording_files": [{"id": "x", "file_size": 2**70}]},
        {"uuid": "x" * 201},
    ],
)  # fmt: skip
def test_a_meeting_that_lacks_something_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(EventWrong):
        meeting_of(read(json.dumps(event(**wrong)).encode()))


def kinds(*files: dict[str, object], tracks: tuple[dict[str, object], ...] = ()) -> list[tuple[str, str]]:
    """The files that would be fetched: kind and id."""
    told = meeting_of(read(json.dumps(event(*files, tracks=tracks)).encode()))
    return [(one.kind, one.zoom_id) for one in chosen(one for one in told.files if one.kind != CloudKind.TRANSCRIPT)]


def test_tracks_come_before_sound_and_sound_before_film() -> None:
    cloud = Cloud()
    film = file(cloud, "film", b"long film", file_type="MP4", recording_type="shared_screen_with_speaker_view")
    gallery = file(cloud, "gallery", b"film", file_type="MP4", recording_type="gallery_view")
    second = file(cloud, "film2", b"film", file_type="MP4", recording_start="2025-03-25T10:40:00Z")
    sound = file(cloud, "sound", b"sound")
    chat, text = file(cloud, "chat", b"-", file_type="CHAT"), file(cloud, "text", b"-", file_type="TRANSCRIPT")
    unfinished = file(cloud, "x", b"sound", status="processing")
    tracks = tuple(file(cloud, name, b"track", file_name=f"Audio only - {name}") for name in ("Руслан", "Данияр К."))
    assert kinds(film, sound, chat, text, tracks=tracks) == [("track", "Руслан"), ("track", "Данияр К.")]
    assert kinds(film, gallery, second, sound, unfinished) == [("sound", "sound")]
    assert kinds(second, film, gallery, chat) == [("film", "gallery"), ("film", "film2")]
    assert kinds(chat, text, unfinished) == []
    assert labels_of([str(one["file_name"]) for one in tracks]) == ("Руслан", "Данияр К.")

"""What befalls an upload: a disk that cannot hold it, one that fills on the way, a server that is killed."""

import base64
import contextlib
import http.client
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path

import pytest
from sqlmodel import select

from fieldwork.core.accounts import Account
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground, open_ground
from fieldwork.demo.field import set_up
from fieldwork.demo.material import SLUG
from fieldwork.programme.models import Member, Study
from fieldwork.recording.models import Upload, UploadState
from fieldwork.sampling.services import find_expert
from fieldwork.web.guard import SESSION_COOKIE, csrf_of
from fieldwork.web.services import start_session

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parent.parent.parent
FILES = f"/s/{SLUG}/recordings/upload/E08/files"
SERVE = "from fieldwork.cli import main; main()"
CONTENT = bytes(range(256)) * 4096 * 16  # 16 MiB
NAME = f"filename {base64.b64encode(b'a.wav').decode()}"
NO_ROOM = (
    "На сервере нет места для этого файла: в нём 3000 МБ, а свободно 10 МБ. "
    "Ничего не загружено; попросите администратора освободить место."
)
FILLED_UP = (
    "Диск сервера заполнился. Полученное сохранено: 4 из 6 МБ. "
    "Продолжите, когда администратор освободит место, или отмените загрузку."
)

FULL = """
import json, sys
from pathlib import Path
from fieldwork.app import create_app
from fieldwork.core.settings import Settings
data, session, token, files, name = Path(sys.argv[1]), *sys.argv[2:]
client = create_app(Settings(data=data)).test_client()
client.set_cookie("fieldwork_session", session)
headers = {"X-CSRF-Token": token, "HX-Request": "true", "Tus-Resumable": "1.0.0", "Upload-Metadata": name}
told = []
def ask(verb, path, content=b"", **more):
    more = {one.replace("_", "-"): value for one, value in more.items()}
    answer = client.open(path, method=verb, headers=headers | more, data=content)
    told.append([answer.status_code, answer.headers.get("Upload-Offset"), answer.text])
    return answer
def piece(place, at, size):
    return ask("PATCH", place, bytes(size), Upload_Offset=str(at), Content_Type="application/offset+octet-stream")
ask("POST", files, Upload_Length="3000000000")
place = ask("POST", files, Upload_Length="6000000").headers["Location"]
ask("POST", files, Upload_Length="6000000")  # the room is promised to the other one
piece(place, 0, 4_000_000)
other = data / "blobs" / "something-else"
other.write_bytes(bytes(4_500_000))
piece(place, 4_000_000, 2_000_000)
ask("HEAD", place)
other.unlink()
piece(place, 4_000_000, 1_999_999)
ask("HEAD", place)
ask("DELETE", place)
told.append(sorted(path.name for path in (data / "blobs").rglob("*") if path.is_file()))
print(json.dumps(told))
"""


@pytest.fixture
def standing(tmp_path: Path) -> tuple[Path, str]:
    """The data folder of an installation with the demo's field, and the session of its principal investigator."""
    settings = Settings(data=tmp_path / "data")
    ground = open_ground(settings)
    upgrade(settings.database_url)
    with ground.work() as work:
        study = set_up(work)
        account = work.add(Account(login="asel@example.org", display_name="Асель", created_at=work.now))
        member = Member(study_id=study.id, account_id=account.id, initials="ASx", role="principal_investigator")
        work.add(member)
        session = start_session(work, account)
    ground.close()
    return settings.data, session


def test_a_full_disk_is_told_before_and_on_the_way_and_loses_nothing(standing: tuple[Path, str]) -> None:
    data, session = standing
    (data / "blobs").mkdir(exist_ok=True)
    mount = 'mount -t tmpfs -o size=10m small "$0/blobs" && exec "$@"'
    order = [sys.executable, "-c", FULL, str(data), session, csrf_of(session), FILES, NAME]
    ran = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", mount, str(data), *order], cwd=ROOT, capture_output=True, text=True, check=True
    )
    large, begun, promised, first, full, kept, again, there, cancelled, left = json.loads(ran.stdout)
    assert large == [507, None, NO_ROOM]
    assert (begun[0], promised[0], first[:2]) == (201, 507, [204, "4000000"])
    assert full == [507, None, FILLED_UP]
    assert (kept[:2], again[:2], there[:2]) == ([200, "4000000"], [204, "5999999"], [200, "5999999"])
    assert (cancelled[0], left) == (204, [])


@pytest.mark.slow
def test_a_killed_server_goes_on_from_what_it_had_made_safe(standing: tuple[Path, str]) -> None:
    data, session = standing
    server, port = serve(data)
    try:
        place = ask((port, session), "POST", FILES, {"Upload-Length": str(len(CONTENT)), "Upload-Metadata": NAME})[1]
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.putrequest("PATCH", place["Location"])
        told = {
            "Upload-Offset": "0",
            "Content-Length": str(len(CONTENT)),
            "Content-Type": "application/offset+octet-stream",
        }
        for name, value in (headers(session) | told).items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(CONTENT[: 9 << 20])
        kept = wait_for(data, 8 << 20)
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        connection.close()
    finally:
        kill(server)
    assert kept == 8 << 20
    server, port = serve(data)
    try:
        assert ask((port, session), "HEAD", place["Location"])[1]["Upload-Offset"] == str(8 << 20)
        told = {"Upload-Offset": str(8 << 20), "Content-Type": "application/offset+octet-stream"}
        status, answer = ask((port, session), "PATCH", place["Location"], told, CONTENT[8 << 20 :])
        assert (status, answer["Upload-Offset"]) == (204, str(len(CONTENT)))
    finally:
        kill(server)
    with closing_ground(data) as ground, ground.work() as work:
        upload = work.session.exec(select(Upload)).one()
        expert = find_expert(work, work.session.exec(select(Study)).one(), "E08")
        assert upload.state == UploadState.ARRIVED
        with ground.blobs.open(expert_subject(expert.id), upload.blob_id) as file:
            assert file.read() == CONTENT


@pytest.mark.slow
def test_twenty_cuts_and_two_kills_lose_nothing_and_promise_nothing_too_early(tmp_path: Path) -> None:
    cuts = runpy.run_path(str(ROOT / "tests" / "benchmarks" / "cuts.py"))
    options = Namespace(megabytes=24, cuts=20, kills=2, seed=13, folder=tmp_path, delay=0.05)
    done = cuts["cut_upload"](patient_client, options)
    assert (done.cuts, done.kills, done.other_bytes, done.late, done.back) == (20, 2, False, 0, 0), done
    assert done.acknowledged > 20
    assert done.synchronous == 2


def patient_client(told: dict[str, object]) -> None:
    """A client of the standard library: asks where it goes on, sends the next stretch, and begins anew when cut."""
    port = int(str(told["url"]).split(":")[2].split("/")[0])
    sent = {"Tus-Resumable": "1.0.0", **{str(one): str(value) for one, value in dict(told["headers"]).items()}}  # type: ignore[call-overload]
    content, place, at = Path(str(told["path"])).read_bytes(), "", 0
    until = time.monotonic() + 300
    while at < len(content):
        assert time.monotonic() < until
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            if not place:
                announced = sent | {"Upload-Length": str(len(content)), "Upload-Metadata": NAME}
                connection.request("POST", FILES, headers=announced)
                answer = connection.getresponse()
                answer.read()
                place = answer.headers["Location"]
            connection.request("HEAD", place, headers=sent)
            answer = connection.getresponse()
            answer.read()
            at = int(answer.headers["Upload-Offset"])
            if at < len(content):
                more = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
                connection.request("PATCH", place, content[at : at + (4 << 20)], sent | more)
                connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()


def closing_ground(data: Path) -> contextlib.AbstractContextManager[Ground]:
    """The installation, opened here."""
    return contextlib.closing(open_ground(Settings(data=data)))


def serve(data: Path) -> "tuple[subprocess.Popen[bytes], int]":
    """A server in a process group of its own, and its port, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    order = [sys.executable, "-c", SERVE, "serve", "--no-worker", "--port", str(port), "--data", str(data)]
    process = subprocess.Popen(order, cwd=ROOT, start_new_session=True)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, "the server has ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return process, port
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End the server and its workers, if they are still there."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def headers(session: str) -> dict[str, str]:
    """What every request of the protocol carries."""
    cookie = f"{SESSION_COOKIE}={session}"
    return {"Cookie": cookie, "X-CSRF-Token": csrf_of(session), "HX-Request": "true", "Tus-Resumable": "1.0.0"}


def ask(
    address: tuple[int, str], verb: str, path: str, told: dict[str, str] | None = None, content: bytes = b""
) -> tuple[int, dict[str, str]]:
    """One request to a port in a session: status and headers of the answer."""
    port, session = address
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(verb, path, content or None, headers(session) | (told or {}))
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, dict(answer.headers)


def wait_for(data: Path, received: int) -> int:
    """How much of the upload counts, once it is at least so much."""
    until = time.monotonic() + 60
    with closing_ground(data) as ground:
        while time.monotonic() < until:
            with ground.look() as session:
                found = session.exec(select(Upload.received)).one()
            if found >= received:
                return found
            time.sleep(0.1)
    raise AssertionError("the server did not take what was sent")

"""A server that speaks as Zoom's cloud does (tokens, files, redirects, ranges), and breaks where a test says so."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from fieldwork.recording.zoom_client import ZoomClient
from fieldwork.recording.zoom_reach import Reach

ACCOUNT, CLIENT, SECRET, WEBHOOK_SECRET = "account-1", "client-1", "secret-of-tests", "webhook-secret-of-tests"
TOKEN = "told-with-the-message"


@dataclass
class Asked:
    """A request as it came."""

    verb: str
    path: str
    authorization: str
    span: str


@dataclass
class Cloud:
    """What the server holds and does.

    ``files``: path -> bytes. ``open_to``: the tokens that open them. ``breaks``: after how many bytes of the next
    answers the connection ends. ``later``: status and headers of the next answers to whoever asks for a file.
    ``leads``: path -> where it redirects to. ``listed``: what the API tells of any meeting. ``hangs``: after how many
    bytes an answer waits until the server ends.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    open_to: set[str] = field(default_factory=lambda: {TOKEN})
    breaks: list[int] = field(default_factory=list)
    later: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    leads: dict[str, str] = field(default_factory=dict)
    listed: dict[str, Any] = field(default_factory=dict)
    ranges: bool = True
    sized: bool = True
    hangs: int | None = None
    page: bool = False
    refuses_keys: bool = False
    asked: list[Asked] = field(default_factory=list)
    tokens: int = 0
    port: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def reach(self) -> Reach:
        """Widened for this server only, by an argument."""
        return Reach(
            ("127.0.0.1",), scheme="http", ports=True, private=True, tokens=f"{self.base}/oauth/token",
            api=f"{self.base}/v2",
        )  # fmt: skip

    @contextmanager
    def client(self) -> Iterator[ZoomClient]:
        with closing(ZoomClient(ACCOUNT, CLIENT, SECRET, self.reach)) as client:
            yield client

    def spans(self) -> list[str]:
        """The ranges that files were asked for, in order."""
        return [one.span for one in self.asked if one.path in self.files]


@contextmanager
def served(cloud: Cloud) -> Iterator[Cloud]:  # noqa: C901 - a server in one piece
    """The server, on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_told: object) -> None:
            pass

        def do_POST(self) -> None:
            self._note()
            body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            asked_rightly = body == {"grant_type": ["account_credentials"], "account_id": [ACCOUNT]}
            if cloud.refuses_keys or self.headers["Authorization"] != basic or not asked_rightly:
                self._json(400, {"reason": "Invalid client_id or client_secret"})
                return
            cloud.tokens += 1
            token = f"account-token-{cloud.tokens}"
            self._json(200, {"access_token": token, "token_type": "bearer", "expires_in": 3599})

        def do_GET(self) -> None:
            self._note()
            if self.path.startswith("/v2/"):
                self._json(200, cloud.listed)
                return
            if cloud.later:
                status, headers = cloud.later.pop(0)
                self._answer(status, headers, b"")
            elif self.path in cloud.leads:
                self._answer(302, {"Location": cloud.leads[self.path]}, b"")
            elif self.headers.get("Authorization", "").removeprefix("Bearer ") not in cloud.open_to:
                if cloud.page:
                    self._answer(200, {"Content-Type": "text/html;charset=utf-8"}, b"<p>Sign in to your account</p>")
                else:
                    self._json(401, {"code": 124, "message": "Invalid access token."})
            elif self.path not in cloud.files:
                self._json(404, {"code": 3301})
            else:
                self._file(cloud.files[self.path])

        def _file(self, content: bytes) -> None:
            span = self.headers.get("Range")
            start = int(span.removeprefix("bytes=").removesuffix("-")) if span and cloud.ranges else 0
            self.send_response(206 if span and cloud.ranges else 200)
            if span and cloud.ranges:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            if cloud.sized:
                self.send_header("Content-Length", str(len(content) - start))
            self.send_header("Connection", "close")
            self.end_headers()
            rest = content[start:]
            if cloud.hangs is not None:
                self.wfile.write(rest[: cloud.hangs])
                self.wfile.flush()
                cloud.ended.wait(120)
            elif cloud.breaks:
                self.wfile.write(rest[: cloud.breaks.pop(0)])
            else:
                self.wfile.write(rest)
            self.close_connection = True

        def _json(self, status: int, told: dict[str, Any]) -> None:
            self._answer(status, {"Content-Type": "application/json"}, json.dumps(told).encode())

        def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def _note(self) -> None:
            told = self.headers
            cloud.asked.append(Asked(self.command, self.path, told.get("Authorization", ""), told.get("Range", "")))

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # whoever asked has gone

    server = Quiet(("127.0.0.1", 0), Handler)
    cloud.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield cloud
    finally:
        cloud.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def file(cloud: Cloud, zoom_id: str, content: bytes, **told: Any) -> dict[str, Any]:
    """A file as Zoom tells of it, which the server holds."""
    cloud.files[f"/rec/{zoom_id}"] = content
    return {
        "id": zoom_id, "meeting_id": "uuid/1==", "recording_start": "2025-03-25T10:01:00Z",
        "recording_end": "2025-03-25T11:00:00Z", "file_type": "M4A", "file_extension": "M4A", "file_size": len(content),
        "recording_type": "audio_only", "download_url": f"{cloud.base}/rec/{zoom_id}", "status": "completed", **told,
    }  # fmt: skip


def event(*files: dict[str, Any], tracks: tuple[dict[str, Any], ...] = (), **told: Any) -> dict[str, Any]:
    """«recording.completed» as Zoom sends it; ``told`` goes into its object."""
    return {
        "event": "recording.completed", "event_ts": 1742904000000, "download_token": TOKEN,
        "payload": {
            "account_id": ACCOUNT,
            "object": {
                "uuid": "uuid/1==", "id": 86123456789, "host_id": "host", "host_email": "secret.host@example.org",
                "topic": "Интервью с Русланом Ахметовым", "type": 2, "start_time": "2025-03-25T10:00:30Z",
                "timezone": "Asia/Almaty", "duration": 60, "password": "pass-code", "recording_count": len(files),
                "recording_files": list(files), "participant_audio_files": list(tracks), **told,
            },
        },
    }  # fmt: skip


def signed(body: bytes, at: float, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    """The headers of a message that Zoom has signed."""
    timestamp = str(int(at))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "x-zm-request-timestamp": timestamp, "x-zm-signature": f"v0={digest}", "Content-Type": "application/json",
    }  # fmt: skip

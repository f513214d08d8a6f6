"""Uploads whose connection is cut at random bytes, by two clients of other makers, while the server is killed as well.

A real `fieldwork serve` takes one large file by the tus protocol, once from tuspy (installed into an environment of its
own) and once from tus-js-client (the pages' own, run by Node.js). Between them stands a proxy that cuts the connection
at random bytes and has the server killed with -9 in between. In the end the bytes must be the same, few sent twice, and
whatever the server has acknowledged must have been on the disk by then. Run: ``python tests/benchmarks/cuts.py``.
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import select

from fieldwork.core import npm
from fieldwork.core.accounts import Account
from fieldwork.core.database import create_engine
from fieldwork.core.growing import FRAME
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import open_ground
from fieldwork.demo.field import set_up
from fieldwork.demo.material import SLUG
from fieldwork.programme.models import Member
from fieldwork.recording.models import Upload, UploadState
from fieldwork.scheduling.models import Interview
from fieldwork.web.bundling import ASSETS
from fieldwork.web.guard import SESSION_COOKIE, csrf_of
from fieldwork.web.services import start_session

ROOT = Path(__file__).parent.parent.parent
FILES = f"/s/{SLUG}/recordings/upload/E08/files"
CHUNK = 8 << 20  # as the pages send it
MOST_TWICE = 0.05
PATIENCE = 120  # s for the server to come
SEALED = FRAME + 28  # a frame as it lies on the disk: nonce, content, tag
READ = 1 << 16
OFFSET = re.compile(rb"Upload-Offset: (\d+)\r\n", re.IGNORECASE)

SERVE = """
import os, sys, time
real, log = os.fsync, os.open(sys.argv.pop(1), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def fsync(descriptor):
    known = os.fstat(descriptor)
    real(descriptor)
    os.write(log, f"{time.monotonic_ns()} {known.st_ino} {known.st_size}\\n".encode())
os.fsync = fsync
from fieldwork.cli import main
main()
"""
"""The server as it is, noting what it has made durable, and when."""

TUSPY = """
import json, sys, time
from tusclient import client
from tusclient.exceptions import TusCommunicationError, TusUploadFailed
told = json.load(sys.stdin)
uploader = client.TusClient(told["url"], headers=told["headers"]).uploader(
    told["path"], chunk_size=told["chunk"], metadata={"filename": "a.wav"}
)
while True:  # its own retries are counted by the chunk, however far each of them comes
    try:
        if uploader.url:
            uploader.offset = uploader.get_offset()
        uploader.upload()
        break
    except (TusCommunicationError, TusUploadFailed):
        time.sleep(told["delay"])
"""

TUS_JS = """
import fs from "node:fs";
import { Upload } from "tus-js-client";
const told = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const upload = new Upload(fs.createReadStream(told.path), {
  endpoint: told.url, chunkSize: told.chunk, headers: told.headers, metadata: { filename: "a.wav" },
  uploadSize: fs.statSync(told.path).size, retryDelays: Array(200).fill(1000 * told.delay), onShouldRetry: () => true,
  onError: (error) => { console.error(String(error)); process.exit(1); },
  onSuccess: () => process.exit(0),
});
// a response that breaks off leaves it waiting for ever: then a person would load the page again
process.on("beforeExit", () => { fs.appendFileSync("again", "x"); upload.abort().then(() => upload.start()); });
upload.start();
"""

Say = Callable[[str], None]


@dataclass
class Tally:
    """What went over the wire: bytes that the client sent, cuts, kills, and every offset that was acknowledged."""

    sent: int = 0
    cuts: int = 0
    kills: int = 0
    acknowledged: list[tuple[int, int]] = field(default_factory=list)


class Proxy:
    """Passes bytes on to the server, and cuts the connection after so many bytes from the client.

    Args:
        target: the port of the server; whoever connects while nobody listens there waits.
        gaps: bytes until each cut.
        at_cut: told the number of each cut.
    """

    def __init__(self, target: int, gaps: Iterator[int], at_cut: Callable[[int], None]) -> None:
        self.tally = Tally()
        self._target, self._gaps, self._at_cut = target, gaps, at_cut
        self._left = next(gaps, None)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        # little may wait in the kernel: what a client has handed over there is lost by a cut, and counts as sent
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, READ)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        server = connected(self._target)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, READ)
        threading.Thread(target=self._answers, args=(server, client), daemon=True).start()
        with contextlib.suppress(OSError):
            while content := client.recv(READ):
                keep, number = self._count(len(content))
                server.sendall(content[:keep])
                if number is not None:
                    self._cut(client, server, number)
                    return
        for one in (client, server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _count(self, length: int) -> tuple[int, int | None]:
        """How many of the bytes pass, and the number of the cut behind them."""
        with self._lock:
            self.tally.sent += length
            if self._left is None or length < self._left:
                self._left = None if self._left is None else self._left - length
                return length, None
            keep = self._left
            self._left = next(self._gaps, None)
            self.tally.cuts += 1
            return keep, self.tally.cuts

    def _cut(self, client: socket.socket, server: socket.socket, number: int) -> None:
        """The client's end breaks at once; the server's end is closed or, each second time, reset."""
        abrupt = struct.pack("ii", 1, 0)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, abrupt)
        if number % 2:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, abrupt)
        for one in (client, server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RD)
            one.close()
        self._at_cut(number)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        before = b""
        with contextlib.suppress(OSError):
            while content := server.recv(READ):
                told = before + content
                found = [int(one) for one in OFFSET.findall(told)]
                with self._lock:
                    self.tally.acknowledged += [(time.monotonic_ns(), one) for one in found]
                before = b"" if found else told[-80:]
                client.sendall(content)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


class Server:
    """A server in a process group of its own; it is killed and started again on the same port."""

    def __init__(self, data: Path, log: Path) -> None:
        self.port = free_port()
        self._order = [
            sys.executable, "-c", SERVE, str(log), "serve", "--no-worker", "--port", str(self.port),
            "--data", str(data),
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._order, cwd=ROOT, start_new_session=True, stdout=quiet, stderr=quiet)
        connected(self.port).close()

    def kill(self) -> None:
        """Kill -9, the server and its worker."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def free_port() -> int:
    """A port that no client is ever given: whoever knocks while the server is down must not meet itself there."""
    for port in range(18_000, 28_000):
        with contextlib.suppress(OSError), socket.socket() as free:
            free.bind(("127.0.0.1", port))
            return port
    raise RuntimeError


def connected(port: int) -> socket.socket:
    """A connection to a port of this machine, as soon as somebody listens there.

    Raises:
        TimeoutError: nobody does.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.05)
    raise TimeoutError


def installation(data: Path) -> str:
    """An installation with the demo's field; the session of its principal investigator."""
    settings = Settings(data=data)
    with contextlib.closing(open_ground(settings)) as ground:
        upgrade(settings.database_url)
        with ground.work() as work:
            study = set_up(work)
            account = work.add(Account(login="asel@example.org", display_name="Асель", created_at=work.now))
            role = "principal_investigator"
            work.add(Member(study_id=study.id, account_id=account.id, initials="ASx", role=role))
            return start_session(work, account)


def headers(session: str) -> dict[str, str]:
    """What a client sends along with every request."""
    return {"Cookie": f"{SESSION_COOKIE}={session}", "X-CSRF-Token": csrf_of(session), "HX-Request": "true"}


def file_of(path: Path, size: int, seed: int) -> str:
    """Write a file of random bytes; its sha256."""
    dice, digest = random.Random(seed), hashlib.sha256()  # noqa: S311 - bytes of a test
    with path.open("wb") as file:
        for start in range(0, size, 1 << 20):
            content = dice.randbytes(min(1 << 20, size - start))
            digest.update(content)
            file.write(content)
    return digest.hexdigest()


def received(data: Path) -> tuple[str, int, Path]:
    """Of the upload that has arrived: sha256 of what opens again, its length, and the sealed file.

    Raises:
        RuntimeError: it has not arrived.
    """
    with contextlib.closing(open_ground(Settings(data=data))) as ground, ground.work() as work:
        upload = work.session.exec(select(Upload)).one()
        if upload.state != UploadState.ARRIVED:
            raise RuntimeError(f"the upload is {upload.state} at {upload.received} of {upload.length}")
        subject, digest = expert_subject(work.get(Interview, upload.interview_id).expert_id), hashlib.sha256()
        with ground.blobs.open(subject, upload.blob_id) as file:
            while content := file.read(1 << 20):
                digest.update(content)
        (sealed,) = (data / "blobs").rglob(f"{upload.blob_id.hex}*")
        return digest.hexdigest(), upload.length, sealed


def not_durable(tally: Tally, log: Path, sealed: Path, length: int) -> tuple[int, int]:
    """Acknowledged offsets whose whole frames were not synced to the disk by then, and those that went back.

    What is left of a frame (under 64 KiB) lies in the database's row, which SQLite syncs with the commit.
    """
    inode, safe = sealed.stat().st_ino, [(0, 0)]
    for line in log.read_text(encoding="ascii").splitlines():
        moment, node, size = map(int, line.split())
        if node == inode:
            whole, rest = divmod(size, SEALED)
            safe.append((moment, max(safe[-1][1], whole * FRAME + max(0, rest - 28))))
    late = back = highest = at = 0
    for moment, offset in sorted(tally.acknowledged):
        while at + 1 < len(safe) and safe[at + 1][0] <= moment:
            at += 1
        wanted = offset if offset == length else offset - offset % FRAME
        late += safe[at][1] < wanted
        back += offset < highest
        highest = max(highest, offset)
    return late, back


@dataclass(frozen=True)
class Uploaded:
    """How an upload ended: what was sent more than once (share of the file), and what must not be (0, or False)."""

    cuts: int
    kills: int
    seconds: float
    twice: float
    other_bytes: bool
    acknowledged: int
    late: int
    back: int
    synchronous: int


def cut_upload(client: Callable[[dict[str, object]], None], options: argparse.Namespace) -> Uploaded:
    """One upload by a client, through a proxy that cuts, to a server that is killed."""
    size = int(options.megabytes * 1_000_000)
    with tempfile.TemporaryDirectory(prefix="cuts-", dir=options.folder) as folder:
        data, path, log = Path(folder) / "data", Path(folder) / "a.wav", Path(folder) / "fsyncs"
        session, digest = installation(data), file_of(path, size, options.seed)
        server = Server(data, log)
        server.start()
        dice = random.Random(options.seed)  # noqa: S311 - places of cuts
        spread = 2 * size * 0.97 / options.cuts
        gaps = (dice.randint(1, int(spread)) for _ in range(options.cuts))
        killing = set(dice.sample(range(1, options.cuts + 1), options.kills))

        def at_cut(number: int) -> None:
            if number in killing:
                proxy.tally.kills += 1
                server.kill()
                server.start()

        proxy = Proxy(server.port, gaps, at_cut)
        started = time.monotonic()
        try:
            client(
                {
                    "url": f"http://127.0.0.1:{proxy.port}{FILES}", "path": str(path), "chunk": CHUNK,
                    "headers": headers(session), "delay": options.delay,
                }
            )  # fmt: skip
        finally:
            seconds = time.monotonic() - started
            proxy.close()
            server.kill()
        found, length, sealed = received(data)
        late, back = not_durable(proxy.tally, log, sealed, length)
        engine = create_engine(Settings(data=data).database_url)
        with engine.connect() as connection:
            synchronous = connection.execute(sa.text("PRAGMA synchronous")).scalar()
        engine.dispose()
    return Uploaded(
        cuts=proxy.tally.cuts, kills=proxy.tally.kills, seconds=seconds, twice=(proxy.tally.sent - size) / size,
        other_bytes=found != digest, acknowledged=len(proxy.tally.acknowledged), late=late, back=back,
        synchronous=int(synchronous or 0),
    )  # fmt: skip


def told(name: str, options: argparse.Namespace, done: Uploaded) -> str:
    """The figures of an upload on a line."""
    return (
        f"{name}: {options.megabytes:.0f} MB in {done.seconds:.0f} s, {done.cuts} cuts, server killed {done.kills} "
        f"times; the same bytes: {'NO' if done.other_bytes else 'yes'}; sent more than once: {done.twice:.2%} (at most "
        f"{MOST_TWICE:.0%}, headers counted in); {done.acknowledged} offsets acknowledged, {done.late} of them before "
        f"they were on the disk, {done.back} taken back; SQLite synchronous={done.synchronous} (2: safe)"
    )


def as_it_must_be(options: argparse.Namespace, done: Uploaded) -> bool:
    """Whether nothing was lost, changed, promised too early, or sent too often."""
    whole = not (done.other_bytes or done.late or done.back) and done.synchronous == 2
    return whole and done.twice <= MOST_TWICE and (done.cuts, done.kills) == (options.cuts, options.kills)


@contextlib.contextmanager
def tuspy(folder: Path) -> Iterator[Callable[[dict[str, object]], None]]:
    """The client tuspy in an environment of its own: it brings aiohttp and a database along."""
    place = folder / "tuspy"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = place / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "tuspy==1.1.0"], check=True)

    def upload(order: dict[str, object]) -> None:
        subprocess.run([python, "-c", TUSPY], input=json.dumps(order), text=True, check=True)

    yield upload


@contextlib.contextmanager
def tus_js(folder: Path) -> Iterator[Callable[[dict[str, object]], None]]:
    """The client tus-js-client, as the pages have it locked, run by the Node.js that builds them."""
    workshop = folder / "tus-js"
    workshop.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ASSETS / name, workshop)
    if wrong := npm.run("npm", npm.INSTALL, workshop):
        raise RuntimeError(wrong.words)
    (workshop / "upload.mjs").write_text(TUS_JS, encoding="utf-8")

    def upload(order: dict[str, object]) -> None:
        (workshop / "told.json").write_text(json.dumps(order), encoding="utf-8")
        if wrong := npm.run("node", ["upload.mjs", "told.json"], workshop):
            raise RuntimeError(wrong.words)

    yield upload


CLIENTS = {"tuspy": tuspy, "tus-js-client": tus_js}


def main(say: Say, arguments: Sequence[str] = ()) -> None:
    """Upload with each client; exit with 1 where something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=2000, help="size of the file (default 2000)")
    parser.add_argument("--cuts", type=int, default=1000, help="cuts of the connection (default 1000)")
    parser.add_argument("--kills", type=int, default=5, help="cuts at which the server is killed, too (default 5)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--delay", type=float, default=0.2, help="seconds a client waits after a cut (default 0.2)")
    parser.add_argument("--client", choices=list(CLIENTS), action="append", help="default: both")
    parser.add_argument("--folder", type=Path, help="where there is room for the file twice (default: /tmp)")
    options = parser.parse_args(list(arguments))
    right = True
    for name in options.client or CLIENTS:
        with tempfile.TemporaryDirectory(prefix="clients-") as folder, CLIENTS[name](Path(folder)) as client:
            done = cut_upload(client, options)
            say(told(name, options, done))
            right &= as_it_must_be(options, done)
    if not right:
        sys.exit(1)


if __name__ == "__main__":
    main(lambda line: print(line, flush=True), sys.argv[1:])  # noqa: T201

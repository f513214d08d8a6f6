"""Commands of the browser's side: serve, assets, account."""

import gc
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import getpid

import click
from gunicorn.app.base import BaseApplication
from gunicorn.util import import_app

from fieldwork.core.clock import check_time_zones
from fieldwork.core.console import data_option, open_installation
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.web.bundling import bundle, require_assets
from fieldwork.web.services import account_called, end_sessions, new_link

_APPLICATION = "fieldwork.app:create_app()"  # by name: it knows every room, so nothing below may import it
_THREADS = 8
_WORKER = (
    "from fieldwork.core.child import die_with; die_with({parent}); "
    "from fieldwork.cli import main; main(['worker'{option}])"
)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn inside this process's arbiter: one worker of threads, so that uploads and audio do not hold up pages."""

    def __init__(self, address: str, ready: Callable[[], None]) -> None:
        self._options = {
            "bind": address,
            "workers": 1,
            "worker_class": "gthread",
            "threads": _THREADS,
            "timeout": 120,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": lambda _arbiter: ready(),
        }
        super().__init__()

    def load_config(self) -> None:
        """Ours, and no file's."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> object:
        """The application, made in the worker: database connections must not cross a fork."""
        application = import_app(_APPLICATION)
        gc.collect()
        gc.freeze()  # what is there for good is not gone through again: a tenth of a second of every tenth request
        return application


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others can reach 0.0.0.0.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--no-worker", is_flag=True, help="Serve pages only; run `fieldwork worker` elsewhere.")
@data_option
def serve(*, host: str, port: int, no_worker: bool) -> None:
    """Serve the pages and run queued jobs, until stopped.

    Pages are served without encryption: on anything else than this machine put a proxy with TLS in front.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    require_assets()
    check_time_zones()
    settings = Settings()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    upgrade(settings.database_url)
    shown = f"[{host}]" if ":" in host else host
    with _workers(started=not no_worker):
        Server(f"{shown}:{port}", lambda: click.echo(f"Fieldwork: http://{shown}:{port}/  (Ctrl-C stops it)")).run()


@click.command()
@data_option
def assets() -> None:
    """Build the pages' scripts, styles and typefaces (npm and esbuild come with the Python packages)."""
    bundle(say=click.echo)


@click.group()
def account() -> None:
    """Accounts: let somebody in again, end sessions."""


@account.command()
@click.argument("login")
@data_option
def link(login: str) -> None:
    """Make a link with which LOGIN chooses a password, once, within seven days."""
    with open_installation() as ground, ground.work() as work:
        token = new_link(work, account_called(work, login))
    click.echo(f"/enter/{token}")


@account.command()
@click.argument("login")
@data_option
def leave(login: str) -> None:
    """End every session of LOGIN at once."""
    with open_installation() as ground, ground.work() as work:
        end_sessions(work, account_called(work, login).id)
    click.echo("done")


@contextmanager
def _workers(*, started: bool) -> Iterator[None]:
    """Two processes beside the server that run jobs; they end with the server, however that ends.

    One of them leaves transcriptions alone, so that looking for names or writing a report need not wait for hours.
    """
    options = ("", ", '--light'") if started else ()
    processes = [
        subprocess.Popen([sys.executable, "-P", "-c", _WORKER.format(parent=getpid(), option=option)])
        for option in options
    ]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()

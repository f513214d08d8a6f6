"""The Flask application, put together from rooms that it is given."""

from collections.abc import Iterable
from io import BytesIO
from typing import IO, Any

from flask import Flask, Request

from fieldwork.web import failures, guard, rendering
from fieldwork.web.pages import FORM_BYTES, Pages, refuse_undeclared
from fieldwork.web.visits import Site


class InMemory(Request):
    """A request whose files stay in memory: they name people, and must not lie in a plain temporary file.

    How much that may be is declared by each page (``body_bytes``).
    """

    def _get_file_stream(self, *_told: Any, **_told_by_name: Any) -> IO[bytes]:
        return BytesIO()


def build(site: Site, blueprints: Iterable[Pages]) -> Flask:
    """The application of a site.

    Raises:
        RuntimeError: a route does not say who may use it.
    """
    app = Flask("fieldwork", static_folder=None, template_folder=None)
    app.request_class = InMemory
    app.config.update(MAX_CONTENT_LENGTH=FORM_BYTES, MAX_FORM_MEMORY_SIZE=FORM_BYTES, MAX_FORM_PARTS=2000)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["fieldwork"] = site
    guard.install(app)
    failures.install(app)
    rendering.install(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    refuse_undeclared(app)
    return app

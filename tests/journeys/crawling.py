"""Which pages a study has: found by following every link, as a person would."""

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from fieldwork.web.guard import SESSION_COOKIE

LINK = re.compile(r'\shref="(/[^"#]*)')


def signed_in(app: Flask, session: str) -> FlaskClient:
    """A client of somebody's session."""
    client = app.test_client()
    client.set_cookie(SESSION_COOKIE, session, path="/")
    return client


def pages(app: Flask, client: FlaskClient, start: str, *, each: int = 1) -> dict[str, list[str]]:
    """Endpoint -> addresses of its pages (at most ``each``), reached by links from ``start``; HTML pages only."""
    found: dict[str, list[str]] = {}
    waiting, met = [start, "/", "/start", "/studies/new"], set()
    while waiting:
        path = waiting.pop(0)
        endpoint = _endpoint(app, path)
        if path in met or not endpoint or len(found.get(endpoint, [])) >= each:
            continue
        met.add(path)
        with client.get(path) as answer:  # closed, for files and sound
            if answer.status_code == 200 and answer.mimetype == "text/html":
                found.setdefault(endpoint, []).append(path)
                waiting += [unescape(one) for one in LINK.findall(answer.text)]
    return found


def _endpoint(app: Flask, path: str) -> str:
    try:
        return str(app.url_map.bind("").match(path.partition("?")[0])[0])
    except HTTPException:
        return ""

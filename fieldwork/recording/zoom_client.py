"""Asking Zoom: for a token, for a file's present address, for a file's bytes from any place on. Knows no session.

Only Zoom's own hosts are asked, over https, and every redirect is looked at like the first address: what Zoom's
messages, or a host on the way, name is not followed elsewhere. A host that resolves to an address of a private network
is not asked either (were it to change between the question and the connection, its certificate would not be Zoom's).
``requests``, which the lock holds for other libraries anyway, does the speaking; redirects are followed here.
"""

import contextlib
import json
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

import requests
import urllib3
from requests.auth import HTTPBasicAuth

from fieldwork.core.clock import utc_now
from fieldwork.recording.zoom_reach import Broken, Reach
from fieldwork.recording.zoom_refusals import ZoomFileGone, ZoomRefusesFile, ZoomRefusesKeys

_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18})")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_TIMEOUT: Final = (10.0, 30.0)  # s to connect, s without a byte
_READ = 1 << 16
_PIECE = 1 << 22
_SMALL = 1 << 20  # no answer that is read whole is larger
_TOKEN_TRIES = (400, 401, 403)


class Unauthorised(Exception):  # noqa: N818 - not a failure: another token may do
    """The token does not open this file, or no longer."""


class Answer:
    """A file as it comes: ``at`` is where in it the bytes begin, ``total`` its length where Zoom tells."""

    def __init__(self, response: requests.Response) -> None:
        self._raw: Any = response.raw
        told = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        length = response.headers.get("Content-Length", "")
        self.at = int(told[1]) if told else 0
        self.total = int(told[2]) if told else int(length) if length.isascii() and length.isdigit() else None

    def pieces(self) -> Iterator[bytes]:
        """The bytes, some MB at a time; also those that came before a break, which is raised after them.

        Raises:
            Broken: the connection broke.
        """
        waiting = bytearray()
        broken = False
        while True:
            try:
                content = self._raw.read(_READ, decode_content=False)
            except (urllib3.exceptions.HTTPError, OSError):
                content, broken = b"", True
            waiting += content
            if waiting and (not content or len(waiting) >= _PIECE):
                yield bytes(waiting)
                waiting.clear()
            if not content:
                break
        if broken:
            raise Broken


class ZoomClient:
    """Speaks with Zoom in the name of the installation's app.

    Args:
        account: the account's ID.
        client: the app's client ID.
        secret: the app's client secret.
        reach: which addresses may be asked; only tests give another than Zoom's.
    """

    def __init__(self, account: str, client: str, secret: str, reach: Reach | None = None) -> None:
        self._account, self._auth, self._reach = account, HTTPBasicAuth(client, secret), reach or Reach()
        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc would send its own passwords along
        self._token = ""

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    def token(self, *, fresh: bool = False) -> str:
        """A token of the account (server-to-server OAuth), good for an hour; the last one, unless ``fresh``.

        Raises:
            ZoomRefusesKeys: no token for these keys.
            Broken: come back later.
        """
        if self._token and not fresh:
            return self._token
        asked = {"grant_type": "account_credentials", "account_id": self._account}
        with self._asked("POST", self._reach.tokens, auth=self._auth, data=asked) as response:
            if response.status_code in _TOKEN_TRIES:
                raise ZoomRefusesKeys
            told = _json(response)
        token = told.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise ZoomRefusesKeys
        self._token = token
        return token

    def address(self, meeting: str, file: str) -> str:
        """Where a file lies now: the address in the message serves for a day only.

        Args:
            meeting: Zoom's uuid of the meeting.
            file: Zoom's id of the file.

        Raises:
            ZoomRefusesFile: the app may not ask for it.
            ZoomFileGone: there is no such file.
            Broken: come back later.
        """
        # a uuid may hold slashes, so Zoom wants it encoded twice
        url = f"{self._reach.api}/meetings/{quote(quote(meeting, safe=''), safe='')}/recordings"
        with self._asked("GET", url, token=self.token()) as response:
            if response.status_code in _TOKEN_TRIES:
                raise ZoomRefusesFile
            told = _json(response)
        files = [*_list(told, "recording_files"), *_list(told, "participant_audio_files")]
        found = next((one.get("download_url") for one in files if one.get("id") == file), None)
        if not isinstance(found, str):
            raise ZoomFileGone
        return found

    @contextlib.contextmanager
    def opened(self, url: str, token: str, at: int = 0) -> Iterator[Answer]:
        """A file's bytes from ``at`` on; the answer may begin earlier, where Zoom does not do ranges.

        Raises:
            StrangeAddress: the address, or one that it leads to, is not Zoom's.
            Unauthorised: the token does not open it.
            ZoomFileGone: there is none.
            Broken: come back later.
        """
        headers = {"Range": f"bytes={at}-"} if at else {}
        with self._asked("GET", url, token=token, headers=headers) as response:
            # a wrong token may be answered by a sign-in page, with 200
            if response.status_code in _TOKEN_TRIES or response.headers.get("Content-Type", "").startswith("text/html"):
                raise Unauthorised
            if response.status_code not in (200, 206):
                raise Broken
            yield Answer(response)

    @contextlib.contextmanager
    def _asked(self, verb: str, url: str, *, token: str = "", **options: Any) -> Iterator[requests.Response]:
        """An answer that is neither a redirect, nor «later», nor «gone»; the token goes to the first host only."""
        headers = {"Accept-Encoding": "identity", **options.pop("headers", {})}
        first, response = urlsplit(url).netloc, None
        try:
            for _ in range(_MOST_REDIRECTS + 1):
                here = urlsplit(url).netloc == first
                bearer = {"Authorization": f"Bearer {token}"} if token and here else {}
                response = self._session.request(
                    verb, self._reach.check(url), headers=headers | bearer, stream=True, allow_redirects=False,
                    timeout=_TIMEOUT, **options,
                )  # fmt: skip
                if response.status_code not in _REDIRECTS or verb != "GET":
                    break
                url = urljoin(url, response.headers.get("Location", ""))
                response.close()
            yield _now(response)
        except requests.RequestException:
            raise Broken from None
        finally:
            if response is not None:
                response.close()


def _now(response: requests.Response | None) -> requests.Response:
    """The answer, where it is one to what was asked.

    Raises:
        ZoomFileGone: there is no such thing.
        Broken: come back later.
    """
    if response is None or response.status_code in _REDIRECTS:
        raise Broken
    if response.status_code in (404, 410):
        raise ZoomFileGone
    if response.status_code == 429 or response.status_code >= 500:  # noqa: PLR2004 - too many; Zoom's own mistake
        raise Broken(_after(response.headers.get("Retry-After", "")))
    return response


def _after(told: str) -> float | None:
    """Retry-After (RFC 9110, 10.2.3) in seconds: a number, or a moment."""
    if told.isascii() and told.isdigit() and len(told) <= len("31536000"):
        return float(told)
    try:
        return max(0.0, (parsedate_to_datetime(told) - utc_now()).total_seconds())
    except (TypeError, ValueError):  # no moment, or one without its zone
        return None


def _json(response: requests.Response) -> dict[str, Any]:
    """What an answer holds.

    Raises:
        Broken: it is no JSON, or far too much of it.
    """
    try:
        content = response.raw.read(_SMALL + 1, decode_content=False)
    except (urllib3.exceptions.HTTPError, OSError):
        raise Broken from None
    try:
        told = json.loads(content) if len(content) <= _SMALL else None
    except ValueError:
        raise Broken from None
    if response.status_code != 200 or not isinstance(told, dict):  # noqa: PLR2004 - ok
        raise Broken
    return told


def _list(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = told.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

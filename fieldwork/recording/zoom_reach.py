"""Which addresses may be asked when Zoom's cloud is: Zoom's own, over https, none of a private network."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from fieldwork.recording.zoom_refusals import StrangeAddress

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?")


class Broken(Exception):  # noqa: N818 - not a failure: it goes on later
    """The connection broke, or Zoom asks to come back later, in ``after`` seconds where it says when."""

    def __init__(self, after: float | None = None) -> None:
        super().__init__()
        self.after = after


@dataclass(frozen=True)
class Reach:
    """Which addresses may be asked. The defaults are Zoom's, and nothing but an argument changes them."""

    hosts: tuple[str, ...] = ("zoom.us",)
    """These and their subdomains."""
    scheme: str = "https"
    ports: bool = False
    """Whether an address may name a port."""
    private: bool = False
    """Whether a host may lie in a private network."""
    tokens: str = "https://zoom.us/oauth/token"
    api: str = "https://api.zoom.us/v2"

    def check(self, url: str) -> str:
        """The address, if it may be asked.

        Raises:
            StrangeAddress: it may not.
            Broken: its host has no address at present.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise StrangeAddress from None
        # what libraries read differently (a backslash, «user@») is none of Zoom's
        plain = _HOST.fullmatch(parts.netloc.lower()) is not None and url.isascii() and url.isprintable()
        known = any(host == one or host.endswith(f".{one}") for one in self.hosts)
        if not (plain and known and parts.scheme == self.scheme and (port is None or self.ports)):
            raise StrangeAddress
        if not self.private and not _is_public(host):
            raise StrangeAddress
        return url


def _is_public(host: str) -> bool:
    """Whether every address of a host lies in the open internet."""
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except OSError:
        raise Broken from None
    return bool(found) and all(ipaddress.ip_address(one.partition("%")[0]).is_global for one in found)

"""How many messages of machines are looked at: so many a minute from a network, in each process of the server.

Flask-Limiter would keep its counts in Redis or, like this, in the process; the one is a server more, the other is these
lines.
"""

from collections import OrderedDict
from threading import Lock
from typing import Final

from fieldwork.web.policies import TooManyMessages

MOST: Final = 120
"""A meeting makes two or three."""
SECONDS: Final = 60.0
_NETWORKS = 10_000  # so many are remembered, the latest

_lock = Lock()
_counted: "OrderedDict[str, tuple[float, int]]" = OrderedDict()


def check_pace(network: str, now: float) -> None:
    """Count a message, and refuse it where there were too many.

    Args:
        network: where it comes from.
        now: seconds of a clock that only goes forward.

    Raises:
        TooManyMessages: says when to come again.
    """
    with _lock:
        since, count = _counted.get(network, (now, 0))
        if now - since >= SECONDS:
            since, count = now, 0
        _counted[network] = since, count + 1
        _counted.move_to_end(network)
        while len(_counted) > _NETWORKS:
            _counted.popitem(last=False)
    if count >= MOST:
        raise TooManyMessages(seconds=int(since + SECONDS - now) + 1)


def forget() -> None:
    """Begin to count anew (tests)."""
    with _lock:
        _counted.clear()

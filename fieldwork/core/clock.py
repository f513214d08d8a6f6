"""The one clock. Everything else takes the time as an argument, so that rules and tests decide what now is."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fieldwork.core.errors import Refusal

Clock = Callable[[], datetime]

ALMATY = ZoneInfo("Asia/Almaty")
_SINCE_MARCH_2024 = timedelta(hours=5)


class StaleTimeZones(Refusal):
    """The machine's time zone data predate Kazakhstan's single time zone (tzdata 2024a)."""

    message = (
        "The time zone data of this machine are out of date: Asia/Almaty should be UTC+5. "
        "Install tzdata 2024a or newer."
    )


def utc_now() -> datetime:
    """The present moment, with its zone."""
    return datetime.now(UTC)


def is_within(now: datetime, hours: tuple[time, time] | None) -> bool:
    """Whether a moment lies within hours of the day, by the clocks of Almaty; they may go over midnight."""
    if hours is None:
        return True
    at, (begins, ends) = now.astimezone(ALMATY).time(), hours
    return begins <= at < ends if begins < ends else at >= begins or at < ends


def check_time_zones() -> None:
    """Refuse to start on stale zone data, which would put every interview an hour off.

    Raises:
        StaleTimeZones: Asia/Almaty is not UTC+5 after 1 March 2024.
    """
    if datetime(2025, 6, 1, tzinfo=ALMATY).utcoffset() != _SINCE_MARCH_2024:
        raise StaleTimeZones

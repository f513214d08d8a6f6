from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from fieldwork.core import clock
from fieldwork.core.clock import StaleTimeZones, check_time_zones, utc_now


def test_now_has_its_zone() -> None:
    assert utc_now().utcoffset() == timedelta()


def test_the_time_zones_of_this_machine_know_that_kazakhstan_has_one() -> None:
    check_time_zones()


def test_stale_time_zones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "ALMATY", ZoneInfo("Asia/Omsk"))  # what Almaty was: UTC+6
    with pytest.raises(StaleTimeZones):
        check_time_zones()

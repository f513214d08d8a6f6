from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwork.scheduling import rules
from fieldwork.scheduling.models import Interview

START, END = date(2025, 3, 21), date(2025, 4, 28)


def interview(day: date, clock: time, minutes: int = 60, mode: str = "zoom") -> Interview:
    return Interview(
        study_id=uuid4(),
        expert_id=uuid4(),
        interviewer_id=uuid4(),
        starts_at=rules.almaty_moment(day, clock),
        minutes=minutes,
        mode=mode,
    )


def test_almaty_is_five_hours_ahead_of_utc() -> None:
    moment = rules.almaty_moment(START, time(11))

    assert moment.astimezone(UTC) == datetime(2025, 3, 21, 6, tzinfo=UTC)


def test_the_day_is_almatys() -> None:
    assert rules.almaty_day(datetime(2025, 3, 20, 19, 30, tzinfo=UTC)) == START


@pytest.mark.parametrize("clock", [time(0), time(23, 59)])
@pytest.mark.parametrize("day", [START, END])
def test_the_first_and_last_day_of_fieldwork_belong_to_it(day: date, clock: time) -> None:
    rules.check_within_fieldwork("E01", rules.almaty_moment(day, clock), START, END)


@pytest.mark.parametrize("day", [START - timedelta(1), END + timedelta(1)])
def test_outside_fieldwork_is_refused_with_the_dates(day: date) -> None:
    with pytest.raises(rules.OutsideFieldwork) as refused:
        rules.check_within_fieldwork("E01", rules.almaty_moment(day, time(12)), START, END)

    assert str(refused.value) == (
        f"The interview with E01 would be on {day}, but fieldwork is from 2025-03-21 to 2025-04-28. "
        "Choose a day within it, or change the dates of fieldwork first."
    )


def test_a_study_without_dates_refuses_no_day() -> None:
    rules.check_within_fieldwork("E01", rules.almaty_moment(date(2031, 1, 1), time(12)), None, None)


def test_one_interview_may_begin_when_another_ends() -> None:
    rules.check_free("АС", rules.almaty_moment(START, time(12)), 60, [interview(START, time(11))])
    rules.check_free("АС", rules.almaty_moment(START, time(10)), 60, [interview(START, time(11))])


@pytest.mark.parametrize("clock", [time(10, 1), time(11), time(11, 59)])
def test_an_interviewer_is_in_one_interview_at_a_time(clock: time) -> None:
    with pytest.raises(rules.InterviewerBusy) as refused:
        rules.check_free("АС", rules.almaty_moment(START, clock), 60, [interview(START, time(11))])

    assert refused.value.values == {"initials": "АС", "day": "2025-03-21", "start": "11:00", "end": "12:00"}


moments = st.datetimes(datetime(2025, 3, 21), datetime(2025, 3, 22), timezones=st.just(UTC))  # noqa: DTZ001
lengths = st.integers(1, 480)


@given(moments, lengths, moments, lengths)
def test_overlap_is_mutual_and_means_a_shared_moment(
    first: datetime, minutes: int, second: datetime, other_minutes: int
) -> None:
    shared = min(first + timedelta(minutes=minutes), second + timedelta(minutes=other_minutes)) - max(first, second)

    assert rules.overlap(first, minutes, second, other_minutes) is (shared > timedelta())
    assert rules.overlap(second, other_minutes, first, minutes) is (shared > timedelta())


def test_modes_lengths_and_languages() -> None:
    assert rules.mode_called("in_person") == "in_person"

    with pytest.raises(rules.ModeUnknown):
        rules.mode_called("skype")
    for minutes in (0, -1, 481):
        with pytest.raises(rules.MinutesWrong):
            rules.check_length(minutes)
    with pytest.raises(rules.LanguageWrong):
        rules.check_language("de")


def test_the_field_in_figures() -> None:
    figures = rules.field_figures(
        [
            interview(date(2025, 4, 2), time(10), 60, "whatsapp"),
            interview(START, time(0, 30), 75, "zoom"),
            interview(END, time(12), 65, "in_person"),
        ]
    )

    assert figures == rules.FieldFigures(
        interviews=3,
        by_mode={"zoom": 1, "whatsapp": 1, "in_person": 1},
        online=2,
        offline=1,
        first_day=START,
        last_day=END,
        shortest=60,
        longest=75,
    )


def test_a_field_without_interviews() -> None:
    figures = rules.field_figures([])

    assert (figures.interviews, figures.online, figures.offline, figures.first_day) == (0, 0, 0, None)

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import add_member, create_study, member_by_initials
from fieldwork.programme.shapes import PlaceWrong
from fieldwork.sampling.models import ExpertStatus
from fieldwork.sampling.recruitment import decline
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling import services
from fieldwork.scheduling.imports import import_interviews
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.rules import FieldFigures, InterviewerBusy, ModeUnknown, OutsideFieldwork, almaty_moment

DAY = date(2025, 4, 1)


def schedule(work: Work, study: Study, code: str, clock: time, *, by: str = "ДК", day: date = DAY) -> Interview:
    return services.add_interview(
        work,
        find_expert(work, study, code),
        member_by_initials(work, study, by),
        starts_at=almaty_moment(day, clock),
        minutes=60,
        mode="zoom",
    )


def test_the_demo_has_thirteen_interviews_online_and_one_offline(
    work: Work, study: Study, people: dict[str, Any]
) -> None:
    import_interviews(work, study, people)

    assert services.figures_of(work, study) == FieldFigures(
        interviews=14,
        by_mode={"zoom": 9, "whatsapp": 4, "in_person": 1},
        online=13,
        offline=1,
        first_day=date(2025, 3, 21),
        last_day=date(2025, 4, 28),
        shortest=60,
        longest=75,
    )
    rows = services.interviews_of(work, study)
    assert [row.language for row in rows] == ["ru"] * 14
    assert rows[0].starts_at == datetime(2025, 3, 21, 6, 0, tzinfo=UTC)


def test_an_interview_comes_back_in_utc(work: Work, study: Study) -> None:
    interview = schedule(work, study, "E01", time(11))
    work.session.expire_all()

    assert interview.starts_at == datetime(2025, 4, 1, 6, 0, tzinfo=UTC)
    assert services.find_interview(work, find_expert(work, study, "E01")) is interview
    with pytest.raises(NotFound):
        services.find_interview(work, find_expert(work, study, "E02"))


def test_one_interviewer_one_interview_at_a_time(work: Work, study: Study) -> None:
    schedule(work, study, "E01", time(11))

    with pytest.raises(InterviewerBusy):
        schedule(work, study, "E02", time(11, 30))
    schedule(work, study, "E02", time(11, 30), by="МП")
    schedule(work, study, "E03", time(12))

    assert len(services.interviews_of(work, study)) == 3


def test_an_interviewer_is_busy_in_other_studies_too(work: Work, study: Study) -> None:
    schedule(work, study, "E01", time(11))
    other = create_study(work, "another", {"ru": "а", "kk": "ә", "en": "a"})
    member = add_member(work, other, login="дк@almaty", display_name="-", initials="Д", role="interviewer")
    expert = find_expert(work, study, "E02")
    expert.study_id = other.id

    with pytest.raises(InterviewerBusy):
        services.add_interview(
            work, expert, member, starts_at=almaty_moment(DAY, time(11, 30)), minutes=60, mode="zoom"
        )


def test_outside_fieldwork(work: Work, study: Study) -> None:
    with pytest.raises(OutsideFieldwork):
        schedule(work, study, "E01", time(11), day=date(2025, 4, 29))


def test_one_interview_per_expert(work: Work, study: Study) -> None:
    schedule(work, study, "E01", time(11))

    with pytest.raises(services.InterviewExists):
        schedule(work, study, "E01", time(15))


def test_only_those_who_agreed_are_interviewed(work: Work, study: Study) -> None:
    decline(work, find_expert(work, study, "E01"))

    with pytest.raises(services.NotAgreed) as refused:
        schedule(work, study, "E01", time(11))

    assert refused.value.values == {"expert": "E01", "status": ExpertStatus.DECLINED}


def test_coders_and_strangers_do_not_interview(work: Work, study: Study) -> None:
    add_member(work, study, login="c", display_name="-", initials="КК", role="coder")
    other = create_study(work, "another", {"ru": "а", "kk": "ә", "en": "a"})
    stranger = add_member(work, other, login="s", display_name="-", initials="СС", role="interviewer")

    with pytest.raises(services.NoInterviewer):
        schedule(work, study, "E01", time(11), by="КК")
    with pytest.raises(services.NoInterviewer):
        services.add_interview(
            work,
            find_expert(work, study, "E01"),
            stranger,
            starts_at=almaty_moment(DAY, time(11)),
            minutes=60,
            mode="zoom",
        )


def test_an_interview_is_moved(work: Work, study: Study) -> None:
    interview = schedule(work, study, "E01", time(11))
    schedule(work, study, "E02", time(15))

    services.move_interview(work, interview, starts_at=almaty_moment(DAY, time(11, 30)), minutes=70, mode="in_person")

    assert (interview.minutes, interview.mode) == (70, "in_person")
    with pytest.raises(InterviewerBusy):
        services.move_interview(work, interview, starts_at=almaty_moment(DAY, time(14, 30)), minutes=60)
    with pytest.raises(OutsideFieldwork):
        services.move_interview(work, interview, starts_at=almaty_moment(date(2025, 3, 20), time(12)), minutes=60)
    assert interview.starts_at == almaty_moment(DAY, time(11, 30))


def test_a_moment_without_its_zone_is_refused(work: Work, study: Study) -> None:
    with pytest.raises(ValueError, match="time zone"):
        services.add_interview(
            work,
            find_expert(work, study, "E01"),
            member_by_initials(work, study, "ДК"),
            starts_at=datetime(2025, 4, 1, 11),  # noqa: DTZ001
            minutes=60,
            mode="zoom",
        )


def test_an_unquoted_time_in_the_file(work: Work, study: Study, people: dict[str, Any]) -> None:
    people["experts"]["E01"]["interview"]["start"] = 660

    with pytest.raises(PlaceWrong) as refused:
        import_interviews(work, study, people)

    assert str(refused.value) == (
        "experts.yaml: «experts › E01 › interview › start» cannot be read "
        '(write the time in quotes: "11:00"). Correct it and try again.'
    )


def test_an_unknown_mode_in_the_file(work: Work, study: Study, people: dict[str, Any]) -> None:
    people["experts"]["E14"]["interview"]["mode"] = "skype"

    with pytest.raises(ModeUnknown):
        import_interviews(work, study, people)


def test_experts_without_an_interview_are_passed_over(work: Work, study: Study, people: dict[str, Any]) -> None:
    del people["experts"]["E14"]["interview"]

    assert len(import_interviews(work, study, people)) == 13

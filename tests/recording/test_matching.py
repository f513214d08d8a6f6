"""Which interview a recording belongs to: what speaks for it is added up, and only what is clear is sure."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldwork.core.clock import ALMATY
from fieldwork.recording.matching import POINTS, Candidate, Evidence, Heard, Proposal, codes_in, propose
from fieldwork.scheduling.models import Mode

AT = datetime(2025, 3, 25, 15, 0, tzinfo=ALMATY)
RUSLAN = Candidate("E02", AT, 60, Mode.ZOOM, expert=("Ахметов Руслан Маратович", "Руслан"), interviewer=("Данияр К.",))
MADINA = Candidate(
    "E08", AT + timedelta(days=15, hours=3), 40, Mode.WHATSAPP, expert=("Светлова Мадина", "Madina Svetlova")
)
ILYAS = Candidate("E05", AT + timedelta(hours=3), 60, Mode.IN_PERSON, expert=("Ильясов Ильяс",))
ALL = (RUSLAN, MADINA, ILYAS)


def told(found: list[Proposal]) -> list[tuple[str, int, list[str], bool]]:
    return [(one.code, one.points, [evidence.value for evidence in one.evidence], one.sure) for one in found]


def test_the_time_and_the_kind_of_call_are_enough_where_no_other_interview_is_near() -> None:
    heard = Heard(AT + timedelta(minutes=4), AT + timedelta(minutes=62), mode=Mode.ZOOM)

    assert told(propose(heard, ALL)) == [("E02", 50, ["time", "mode"], True), ("E05", 5, ["day", "other_mode"], False)]
    assert propose(heard, ALL)[0].confidence == 0.5


def test_two_interviews_at_one_hour_are_told_apart_by_names_alone() -> None:
    other = Candidate("E03", AT, 60, Mode.ZOOM, expert=("Бекова Айгерим",))
    heard = Heard(AT, mode=Mode.ZOOM)

    assert [(one.code, one.sure) for one in propose(heard, (RUSLAN, other))] == [("E02", False), ("E03", False)]
    named = Heard(AT, mode=Mode.ZOOM, people=("Айгерим Бекова", "Danik"))
    assert told(propose(named, (RUSLAN, other))) == [
        ("E03", 100, ["name", "time", "mode"], True),
        ("E02", 50, ["time", "mode"], False),
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Разговор с Мадиной Светловой.m4a",
        "Чат WhatsApp с Мадина Светлова",
        "madina_svetlova (1).ogg",
        "Интервью Светловой Мадины 2.mp3",
    ],
)
def test_a_name_is_found_in_every_case_and_alphabet(title: str) -> None:
    assert told(propose(Heard(titles=(title,)), ALL)) == [("E08", 50, ["name"], True)]


@pytest.mark.parametrize(
    ("people", "evidence"),
    [
        (("Ruslan Ahmetov",), Evidence.NAME),
        (("RUSLAN iPhone",), Evidence.NAME_PART),
        (("Рустам Ахмедов",), None),
        (("Марина",), None),
        (("iPhone",), None),
    ],
)
def test_spellings_of_a_name_are_one_and_other_names_are_not(
    people: tuple[str, ...], evidence: Evidence | None
) -> None:
    found = propose(Heard(people=people), ALL)

    assert [(one.code, one.evidence) for one in found] == ([("E02", (evidence,))] if evidence else [])


def test_a_code_in_a_name_is_sure_unless_the_day_is_another() -> None:
    assert codes_in("e-7 и Е12, E007.wav; SE08 E2024") == {"E07", "E12"}
    assert told(propose(Heard(titles=("E05.wav",)), ALL)) == [("E05", 60, ["code"], True)]
    late = Heard(AT + timedelta(days=40), titles=("E05.wav",))
    assert told(propose(late, ALL)) == [("E05", 35, ["code", "other_time"], False)]


def test_messages_over_several_days_reach_the_interview_among_them() -> None:
    heard = Heard(MADINA.starts_at - timedelta(days=1), MADINA.starts_at + timedelta(days=2), mode=Mode.WHATSAPP)

    assert told(propose(heard, ALL)) == [("E08", 50, ["time", "mode"], True)]


def test_a_day_alone_is_weak_and_counts_in_the_time_of_the_recording() -> None:
    day = datetime(2025, 3, 25, tzinfo=ALMATY)
    assert told(propose(Heard(day, only_day=True), ALL)) == [("E02", 15, ["day"], False), ("E05", 15, ["day"], False)]
    early = Candidate("E09", datetime(2025, 3, 24, 20, 0, tzinfo=UTC), 30, Mode.ZOOM)  # 1:00 of the 25th in Almaty
    assert told(propose(Heard(day, only_day=True), [early])) == [("E09", 15, ["day"], False)]


def test_an_interview_that_has_recordings_and_another_interviewer_are_told() -> None:
    again = Candidate("E02", AT, 60, Mode.ZOOM, recorded=True, interviewer=("Данияр Касымов",))
    heard = Heard(AT, mode=Mode.ZOOM, people=("Daniyar Kasymov",))

    assert told(propose(heard, [again])) == [("E02", 50, ["interviewer", "time", "mode", "recorded"], True)]


def test_what_nothing_speaks_for_is_not_proposed() -> None:
    assert propose(Heard(), ALL) == []
    assert propose(Heard(AT + timedelta(days=300), mode=Mode.ZOOM), ALL) == []
    assert set(POINTS) == set(Evidence)
    assert "Ахметов" not in repr(RUSLAN) + repr(Heard(people=("Ахметов",)))

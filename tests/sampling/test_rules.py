from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwork.sampling import rules
from fieldwork.sampling.models import Aspect, Criterion, ExpertStatus, Stratum
from fieldwork.sampling.rules import Spoken

TEXT = {"ru": "а", "kk": "ә", "en": "a"}
STUDY = uuid4()


def criterion(key: str, kind: str) -> Criterion:
    return Criterion(study_id=STUDY, key=key, position=1, kind=kind, weight=3, text=TEXT, justification="…")


def stratum(key: str, quota: int) -> Stratum:
    return Stratum(study_id=STUDY, key=key, position=1, quota=quota, label=TEXT)


def aspect(key: str, questions: list[int], categories: list[str], least: int) -> Aspect:
    return Aspect(
        study_id=STUDY,
        key=key,
        position=1,
        label=TEXT,
        min_experts=least,
        questions=questions,
        categories=categories,
    )


@pytest.mark.parametrize(
    ("codes", "expected"),
    [([], "E01"), (["E01", "E02"], "E03"), (["E01", "E07"], "E08"), (["C15"], "E01"), (["E99"], "E100")],
)
def test_the_next_code(codes: list[str], expected: str) -> None:
    assert rules.next_code(codes) == expected


@given(st.lists(st.integers(1, 998).map(lambda number: f"E{number:02d}")))
def test_the_next_code_is_free_and_well_formed(codes: list[str]) -> None:
    code = rules.next_code(codes)

    assert code not in codes
    rules.check_code(code)


@pytest.mark.parametrize("code", ["", "E1", "e01", "Е01", "E0001", "Бекова"])
def test_codes_of_another_form_are_refused(code: str) -> None:
    with pytest.raises(rules.CodeWrong):
        rules.check_code(code)


@pytest.mark.parametrize("band", ["41", "44-35", "сорок", ""])
def test_exact_ages_are_refused(band: str) -> None:
    with pytest.raises(rules.BandWrong):
        rules.check_traits("f", "35-44", band)


def test_sex_is_f_or_m() -> None:
    rules.check_traits("m", "35-44", "20+")

    with pytest.raises(rules.SexWrong):
        rules.check_traits("ж", "35-44")


def test_contacts() -> None:
    assert rules.check_contact("email", "sent") == (rules.Channel.EMAIL, rules.Outcome.SENT)

    with pytest.raises(rules.ChannelWrong) as refused:
        rules.check_contact("pigeon", "sent")
    assert refused.value.values["kind"] == "channel"
    with pytest.raises(rules.ChannelWrong) as refused:
        rules.check_contact("email", "lost")
    assert refused.value.values["kind"] == "outcome"


ALLOWED = {
    ("candidate", "invited"),
    ("candidate", "declined"),
    ("invited", "agreed"),
    ("invited", "declined"),
    ("agreed", "declined"),
    ("declined", "invited"),
}


@pytest.mark.parametrize("status", list(ExpertStatus))
@pytest.mark.parametrize("wanted", list(ExpertStatus))
def test_the_way_from_candidate_to_interview(status: ExpertStatus, wanted: ExpertStatus) -> None:
    if (status, wanted) in ALLOWED:
        rules.check_step("E01", status, wanted)
        return
    with pytest.raises(rules.StatusRefused):
        rules.check_step("E01", status, wanted)


def test_a_refused_step_says_what_is_possible() -> None:
    with pytest.raises(rules.StatusRefused) as refused:
        rules.check_step("E01", "candidate", ExpertStatus.AGREED)

    assert str(refused.value) == ("E01 is «candidate» and cannot become «agreed». Possible now: invited, declined.")


def test_who_fails_a_required_criterion_is_not_invited() -> None:
    criteria = [criterion("c1", "required"), criterion("c2", "required"), criterion("c5", "desirable")]

    rules.check_criteria("E01", criteria, {"c1", "c2"})
    with pytest.raises(rules.CriterionFailed) as refused:
        rules.check_criteria("E01", criteria, {"c5"})
    assert refused.value.values == {"expert": "E01", "criteria": "c1, c2"}


def test_strata_against_quotas() -> None:
    statuses = [("a", "agreed"), ("a", "agreed"), ("a", "invited"), ("b", "declined"), ("b", "candidate")]

    first, second = rules.stratum_coverage([stratum("a", 2), stratum("b", 2)], statuses)

    assert (first.agreed, first.invited, first.missing, first.full, first.over) == (2, 1, 0, True, 1)
    assert (second.agreed, second.candidates, second.declined, second.missing) == (0, 1, 1, 2)
    assert (second.full, second.over) == (False, 0)


def test_aspects_against_experts() -> None:
    spoken = {
        "E02": Spoken(frozenset({1, 2}), frozenset({"I1"})),
        "E01": Spoken(frozenset({1}), frozenset({"F2"})),
        "E03": Spoken(frozenset({5}), frozenset()),
    }

    by_code, by_question = rules.aspect_coverage(
        [aspect("borders", [1, 2], ["I1", "I6"], 1), aspect("city", [5], [], 2)], spoken
    )

    assert (by_code.asked, by_code.spoken, by_code.enough) == (("E01", "E02"), ("E02",), True)
    assert (by_question.asked, by_question.spoken, by_question.enough) == (("E03",), ("E03",), False)


def test_an_aspect_nobody_spoke_to() -> None:
    (row,) = rules.aspect_coverage([aspect("borders", [1], ["I1"], 1)], {})

    assert (row.asked, row.spoken, row.enough) == ((), (), False)

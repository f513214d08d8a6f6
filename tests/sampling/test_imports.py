"""The demo's sample, counted from the database."""

from collections import Counter
from typing import Any

import pytest

from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.shapes import PlaceMissing, PlaceWrong
from fieldwork.sampling.disclosure import generalise
from fieldwork.sampling.imports import import_experts, import_recruitment
from fieldwork.sampling.models import ExpertStatus
from fieldwork.sampling.plan import criteria_of, strata_of
from fieldwork.sampling.recruitment import contacts_of, nominations_of, note_of
from fieldwork.sampling.services import coverage_of, experts_of, find_expert, identity_of


def test_fourteen_agreed_and_two_declined(work: Work, sample: Study) -> None:
    agreed = experts_of(work, sample, ExpertStatus.AGREED)
    declined = experts_of(work, sample, ExpertStatus.DECLINED)

    assert [expert.code for expert in agreed] == [f"E{number:02d}" for number in range(1, 15)]
    assert [expert.code for expert in declined] == ["C15", "C16"]
    assert Counter(expert.sex for expert in agreed) == {"f": 7, "m": 7}


def test_seven_strata_of_two_are_full(work: Work, sample: Study) -> None:
    rows = coverage_of(work, sample)

    assert [(row.key, row.quota, row.agreed, row.missing, row.over) for row in rows] == [
        (key, 2, 2, 0, 0)
        for key in ("hub_heads", "theatre", "fine_arts", "festivals", "architecture", "literature", "researchers")
    ]
    assert {row.key: row.declined for row in rows if row.declined} == {"theatre": 1, "festivals": 1}


def test_every_text_of_the_plan_stands_in_three_languages(work: Work, study: Study) -> None:
    texts = [row.text for row in criteria_of(work, study)] + [row.label for row in strata_of(work, study)]

    assert {tuple(sorted(text)) for text in texts} == {("en", "kk", "ru")}


def test_identities_are_those_of_the_file(work: Work, sample: Study, people: dict[str, Any]) -> None:
    for code, row in people["experts"].items():
        known, given = identity_of(work, find_expert(work, sample, code)), row["identity"]
        assert (known.full_name, known.short_names, known.latin) == (
            given["full_name"],
            tuple(given["short"]),
            given["latin"],
        )
        assert (known.employer, known.employer_aliases, known.position) == (
            given["employer"],
            tuple(given["employer_aliases"]),
            given["position"],
        )
        assert (known.phone, known.email, known.handle) == (given["phone"], given["email"], given["handle"])


def test_those_who_declined_are_sealed_too(work: Work, sample: Study, programme: dict[str, Any]) -> None:
    expert = find_expert(work, sample, "C15")
    last = contacts_of(work, expert)[-1]

    assert identity_of(work, expert).full_name == programme["declined"]["C15"]["identity"]["full_name"]
    assert (expert.group, expert.sector) == ("Театр", "Театр")
    assert last.outcome == "declined"
    assert note_of(work, last) == (
        programme["declined"]["C15"]["contacts"][-1]["note"] + "\n" + programme["declined"]["C15"]["reason"]["ru"]
    )


def test_recruitment_is_complete(work: Work, sample: Study, programme: dict[str, Any]) -> None:
    everybody = experts_of(work, sample)
    codes = {expert.id: expert.code for expert in everybody}
    nominations = {expert.code: nominations_of(work, expert)[0] for expert in everybody}
    named = {code: codes[row.nominated_by_id] for code, row in nominations.items() if row.nominated_by_id}

    given = programme["recruitment"] | programme["declined"]
    assert Counter(row.source for row in nominations.values()) == {"expert": 8, "desk_review": 6, "publications": 2}
    assert named == {
        code: row["nomination"]["expert"] for code, row in given.items() if row["nomination"]["source"] == "expert"
    }
    assert sum(len(contacts_of(work, expert)) for expert in everybody) == sum(
        len(row["contacts"]) for row in given.values()
    )


def test_published_bands_of_the_demo_hold_three_experts_each(work: Work, sample: Study) -> None:
    agreed = experts_of(work, sample, ExpertStatus.AGREED)
    ages = generalise([expert.age_band for expert in agreed])
    years = generalise([expert.experience_band for expert in agreed])

    assert Counter(ages[expert.age_band] for expert in agreed) == {"25-34": 4, "35-44": 5, "45+": 5}
    assert Counter(years[expert.experience_band] for expert in agreed) == {"5-9": 4, "10-14": 4, "15+": 6}


def test_a_person_without_a_name_is_refused_by_place(work: Work, study: Study, people: dict[str, Any]) -> None:
    del people["experts"]["E03"]["identity"]["full_name"]

    with pytest.raises(PlaceMissing) as refused:
        import_experts(work, study, people)

    assert str(refused.value) == (
        "experts.yaml: «experts › E03 › identity › full_name» is missing or empty. Add it and try again."
    )


def test_no_refusal_repeats_a_name(work: Work, study: Study, people: dict[str, Any]) -> None:
    people["experts"]["E03"]["identity"]["short"] = "Лена"

    with pytest.raises(PlaceWrong) as refused:
        import_experts(work, study, people)

    assert "Лена" not in str(refused.value)


def test_a_nomination_by_somebody_unknown(
    work: Work, study: Study, programme: dict[str, Any], people: dict[str, Any]
) -> None:
    import_experts(work, study, people)
    programme["recruitment"]["E05"]["nomination"]["expert"] = "E77"

    with pytest.raises(NotFound) as refused:
        import_recruitment(work, study, programme)

    assert refused.value.values == {"kind": "expert", "name": "E77"}

import sqlite3
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound
from fieldwork.core.vault import KeyDestroyed, expert_subject
from fieldwork.core.work import Ground, Work
from fieldwork.programme.imports import import_programme
from fieldwork.programme.models import Study
from fieldwork.programme.rules import TextMissing
from fieldwork.programme.services import create_study
from fieldwork.sampling import plan, services
from fieldwork.sampling.identity import Identity
from fieldwork.sampling.imports import import_sampling
from fieldwork.sampling.models import ExpertIdentity, ExpertStatus
from fieldwork.sampling.rules import BandWrong, CodeWrong
from fieldwork.sampling.services import NewExpert

TEXT = {"ru": "а", "kk": "ә", "en": "a"}


def test_codes_are_given_in_turn(work: Work, study: Study, new: NewExpert, identity: Identity) -> None:
    codes = [services.add_expert(work, study, new, identity).code for _ in range(3)]

    assert codes == ["E01", "E02", "E03"]
    assert services.find_expert(work, study, "E02").status == ExpertStatus.CANDIDATE


def test_a_code_is_used_once(work: Work, study: Study, new: NewExpert, identity: Identity) -> None:
    services.add_expert(work, study, new, identity, code="E07")

    with pytest.raises(services.CodeTaken) as refused:
        services.add_expert(work, study, new, identity, code="E07")
    assert refused.value.values == {"code": "E07", "next": "E08"}
    with pytest.raises(CodeWrong):
        services.add_expert(work, study, new, identity, code="7")


def test_an_identity_comes_back_as_it_was_sealed(work: Work, study: Study, new: NewExpert, identity: Identity) -> None:
    expert = services.add_expert(work, study, new, identity)

    assert services.identity_of(work, expert) == identity


def test_an_identity_rests_nowhere_in_clear(
    ground: Ground, programme: dict[str, Any], new: NewExpert, identity: Identity
) -> None:
    with ground.work() as work:
        study = import_programme(work, programme, slug="creative-class")
        import_sampling(work, study, programme)
        services.add_expert(work, study, new, identity)

    with ground.work() as work:
        sealed = work.session.exec(select(ExpertIdentity.sealed)).one()
        trail = str([entry.details for entry in work.session.exec(select(AuditEntry)).all()])
    files = [path for path in ground.settings.data.parent.rglob("*") if path.is_file()]
    name, word = identity.full_name.encode(), "Есенова"
    assert name not in sealed
    assert word not in trail
    assert [path.name for path in files if name in path.read_bytes()] == []
    assert word not in repr(identity)


def test_a_changed_identity_replaces_the_old_one(work: Work, study: Study, new: NewExpert, identity: Identity) -> None:
    expert = services.add_expert(work, study, new, identity)
    other = Identity("Есенова Сауле", employer="театр «Ай»", employer_aliases=("Ай",))

    services.change_identity(work, expert, other)

    assert services.identity_of(work, expert) == other
    assert len(work.session.exec(select(ExpertIdentity)).all()) == 1


def test_an_erased_expert_has_no_identity(work: Work, study: Study, new: NewExpert, identity: Identity) -> None:
    expert = services.add_expert(work, study, new, identity)

    work.vault.destroy(expert_subject(expert.id), work.now)

    with pytest.raises(KeyDestroyed):
        services.identity_of(work, expert)


def test_an_identity_cannot_be_moved_to_another_expert(
    work: Work, study: Study, new: NewExpert, identity: Identity
) -> None:
    first, second = (services.add_expert(work, study, new, identity) for _ in range(2))
    rows = {row.expert_id: row for row in work.session.exec(select(ExpertIdentity)).all()}

    rows[second.id].sealed = rows[first.id].sealed

    with pytest.raises(Exception, match="does not open"):
        services.identity_of(work, second)


def test_showing_an_identity_leaves_an_entry(work: Work, study: Study, new: NewExpert, identity: Identity) -> None:
    expert = services.add_expert(work, study, new, identity)

    services.reveal_identity(work, expert)

    shown = work.session.exec(select(AuditEntry).where(AuditEntry.deed == "expert.identity_shown")).one()
    assert (shown.subject_id, shown.details) == (expert.id, {})


def test_traits_are_bands_and_strata_exist(work: Work, study: Study, identity: Identity) -> None:
    with pytest.raises(BandWrong):
        services.add_expert(work, study, NewExpert("theatre", "г", "с", "f", "41", "10-14"), identity)
    with pytest.raises(NotFound):
        services.add_expert(work, study, NewExpert("circus", "г", "с", "f", "35-44", "10-14"), identity)
    assert services.experts_of(work, study) == []


def test_experts_of_another_study_are_not_found(work: Work, study: Study, new: NewExpert, identity: Identity) -> None:
    other = create_study(work, "another", TEXT)
    services.add_expert(work, study, new, identity)

    assert services.experts_of(work, other) == []
    with pytest.raises(NotFound):
        services.find_expert(work, other, "E01")


def test_the_plan_of_the_demo(work: Work, study: Study) -> None:
    row = plan.plan_of(work, study)

    assert row is not None
    assert row.size == 14
    assert [item.key for item in plan.criteria_of(work, study)] == ["c1", "c2", "c3", "c4", "c5", "c6", "c7"]
    assert [item.quota for item in plan.strata_of(work, study)] == [2] * 7
    assert len(plan.aspects_of(work, study)) == 15
    assert plan.aspects_of(work, study)[0].questions == [1, 2]


def test_keys_of_the_plan_stand_once(work: Work, study: Study) -> None:
    with pytest.raises(plan.PlanExists):
        plan.set_plan(work, study, kind=TEXT, size=14, saturation_rule=TEXT)
    with pytest.raises(plan.KeyTaken):
        plan.add_stratum(work, study, "theatre", quota=2, label=TEXT)
    with pytest.raises(plan.KeyTaken):
        plan.add_criterion(work, study, "c1", kind="required", weight=3, text=TEXT, justification="…")
    with pytest.raises(plan.KeyTaken):
        plan.add_aspect(work, study, "borders", label=TEXT, min_experts=2, questions=[1], categories=[])


def test_what_a_plan_cannot_be(work: Work, study: Study) -> None:
    with pytest.raises(plan.QuotaWrong):
        plan.add_stratum(work, study, "circus", quota=0, label=TEXT)
    with pytest.raises(plan.WeightWrong):
        plan.add_criterion(work, study, "c8", kind="required", weight=6, text=TEXT, justification="…")
    with pytest.raises(TextMissing):
        plan.add_stratum(work, study, "circus", quota=1, label={"ru": "Цирк"})


def test_rows_of_the_plan_are_added_at_the_end(work: Work, study: Study) -> None:
    plan.add_stratum(work, study, "circus", quota=1, label=TEXT)

    assert [row.position for row in plan.strata_of(work, study)] == list(range(1, 9))
    assert plan.strata_of(work, study)[-1].key == "circus"


def test_the_keystore_is_a_file_of_its_own(work: Work, study: Study, new: NewExpert, identity: Identity) -> None:
    expert = services.add_expert(work, study, new, identity)

    keystore = sqlite3.connect(work.settings.keystore_path)
    subjects = {row[0] for row in keystore.execute("SELECT subject FROM wrapped_key")}
    keystore.close()
    assert expert_subject(expert.id) in subjects

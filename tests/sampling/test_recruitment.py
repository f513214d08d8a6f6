from datetime import date

import pytest

from fieldwork.core.vault import KeyDestroyed, expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import add_member, create_study, member_by_initials
from fieldwork.sampling import recruitment
from fieldwork.sampling.identity import Identity
from fieldwork.sampling.models import Expert, ExpertStatus
from fieldwork.sampling.rules import ChannelWrong, CriterionFailed, StatusRefused
from fieldwork.sampling.services import NewExpert, add_expert

REQUIRED = {"c1", "c2", "c3", "c4"}
DAY = date(2025, 3, 10)


@pytest.fixture
def expert(work: Work, study: Study, new: NewExpert, identity: Identity) -> Expert:
    return add_expert(work, study, new, identity)


@pytest.fixture
def member(work: Work, study: Study) -> Member:
    return member_by_initials(work, study, "АС")


def test_from_candidate_to_agreement(work: Work, expert: Expert) -> None:
    stratum = recruitment.invite(work, expert, met=REQUIRED)
    assert (stratum.key, stratum.invited, stratum.agreed, stratum.over) == ("theatre", 1, 0, 0)

    recruitment.agree(work, expert)

    assert expert.status == ExpertStatus.AGREED


def test_who_fails_a_required_criterion_is_not_invited(work: Work, expert: Expert) -> None:
    with pytest.raises(CriterionFailed) as refused:
        recruitment.invite(work, expert, met={"c1", "c2", "c3", "c5"})

    assert refused.value.values == {"expert": "E01", "criteria": "c4"}
    assert expert.status == ExpertStatus.CANDIDATE


def test_nobody_agrees_without_an_invitation(work: Work, expert: Expert) -> None:
    with pytest.raises(StatusRefused):
        recruitment.agree(work, expert)


def test_a_full_stratum_warns_and_does_not_refuse(work: Work, study: Study, new: NewExpert, identity: Identity) -> None:
    experts = [add_expert(work, study, new, identity) for _ in range(3)]

    over = [recruitment.invite(work, expert, met=REQUIRED).over for expert in experts]

    assert over == [0, 0, 1]
    assert [expert.status for expert in experts] == ["invited"] * 3


def test_who_declined_may_be_invited_again_after_a_change_of_mind(work: Work, expert: Expert) -> None:
    recruitment.decline(work, expert)
    with pytest.raises(StatusRefused):
        recruitment.decline(work, expert)

    recruitment.invite(work, expert, met=REQUIRED)

    assert expert.status == ExpertStatus.INVITED


def test_contacts_in_order_with_sealed_notes(work: Work, expert: Expert, member: Member) -> None:
    later = recruitment.record_contact(
        work, expert, member, on=date(2025, 3, 14), channel="phone", outcome="agreed", note="Перезвонить Сауле."
    )
    first = recruitment.record_contact(work, expert, member, on=DAY, channel="email", outcome="sent")

    assert recruitment.contacts_of(work, expert) == [first, later]
    assert first.sealed_note is None
    assert recruitment.note_of(work, first) is None
    assert later.sealed_note is not None
    assert "Сауле".encode() not in later.sealed_note
    assert recruitment.note_of(work, later) == "Перезвонить Сауле."


def test_notes_end_with_the_expert(work: Work, expert: Expert, member: Member) -> None:
    row = recruitment.nominate(work, expert, member, source="desk_review", on=DAY, note="Из афиши.")
    assert recruitment.note_of(work, row) == "Из афиши."

    work.vault.destroy(expert_subject(expert.id), work.now)

    with pytest.raises(KeyDestroyed):
        recruitment.note_of(work, row)


def test_an_expert_names_another(work: Work, study: Study, expert: Expert, member: Member, new: NewExpert) -> None:
    other = add_expert(work, study, new, Identity("Другова Анна"))

    row = recruitment.nominate(work, other, member, source="expert", nominated_by=expert, on=DAY)

    assert recruitment.nominations_of(work, other) == [row]
    assert row.nominated_by_id == expert.id


def test_nominations_that_do_not_fit(work: Work, expert: Expert, member: Member) -> None:
    for source, by in (("rumour", None), ("expert", None), ("expert", expert), ("desk_review", expert)):
        with pytest.raises(recruitment.NominationWrong):
            recruitment.nominate(work, expert, member, source=source, nominated_by=by, on=DAY)
    assert recruitment.nominations_of(work, expert) == []


def test_contacts_of_an_unknown_kind(work: Work, expert: Expert, member: Member) -> None:
    with pytest.raises(ChannelWrong):
        recruitment.record_contact(work, expert, member, on=DAY, channel="pigeon", outcome="sent")


def test_a_member_of_another_study_does_not_sign(work: Work, expert: Expert) -> None:
    other = create_study(work, "another", {"ru": "а", "kk": "ә", "en": "a"})
    stranger = add_member(work, other, login="x", display_name="X", initials="ХХ", role="interviewer")

    with pytest.raises(recruitment.ForeignMember):
        recruitment.record_contact(work, expert, stranger, on=DAY, channel="email", outcome="sent")
    with pytest.raises(recruitment.ForeignMember):
        recruitment.nominate(work, expert, stranger, source="desk_review", on=DAY)

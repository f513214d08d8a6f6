from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.consent import rules, services
from fieldwork.consent.imports import import_consents
from fieldwork.consent.models import Consent, ConsentForm, ConsentScope, QuoteException, Scope
from fieldwork.consent.services import NewConsent, NewException
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound
from fieldwork.core.vault import KeyDestroyed, expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study
from fieldwork.programme.shapes import LanguageMissing, PlaceWrong
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import find_expert

TEXT = {"ru": "а", "kk": "ә", "en": "a"}
GIVEN = datetime(2025, 3, 18, 11, tzinfo=UTC)


def new(
    *granted: Scope, at: datetime = GIVEN, note: str | None = None, exceptions: tuple[NewException, ...] = ()
) -> NewConsent:
    return NewConsent(
        given_at=at,
        language="kk",
        method="paper",
        scopes=dict.fromkeys(granted, True),
        exceptions=exceptions,
        note=note,
    )


@pytest.fixture
def form(work: Work, study: Study, consents: dict[str, Any]) -> ConsentForm:
    return services.add_form(work, study, consents)


@pytest.fixture
def expert(work: Work, study: Study) -> Expert:
    return find_expert(work, study, "E01")


def test_the_consents_of_the_demo(work: Work, study: Study, consents: dict[str, Any]) -> None:
    import_consents(work, study, consents)

    decisions = {decision.expert: decision for decision in services.decisions_of(work, study).values()}
    assert list(decisions) == [f"E{number:02d}" for number in range(1, 15)]
    usual = {Scope.RECORD, Scope.TRANSCRIBE, Scope.QUOTE, Scope.ARCHIVE}
    assert {code: set(row.granted) for code, row in decisions.items() if row.granted != usual} == {
        "E02": usual - {Scope.ARCHIVE}
    }
    assert {code: row.exceptions for code, row in decisions.items() if row.exceptions} == {
        "E10": (
            rules.QuoteTopic("removed_works", frozenset({9}), frozenset({"S6", "S7"})),
            rules.QuoteTopic("sponsors", frozenset({11}), frozenset({"N1", "N3"})),
        )
    }
    assert {code for code, row in decisions.items() if row.language == "kk"} == {"E04", "E07", "E13", "E14"}
    assert decisions["E01"].given_at == datetime(2025, 3, 18, 11, 20, tzinfo=UTC)


def test_the_form_of_the_demo(work: Work, study: Study, form: ConsentForm) -> None:
    assert (form.version, form.dated, form.is_template) == ("1.1", date(2025, 3, 5), True)
    assert [section["key"] for section in form.content["information_sheet"]["sections"]] == [
        *("purpose", "operator", "recorded", "transcription", "anonymity", "quotation"),
        *("storage", "withdrawal", "contacts"),
    ]
    assert [scope["key"] for scope in form.content["form"]["scopes"]] == list(Scope)
    assert form.content["retention"]["full_withdrawal_until"] == "2025-06-30"
    assert "consents" not in form.content
    assert services.find_form(work, study, "1.1") is form


def test_the_same_form_twice_is_one_form(work: Work, study: Study, form: ConsentForm, consents: dict[str, Any]) -> None:
    work.session.expire_all()

    assert services.add_form(work, study, consents) is form


def test_a_changed_form_needs_a_version_of_its_own(
    work: Work, study: Study, form: ConsentForm, consents: dict[str, Any]
) -> None:
    consents["form"]["statement"]["ru"] = "Другой текст."

    with pytest.raises(services.FormDiffers):
        services.add_form(work, study, consents)
    consents["version"] = "1.2"

    assert services.add_form(work, study, consents).id != form.id
    assert [row.version for row in services.forms_of(work, study)] == ["1.1", "1.2"]


def test_a_form_without_a_language(work: Work, study: Study, consents: dict[str, Any]) -> None:
    del consents["information_sheet"]["sections"][1]["text"]["kk"]

    with pytest.raises(LanguageMissing) as refused:
        services.add_form(work, study, consents)

    assert refused.value.values["where"] == "information_sheet › sections › key operator › text › kk"


def test_the_gate_lets_pass_what_was_granted(work: Work, form: ConsentForm, expert: Expert) -> None:
    services.record_consent(work, expert, form, new(Scope.RECORD))

    assert services.require(work, expert.id, Scope.RECORD).expert == "E01"
    with pytest.raises(rules.ConsentRefused):
        services.require(work, expert.id, Scope.TRANSCRIBE)


def test_the_gate_without_any_consent(work: Work, expert: Expert) -> None:
    with pytest.raises(rules.ConsentMissing) as refused:
        services.require(work, expert.id, Scope.RECORD)

    assert refused.value.values == {"expert": "E01", "scope": Scope.RECORD}
    assert type(refused.value) is rules.ConsentMissing


def test_all_scopes_are_written_down(work: Work, form: ConsentForm, expert: Expert) -> None:
    consent = services.record_consent(work, expert, form, new(Scope.RECORD))

    rows = work.session.exec(select(ConsentScope).where(ConsentScope.consent_id == consent.id)).all()
    assert {row.scope: row.granted for row in rows} == {
        "record": True,
        "transcribe": False,
        "quote": False,
        "archive": False,
        "named": False,
    }


def test_the_latest_decision_holds_and_the_earlier_is_kept(work: Work, form: ConsentForm, expert: Expert) -> None:
    topic = NewException("money", TEXT, [7], ["F3"])
    services.record_consent(work, expert, form, new(*Scope, exceptions=(topic,)))
    services.record_consent(work, expert, form, new(Scope.RECORD, at=GIVEN + timedelta(days=1)))
    services.record_consent(work, expert, form, new(*Scope, at=GIVEN - timedelta(days=1)))  # entered late

    decision = services.decision_of(work, expert.id)
    assert decision is not None
    assert (decision.granted, decision.exceptions) == (frozenset({Scope.RECORD}), ())
    assert len(work.session.exec(select(Consent)).all()) == 3
    assert len(work.session.exec(select(QuoteException)).all()) == 1


def test_two_decisions_of_one_moment_are_refused(work: Work, form: ConsentForm, expert: Expert) -> None:
    services.record_consent(work, expert, form, new(*Scope))

    with pytest.raises(rules.ConsentNotLater):
        services.record_consent(work, expert, form, new())


def test_after_a_withdrawal_nothing_is_allowed(work: Work, form: ConsentForm, expert: Expert) -> None:
    services.record_consent(work, expert, form, new(*Scope))

    services.withdraw(work, expert, at=datetime(2025, 5, 1, 9, tzinfo=UTC))

    for scope in Scope:
        with pytest.raises(rules.ConsentWithdrawn):
            services.require(work, expert.id, scope)
    with pytest.raises(services.NothingToWithdraw):
        services.withdraw(work, expert)
    services.record_consent(work, expert, form, new(Scope.RECORD, at=datetime(2025, 5, 2, 9, tzinfo=UTC)))
    assert services.require(work, expert.id, Scope.RECORD).withdrawn_at is None


def test_withdrawals_that_cannot_be(work: Work, form: ConsentForm, expert: Expert) -> None:
    with pytest.raises(services.NothingToWithdraw):
        services.withdraw(work, expert)
    services.record_consent(work, expert, form, new(*Scope))
    with pytest.raises(rules.ConsentInFuture):
        services.withdraw(work, expert, at=work.now + timedelta(days=1))
    with pytest.raises(rules.WithdrawnTooEarly):
        services.withdraw(work, expert, at=GIVEN - timedelta(days=1))

    assert services.withdraw(work, expert).withdrawn_at == work.now


def test_decisions_that_cannot_be(work: Work, study: Study, form: ConsentForm, expert: Expert) -> None:
    with pytest.raises(rules.ConsentInFuture):
        services.record_consent(work, expert, form, new(*Scope, at=work.now + timedelta(minutes=1)))
    with pytest.raises(rules.ConsentBeforeForm):
        services.record_consent(work, expert, form, new(*Scope, at=datetime(2025, 3, 4, 18, 59, tzinfo=UTC)))
    with pytest.raises(rules.LanguageNotOffered):
        services.record_consent(work, expert, form, NewConsent(GIVEN, "de", "paper", {}))
    with pytest.raises(rules.MethodUnknown):
        services.record_consent(work, expert, form, NewConsent(GIVEN, "ru", "telepathy", {}))
    other = services.add_form(
        work, create_study(work, "another", TEXT), {**form.content, "version": "1.1", "date": "2025-03-05"}
    )
    with pytest.raises(NotFound):
        services.record_consent(work, expert, other, new(*Scope))
    assert work.session.exec(select(Consent)).all() == []


def test_a_note_is_sealed_and_ends_with_the_expert(work: Work, form: ConsentForm, expert: Expert) -> None:
    consent = services.record_consent(work, expert, form, new(*Scope, note="Подписано у Айгерим."))
    silent = services.record_consent(work, expert, form, new(*Scope, at=GIVEN + timedelta(days=1)))

    assert consent.sealed_note is not None
    assert "Айгерим".encode() not in consent.sealed_note
    assert services.note_of(work, consent) == "Подписано у Айгерим."
    assert services.note_of(work, silent) is None
    work.vault.destroy(expert_subject(expert.id), work.now)
    with pytest.raises(KeyDestroyed):
        services.note_of(work, consent)


def test_the_trail_says_what_was_granted(work: Work, form: ConsentForm, expert: Expert) -> None:
    services.record_consent(work, expert, form, new(Scope.RECORD, Scope.QUOTE, note="Тайна."))

    entry = work.session.exec(select(AuditEntry).where(AuditEntry.deed == "consent.recorded")).one()
    assert entry.subject_id == expert.id
    assert entry.details == {"form": str(form.id), "granted": ["record", "quote"], "exceptions": 0}


def test_an_unknown_scope_in_the_file(work: Work, study: Study, consents: dict[str, Any]) -> None:
    consents["consents"]["E01"]["scopes"]["film"] = True

    with pytest.raises(PlaceWrong) as refused:
        import_consents(work, study, consents)

    assert refused.value.values["where"].startswith("consents › E01 › scopes › film")


def test_a_consent_of_somebody_unknown(work: Work, study: Study, consents: dict[str, Any]) -> None:
    consents["consents"]["E77"] = consents["consents"].pop("E14")

    with pytest.raises(NotFound):
        import_consents(work, study, consents)

"""Deeds and questions of consent: forms, decisions, withdrawals, and the gate everything else goes through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from fieldwork.consent.models import Consent, ConsentForm, ConsentScope, QuoteException, Scope
from fieldwork.consent.rules import (
    ConsentBeforeForm,
    ConsentInFuture,
    ConsentNotLater,
    Decision,
    LanguageNotOffered,
    QuoteTopic,
    WithdrawnTooEarly,
    check_allowed,
    check_method,
)
from fieldwork.consent.shapes import ConsentFileShape
from fieldwork.core.audit import record
from fieldwork.core.clock import ALMATY
from fieldwork.core.database import Texts
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.rules import check_texts
from fieldwork.programme.services import study_of
from fieldwork.programme.shapes import LANGUAGES, parsed
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import expert_of, experts_of

SEALED_NOTE = "consent.sealed_note"


class FormDiffers(Refusal):
    """A form that people have signed is not changed behind their backs."""

    message = "The study already has another consent form of version {version}. Give the changed form a new version."


class NothingToWithdraw(Refusal):
    """No consent that holds."""

    message = "{expert} has no consent that could be withdrawn: none was given, or it has been withdrawn already."


@dataclass(frozen=True)
class NewConsent:
    """A decision to be recorded. Scopes that are not named are not granted."""

    given_at: datetime
    language: str
    method: str
    scopes: Mapping[Scope, bool]
    exceptions: Sequence["NewException"] = ()
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class NewException:
    """A topic the expert does not want to be quoted on."""

    key: str
    label: Texts
    questions: Sequence[int] = ()
    categories: Sequence[str] = ()


@dataclass(frozen=True)
class PastDecision:
    """A decision as its history shows it."""

    consent: Consent
    version: str
    decision: Decision
    topics: Sequence[QuoteException]


def add_form(work: Work, study: Study, data: object, *, source: str = "consent.yaml") -> ConsentForm:
    """Take the information sheet and form that ``consent.yaml`` holds (its decisions are left to the importer).

    The same form taken twice is the same form; a changed one needs a version of its own.

    Raises:
        LanguageMissing, PlaceMissing, PlaceUnknown, PlaceWrong: the file's shape.
        FormDiffers: the version is taken by another text.
    """
    shape = parsed(ConsentFileShape, data, source)
    content = shape.model_dump(mode="json", exclude={"consents", "version", "dated", "template"})
    present = {form.version: form for form in forms_of(work, study)}.get(shape.version)
    if present is not None:
        if present.content != content or present.dated != shape.dated:
            raise FormDiffers(version=shape.version)
        return present
    form = work.add(
        ConsentForm(
            study_id=study.id,
            version=shape.version,
            dated=shape.dated,
            is_template=shape.template,
            content=content,
        )
    )
    record(work, "consent.form_added", study_id=study.id, subject_id=form.id, version=shape.version)
    return form


def forms_of(work: Work, study: Study) -> Sequence[ConsentForm]:
    """The study's forms, by date and version."""
    return work.session.exec(
        select(ConsentForm)
        .where(ConsentForm.study_id == study.id)
        .order_by(col(ConsentForm.dated), col(ConsentForm.version))
    ).all()


def find_form(work: Work, study: Study, version: str) -> ConsentForm:
    """The form of that version.

    Raises:
        NotFound: there is none.
    """
    for form in forms_of(work, study):
        if form.version == version:
            return form
    raise NotFound(kind="consent form", name=version)


def record_consent(work: Work, expert: Expert, form: ConsentForm, new: NewConsent) -> Consent:
    """Record an expert's decision. It replaces an earlier one from its moment on; the earlier one is kept.

    All scopes are written down, granted or not, so that a refusal is a row and not an absence.

    Raises:
        MethodUnknown, LanguageNotOffered: what was given.
        NotFound: the form is of another study.
        ConsentInFuture, ConsentBeforeForm, ConsentNotLater: the moment.
        TextMissing: an exception's label lacks a language.
    """
    _check_new(work, expert, form, new)
    consent = Consent(
        expert_id=expert.id, form_id=form.id, given_at=new.given_at, language=new.language, method=new.method
    )
    if new.note:
        consent.sealed_note = work.vault.seal_text(expert_subject(expert.id), SEALED_NOTE, consent.id, new.note)
    work.add(consent)
    work.add_all(
        [ConsentScope(consent_id=consent.id, scope=scope, granted=new.scopes.get(scope, False)) for scope in Scope]
    )
    work.add_all([_exception(consent, exception) for exception in new.exceptions])
    record(
        work,
        "consent.recorded",
        study_id=expert.study_id,
        subject_id=expert.id,
        form=str(form.id),
        granted=[str(scope) for scope in Scope if new.scopes.get(scope)],
        exceptions=len(new.exceptions),
    )
    return consent


def withdraw(work: Work, expert: Expert, *, at: datetime | None = None) -> Consent:
    """Record that the expert takes the consent back, now or at a past moment; from then on nothing is allowed.

    What this does to recordings, transcripts and reports is the withdrawal room's matter.

    Raises:
        NothingToWithdraw: no consent holds.
        ConsentInFuture, WithdrawnTooEarly: ``at`` is still to come, or before the consent.
    """
    consent = current_consent(work, expert.id)
    if consent is None or consent.withdrawn_at is not None:
        raise NothingToWithdraw(expert=expert.code)
    moment = at or work.now
    if moment > work.now:
        raise ConsentInFuture(expert=expert.code, moment=_told(moment))
    if moment < consent.given_at:
        raise WithdrawnTooEarly(expert=expert.code, day=moment.astimezone(ALMATY).date().isoformat())
    consent.withdrawn_at = moment
    work.add(consent)
    record(work, "consent.withdrawn", study_id=expert.study_id, subject_id=expert.id)
    return consent


def current_consent(work: Work, expert_id: UUID) -> Consent | None:
    """The expert's latest decision, withdrawn or not."""
    return work.session.exec(
        select(Consent).where(Consent.expert_id == expert_id).order_by(col(Consent.given_at).desc()).limit(1)
    ).first()


def decision_of(work: Work, expert_id: UUID) -> Decision | None:
    """What the expert's latest decision allows; None when there is none."""
    consent = current_consent(work, expert_id)
    return _decision(work, expert_of(work, expert_id).code, consent) if consent else None


def decisions_of(work: Work, study: Study) -> dict[UUID, Decision]:
    """The latest decision of every expert of the study who has made one, by expert id, in order of their codes."""
    found = {expert.id: decision_of(work, expert.id) for expert in experts_of(work, study)}
    return {expert_id: decision for expert_id, decision in found.items() if decision is not None}


def require(work: Work, expert_id: UUID, scope: Scope) -> Decision:
    """The gate: the expert's decision, when it allows the scope.

    Raises:
        ConsentMissing: no decision, or (``ConsentRefused``, ``ConsentWithdrawn``) one that does not allow it. Names
            the expert's code and the scope, and says what to do.
    """
    return check_allowed(expert_of(work, expert_id).code, decision_of(work, expert_id), scope)


def history_of(work: Work, expert: Expert) -> list[PastDecision]:
    """Every decision of the expert, the latest first."""
    consents = work.session.exec(
        select(Consent).where(Consent.expert_id == expert.id).order_by(col(Consent.given_at).desc())
    ).all()
    versions = {form.id: form.version for form in forms_of(work, study_of(work, expert.study_id))}
    return [
        PastDecision(one, versions[one.form_id], _decision(work, expert.code, one), topics_of(work, one))
        for one in consents
    ]


def topics_of(work: Work, consent: Consent) -> Sequence[QuoteException]:
    """What a decision does not want to be quoted on."""
    return work.session.exec(
        select(QuoteException).where(QuoteException.consent_id == consent.id).order_by(col(QuoteException.key))
    ).all()


def note_of(work: Work, consent: Consent) -> str | None:
    """The note of a decision, unsealed; None when there is none.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    if consent.sealed_note is None:
        return None
    return work.vault.unseal_text(expert_subject(consent.expert_id), SEALED_NOTE, consent.id, consent.sealed_note)


def _check_new(work: Work, expert: Expert, form: ConsentForm, new: NewConsent) -> None:
    if form.study_id != expert.study_id:
        raise NotFound(kind="consent form", name=form.version)
    check_method(new.method)
    if new.language not in LANGUAGES:
        raise LanguageNotOffered(version=form.version, language=new.language, languages=", ".join(LANGUAGES))
    for exception in new.exceptions:
        check_texts(exception.label, f"topic {exception.key}")
    _check_moment(work, expert, form, new.given_at)


def _exception(consent: Consent, new: NewException) -> QuoteException:
    return QuoteException(
        consent_id=consent.id,
        key=new.key,
        label=new.label,
        questions=list(new.questions),
        categories=list(new.categories),
    )


def _check_moment(work: Work, expert: Expert, form: ConsentForm, given_at: datetime) -> None:
    if given_at > work.now:
        raise ConsentInFuture(expert=expert.code, moment=_told(given_at))
    day = given_at.astimezone(ALMATY).date()
    if day < form.dated:
        raise ConsentBeforeForm(
            expert=expert.code, day=day.isoformat(), version=form.version, dated=form.dated.isoformat()
        )
    same = select(Consent.id).where(Consent.expert_id == expert.id, Consent.given_at == given_at)
    if work.session.exec(same).first():
        raise ConsentNotLater(expert=expert.code, moment=_told(given_at))


def _told(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")


def _decision(work: Work, code: str, consent: Consent) -> Decision:
    scopes = work.session.exec(select(ConsentScope).where(ConsentScope.consent_id == consent.id)).all()
    exceptions = topics_of(work, consent)
    return Decision(
        expert=code,
        form_id=consent.form_id,
        given_at=consent.given_at,
        language=consent.language,
        method=consent.method,
        granted=frozenset(Scope(row.scope) for row in scopes if row.granted),
        exceptions=tuple(
            QuoteTopic(row.key, frozenset(row.questions), frozenset(row.categories)) for row in exceptions
        ),
        withdrawn_at=consent.withdrawn_at,
    )

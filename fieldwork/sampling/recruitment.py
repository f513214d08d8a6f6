"""The way to an interview: nominations, attempts to reach people, invitations, answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from sqlmodel import col, select

from fieldwork.core.audit import record
from fieldwork.core.clock import ALMATY
from fieldwork.core.database import is_pointed_at
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Member
from fieldwork.programme.services import study_of
from fieldwork.sampling.models import ContactAttempt, Expert, ExpertIdentity, ExpertStatus, Nomination, Stratum
from fieldwork.sampling.plan import criteria_of
from fieldwork.sampling.rules import Outcome, StratumCoverage, check_contact, check_criteria, check_step
from fieldwork.sampling.services import coverage_of

SOURCES = ("desk_review", "publications", "expert")
ANSWERS: Final[dict[str, Outcome]] = {
    ExpertStatus.INVITED: Outcome.SENT,
    ExpertStatus.AGREED: Outcome.AGREED,
    ExpertStatus.DECLINED: Outcome.DECLINED,
    "no_answer": Outcome.NO_ANSWER,
    "replied": Outcome.REPLIED,
    "postponed": Outcome.POSTPONED,
}
"""What can come of an approach, and the outcome it is kept as; the first three are steps to an interview."""
SEALED_NOMINATION = "nomination.sealed_note"
SEALED_CONTACT = "contact_attempt.sealed_note"


class NominationWrong(BadInput):
    """The source of a nomination and who made it do not fit."""

    message = (
        "The nomination of {expert} does not fit. Its source is one of desk_review, publications, expert; "
        "with «expert» say which other expert of the study named the person, else nobody."
    )


class ForeignMember(BadInput):
    """A member of another study signs."""

    message = "{initials} is not a member of the study of {expert}. Choose a member of that study."


class DayWrong(BadInput):
    """A contact that has not been made yet."""

    message = "{day} is still to come. Give the day on which it happened."


class AnswerUnknown(BadInput):
    """Nothing was chosen."""

    message = "Choose what came of it."


class AnswerBuiltOn(Refusal):
    """More has happened since."""

    message = "A meeting or a consent of {expert} followed, so the answer cannot be taken back. Record a new answer."


@dataclass(frozen=True)
class Answer:
    """What came of an approach: a key of ``ANSWERS``; the day in Almaty; ``met`` are keys of criteria, for inviting."""

    what: str
    on: date
    channel: str
    note: str | None = field(default=None, repr=False)
    met: tuple[str, ...] = ()


def nominate(
    work: Work,
    expert: Expert,
    member: Member,
    *,
    source: str,
    on: date,
    nominated_by: Expert | None = None,
    note: str | None = None,
) -> Nomination:
    """Record how an expert came to be considered; the note is sealed under the expert's key.

    Raises:
        NominationWrong: an unknown source, or «expert» without the expert (of this study, not the person).
        ForeignMember: the member belongs to another study.
    """
    _check_member(expert, member)
    wanted = source == "expert"
    named_well = nominated_by is not None and nominated_by.study_id == expert.study_id and nominated_by.id != expert.id
    if source not in SOURCES or wanted != (nominated_by is not None) or (wanted and not named_well):
        raise NominationWrong(expert=expert.code)
    row = Nomination(
        expert_id=expert.id,
        source=source,
        nominated_by_id=nominated_by.id if nominated_by else None,
        member_id=member.id,
        on=on,
    )
    row.sealed_note = _sealed(work, expert, SEALED_NOMINATION, row.id, note)
    work.add(row)
    record(work, "expert.nominated", study_id=expert.study_id, subject_id=expert.id, source=source)
    return row


def record_contact(
    work: Work, expert: Expert, member: Member, *, on: date, channel: str, outcome: str, note: str | None = None
) -> ContactAttempt:
    """Record one attempt to reach an expert; the note is sealed under the expert's key.

    The status of the expert is changed by ``invite``, ``agree`` and ``decline``, not by this.

    Raises:
        ChannelWrong: an unknown channel or outcome.
        ForeignMember: the member belongs to another study.
    """
    _check_member(expert, member)
    known_channel, known_outcome = check_contact(channel, outcome)
    row = ContactAttempt(expert_id=expert.id, member_id=member.id, on=on, channel=known_channel, outcome=known_outcome)
    row.sealed_note = _sealed(work, expert, SEALED_CONTACT, row.id, note)
    work.add(row)
    record(work, "expert.contacted", study_id=expert.study_id, subject_id=expert.id, outcome=known_outcome)
    return row


def nominations_of(work: Work, expert: Expert) -> Sequence[Nomination]:
    """How the expert came to be considered, by date."""
    return work.session.exec(
        select(Nomination).where(Nomination.expert_id == expert.id).order_by(col(Nomination.on))
    ).all()


def contacts_of(work: Work, expert: Expert) -> Sequence[ContactAttempt]:
    """Attempts to reach the expert, by date."""
    return work.session.exec(
        select(ContactAttempt).where(ContactAttempt.expert_id == expert.id).order_by(col(ContactAttempt.on))
    ).all()


def note_of(work: Work, row: Nomination | ContactAttempt) -> str | None:
    """The note of a nomination or a contact, unsealed; None when there is none.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    if row.sealed_note is None:
        return None
    field = SEALED_NOMINATION if isinstance(row, Nomination) else SEALED_CONTACT
    return work.vault.unseal_text(expert_subject(row.expert_id), field, row.id, row.sealed_note)


def invite(work: Work, expert: Expert, *, met: Collection[str]) -> StratumCoverage:
    """Invite a candidate who meets every required criterion.

    Args:
        work: the unit of work.
        expert: the candidate.
        met: keys of the criteria the candidate meets.

    Returns:
        The expert's stratum after this: ``over`` above zero is to be told as a warning.

    Raises:
        CriterionFailed: a required criterion is not met.
        StatusRefused: the expert is no candidate.
    """
    study = study_of(work, expert.study_id)
    check_step(expert.code, expert.status, ExpertStatus.INVITED)
    check_criteria(expert.code, criteria_of(work, study), met)
    _step(work, expert, ExpertStatus.INVITED)
    key = work.get(Stratum, expert.stratum_id).key
    return next(row for row in coverage_of(work, study) if row.key == key)


def agree(work: Work, expert: Expert) -> None:
    """The expert agrees to be interviewed.

    Raises:
        StatusRefused: the expert was not invited.
    """
    check_step(expert.code, expert.status, ExpertStatus.AGREED)
    _step(work, expert, ExpertStatus.AGREED)


def decline(work: Work, expert: Expert) -> None:
    """The expert declines, at whatever point; the row stays, so that nobody is asked twice.

    Raises:
        StatusRefused: the expert has declined already.
    """
    check_step(expert.code, expert.status, ExpertStatus.DECLINED)
    _step(work, expert, ExpertStatus.DECLINED)


def write_answer(work: Work, expert: Expert, member: Member, answer: Answer) -> ContactAttempt:
    """Write down what came of an approach: the contact, and the step to an interview that it is.

    Raises:
        DayWrong: the day is still to come.
        ChannelWrong, AnswerUnknown, ForeignMember: what was given.
        StatusRefused, CriterionFailed: the step.
    """
    if answer.on > work.now.astimezone(ALMATY).date():
        raise DayWrong(day=answer.on.isoformat())
    if answer.what not in ANSWERS:
        raise AnswerUnknown
    if answer.what == ExpertStatus.INVITED:
        invite(work, expert, met=answer.met)
    elif answer.what == ExpertStatus.AGREED:
        agree(work, expert)
    elif answer.what == ExpertStatus.DECLINED:
        decline(work, expert)
    return record_contact(
        work, expert, member, on=answer.on, channel=answer.channel, outcome=ANSWERS[answer.what], note=answer.note
    )


def take_back(work: Work, expert: Expert, contact_id: UUID, status: str) -> None:
    """Take back an answer that was just written down, with the step it was.

    Args:
        work: the unit of work.
        expert: whose answer.
        contact_id: the contact it was written down as.
        status: where the expert stood before.

    Raises:
        NotFound: no such contact of this expert.
        StatusRefused: the expert cannot have stood there.
        AnswerBuiltOn: a meeting or a consent followed.
    """
    contact = next((one for one in contacts_of(work, expert) if one.id == contact_id), None)
    if contact is None or status not in tuple(ExpertStatus):
        raise NotFound(kind="page", name="here")
    if status != expert.status:
        check_step(expert.code, status, ExpertStatus(expert.status))
        if is_pointed_at(
            work.session, Expert, [expert.id], apart_from=[ExpertIdentity, Nomination, ContactAttempt, Expert]
        ):
            raise AnswerBuiltOn(expert=expert.code)
        expert.status = ExpertStatus(status)
        work.add(expert)
    work.session.delete(contact)
    record(work, "expert.taken_back", study_id=expert.study_id, subject_id=expert.id)


def _step(work: Work, expert: Expert, status: ExpertStatus) -> None:
    expert.status = status
    work.add(expert)
    record(work, f"expert.{status}", study_id=expert.study_id, subject_id=expert.id)


def _check_member(expert: Expert, member: Member) -> None:
    if member.study_id != expert.study_id:
        raise ForeignMember(initials=member.initials, expert=expert.code)


def _sealed(work: Work, expert: Expert, field: str, row_id: UUID, note: str | None) -> bytes | None:
    return work.vault.seal_text(expert_subject(expert.id), field, row_id, note) if note else None

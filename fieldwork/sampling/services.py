"""Deeds and questions of sampling: experts by their codes, and their sealed identities."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select

from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.sampling.identity import Identity
from fieldwork.sampling.models import Expert, ExpertIdentity, ExpertStatus
from fieldwork.sampling.plan import find_stratum, strata_of
from fieldwork.sampling.rules import StratumCoverage, check_code, check_traits, next_code, stratum_coverage

SEALED_IDENTITY = "expert_identity.sealed"
INTERVIEWERS = (Role.PRINCIPAL_INVESTIGATOR, Role.INTERVIEWER)
"""Who may interview, and therefore know an expert."""


class CodeTaken(Refusal):
    """An expert of that code exists."""

    message = "There is already an expert {code} in this study. The next free code is {next}."


class NoInterviewer(Refusal):
    """The member may not interview in this study."""

    message = (
        "{initials} cannot interview {expert}. Choose a member of this study who is its principal investigator "
        "or an interviewer."
    )


class ReplacementWrong(BadInput):
    """Somebody who cannot be replaced."""

    message = (
        "{expert} cannot take the place of {declined}. Choose somebody who has declined and whose place is still free."
    )


@dataclass(frozen=True)
class NewExpert:
    """What is known of a new expert besides the identity: generalised traits that may be published."""

    stratum: str
    group: str
    sector: str
    sex: str
    age_band: str
    experience_band: str
    region: str = ""


def add_expert(
    work: Work,
    study: Study,
    new: NewExpert,
    identity: Identity,
    *,
    code: str | None = None,
    status: ExpertStatus = ExpertStatus.CANDIDATE,
) -> Expert:
    """Add an expert; who it is goes into the vault at once, under a key of the expert's own.

    Args:
        work: the unit of work.
        study: whose sample.
        new: stratum and traits.
        identity: sealed, never stored in clear.
        code: E07 and the like; the next free one when not given.
        status: candidates are the rule; imports of a finished sample say otherwise.

    Raises:
        CodeWrong, CodeTaken: the code.
        SexWrong, BandWrong: a trait is not generalised.
        NotFound: no such stratum.
    """
    codes = [expert.code for expert in experts_of(work, study)]
    code = code or next_code(codes)
    check_code(code)
    if code in codes:
        raise CodeTaken(code=code, next=next_code(codes))
    check_traits(new.sex, new.age_band, new.experience_band)
    stratum = find_stratum(work, study, new.stratum)
    expert = work.add(
        Expert(
            study_id=study.id,
            stratum_id=stratum.id,
            code=code,
            status=status,
            group=new.group,
            sector=new.sector,
            sex=new.sex,
            age_band=new.age_band,
            experience_band=new.experience_band,
            region=new.region,
        )
    )
    row = ExpertIdentity(expert_id=expert.id, sealed=b"")
    row.sealed = _sealed(work, expert, row.id, identity)
    work.add(row)
    record(work, "expert.added", study_id=study.id, subject_id=expert.id, status=status)
    return expert


def change_expert(work: Work, study: Study, expert: Expert, new: NewExpert) -> None:
    """Correct an expert's stratum and generalised traits; the code stays.

    Raises:
        SexWrong, BandWrong: a trait is not generalised.
        NotFound: no such stratum.
    """
    check_traits(new.sex, new.age_band, new.experience_band)
    expert.stratum_id = find_stratum(work, study, new.stratum).id
    expert.group, expert.sector, expert.sex = new.group, new.sector, new.sex
    expert.age_band, expert.experience_band, expert.region = new.age_band, new.experience_band, new.region
    work.add(expert)
    record(work, "expert.changed", study_id=study.id, subject_id=expert.id)


def change_identity(work: Work, expert: Expert, identity: Identity) -> None:
    """Seal a corrected identity in place of the old one.

    Raises:
        NotFound: the expert has no identity (it was erased).
    """
    row = identity_row(work, expert)
    row.sealed = _sealed(work, expert, row.id, identity)
    work.add(row)
    record(work, "expert.identity_changed", study_id=expert.study_id, subject_id=expert.id)


def identity_of(work: Work, expert: Expert) -> Identity:
    """Who the expert is. Who may ask is decided by the caller.

    Raises:
        NotFound: there is no identity.
        KeyDestroyed: the expert was erased.
    """
    row = identity_row(work, expert)
    return Identity.from_json(work.vault.unseal_text(expert_subject(expert.id), SEALED_IDENTITY, row.id, row.sealed))


def identity_row(work: Work, expert: Expert) -> ExpertIdentity:
    """The sealed row: who the expert is, unreadable.

    Raises:
        NotFound: there is none.
    """
    row = work.session.exec(select(ExpertIdentity).where(ExpertIdentity.expert_id == expert.id)).first()
    if row is None:
        raise NotFound(kind="identity of expert", name=expert.code)
    return row


def reveal_identity(work: Work, expert: Expert) -> Identity:
    """``identity_of`` for a person to read: leaves an entry in the trail.

    Raises:
        NotFound, KeyDestroyed: as ``identity_of``.
    """
    identity = identity_of(work, expert)
    record(work, "expert.identity_shown", study_id=expert.study_id, subject_id=expert.id)
    return identity


def assign_interviewer(work: Work, expert: Expert, member: Member | None) -> None:
    """Say which interviewer may know who the expert is; nobody but the principal investigator where it is None.

    Raises:
        NoInterviewer: the member does not interview in the expert's study.
    """
    if member is not None and (member.study_id != expert.study_id or member.role not in INTERVIEWERS):
        raise NoInterviewer(initials=member.initials, expert=expert.code)
    new = member.id if member else None
    if expert.interviewer_id != new:
        expert.interviewer_id = new
        work.add(expert)
        record(work, "expert.interviewer_assigned", study_id=expert.study_id, subject_id=expert.id)


def replace(work: Work, expert: Expert, declined: Expert | None) -> None:
    """Say whose place the expert takes; nobody's where it is None.

    Raises:
        ReplacementWrong: that one has not declined, is of another study, or has been replaced by somebody else.
    """
    if declined is not None:
        taken = work.session.exec(select(Expert).where(Expert.replaces_id == declined.id)).first()
        free = taken is None or taken.id == expert.id
        if declined.study_id != expert.study_id or declined.status != ExpertStatus.DECLINED or not free:
            raise ReplacementWrong(expert=expert.code, declined=declined.code)
    new = declined.id if declined else None
    if expert.replaces_id != new:
        expert.replaces_id = new
        work.add(expert)
        record(work, "expert.replaced", study_id=expert.study_id, subject_id=expert.id)


def may_know(member: Member, expert: Expert) -> bool:
    """Whether the member may know who the expert is: the principal investigator, and the expert's interviewer."""
    return member.role == Role.PRINCIPAL_INVESTIGATOR or (
        member.role == Role.INTERVIEWER and member.id == expert.interviewer_id
    )


def experts_of(work: Work, study: Study, *statuses: ExpertStatus) -> Sequence[Expert]:
    """The study's experts by code; only those of ``statuses`` when some are given."""
    query = select(Expert).where(Expert.study_id == study.id)
    if statuses:
        query = query.where(col(Expert.status).in_(statuses))
    return work.session.exec(query.order_by(col(Expert.code))).all()


def find_expert(work: Work, study: Study, code: str) -> Expert:
    """The expert of that code.

    Raises:
        NotFound: there is none in this study.
    """
    expert = work.session.exec(select(Expert).where(Expert.study_id == study.id, Expert.code == code)).first()
    if expert is None:
        raise NotFound(kind="expert", name=code)
    return expert


def expert_of(work: Work, expert_id: UUID) -> Expert:
    """The expert of that id (what other rooms' rows hold).

    Raises:
        NotFound: there is none.
    """
    return work.get(Expert, expert_id)


def free_code(work: Work, study: Study) -> str:
    """The code that the next expert gets."""
    return next_code(one.code for one in experts_of(work, study))


def replaceable(work: Work, study: Study, besides: Expert | None = None) -> list[Expert]:
    """Who has declined and whose place nobody has taken yet, or ``besides`` has."""
    people = experts_of(work, study)
    taken = {one.replaces_id for one in people if besides is None or one.id != besides.id}
    return [one for one in people if one.status == ExpertStatus.DECLINED and one.id not in taken]


def coverage_of(work: Work, study: Study) -> list[StratumCoverage]:
    """The study's strata against their quotas, counted now."""
    strata = strata_of(work, study)
    keys = {stratum.id: stratum.key for stratum in strata}
    return stratum_coverage(strata, [(keys[row.stratum_id], row.status) for row in experts_of(work, study)])


def _sealed(work: Work, expert: Expert, row_id: UUID, identity: Identity) -> bytes:
    return work.vault.seal_text(expert_subject(expert.id), SEALED_IDENTITY, row_id, identity.as_json())

"""Who is in a study's team: letting in, changing roles, letting go."""

from sqlmodel import col, select

from fieldwork.core.accounts import Account
from fieldwork.core.audit import record
from fieldwork.core.database import is_pointed_at
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.rules import role_called


class LastInvestigator(Refusal):
    """A study without anybody who may see who its experts are."""

    message = "A study needs a principal investigator. Give somebody else that role first."


class MemberHasWorked(Refusal):
    """Interviews, contacts, codings or memos carry the member's initials."""

    message = "The member {initials} has done work in this study, which keeps its initials. Make them a viewer instead."


def member_signed(work: Work, study: Study, initials: str) -> tuple[Member, Account]:
    """The member who signs so, with the account.

    Raises:
        NotFound: nobody does in this study.
    """
    found = work.session.exec(
        select(Member, Account)
        .join(Account, col(Account.id) == col(Member.account_id))
        .where(Member.study_id == study.id, Member.initials == initials)
    ).first()
    if found is None:
        raise NotFound(kind="member", name=initials)
    return found


def change_role(work: Work, study: Study, member: Member, role: str) -> None:
    """Give a member another role; it holds from the member's next request.

    Raises:
        RoleUnknown: no such role.
        LastInvestigator: nobody would lead the study.
    """
    wanted = role_called(role)
    if wanted != Role.PRINCIPAL_INVESTIGATOR:
        _require_another(work, study, member)
    member.role = wanted
    work.add(member)
    record(work, "member.role_changed", study_id=study.id, subject_id=member.id, role=wanted)


def let_go(work: Work, study: Study, member: Member) -> None:
    """Take a member out of the study; the account stays.

    Raises:
        LastInvestigator: nobody would lead the study.
        MemberHasWorked: rows of the study carry the member's initials.
    """
    _require_another(work, study, member)
    if is_pointed_at(work.session, Member, [member.id]):
        raise MemberHasWorked(initials=member.initials)
    record(work, "member.removed", study_id=study.id, subject_id=member.id)
    work.session.delete(member)


def _require_another(work: Work, study: Study, member: Member) -> None:
    leading = work.session.exec(
        select(Member.id).where(Member.study_id == study.id, Member.role == Role.PRINCIPAL_INVESTIGATOR)
    ).all()
    if list(leading) == [member.id]:
        raise LastInvestigator

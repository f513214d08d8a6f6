"""Deeds and questions of studies and their members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import col, func, select

from fieldwork.core.accounts import Account
from fieldwork.core.audit import record
from fieldwork.core.database import Texts
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.programme.rules import check_fieldwork, check_questions_expected, check_slug, check_texts, role_called


class StudyExists(Refusal):
    """The short name is taken."""

    message = "There is already a study called {slug}. Choose another short name."


class InitialsTaken(Refusal):
    """Two members would sign alike."""

    message = "The initials {initials} are already used in this study. Give this member other initials."


class AlreadyMember(Refusal):
    """The account is a member already."""

    message = "{login} is already a member of this study, with the initials {initials}."


@dataclass(frozen=True)
class Signature:
    """A member as lists show them."""

    member: Member
    login: str
    display_name: str
    has_password: bool = False


def create_study(
    work: Work,
    slug: str,
    title: Texts,
    *,
    fieldwork_from: date | None = None,
    fieldwork_to: date | None = None,
    questions_expected: int = 12,
    method: Texts | None = None,
) -> Study:
    """A new study.

    Args:
        work: the unit of work.
        slug: its short name: Latin small letters, digits, hyphens.
        title: in ru, kk and en.
        fieldwork_from: first day of fieldwork (in Almaty).
        fieldwork_to: last day of fieldwork.
        questions_expected: how many questions its guide must have.
        method: how the study is done, in ru, kk and en.

    Raises:
        SlugWrong, StudyExists: the short name.
        TextMissing: a language of the title or the method.
        FieldworkHalf, FieldworkBackwards: the dates.
        QuestionsNotPositive: fewer than one question.
    """
    check_slug(slug)
    check_texts(title, "title")
    if method:
        check_texts(method, "method")
    check_fieldwork(fieldwork_from, fieldwork_to)
    check_questions_expected(questions_expected)
    if work.session.exec(select(Study.id).where(Study.slug == slug)).first():
        raise StudyExists(slug=slug)
    study = work.add(
        Study(
            slug=slug,
            title=title,
            method=method or {},
            fieldwork_from=fieldwork_from,
            fieldwork_to=fieldwork_to,
            questions_expected=questions_expected,
            created_at=work.now,
        )
    )
    record(work, "study.created", study_id=study.id, questions_expected=questions_expected)
    return study


def change_study(
    work: Work, study: Study, *, fieldwork: tuple[date, date] | None = None, questions_expected: int | None = None
) -> None:
    """Change a study's fieldwork dates or the number of questions its guide must have.

    Raises:
        FieldworkBackwards, QuestionsNotPositive: what was given cannot be.
    """
    if fieldwork is not None:
        check_fieldwork(*fieldwork)
        study.fieldwork_from, study.fieldwork_to = fieldwork
    if questions_expected is not None:
        check_questions_expected(questions_expected)
        study.questions_expected = questions_expected
    work.add(study)
    record(work, "study.changed", study_id=study.id, questions_expected=study.questions_expected)


def studies(work: Work) -> Sequence[Study]:
    """All studies, by short name."""
    return work.session.exec(select(Study).order_by(col(Study.slug))).all()


def find_study(work: Work, slug: str) -> Study:
    """The study of that short name.

    Raises:
        NotFound: there is none.
    """
    study = work.session.exec(select(Study).where(Study.slug == slug)).first()
    if study is None:
        raise NotFound(kind="study", name=slug)
    return study


def study_of(work: Work, study_id: UUID) -> Study:
    """The study of that id (what other rooms' rows hold).

    Raises:
        NotFound: there is none.
    """
    return work.get(Study, study_id)


def add_member(work: Work, study: Study, *, login: str, display_name: str, initials: str, role: str | Role) -> Member:
    """Make an account a member of the study; an account of that login is made when there is none.

    Raises:
        RoleUnknown: no such role.
        AlreadyMember, InitialsTaken: the account or the initials are in use in this study.
    """
    role = role_called(role)
    account = work.session.exec(select(Account).where(Account.login == login)).first()
    if account is None:
        account = work.add(Account(login=login, display_name=display_name, created_at=work.now))
    for member in members_of(work, study):
        if member.account_id == account.id:
            raise AlreadyMember(login=login, initials=member.initials)
        if member.initials == initials:
            raise InitialsTaken(initials=initials)
    member = work.add(Member(study_id=study.id, account_id=account.id, initials=initials, role=role))
    record(work, "member.added", study_id=study.id, subject_id=member.id, role=role)
    return member


def membership(work: Work, slug: str, account: Account) -> tuple[Study, Member] | None:
    """The study of that short name with the account's membership; None where there is either not."""
    return work.session.exec(
        select(Study, Member)
        .join(Member, col(Member.study_id) == col(Study.id))
        .where(Study.slug == slug, Member.account_id == account.id)
    ).first()


def studies_of(work: Work, account: Account) -> list[tuple[Study, Member]]:
    """The studies an account is a member of, the newest first."""
    rows = work.session.exec(
        select(Study, Member)
        .join(Member, col(Member.study_id) == col(Study.id))
        .where(Member.account_id == account.id)
        .order_by(col(Study.created_at).desc())
    )
    return [(study, member) for study, member in rows]


def studies_counted(work: Work) -> dict[UUID, int]:
    """Account id -> of how many studies it is a member; accounts of none are left out."""
    counted = select(Member.account_id, func.count()).group_by(col(Member.account_id))
    return dict(work.session.exec(counted).all())


def members_of(work: Work, study: Study) -> Sequence[Member]:
    """The study's members, by initials."""
    return work.session.exec(select(Member).where(Member.study_id == study.id).order_by(col(Member.initials))).all()


def signatures_of(work: Work, study: Study) -> list[Signature]:
    """The study's members with their logins and names, by initials."""
    rows = work.session.exec(
        select(Member, Account)
        .join(Account, col(Account.id) == col(Member.account_id))
        .where(Member.study_id == study.id)
        .order_by(col(Member.initials))
    )
    return [
        Signature(member, account.login, account.display_name, bool(account.password_hash)) for member, account in rows
    ]


def member_by_initials(work: Work, study: Study, initials: str) -> Member:
    """The member who signs so.

    Raises:
        NotFound: nobody does in this study.
    """
    member = work.session.exec(select(Member).where(Member.study_id == study.id, Member.initials == initials)).first()
    if member is None:
        raise NotFound(kind="member", name=initials)
    return member

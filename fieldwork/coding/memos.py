"""Memos are mended and removed by who wrote them and by the principal investigator. They begin in ``services``."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from fieldwork.coding.models import Category, Code, Memo, MemoKind, Reversal
from fieldwork.coding.reversing import Before
from fieldwork.coding.revising import ChangedMeanwhile
from fieldwork.core.audit import record
from fieldwork.core.errors import BadInput, NotFound, Refusal
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Role, Study
from fieldwork.sampling.models import Expert

About = Category | Code | Expert


class MemoEmpty(BadInput):
    """A memo says something, under a title."""

    message = "A memo needs a title and a text: write both."


class NotYourMemo(Refusal):
    """Memos are personal notes."""

    message = "Only its author and the principal investigator may change a memo. Write one of your own about it."


@dataclass(frozen=True)
class MemoLine:
    """A memo with whom it is by and what it is about (a category, a code, an expert, or nothing)."""

    memo: Memo
    author: Member
    about: About | None


def memos_of(session: Session, study: Study, about: About | None = None) -> list[MemoLine]:
    """The study's memos, or those about one thing; the newest first."""
    query = select(Memo).where(Memo.study_id == study.id).order_by(col(Memo.dated).desc(), col(Memo.number).desc())
    if about is not None:
        query = query.where(_column(about) == about.id)
    found = session.exec(query).all()
    subjects: dict[UUID, About] = {}
    models: tuple[type[Any], ...] = (Category, Code, Expert)
    for model in models:
        wanted = {getattr(memo, f"{model.__tablename__}_id") for memo in found} - {None}
        if wanted:
            subjects |= {row.id: row for row in session.exec(select(model).where(col(model.id).in_(wanted)))}
    authors = {row.id: row for row in session.exec(select(Member).where(Member.study_id == study.id))}
    return [MemoLine(memo, authors[memo.author_id], _about(memo, subjects)) for memo in found]


def subjects_of(session: Session, study: Study) -> tuple[list[Code], list[Category], list[Expert]]:
    """What a memo may be about: the study's codes, categories and experts, in their order."""
    codes = session.exec(select(Code).where(Code.study_id == study.id).order_by(col(Code.number)))
    categories = session.exec(select(Category).where(Category.study_id == study.id).order_by(col(Category.position)))
    experts = session.exec(select(Expert).where(Expert.study_id == study.id).order_by(col(Expert.code)))
    return list(codes), list(categories), list(experts)


def find_memo(work: Work, study: Study, number: int) -> Memo:
    """The study's memo of that number.

    Raises:
        NotFound: there is none.
    """
    memo = work.session.exec(select(Memo).where(Memo.study_id == study.id, Memo.number == number)).first()
    if memo is None:
        raise NotFound(kind="memo", name=number)
    return memo


def may_change(memo: Memo, member: Member) -> bool:
    """Whether the member wrote it, or leads the study."""
    return memo.author_id == member.id or member.role == Role.PRINCIPAL_INVESTIGATOR


def checked_memo(title: str, text: str) -> tuple[str, str]:
    """Title and text without blanks around them.

    Raises:
        MemoEmpty: one of them is missing.
    """
    if not title.strip() or not text.strip():
        raise MemoEmpty
    return title.strip(), text.strip()


def revise_memo(
    work: Work,
    memo: Memo,
    member: Member,
    *,
    kind: MemoKind,
    title: str,
    text: str,
    about: About | None,
    was: str | None = None,
) -> Reversal | None:
    """Write a memo anew.

    Args:
        work: the unit of work.
        memo: which.
        member: who does it.
        kind: of Strauss and Corbin's kinds.
        title: in a line.
        text: the memo.
        about: a category, a code, an expert, or nothing.
        was: the text as the page showed it.

    Returns:
        What takes it back; None where nothing changed.

    Raises:
        NotYourMemo: somebody else wrote it.
        MemoEmpty: title or text are missing.
        ChangedMeanwhile: the text is not what the page showed.
    """
    _require_own(memo, member)
    title, text = checked_memo(title, text)
    if was is not None and was.split() != memo.text.split() and text.split() != memo.text.split():
        raise ChangedMeanwhile
    before = Before(work, memo)
    memo.kind, memo.title, memo.text = kind, title, text
    memo.category_id = about.id if isinstance(about, Category) else None
    memo.code_id = about.id if isinstance(about, Code) else None
    memo.expert_id = about.id if isinstance(about, Expert) else None
    if not before.changed():
        return None
    work.add(memo)
    record(work, "memo.revised", study_id=memo.study_id, subject_id=memo.id)
    return before.after(memo.study_id, member, "memo.revised")


def remove_memo(work: Work, memo: Memo, member: Member) -> Reversal | None:
    """Remove a memo.

    Raises:
        NotYourMemo: somebody else wrote it.
    """
    _require_own(memo, member)
    before = Before(work, memo)
    work.session.delete(memo)
    work.session.flush()
    record(work, "memo.removed", study_id=memo.study_id, subject_id=memo.id)
    return before.after(memo.study_id, member, "memo.removed", removed=[memo])


def _require_own(memo: Memo, member: Member) -> None:
    if not may_change(memo, member):
        raise NotYourMemo


def _column(about: About) -> Any:
    return col(getattr(Memo, f"{about.__tablename__}_id"))


def _about(memo: Memo, subjects: dict[UUID, About]) -> About | None:
    subject = memo.category_id or memo.code_id or memo.expert_id
    return None if subject is None else subjects.get(subject)

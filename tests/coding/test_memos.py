"""Memos are mended and removed by those who wrote them, and by who leads the study."""

from datetime import date

import pytest
from sqlmodel import col, select

from fieldwork.coding.memos import MemoEmpty, NotYourMemo, find_memo, memos_of, remove_memo, revise_memo
from fieldwork.coding.models import Memo, MemoKind
from fieldwork.coding.reversing import take_back
from fieldwork.coding.revising import ChangedMeanwhile
from fieldwork.coding.services import code_numbered, write_memo
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import member_by_initials
from fieldwork.sampling.services import find_expert


@pytest.fixture
def author(work: Work, study: Study) -> Member:
    """A coder."""
    return member_by_initials(work, study, "МП")


@pytest.fixture
def memo(work: Work, study: Study, author: Member) -> Memo:
    """A memo of hers."""
    return write_memo(
        work,
        study,
        author,
        MemoKind.CODE,
        title="О графе",
        text="Почему «прочее»?",
        dated=date(2026, 1, 1),
        about=code_numbered(work, study, 2),
    )


def test_memos_are_listed_with_author_and_subject(work: Work, study: Study, memo: Memo, author: Member) -> None:
    lines = memos_of(work.session, study)
    assert (lines[0].memo.id, lines[0].author.id) == (memo.id, author.id)
    assert [line.memo.dated for line in lines] == sorted((line.memo.dated for line in lines), reverse=True)
    code = code_numbered(work, study, 2)
    assert lines[0].about == code
    assert memo.id in {line.memo.id for line in memos_of(work.session, study, code)}
    assert {line.memo.code_id for line in memos_of(work.session, study, code)} == {code.id}


def test_a_memo_is_written_anew_and_back(work: Work, study: Study, memo: Memo, author: Member) -> None:
    was = memo.model_dump()
    expert = find_expert(work, study, "E03")
    done = revise_memo(
        work, memo, author, kind=MemoKind.THEORETICAL, title=" О поле ", text="Иначе.", about=expert, was=memo.text
    )
    assert (memo.kind, memo.title, memo.text, memo.code_id, memo.expert_id) == (
        "theoretical", "О поле", "Иначе.", None, expert.id,
    )  # fmt: skip
    assert done is not None
    take_back(work, study, done.id)
    assert memo.model_dump() == was


def test_nothing_typed_is_written_over(work: Work, study: Study, memo: Memo, author: Member) -> None:
    revise_memo(work, memo, author, kind=MemoKind.CODE, title="О графе", text="Раз.", about=None)
    with pytest.raises(ChangedMeanwhile):
        revise_memo(
            work, memo, author, kind=MemoKind.CODE, title="О графе", text="Два.", about=None, was="Почему «прочее»?"
        )
    with pytest.raises(MemoEmpty):
        revise_memo(work, memo, author, kind=MemoKind.CODE, title=" ", text="Два.", about=None)
    assert memo.text == "Раз."


def test_only_author_and_leader_change_a_memo(work: Work, study: Study, memo: Memo) -> None:
    members = work.session.exec(select(Member).where(Member.study_id == study.id)).all()
    other = next(one for one in members if one.role != "principal_investigator" and one.id != memo.author_id)
    leader = next(one for one in members if one.role == "principal_investigator")
    with pytest.raises(NotYourMemo):
        revise_memo(work, memo, other, kind=MemoKind.CODE, title="Не моё", text="…", about=None)
    with pytest.raises(NotYourMemo):
        remove_memo(work, memo, other)
    revise_memo(work, memo, leader, kind=MemoKind.CODE, title="Моё", text="…", about=None)
    assert memo.title == "Моё"


def test_a_removed_memo_comes_back_under_its_number(work: Work, study: Study, memo: Memo, author: Member) -> None:
    was, number = memo.model_dump(), memo.number
    done = remove_memo(work, memo, author)
    with pytest.raises(NotFound):
        find_memo(work, study, number)
    deeds = work.session.exec(select(AuditEntry.deed).order_by(col(AuditEntry.number).desc()).limit(2)).all()
    assert list(deeds) == ["memo.removed", "memo.written"]
    assert done is not None
    take_back(work, study, done.id)
    assert find_memo(work, study, number).model_dump() == was

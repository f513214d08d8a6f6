"""Codes are sorted into categories, categories under core categories; the order is kept, and can be taken back."""

import pytest
from sqlmodel import col, select

from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Category, CoreCategory, Memo, Reversal
from fieldwork.coding.reversing import ChangedSince, note_added, take_back
from fieldwork.coding.rules import NameTaken
from fieldwork.coding.services import category_called, code_numbered
from fieldwork.coding.sorting import (
    HeadingInUse,
    LabelMissing,
    NotEmpty,
    begin_category,
    begin_core_category,
    remove_heading,
    rename_heading,
    sort_category,
    sort_code,
)
from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Work
from fieldwork.demo.material import document
from fieldwork.overview.models import SearchEntry
from fieldwork.paradigm.importing import import_paradigm
from fieldwork.programme.models import Member, Study
from fieldwork.programme.services import member_by_initials

LABEL = {"ru": "Новое", "kk": "Жаңа", "en": "New"}


@pytest.fixture
def member(work: Work, study: Study) -> Member:
    """Who sorts."""
    return member_by_initials(work, study, "МП")


def codes_of(work: Work, study: Study, key: str) -> list[int]:
    book = read_codebook(work.session, study.id)
    return [code.number for code in book.codes_of(book.category_by_key[key])]


def board(work: Work, study: Study) -> list[tuple[str, list[str]]]:
    book = read_codebook(work.session, study.id)
    return [(core.key, [one.key for one in book.categories_of(core)]) for core in book.core_categories]


def deeds(work: Work, number: int) -> list[str]:
    query = select(AuditEntry.deed).order_by(col(AuditEntry.number).desc()).limit(number)
    return list(work.session.exec(query))


def test_a_code_goes_into_another_category_at_its_place(work: Work, study: Study, member: Member) -> None:
    book = read_codebook(work.session, study.id)
    here, there = book.categories[0], book.categories[1]
    was, others = codes_of(work, study, here.key), codes_of(work, study, there.key)
    code = code_numbered(work, study, was[0])
    done = sort_code(work, code, there, code_numbered(work, study, others[1]), member)
    assert codes_of(work, study, there.key) == [others[0], was[0], *others[1:]]
    assert codes_of(work, study, here.key) == was[1:]
    assert deeds(work, 1) == ["code.sorted"]
    assert done is not None
    take_back(work, study, done.id)
    assert (codes_of(work, study, there.key), codes_of(work, study, here.key)) == (others, was)


def test_codes_keep_the_order_they_are_given(work: Work, study: Study, member: Member) -> None:
    here = read_codebook(work.session, study.id).categories[0]
    was = codes_of(work, study, here.key)
    last = code_numbered(work, study, was[-1])
    sort_code(work, last, here, code_numbered(work, study, was[0]), member)
    assert codes_of(work, study, here.key) == [was[-1], *was[:-1]]
    sort_code(work, last, here, None, member)
    assert codes_of(work, study, here.key) == was
    assert sort_code(work, last, here, None, member) is None


def test_a_code_goes_back_among_the_unsorted(work: Work, study: Study, member: Member) -> None:
    code = code_numbered(work, study, 1)
    sort_code(work, code, None, member=member)
    assert (code.category_id, code.position) == (None, None)
    assert sort_code(work, code, None, member=member) is None


def test_a_category_moves_under_another_core_category(work: Work, study: Study, member: Member) -> None:
    before = board(work, study)
    (first, ours), (second, theirs) = before[0], before[1]
    moving = category_called(work, study, ours[0])
    core = work.session.exec(select(CoreCategory).where(CoreCategory.key == second)).one()
    done = sort_category(work, moving, core, category_called(work, study, theirs[1]), member)
    assert board(work, study)[:2] == [(first, ours[1:]), (second, [theirs[0], ours[0], *theirs[1:]])]
    sort_category(work, moving, core, None, member)
    assert board(work, study)[1] == (second, [*theirs, ours[0]])
    sort_category(work, moving, None, None, member)
    assert moving.core_category_id is None
    assert deeds(work, 3) == ["category.sorted"] * 3
    assert done is not None
    with pytest.raises(ChangedSince):
        take_back(work, study, done.id)


def test_headings_are_added_named_and_removed_when_empty(work: Work, study: Study, member: Member) -> None:
    before = board(work, study)
    core = begin_core_category(work, study, LABEL)
    category = begin_category(work, study, LABEL, core)
    assert (core.key, core.position, category.key) == ("core-1", 7, "cat-1")
    with pytest.raises(NameTaken, match="already a core category called НОВОЕ"):
        begin_core_category(work, study, {**LABEL, "ru": "НОВОЕ"})
    with pytest.raises(LabelMissing):
        rename_heading(work, category, {"ru": " ", "kk": "", "en": ""}, member)
    renamed = rename_heading(work, category, {**LABEL, "ru": "Ещё новее"}, member)
    assert category.label["ru"] == "Ещё новее"
    with pytest.raises(NotEmpty):
        remove_heading(work, core, member)
    removed = remove_heading(work, category, member)
    remove_heading(work, core, member)
    assert deeds(work, 3) == ["core_category.removed", "category.removed", "category.renamed"]
    assert board(work, study) == before
    assert renamed is not None
    assert removed is not None
    with pytest.raises(ChangedSince):
        take_back(work, study, renamed.id)


def test_an_added_heading_is_taken_back(work: Work, study: Study, member: Member) -> None:
    category = begin_category(work, study, LABEL)
    done = note_added(work, category, study.id, member, "category.added")
    sort_code(work, code_numbered(work, study, 1), category, None, member)
    with pytest.raises(ChangedSince):
        take_back(work, study, done.id)
    last = work.session.exec(select(Reversal).where(Reversal.deed == "code.sorted")).one()
    take_back(work, study, last.id)
    take_back(work, study, done.id)
    assert work.session.exec(select(Category).where(Category.key == "cat-1")).first() is None


def test_a_removed_category_comes_back_with_its_memos(work: Work, study: Study, member: Member) -> None:
    memo = work.session.exec(select(Memo).where(col(Memo.category_id).is_not(None))).first()
    assert memo is not None
    category = work.get(Category, memo.category_id)  # type: ignore[arg-type]
    with pytest.raises(NotEmpty):
        remove_heading(work, category, member)
    for code in read_codebook(work.session, study.id).codes_of(category):
        sort_code(work, code, None, member=member)
    before = board(work, study)
    done = remove_heading(work, category, member)
    assert memo.category_id is None
    assert done is not None
    take_back(work, study, done.id)
    assert (board(work, study), memo.category_id) == (before, category.id)


def test_what_the_model_rests_on_stays(work: Work, study: Study, member: Member) -> None:
    import_paradigm(work, study, document("paradigm"))
    core = read_codebook(work.session, study.id).core_categories[0]
    for category in read_codebook(work.session, study.id).categories_of(core):
        sort_category(work, category, None, None, member)
    with pytest.raises(HeadingInUse):
        remove_heading(work, core, member)


def test_words_kept_for_the_search_hold_nothing_back(work: Work, study: Study, member: Member) -> None:
    category = begin_category(work, study, LABEL)
    work.add(SearchEntry(study_id=study.id, kind="category", category_id=category.id, digest="d", words="новое"))
    remove_heading(work, category, member)
    assert work.session.exec(select(Category).where(Category.key == "cat-1")).first() is None

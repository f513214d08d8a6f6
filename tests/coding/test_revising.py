"""Codes are renamed, defined, merged and removed; every deed is one entry of the trail and can be taken back."""

from datetime import date
from uuid import UUID

import pytest
from sqlmodel import col, select

from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Code, Coding, Memo, MemoKind, RemovedCoding, Reversal
from fieldwork.coding.reversing import ChangedSince, TakenBackAlready, note_added, take_back
from fieldwork.coding.revising import (
    ChangedMeanwhile,
    CodeStillQuoted,
    MergedWithItself,
    QuotationsInUse,
    define_code,
    mark_in_vivo,
    merge_codes,
    publish_code_as,
    remove_code,
    rename_code,
)
from fieldwork.coding.rules import NameMissing, NameTaken
from fieldwork.coding.services import add_code, code_numbered, write_memo
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.demo.material import document
from fieldwork.paradigm.importing import import_paradigm
from fieldwork.paradigm.models import Link, LinkQuotation
from fieldwork.programme.models import Member, Study
from fieldwork.programme.rules import TextMissing
from fieldwork.programme.services import create_study, member_by_initials


@pytest.fixture
def member(work: Work, study: Study) -> Member:
    """Who codes."""
    return member_by_initials(work, study, "МП")


def last_deed(work: Work) -> tuple[str, dict[str, object]]:
    entry = work.session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc()).limit(1)).one()
    return entry.deed, entry.details


def state(work: Work, study: Study) -> tuple[object, ...]:
    """All that the codebook says, and where the memos hang."""
    book = read_codebook(work.session, study.id)
    memos = work.session.exec(select(Memo).where(Memo.study_id == study.id)).all()
    return (
        [code.model_dump() for code in book.codes],
        sorted((one.coding_id, one.code_id, one.start, one.end, one.quote, one.likeness) for one in book.passages),
        sorted((memo.number, str(memo.code_id), str(memo.category_id)) for memo in memos),
    )


def required(reversal: Reversal | None) -> UUID:
    assert reversal is not None
    return reversal.id


def test_a_code_is_renamed_and_named_back(work: Work, study: Study, member: Member) -> None:
    before = state(work, study)
    code = code_numbered(work, study, 2)
    done = rename_code(work, code, "  Нас нет в списках ", member, was="Записывают в графу «прочее»")
    assert (code.number, code.name, last_deed(work)) == (2, "Нас нет в списках", ("code.renamed", {}))
    assert rename_code(work, code, "Нас нет в списках", member) is None
    assert last_deed(work) == ("code.renamed", {})
    take_back(work, study, required(done))
    assert (state(work, study), last_deed(work)) == (before, ("codebook.taken_back", {"taken_back": "code.renamed"}))
    with pytest.raises(TakenBackAlready):
        take_back(work, study, required(done))


def test_names_that_cannot_be_are_refused(work: Work, study: Study, member: Member) -> None:
    code = code_numbered(work, study, 2)
    other = code_numbered(work, study, 3).name
    with pytest.raises(NameTaken, match="already a code called"):
        rename_code(work, code, other, member)
    with pytest.raises(NameMissing):
        rename_code(work, code, "   ", member)
    with pytest.raises(NameMissing):
        define_code(work, code, " ", member)
    with pytest.raises(TextMissing):
        publish_code_as(work, code, {"ru": "Без слов", "kk": "", "en": "x"}, member)
    assert work.session.exec(select(Reversal)).all() == []


def test_two_who_write_into_one_field_are_told(work: Work, study: Study, member: Member) -> None:
    code = code_numbered(work, study, 2)
    name, definition = code.name, code.definition
    rename_code(work, code, "Первый", member, was=name)
    with pytest.raises(ChangedMeanwhile):
        rename_code(work, code, "Второй", member, was=name)
    define_code(work, code, "Иначе.", member, was=definition)
    with pytest.raises(ChangedMeanwhile):
        define_code(work, code, "И ещё иначе.", member, was=definition)
    assert (code.name, code.definition) == ("Первый", "Иначе.")


def test_what_was_changed_since_is_not_taken_back(work: Work, study: Study, member: Member) -> None:
    code = code_numbered(work, study, 2)
    done = rename_code(work, code, "Первый", member)
    rename_code(work, code, "Второй", member)
    with pytest.raises(ChangedSince):
        take_back(work, study, required(done))
    assert code.name == "Второй"
    define_code(work, code, "Другая.", member)
    other = create_study(work, "other", {"ru": "Другое", "kk": "Басқа", "en": "Other"})
    with pytest.raises(NotFound):
        take_back(work, other, required(done))


def test_a_name_given_to_another_code_meanwhile_does_not_come_back(work: Work, study: Study, member: Member) -> None:
    code = code_numbered(work, study, 2)
    name = code.name
    done = rename_code(work, code, "Первый", member)
    rename_code(work, code_numbered(work, study, 3), name, member)
    with pytest.raises(NameTaken):
        take_back(work, study, required(done))


def test_published_name_and_in_vivo_are_set_and_taken_back(work: Work, study: Study, member: Member) -> None:
    before = state(work, study)
    code = code_numbered(work, study, 2)
    published = publish_code_as(work, code, {"ru": "Нет строки", "kk": "Жол жоқ", "en": "No line"}, member)
    vivo = mark_in_vivo(work, code, member, in_vivo=not code.in_vivo)
    defined = define_code(work, code, "О том, чего нет.", member)
    assert code.published_name == {"ru": "Нет строки", "kk": "Жол жоқ", "en": "No line"}
    for reversal in (published, vivo, defined):
        take_back(work, study, required(reversal))
    assert state(work, study) == before


def test_a_code_goes_with_as_many_codings_as_were_told(work: Work, study: Study, member: Member) -> None:
    code = code_numbered(work, study, 2)
    memo = write_memo(work, study, member, MemoKind.CODE, title="О графе", text="…", dated=date(2025, 4, 2), about=code)
    before = state(work, study)
    count = len(read_codebook(work.session, study.id).of_code(code))
    with pytest.raises(CodeStillQuoted, match=f"remove it with --codings {count}"):
        remove_code(work, code, member, codings=count + 1)
    assert state(work, study) == before
    done = remove_code(work, code, member, codings=count)
    assert last_deed(work) == ("code.removed", {"codings": count})
    book = read_codebook(work.session, study.id)
    assert (len(book.codes), len(book.passages), memo.code_id) == (179, 250 - count, None)
    assert code.number not in {one.number for one in book.codes}
    take_back(work, study, required(done))
    assert (state(work, study), work.session.exec(select(RemovedCoding)).all()) == (before, [])


def test_the_numbers_of_the_others_stay(work: Work, study: Study, member: Member) -> None:
    remove_code(work, code_numbered(work, study, 5), member, codings=_count(work, study, 5))
    assert add_code(work, study, "Новый", "О нём.", in_vivo=False).number == 181
    assert [code.number for code in read_codebook(work.session, study.id).codes][:5] == [1, 2, 3, 4, 6]


def test_merging_moves_codings_and_folds_doubles(work: Work, study: Study, member: Member) -> None:
    source, target = code_numbered(work, study, 1), code_numbered(work, study, 2)
    mine, theirs = _codings(work, source), _codings(work, target)
    double = Coding(**{**mine[0].model_dump(exclude={"id"}), "code_id": target.id})
    work.add(double)
    before = state(work, study)
    done = merge_codes(work, source, target, member)
    assert (done.moved, done.folded) == (len(mine) - 1, 1)
    assert last_deed(work) == ("codes.merged", {"merged": str(source.id), "moved": len(mine) - 1, "folded": 1})
    assert {one.id for one in _codings(work, target)} == {one.id for one in [*mine[1:], *theirs, double]}
    assert len(read_codebook(work.session, study.id).codes) == 179
    take_back(work, study, required(done.reversal))
    assert state(work, study) == before


def test_a_code_is_not_merged_with_itself(work: Work, study: Study, member: Member) -> None:
    code = code_numbered(work, study, 1)
    with pytest.raises(MergedWithItself):
        merge_codes(work, code, code, member)


def test_chosen_evidence_is_not_removed_in_silence(work: Work, study: Study, member: Member) -> None:
    code = code_numbered(work, study, 1)
    link = _link(work, study)
    work.add(LinkQuotation(link_id=link.id, coding_id=_codings(work, code)[0].id))
    with pytest.raises(QuotationsInUse, match="№ 1 are chosen"):
        remove_code(work, code, member, codings=len(_codings(work, code)))
    assert len(read_codebook(work.session, study.id).codes) == 180


def test_an_added_code_is_taken_back_unless_it_was_used(work: Work, study: Study, member: Member) -> None:
    before = state(work, study)
    code = add_code(work, study, "Новый", "О нём.", in_vivo=False)
    done = note_added(work, code, study.id, member, "code.added")
    coding = _codings(work, code_numbered(work, study, 1))[0]
    coding.code_id = code.id
    work.session.flush()
    with pytest.raises(ChangedSince):
        take_back(work, study, done.id)
    coding.code_id = code_numbered(work, study, 1).id
    work.session.flush()
    take_back(work, study, done.id)
    assert state(work, study) == before


def _codings(work: Work, code: Code) -> list[Coding]:
    return sorted(work.session.exec(select(Coding).where(Coding.code_id == code.id)), key=lambda one: one.id.hex)


def _count(work: Work, study: Study, number: int) -> int:
    return len(_codings(work, code_numbered(work, study, number)))


def _link(work: Work, study: Study) -> Link:
    import_paradigm(work, study, document("paradigm"))
    return work.session.exec(select(Link)).first()  # type: ignore[return-value]

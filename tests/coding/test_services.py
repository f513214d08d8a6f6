"""Codes are put on passages of approved transcripts, and on nothing else."""

from datetime import date

import pytest
from sqlmodel import col, select

from fieldwork.coding.codebook import by_expert, experts_of
from fieldwork.coding.correcting import reanchor
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Anchor, Code, Coding, MemoKind
from fieldwork.coding.rules import (
    CodingExists,
    NameMissing,
    NameTaken,
    NoTranscript,
    OutsideText,
    QuoteNotFound,
    TranscriptNotApproved,
    UngroundedCodes,
)
from fieldwork.coding.services import (
    Point,
    add_category,
    add_code,
    add_core_category,
    code_passage,
    code_quote,
    require_all_grounded,
    ungrounded,
    write_memo,
)
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study, member_by_initials
from fieldwork.sampling.models import Expert
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState
from fieldwork.transcription.services import segment_rows, transcript_of

LABEL = {"ru": "Аренда", "kk": "Жалдау", "en": "Rent"}


def segments(work: Work, study: Study, expert: str) -> list[Segment]:
    return segment_rows(work, transcript(work, study, expert))


def transcript(work: Work, study: Study, expert: str) -> Transcript:
    return transcript_of(work, find_interview(work, find_expert(work, study, expert)))


def a_code(work: Work, study: Study, name: str = "Код") -> Code:
    return add_code(work, study, name, "О чём он.", in_vivo=False)


def test_codes_are_numbered_in_order(work: Work, field_study: Study) -> None:
    core = add_core_category(work, field_study, "money", LABEL)
    category = add_category(work, field_study, "R1", LABEL, core)
    first = add_code(work, field_study, " Дорого ", "Цена.", in_vivo=True, category=category)
    second = add_code(work, field_study, "Дёшево", "Цена.", in_vivo=False)
    assert [(code.number, code.name, code.category_id) for code in (first, second)] == [
        (1, "Дорого", category.id),
        (2, "Дёшево", None),
    ]
    deeds = work.session.exec(select(AuditEntry.deed).order_by(col(AuditEntry.number).desc()).limit(4)).all()
    assert list(reversed(deeds)) == ["core_category.added", "category.added", "code.added", "code.added"]


def test_names_and_keys_are_taken_once(work: Work, field_study: Study) -> None:
    add_core_category(work, field_study, "money", LABEL)
    add_category(work, field_study, "R1", LABEL)
    a_code(work, field_study)
    with pytest.raises(NameTaken):
        add_core_category(work, field_study, "money", LABEL)
    with pytest.raises(NameTaken):
        add_category(work, field_study, "R1", LABEL)
    with pytest.raises(NameTaken, match="already a code called Код"):
        a_code(work, field_study)
    with pytest.raises(NameMissing):
        add_code(work, field_study, "  ", "Цена.", in_vivo=False)
    with pytest.raises(NameMissing):
        add_code(work, field_study, "Цена", "", in_vivo=False)


def test_a_passage_takes_its_quote_from_the_text(work: Work, field_study: Study) -> None:
    code = a_code(work, field_study)
    segment = segments(work, field_study, "E08")[7]
    member = member_by_initials(work, field_study, "МП")
    coding = code_passage(work, code, Point(segment, 0), Point(segment, 24), member)
    assert (coding.quote, coding.anchor, coding.likeness) == ("Каждый у нас сам по себе", Anchor.EXACT, 1.0)
    assert (coding.coder_id, coding.coded_at) == (member.id, work.now)
    with pytest.raises(CodingExists, match="№ 1 already"):
        code_passage(work, code, Point(segment, 0), Point(segment, 24))


def test_a_passage_runs_over_turns(work: Work, field_study: Study) -> None:
    code = a_code(work, field_study)
    first, second, third = segments(work, field_study, "E08")[5:8]
    coding = code_passage(work, code, Point(first, 12), Point(third, 6))
    assert coding.quote == f"{(first.text or '')[12:]}\n{second.text}\nКаждый"
    passage = read_codebook(work.session, field_study.id).passages[0]
    assert (passage.start, passage.end, passage.questions) == ((5, 12), (7, 6), (3, 4))


def test_offsets_outside_the_text_are_refused(work: Work, field_study: Study) -> None:
    code = a_code(work, field_study)
    rows = segments(work, field_study, "E08")
    other = segments(work, field_study, "E02")[7]
    spans = [
        (Point(rows[7], 0), Point(rows[7], 99)),
        (Point(rows[7], -1), Point(rows[7], 5)),
        (Point(rows[7], 5), Point(rows[7], 5)),
        (Point(rows[7], 9), Point(rows[7], 5)),
        (Point(rows[7], 6), Point(rows[7], 7)),
        (Point(rows[7], 0), Point(rows[5], 9)),
        (Point(rows[7], 0), Point(other, 5)),
    ]
    for start, end in spans:
        with pytest.raises(OutsideText):
            code_passage(work, code, start, end)
    assert work.session.exec(select(Coding)).all() == []


def test_only_approved_transcripts_are_coded(work: Work, field_study: Study) -> None:
    code = a_code(work, field_study)
    transcript(work, field_study, "E08").state = TranscriptState.RAW
    work.session.flush()
    expert = find_expert(work, field_study, "E08")
    segment = segments(work, field_study, "E08")[7]
    with pytest.raises(TranscriptNotApproved, match="The transcript of E08 is not anonymised yet"):
        code_passage(work, code, Point(segment, 0), Point(segment, 24))
    with pytest.raises(TranscriptNotApproved):
        code_quote(work, code, expert, "Каждый у нас сам по себе")
    with pytest.raises(TranscriptNotApproved):
        reanchor(work, transcript(work, field_study, "E08"))


def test_an_expert_without_a_transcript_is_told(work: Work, field_study: Study) -> None:
    stranger = Expert(
        study_id=field_study.id,
        stratum_id=find_expert(work, field_study, "E08").stratum_id,
        code="E99",
        group="художник",
        sector="музыка",
        sex="f",
        age_band="35-44",
        experience_band="10-14",
    )
    work.add(stranger)
    with pytest.raises(NoTranscript, match="E99"):
        code_quote(work, a_code(work, field_study), stranger, "слова")


def test_another_studys_segment_is_not_found(work: Work, field_study: Study) -> None:
    other = create_study(work, "other", {"ru": "Другое", "kk": "Басқа", "en": "Other"})
    segment = segments(work, field_study, "E08")[7]
    with pytest.raises(NotFound, match="segment"):
        code_passage(work, a_code(work, other), Point(segment, 0), Point(segment, 5))


def test_a_quotation_is_coded_where_it_stands_or_is_most_like(work: Work, field_study: Study) -> None:
    expert = find_expert(work, field_study, "E02")
    code = a_code(work, field_study)
    exact = code_quote(work, code, expert, "декорации строим вместе с архитектором [E06]")
    assert exact.quote == "Декорации строим вместе с архитектором [E06]"
    alike = code_quote(
        work, a_code(work, field_study, "Другой"), expert, "Декорация строим вместе с архитектором [E06]"
    )
    assert (alike.quote, alike.anchor, alike.likeness) == (exact.quote, Anchor.LIKENESS, 0.9773)
    spoken = "Декорации строим вместе с архитектором Пашей Литвиновым"
    named = code_quote(work, a_code(work, field_study, "Третий"), expert, spoken, spoken=True)
    assert (named.quote, named.anchor) == (exact.quote, Anchor.EXACT)
    with pytest.raises(CodingExists):
        code_quote(work, code, expert, "Декорации строим вместе с архитектором [E06]")
    with pytest.raises(QuoteNotFound, match="№ 1 was not found in the transcript of E02"):
        code_quote(work, code, expert, "Такого в этом разговоре никто не произносил")


def test_codes_without_quotations_are_listed_and_stop_a_report(work: Work, field_study: Study) -> None:
    grounded, bare = a_code(work, field_study), a_code(work, field_study, "Голый")
    code_quote(work, grounded, find_expert(work, field_study, "E08"), "Каждый у нас сам по себе")
    assert ungrounded(work, field_study) == [bare]
    with pytest.raises(UngroundedCodes, match=r"quotation of a transcript: № 2\."):
        require_all_grounded(work, field_study)
    code_quote(work, bare, find_expert(work, field_study, "E11"), "Каждый у нас сам по себе")
    require_all_grounded(work, field_study)


def test_memos_are_numbered_and_attached(work: Work, field_study: Study) -> None:
    author = member_by_initials(work, field_study, "АС")
    code = a_code(work, field_study)
    day = date(2025, 4, 2)
    first = write_memo(work, field_study, author, MemoKind.CODE, title="О коде", text="…", dated=day, about=code)
    second = write_memo(work, field_study, author, MemoKind.THEORETICAL, title="О поле", text="…", dated=day)
    assert [(memo.number, memo.code_id, memo.category_id) for memo in (first, second)] == [
        (1, code.id, None),
        (2, None, None),
    ]


def test_a_coding_knows_its_question_its_expert_and_its_minute(work: Work, study: Study) -> None:
    book = read_codebook(work.session, study.id)
    code = next(code for code in book.codes if code.name == "Сам по себе")
    passages = book.of_code(code)
    assert [(one.expert, one.questions, one.start_ms, one.minute) for one in passages] == [
        ("E08", (4,), 35_000, 1),
        ("E11", (4,), 35_000, 1),
    ]
    assert [one.minute for one in book.passages if one.expert == "E01"] == [None] * 19
    assert (experts_of(passages), by_expert(passages)) == (["E08", "E11"], {"E08": 1, "E11": 1})


def test_every_core_category_is_carried_by_many_experts(work: Work, study: Study) -> None:
    book = read_codebook(work.session, study.id)
    counted = {
        core.key: (
            len(book.categories_of(core)),
            sum(len(book.codes_of(one)) for one in book.categories_of(core)),
            len(book.of_core(core)),
            len(experts_of(book.of_core(core))),
        )
        for core in book.core_categories
    }
    assert counted == {
        "institutionalization": (9, 47, 69, 14),
        "finance": (6, 30, 39, 14),
        "almaty_centre": (5, 25, 33, 14),
        "state_support": (10, 52, 72, 14),
        "intermediaries": (3, 13, 20, 12),
        "ngo_support": (3, 13, 17, 12),
    }


def test_a_corrected_segment_keeps_its_codings(work: Work, study: Study) -> None:
    rows = segments(work, study, "E08")
    before = {one.coding_id: one.quote for one in read_codebook(work.session, study.id).passages if one.expert == "E08"}
    rows[7].text = "Да что там: каждый у нас сам по себе."
    rows[3].text = "Пока нас во всех анкетах записывали в графу «прочее»."
    work.session.flush()
    done = reanchor(work, transcript(work, study, "E08"))
    assert (len(done.exact), len(done.by_likeness), len(done.lost)) == (len(before) - 1, 1, 0)
    after = {one.coding_id: one for one in read_codebook(work.session, study.id).passages if one.expert == "E08"}
    assert set(after) == set(before)
    moved = next(one for one in after.values() if one.start[0] == 7)
    assert (moved.quote, moved.start, moved.end) == ("каждый у нас сам по себе", (7, 12), (7, 36))
    altered = next(one for one in after.values() if one.coding_id in done.by_likeness)
    assert altered.quote == "Пока нас во всех анкетах записывали в графу «прочее»"
    entry = work.session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc())).first()
    assert entry is not None
    assert (entry.deed, entry.details["lost"]) == ("codings.reanchored", 0)


def test_what_cannot_be_placed_is_told_never_deleted_and_can_come_back(work: Work, study: Study) -> None:
    segment = segments(work, study, "E08")[7]
    said = segment.text
    segment.text = "Тут ничего нельзя было разобрать."
    work.session.flush()
    done = reanchor(work, transcript(work, study, "E08"))
    assert len(done.lost) == 1
    book = read_codebook(work.session, study.id)
    assert [one.coding_id for one in book.lost()] == list(done.lost)
    assert (book.figures.codings, len(book.passages)) == (249, 250)
    segment.text = said
    work.session.flush()
    assert reanchor(work, transcript(work, study, "E08")).lost == ()
    assert read_codebook(work.session, study.id).figures.codings == 250

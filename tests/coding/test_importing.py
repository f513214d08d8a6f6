"""The demo's codebook is imported whole, and every quotation is accounted for."""

from types import SimpleNamespace

import pytest
from sqlmodel import col, select

from fieldwork.coding.anchoring import SegmentText, find
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.importing import MemoNumberTaken, import_categories, import_codes, import_memos
from fieldwork.coding.models import Anchor, Coding, CoreCategory, Memo
from fieldwork.coding.rules import NameTaken
from fieldwork.coding.shapes import CodeWithoutQuotation, parse_codes
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.demo.material import document, expert_codes, script
from fieldwork.programme.models import Study
from fieldwork.programme.shapes import LanguageMissing, PlaceMissing
from fieldwork.transcription.models import Segment


def test_every_quotation_stands_in_the_raw_texts(studies: SimpleNamespace) -> None:
    raw = {expert: [SegmentText(said.text) for said in script(expert)] for expert in expert_codes()}
    codings = [coding for code in studies.codes_data() for coding in code["codings"]]
    found = [find(coding["quote"], raw[coding["expert"]]) for coding in codings]
    assert len(found) == 250
    assert [(place.start_segment, place.quote, place.anchor) if place else None for place in found] == [
        (coding["i"], coding["quote"], Anchor.EXACT) for coding in codings
    ]


def test_every_quotation_is_placed_on_the_placeholders(studies: SimpleNamespace) -> None:
    texts = {expert: studies.pseudonymised(expert) for expert in expert_codes()}
    named = 0
    for code in studies.codes_data():
        for coding in code["codings"]:
            found = find(coding["quote"], texts[coding["expert"]], range(coding["i"], coding["i"] + 1))
            assert found is not None
            assert (found.start_segment, found.end_segment, found.anchor) == (coding["i"], coding["i"], Anchor.EXACT)
            named += found.quote != coding["quote"]
    assert named == 48


def test_the_codebook_is_imported_whole(work: Work, field_study: Study, studies: SimpleNamespace) -> None:
    assert import_categories(work, field_study, document("categories"), document("labels")) == (6, 36)
    codes = parse_codes(studies.codes_data())
    account = import_codes(work, field_study, codes, studies.sources(work, field_study))
    assert (account.codes, account.placed, len(account.exact)) == (180, 250, 250)
    assert (list(account.by_likeness), list(account.not_placed), list(account.doubled)) == ([], [], [])
    figures = read_codebook(work.session, field_study.id).figures
    assert (figures.codes, figures.categories, figures.core_categories, figures.codings, figures.experts) == (
        180, 36, 6, 250, 14,
    )  # fmt: skip
    assert figures.in_vivo == sum(code.in_vivo for code in codes) >= 110
    assert read_codebook(work.session, field_study.id).ungrounded() == []
    last = work.session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc())).first()
    assert last is not None
    assert (last.deed, last.details) == (
        "codes.imported",
        {"codes": 180, "exact": 250, "by_likeness": 0, "not_placed": 0, "doubled": 0},
    )


def test_quotes_are_kept_as_they_stand_with_placeholders(work: Work, study: Study) -> None:
    quotes = [coding.quote for coding in work.session.exec(select(Coding))]
    assert "Декорации строим вместе с архитектором [E06]" in quotes
    assert not any("Литвинов" in quote for quote in quotes)
    for coding in work.session.exec(select(Coding)):
        segment = work.get(Segment, coding.start_segment_id)
        assert segment.text is not None
        assert segment.text[coding.start_offset : coding.end_offset] == coding.quote


def test_labels_come_in_three_languages(work: Work, study: Study) -> None:
    cores = work.session.exec(select(CoreCategory).order_by(col(CoreCategory.position))).all()
    assert [core.label["en"] for core in cores][:2] == [
        "Institutionalization of the creative class",
        "Financial issues of creative industries",
    ]
    assert all(set(core.label) == {"ru", "kk", "en"} for core in cores)


def test_what_the_machine_misheard_is_placed_by_likeness_and_what_is_gone_is_told(
    work: Work, field_study: Study, studies: SimpleNamespace
) -> None:
    import_categories(work, field_study, document("categories"), document("labels"))
    for segment in work.session.exec(select(Segment)):
        if segment.text == "Пока нас во всех анкетах записывают в графу «прочее».":
            segment.text = "Пока нас во всех анкетах записывают в граву прочее."
        if segment.text == "Каждый у нас сам по себе.":
            segment.text = "Тут ничего нельзя было разобрать."
    work.session.flush()
    account = import_codes(work, field_study, parse_codes(studies.codes_data()), studies.sources(work, field_study))
    assert [(one.code, one.expert, one.i, one.likeness) for one in account.by_likeness] == [
        ("Записывают в графу «прочее»", "E08", 3, 0.98)
    ]
    assert [(one.code, one.expert, one.i, one.likeness) for one in account.not_placed] == [
        ("Сам по себе", "E08", 7, 0.0),
        ("Сам по себе", "E11", 7, 0.0),
    ]
    assert account.placed == 248
    assert [code.name for code in read_codebook(work.session, field_study.id).ungrounded()] == ["Сам по себе"]


def test_a_quotation_given_twice_is_told(work: Work, field_study: Study, studies: SimpleNamespace) -> None:
    import_categories(work, field_study, document("categories"), document("labels"))
    coding = {"expert": "E08", "i": 7, "quote": "Каждый у нас сам по себе"}
    code = {"name": "Сам", "in_vivo": True, "category": "I2", "definition": "Порознь.", "codings": [coding, coding]}
    account = import_codes(work, field_study, parse_codes([code]), studies.sources(work, field_study))
    assert (account.placed, [one.expert for one in account.doubled]) == (1, ["E08"])


def test_a_code_without_a_quotation_is_refused() -> None:
    code = {"name": "Пустой", "in_vivo": False, "category": "I1", "definition": "Ни на чём.", "codings": []}
    with pytest.raises(CodeWithoutQuotation, match="«Пустой» has no quotation"):
        parse_codes([code])


def test_codes_of_another_shape_are_refused_with_the_place() -> None:
    with pytest.raises(PlaceMissing, match=r"codes\.yaml: «1 › definition»"):
        parse_codes([{"name": "Код", "in_vivo": False, "category": "I1", "codings": []}])


def test_unknown_categories_experts_and_taken_names_are_refused(
    work: Work, study: Study, studies: SimpleNamespace
) -> None:
    coding = {"expert": "E08", "i": 7, "quote": "Каждый у нас сам по себе"}
    code = {"name": "Новый", "in_vivo": True, "category": "Z9", "definition": "Порознь.", "codings": [coding]}
    sources = studies.sources(work, study)
    with pytest.raises(NotFound, match="no category called Z9"):
        import_codes(work, study, parse_codes([code]), sources)
    with pytest.raises(NotFound, match="transcript of an expert called E08"):
        import_codes(work, study, parse_codes([{**code, "category": "I2"}]), {})
    with pytest.raises(NameTaken, match="already a code called Сам по себе"):
        import_codes(work, study, parse_codes([{**code, "category": "I2", "name": "Сам по себе"}]), sources)


def test_labels_in_every_language_are_needed(work: Work, field_study: Study) -> None:
    labels = document("labels")
    without = {**labels, "categories": {key: value for key, value in labels["categories"].items() if key != "I1"}}
    with pytest.raises(LanguageMissing, match="I1"):
        import_categories(work, field_study, document("categories"), without)


def test_memos_are_imported_with_their_authors_and_what_they_are_about(work: Work, study: Study) -> None:
    memos = work.session.exec(select(Memo).order_by(col(Memo.number))).all()
    assert [memo.number for memo in memos] == list(range(1, 26))
    assert memos[11].title == "Две темы без дословных выдержек"
    assert (memos[11].expert_id is not None, memos[11].category_id) == (True, None)
    assert sum(memo.category_id is not None for memo in memos) == 17
    with pytest.raises(MemoNumberTaken):
        import_memos(work, study, document("memos"))

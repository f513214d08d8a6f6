"""What the report withholds, renames, selects and refuses; its Russian forms."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from fieldwork.anonymisation.disclosure import PublishedCells
from fieldwork.coding.codebook import Codebook, Passage
from fieldwork.coding.models import Anchor, Category, Code, CoreCategory
from fieldwork.consent.models import Scope
from fieldwork.consent.rules import Decision, QuoteTopic
from fieldwork.report.rules import (
    CategoriesOutside,
    CodesOutside,
    LanguageLater,
    NameWithheld,
    check_language,
    check_whole,
    made_of,
    published_names,
    repeated_words,
    select_quotations,
    withheld,
)
from fieldwork.report.russian import counted, listed, lowered, period, sentence, span
from fieldwork.report.sample import traits
from fieldwork.report.services import place
from fieldwork.sampling.models import Expert, Stratum

STUDY = uuid4()
CORE = CoreCategory(study_id=STUDY, key="core", position=1, label={"ru": "Ядро"})
FREE = Category(study_id=STUDY, core_category_id=CORE.id, key="F1", position=1, label={"ru": "Свобода"})
CLOSED = Category(study_id=STUDY, core_category_id=CORE.id, key="S6", position=2, label={"ru": "Цензура"})
EXPERTS = {code: uuid4() for code in ("E01", "E02", "E03")}
TRANSCRIPTS = {code: uuid4() for code in EXPERTS}


def a_code(number: int, name: str, category: Category, *, in_vivo: bool = True, published: str = "") -> Code:
    return Code(
        study_id=STUDY,
        category_id=category.id,
        number=number,
        name=name,
        in_vivo=in_vivo,
        definition="…",
        published_name={"ru": published} if published else None,
    )


def a_passage(  # noqa: PLR0917
    code: Code,
    expert: str,
    quote: str,
    at: int = 1,
    offset: int = 0,
    questions: tuple[int, ...] = (1,),
    **changes: object,
) -> Passage:
    fields: dict[str, object] = {
        "coding_id": uuid4(), "code_id": code.id, "expert_id": EXPERTS[expert], "expert": expert,
        "interview_id": uuid4(), "transcript_id": TRANSCRIPTS[expert], "segment_id": uuid4(), "recording_id": None,
        "start": (at, offset), "end": (at, offset + len(quote)), "questions": questions, "speaker": "expert",
        "start_ms": None, "interview_ms": None, "quote": quote, "anchor": Anchor.EXACT, "likeness": 1.0,
    }  # fmt: skip
    return Passage(**{**fields, **changes})  # type: ignore[arg-type]


def a_book(codes: list[Code], passages: list[Passage]) -> Codebook:
    return Codebook([CORE], [FREE, CLOSED], codes, passages)


def decision(expert: str, *topics: QuoteTopic, quote: bool = True, withdrawn: bool = False) -> tuple[UUID, Decision]:
    moment = datetime(2025, 4, 1, tzinfo=UTC)
    granted = frozenset({Scope.TRANSCRIBE, Scope.QUOTE} if quote else {Scope.TRANSCRIBE})
    return EXPERTS[expert], Decision(
        expert, uuid4(), moment, "ru", "online", granted, topics, moment if withdrawn else None
    )


def test_reports_in_other_languages_come_later() -> None:
    check_language("ru")
    with pytest.raises(LanguageLater, match="Reports in «kk» come later"):
        check_language("kk")


def test_everything_has_its_place() -> None:
    code = a_code(7, "Код", FREE)
    code.category_id = None
    with pytest.raises(CodesOutside, match="№ 7"):
        check_whole(a_book([code], []))
    stray = Category(study_id=STUDY, key="X1", position=3, label={"ru": "Вне"})
    with pytest.raises(CategoriesOutside, match="X1"):
        check_whole(Codebook([CORE], [stray], [], []))


def test_a_topic_withholds_by_question_or_by_category() -> None:
    open_code, closed_code = a_code(1, "Открыто", FREE), a_code(2, "Закрыто", CLOSED)
    by_question = a_passage(open_code, "E01", "об этом не надо", at=1, questions=(9,))
    by_category = a_passage(closed_code, "E01", "и об этом", at=2)
    neither = a_passage(open_code, "E01", "а это можно", at=3)
    other_expert = a_passage(closed_code, "E02", "мне можно", at=2, questions=(9,))
    book = a_book([open_code, closed_code], [by_question, by_category, neither, other_expert])
    topic = QuoteTopic("censorship", frozenset({9}), frozenset({"S6"}))
    decisions = dict([decision("E01", topic), decision("E02")])
    assert withheld(book, decisions) == {by_question.coding_id, by_category.coding_id}


def test_a_sentence_withheld_under_one_category_is_not_quoted_under_another() -> None:
    open_code, closed_code = a_code(1, "Открыто", FREE), a_code(2, "Закрыто", CLOSED)
    whole = a_passage(open_code, "E01", "всё предложение целиком", at=1)
    part = a_passage(closed_code, "E01", "предложение", at=1, offset=4)
    apart = a_passage(open_code, "E01", "другое предложение", at=1, offset=40)
    book = a_book([open_code, closed_code], [whole, part, apart])
    decisions = dict([decision("E01", QuoteTopic("censorship", frozenset(), frozenset({"S6"})))])
    assert withheld(book, decisions) == {whole.coding_id, part.coding_id}


def test_nobody_is_quoted_without_leave() -> None:
    code = a_code(1, "Код", FREE)
    passages = [a_passage(code, expert, "слова") for expert in EXPERTS]
    decisions = dict([decision("E01"), decision("E02", quote=False), decision("E03", withdrawn=True)])
    assert withheld(a_book([code], passages), decisions) == {passages[1].coding_id, passages[2].coding_id}
    assert len(withheld(a_book([code], passages), {})) == 3


def test_a_name_of_withheld_words_is_replaced_by_the_published_one() -> None:
    named = a_code(1, "Цензор теперь вежливый", CLOSED, published="Мягкие формы давления")
    kept = a_code(2, "Свои слова", FREE)
    first = a_passage(named, "E01", "Цензор теперь вежливый, он звонит")
    book = a_book([named, kept], [first, a_passage(kept, "E02", "это свои слова")])
    names = published_names(book, {first.coding_id}, "ru")
    assert (names[named.id].text, names[named.id].in_vivo, names[named.id].renamed) == (
        "Мягкие формы давления", False, True,
    )  # fmt: skip
    assert (names[kept.id].text, names[kept.id].in_vivo, names[kept.id].renamed) == ("Свои слова", True, False)
    named.published_name = None
    with pytest.raises(NameWithheld, match="№ 1"):
        published_names(book, {first.coding_id}, "ru")


def test_a_name_from_words_that_may_be_published_stays() -> None:
    vivo = a_code(1, "Сам по себе", FREE)
    research = a_code(2, "Полицейский взгляд", FREE, in_vivo=False)
    said, meant = a_passage(vivo, "E01", "Каждый сам по себе"), a_passage(vivo, "E02", "Все живут порознь")
    police = a_passage(research, "E02", "Приехали два автобуса")
    book = a_book([vivo, research], [said, meant, police])
    names = published_names(book, {meant.coding_id, police.coding_id}, "ru")
    assert [name.text for name in names.values()] == ["Сам по себе", "Полицейский взгляд"]
    with pytest.raises(NameWithheld):
        published_names(book, {said.coding_id}, "ru")


def test_names_are_compared_by_words_without_endings() -> None:
    assert made_of("Наставников почти не осталось", "ремесло на кухне, наставники почти не осталось")
    assert made_of("«Прочее»", "в графу прочее")
    assert not made_of("Разовая спонсорская помощь", "даёт один раз, на юбилей, и ждёт портрет")


def test_quotations_come_from_different_experts_once_each_at_most_two() -> None:
    first, second = a_code(1, "Первый", FREE), a_code(2, "Второй", CLOSED)
    said = "Каждый у нас сам по себе, и это надолго, говорят соседи по цеху"
    passages = [
        a_passage(first, "E01", said, at=1),
        a_passage(first, "E01", "Ещё раз то же самое говорит тот же самый человек", at=2),
        a_passage(first, "E02", "Вместе мы бываем только на открытиях и на похоронах", at=1),
        a_passage(first, "E03", "нет", at=1),
        a_passage(second, "E01", said, at=1),
        a_passage(second, "E03", "Нам звонит интервьюер", at=2, speaker="interviewer"),
    ]
    chosen = select_quotations(a_book([first, second], passages), set(), {})
    assert [one.quote for one in chosen["S6"]] == [said]
    assert [one.expert for one in chosen["F1"]] == ["E02", "E01"]
    assert chosen == select_quotations(a_book([first, second], passages), set(), {})
    withheld_ids = {passages[2].coding_id, passages[4].coding_id}
    closed = select_quotations(a_book([first, second], passages), withheld_ids, {}, most=1)
    assert ([one.expert for one in closed["F1"]], closed["S6"]) == (["E01"], [])


def test_who_carries_a_contradiction_is_heard() -> None:
    code = a_code(1, "Код", FREE)
    said = "Помощь приходит один раз, а потом её приходится искать"
    passages = [a_passage(code, expert, f"{said} {expert}") for expert in EXPERTS]
    chosen = select_quotations(a_book([code], passages), set(), {"F1": {"E03"}}, most=1)
    assert [one.expert for one in chosen["F1"]] == ["E03"]


def test_withheld_words_are_found_in_other_texts() -> None:
    texts = [
        ("methods", "Здесь о другом."),
        ("recommendations", "Он звонит и просит войти в положение каждый раз."),
        ("codebook", "Даёт раз на юбилей"),
    ]
    assert repeated_words(["он звонит и просит войти в положение"], texts) == ["recommendations"]
    assert repeated_words(["даёт раз", "Нет"], texts) == ["codebook"]


def test_a_place_is_a_minute_or_a_question() -> None:
    code = a_code(1, "Код", FREE)
    assert place(a_passage(code, "E01", "…", interview_ms=22 * 60_000 + 5)) == "23-я минута"
    assert place(a_passage(code, "E01", "…", questions=(7, 8))) == "вопрос 7"
    assert place(a_passage(code, "E01", "…", questions=())) == "вне вопросов гида"


def test_the_design_is_told_as_it_is_and_other_traits_in_their_published_form() -> None:
    stratum = Stratum(study_id=STUDY, key="hubs", position=1, quota=2, label={"ru": "Хабы"})
    experts = [
        Expert(
            study_id=STUDY, stratum_id=stratum.id, code=f"E0{number}", group="…", sector="…", sex="f",
            age_band="25-34", experience_band="5-9",
        )
        for number in range(1, 5)
    ]  # fmt: skip
    modes = ["zoom", "zoom", "zoom", "in_person"]
    published = [PublishedCells(("age_band",), {("35+",): 3, ("25-34",): 4}), PublishedCells(("sex",), {("f",): 4})]
    found = traits(experts, [stratum], modes, published, "ru")
    assert [(one.name, [(value.label, value.experts) for value in one.values]) for one in found] == [
        ("Группа по плану выборки", [("Хабы", 4)]),
        ("Способ беседы", [("Zoom", 3), ("Личная встреча", 1)]),
        ("Возраст", [("25–34 года", 4), ("35 лет и больше", 3)]),
        ("Пол", [("Женщины", 4)]),
    ]
    assert [one.name for one in traits(experts, [stratum], modes, [], "ru")] == [
        "Группа по плану выборки", "Способ беседы",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "told"),
    [(1, "1 код"), (2, "2 кода"), (5, "5 кодов"), (11, "11 кодов"), (21, "21 код"), (112, "112 кодов"), (0, "0 кодов")],
)
def test_counted_nouns_take_their_forms(number: int, told: str) -> None:
    assert counted(number, "код", "кода", "кодов") == told.replace(" ", "\N{NO-BREAK SPACE}")


def test_dates_and_lists_are_told_in_russian() -> None:
    first, last = date(2025, 3, 21), date(2025, 4, 28)
    assert period(first, last) == "с 21 марта по 28 апреля 2025 года"
    assert period(date(2024, 12, 1), last) == "с 1 декабря 2024 года по 28 апреля 2025 года"
    assert period(first, first) == "21 марта 2025 года"
    assert span(first, last) == "21 марта – 28 апреля 2025 года"
    assert [listed(words) for words in ([], ["а"], ["а", "б"], ["а", "б", "в"])] == ["", "а", "а и б", "а, б и в"]
    assert (sentence("Да"), sentence("Да?"), lowered("Цель"), lowered("НПО")) == ("Да.", "Да?", "цель", "НПО")

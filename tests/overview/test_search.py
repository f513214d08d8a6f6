"""The search of a study: what it finds, how soon it knows, and whom it never finds."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from markupsafe import escape
from sqlmodel import col, delete, select

from fieldwork.coding.models import Code, Memo
from fieldwork.consent.models import Consent
from fieldwork.consent.services import withdraw
from fieldwork.core.work import Ground
from fieldwork.overview import indexing
from fieldwork.overview.models import KINDS, SearchEntry
from fieldwork.overview.searching import Answer, search
from fieldwork.programme.models import Role, Study
from fieldwork.programme.services import create_study
from fieldwork.transcription.models import Segment, Transcript

AT = "/s/libraries/search"


def found(ground: Ground, study_id: UUID, typed: str, **how: Any) -> Answer:
    """Search, and keep the words as a page does."""
    with ground.look() as session:
        answer = search(session, study_id, typed, **how)
    if answer.upkeep:
        with ground.work() as work:
            indexing.keep(work, answer.upkeep)
    return answer


def places(answer: Answer) -> list[str]:
    """«segment E01 2», «code 1»…: what was found, in the order of the answer."""
    return [
        f"{one.kind} {one.place}{f' {one.turn}' if one.turn else ''}" for hits in answer.hits.values() for one in hits
    ]


def kept(ground: Ground) -> dict[str, int]:
    """How many words are kept, by kind."""
    with ground.look() as session:
        rows = session.execute(sa.select(col(SearchEntry.kind), sa.func.count()).group_by(col(SearchEntry.kind)))
        return {row[0]: row[1] for row in rows}


def test_every_kind_is_found_by_any_form_of_a_word(ground: Ground, told: SimpleNamespace) -> None:
    study_id = told.study.id
    everything = ["code 1", "category A1", "segment E01 2", "segment E01 1", "recommendation rent"]
    assert places(found(ground, study_id, "арендами")) == everything
    assert kept(ground) == dict.fromkeys(KINDS, 1) | {"segment": 6}
    assert places(found(ground, study_id, "арендами")) == everything  # from what is kept now
    assert places(found(ground, study_id, "кофеен")) == ["segment E01 2"]
    assert places(found(ground, study_id, "человек")) == ["segment E01 3"]
    assert places(found(ground, study_id, "елка")) == ["segment E01 5"]
    assert places(found(ground, study_id, "SMART point")) == ["segment E01 3"]
    assert places(found(ground, study_id, "шеберхана")) == ["segment E01 4"]
    assert places(found(ground, study_id, '"центр города"')) == ["segment E01 3"]
    assert places(found(ground, study_id, "город центр")) == ["segment E01 3"]
    assert places(found(ground, study_id, "деньгам отраслей")) == ["core_category A"]
    assert places(found(ground, study_id, "библиотеку")) == ["question 1"]
    assert places(found(ground, study_id, "(kk)")) == [
        "category A1",
        "core_category A",
        "question 1",
        "recommendation rent",
    ]
    assert places(found(ground, study_id, "аренда реки")) == []


def test_where_no_word_fits_those_that_begin_so_are_shown(ground: Ground, told: SimpleNamespace) -> None:
    answer = found(ground, told.study.id, "коворк")
    assert (places(answer), answer.began) == (["segment E01 3"], True)
    assert found(ground, told.study.id, "коворкинг").began is False
    assert places(found(ground, told.study.id, "арендат", typing=True)) == ["segment E02 1"]


def test_a_text_that_still_names_people_is_not_found(
    ground: Ground, told: SimpleNamespace, small: SimpleNamespace
) -> None:
    study_id = told.study.id
    assert places(found(ground, study_id, "тайник")) == []
    with ground.work() as work:
        row = work.session.get_one(Segment, told.segments["E03"][0].id)
        row.text, row.sealed_text = "Слово без имён: тайник.", None
    assert places(found(ground, study_id, "тайник")) == []  # written, and not yet answered for
    with ground.work() as work:
        small.approve(work, told, "E03")
    assert places(found(ground, study_id, "тайник")) == ["segment E03 1"]


def test_a_correction_holds_at_once(ground: Ground, told: SimpleNamespace) -> None:
    study_id, turn = told.study.id, told.segments["E01"][1].id
    assert places(found(ground, study_id, "кофейня")) == ["segment E01 2"]
    with ground.work() as work:
        work.session.get_one(Segment, turn).text = "Мы платим за булочную."
    assert places(found(ground, study_id, "кофейня")) == []
    assert places(found(ground, study_id, "булочные")) == ["segment E01 2"]
    with ground.work() as work:  # and where nobody's code has a say
        work.session.execute(sa.update(Segment).where(col(Segment.id) == turn).values(text="Мы платим за пекарню."))
        work.session.execute(
            sa.update(Code).where(col(Code.id) == told.code.id).values(name="Пекарня дороже", definition="Хлеб.")
        )
    assert places(found(ground, study_id, "булочные")) == []
    assert places(found(ground, study_id, "пекарни")) == ["code 1", "segment E01 2"]


def test_what_is_removed_is_found_no_more_and_its_words_go_with_it(ground: Ground, told: SimpleNamespace) -> None:
    study_id = told.study.id
    found(ground, study_id, "аренда")
    with ground.work() as work:
        for model, row in ((Memo, told.memo), (Code, told.code), (Transcript, told.transcripts["E01"])):
            work.session.exec(delete(model).where(col(model.id) == row.id))
    assert kept(ground) == {"category": 1, "core_category": 1, "question": 1, "recommendation": 1, "segment": 1}
    assert places(found(ground, study_id, "аренда")) == ["category A1", "recommendation rent"]


def test_an_expert_who_took_the_consent_back_is_found_no_more(ground: Ground, told: SimpleNamespace) -> None:
    study_id = told.study.id
    assert places(found(ground, study_id, "мастерские")) == ["memo 1", "segment E02 1"]
    with ground.work() as work:
        withdraw(work, told.experts["E02"])
    assert kept(ground)["segment"] == 5
    assert "memo" not in kept(ground)
    for _ in range(2):
        assert places(found(ground, study_id, "мастерские")) == []


def test_words_of_a_withdrawal_that_nobody_heard_of_are_swept_by_the_next_search(
    ground: Ground, told: SimpleNamespace
) -> None:
    found(ground, told.study.id, "мастерские")
    with ground.work() as work:  # as after a restored backup
        work.session.execute(
            sa.update(Consent).where(col(Consent.id) == told.consents["E02"].id).values(withdrawn_at=work.now)
        )
    assert kept(ground)["segment"] == 6
    assert places(found(ground, told.study.id, "мастерские")) == []
    assert (kept(ground)["segment"], "memo" in kept(ground)) == (5, False)


def test_nothing_of_another_study_is_found(
    ground: Ground, told: SimpleNamespace, small: SimpleNamespace, visitor: Callable[..., Any]
) -> None:
    with ground.work() as work:
        other = create_study(work, "museums", {"ru": "Музеи", "kk": "Мұражайлар", "en": "Museums"})
        theirs = small.fill(work, other)
        row = theirs.segments["E01"][0]
        row.text = "Только здесь: динозавр."
        work.add(row)
    assert places(found(ground, other.id, "динозавры")) == ["segment E01 1"]
    assert places(found(ground, told.study.id, "динозавры")) == []
    browser = visitor("principal_investigator")
    assert "динозавр." not in browser.get(f"{AT}?q=динозавр").text
    assert browser.get(f"{AT}/quick?q=динозавр").json == {"hits": [], "total": 0}
    assert browser.get("/s/museums/search?q=динозавр").status_code == 404
    assert browser.get("/s/museums/search/quick?q=динозавр").status_code == 404
    assert browser.get("/s/museums/palette").status_code == 404


def test_words_kept_twice_at_once_are_kept_once(ground: Ground, told: SimpleNamespace) -> None:
    with ground.look() as session:
        one, other = (search(session, told.study.id, "аренда").upkeep for _ in range(2))
    for upkeep in (one, other):
        assert upkeep
        with ground.work() as work:
            indexing.keep(work, upkeep)
    assert sum(kept(ground).values()) == 12


@pytest.mark.parametrize("role", list(Role))
def test_every_member_searches_texts_without_names(
    told: SimpleNamespace, visitor: Callable[..., Any], role: Role
) -> None:
    page = visitor(role.value).get(f"{AT}?q=кофейня")
    text = re.sub(r"\s+", " ", page.text)
    assert page.status_code == 200
    assert 'href="/s/libraries/transcripts/E01#turn-2"' in text
    assert "аренду <mark>кофейни</mark> больше" in text
    assert "Найдено 1 место" in text


def test_a_page_shows_some_of_each_kind_and_a_kind_page_by_page(
    ground: Ground, study: Study, told: SimpleNamespace, visitor: Callable[..., Any]
) -> None:
    with ground.work() as work:
        work.add_all(
            [
                Code(study_id=study.id, number=10 + n, name=f"Ступень {n}", in_vivo=False, definition="Лестница.")
                for n in range(45)
            ]
        )
    browser = visitor("viewer")
    page = browser.get(f"{AT}?q=лестницы").text
    assert (page.count('<a href="/s/libraries/codes/'), "Все 45" in page) == (5, True)
    first, third = (browser.get(f"{AT}?q=лестницы&kind=code&page={number}").text for number in (1, 3))
    assert (first.count('<a href="/s/libraries/codes/'), third.count('<a href="/s/libraries/codes/')) == (20, 5)
    last = browser.get(f"{AT}?q=лестницы&kind=code&page=999").text
    assert ("страница 3 из 3" in last, "страница 1 из 3" in first) == (True, True)
    assert browser.get(f"{AT}?q=лестницы&kind=nonsense&page=-3").status_code == 200


def test_texts_and_queries_are_shown_as_text(told: SimpleNamespace, visitor: Callable[..., Any]) -> None:
    browser = visitor("coder")
    page = browser.get(AT, query_string={"q": "alert <script>"}).text
    assert "<script>alert" not in page
    assert str(escape('<script>alert("x")</script>')) in re.sub("</?mark>", "", page)
    assert 'value="alert &lt;script&gt;"' in page
    answer = browser.get(f"{AT}/quick", query_string={"q": "script"}).json
    assert [hit["href"] for hit in answer["hits"]] == ["/s/libraries/transcripts/E01#turn-5"]
    assert "".join(text for text, _ in answer["hits"][0]["body"]).startswith("Ёлка <script>")


ODD = [
    "", " ", '"', '"""', '"a', "«", "%", "_", "\\", "*", "**", "%_\\*", "'; DROP TABLE search_entry; --", "NEAR(",
    "a AND", "-", "title:", "и", "и в на", "(((", "\x00", "🎭", "я" * 10_000, "дом " * 2500, '"' * 10_000,
    "100%_верно", "\\просто", "'", "%D0%", "\u202e", "a:b*", "{}", "${7*7}", "{{ 7*7 }}", "é" * 300,
]  # fmt: skip


def test_no_query_is_an_error(told: SimpleNamespace, visitor: Callable[..., Any]) -> None:
    browser = visitor("viewer")
    for typed in ODD:
        for path, headers in ((AT, {}), (f"{AT}/quick", {}), (AT, {"HX-Request": "true"})):
            answer = browser.get(path, query_string={"q": typed}, headers=headers)
            assert (typed[:20], answer.status_code) == (typed[:20], 200)


def test_signs_mean_nothing_to_the_database(ground: Ground, told: SimpleNamespace) -> None:
    assert places(found(ground, told.study.id, "100%_верно")) == ["segment E01 5"]
    assert places(found(ground, told.study.id, "1%5")) == []
    assert places(found(ground, told.study.id, "_____")) == []
    assert places(found(ground, told.study.id, "\\просто")) == ["segment E01 5"]


def test_nothing_found_says_what_may_help(told: SimpleNamespace, visitor: Callable[..., Any]) -> None:
    page = visitor("coder").get(f"{AT}?q=синхрофазотрон").text
    assert "Ничего не нашлось" in page
    assert "ещё не утверждена 1 расшифровка" in page
    empty = visitor("coder").get(AT).text
    assert "слово в любой форме" in empty


def test_a_fragment_comes_without_the_page(told: SimpleNamespace, visitor: Callable[..., Any]) -> None:
    piece = visitor("coder").get(f"{AT}?q=арен", headers={"HX-Request": "true"}).text
    assert ("<html" in piece, 'hx-swap-oob="innerHTML"' in piece, "<mark>аренду</mark>" in piece) == (False, True, True)


def test_the_palette_knows_pages_experts_and_codes(told: SimpleNamespace, visitor: Callable[..., Any]) -> None:
    def names(role: str) -> dict[str, list[str]]:
        answer = visitor(role).get("/s/libraries/palette").json
        return {
            kind: [one["name"] for one in answer if one["kind"] == kind] for kind in {one["kind"] for one in answer}
        }

    mine = names("coder")
    assert (mine["expert"], mine["code"]) == (["E01", "E02", "E03"], ["Аренда съедает гонорар"])
    assert mine["category"] == ["Дорогая аренда давит"]
    assert {"Обзор", "Расшифровки", "Отчёт", "Поиск", "Справка"} <= set(mine["page"])
    assert "Журнал действий" not in mine["page"]
    assert "Журнал действий" in names("principal_investigator")["page"]


def test_a_search_answers_although_its_words_cannot_be_kept(
    ground: Ground, told: SimpleNamespace, visitor: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ground.work() as work:
        work.session.execute(sa.text("ALTER TABLE search_entry RENAME COLUMN digest TO digest_"))
        work.session.execute(sa.text("ALTER TABLE search_entry ADD COLUMN digest VARCHAR CHECK (digest = 'no')"))
    try:
        page = visitor("viewer").get(f"{AT}?q=кофейни")
        assert (page.status_code, "<mark>кофейни</mark>" in page.text) == (200, True)
    finally:
        with ground.work() as work:
            work.session.execute(sa.text("ALTER TABLE search_entry DROP COLUMN digest"))
            work.session.execute(sa.text("ALTER TABLE search_entry RENAME COLUMN digest_ TO digest"))
    with ground.look() as session:
        assert session.exec(select(SearchEntry)).all() == []

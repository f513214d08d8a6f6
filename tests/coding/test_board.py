"""Codebook, board and memos as pages: who may, what is refused, what is shown as text."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Category, Code, CoreCategory, Memo
from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study

AT = "/s/almaty"
HTML = '<script>alert("x")</script>'
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def coded(ground: Ground, studies: SimpleNamespace) -> Study:
    """The demo's codebook, committed."""
    with ground.work() as work:
        study: Study = studies.coded_study(work)
    return study


def codebook(ground: Ground, study: Study) -> Any:
    with ground.look() as session:
        return read_codebook(session, study.id)


def undo_of(answer: Any) -> str:
    found = re.search(r'"undo": "([^"]+)"', answer.headers["HX-Trigger"])
    assert found is not None
    return found[1].replace("\\/", "/")


def test_roles_other_than_viewers_edit(visitor: Callable[..., Any], ground: Ground, coded: Study) -> None:
    category = str(codebook(ground, coded).categories[0].id)
    deeds = [
        ("codes", {"name": "Новый {role}", "definition": "О нём."}),
        ("codes/2", {"field": "name", "name": "Имя {role}"}),
        ("codes/3/merge", {"into": "{number}"}),
        ("categories/codes/20", {"category": "", "was": ""}),
        (f"categories/{category}", {"label_ru": "Категория {role}"}),
        ("core-categories", {"label_ru": "Ключевая {role}"}),
        ("memos/new", {"title": "О поле", "text": "…"}),
    ]
    for number, role in enumerate(("principal_investigator", "coder", "interviewer"), start=5):
        person = visitor(role, slug="almaty")
        for path, fields in deeds:
            at = path.replace("codes/3/", f"codes/{number + 5}/")
            sent = {name: value.format(role=role, number=number) for name, value in fields.items()}
            assert person.post(f"{AT}/{at}", sent).status_code == 302, (role, at)
    viewer = visitor("viewer", slug="almaty")
    for path, fields in [*deeds, ("codes/2/remove", {}), (f"categories/{category}/remove", {}), ("memos/1/remove", {})]:
        assert viewer.post(f"{AT}/{path}", fields).status_code == 403, path
    for path in ("codes", "codes/2", "categories", "memos"):
        page = viewer.get(f"{AT}/{path}")
        assert page.status_code == 200
        assert not re.search(
            r'cb__ed|cd__m|cat__m|hx-post|method="post" action="/s/almaty/(codes|memos|cat)', page.text
        )
    assert viewer.get(f"{AT}/codes/2/edit").status_code == 403


def test_what_belongs_to_another_study_is_not_there(
    visitor: Callable[..., Any], ground: Ground, coded: Study
) -> None:  # fmt: skip
    book = codebook(ground, coded)
    with ground.work() as work:
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
    lead = visitor("principal_investigator")
    coder = visitor("coder", slug="almaty")
    done = coder.post(f"{AT}/codes/2", {"field": "name", "name": "Иначе"}, headers=FRAGMENT)
    category, core = book.categories[0].id, book.core_categories[0].id
    foreign = [
        f"categories/{category}", f"categories/{category}/move", f"categories/{category}/remove",
        f"core-categories/{core}", f"core-categories/{core}/remove", "categories/codes/2", "codes/2", "codes/2/remove",
        "codes/2/merge", "memos/1", "memos/1/remove", undo_of(done).removeprefix(f"{AT}/"),
    ]  # fmt: skip
    for path in foreign:
        assert lead.post(f"/s/libraries/{path}", {"label_ru": "x"}).status_code in (404, 422), path
    assert (
        lead.post("/s/libraries/codes", {"name": "x", "definition": "y", "category": str(category)}).status_code == 404
    )
    assert lead.post("/s/libraries/memos/new", {"title": "x", "text": "y", "about": "code:2"}).status_code == 404
    assert coder.post(f"{AT}/categories/codes/2", {"category": str(uuid4())}).status_code == 404
    assert coder.post(f"{AT}/categories/codes/2", {"category": "nothing"}).status_code == 404
    assert coder.post(f"{AT}/codes/2", {"field": "number"}).status_code == 404
    assert coder.post(f"{AT}/codebook/undo/{uuid4()}").status_code == 404
    assert [code.name for code in codebook(ground, coded).codes if code.number == 2] == ["Иначе"]


def test_a_move_is_drawn_told_and_taken_back(visitor: Callable[..., Any], ground: Ground, coded: Study) -> None:
    book = codebook(ground, coded)
    here, there = book.categories[0], book.categories[1]
    code = book.codes_of(here)[0]
    coder = visitor("coder", slug="almaty")
    moved = coder.post(
        f"{AT}/categories/codes/{code.number}", {"category": str(there.id), "was": str(here.id)}, headers=FRAGMENT
    )
    assert (moved.status_code, moved.text.count('<li class="cat"'), moved.text.count("<html")) == (200, 36, 0)
    assert [one.id for one in codebook(ground, coded).codes_of(there)][-1] == code.id
    again = coder.post(f"{AT}/categories/codes/{code.number}", {"category": "", "was": str(here.id)}, headers=FRAGMENT)
    assert (
        "\\u0422\\u0435\\u043c \\u0432\\u0440\\u0435\\u043c\\u0435\\u043d\\u0435\\u043c" in again.headers["HX-Trigger"]
    )
    assert coder.post(undo_of(moved), headers=FRAGMENT).status_code == 409
    assert coder.post(undo_of(again), headers=FRAGMENT).status_code == 204
    assert coder.post(undo_of(moved), headers=FRAGMENT).status_code == 204
    assert coder.post(undo_of(moved), headers=FRAGMENT).status_code == 409
    assert codebook(ground, coded).codes_of(here)[0].id == code.id


def test_refusals_are_told_with_what_was_typed(visitor: Callable[..., Any], ground: Ground, coded: Study) -> None:
    book = codebook(ground, coded)
    coder = visitor("coder", slug="almaty")
    taken = book.codes[4].name
    new = coder.post(f"{AT}/codes", {"name": taken, "definition": "Моё определение."})
    assert new.status_code == 422
    assert ("Моё определение." in new.text, 'class="refused"' in new.text, "<details" in new.text) == (True, True, True)
    name = coder.post(f"{AT}/codes/2", {"field": "name", "name": taken}, headers=FRAGMENT)
    assert (name.status_code, name.headers["X-Fieldwork"]) == (409, "refused")
    assert coder.post(f"{AT}/codes/2/merge", {"into": "2"}).status_code == 422
    assert coder.post(f"{AT}/codes/2/merge", {"into": "нет такого"}).status_code == 422
    assert coder.post(f"{AT}/codes/2/remove", {"codings": "77"}).status_code == 422
    assert coder.post(f"{AT}/categories", {"label_ru": " "}, headers=FRAGMENT).status_code == 422
    full = coder.post(f"{AT}/categories/{book.categories[0].id}/remove", headers=FRAGMENT)
    assert full.status_code == 409
    memo = coder.post(f"{AT}/memos/new", {"title": "Без текста", "text": " "})
    assert (memo.status_code, "Без текста" in memo.text) == (422, True)
    theirs = coder.post(f"{AT}/memos/1", {"title": "Не моё", "text": "…", "kind": "code"})
    assert (theirs.status_code, "Не моё" in theirs.text) == (422, True)
    assert coder.post(f"{AT}/memos/1/remove").status_code == 409
    assert [code.name for code in codebook(ground, coded).codes] == [code.name for code in book.codes]


def test_html_is_shown_as_text(visitor: Callable[..., Any], ground: Ground, coded: Study) -> None:
    lead = visitor("principal_investigator", slug="almaty")
    book = codebook(ground, coded)
    lead.post(f"{AT}/codes/2", {"field": "name", "name": HTML})
    lead.post(f"{AT}/codes/2", {"field": "definition", "definition": HTML})
    lead.post(f"{AT}/codes/2", {"field": "published", "published_ru": HTML})
    lead.post(f"{AT}/categories/{book.codes[1].category_id}", {"label_ru": HTML})
    lead.post(f"{AT}/core-categories/{book.core_categories[0].id}", {"label_ru": HTML})
    lead.post(f"{AT}/memos/new", {"title": HTML, "text": HTML, "about": "code:2"})
    with ground.look() as session:
        assert session.exec(select(Code.name, Code.definition).where(Code.number == 2)).one() == (HTML, HTML)
        assert session.exec(select(Memo.text).where(Memo.text == HTML)).all() == [HTML]
        labels = [row.label["kk"] for model in (Category, CoreCategory) for row in session.exec(select(model))]
    assert labels.count(HTML) == 2
    for path in ("codes", "codes/2", "codes/2?edit=1", "categories", "memos"):
        page = lead.get(f"{AT}/{path}").text
        assert ("alert(" in page, HTML in page) == (True, False), path
    moved = lead.post(f"{AT}/categories/codes/3", {"category": str(book.codes[1].category_id)}, headers=FRAGMENT)
    assert HTML not in moved.text
    assert lead.get(f"{AT}/codes/2/edit", headers=FRAGMENT).text.count("&lt;script&gt;") >= 3


def test_the_codebook_is_narrowed_and_sorted(visitor: Callable[..., Any], ground: Ground, coded: Study) -> None:
    coder = visitor("coder", slug="almaty")
    coder.post(f"{AT}/codes", {"name": "Голый", "definition": "Без цитат."})

    def numbers(query: str) -> list[int]:
        text = coder.get(f"{AT}/codes?{query}", headers=FRAGMENT).text
        return [int(number) for number in re.findall(r'<li id="code-(\d+)"', text)]

    book = codebook(ground, coded)
    finance = next(core for core in book.core_categories if core.key == "finance")
    under = {code.number for one in book.categories_of(finance) for code in book.codes_of(one)}
    assert numbers("bare=1") == [181]
    assert numbers("sort=number") == list(range(1, 182))
    assert set(numbers("core=finance")) == under
    by_e08 = {book.code_by_id[one.code_id].number for one in book.passages if one.expert == "E08"}
    assert set(numbers("expert=E08")) == by_e08
    quoted = [len(book.of_code(next(one for one in book.codes if one.number == n))) for n in numbers("sort=codings")]
    assert quoted == sorted(quoted, reverse=True)
    assert numbers("q=прочее&core=finance") == []


def test_a_code_tells_where_its_words_stand(visitor: Callable[..., Any], coded: Study) -> None:
    page = visitor("viewer", slug="almaty").get(f"{AT}/codes/2").text
    assert f'href="{AT}/transcripts/E08#turn-3"' in page
    assert re.search(r'class="at" href="[^"]+#turn-3">.*00:00:15', page)
    assert '<span class="cb__a"></span>Пока нас' in page or 'class="cb__a">' in page


def test_memos_are_found_and_linked(visitor: Callable[..., Any], coded: Study) -> None:
    coder = visitor("coder", slug="almaty")
    page = coder.get(f"{AT}/memos").text
    every = page.count('class="mm__t"')
    assert every > 10
    kinds = [coder.get(f"{AT}/memos?kind={kind}", headers=FRAGMENT).text.count('class="mm__t"') for kind in (
        "code", "theoretical", "operational",
    )]  # fmt: skip
    assert (sum(kinds), min(kinds) > 0) == (every, True)
    assert coder.get(f"{AT}/memos?q=zzz", headers=FRAGMENT).text.count('class="mm__t"') == 0
    coder.post(f"{AT}/memos/new", {"title": "О E03", "text": "…", "about": "expert:E03", "kind": "operational"})
    assert "О E03" in coder.get(f"{AT}/memos?q=e03", headers=FRAGMENT).text

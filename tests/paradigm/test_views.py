"""The paradigm model in a browser: read by everybody in the study, built by those who analyse."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.coding.models import CoreCategory
from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Ground
from fieldwork.demo.material import document
from fieldwork.paradigm.importing import import_paradigm
from fieldwork.paradigm.models import Link, ParadigmModel, RoleAssignment
from fieldwork.programme.services import create_study, find_study

AT = "/s/almaty/model"
TEXT = '<b onmouseover="alert(1)">вытесняет</b>'


@pytest.fixture
def sorted_study(ground: Ground, studies: SimpleNamespace) -> None:
    """The demo study with its categories sorted and no model yet, committed, beside a study of other people."""
    with ground.work() as work:
        studies.coded_study(work)
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})


@pytest.fixture
def modelled(ground: Ground, sorted_study: None) -> None:
    """The same with the demo's model."""
    with ground.work() as work:
        import_paradigm(work, find_study(work, "almaty"), document("paradigm"))


def roles(ground: Ground) -> dict[str, str]:
    """Core category -> its role, as the database has it."""
    with ground.look() as session:
        found = session.exec(select(CoreCategory.key, RoleAssignment.role).join(RoleAssignment)).all()
    return dict(found)


def links(ground: Ground) -> list[Link]:
    with ground.look() as session:
        return list(session.exec(select(Link)))


def undo_in(page: Any) -> str:
    """The address that the toast of a page takes a deed back with."""
    found = re.search(r'action="(/s/almaty/model/undo/[0-9a-f-]+)"', page.text)
    assert found is not None
    return found[1]


@pytest.mark.usefixtures("modelled")
def test_the_model_shows_roles_links_and_what_is_open(visitor: Callable[..., Any]) -> None:
    viewer, stranger = visitor("viewer", slug="almaty"), visitor("viewer")
    page = viewer.get(AT)
    assert page.status_code == 200
    assert page.text.count('<section class="role') == 6
    assert page.text.count("<g data-from=") == 9
    assert page.text.count('class="pm__w"') == 9
    assert "всё сходится: роли заполнены, каждая связь держится на цитатах" in page.text
    assert 'href="/s/almaty/evidence?core=almaty_centre"' in page.text
    assert viewer.get(f"{AT}?view=list").text.count('<th scope="row">') == 6
    assert viewer.get(f"{AT}?view=story").text.count('id="contradictions"') == 1
    assert stranger.get(AT).status_code == 404


def test_a_study_without_core_categories_is_told_what_comes_first(visitor: Callable[..., Any], ground: Ground) -> None:
    with ground.work() as work:
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
    page = visitor("coder").get("/s/libraries/model")
    assert (page.status_code, "<h1>Модели пока нет</h1>" in page.text) == (200, True)
    assert 'href="/s/libraries/categories"' in page.text
    assert "Феномен</summary>" in page.text


@pytest.mark.usefixtures("sorted_study")
def test_a_model_begins_with_the_first_role_and_every_deed_is_taken_back(
    visitor: Callable[..., Any], ground: Ground
) -> None:
    coder = visitor("coder", slug="almaty")
    assert coder.get(AT).text.count("data-core=") == 6

    def give(core: str, role: str) -> Any:
        return coder.post(f"{AT}/roles", {"core": core, "role": role}, follow_redirects=True)

    assert give("almaty_centre", "phenomenon").status_code == 200
    assert roles(ground) == {"almaty_centre": "phenomenon"}
    page = give("almaty_centre", "context")
    assert roles(ground) == {"almaty_centre": "context"}
    assert coder.post(undo_in(page), follow_redirects=True).status_code == 200
    assert roles(ground) == {"almaty_centre": "phenomenon"}

    page = give("almaty_centre", "")
    assert roles(ground) == {}
    coder.post(undo_in(page))
    assert roles(ground) == {"almaty_centre": "phenomenon"}

    refused = give("finance", "phenomenon")
    assert refused.status_code == 409
    assert "Феномен в модели уже есть: «Алматы как креативный центр»" in refused.text
    assert roles(ground) == {"almaty_centre": "phenomenon"}


@pytest.mark.usefixtures("modelled")
def test_only_the_last_deed_is_taken_back(visitor: Callable[..., Any], ground: Ground) -> None:
    coder = visitor("coder", slug="almaty")
    before = roles(ground)
    first = undo_in(coder.post(f"{AT}/roles", {"core": "finance", "role": ""}, follow_redirects=True))
    second = undo_in(coder.post(f"{AT}/roles", {"core": "ngo_support", "role": ""}, follow_redirects=True))
    assert coder.post(first).status_code == 409
    for address in (second, first):
        assert coder.post(address).status_code == 302
    assert (roles(ground), len(links(ground))) == (before, 9)
    assert coder.post(first).status_code == 404


@pytest.mark.usefixtures("modelled")
def test_a_link_is_made_changed_and_removed_with_the_quotations_that_carry_it(
    visitor: Callable[..., Any], ground: Ground
) -> None:
    coder = visitor("coder", slug="almaty")
    form = coder.get(f"{AT}/link?source=finance&target=institutionalization")
    assert form.status_code == 200
    quotation = re.findall(r'name="quotation" value="([0-9a-f-]+)"', form.text)
    assert len(quotation) == 39 + 69
    ends = {"source": "finance", "target": "institutionalization"}
    made = coder.post(
        f"{AT}/link",
        {**ends, "label_ru": TEXT, "category": "F2", "quotation": [quotation[0], quotation[-1]]},
        follow_redirects=True,
    )
    assert made.status_code == 200
    assert (TEXT in made.text, "&lt;b onmouseover=&#34;alert(1)&#34;&gt;" in made.text) == (False, True)
    assert "держится на 2 выбранных цитатах" in made.text
    link = next(one for one in links(ground) if one.label["kk"] == TEXT)
    again = coder.post(f"{AT}/link", {**ends, "label_ru": "снова"})
    assert (again.status_code, "снова" in again.text, len(links(ground))) == (422, True, 10)

    changed = coder.post(f"{AT}/links/{link.id}", {"label_ru": "теснит", "category": "F2"}, follow_redirects=True)
    assert "держится на 2" not in changed.text
    coder.post(undo_in(changed))
    assert next(one for one in links(ground) if one.id == link.id).label["ru"] == TEXT
    assert f'value="{quotation[0]}" checked' in coder.get(f"{AT}/links/{link.id}").text

    removed = coder.post(f"{AT}/links/{link.id}/remove", follow_redirects=True)
    assert len(links(ground)) == 9
    coder.post(undo_in(removed))
    assert len(links(ground)) == 10


@pytest.mark.usefixtures("modelled")
@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"source": "finance", "target": "state_support", "label_ru": " "}, 422, "Скажите в двух словах"),
        ({"source": "finance", "target": "state_support", "label_ru": "а", "category": "C1"}, 404, ""),
        ({"source": "finance", "target": "state_support", "label_ru": "а", "quotation": "no"}, 404, ""),
    ],
)
def test_a_link_that_says_nothing_or_rests_on_something_else_is_refused(
    visitor: Callable[..., Any], ground: Ground, fields: dict[str, str], status: int, told: str
) -> None:
    answer = visitor("coder", slug="almaty").post(f"{AT}/link", fields)
    assert (answer.status_code, told in answer.text, len(links(ground))) == (status, True, 9)


@pytest.mark.usefixtures("modelled")
def test_stories_are_written_and_shown_as_text(visitor: Callable[..., Any], ground: Ground) -> None:
    leader = visitor("principal_investigator", slug="almaty")
    page = leader.post(f"{AT}/story", {"story_ru": TEXT, "story_kk": "қысқаша"}, follow_redirects=True)
    assert (TEXT in page.text, "&lt;b onmouseover" in page.text) == (False, True)
    assert leader.post(undo_in(page), follow_redirects=True).status_code == 200
    with ground.look() as session:
        assert (
            session.exec(select(ParadigmModel)).one().storyline["ru"] == document("paradigm")["storyline"]["ru"].strip()
        )
    told = leader.post(f"{AT}/story", {"core": "finance", "story_ru": "О деньгах."}, follow_redirects=True)
    assert '<p class="serif">О деньгах.</p>' in told.text


@pytest.mark.usefixtures("modelled")
def test_who_does_not_analyse_only_reads_and_strangers_find_nothing(
    visitor: Callable[..., Any], ground: Ground
) -> None:
    link = links(ground)[0].id
    deeds = (
        (f"{AT}/roles", {"core": "finance", "role": "context"}),
        (f"{AT}/link", {}),
        (f"{AT}/links/{link}", {}),
        (f"{AT}/links/{link}/remove", {}),
        (f"{AT}/story", {}),
        (f"{AT}/undo/{link}", {}),
    )
    for role in ("interviewer", "viewer"):
        reader = visitor(role, slug="almaty")
        assert [reader.post(path, data).status_code for path, data in deeds] == [403] * 6
        assert "data-building" not in reader.get(AT).text
    stranger = visitor("principal_investigator")
    assert [stranger.post(path, data).status_code for path, data in deeds] == [404] * 6
    own = ("/roles", {"core": "finance", "role": "context"}), (f"/links/{link}/remove", {}), (f"/undo/{link}", {})
    assert [stranger.post(f"/s/libraries/model{path}", data).status_code for path, data in own] == [404] * 3
    assert len(links(ground)) == 9


@pytest.mark.usefixtures("sorted_study")
def test_each_question_leads_to_the_one_thing_to_do(visitor: Callable[..., Any], ground: Ground) -> None:
    coder = visitor("coder", slug="almaty")
    for core, role in (("almaty_centre", "phenomenon"), ("finance", "context")):
        coder.post(f"{AT}/roles", {"core": core, "role": role})
    page = coder.get(AT).text
    assert "Роль «причинные условия» пуста" in page
    assert 'href="/s/almaty/model#r-cau">Показать</a>' in page
    assert 'href="/s/almaty/model/link?source=finance">Связать</a>' in page
    coder.post(f"{AT}/link", {"source": "finance", "target": "almaty_centre", "label_ru": "теснит"})
    (link,) = links(ground)
    page = coder.get(AT).text
    told = "Связь «Финансовые вопросы креативных индустрий» → «Алматы как креативный центр»"
    assert told in page
    assert f'href="/s/almaty/model/links/{link.id}">Выбрать цитаты</a>' in page
    assert "держится на малом числе" not in page
    with ground.look() as session:
        deeds = session.exec(select(AuditEntry.deed).order_by(AuditEntry.number)).all()[-4:]
    assert list(deeds) == ["paradigm.begun", "paradigm.role_assigned", "paradigm.role_assigned", "paradigm.link_added"]


@pytest.mark.usefixtures("modelled")
def test_a_script_gets_the_map_alone(visitor: Callable[..., Any]) -> None:
    coder = visitor("coder", slug="almaty")
    answer = coder.post(f"{AT}/roles", {"core": "finance", "role": "consequences"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text.count("<html"), answer.text.count("data-part=")) == (200, 0, 2)
    assert "fieldwork:say" in answer.headers["HX-Trigger"]
    assert coder.get(f"{AT}/map").text.count("data-part=") == 2

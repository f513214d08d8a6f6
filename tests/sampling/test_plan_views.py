"""Planning the sample in the browser."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study, find_study
from fieldwork.sampling.identity import Identity
from fieldwork.sampling.plan import criteria_of, strata_of
from fieldwork.sampling.services import NewExpert, add_expert

SCRIPT = "<script>alert(1)</script>"


def refused(page: Any) -> str:
    """The sentence above the form."""
    found = re.search(r'role="alert">.*?<span>(.*?)</span>', page.text, re.DOTALL)
    return html.unescape(found.group(1)) if found else ""


def seen(page: Any) -> str:
    """What the form says it was opened on."""
    return re.findall(r'name="seen" value="(\w*)"', page.text)[0]


def undo(page: Any) -> str:
    """Where the toast's button posts to."""
    return html.unescape(re.findall(r'class="toast">.*?action="([^"]+)"', page.text, re.DOTALL)[0])


def labels(ground: Ground) -> list[tuple[str, int]]:
    with ground.work() as work:
        return [(row.label["ru"], row.quota) for row in strata_of(work, find_study(work, "libraries"))]


@pytest.fixture
def libraries(ground: Ground) -> Study:
    """An empty study, in no open transaction."""
    with ground.work() as work:
        return create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})


@pytest.fixture
def lead(libraries: Study, visitor: Callable[..., Any]) -> Any:
    """The principal investigator of an empty study."""
    return visitor("principal_investigator")


def test_an_empty_sample_offers_the_first_stratum(lead: Any, visitor: Callable[..., Any]) -> None:
    assert "/s/libraries/sample/strata/new" in lead.get("/s/libraries/experts").text
    assert "/s/libraries/sample/strata/new" not in visitor("viewer").get("/s/libraries/experts").text


def test_strata_are_added_ordered_changed_removed_and_brought_back(lead: Any, ground: Ground) -> None:
    for label, quota in (("Театр", "2"), (SCRIPT, "3"), ("Музыка", "1")):
        assert lead.post("/s/libraries/sample/strata/new", {"label_ru": label, "quota": quota}).status_code == 302
    assert labels(ground) == [("Театр", 2), (SCRIPT, 3), ("Музыка", 1)]
    shown = lead.get("/s/libraries/sample").text
    assert (SCRIPT in shown, html.escape(SCRIPT) in shown) == (False, True)

    lead.post("/s/libraries/sample/strata/s3/move", {"to": "up"})
    lead.post("/s/libraries/sample/strata/s1/move", {"to": "up"})
    assert [label for label, _ in labels(ground)] == ["Театр", "Музыка", SCRIPT]

    page = lead.get("/s/libraries/sample/strata/s1")
    changed = {"label_ru": "Сцена", "quota": "4", "seen": seen(page)}
    assert lead.post("/s/libraries/sample/strata/s1", changed).status_code == 302
    stale = lead.post("/s/libraries/sample/strata/s1", {**changed, "label_ru": "Опера"})
    assert (stale.status_code, "Опера" in stale.text) == (422, True)
    assert refused(stale).startswith("Пока страница была открыта")

    gone = lead.post("/s/libraries/sample/strata/s1/remove", follow_redirects=True)
    assert labels(ground) == [("Музыка", 1), (SCRIPT, 3)]
    lead.post(undo(gone))
    assert labels(ground) == [("Сцена", 4), ("Музыка", 1), (SCRIPT, 3)]
    assert lead.post(undo(gone)).status_code == 409  # the key is in use again


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"label_ru": "", "quota": "2"}, "Поле «Страта» пустое. Заполните его."),
        ({"label_ru": "x" * 121, "quota": "2"}, "В поле «Страта» знаков: 121, а помещается не больше 120. Сократите."),
        ({"label_ru": "Театр", "quota": "0"}, "Квота не может быть 0. Укажите целое число от 1 до 1000."),
        ({"label_ru": "Театр", "quota": "1001"}, "Квота не может быть 1001. Укажите целое число от 1 до 1000."),
        ({"label_ru": "Театр", "quota": "-1"}, "«-1»"),
        ({"label_ru": "Театр", "quota": "9" * 40}, "9" * 40),
        ({"label_ru": "Театр", "quota": ""}, "«»"),
    ],
)
def test_what_cannot_be_a_stratum_comes_back_as_typed(
    lead: Any, ground: Ground, typed: dict[str, str], told: str
) -> None:
    page = lead.post("/s/libraries/sample/strata/new", typed)
    assert (page.status_code, told in refused(page), labels(ground)) == (422, True, [])
    assert f'name="quota" type="number" value="{typed["quota"]}"' in page.text
    assert f">{typed['label_ru']}</textarea>" in page.text


def test_criteria_and_aspects_are_planned_too(lead: Any, ground: Ground) -> None:
    criterion = {"text_ru": "Пять лет", "kind": "required", "weight": "5", "justification": "Цикл"}
    assert lead.post("/s/libraries/sample/criteria/new", criterion).status_code == 302
    for field, wrong in (("weight", "6"), ("kind", "both"), ("justification", " ")):
        assert lead.post("/s/libraries/sample/criteria/new", {**criterion, field: wrong}).status_code == 422
    aspect = {"label_ru": "Аренда", "min_experts": "3", "questions": ["6", "x"], "categories": "I1\nI2"}
    assert lead.post("/s/libraries/sample/aspects/new", aspect).status_code == 302
    assert lead.post("/s/libraries/sample/aspects/new", {**aspect, "min_experts": "0"}).status_code == 422
    plan = {"type_ru": "Целевая", "size": "14", "saturation_rule_ru": "Пока есть новое", "seen": ""}
    plan["seen"] = seen(lead.get("/s/libraries/sample/plan"))
    assert lead.post("/s/libraries/sample/plan", {**plan, "size": "0"}).status_code == 422
    assert lead.post("/s/libraries/sample/plan", plan).status_code == 302
    page = lead.get("/s/libraries/sample").text
    assert [word in page for word in ("Целевая", "14 экспертов", "Пять лет", "Аренда", "#question-6")] == [True] * 5


def test_a_stratum_with_experts_is_not_removed(lead: Any, ground: Ground) -> None:
    lead.post("/s/libraries/sample/strata/new", {"label_ru": "Театр", "quota": "2"})
    with ground.work() as work:
        new = NewExpert("s1", "режиссёр", "театр", "f", "35-44", "10-14")
        add_expert(work, find_study(work, "libraries"), new, Identity("Имя"))
    page = lead.post("/s/libraries/sample/strata/s1/remove")
    assert (page.status_code, "эксперты E01" in page.text, labels(ground)) == (409, True, [("Театр", 2)])


def test_only_the_principal_investigator_plans(lead: Any, visitor: Callable[..., Any]) -> None:
    lead.post("/s/libraries/sample/strata/new", {"label_ru": "Театр", "quota": "2"})
    for role in ("interviewer", "coder", "viewer"):
        other = visitor(role)
        assert other.get("/s/libraries/sample").status_code == 200
        assert "/strata/new" not in other.get("/s/libraries/sample").text
        tried = [
            other.post(f"/s/libraries/sample/strata/{rest}", {"label_ru": "Я", "quota": "1"}).status_code
            for rest in ("new", "s1", "s1/move", "s1/remove", "restore")
        ]
        assert tried == [403] * 5
    missing = ("strata/s9", "strata/s9/remove", "tables/new", "tables/s1", "strata/restore?row=x")
    assert [lead.post(f"/s/libraries/sample/{path}").status_code for path in missing] == [404] * 5


def test_a_plan_is_taken_from_a_file(lead: Any, ground: Ground, programme: dict[str, Any]) -> None:
    import io  # noqa: PLC0415 - only here

    import yaml  # noqa: PLC0415 - only here

    def sent(text: bytes) -> Any:
        return lead.post("/s/libraries/sample/file", {"file": (io.BytesIO(text), "Имя.yaml")})

    assert refused(lead.post("/s/libraries/sample/file")) == "Файл не выбран. Выберите его и отправьте снова."
    for wrong in (b"\xff\xfe", b"a: [", b"- 1", b"sampling: {}"):
        assert (sent(wrong).status_code, labels(ground)) == (422, [])
    whole = yaml.safe_dump({key: programme[key] for key in ("sampling", "aspects")}, allow_unicode=True).encode()
    assert (sent(whole).status_code, len(labels(ground))) == (302, 7)
    assert sent(whole).status_code == 422  # there is a plan


def test_the_matrix_says_who_spoke_to_what_and_what_is_missing(ground: Ground, visitor: Callable[..., Any]) -> None:
    with ground.work() as work:
        study = set_up(work)
        assert len(criteria_of(work, study)) == 7
    page = visitor("viewer", slug="creative-class").get("/s/creative-class/experts").text
    matrix = page.split('id="coverage"')[1]
    assert matrix.count('scope="row"') == 15
    assert matrix.count("текста пока нет") == 15 * 14 + 1  # every cell, and the legend
    assert "не хватает 12 из 12" in matrix
    assert "возраст" in page.split("Что о них можно публиковать")[1]

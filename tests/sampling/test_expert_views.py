"""Work with experts in the browser: who may know, the way to an interview, replacement."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Ground
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study, find_study
from fieldwork.sampling.models import ContactAttempt, Expert, ExpertStatus
from fieldwork.sampling.plan import add_criterion, add_stratum
from fieldwork.sampling.services import experts_of, find_expert, identity_of

TEXT = {"ru": "Театр", "kk": "Театр", "en": "Theatre"}
NAME = "Есенова Сауле Маратовна"
TYPED = {
    "code": "E01",
    "stratum": "theatre",
    "group": "режиссёр",
    "sector": "театр",
    "sex": "f",
    "age": "35 – 44",
    "experience": "20+",
    "region": "Шымкент",
    "full_name": NAME,
    "short_names": "Сауле\nСаулеша",
    "phone": "+7 701 555 99 99",
}
EXPERTS = "/s/libraries/experts"


def refused(page: Any) -> str:
    found = re.search(r'role="alert">.*?<span>(.*?)</span>', page.text, re.DOTALL)
    return html.unescape(found.group(1)) if found else ""


def seen(page: Any) -> str:
    return re.findall(r'name="seen" value="(\w*)"', page.text)[0]


def deeds(ground: Ground) -> list[str]:
    with ground.work() as work:
        return [one.deed for one in work.session.exec(select(AuditEntry)).all() if one.deed.startswith("expert.")]


def statuses(ground: Ground) -> dict[str, str]:
    with ground.work() as work:
        return {one.code: one.status for one in experts_of(work, find_study(work, "libraries"))}


@pytest.fixture
def libraries(ground: Ground) -> Study:
    """An empty study, in no open transaction."""
    with ground.work() as work:
        return create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})


@pytest.fixture
def lead(libraries: Study, ground: Ground, visitor: Callable[..., Any]) -> Any:
    """The principal investigator of a study with one stratum and one required criterion."""
    with ground.work() as work:
        there = find_study(work, libraries.slug)
        add_stratum(work, there, "theatre", quota=1, label=TEXT)
        add_criterion(work, there, "c1", kind="required", weight=5, text=TEXT, justification="—")
    return visitor("principal_investigator")


@pytest.fixture
def today(ground: Ground) -> str:
    return (ground.clock() + timedelta(hours=5)).date().isoformat()


def test_an_expert_is_added_once_however_often_the_form_is_sent(lead: Any, ground: Ground) -> None:
    assert 'name="code" value="E01"' in lead.get(f"{EXPERTS}/new").text
    answers = [lead.post(f"{EXPERTS}/new", TYPED) for _ in range(2)]
    assert ([one.status_code for one in answers], statuses(ground)) == ([302, 422], {"E01": "candidate"})
    with ground.work() as work:
        expert = find_expert(work, find_study(work, "libraries"), "E01")
        known = identity_of(work, expert)
    assert (expert.age_band, known.full_name, known.short_names) == ("35-44", NAME, ("Сауле", "Саулеша"))
    pages = [lead.get(path).text for path in (EXPERTS, f"{EXPERTS}/E01", f"{EXPERTS}/E01/edit", "/s/libraries/")]
    assert [NAME in page or "Сауле" in page for page in pages] == [False] * 4


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", ""),
        ("full_name", "Я" * 121),
        ("group", "   "),
        ("stratum", "opera"),
        ("sex", "x"),
        ("age", "37"),
        ("experience", "много"),
        ("code", "Сауле"),
        ("email", "п" * 200),
        ("short_names", "С" * 130),
        ("replaces", "E07"),
        ("interviewer", "ЯЯ"),
        ("source", "rumour"),
    ],
)
def test_bad_fields_add_nobody_and_lose_nothing(lead: Any, ground: Ground, field: str, value: str) -> None:
    page = lead.post(f"{EXPERTS}/new", {**TYPED, field: value})
    missing = field in ("stratum", "replaces", "interviewer")  # options that the page does not offer
    assert (page.status_code, statuses(ground)) == (404 if missing else 422, {})
    if not missing and field != "full_name":
        assert (refused(page) != "", NAME in page.text, "+7 701 555 99 99" in page.text) == (True, True, True)


def test_pasted_scripts_are_text(lead: Any) -> None:
    script = "<script>alert(1)</script>"
    lead.post(f"{EXPERTS}/new", {**TYPED, "group": script, "sector": script, "full_name": script})
    pages = [lead.get(path).text for path in (EXPERTS, f"{EXPERTS}/E01", f"{EXPERTS}/E01/identity")]
    assert [script in page for page in pages] == [False] * 3


def test_looking_who_it_is_is_written_down_and_only_for_those_who_may(
    lead: Any, ground: Ground, visitor: Callable[..., Any]
) -> None:
    own, other = visitor("interviewer"), visitor("interviewer")
    assert own.post(f"{EXPERTS}/new", TYPED).status_code == 302
    before = deeds(ground).count("expert.identity_shown")
    assert [NAME in one.get(f"{EXPERTS}/E01/identity").text for one in (lead, own)] == [True, True]
    assert deeds(ground).count("expert.identity_shown") == before + 2
    for stranger in (other, visitor("coder"), visitor("viewer")):
        tried = [stranger.get(f"{EXPERTS}/E01/{page}").status_code for page in ("identity", "edit", "answer")]
        written = [stranger.post(f"{EXPERTS}/E01/{page}", TYPED).status_code for page in ("identity", "edit", "answer")]
        assert (tried, written) == ([403] * 3, [403] * 3)
        assert f"{EXPERTS}/E01/identity" not in stranger.get(f"{EXPERTS}/E01").text
    assert deeds(ground).count("expert.identity_shown") == before + 2
    assert lead.get(f"{EXPERTS}/E99/identity").status_code == 404


def test_a_stale_identity_is_not_written_over(lead: Any, ground: Ground) -> None:
    lead.post(f"{EXPERTS}/new", TYPED)
    mark = seen(lead.get(f"{EXPERTS}/E01/identity"))
    first = lead.post(f"{EXPERTS}/E01/identity", {**TYPED, "full_name": "Первая", "seen": mark})
    second = lead.post(f"{EXPERTS}/E01/identity", {**TYPED, "full_name": "Вторая", "seen": mark})
    assert (first.status_code, second.status_code, "Вторая" in second.text) == (302, 422, True)
    again = lead.post(f"{EXPERTS}/E01/identity", {**TYPED, "full_name": "Вторая", "seen": seen(second)})
    with ground.work() as work:
        known = identity_of(work, find_expert(work, find_study(work, "libraries"), "E01"))
    assert (again.status_code, known.full_name) == (302, "Вторая")


def test_from_candidate_to_declined_to_a_replacement(lead: Any, ground: Ground, today: str) -> None:
    lead.post(f"{EXPERTS}/new", TYPED)

    def answered(code: str, **typed: Any) -> Any:
        mark = seen(lead.get(f"{EXPERTS}/{code}/answer"))
        return lead.post(f"{EXPERTS}/{code}/answer", {"on": today, "channel": "phone", "seen": mark, **typed})

    unmet = answered("E01", what="invited", note="Позвонили")
    assert (unmet.status_code, "Позвонили" in unmet.text, statuses(ground)["E01"]) == (422, True, "candidate")
    tomorrow = (ground.clock() + timedelta(days=2)).date().isoformat()
    for wrong in (
        {"on": tomorrow},
        {"on": "2025-02-30"},
        {"on": ""},
        {"channel": "pigeon"},
        {"what": "agreed"},
        {"what": ""},
    ):
        assert answered("E01", **{"what": "invited", "met": "c1", **wrong}).status_code == 422
    assert answered("E01", what="invited", met="c1").status_code == 302
    told = lead.get(f"{EXPERTS}/E01").text
    undo = html.unescape(re.findall(r'class="toast">.*?action="([^"]+)"', told, re.DOTALL)[0])
    lead.post(undo)
    with ground.work() as work:
        assert work.session.exec(select(ContactAttempt)).all() == []
    assert statuses(ground) == {"E01": ExpertStatus.CANDIDATE}
    assert lead.post(undo).status_code == 404

    answered("E01", what="invited", met="c1")
    assert answered("E01", what="declined", note="Уезжает на год").status_code == 302
    assert "Уезжает на год" in lead.get(f"{EXPERTS}/E01").text
    assert f"{EXPERTS}/new?replaces=E01" in lead.get(f"{EXPERTS}/E01").text
    assert lead.post(f"{EXPERTS}/new", {**TYPED, "code": "E02", "replaces": "E01"}).status_code == 302
    assert lead.post(f"{EXPERTS}/new", {**TYPED, "code": "E03", "replaces": "E01"}).status_code == 422
    assert "вместо E01" in lead.get(EXPERTS).text


def test_traits_are_corrected_and_a_stale_page_is_told(lead: Any, ground: Ground) -> None:
    lead.post(f"{EXPERTS}/new", TYPED)
    mark = seen(lead.get(f"{EXPERTS}/E01/edit"))
    answers = [
        lead.post(f"{EXPERTS}/E01/edit", {**TYPED, "group": group, "seen": mark}).status_code
        for group in ("актёр", "драматург")
    ]
    with ground.work() as work:
        groups = work.session.exec(select(Expert.group)).all()
    assert (answers, groups) == ([302, 422], ["актёр"])


def test_experts_are_taken_from_a_file(lead: Any, ground: Ground) -> None:
    import io  # noqa: PLC0415 - only here

    file = (
        "experts: {E05: {stratum: theatre, group: г, sector: с, sex: m, age: 35-44, experience: 20+, "
        "status: candidate, identity: {full_name: Гордеев Антон}}}"
    )
    answers = [
        lead.post(f"{EXPERTS}/file", {"file": (io.BytesIO(text.encode()), "x.yaml")}).status_code
        for text in (file.replace("35-44", "37"), file.replace("theatre", "opera"), file, file)
    ]
    assert (answers, statuses(ground)) == ([422, 404, 302, 422], {"E05": "candidate"})

"""How the sample is published: chosen, refused, taken back; on pages and at the terminal."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.anonymisation.disclosure import MISSING, Form, Shown, SmallCells, TraitUnknown, as_noted
from fieldwork.anonymisation.models import PublishedForm
from fieldwork.anonymisation.publishing import (
    NothingToUndo,
    chosen_form,
    publish,
    publish_proposed,
    published_tables,
    sample_rows,
    standing_of,
    undo_form,
    wanted_form,
)
from fieldwork.core.audit import AuditEntry
from fieldwork.core.work import Ground, Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study, members_of
from fieldwork.sampling.services import find_expert

AT = "/s/creative-class/anonymisation/risk"
Run = Callable[..., Any]
Visitor = Callable[..., Any]


def fresh(ground: Ground, study: Study) -> Study:
    """The study as before anybody chose a form: the demo publishes the proposal."""
    with ground.work() as work:
        undo_form(work, study)
    return study


def test_the_demo_publishes_the_finest_form_that_passes(work: Work, study: Study) -> None:
    tables = {one.columns: dict(one.cells) for one in published_tables(work, study)}
    assert tables == {
        ("sex",): {("f",): 7, ("m",): 7},
        ("age_band",): {("25-34",): 4, ("35-44",): 5, ("45+",): 5},
        ("experience_band",): {("5-9",): 4, ("10-14",): 4, ("15+",): 6},
    }


def test_the_table_as_noted_is_refused_and_the_proposal_named(ground: Ground, study: Study) -> None:
    fresh(ground, study)
    with ground.work() as work:
        with pytest.raises(SmallCells) as refused:
            published_tables(work, study)
        assert refused.value.values["cells"] == "55-64 (1); 15-19 (2)"
        assert refused.value.values["proposal"] == "45-54, 55-64 → 45+; 15-19, 20+ → 15+"
        assert not standing_of(work, study).passes


def test_the_region_of_the_work_is_a_trait_that_may_be_published(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        for number, region in ((1, "Алматы"), (2, "Алматы"), (3, "Алматы"), (4, "Шымкент")):
            find_expert(work, study, f"E{number:02}").region = region
    with ground.work() as work:
        form = wanted_form(work, study, ["region"], Shown.ALONE)
        with pytest.raises(SmallCells) as refused:
            publish(work, study, form, None)
        assert refused.value.values["cells"] == "Шымкент (1)"
        rows = list(sample_rows(work, study).values())
        assert sorted({row["region"] for row in rows}) == sorted({MISSING, "Алматы", "Шымкент"})


def test_a_form_below_three_is_not_kept(ground: Ground, study: Study) -> None:
    with ground.work() as work, pytest.raises(SmallCells):
        publish(work, study, as_noted(sample_rows(work, study).values(), ("sex", "sector")), None)
    with ground.look() as session:
        assert [row.number for row in session.exec(select(PublishedForm))] == [1]


def test_every_form_is_kept_and_the_newest_can_be_taken_back(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        member = members_of(work, study)[0]
        publish(work, study, Form(Shown.ALONE, {"sex": {"f": "f", "m": "m"}}), member)
    with ground.work() as work:
        assert [one.columns for one in published_tables(work, study)] == [("sex",)]
        chosen = chosen_form(work, study)
        assert chosen is not None
        assert (chosen.number, chosen.decided_by_id) == (2, member.id)
        undo_form(work, study)
        assert len(published_tables(work, study)) == 3
        undo_form(work, study)
        with pytest.raises(NothingToUndo):
            undo_form(work, study)
        publish_proposed(work, study)
    with ground.look() as session:
        forms = {row.number: row.undone_at is None for row in session.exec(select(PublishedForm))}
        deeds = [row.deed for row in session.exec(select(AuditEntry)) if row.deed.startswith("sample.")]
    assert forms == {1: False, 2: False, 3: True}
    assert deeds.count("sample.form_taken_back") == 2


def test_a_form_that_has_become_too_small_is_refused_again(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        expert = find_expert(work, study, "E05")
        expert.age_band = "65-74"
        work.add(expert)
    with ground.work() as work, pytest.raises(SmallCells, match="65-74"):
        published_tables(work, study)


def test_what_nobody_noted_is_a_value_of_its_own(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        for code in ("E05", "E08", "E11"):
            expert = find_expert(work, study, code)
            expert.sector = "  "
            work.add(expert)
    with ground.work() as work:
        assert sample_rows(work, study)["E05"]["sector"] == "—"
        found = standing_of(work, study, wanted_form(work, study, ("sector",), Shown.ALONE))
        assert found.risks[0].small[("театр",)] == 1
        assert ("—",) not in found.risks[0].small


def test_nobody_interviewed_and_no_such_trait(work: Work) -> None:
    empty = create_study(work, "empty", {"ru": "Т", "kk": "Т", "en": "T"})
    assert published_tables(work, empty)[0].cells == {}
    assert standing_of(work, empty).proposal.columns == {}
    with pytest.raises(TraitUnknown):
        wanted_form(work, empty, ("shoe_size",), Shown.ALONE)


def test_the_page_proposes_and_one_click_applies(ground: Ground, study: Study, visitor: Visitor) -> None:
    fresh(ground, study)
    leader, coder = visitor("principal_investigator", slug=study.slug), visitor("coder", slug=study.slug)
    page = html.unescape(leader.get(AT).text)
    assert "В таком виде публиковать нельзя" in page
    assert re.search(r"55–64 <span[^>]*>\(1\)</span></td><td>→ <b>45\+</b>", page)
    assert "план выборки (страты, квоты) и способы бесед" in page
    assert "Публиковать, как предложено" not in coder.get(AT).text
    wanted = {"trait": ["sex", "age_band", "experience_band"], "shown": "alone"}
    assert coder.post(AT, data=wanted).status_code == 403
    assert leader.post(AT, data=wanted).status_code == 302
    assert "Публиковать можно: за каждым числом не меньше" in leader.get(AT).text
    assert leader.post(f"{AT}/undo").status_code == 302
    assert "В таком виде публиковать нельзя" in leader.get(AT).text


def test_other_traits_and_crossings_are_counted_before_they_are_chosen(study: Study, visitor: Visitor) -> None:
    leader = visitor("principal_investigator", slug=study.slug)
    page = html.unescape(leader.get(f"{AT}?trait=sex&trait=sector&shown=together").text)
    assert "В таком виде публиковать нельзя" in page
    assert "не публикуется" in page
    assert leader.get(f"{AT}?trait=shoe_size&shown=alone").status_code == 422
    nothing = html.unescape(leader.get(f"{AT}?shown=whatever").text)
    assert "Признаки экспертов не публикуются: только план выборки" in nothing


def test_groups_named_by_hand_are_counted_together_or_refused(ground: Ground, study: Study, visitor: Visitor) -> None:
    leader = visitor("principal_investigator", slug=study.slug)
    page = leader.get(f"{AT}?trait=sector&shown=alone").text
    fields = re.findall(r'name="(label\.sector\.\d+)" value="([^"]*)"', page)
    assert len(fields) == 8
    by_hand = {"deed": "by_hand", "shown": "alone", "trait": "sector"}
    refused = leader.post(AT, data=by_hand | {name: "<b>всё</b>" if "0" in name else value for name, value in fields})
    assert refused.status_code == 422
    assert "&lt;b&gt;всё&lt;/b&gt;" in refused.text
    assert "<b>всё</b>" not in refused.text
    halves = {name: "слово и сцена" if number < 4 else "место и наука" for number, (name, _) in enumerate(fields)}
    assert leader.post(AT, data=by_hand | halves).status_code == 302
    with ground.work() as work:
        (table,) = published_tables(work, study)
        assert set(table.cells) == {("слово и сцена",), ("место и наука",)}
        assert sum(table.cells.values()) == 14


def test_the_risk_at_the_terminal(ground: Ground, study: Study, run: Run) -> None:
    fresh(ground, study)
    told = json.loads(run("anonymisation", "risk", study.slug, "--json").out)
    assert (told["experts"], told["passes"], told["chosen"]) == (14, False, False)
    assert [(one["traits"], one["k"]) for one in told["tables"]] == [
        (["sex"], 7),
        (["age_band"], 1),
        (["experience_band"], 2),
    ]
    assert told["alone_on"]["E04"] == [["age_band"]]
    assert "Refused. This would pass: 45-54, 55-64 → 45+" in run("anonymisation", "risk", study.slug).out
    assert "May be published." in run("anonymisation", "risk", study.slug, "--apply").out
    together = run("anonymisation", "risk", study.slug, "--trait", "sex", "--trait", "group", "--shown", "together")
    assert "Refused." in together.out
    assert "Refused." in run("anonymisation", "risk", study.slug, "--undo").out
    nothing = run("anonymisation", "risk", study.slug, "--undo")
    assert (nothing.code, "no published form" in nothing.err) == (1, True)

"""The chain of evidence: exact in both directions, and clickable."""

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from fieldwork.anonymisation.publishing import publish_proposed
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Category, Code, CoreCategory
from fieldwork.consent.imports import import_consents
from fieldwork.consent.services import withdraw
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Ground
from fieldwork.demo.material import document
from fieldwork.overview.evidence import Chains, at_turn, chains_of, strand_of
from fieldwork.paradigm.importing import import_paradigm
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study, find_study
from fieldwork.report.importing import import_recommendations
from fieldwork.sampling.services import find_expert

AT = "/s/almaty/evidence"
PANEL = {"HX-Request": "true", "HX-Target": "evidence"}


@pytest.fixture(scope="session")
def studies() -> SimpleNamespace:
    """The builders of coding's ``studies.py`` (tests are no package, so it cannot be imported)."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "coding" / "studies.py")))


@pytest.fixture
def analysed(ground: Ground, studies: SimpleNamespace) -> Study:
    """The demo study up to its recommendations, committed, beside a study of other people."""
    with ground.work() as work:
        study: Study = studies.coded_study(work)
        import_consents(work, study, document("consent"))
        publish_proposed(work, study)
        import_paradigm(work, study, document("paradigm"))
        import_recommendations(work, study, document("paradigm"))
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
    return study


def test_every_way_down_ends_in_a_quotation_that_leads_back_to_where_it_began(ground: Ground, analysed: Study) -> None:
    with ground.work() as work:
        chains = chains_of(work, analysed)
        book = chains.book
        for core in book.core_categories:
            assert strand_of(work, chains, foot(chains, core)).core == core
        for category in book.categories:
            found = strand_of(work, chains, foot(chains, category))
            assert (found.category, found.core) == (category, book.core_by_id[category.core_category_id])  # type: ignore[index]
        for code in book.codes[::20]:
            assert strand_of(work, chains, foot(chains, code)).code == code


def foot(chains: Chains, below: CoreCategory | Category | Code) -> Any:
    found = chains.foot(below)
    assert found is not None
    return found


def test_neighbours_lead_through_all_siblings_once(ground: Ground, analysed: Study) -> None:
    with ground.work() as work:
        chains = chains_of(work, analysed)
        for step, among in (("core", 6), ("category", None), ("quotation", None)):
            first = foot(chains, chains.cores()[0])
            seen = [first]
            while (after := strand_of(work, chains, seen[-1]).around[step].after) is not None:
                assert strand_of(work, chains, after).around[step].before is not None
                seen.append(after)
            places = [strand_of(work, chains, one).around[step].place for one in seen]
            of = strand_of(work, chains, first).around[step].of
            assert (places, len(set(seen))) == (list(range(1, of + 1)), of)
            assert among is None or of == among


def test_a_quotation_knows_the_links_contradictions_and_recommendations_that_rest_on_it(
    ground: Ground, analysed: Study
) -> None:
    given = document("paradigm")
    with ground.work() as work:
        chains = chains_of(work, analysed)
        book = chains.book
        for passage in book.passages[::25]:
            found = strand_of(work, chains, passage.coding_id)
            assert found.category is not None
            key = found.category.key
            assert {one.row.key for one in found.advice} == {
                one["key"] for one in given["recommendations"] if key in one["evidence"]
            }
            assert [link.label["ru"] for link, _, _ in found.links] == [
                one["label"]["ru"] for one in given["links"] if key in one["evidence"]
            ]
            speaks = [
                one["ru"].strip()
                for one in given["contradictions"]
                for side, experts in zip(one["categories"], (one["left"], one["right"]), strict=True)
                if side == key and passage.expert in experts
            ]
            assert [one.text["ru"] for one in found.disputes] == speaks
            start, end = passage.start[0], passage.end[0]
            turns = {one.coding_id for turn in range(start, end + 1) for one in at_turn(chains, passage.expert, turn)}
            assert {one.passage.coding_id for one in found.held} == turns - {passage.coding_id}
            assert passage in at_turn(chains, passage.expert, start)
            assert passage in at_turn(chains, passage.expert, end)
            assert passage not in at_turn(chains, passage.expert, end + 1)
        with pytest.raises(NotFound):
            strand_of(work, chains, uuid4())


@pytest.mark.usefixtures("analysed")
def test_the_chain_is_walked_in_the_browser(visitor: Callable[..., Any], ground: Ground) -> None:
    viewer, stranger = visitor("viewer", slug="almaty"), visitor("principal_investigator")
    page = viewer.get(f"{AT}?core=finance")
    assert (page.status_code, page.text.count("data-step")) == (200, 5)
    assert 'href="/s/almaty/model#core-finance"' in page.text
    turn = re.search(r'href="/s/almaty/transcripts/(E\d\d)#turn-(\d+)"', page.text)
    assert turn is not None
    back = viewer.get(f"{AT}?expert={turn[1]}&turn={turn[2]}")
    assert 'href="/s/almaty/model#core-finance"' in back.text
    assert 'href="/s/almaty/report#recommendation-' in page.text

    with ground.look() as session:
        book = read_codebook(session, find_study_id(ground))
    passage = book.passages[0]
    strand = f"{AT}/{passage.coding_id}"
    panel = viewer.get(strand, headers=PANEL)
    assert (panel.status_code, "<html" in panel.text, "data-trail-close" in panel.text) == (200, False, True)
    assert "<html" in viewer.get(strand, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}).text

    start = viewer.get(AT)
    assert start.text.count('id="recommendation-') == 5
    assert "пусто" in viewer.get(f"{AT}?expert=E01&turn=9999").text
    assert [
        viewer.get(f"{AT}{path}").status_code for path in (f"/{uuid4()}", "?core=no", "?code=999", "?expert=E99")
    ] == [404] * 4
    marked = viewer.get(f"/s/almaty/transcripts/{passage.expert}").text
    assert f"/s/almaty/evidence?expert={passage.expert}&amp;turn={passage.start[0]}" in marked
    assert [stranger.get(path).status_code for path in (AT, strand, f"/s/libraries/evidence/{passage.coding_id}")] == [
        404
    ] * 3


def find_study_id(ground: Ground) -> Any:
    with ground.work() as work:
        return find_study(work, "almaty").id


@pytest.mark.usefixtures("analysed")
def test_words_that_were_taken_back_are_not_shown(visitor: Callable[..., Any], ground: Ground) -> None:
    with ground.work() as work:
        study = find_study(work, "almaty")
        passage = next(one for one in read_codebook(work.session, study.id).passages if one.expert == "E01")
        withdraw(work, find_expert(work, study, "E01"))
    page = visitor("viewer", slug="almaty").get(f"{AT}/{passage.coding_id}")
    assert (page.status_code, passage.quote in page.text) == (200, False)
    assert "<blockquote" not in page.text

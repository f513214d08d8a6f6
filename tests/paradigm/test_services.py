"""The demo's model is imported, judged against its codings, and followed down to the words and back."""

import copy
from typing import Any

import pytest
from sqlmodel import select

from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.models import Category, CoreCategory
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Work
from fieldwork.demo.material import document
from fieldwork.paradigm.chain import behind, strands, traced
from fieldwork.paradigm.importing import ModelExists, import_paradigm
from fieldwork.paradigm.models import ParadigmRole
from fieldwork.paradigm.rules import (
    CoreTwice,
    LinkTwice,
    LinkView,
    LinkWithoutEvidence,
    NoModel,
    NoPhenomenon,
    SecondPhenomenon,
    VoiceUngrounded,
)
from fieldwork.paradigm.services import (
    add_link,
    assign_role,
    assignments_of,
    findings,
    links_of,
    model_of,
    view_of,
    write_storyline,
)
from fieldwork.programme.models import Study
from fieldwork.programme.shapes import PlaceUnknown, PlaceWrong
from fieldwork.transcription.models import Segment


@pytest.fixture
def given() -> Any:
    """The model's file, free to be altered."""
    return copy.deepcopy(document("paradigm"))


def core(work: Work, study: Study, key: str) -> CoreCategory:
    return work.session.exec(
        select(CoreCategory).where(CoreCategory.study_id == study.id, CoreCategory.key == key)
    ).one()


def test_the_roles_come_out_as_published(work: Work, study: Study, given: Any) -> None:
    import_paradigm(work, study, given)
    view = view_of(work, study)
    assert {one.role: one.core for one in view.roles} == {
        "phenomenon": "almaty_centre",
        "causal_conditions": "state_support",
        "context": "finance",
        "intervening_conditions": "ngo_support",
        "action_interaction_strategies": "intermediaries",
        "consequences": "institutionalization",
    }
    assert (len(view.links), len(view.contradictions)) == (9, 9)
    assert view.links[2] == LinkView("almaty_centre", "intermediaries", ("A1", "A2", "M1", "M2"))
    assert view.contradictions[4].left_experts == ("E04", "E13")
    assert findings(work, study) == []
    model = model_of(work, study)
    assert model is not None
    assert model.storyline["en"].startswith("Almaty already works as a creative centre")
    assert all(set(one.storyline) == {"ru", "kk", "en"} for one in assignments_of(work, model))
    assert [link.position for link in links_of(work, model)] == list(range(1, 10))


def test_a_study_without_a_model_is_told(work: Work, study: Study) -> None:
    assert [type(one) for one in findings(work, study)] == [NoModel]
    with pytest.raises(NoModel, match="no paradigm model yet"):
        view_of(work, study)


def test_a_second_model_and_other_shapes_are_refused(work: Work, study: Study, given: Any) -> None:
    with pytest.raises(PlaceWrong, match="roles › essence"):
        import_paradigm(work, study, {**given, "roles": {**given["roles"], "essence": given["roles"]["context"]}})
    with pytest.raises(PlaceUnknown, match="lines"):
        import_paradigm(work, study, {**given, "lines": []})
    import_paradigm(work, study, given)
    with pytest.raises(ModelExists):
        import_paradigm(work, study, given)


def test_a_model_without_a_phenomenon_is_refused(work: Work, study: Study, given: Any) -> None:
    del given["roles"]["phenomenon"]
    given["links"] = [one for one in given["links"] if "phenomenon" not in (one["from"], one["to"])]
    with pytest.raises(NoPhenomenon):
        import_paradigm(work, study, given)


def test_a_link_to_an_empty_role_is_refused(work: Work, study: Study, given: Any) -> None:
    del given["roles"]["context"]
    with pytest.raises(NotFound, match="core category in the role called context"):
        import_paradigm(work, study, given)


def test_a_link_without_evidence_is_refused(work: Work, study: Study, given: Any) -> None:
    given["links"][0]["evidence"] = []
    with pytest.raises(LinkWithoutEvidence, match="from state_support to almaty_centre rests on no category"):
        import_paradigm(work, study, given)


def test_a_voice_without_a_coding_is_refused(work: Work, study: Study, given: Any) -> None:
    given["contradictions"][0]["left"].append("E05")
    with pytest.raises(VoiceUngrounded, match="E05 is named for F3"):
        import_paradigm(work, study, given)


def test_a_second_phenomenon_is_refused_at_once(work: Work, study: Study) -> None:
    model = write_storyline(work, study, {"ru": "…", "kk": "…", "en": "…"})
    assign_role(work, model, ParadigmRole.PHENOMENON, core(work, study, "almaty_centre"))
    with pytest.raises(SecondPhenomenon, match="phenomenon already: almaty_centre"):
        assign_role(work, model, ParadigmRole.PHENOMENON, core(work, study, "finance"))
    with pytest.raises(CoreTwice):
        assign_role(work, model, ParadigmRole.CONTEXT, core(work, study, "almaty_centre"))


def test_one_link_in_one_direction(work: Work, study: Study) -> None:
    model = write_storyline(work, study, {"ru": "…", "kk": "…", "en": "…"})
    source = assign_role(work, model, ParadigmRole.CONTEXT, core(work, study, "finance"))
    target = assign_role(work, model, ParadigmRole.PHENOMENON, core(work, study, "almaty_centre"))
    evidence = [work.session.exec(select(Category).where(Category.key == "F2")).one()]
    label = {"ru": "теснит", "kk": "тарылтады", "en": "narrows"}
    add_link(work, source, target, label, evidence)
    with pytest.raises(LinkTwice, match="two links from finance to almaty_centre"):
        add_link(work, source, target, label, evidence)


def test_the_storyline_can_be_written_anew(work: Work, study: Study) -> None:
    first = write_storyline(work, study, {"ru": "Раз", "kk": "Бір", "en": "One"})
    second = write_storyline(work, study, {"ru": "Два", "kk": "Екі", "en": "Two"})
    assert (second.id, second.storyline["ru"]) == (first.id, "Два")


def test_the_chain_leads_from_a_role_to_the_words_and_back(work: Work, study: Study, given: Any) -> None:
    import_paradigm(work, study, given)
    book, view = read_codebook(work.session, study.id), view_of(work, study)
    whole = strands(book, view)
    assert (len(whole), len({strand.code.id for strand in whole})) == (250, 180)
    below = strands(book, view, ParadigmRole.CONTEXT)
    assert {strand.core.key for strand in below} == {"finance"}
    assert len(below) == 39
    for strand in below:
        segment = work.get(Segment, strand.passage.segment_id)
        assert segment.text is not None
        assert strand.passage.quote in segment.text
        assert strand.passage.questions or strand.passage.start_ms is not None
        assert traced(book, view, strand.passage.coding_id) == strand
    rent = next(strand for strand in below if strand.category.key == "F2")
    assert [(link.source, link.target) for link in rent.links] == [("finance", "almaty_centre")]
    assert traced(book, view, study.id) is None


def test_a_link_is_carried_by_the_codings_of_its_evidence(work: Work, study: Study, given: Any) -> None:
    import_paradigm(work, study, given)
    book, view = read_codebook(work.session, study.id), view_of(work, study)
    expected = [
        sum(
            len(code["codings"]) for part in "ABC" for code in document(f"codes_{part}") if code["category"] in evidence
        )
        for evidence in (link["evidence"] for link in given["links"])
    ]
    assert [len(behind(book, link)) for link in view.links] == expected

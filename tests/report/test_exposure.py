"""What a reader could learn: rare facts waiting for a look, one expert as read, and the trial search."""

import html
import re
import runpy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from fieldwork.anonymisation.disclosure import Form, PublishedCells, Shown, SmallCells
from fieldwork.anonymisation.publishing import publish, publish_proposed, undo_form
from fieldwork.coding.models import Coding
from fieldwork.consent.imports import import_consents
from fieldwork.consent.services import withdraw
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Ground, Work
from fieldwork.demo.material import document
from fieldwork.paradigm.importing import import_paradigm
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study, find_study, members_of
from fieldwork.report.exposure import Quoted, answer, exposure_of, forget_look, look_at
from fieldwork.report.importing import import_recommendations
from fieldwork.report.intruder import ABOUT_EXPERT, QUESTIONS, AnswerUnreadable, check_answer, fingerprint, trial_of
from fieldwork.report.models import IntruderAnswer, QuoteLook
from fieldwork.report.sample import note, traits
from fieldwork.report.services import report_content
from fieldwork.sampling.services import find_expert

AT = "/s/almaty/anonymisation/risk"
RARE = "Я тогда возглавляла единственный театр, премию дали в 1998 году"
Visitor = Callable[..., Any]


@pytest.fixture(scope="session")
def studies() -> SimpleNamespace:
    """The builders of coding's ``studies.py`` (tests are no package, so it cannot be imported)."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "coding" / "studies.py")))


@pytest.fixture
def study(ground: Ground, studies: SimpleNamespace) -> Study:
    """The demo study up to its recommendations; one quotation that the report prints tells rare facts."""
    with ground.work() as work:
        found: Study = studies.coded_study(work)
        import_consents(work, found, document("consent"))
        publish_proposed(work, found)
        import_paradigm(work, found, document("paradigm"))
        import_recommendations(work, found, document("paradigm"))
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})
        printed = next(one for one in exposure_of(work, found).quotes if one.printed)
        coding = work.get(Coding, printed.passage.coding_id)
        coding.quote = RARE
        work.add(coding)
    return found


def rare_one(work: Work, study: Study) -> Quoted:
    return next(one for one in exposure_of(work, study).quotes if one.passage.quote == RARE)


def answer_all(work: Work, study: Study, said: str = "no") -> None:
    member = members_of(work, study)[0]
    for question in QUESTIONS:
        answer(work, study, (question, ""), (said, ""), member)
    for code in exposure_of(work, study).standing.rows:
        answer(work, study, (ABOUT_EXPERT, code), ("no", ""), member)


def test_a_quotation_with_rare_facts_waits_until_somebody_looked(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        found = rare_one(work, study)
        assert (found.level, found.printed, found.look) == ("strong", True, None)
        assert {"office", "only", "award", "date"} <= set(found.reasons)
        assert "".join(text for text, _marked in found.pieces) == RARE
        assert exposure_of(work, study).waiting[0].passage.quote == RARE
        look_at(work, study, found.codings[0], "  театров было три  ", members_of(work, study)[0])
    with ground.work() as work:
        looked = rare_one(work, study)
        assert looked.look is not None
        assert (looked.look.note, looked.look.reasons) == ("театров было три", found.reasons)
        assert RARE not in [one.passage.quote for one in exposure_of(work, study).waiting]
        forget_look(work, study, looked.look.coding_id)
        assert rare_one(work, study).look is None


def test_a_look_does_not_cover_what_became_rare_later(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        coding_id = rare_one(work, study).passage.coding_id
        look_at(work, study, coding_id, "", members_of(work, study)[0])
        look = work.session.exec(select(QuoteLook)).one()
        look.reasons = ["date"]
        work.add(look)
    with ground.work() as work:
        assert rare_one(work, study).look is None
        look_at(work, study, coding_id, "", members_of(work, study)[0])
        assert len(work.session.exec(select(QuoteLook)).all()) == 1


def test_looks_are_for_quotations_of_the_study_that_are_marked(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        member = members_of(work, study)[0]
        plain = next(one for one in exposure_of(work, study).quotes if not one.facts)
        for coding_id in (uuid4(), plain.passage.coding_id):
            with pytest.raises(NotFound):
                look_at(work, study, coding_id, "", member)
        with pytest.raises(AnswerUnreadable):
            look_at(work, study, rare_one(work, study).passage.coding_id, "ы" * 601, member)
        with pytest.raises(NotFound):
            forget_look(work, find_study(work, "libraries"), rare_one(work, study).passage.coding_id)


def test_words_that_consent_withholds_are_not_shown(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        code = rare_one(work, study).passage.expert
        withdraw(work, find_expert(work, study, code))
    with ground.work() as work:
        assert exposure_of(work, study).of_expert(code) == []


def test_a_trial_is_done_when_every_question_has_a_current_answer(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        assert (exposure_of(work, study).trial.asked, exposure_of(work, study).trial.done) == (9 + 14, False)
        answer_all(work, study)
        trial = exposure_of(work, study).trial
        assert (trial.current, trial.old, trial.found, trial.done) == (23, 0, 0, True)
        assert trial.last == work.now


def test_answers_grow_old_when_something_else_is_published(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        answer_all(work, study)
        coding = work.get(Coding, rare_one(work, study).passage.coding_id)
        code = rare_one(work, study).passage.expert
        coding.quote = "Двор помнит больше, чем музей, и платить за него некому"
        work.add(coding)
    with ground.work() as work:
        exposure = exposure_of(work, study)
        assert (exposure.trial.current, exposure.trial.old) == (13, 10)  # the expert's, and the nine about everything
        assert exposure.answers[ABOUT_EXPERT, code].basis != exposure.bases[code]
        undo_form(work, study)
        publish(work, study, Form(Shown.ALONE, {}), None)
        assert exposure_of(work, study).trial.current == 0


def test_the_report_says_that_a_trial_was_made(ground: Ground, study: Study) -> None:
    def methods(work: Work) -> str:
        return " ".join(text for one in report_content(work, study).methods for text in one.paragraphs).replace(
            "\xa0", " "
        )

    with ground.work() as work:
        assert "пробный поиск" not in methods(work)
        answer_all(work, study)
        assert "23 вопроса, на все ответ «нет»." in methods(work)
        answer(work, study, ("colleagues", ""), ("yes", "цитату убрали"), members_of(work, study)[0])
        assert "23 вопроса, на 1 ответ «да»: этот риск исследователю известен." in methods(work)


def test_answers_are_yes_or_no_to_what_is_asked() -> None:
    for wrong in (("motive", "E01", "yes"), (ABOUT_EXPERT, "E99", "no"), ("motive", "", "maybe"), ("why", "", "no")):
        with pytest.raises(AnswerUnreadable):
            check_answer(*wrong, "", ["E01"])
    check_answer(ABOUT_EXPERT, "E01", "no", "", ["E01"])
    answered = SimpleNamespace(
        question="motive", about="", answer="yes", basis="b", answered_at=datetime(2025, 6, 10, tzinfo=UTC)
    )
    gone = SimpleNamespace(question=ABOUT_EXPERT, about="E77", answer="yes", basis="b", answered_at=None)
    trial = trial_of([answered, gone], {"": "b", "E01": "c"})
    assert (trial.asked, trial.current, trial.found, trial.old) == (10, 1, 1, 0)
    assert fingerprint(["б", "а"], ["в"]) == fingerprint(["а", "б"], ["в"])
    assert fingerprint(["а", "б"], ["в"]) != fingerprint(["а"], ["б", "в"])


def test_a_report_with_small_cells_is_refused(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        undo_form(work, study)
        with pytest.raises(SmallCells):
            report_content(work, study)
        publish_proposed(work, study)
        assert report_content(work, study).sample is not None


def test_crossed_and_missing_values_are_printed_in_their_order() -> None:
    cells: dict[tuple[str, ...], int] = {("m", "45+"): 3, ("f", "—"): 4, ("f", "25-44"): 5}
    (found,) = traits([], [], [], [PublishedCells(("sex", "age_band"), cells)], "ru")
    assert (found.name, [(one.label, one.experts) for one in found.values]) == (
        "Пол, возраст",
        [("Женщины · 25–44 года", 5), ("Женщины · не указано", 4), ("Мужчины · 45 лет и больше", 3)],
    )


def test_the_note_says_what_is_left_out() -> None:
    assert "не публикуются" in note(14, [])
    assert "за каждым числом не меньше 3 экспертов" in note(14, [PublishedCells(("sex",), {("f",): 14})])


@pytest.mark.usefixtures("study")
def test_the_pages_of_the_risk(visitor: Visitor, ground: Ground, study: Study) -> None:
    coder, viewer = visitor("coder", slug="almaty"), visitor("viewer", slug="almaty")
    page = html.unescape(coder.get(f"{AT}/quotes").text)
    assert "<mark>Я тогда возглавляла</mark> <mark>единственный</mark> театр" in page
    assert "Посмотреть в первую очередь" in page
    (address,) = re.findall(rf'action="({AT}/quotes/[0-9a-f-]+)"', page)
    assert viewer.post(address, data={"note": ""}).status_code == 403
    assert coder.post(address, data={"note": "ы" * 601}).status_code == 422
    assert coder.post(address, data={"note": "<i>да</i>"}).status_code == 302
    seen = coder.get(f"{AT}/quotes").text
    assert "&lt;i&gt;да&lt;/i&gt;" in seen
    assert f'action="{address}"' not in seen
    assert coder.post(f"{address}/again").status_code == 302
    assert f'action="{address}"' in coder.get(f"{AT}/quotes?all=1").text
    assert visitor("coder").get(f"{AT}/quotes").status_code == 404
    with ground.work() as work:
        code = rare_one(work, study).passage.expert
    reader = html.unescape(viewer.get(f"{AT}/readers/{code}").text)
    assert "<mark>" in reader
    assert "45+" in reader or "–" in reader
    assert viewer.get(f"{AT}/readers/E99").status_code == 404
    assert coder.post(f"{AT}/readers/{code}", data={"answer": "perhaps"}).status_code == 422
    assert coder.post(f"{AT}/readers/{code}", data={"answer": "yes", "note": "рассказ о суде"}).status_code == 302
    assert "рассказ о суде" in viewer.get(f"{AT}/readers/{code}").text
    assert code in viewer.get(f"{AT}/readers").text


@pytest.mark.usefixtures("study")
def test_the_trial_search_on_its_page_and_as_advice(visitor: Visitor, ground: Ground) -> None:
    leader = visitor("principal_investigator", slug="almaty")
    advice = html.unescape(leader.get("/s/almaty/report/state").text)
    assert "Пробный поиск экспертов не доведён до конца: отвечено на 0 из 23 вопросов." in advice
    assert "есть редкие сведения, по которым можно узнать" in advice
    assert leader.post(f"{AT}/intruder/motive", data={"answer": "no", "note": "искали час"}).status_code == 302
    assert leader.post(f"{AT}/intruder/motive", data={}).status_code == 422
    assert leader.post(f"{AT}/intruder/nonsense", data={"answer": "no"}).status_code == 404
    page = html.unescape(leader.get(f"{AT}/intruder").text)
    assert "Отвечено: 1 из 23." in page
    assert "искали час" in page
    with ground.look() as session:
        row = session.exec(select(IntruderAnswer)).one()
    assert (row.question, row.answer, row.note) == ("motive", "no", "искали час")


@pytest.mark.usefixtures("study")
def test_small_cells_stand_in_the_way_with_the_page_where_it_is_mended(visitor: Visitor, ground: Ground) -> None:
    leader = visitor("principal_investigator", slug="almaty")
    with ground.work() as work:
        undo_form(work, find_study(work, "almaty"))
    told = html.unescape(leader.get("/s/almaty/report/state").text)
    assert "55-64 (1)" in told
    assert f'href="{AT}"' in told

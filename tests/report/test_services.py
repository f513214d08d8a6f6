"""The demo's report is counted from the database, keeps consent, and is written whole or not at all."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest
from click.testing import CliRunner
from sqlmodel import col, select

from fieldwork.anonymisation.leaks import LeakChecker
from fieldwork.anonymisation.publishing import publish_proposed
from fieldwork.anonymisation.services import known_identities
from fieldwork.coding.models import Code, Coding
from fieldwork.coding.rules import UngroundedCodes
from fieldwork.coding.services import add_code
from fieldwork.consent.imports import import_consents
from fieldwork.consent.models import Consent, ConsentScope
from fieldwork.consent.rules import ConsentMissing, ConsentWithdrawn
from fieldwork.consent.services import withdraw
from fieldwork.core.audit import AuditEntry
from fieldwork.core.errors import NotFound, Refusal
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground, Work
from fieldwork.demo.material import document
from fieldwork.paradigm.importing import import_paradigm
from fieldwork.paradigm.models import RoleAssignment
from fieldwork.paradigm.rules import NoModel, NoPhenomenon
from fieldwork.programme.models import Study
from fieldwork.programme.services import create_study, find_study
from fieldwork.report.commands import report
from fieldwork.report.content import Quotation, ReportContent
from fieldwork.report.importing import import_recommendations
from fieldwork.report.models import Recommendation, WrittenReport
from fieldwork.report.recommendations import KeyTaken, NoEvidence, add_recommendation, recommendations_of
from fieldwork.report.rules import LanguageLater, LeakFound, NameWithheld, NothingInterviewed, WithheldWords
from fieldwork.report.sections import texts_by_place
from fieldwork.report.services import report_content
from fieldwork.report.writing import OutputImpossible, write_report
from fieldwork.sampling.services import find_expert

TEXT = {"ru": "Текст", "kk": "Мәтін", "en": "Text"}
HER_WORDS = ("Искусство дышит", "Цензор теперь вежливый", "Даёт один раз, на юбилей", "Нас вытянули иностранцы")


@pytest.fixture(scope="session")
def studies() -> SimpleNamespace:
    """The builders of coding's ``studies.py`` (tests are no package, so it cannot be imported)."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "coding" / "studies.py")))


def analysed(work: Work, studies: SimpleNamespace) -> Study:
    """The demo study, coded, with its consents, its model and its recommendations."""
    study: Study = studies.coded_study(work)
    import_consents(work, study, document("consent"))
    publish_proposed(work, study)
    import_paradigm(work, study, document("paradigm"))
    import_recommendations(work, study, document("paradigm"))
    return study


@pytest.fixture
def study(work: Work, studies: SimpleNamespace) -> Study:
    """Everything a report needs."""
    return analysed(work, studies)


@pytest.fixture
def installed(ground: Ground, settings: Settings, studies: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """An installation with the analysed study, as the command line finds it."""
    monkeypatch.setenv("FIELDWORK_DATA", str(settings.data))
    monkeypatch.setenv("FIELDWORK_DATABASE", settings.database_url)
    with ground.work() as work:
        analysed(work, studies)
    return ground


def quotations(content: ReportContent) -> list[Quotation]:
    return [quotation for category in content.categories for quotation in category.quotations]


def printed(content: ReportContent) -> str:
    return "\n".join(text for _, text in texts_by_place(content))


def test_the_figures_are_counted_from_the_database(work: Work, study: Study) -> None:
    content = report_content(work, study)
    assert (content.title, content.subtitle) == ("Креативный класс Алматы", "Факторы становления и институционализации")
    assert [(one.label, one.text.replace("\N{NO-BREAK SPACE}", " ")) for one in content.facts] == [
        ("Поле", "21 марта – 28 апреля 2025 года"),
        ("Интервью", "14 (13 онлайн, 1 при личной встрече)"),
        ("Анализ", "180 кодов, 36 категорий, 6 ключевых категорий"),
    ]
    assert (len(content.cores), len(content.categories), len(content.codes), content.experts) == (6, 36, 180, 14)
    assert {node.role.value: node.core for node in content.paradigm.nodes} == {
        "phenomenon": "almaty_centre",
        "causal_conditions": "state_support",
        "context": "finance",
        "intervening_conditions": "ngo_support",
        "action_interaction_strategies": "intermediaries",
        "consequences": "institutionalization",
    }
    assert [len(one.evidence) for one in content.recommendations] == [4, 4, 3, 3, 4]
    assert (len(content.contradictions), len(content.paradigm.links)) == (9, 9)
    assert sum(len(block.questions) for block in content.guide) == 12
    assert content.saturation is not None
    assert (sum(content.saturation.new_codes), sum(content.saturation.new_categories)) == (180, 36)
    assert content.course is not None
    assert sum(week.interviews for week in content.course.weeks) == 14


def test_methods_are_told_in_whole_sentences(work: Work, study: Study) -> None:
    told = [text for passage in report_content(work, study).methods for text in passage.paragraphs]
    plain = [text.replace("\N{NO-BREAK SPACE}", " ") for text in told]
    assert plain[3] == (
        "С 21 марта по 28 апреля 2025 года проведено 14 интервью: 13 онлайн (Zoom — 9, WhatsApp — 4) и 1 при личной"
        " встрече. Беседы длились от 60 до 75 минут. Язык интервью: русский."
    )
    assert plain[2].startswith("Целевая (экспертная) выборка с номинациями. План выборки: 14 экспертов, 7 групп по 2")
    assert plain[6].startswith("Точность обезличивания в этом исследовании не измерялась")
    assert plain[7].startswith(
        "На этапе открытого кодирования выделено 180 кодов на основе 250 фрагментов интервью; 145"
    )


def test_published_traits_hold_three_experts(work: Work, study: Study) -> None:
    sample = report_content(work, study).sample
    assert sample is not None
    told = {trait.name: {value.label: value.experts for value in trait.values} for trait in sample.traits}
    assert told["Способ беседы"] == {"Zoom": 9, "WhatsApp": 4, "Личная встреча": 1}
    assert set(told["Группа по плану выборки"].values()) == {2}
    generalised = [told[name] for name in ("Пол", "Возраст", "Стаж в сфере")]
    assert all(sum(cells.values()) == 14 and min(cells.values()) >= 3 for cells in generalised)


def test_every_category_is_quoted_by_different_experts(work: Work, study: Study) -> None:
    content = report_content(work, study)
    assert {len(category.quotations) for category in content.categories} == {2}
    assert all(len({one.expert for one in category.quotations}) == 2 for category in content.categories)
    assert len({one.text for one in quotations(content)}) == 72
    assert {one.expert for one in quotations(content)} == {f"E{number:02}" for number in range(1, 15)}
    places = {one.expert: one.place for one in quotations(content)}
    assert (places["E08"].endswith("-я минута"), places["E01"].startswith("вопрос ")) == (True, True)


def test_what_consent_withholds_does_not_appear(work: Work, study: Study) -> None:
    content = report_content(work, study)
    whole = printed(content)
    assert [words for words in HER_WORDS if words.lower() in whole.lower()] == []
    renamed = {code.name: code.in_vivo for code in content.codes}
    assert {name: renamed[name] for name in ("Мягкие формы давления", "Решающая помощь из-за рубежа")} == {
        "Мягкие формы давления": False,
        "Решающая помощь из-за рубежа": False,
    }
    told = {category.key: category.withheld for category in content.categories if category.withheld}
    assert {key: text.replace("\N{NO-BREAK SPACE}", " ") for key, text in told.items()} == {
        "S5": "По согласию 1 фрагмент этой категории не приводится дословно.",
        "S6": "По согласию 2 фрагмента этой категории не приводятся дословно.",
        "S7": "По согласию 1 фрагмент этой категории не приводится дословно.",
        "N1": "По согласию 1 фрагмент этой категории не приводится дословно.",
        "N2": "По согласию 1 фрагмент этой категории не приводится дословно.",
    }
    assert sum(category.counts.codings for category in content.categories) == 250
    assert content.withheld[0].text.startswith("По воле эксперта 6")


def test_a_withheld_name_without_a_published_one_is_refused(work: Work, study: Study) -> None:
    code = work.session.exec(select(Code).where(Code.name == "Цензор теперь вежливый")).one()
    code.published_name = None
    with pytest.raises(NameWithheld, match=f"№ {code.number}"):
        report_content(work, study)


def test_withheld_words_in_the_researchers_text_are_refused(work: Work, study: Study) -> None:
    advice = work.session.exec(select(Recommendation).where(Recommendation.key == "rent")).one()
    advice.text = {**advice.text, "ru": "Ведь цензор теперь вежливый: он звонит и просит войти в положение."}
    with pytest.raises(WithheldWords, match="recommendation rent"):
        report_content(work, study)


def test_whoever_refuses_quotation_is_analysed_but_not_quoted(work: Work, study: Study) -> None:
    expert = find_expert(work, study, "E12")
    scope = work.session.exec(
        select(ConsentScope).join(Consent).where(Consent.expert_id == expert.id, ConsentScope.scope == "quote")
    ).one()
    scope.granted = False
    mine = select(Code).join(Coding).where(col(Coding.quote).is_not(None))
    for code in work.session.exec(mine):
        code.published_name = code.published_name or {"ru": f"Код исследователя {code.number}"}
    work.session.flush()
    content = report_content(work, study)
    assert "E12" not in {one.expert for one in quotations(content)}
    assert sum(category.counts.codings for category in content.categories) == 250


def test_a_missing_or_withdrawn_consent_is_named(work: Work, study: Study) -> None:
    withdraw(work, find_expert(work, study, "E05"))
    with pytest.raises(ConsentWithdrawn, match="E05 withdrew consent"):
        report_content(work, study)
    for consent in work.session.exec(select(Consent).where(Consent.expert_id == find_expert(work, study, "E05").id)):
        work.session.delete(consent)
    work.session.flush()
    with pytest.raises(ConsentMissing, match="There is no consent of E05 to «transcribe»"):
        report_content(work, study)


def test_what_is_not_whole_is_refused(work: Work, study: Study) -> None:
    with pytest.raises(LanguageLater, match="«en» come later"):
        report_content(work, study, "en")
    with pytest.raises(NothingInterviewed):
        report_content(work, create_study(work, "empty", TEXT))
    bare = add_code(work, study, "Голый", "Ни на чём.", in_vivo=False)
    with pytest.raises(UngroundedCodes, match="№ 181"):
        report_content(work, study)
    work.session.delete(bare)
    phenomenon = work.session.exec(select(RoleAssignment).where(RoleAssignment.role == "phenomenon")).one()
    work.session.delete(phenomenon)
    work.session.flush()
    with pytest.raises(NoPhenomenon):
        report_content(work, study)


def test_a_study_without_a_model_is_refused(work: Work, studies: SimpleNamespace) -> None:
    study = studies.coded_study(work)
    import_consents(work, study, document("consent"))
    with pytest.raises(NoModel):
        report_content(work, study)


def test_recommendations_rest_on_categories(work: Work, study: Study) -> None:
    assert [(one.row.key, one.evidence) for one in recommendations_of(work, study)][2:4] == [
        ("rent", ("F2", "F6", "F3")),
        ("copyright", ("S4", "S9", "I9")),
    ]
    texts = {"title": TEXT, "addressee": TEXT, "text": TEXT}
    with pytest.raises(NoEvidence):
        add_recommendation(work, study, "new", **texts, evidence=[])
    with pytest.raises(NotFound, match="category called Z9"):
        add_recommendation(work, study, "new", **texts, evidence=["Z9"])
    with pytest.raises(KeyTaken):
        add_recommendation(work, study, "rent", **texts, evidence=["F2"])


def test_the_report_is_written_whole_and_recorded(installed: Ground, tmp_path: Path) -> None:
    output = tmp_path / "report.pdf"
    result = CliRunner().invoke(report, ["almaty", "-o", str(output), "--json"], catch_exceptions=False)
    written = json.loads(result.stdout)
    pdf = pypdf.PdfReader(output)
    assert (written["path"], written["pages"], written["bytes"]) == (str(output), len(pdf.pages), output.stat().st_size)
    assert [path.name for path in tmp_path.glob("*report*")] == ["report.pdf"]
    assert list(tmp_path.glob(".*")) == []
    text = "\n".join(page.extract_text() for page in pdf.pages)
    with installed.work() as work:
        study = find_study(work, "almaty")
        row = work.session.exec(select(WrittenReport)).one()
        assert (row.study_id, row.language, row.sha256, row.pages) == (
            study.id,
            "ru",
            written["sha256"],
            len(pdf.pages),
        )
        last = work.session.exec(select(AuditEntry).order_by(col(AuditEntry.number).desc())).first()
        assert last is not None
        assert (last.deed, last.subject_id) == ("report.written", row.id)
        findings = LeakChecker(known_identities(work, study)).check(text)
        assert [finding for finding in findings if finding.blocking] == []
        assert report_content(work, study).version == "2"


def test_a_name_stops_the_report_and_is_not_repeated(installed: Ground, tmp_path: Path) -> None:
    output = tmp_path / "report.pdf"
    with installed.work() as work:
        advice = work.session.exec(select(Recommendation).where(Recommendation.key == "rent")).one()
        advice.text = {**advice.text, "ru": "Спросить об этом Руслана Ахметова из «Параллели»."}
    with pytest.raises(LeakFound, match="recommendation rent") as refusal:
        CliRunner().invoke(report, ["almaty", "-o", str(output)], catch_exceptions=False)
    assert ("E02" in str(refusal.value), "Ахметов" in str(refusal.value)) == (True, False)
    assert list(tmp_path.glob("*report.pdf*")) == []
    with installed.work() as work:
        assert work.session.exec(select(WrittenReport)).all() == []


def test_a_failure_leaves_an_earlier_report_and_nothing_else(installed: Ground, tmp_path: Path) -> None:
    output = tmp_path / "report.pdf"
    output.write_bytes(b"earlier")

    class Stop(Refusal):
        message = "Stopped."

    def written_but_not_committed() -> None:
        with installed.work() as work:
            write_report(work, find_study(work, "almaty"), output)
            raise Stop

    with pytest.raises(Stop):
        written_but_not_committed()
    assert (output.read_bytes(), [path.name for path in tmp_path.glob(".report*")]) == (b"earlier", [])
    for place in (tmp_path / "nowhere" / "report.pdf", tmp_path):
        with installed.work() as work, pytest.raises(OutputImpossible):
            write_report(work, find_study(work, "almaty"), place)

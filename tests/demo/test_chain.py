"""The chain, from the demo's audio files to the PDF, as a newcomer runs it; then everything that must be true of it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pytest
from sqlmodel import Session, col, select

from fieldwork.coding.models import Category, Code, Coding
from fieldwork.core.audit import first_broken_link
from fieldwork.core.settings import Settings
from fieldwork.core.vault import expert_subject
from fieldwork.core.work import Ground, open_ground
from fieldwork.demo.figures import figures
from fieldwork.demo.material import SLUG, document
from fieldwork.programme.models import Study
from fieldwork.recording.models import Recording
from fieldwork.report.models import RecommendationEvidence
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript, Window

pytestmark = pytest.mark.slow

FIELDWORK = Path(sys.executable).with_name("fieldwork")
ENVIRONMENT = {**os.environ, "FIELDWORK_LANGUAGE": "en", "FIELDWORK_POLL_SECONDS": "0.1"}


@dataclass(frozen=True)
class Finished:
    """A finished run of the demo."""

    data: Path
    pdf: Path
    told: str

    def text(self) -> str:
        """The PDF's words in one line, hyphenated ones put together."""
        pages = [page.extract_text() for page in pypdf.PdfReader(self.pdf).pages]
        return re.sub(r"\s+", " ", re.sub(r"[\u00ad\u2010-]\n", "", "\n".join(pages)))


def run(*arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run([FIELDWORK, *arguments], check=check, capture_output=True, text=True, env=ENVIRONMENT)


@pytest.fixture(scope="module")
def finished(demo_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("demo")  # a copy: a second run writes into it
    shutil.copytree(demo_run / "data", folder / "data")
    return Finished(folder / "data", demo_run / "report.pdf", (demo_run / "told.txt").read_text(encoding="utf-8"))


@pytest.fixture
def ground(finished: Finished) -> Iterator[Ground]:
    ground = open_ground(Settings(data=finished.data))
    yield ground
    ground.close()


@pytest.fixture
def session(ground: Ground) -> Iterator[Session]:
    with ground.look() as session:
        yield session


def study_of(session: Session) -> Study:
    return session.exec(select(Study).where(Study.slug == SLUG)).one()


def test_every_figure_of_the_published_study_is_counted_from_the_database(session: Session) -> None:
    counted = {figure.name: figure.counted for figure in figures(session, study_of(session).id)}
    assert counted["experts"] == "14"
    assert (counted["interviews online"], counted["interviews in person"]) == ("13", "1")
    assert (counted["first interview"], counted["last interview"]) == ("2025-03-21", "2025-04-28")
    assert counted["guide questions"] == "12"
    assert (counted["codes"], counted["codes with a quotation"]) == ("180", "180")
    assert (counted["categories"], counted["core categories"]) == ("36", "6")
    assert counted["recommendations linked to findings"] == "5"
    assert {role: counted[role.replace("_", " ")] for role in document("published")["roles"]} == document("published")[
        "roles"
    ]


def test_the_demo_ends_with_the_table_and_the_path_of_the_report(finished: Finished) -> None:
    assert re.search(r"^codes +180 +180 +=$", finished.told, re.MULTILINE)
    assert "DIFFERS" not in finished.told
    assert f"report: {finished.pdf.resolve()}" in finished.told


def test_the_demonstration_model_hears_the_demo(finished: Finished) -> None:
    said = re.search(r"word error rate[^:]*: ([\d.]+) %", finished.told)
    assert said
    assert float(said[1]) <= 5.0


def test_every_interview_has_its_sound_or_its_words_and_an_approved_transcript(session: Session) -> None:
    transcripts = session.exec(
        select(Expert.code, Transcript.source, Transcript.state)
        .join(Interview, col(Interview.expert_id) == col(Expert.id))
        .join(Transcript, col(Transcript.interview_id) == col(Interview.id))
        .order_by(Expert.code)
    ).all()
    assert {code: source for code, source, _ in transcripts} == {
        **dict.fromkeys(["E02", "E05", "E08", "E11", "E14"], "audio"),
        **dict.fromkeys(["E01", "E04", "E09", "E13"], "zoom_vtt"),
        **dict.fromkeys(["E06", "E10", "E12"], "docx"),
        **dict.fromkeys(["E03", "E07"], "plain"),
    }
    assert {state for _, _, state in transcripts} == {"anonymised"}
    kinds = session.exec(select(Recording.kind)).all()
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"track": 2, "mixed": 3, "message": 24}


def test_no_raw_text_and_no_name_rests_outside_the_vault(finished: Finished, session: Session) -> None:
    assert session.exec(select(Segment.id).where(col(Segment.sealed_text).is_not(None))).all() == []
    people = [row["identity"] for row in document("experts")["experts"].values()]
    people += [row["identity"] for row in document("study")["declined"].values()]
    names = [part for person in people for part in person["full_name"].split()]
    names += [person["phone"] for person in people] + [person["email"] for person in people]
    files = [path for path in finished.data.rglob("*") if path.is_file()]
    found = {
        (name, path.name)
        for path in files
        if (content := path.read_bytes())
        for name in names
        if name.encode() in content
    }
    assert found == set()


def test_no_name_contact_or_workplace_is_in_the_report(finished: Finished) -> None:
    text = finished.text()
    for code, row in {**document("experts")["experts"], **document("study")["declined"]}.items():
        identity = row["identity"]
        surname, given, *_ = identity["full_name"].split()
        assert surname[:-1] not in text, code
        assert re.search(rf"\b{given[:-1]}", text) is None, code
        assert identity["phone"] not in text, code
        assert identity["email"] not in text, code
        assert all(f"«{alias}»" not in text for alias in identity["employer_aliases"]), code


def test_the_report_holds_what_the_issue_of_a_study_is(finished: Finished) -> None:
    text = finished.text()
    assert "14 экспертных интервью" in text
    assert all(f"E{number:02d}" in text for number in range(1, 15))
    document_ = pypdf.PdfReader(finished.pdf)
    assert len(document_.outline) > 10
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in document_.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert all("+SourceSe" in font or "+SourceSa" in font for font in fonts), fonts


def test_what_an_experts_consent_withholds_is_not_in_the_report(finished: Finished, session: Session) -> None:
    text = finished.text()
    codings = session.exec(
        select(Coding.quote, Category.key)
        .join(Segment, col(Coding.start_segment_id) == col(Segment.id))
        .join(Transcript, col(Segment.transcript_id) == col(Transcript.id))
        .join(Interview, col(Transcript.interview_id) == col(Interview.id))
        .join(Expert, col(Interview.expert_id) == col(Expert.id))
        .join(Code, col(Coding.code_id) == col(Code.id))
        .join(Category, col(Code.category_id) == col(Category.id))
        .where(Expert.code == "E10")
    ).all()
    withheld = [quote for quote, category in codings if category in {"S6", "S7", "N1", "N3"}]
    assert withheld
    assert [quote for quote in withheld if quote in text] == []
    renamed = session.exec(select(Code).where(col(Code.published_name).is_not(None))).all()
    published = [code for code in renamed if code.published_name]
    assert len(published) == 4
    assert [code.name for code in published if code.name in text] == []
    assert all(code.published_name and code.published_name["ru"] in text for code in published)


def test_every_recommendation_leads_back_to_a_second_or_a_question(session: Session) -> None:
    for category_id in session.exec(select(RecommendationEvidence.category_id)).all():
        places = session.exec(
            select(Segment.start_ms, Segment.question_id)
            .join(Coding, col(Coding.start_segment_id) == col(Segment.id))
            .join(Code, col(Coding.code_id) == col(Code.id))
            .where(Code.category_id == category_id)
        ).all()
        assert places
        assert all(start is not None or question is not None for start, question in places)


def test_the_audit_trail_holds(session: Session) -> None:
    assert first_broken_link(session) is None


def recognised(data: Path) -> list[tuple[object, ...]]:
    """Every window with the moment in which it was recognised."""
    ground = open_ground(Settings(data=data))
    try:
        with ground.look() as session:
            query = select(Window.id, Window.recognised_at, Window.sealed_result)
            return sorted((tuple(row) for row in session.exec(query).all()), key=str)
    finally:
        ground.close()


def test_a_second_run_does_nothing_twice(finished: Finished, tmp_path: Path) -> None:
    before = recognised(finished.data)
    again = run("demo", "--data", finished.data, "--report", tmp_path / "again.pdf", "--json")
    assert len(before) > 0
    assert recognised(finished.data) == before  # nothing is transcribed again
    counted = {row["name"]: row["counted"] for row in json.loads(again.stdout)["figures"]}
    assert (counted["recordings"], counted["codes"]) == ("29", "180")


def test_the_report_is_refused_when_its_consents_are_gone(finished: Finished, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(finished.data, copy)
    run("consent", "withdraw", SLUG, "E07", "--data", copy)
    refused = run("report", SLUG, "--output", tmp_path / "report.pdf", "--data", copy, check=False)
    assert refused.returncode == 1
    assert "E07" in refused.stderr
    assert not (tmp_path / "report.pdf").exists()


def test_an_erased_expert_cannot_be_read_again(finished: Finished, tmp_path: Path) -> None:
    copy = tmp_path / "data"
    shutil.copytree(finished.data, copy)
    ground = open_ground(Settings(data=copy))
    with ground.work() as work:
        expert = work.session.exec(select(Expert).where(Expert.code == "E05")).one()
    ground.vault.destroy(expert_subject(expert.id), ground.clock())
    ground.close()
    shutil.copy(finished.data / "keystore.sqlite", copy / "keystore.sqlite")  # an old backup comes back
    asked = run("experts", "show", SLUG, "E05", "--identity", "--data", copy, check=False)
    assert asked.returncode == 1
    assert "Токтосунова" not in asked.stdout

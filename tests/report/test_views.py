"""The report in a browser: what stands in its way, writing it by a job, its pages, and the recommendations."""

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from fieldwork.anonymisation.publishing import publish_proposed
from fieldwork.app import HANDLERS
from fieldwork.coding.models import Code
from fieldwork.consent.imports import import_consents
from fieldwork.consent.services import withdraw
from fieldwork.core.jobs import Job
from fieldwork.core.runs import JobRun, claim, execute
from fieldwork.core.work import Ground
from fieldwork.demo.material import document
from fieldwork.paradigm.importing import import_paradigm
from fieldwork.programme.services import create_study, find_study
from fieldwork.report import jobs
from fieldwork.report.importing import import_recommendations
from fieldwork.report.models import WrittenReport
from fieldwork.report.recommendations import Advice, recommendations_of
from fieldwork.sampling.services import find_expert

AT = "/s/almaty/report"
TEXT = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="session")
def studies() -> SimpleNamespace:
    """The builders of coding's ``studies.py`` (tests are no package, so it cannot be imported)."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "coding" / "studies.py")))


@pytest.fixture
def analysed(ground: Ground, studies: SimpleNamespace) -> None:
    """The demo study up to its recommendations, committed, beside a study of other people."""
    with ground.work() as work:
        study = studies.coded_study(work)
        import_consents(work, study, document("consent"))
        publish_proposed(work, study)
        import_paradigm(work, study, document("paradigm"))
        import_recommendations(work, study, document("paradigm"))
        create_study(work, "libraries", {"ru": "Библиотеки", "kk": "Кітапханалар", "en": "Libraries"})


def run_job(ground: Ground, handler: Callable[[JobRun], None] = jobs.write) -> Job:
    """Let a worker do the job that waits."""
    taken = claim(ground, "a worker of tests", ["report.write"])
    assert taken is not None
    execute(ground, taken, handler)
    with ground.look() as session:
        job = session.get(Job, taken.job_id)
        assert job is not None
        return job


def written(ground: Ground) -> list[WrittenReport]:
    with ground.look() as session:
        return list(session.exec(select(WrittenReport)))


def advice(ground: Ground) -> list[Advice]:
    with ground.work() as work:
        return recommendations_of(work, find_study(work, "almaty"))


@pytest.mark.usefixtures("analysed")
def test_the_report_is_written_by_a_job_looked_at_and_handed_over(visitor: Callable[..., Any], ground: Ground) -> None:
    leader, coder, stranger = (
        visitor("principal_investigator", slug="almaty"),
        visitor("coder", slug="almaty"),
        visitor("principal_investigator"),
    )
    assert "Пока ни одного." in leader.get(AT).text
    assert "Да: каждый код держится на цитатах" in coder.get(f"{AT}/state").text
    assert coder.post(AT).status_code == 403
    for _ in range(2):  # asking twice asks once
        assert leader.post(AT).status_code == 302
    with ground.look() as session:
        (waiting,) = session.exec(select(Job))
    assert set(waiting.args) == {"study", "by"}
    assert 'role="progressbar"' in leader.get(f"{AT}/progress").text

    assert HANDLERS["report.write"] == "fieldwork.report.jobs:write"
    done = run_job(ground)
    assert (done.state, done.done, done.total) == ("done", 3, 3)
    (row,) = written(ground)
    assert leader.get(f"{AT}/progress").headers["HX-Refresh"] == "true"
    page = coder.get(AT).text
    assert f"/s/almaty/report/{row.id}/pages/1.png" in page
    assert "<td>Somebody</td>" in page
    assert row.sha256[:16] in page

    picture = coder.get(f"{AT}/{row.id}/pages/2.png")
    assert (picture.status_code, picture.mimetype, picture.data[:8]) == (200, "image/png", b"\x89PNG\r\n\x1a\n")
    assert len(picture.data) < 300_000
    turned = coder.get(f"{AT}/{row.id}/pages/2", headers={"HX-Request": "true", "HX-Target": "preview"})
    assert (turned.status_code, f"Страница 2 из {row.pages}" in turned.text, "<pre" in turned.text) == (200, True, True)
    assert coder.get(f"{AT}/{row.id}/pages/2").location == f"{AT}?report={row.id}&page=2#preview"
    file = coder.get(f"{AT}/{row.id}.pdf")
    assert (file.mimetype, file.data[:5], len(file.data)) == ("application/pdf", b"%PDF-", row.bytes)

    assert coder.get(f"{AT}/{row.id}/pages/{row.pages + 1}.png").status_code == 404
    for path in (f"/s/almaty/report/{row.id}.pdf", f"/s/libraries/report/{row.id}.pdf", AT, f"{AT}/state"):
        assert stranger.get(path).status_code == 404
    for path in (f"{row.id}/pages/1.png", f"{row.id}/pages/1", f"{uuid4()}.pdf"):
        assert stranger.get(f"/s/libraries/report/{path}").status_code == 404


@pytest.mark.usefixtures("analysed")
def test_after_a_withdrawal_older_reports_are_closed(visitor: Callable[..., Any], ground: Ground) -> None:
    leader = visitor("principal_investigator", slug="almaty")
    leader.post(AT)
    run_job(ground)
    (row,) = written(ground)
    assert leader.get(f"{AT}/{row.id}/pages/1.png").status_code == 200
    with ground.work() as work:
        withdraw(work, find_expert(work, find_study(work, "almaty"), "E01"))
    for path in (f"{row.id}/pages/1.png", f"{row.id}.pdf"):
        assert leader.get(f"{AT}/{path}").status_code == 409
    page = leader.get(AT).text
    assert ("эксперт отозвал свои слова" in page, "pages/1.png" in page) == (True, False)


@pytest.mark.usefixtures("analysed")
def test_a_study_that_is_not_whole_is_told_what_to_do_and_nothing_is_written(
    visitor: Callable[..., Any], ground: Ground
) -> None:
    with ground.work() as work:
        study = find_study(work, "almaty")
        work.add(Code(study_id=study.id, number=999, name="Пустой", in_vivo=False, definition="Ничего."))
    leader = visitor("principal_investigator", slug="almaty")
    state = leader.get(f"{AT}/state").text
    assert "Пока нет. Мешает вот что:" in state
    assert ("999" in state, 'href="/s/almaty/codes">К кодам</a>' in state) == (True, True)
    leader.post(AT)
    failed = run_job(ground)
    assert (failed.state, failed.failure, written(ground)) == ("failed", "UngroundedCodes", [])
    assert "Записать отчёт" in leader.get(AT).text


@pytest.mark.usefixtures("analysed")
def test_a_name_in_a_recommendation_stops_the_report_and_is_told(visitor: Callable[..., Any], ground: Ground) -> None:
    leader = visitor("principal_investigator", slug="almaty")
    name = next(one["text"] for one in document("mentions") if one["label"] == "PER" and " " in one["text"])
    first = advice(ground)[0]
    leader.post(
        f"{AT}/recommendations/{first.row.id}",
        {"title_ru": "Спросить", "text_ru": f"Обратиться к {name}.", "category": list(first.evidence)},
    )
    leader.post(AT)
    failed = run_job(ground)
    assert (failed.state, failed.failure, written(ground)) == ("failed", "LeakFound", [])
    state = leader.get(f"{AT}/state").text
    assert f"рекомендация {first.row.key}, с. 2" in state
    assert (name in state, 'href="/s/almaty/report/leaks">Показать где</a>' in state) == (False, True)
    shown = leader.get(f"{AT}/leaks/places", headers={"HX-Request": "true"}).text
    assert (f"<b>рекомендация {first.row.key}, с. 2" in shown, f"<mark>{name}</mark>" in shown) == (True, True)
    assert visitor("coder", slug="almaty").get(f"{AT}/leaks/places", headers={"HX-Request": "true"}).status_code == 403


@pytest.mark.usefixtures("analysed")
def test_a_job_that_is_cancelled_keeps_nothing(visitor: Callable[..., Any], ground: Ground) -> None:
    leader, coder = visitor("principal_investigator", slug="almaty"), visitor("coder", slug="almaty")
    leader.post(AT)
    assert coder.post(f"{AT}/cancel").status_code == 403
    assert leader.post(f"{AT}/cancel").status_code == 302
    assert claim(ground, "a worker of tests", ["report.write"]) is None
    assert written(ground) == []
    assert leader.post(f"{AT}/cancel").status_code == 409
    leader.post(AT)
    assert run_job(ground).state == "done"


@pytest.mark.usefixtures("analysed")
def test_a_consent_changed_meanwhile_keeps_the_report_back(visitor: Callable[..., Any], ground: Ground) -> None:
    visitor("principal_investigator", slug="almaty").post(AT)

    def interrupted(run: JobRun) -> None:
        study_id, by = UUID(run.args["study"]), UUID(run.args["by"])
        read = jobs._read(run, study_id, by)
        with ground.work() as work:
            withdraw(work, find_expert(work, find_study(work, "almaty"), "E02"))
        jobs._draw(run, study_id, by, read)

    failed = run_job(ground, interrupted)
    assert (failed.failure, written(ground)) == ("ConsentChanged", [])


@pytest.mark.usefixtures("analysed")
def test_recommendations_are_added_changed_removed_and_taken_back(visitor: Callable[..., Any], ground: Ground) -> None:
    coder, viewer, stranger = visitor("coder", slug="almaty"), visitor("viewer", slug="almaty"), visitor("coder")
    page = viewer.get(AT).text
    assert (page.count('id="recommendation-'), "Изменить" in page) == (5, False)
    given = {"title_ru": TEXT, "addressee_ru": "Акимат", "text_ru": "Сделать.", "category": ["F2", "A4"]}
    added = coder.post(f"{AT}/recommendations/new", given, follow_redirects=True)
    assert (TEXT in added.text, "&lt;img src=x" in added.text) == (False, True)
    last = advice(ground)[-1]
    assert (last.row.title["kk"], set(last.evidence)) == (TEXT, {"F2", "A4"})

    nothing = coder.post(f"{AT}/recommendations/new", {**given, "category": []})
    assert (nothing.status_code, "Сделать." in nothing.text) == (422, True)
    assert coder.post(f"{AT}/recommendations/new", {**given, "title_ru": " "}).status_code == 422

    one = f"{AT}/recommendations/{last.row.id}"
    coder.post(one, {**given, "title_ru": "Иначе", "category": ["F2"]})
    assert [(a.row.title["ru"], a.evidence) for a in advice(ground)][-1] == ("Иначе", ("F2",))
    coder.post(f"{one}/undo")
    assert (advice(ground)[-1].row.title["ru"], set(advice(ground)[-1].evidence)) == (TEXT, {"F2", "A4"})
    coder.post(f"{one}/remove")
    assert len(advice(ground)) == 5
    assert coder.get(one).status_code == 404
    coder.post(f"{one}/undo")
    assert len(advice(ground)) == 6

    assert [viewer.post(path, given).status_code for path in (one, f"{one}/remove", f"{one}/undo")] == [403] * 3
    foreign = one.replace("almaty", "libraries")
    assert [stranger.post(path, given).status_code for path in (one, foreign, f"{foreign}/remove")] == [404] * 3

"""`fieldwork recommendations` takes and lists what the study recommends."""

import json
from importlib.resources import files

import pytest
from click.testing import CliRunner

from fieldwork.coding.importing import import_categories
from fieldwork.core.errors import NotFound
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground
from fieldwork.demo.material import document
from fieldwork.programme.imports import import_programme
from fieldwork.report.commands import recommendations, report
from fieldwork.report.recommendations import KeyTaken
from fieldwork.report.writing import OutputImpossible

PARADIGM = str(files("fieldwork.demo").joinpath("study", "paradigm.yaml"))


@pytest.fixture
def installed(ground: Ground, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """An installation with a study that has its categories, as the command line finds it."""
    monkeypatch.setenv("FIELDWORK_DATA", str(settings.data))
    monkeypatch.setenv("FIELDWORK_DATABASE", settings.database_url)
    with ground.work() as work:
        study = import_programme(work, document("study"), slug="almaty")
        import_categories(work, study, document("categories"), document("labels"))
    return ground


def test_recommendations_are_imported_once_and_listed(installed: Ground) -> None:
    runner = CliRunner()
    assert runner.invoke(recommendations, ["list", "almaty", "--json"], catch_exceptions=False).stdout == "[]\n"
    taken = runner.invoke(recommendations, ["import", "almaty", PARADIGM], catch_exceptions=False)
    assert (taken.exit_code, taken.stdout) == (0, "almaty: 5 recommendations.\n")
    with pytest.raises(KeyTaken):
        runner.invoke(recommendations, ["import", "almaty", PARADIGM], catch_exceptions=False)
    listed = json.loads(runner.invoke(recommendations, ["list", "almaty", "--json"], catch_exceptions=False).stdout)
    assert [(one["key"], one["evidence"]) for one in listed] == [
        (one["key"], one["evidence"]) for one in document("paradigm")["recommendations"]
    ]
    lines = runner.invoke(recommendations, ["list", "almaty", "--language", "en"], catch_exceptions=False).stdout
    assert lines.splitlines()[2].split()[:5] == ["spaces", "A5", "F2", "A2", "I3"]


def test_what_is_not_there_is_told(installed: Ground) -> None:
    with pytest.raises(NotFound, match="no study called elsewhere"):
        CliRunner().invoke(recommendations, ["list", "elsewhere"], catch_exceptions=False)
    with pytest.raises(OutputImpossible):
        CliRunner().invoke(report, ["almaty", "-o", "/nowhere/report.pdf"], catch_exceptions=False)
    assert CliRunner().invoke(recommendations, ["import", "almaty", "missing.yaml"]).exit_code == 2

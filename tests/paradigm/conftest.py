"""The coded demo study for tests of the paradigm model."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldwork.core.work import Work
from fieldwork.programme.models import Study


@pytest.fixture(scope="session")
def studies() -> SimpleNamespace:
    """The builders of coding's ``studies.py`` (tests are no package, so it cannot be imported)."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "coding" / "studies.py")))


@pytest.fixture
def study(work: Work, studies: SimpleNamespace) -> Study:
    """Coded, without a model."""
    study: Study = studies.coded_study(work)
    return study

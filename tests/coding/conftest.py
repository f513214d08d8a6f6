"""The demo study for tests of coding."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldwork.core.work import Work
from fieldwork.programme.models import Study


@pytest.fixture(scope="session")
def studies() -> SimpleNamespace:
    """The builders of ``studies.py`` (tests are no package, so it cannot be imported)."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "studies.py")))


@pytest.fixture
def field_study(work: Work, studies: SimpleNamespace) -> Study:
    """Interviewed, transcribed and anonymised, not coded yet."""
    study: Study = studies.study_in_the_field(work)
    return study


@pytest.fixture
def study(work: Work, studies: SimpleNamespace) -> Study:
    """Coded."""
    study: Study = studies.coded_study(work)
    return study

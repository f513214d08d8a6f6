"""A study that can be searched."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from fieldwork.core.work import Ground
from fieldwork.programme.models import Study


@pytest.fixture(scope="session")
def small() -> SimpleNamespace:
    """The builders of ``small_study.py`` (tests are no package, so it cannot be imported)."""
    return SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "small_study.py")))


@pytest.fixture
def told(ground: Ground, study: Study, small: SimpleNamespace) -> SimpleNamespace:
    """The study «libraries», filled and committed."""
    with ground.work() as work:
        made: SimpleNamespace = small.fill(work, study)
    return made

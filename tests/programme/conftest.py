"""The demo's programme as data and as a study."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import fieldwork
from fieldwork.core.schema import shipped
from fieldwork.core.work import Work
from fieldwork.programme.imports import import_programme
from fieldwork.programme.models import Study
from fieldwork.programme.yaml_files import read_yaml

DEMO = Path(fieldwork.__file__).parent / "demo" / "study"


@cache
def _read(path: Path) -> Any:
    return read_yaml(path)


@pytest.fixture
def programme() -> dict[str, Any]:
    """``study.yaml`` of the demo, to be spoilt at will."""
    return deepcopy(_read(DEMO / "study.yaml"))


@pytest.fixture
def team() -> dict[str, Any]:
    """``experts.yaml`` of the demo."""
    return deepcopy(_read(DEMO / "experts.yaml"))


@pytest.fixture
def guide() -> dict[str, Any]:
    """The demo's guide, to be spoilt at will."""
    return deepcopy(_read(shipped("interview_guides") / "creative_class.yaml"))


@pytest.fixture
def study(work: Work, programme: dict[str, Any]) -> Study:
    """The demo study without a guide."""
    return import_programme(work, programme, slug="creative-class")

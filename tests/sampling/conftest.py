"""The demo's sample as data and as rows; commands at a terminal."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import fieldwork
from fieldwork.core.work import Work
from fieldwork.programme.imports import import_programme, import_team
from fieldwork.programme.models import Study
from fieldwork.programme.yaml_files import read_yaml
from fieldwork.sampling.identity import Identity
from fieldwork.sampling.imports import import_experts, import_recruitment, import_sampling
from fieldwork.sampling.services import NewExpert

DEMO = Path(fieldwork.__file__).parent / "demo" / "study"


@cache
def _read(name: str) -> Any:
    return read_yaml(DEMO / name)


@pytest.fixture
def programme() -> dict[str, Any]:
    """``study.yaml`` of the demo, to be spoilt at will."""
    return deepcopy(_read("study.yaml"))


@pytest.fixture
def people() -> dict[str, Any]:
    """``experts.yaml`` of the demo, to be spoilt at will."""
    return deepcopy(_read("experts.yaml"))


@pytest.fixture
def study(work: Work, programme: dict[str, Any], people: dict[str, Any]) -> Study:
    """The demo study with its plan and team, without experts."""
    study = import_programme(work, programme, slug="creative-class")
    import_team(work, study, people)
    import_sampling(work, study, programme)
    return study


@pytest.fixture
def sample(work: Work, study: Study, programme: dict[str, Any], people: dict[str, Any]) -> Study:
    """The demo study with all its experts."""
    import_experts(work, study, people)
    import_recruitment(work, study, programme)
    return study


@pytest.fixture
def new() -> NewExpert:
    """The traits of somebody new."""
    return NewExpert("theatre", "режиссёр", "театр", "f", "35-44", "10-14")


@pytest.fixture
def identity() -> Identity:
    """Somebody invented."""
    return Identity("Есенова Сауле Маратовна", ("Сауле",), "Saule Yessenova", phone="+7 701 555 99 99")

"""The demo's experts and interviews; commands at a terminal."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import fieldwork
from fieldwork.core.work import Ground, Work
from fieldwork.programme.imports import import_programme, import_team
from fieldwork.programme.models import Study
from fieldwork.programme.yaml_files import read_yaml
from fieldwork.sampling.imports import import_experts, import_sampling

DEMO = Path(fieldwork.__file__).parent / "demo" / "study"


@cache
def _read(name: str) -> Any:
    return read_yaml(DEMO / name)


def _set_up(work: Work) -> Study:
    programme, people = _read("study.yaml"), _read("experts.yaml")
    study = import_programme(work, programme, slug="almaty")
    import_team(work, study, people)
    import_sampling(work, study, programme)
    import_experts(work, study, people)
    return study


@pytest.fixture
def people() -> dict[str, Any]:
    """``experts.yaml`` of the demo, to be spoilt at will."""
    return deepcopy(_read("experts.yaml"))


@pytest.fixture
def study(work: Work) -> Study:
    """The demo study with its experts, without interviews."""
    return _set_up(work)


@pytest.fixture
def run(ground: Ground, run: Callable[..., Any]) -> Callable[..., Any]:
    """Runs `fieldwork …` on an installation with the demo's experts, with messages in English."""
    with ground.work() as work:
        _set_up(work)
    return run

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldwork.core.work import Ground
from fieldwork.demo.field import set_up
from fieldwork.programme.models import Study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.services import find_interview

sys.path.insert(0, str(Path(__file__).parent))  # what tests share, and what children of a supervisor run


@pytest.fixture
def study(ground: Ground) -> Study:
    """A study whose experts have consented; nothing is recorded yet."""
    with ground.work() as work:
        return set_up(work)


@pytest.fixture
def interview_with(ground: Ground, study: Study) -> Callable[[str], Interview]:
    """Finds the interview with an expert, by code."""

    def find(code: str) -> Interview:
        with ground.work() as work:
            return find_interview(work, find_expert(work, study, code))

    return find

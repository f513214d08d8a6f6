"""Sixty damaged and hostile files through the confined children; the benchmark «mutants» takes two thousand."""

import runpy
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parent.parent / "benchmarks" / "mutants.py"


@pytest.mark.slow
@pytest.mark.processes
def test_damaged_files_end_in_a_result_or_in_a_named_refusal_and_read_no_other_file() -> None:
    outcome = runpy.run_path(str(BENCHMARK))["measure"](60, 7)

    assert outcome.wrong == []
    assert outcome.ends.total() == 60
    assert outcome.mebibytes < 512

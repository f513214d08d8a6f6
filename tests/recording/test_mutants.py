"""Sixty damaged and hostile files through the confined children; the benchmark «mutants» takes two thousand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parent.parent / "benchmarks" / "mutants.py"


@pytest.mark.slow
@pytest.mark.processes
def test_damaged_files_end_in_a_result_or_in_a_named_refusal_and_read_no_other_file() -> None:
    # in a process of its own: what its children take is measured, and a forked child begins with what its parent has
    run = [sys.executable, "-W", "ignore", str(BENCHMARK), "--count", "60", "--seed", "7"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)

    assert "not as it must be: 0" in done.stdout, done.stdout + done.stderr
    assert re.search(r"^60 mutants in ", done.stdout, re.MULTILINE)
    assert done.returncode == 0

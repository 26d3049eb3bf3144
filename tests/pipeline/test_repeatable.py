"""Same study, same tables: whatever the order of rows, the number of threads, and Python's hash seed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from planner.verify import verify
from tests.shuffled import shuffled
from tests.town import write_town

RUNS = 10


def _run(folder: Path, number: int) -> Path:
    """Run a copy of the town, its rows shuffled, in a process of its own; return the folder of its tables."""
    (folder / "town").mkdir(parents=True)
    study = shuffled(write_town(folder / "town"), folder / "shuffled", seed=number, threads=1 + number % 2)
    command = [sys.executable, "-m", "planner.cli", "run", str(study), "-o", str(folder / "out")]
    more = {**os.environ, "PYTHONHASHSEED": "random"}
    done = subprocess.run(command, env=more, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "out" / "tables"


def _hashes(tables: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(tables.glob("*.csv"))}


@pytest.mark.slow
def test_ten_runs_of_one_study_have_one_hash(tmp_path: Path) -> None:
    """Rows shuffled, one thread or two, another hash seed each time: every table of every run is the same."""
    first, *others = [_run(tmp_path / str(number), number) for number in range(RUNS)]
    expected = _hashes(first)
    assert {"findings_before.csv", "findings_after.csv", "plan_options.csv", "plan_causes.csv"} <= set(expected)
    for tables in others:
        found = _hashes(tables)
        assert {name for name in expected if found[name] != expected[name]} == set(), tables
    assert len((first / "plan_options.csv").read_text("utf-8-sig").splitlines()) > 3
    assert verify(first.parent).ok

"""The demonstration study, run once, and copies of it in which one fact is changed."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from planner import run, sample_study
from planner.pipeline import Outcome
from planner.study import read_study

Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="session")
def demo_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the demonstration's report."""
    return tmp_path_factory.mktemp("demo") / "out"


@pytest.fixture(scope="session")
def demo(demo_out: Path) -> Outcome:
    """Return the outcome of the demonstration, its report written."""
    return run(read_study(sample_study()), out=demo_out)


@pytest.fixture(scope="session")
def traps() -> dict[str, list[str]]:
    """Return the ids behind each trap of the sample."""
    named: dict[str, list[str]] = tomllib.loads((sample_study().parent / "traps.toml").read_text("utf-8"))
    return named


@pytest.fixture
def changed_study(tmp_path: Path) -> Callable[[str, Change], Path]:
    """Return a function that copies the sample, changes one of its CSV tables, and returns the copy's study file."""

    def change(table: str, edit: Change) -> Path:
        folder = tmp_path / "study"
        shutil.copytree(sample_study().parent, folder, ignore=shutil.ignore_patterns("source", "sample_build", "*.py"))
        frame = pd.read_csv(folder / table, dtype="str", keep_default_na=False)
        edit(frame).to_csv(folder / table, index=False)
        return folder / "study.toml"

    return change

"""One made-up study for all tests of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.report import Material, write_report
from tests.report.synthetic import synthetic


@pytest.fixture(scope="session")
def material() -> Material:
    """Return a made-up study whose names attack."""
    return synthetic(hostile=True)


@pytest.fixture(scope="session")
def written(material: Material, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of its report."""
    return write_report(material, tmp_path_factory.mktemp("report") / "out")

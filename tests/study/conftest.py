"""A good study file, to be broken in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.study import Study, read_study

GOOD = """
[study]
name = "t"
base_year = 2025
years = [2026, 2027]
crs = "EPSG:4550"
unit_list_date = "2023-06-30"
notice = "示例"

[[layers.boundaries]]
path = "data/units.csv"
level = "township"
expected = "data/people.csv"

[[layers.facilities]]
path = "data/units.csv"
crs = "EPSG:4490"
columns = { facility_id = "code" }
values = { service = "school", standardised = true }

[[layers.population]]
path = "data/people.csv"
crs = "EPSG:4490"
groups = ["people", "age_3_5"]

[[layers.exclusions]]
path = "data/units.csv"
rule_id = "farmland"

[roads]
path = "data/units.csv"

[modes.walk]
speed_kph = { residential = 4 }

[standards]
profile = "dalian-2018"

[mandates]
policy = "dazhengfa-2018-28"
only = ["a", "b"]

[siting]
budget_yuan = { 2026 = 5_000_000 }

[[siting.objectives]]
kind = "people_covered"
standard = "park.walk"

[[siting.options]]
id = "build"
action = "build"
service = "kindergarten"
land_uses = ["080404"]
cost_yuan = 100
set = { owner = "public", standardised = true }

[[siting.options]]
id = "grow"
action = "expand"
service = "school"
where = { rank = ["a", "b"] }
add_classes = 6
cost_yuan = 100

[report]
labels = { park = ["公园", "park"] }
"""


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes a study file beside two small tables."""
    (tmp_path / "data").mkdir()
    for name in ("units", "people"):
        (tmp_path / "data" / f"{name}.csv").write_text("code,name\n1,a\n", encoding="utf-8")

    def write(text: str) -> Path:
        path = tmp_path / "study.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def study(make: Callable[[str], Path]) -> Study:
    """Return the good study."""
    return read_study(make(GOOD))


@pytest.fixture
def good() -> str:
    """Return the text of a good study."""
    return GOOD

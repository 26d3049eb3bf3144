"""From tables to the present situation: cutoffs follow from the standards, lists of nearest places from the layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.coverage import Situation, nearest_open
from planner.pipeline.measure import Rules, present_situation
from planner.pipeline.reading import read_everything
from planner.study import read_study
from tests.little import FILES, STUDY

PROFILE = """
[profile]
id = "own"
[[standard]]
id = "kindergarten.radius"
service = "kindergarten"
mode = "straight"
cost = "radius_m"
direction = "toward"
targets = "demand"
limit = "{limit}"
[[coverage]]
standard = "kindergarten.radius"
"""
SITES = 40


def _present(folder: Path, limit: str) -> tuple[Rules, Situation]:
    """Return the present of the little study with many sites around the second village, far from the kindergarten."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    rows = [f"s{n},{121.74 + n / 100_000},39.06,080404,3000" for n in range(SITES)]
    (folder / "sites.csv").write_text("\n".join(["site_id,lon,lat,land_use,area_m2", *rows]), encoding="utf-8")
    (folder / "profile.toml").write_text(PROFILE.format(limit=limit), encoding="utf-8")
    text = STUDY.replace('profile = "dalian-2018"', 'profile = "profile.toml"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    study = read_study(folder / "study.toml")
    rules, inputs, options = read_everything(study).complete()
    return rules, present_situation(study, inputs, rules, options)


@pytest.mark.parametrize("limit", ["300 m", "2 km"])
def test_the_cutoff_is_that_of_the_standard(tmp_path: Path, limit: str) -> None:
    """No cutoff is typed anywhere: the reach ends where the standard does."""
    rules, present = _present(tmp_path, limit)
    (standard,) = rules.standards
    assert present.reaches.bounded[standard.label].cutoff == {"300 m": 300_000, "2 km": 2_000_000}[limit]


def test_lists_of_nearest_places_grow_until_one_is_open(tmp_path: Path) -> None:
    """Forty sites stand nearer than the only kindergarten: it is found, far beyond the cutoff, with its cost."""
    rules, present = _present(tmp_path, "300 m")
    (standard,) = rules.standards
    found = nearest_open(present, standard).loc["d2"]
    assert found["known"]
    assert found["place_id"] == "k1"
    assert found["cost"] > 7_000_000
    assert present.reaches.nearest[standard.label].place.shape[1] > SITES

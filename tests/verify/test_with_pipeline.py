"""The pipeline and the verifier, each on its own, come to the same figures, and to those worked out by hand."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from planner import read_study, run
from planner.mandates import every_institution
from planner.verify import verify

STUDY = """
[study]
name = "tiny"
base_year = 2025
years = [2026, 2027]
crs = "EPSG:4550"
notice = "invented"

{boundaries}
[layers.leading_zones]
path = "zones.csv"
[[layers.facilities]]
path = "facilities.csv"
crs = "EPSG:4550"
[[layers.population]]
path = "population.csv"
crs = "EPSG:4550"
groups = ["people", "age_6_11"]
[[layers.sites]]
path = "sites.csv"
crs = "EPSG:4550"
[[layers.exclusions]]
path = "farmland.geojson"
rule_id = "farmland"
[roads]
path = "roads.geojson"
[modes.walk]
speed_kph = {{ residential = 5.0 }}
access_speed_kph = 5.0
[modes.drive]
speed_kph = {{ residential = 36.0 }}
access_speed_kph = 5.0
[standards]
profile = "profile.toml"
[mandates]
policy = "policy.toml"
[siting]
budget_yuan = {{ 2026 = 160, 2027 = 55 }}
[[siting.options]]
id = "kg"
action = "build"
service = "kindergarten"
land_uses = ["A33"]
min_area_m2 = 2500
set = {{ owner = "public", rank = "central" }}
cost_yuan = 100
build_years = 0
[[siting.options]]
id = "more"
action = "expand"
service = "primary_school"
add_classes = 1
cost_yuan = 50
[[siting.options]]
id = "park"
action = "build"
service = "fitness_park"
land_uses = ["G1"]
set = {{ owner = "public", demonstration = true }}
cost_yuan = 60
build_years = 0
"""
LEVELS = ("city", "county", "township", "village")

PROFILE = """
[profile]
id = "tiny"
version = "1"
[[standard]]
id = "walk"
service = "kindergarten"
mode = "walk"
cost = "distance_m"
direction = "toward"
targets = "demand"
limit = "1.2 km"
[[standard]]
id = "circle"
service = "kindergarten"
mode = "straight"
cost = "radius_m"
direction = "toward"
targets = "demand"
limit = "1000 m"
[[standard]]
id = "depot.near"
service = "disaster_depot"
mode = "drive"
cost = "travel_time_s"
direction = "from"
targets = "anchor"
limit = "200 s"
[[number]]
id = "size"
service = "primary_school"
value = 55
unit = "persons"
[[coverage]]
standard = "walk"
[[coverage]]
standard = "circle"
"""

CLAUSE = """
[[mandate]]
quote = "…"
section = "…"
lead_department = "…"
strength = "hard"
"""
POLICY = f"""
[policy]
id = "tiny"
title = "tiny"
{CLAUSE}
id = "central"
predicate = "COUNT_PER_UNIT"
service = "kindergarten"
unit_set = "townships"
where = {{ owner = "public", rank = "central" }}
{CLAUSE}
id = "class"
predicate = "CAPACITY"
service = "primary_school"
group = "age_6_11"
class_size = "size"
{CLAUSE}
id = "park"
predicate = "PROGRAMME_PER_YEAR"
service = "fitness_park"
unit_set = "city"
where = {{ demonstration = true }}
{CLAUSE}
id = "depots"
predicate = "NETWORK_ROLES"
service = "disaster_depot"
[[mandate.levels]]
role = "required"
level = "city"
unit_set = "city"
[[mandate.levels]]
role = "required"
level = "county"
unit_set = "counties_and_leading_zones"
[[mandate.levels]]
role = "required_or_covered"
level = "township"
unit_set = "streets_and_townships"
standard = "depot.near"
[[mandate.levels]]
role = "covered"
level = "village"
unit_set = "communities_and_villages"
standard = "depot.near"
{CLAUSE}
id = "near"
predicate = "COVERAGE"
service = "kindergarten"
unit_set = "counties"
standard = "walk"
share = 0.9
where = {{ owner = "public" }}
"""


@pytest.fixture
def real_run(tiny_run: Path) -> Path:
    """Return the folder of a real run of the study whose figures were worked out by hand."""
    study = tiny_run.parent / "study"
    levels = "".join(
        f'[[layers.boundaries]]\npath = "boundaries.csv"\nlevel = "{level}"\nwhere = {{ level = "{level}" }}\n'
        for level in LEVELS
    )
    (study / "study.toml").write_text(STUDY.format(boundaries=levels), encoding="utf-8")
    (study / "profile.toml").write_text(PROFILE, encoding="utf-8")
    (study / "policy.toml").write_text(POLICY, encoding="utf-8")
    out = tiny_run.parent / "real"
    run(read_study(study / "study.toml"), out=out)
    return out


def figures(path: Path, columns: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Return some columns of a table."""
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    return {tuple(row[name] if name != "share" else row[name][:12] for name in columns) for row in rows}


def test_pipeline_verifier_and_hand_agree(tiny_run: Path, real_run: Path, change: Callable[..., None]) -> None:
    """The run is confirmed; its findings and coverage are those worked out by hand; one flipped status is found."""
    outcome = verify(real_run)
    assert outcome.ok, outcome.summary("en")
    met = ("mandate_id", "unit_code", "year", "status")
    at_present = "tables/findings_before.csv"
    assert figures(real_run / at_present, met) == figures(tiny_run / at_present, met)
    served = ("standard_id", "unit_code", "group", "total", "covered", "share")
    at_present = "tables/coverage_before.csv"
    assert figures(real_run / at_present, served) == figures(tiny_run / at_present, served)
    text = (real_run / "tables" / "findings_after.csv").read_text(encoding="utf-8-sig")
    flipped = text.replace(",met,", ",gap,", 1)
    (real_run / "tables" / "findings_after.csv").write_text(flipped, encoding="utf-8-sig")
    assert len(verify(real_run).different) == 1


def test_units_that_the_list_lacks_are_told_by_both(tiny_run: Path, real_run: Path) -> None:
    """Without a city and without villages, both tell one row without a unit for each mandate that speaks of them."""
    study = tiny_run.parent / "study"
    lines = (study / "boundaries.csv").read_text(encoding="utf-8").splitlines()
    kept = [line.replace(",C", ",") for line in lines if not line.startswith(("city", "village"))]
    (study / "boundaries.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    text = (study / "study.toml").read_text(encoding="utf-8")
    for level in ("city", "village"):
        text = text.replace(f'[[layers.boundaries]]\npath = "boundaries.csv"\nlevel = "{level}"\n', "[skipped]\n")
    text = text.replace('[skipped]\nwhere = { level = "city" }\n', "").replace(
        '[skipped]\nwhere = { level = "village" }\n', ""
    )
    (study / "study.toml").write_text(text, encoding="utf-8")
    for name in ("facilities.csv", "population.csv"):
        path = study / name
        path.write_text(path.read_text(encoding="utf-8").replace(",V1,", ",T1,"), encoding="utf-8")
    run(read_study(study / "study.toml"), out=real_run)
    assert verify(real_run).ok, verify(real_run).summary("en")
    told = figures(real_run / "tables" / "findings_before.csv", ("mandate_id", "unit_code", "status", "reason_code"))
    assert {row for row in told if row[1] == ""} == {
        ("park", "", "not_evaluable", "no_such_unit"),
        ("depots", "", "not_evaluable", "no_such_unit"),
    }


INSTITUTIONS = f"""{CLAUSE}
id = "every"
predicate = "COUNT_PER_UNIT"
service = "kindergarten"
unit_set = "institutions"
where = {{ owner = "public", rank = "central" }}
{CLAUSE}
id = "nobody"
predicate = "COUNT_PER_UNIT"
service = "clinic"
unit_set = "institutions"
where = {{ owner = "public" }}
"""


def test_every_institution_is_asked_by_both(tiny_run: Path, real_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The private kindergarten is a gap until it is made public, and so is asked the one that the plan builds.

    Where every facility is taken to fit, the verifier disagrees.
    """
    study = tiny_run.parent / "study"
    text = (study / "study.toml").read_text(encoding="utf-8").replace("2027 = 55", "2027 = 155")
    upgrade = (
        '[[siting.options]]\nid = "own"\naction = "upgrade"\nservice = "kindergarten"\n'
        'where = { owner = "private" }\nset = { owner = "public" }\ncost_yuan = 30\nbuild_years = 0\n'
    )
    (study / "study.toml").write_text(text + upgrade, encoding="utf-8")
    (study / "policy.toml").write_text(POLICY + INSTITUTIONS, encoding="utf-8")
    run(read_study(study / "study.toml"), out=real_run)
    assert verify(real_run).ok, verify(real_run).summary("en")
    columns = ("mandate_id", "unit_code", "unit_level", "county_code", "status", "reason_code")
    before = figures(real_run / "tables" / "findings_before.csv", columns)
    after = figures(real_run / "tables" / "findings_after.csv", columns)
    told = {row for row in before if row[0] in ("every", "nobody")}
    nobody = ("nobody", "", "city", "", "not_evaluable", "no_institution")
    k1 = ("every", "k1", "institution", "K1", "met", "")
    assert told == {k1, ("every", "k2", "institution", "K2", "gap", "not_fitting"), nobody}
    assert {row for row in after if row[0] in ("every", "nobody")} == {
        k1,
        nobody,
        ("every", "k2", "institution", "K2", "met", ""),
        ("every", "kg:site1", "institution", "K1", "met", ""),
    }
    closes = figures(real_run / "tables" / "plan_effects.csv", ("option_id", "closes"))
    assert any(option == "own:k2" and "every|k2|" in closed for option, closed in closes)
    monkeypatch.setattr(every_institution, "matches", lambda table, _where: np.ones(len(table), dtype=bool))
    run(read_study(study / "study.toml"), out=real_run)
    wrong = verify(real_run)
    assert {("findings_before", "every k2", "status")} <= set(
        wrong.different[["table", "key", "figure"]].itertuples(index=False, name=None)
    )


def test_slopes_are_walked_alike(tiny_run: Path, real_run: Path) -> None:
    """Where a ramp of a tenth rises to the kindergarten, d2 is beyond 15 minutes (1,036 s, 734 s on the flat).

    Both say so, run.json names the model, and neither accepts another model.
    """
    study = tiny_run.parent / "study"
    profile = PROFILE.replace('cost = "distance_m"', 'cost = "travel_time_s"').replace('"1.2 km"', '"15 min"')
    (study / "profile.toml").write_text(profile, encoding="utf-8")
    served = ("standard_id", "unit_code", "group", "covered")
    flat = tiny_run.parent / "flat"
    run(read_study(study / "study.toml"), out=flat)
    assert verify(flat).ok, verify(flat).summary("en")
    metres = np.tile(np.arange(80, dtype=np.float32) * 5, (60, 1))
    place = Affine(50, 0, 499_500, 0, -50, 4_302_000)
    with rasterio.open(
        study / "hills.tif", "w", driver="GTiff", count=1, dtype="float32", height=60, width=80, crs="EPSG:4550",
        transform=place,
    ) as raster:  # fmt: skip
        raster.write(metres, 1)
    text = (study / "study.toml").read_text(encoding="utf-8")
    dem = 'path = "roads.geojson"\ndem = "hills.tif"\n'
    (study / "study.toml").write_text(text.replace('path = "roads.geojson"\n', dem), encoding="utf-8")
    run(read_study(study / "study.toml"), out=real_run)
    assert verify(real_run).ok, verify(real_run).summary("en")
    at_present = "tables/coverage_before.csv"
    assert ("walk", "T2", "people", "40") in figures(flat / at_present, served)
    assert ("walk", "T2", "people", "0") in figures(real_run / at_present, served)
    record = json.loads((real_run / "run.json").read_text(encoding="utf-8"))
    assert record["settings"]["roads"]["dem"] == "hills.tif"
    assert record["settings"]["modes"]["walk"]["slopes"]
    assert "hills.tif" in {one["path"] for one in record["inputs"]}
    (study / "hills.tif").write_bytes((study / "hills.tif").read_bytes() + b" ")
    assert "expected the input hills.tif" in verify(real_run).summary("en")

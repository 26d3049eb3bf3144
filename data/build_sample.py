"""Builds the products of the embedded sample from `source/`: `python data/build_sample.py [OUT]`.

Real are the names, codes and rough positions of the units, the coarse county outlines and the county
totals of people; everything else is invented here. Two runs write the same bytes.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from sample_build import facilities, story  # noqa: E402
from sample_build.cells import Cells, township_cells, unit_table  # noqa: E402
from sample_build.exclusions import build_exclusions  # noqa: E402
from sample_build.fragments import build_fragments  # noqa: E402
from sample_build.oneway import set_oneways  # noqa: E402
from sample_build.people import AGES, build_demand  # noqa: E402
from sample_build.products import polygon_json, write_areas, write_features, write_roads, write_table, write_traps  # noqa: E402
from sample_build.schools import add_schools  # noqa: E402
from sample_build.sites import SiteBook, build_sites, site_table  # noqa: E402
from sample_build.sources import CITY_CODE, CITY_NAME, Sources, county_kind, read_sources  # noqa: E402
from sample_build.spots import Spots  # noqa: E402
from sample_build.spurs import build_spurs  # noqa: E402
from sample_build.streets import Streets  # noqa: E402
from sample_build.towns import build_towns  # noqa: E402
from sample_build.trunks import build_trunks  # noqa: E402
from sample_build.villages import build_villages  # noqa: E402

SEED = 20180730


@dataclass(frozen=True)
class Sample:
    """Everything that is written."""

    sources: Sources
    cells: Cells
    streets: Streets
    demand: pd.DataFrame
    ledger: facilities.Ledger
    book: SiteBook


def build(source: Path) -> Sample:
    """Return the sample, built in memory."""
    sources, streets = read_sources(source), Streets()
    cells = township_cells(sources, _random("cells"))
    towns = build_towns(sources.units, cells, streets, _random("towns"))
    build_trunks(towns, cells, streets, _random("trunks"))
    villages = build_villages(sources.villages, cells, streets, _random("villages"))
    build_spurs(villages, cells, streets, _random("spurs"))
    set_oneways(towns, streets, _random("oneway"))
    fragments = build_fragments(cells, streets, _random("fragments"))
    demand = build_demand(sources.population, cells, villages, streets, fragments, _random("demand"))
    people = demand["people"].groupby(demand["unit_code"].str[:9]).sum()
    ledger = facilities.Ledger(sources, Spots(demand, cells, _random("spots")), _random("facilities"))
    facilities.add_kindergartens(ledger, people)
    facilities.add_health_centres(ledger)
    facilities.add_parks(ledger, people)
    facilities.add_depots(ledger)
    demand["catchment_primary_school"] = add_schools(ledger, demand)
    book = build_sites(ledger, people, _random("sites"))
    ledger.trap("off_network_points", *demand.loc[demand["note"] == "off_network", "demand_id"])
    ledger.trap("on_fragment_points", *demand.loc[demand["note"] == "on_fragment", "demand_id"])
    return Sample(sources, cells, streets, demand, ledger, book)


def write(sample: Sample, out: Path) -> None:
    """Write all products below a folder."""
    for folder in ("boundaries", "roads", "population", "facilities", "sites", "exclusions"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    _write_boundaries(sample, out / "boundaries")
    write_roads(out / "roads" / "roads.geojson", sample.streets)
    demand = sample.demand[["demand_id", "x", "y", "unit_code", "people", *AGES, "catchment_primary_school"]]
    write_table(out / "population" / "demand.csv", demand)
    write_table(out / "facilities" / "facilities.csv", facilities.table(sample.ledger))
    write_table(out / "sites" / "sites.csv", site_table(sample.book))
    farmland, red_line = build_exclusions(sample.book, sample.cells, sample.demand, _random("exclusions"))
    write_areas(out / "exclusions" / "basic_farmland.geojson", "basic_farmland", farmland, "BF")
    write_areas(out / "exclusions" / "ecological_red_line.geojson", "ecological_red_line", red_line, "RL")
    write_traps(out / "traps.toml", sample.ledger.traps)


def _random(step: str) -> np.random.Generator:
    """Return the generator of one step, so that a change in one leaves the others' draws alone."""
    return np.random.default_rng([SEED, *step.encode()])


def _write_boundaries(sample: Sample, out: Path) -> None:
    sources, units = sample.sources, unit_table(sample.sources)
    city = {"code": CITY_CODE, "name": CITY_NAME, "kind": "city", "parent_code": ""}
    write_table(out / "city.csv", pd.DataFrame([city]))
    rows = [
        {"code": code, "name": name, "kind": county_kind(name), "parent_code": CITY_CODE}
        for code, name in sorted(sources.county_names.items())
    ]
    outlines = [(row, polygon_json(sources.counties[row["code"]])) for row in rows]
    write_features(out / "counties.geojson", "counties", outlines)
    cells = [(row, polygon_json(sample.cells.degrees[str(row["code"])])) for row in units.to_dict("records")]
    write_features(out / "townships.geojson", "townships", cells)
    villages = sources.villages.rename(columns={"unit_code": "parent_code"})
    write_table(out / "villages.csv", villages[["code", "name", "kind", "parent_code"]])
    write_table(out / "leading_zones.csv", _leading_zones(units))


def _leading_zones(units: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for zone, (name, members, source) in story.LEADING_ZONES.items():
        inside = members or tuple(units.loc[units["parent_code"] == story.JINPU_COUNTY, "code"])
        rows += [(zone, name, unit, story.LEADING_ZONES_LISTED, source, False) for unit in inside]
    return pd.DataFrame(rows, columns=["zone_code", "zone_name", "unit_code", "listed", "source", "confirmed"])


if __name__ == "__main__":
    write(build(HERE / "source"), Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)

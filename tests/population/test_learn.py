from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_source
from planner.population import spread
from planner.population.learn import learned

PEOPLE_PER_M2 = {"homes": 0.03, "mixed": 0.01, "sheds": 0.0}


def _invented(units: int, noise: float, seed: int = 3) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Return buildings whose people are known, the totals of their units, and the people (all invented)."""
    chance = np.random.default_rng(seed)
    count = units * 25
    floors = {name: chance.gamma(1.0, 400.0, count) * (chance.random(count) < 0.4) for name in PEOPLE_PER_M2}
    table = pd.DataFrame(floors, index=[f"b{n:05d}" for n in range(count)]).assign(unit=np.arange(count) % units)
    table["unit"] = "u" + table["unit"].astype(str).str.zfill(3)
    expected = sum(table[name] * rate for name, rate in PEOPLE_PER_M2.items())
    people = pd.Series(np.rint(expected * chance.lognormal(0.0, noise, count)), index=table.index)
    return table, people.groupby(table["unit"]).sum(), people


def test_a_known_answer_is_found() -> None:
    """The people per square metre that made the totals come back, and where people live with them."""
    points, totals, people = _invented(80, noise=0.2)
    log = FaultLog()
    weighed, record = learned(points, totals, list(PEOPLE_PER_M2), layer="u.csv", seed=1, log=log)
    assert record["coefficients"]["homes"] == pytest.approx(0.03, rel=0.1)
    assert record["coefficients"]["mixed"] == pytest.approx(0.01, rel=0.25)
    assert record["coefficients"]["sheds"] < 0.001
    assert record["left_out"] == "ten folds"
    assert record["error_share"] < 0.1
    assert record["even_error_share"] > 0.2
    assert log.to_frame()["code"].to_list() == ["weights_learned"]
    table = totals.to_frame("people")
    placed = spread(table, weighed, groups=["people"], within={})
    even = spread(table, weighed.assign(weight=1.0), groups=["people"], within={})
    assert placed.groupby("unit")["people"].sum().to_dict() == totals.to_dict()
    wrong = [(one["people"].reindex(people.index).fillna(0) - people).abs().sum() for one in (placed, even)]
    assert wrong[0] < 0.4 * wrong[1]


def test_row_order_seed_and_scale_do_not_show() -> None:
    """Rows in another order give the same weights; units of a covariate do not matter; few units need no folds."""
    points, totals, _ = _invented(30, noise=0.3)
    names = list(PEOPLE_PER_M2)
    first, record = learned(points, totals, names, layer="u", seed=1, log=FaultLog())
    mixed = points.sample(frac=1.0, random_state=5)
    again, other = learned(mixed, totals[::-1], names, layer="u", seed=2, log=FaultLog())
    pd.testing.assert_series_equal(first["weight"], again["weight"].reindex(first.index), rtol=1e-9)
    assert record == other
    assert record["left_out"] == "each unit"
    hectares, _ = learned(
        points.assign(homes=points["homes"] / 10_000), totals, names, layer="u", seed=1, log=FaultLog()
    )
    np.testing.assert_allclose(hectares["weight"], first["weight"], rtol=1e-6)


def test_too_few_units_are_refused() -> None:
    """Nine units cannot teach, nor fourteen three covariates."""
    for units in (9, 14):
        points, totals, _ = _invented(units, noise=0.1)
        with pytest.raises(LayerError, match=f"at least 15 units to learn weights from in u, found {units}"):
            learned(points, totals, list(PEOPLE_PER_M2), layer="u", seed=1, log=FaultLog())


def test_covariates_that_say_nothing_are_told() -> None:
    """Noise predicts units left out no better than their numbers of buildings, and the log says so."""
    points, totals, _ = _invented(40, noise=0.1)
    log = FaultLog()
    noise = points.assign(noise=np.random.default_rng(1).gamma(0.2, 1.0, len(points)))
    same = pd.Series(100, index=totals.index)
    _, record = learned(noise, same, ["noise"], layer="u", seed=1, log=log)
    assert record["error_share"] >= record["even_error_share"]
    assert log.to_frame()["code"].to_list() == ["learned_no_better"]


@pytest.mark.real_data
def test_helsinki(real_data: Path) -> None:
    """A real grid, joined in pairs and spread back: totals are exact, and the error told foresees what covariates do.

    The extract covers 22 of the 92 cells, and 335 of its 482 buildings have no type: its buildings say little of where
    people live, the error on units left out says so, and the log does. A weight that is stated, apartments,
    is nearer the truth than even shares.
    """
    folder, log = real_data / "osm-helsinki-centre", FaultLog()
    grid = gpd.read_file(folder / "helsinki_population_grid_2020.gpkg").to_crs("EPSG:3067")
    source = LayerSource(path=folder / "helsinki_centre.osm.pbf", osm={"building": True}, columns={"kind": "building"})
    buildings = gpd.GeoDataFrame(read_source(source, crs="EPSG:3067", log=log))
    cell, at = shapely.STRtree(buildings.geometry.to_numpy()).query(grid.geometry.to_numpy(), predicate="intersects")
    homes = (buildings["kind"] == "apartments").to_numpy()[at]
    counts = {"homes": np.bincount(cell, weights=homes, minlength=len(grid)), "all": np.bincount(cell, minlength=92)}
    cells = pd.DataFrame(counts).assign(people=grid["population"].to_numpy())
    mapped = cells[cells["all"] > 0].assign(unit=lambda one: [f"u{n // 2:02d}" for n in range(len(one))])
    totals = mapped.groupby("unit")["people"].sum().rename_axis(None)
    table, wrong = totals.to_frame("people"), {}
    weighed, record = learned(mapped, totals, ["homes", "all"], layer="grid", seed=1, log=log)
    for name, weights in (("learned", weighed["weight"]), ("homes", mapped["homes"] + 0.1), ("even", 1.0)):
        back = spread(table, mapped.drop(columns="people").assign(weight=weights), groups=["people"], within={})
        assert back.groupby("unit")["people"].sum().to_dict() == totals.to_dict()
        wrong[name] = (back["people"].reindex(mapped.index).fillna(0) - mapped["people"]).abs().sum() / totals.sum()
    assert (len(grid), len(mapped), record["units"]) == (92, 22, 11)
    assert record["error_share"] > record["even_error_share"]
    assert "learned_no_better" in set(log.to_frame()["code"])
    assert wrong["homes"] < wrong["even"] < wrong["learned"]

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, box
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from planner.coverage import territory
from planner.errors import InputError, LayerError
from planner.land import GenerateSettings, LandSettings, rules_in_effect
from planner.land.clusters import unserved_clusters
from planner.land.proposed import grid, permitted_region, village_centres, with_proposed
from planner.layers import FaultLog

CRS = "EPSG:4550"


def _units(**shapes: object) -> gpd.GeoDataFrame:
    common = {"level": "village", "kind": "village", "parent_code": ""}
    rows = [{"code": code, "name": f"{code}村", **common, "geometry": shape} for code, shape in shapes.items()]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def _demand(*rows: tuple[str, float, float, int]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["unit_code", "x", "y", "people"])
    return table.set_axis(pd.Index([f"d{number}" for number in range(len(rows))], name="demand_id"))


def _centres(units: gpd.GeoDataFrame, demand: pd.DataFrame, taken: list[str], log: FaultLog) -> pd.DataFrame:
    one = GenerateSettings(id="vc", method="village_centres")
    within = territory(pd.DataFrame(units), None, listed="")
    return village_centres(one, units, within, taken, demand, people="people", log=log)


def test_a_village_centre_is_among_its_people_and_inside() -> None:
    """Weighted mean; moved to residents where the mean lies outside; inside the polygon without residents.

    ::

        a: mean inside     b: a U, whose mean is in its gap     c: nobody     d: taken     e: neither
    """
    u_shape = box(100, 0, 130, 30).difference(box(110, 5, 120, 30))
    units = _units(a=box(0, 0, 10, 10), b=u_shape, c=MultiPolygon([box(200, 0, 201, 1), box(205, 0, 215, 10)]),
                   d=box(300, 0, 310, 10), e=None, f=None)  # fmt: skip
    demand = _demand(
        ("a", 1, 1, 3), ("a", 5, 5, 1), ("b", 105, 20, 10), ("b", 125, 20, 11), ("f", 400, 0, 1), ("f", 410, 0, 3)
    )
    log = FaultLog()
    made = _centres(units, demand, ["d"], log)
    assert made.loc["vc-a", ["x", "y"]].tolist() == [2.0, 2.0]
    assert made.loc["vc-b", ["x", "y"]].tolist() == [125.0, 20.0]
    assert units.geometry[2].contains(Point(made.loc["vc-c", "x"], made.loc["vc-c", "y"]))
    assert made.loc["vc-f", ["x", "y"]].tolist() == [410.0, 0.0]
    assert set(made.index) == {"vc-a", "vc-b", "vc-c", "vc-f"}
    assert log.to_frame()["row_id"].tolist() == ["e"]
    assert (made["origin"] == "village_centres").all()


def test_the_grid_keeps_to_permitted_land() -> None:
    """Points at multiples of the spacing, on land of the chosen use, without what farmland excludes."""
    permitted = gpd.GeoDataFrame(
        {"land_use": ["A", "B"]}, geometry=[box(0, 0, 100, 100), box(200, 0, 300, 100)], crs=CRS
    )
    farmland = gpd.GeoDataFrame(
        {"rule_id": ["basic-farmland", "green-line"]}, geometry=[box(-1, -1, 60, 60), box(60, 60, 99, 99)], crs=CRS
    )
    one = GenerateSettings(id="g", method="grid", spacing_m=50, land_uses=("A",))
    region = permitted_region(one, permitted, farmland, rules_in_effect(LandSettings(), []))
    made = grid(one, region, _units(a=box(0, 0, 99, 200)), log=(log := FaultLog()))
    assert made[["x", "y"]].to_numpy().tolist() == [[0.0, 100.0], [50.0, 100.0]]
    assert made.index.tolist() == ["g-0-2", "g-1-2"]
    assert log.to_frame()["message_en"].tolist() == ["3 grid points lie in no unit and are left out"]
    with pytest.raises(LayerError, match="permitted land of C"):
        permitted_region(
            GenerateSettings(id="g", method="grid", spacing_m=50, land_uses=("C",)), permitted, farmland, []
        )


def test_an_id_of_a_supplied_site_is_refused() -> None:
    """Proposed and supplied sites share no id."""
    sites = gpd.GeoDataFrame(
        {"land_use": ["A"], "area_m2": [5.0]}, index=pd.Index(["vc-a"], name="site_id"), geometry=[Point(0, 0)], crs=CRS
    )
    made = _centres(_units(a=box(0, 0, 10, 10)), _demand(("a", 1, 1, 3)), [], FaultLog())
    with pytest.raises(LayerError, match="ids of proposed sites that no other site has, found vc-a"):
        with_proposed(sites, [made])
    both = with_proposed(sites.rename(index={"vc-a": "s"}), [made])
    assert both["origin"].to_dict() == {"s": "supplied", "vc-a": "village_centres"}
    assert both["land_use"].to_dict() == {"s": "A", "vc-a": ""}
    assert both["area_m2"].isna().to_dict() == {"s": False, "vc-a": True}


def _scattered(seed: int, count: int = 60) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return _demand(
        *[("a", *np.round(random.uniform(0, 5000, 2), 1), int(random.integers(1, 40))) for _ in range(count)]
    )


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(1, 8))
def test_clusters_are_a_fixed_point_and_do_not_depend_on_order_or_threads(seed: int, count: int) -> None:
    """Each centre is the mean of those nearest to it, all people are counted once, sites stand where somebody lives."""
    people, units = _scattered(seed), _units(a=box(-1, -1, 5001, 5001))
    one = GenerateSettings(id="u", method="unserved_clusters", standard="walk", count=count)
    made = unserved_clusters(one, people, units, seed=1)
    with threadpool_limits(limits=2):
        pd.testing.assert_frame_equal(
            made, unserved_clusters(one, people.sample(frac=1, random_state=seed), units, seed=1)
        )
    assert made["unserved"].sum() == people["people"].sum()
    xy, weight = people[["x", "y"]].to_numpy(), people["people"].to_numpy()
    centres = made[["centre_x", "centre_y"]].to_numpy(dtype=float)
    nearest = np.argmin(((xy[:, None] - centres[None]) ** 2).sum(axis=2), axis=1)
    means = [np.average(xy[nearest == k], axis=0, weights=weight[nearest == k]) for k in range(len(made))]
    assert np.abs(np.array(means) - centres).max() < 0.01
    spots = {tuple(spot) for spot in xy.tolist()}
    assert all((x, y) in spots for x, y in made[["x", "y"]].to_numpy().tolist())


def test_clusters_cost_no_more_than_a_single_start() -> None:
    """The weighted squared distance is at most that of scikit-learn's own run with one start."""
    people = _scattered(3)
    one = GenerateSettings(id="u", method="unserved_clusters", standard="walk", count=5)
    made = unserved_clusters(one, people, _units(a=box(-1, -1, 5001, 5001)), seed=1)
    xy, weight = people[["x", "y"]].to_numpy(), people["people"].to_numpy()
    centres = made[["centre_x", "centre_y"]].to_numpy(dtype=float)
    ours = (((xy[:, None] - centres[None]) ** 2).sum(axis=2).min(axis=1) * weight).sum()
    assert ours <= KMeans(5, n_init=1, random_state=7).fit(xy, sample_weight=weight).inertia_ * 1.0001


def test_clusters_are_put_on_permitted_land() -> None:
    """A metre inside the nearest permitted land, in the unit there; as many as there are places at most."""
    people = _demand(("a", 0, 0, 5), ("a", 0, 0, 7))
    one = GenerateSettings(id="u", method="unserved_clusters", standard="walk", count=4)
    units = _units(a=box(-10, -10, 50, 10), b=box(50, -10, 200, 10))
    made = unserved_clusters(one, people, units, seed=1, region=box(100, -5, 150, 5))
    assert made[["x", "y", "unit_code", "unserved"]].to_numpy().tolist() == [[101.0, 0.0, "b", 12.0]]
    assert unserved_clusters(one, people.iloc[:0], units, seed=1).empty


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"method": "grid"}, "spacing_m"),
        ({"method": "unserved_clusters", "standard": "walk"}, "standard and count"),
        ({"method": "village_centres", "count": 3}, "no count"),
        ({"method": "grid", "spacing_m": 9.0, "id": "a;b"}, "without ';'"),
    ],
)
def test_what_is_asked_must_fit_the_method(given_: dict[str, object], words: str) -> None:
    """Each method says what it needs and what it does not use."""
    with pytest.raises(InputError, match=words):
        GenerateSettings(**{"id": "x", **given_})

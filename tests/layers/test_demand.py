from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from planner.errors import LayerError
from planner.layers import DemandSource, FaultLog, read_demand

CRS = "EPSG:4550"
E, N = 400_000, 4_300_000
AT = f"{E + 500},{N + 500}"


def _source(path: Path, **settings: object) -> DemandSource:
    return DemandSource(path=path, crs=CRS, **settings)  # type: ignore[arg-type]


def test_groups_and_catchments(town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog) -> None:
    """Groups are float persons, catchments are texts, the index is sorted."""
    text = f"demand_id,x,y,people,age_3_5,catchment_primary_school\nb,{AT},3,1,01\na,{AT},4,0,\n"
    read = read_demand([_source(write("d.csv", text), groups=("people", "age_3_5"))], town, crs=CRS, log=log)
    assert list(read.index) == ["a", "b"]
    assert read[["people", "age_3_5"]].dtypes.astype(str).to_list() == ["float64", "float64"]
    assert read["catchment_primary_school"].to_list() == ["", "01"]


def test_sources_may_count_different_groups(town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog) -> None:
    """A source that does not count a group adds no one to it; totals are kept."""
    first = _source(write("a.csv", f"demand_id,x,y,people\na,{AT},3\n"))
    second = _source(write("b.csv", f"demand_id,x,y,elderly\nb,{AT},2\n"), groups=("elderly",))
    read = read_demand([first, second], town, crs=CRS, log=log)
    assert read[["people", "elderly"]].to_numpy().tolist() == [[3.0, 0.0], [0.0, 2.0]]


@pytest.mark.parametrize(
    ("cell", "message"),
    [("-2", "expected persons"), ("", "expected a value"), ("many", "expected numbers"), ("inf", "expected numbers")],
)
def test_impossible_people_are_refused(
    cell: str, message: str, town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog
) -> None:
    """Nobody is invented for a cell that cannot be read."""
    source = _source(write("d.csv", f"demand_id,x,y,people\na,{AT},1\nb,{AT},{cell}\n"))
    with pytest.raises(LayerError, match=message) as caught:
        read_demand([source], town, crs=CRS, log=log)
    assert caught.value.faults[0].count("row 3") == 1


def test_a_missing_group_is_told(town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog) -> None:
    """A group that the file lacks is told with the nearest column."""
    source = _source(write("d.csv", f"demand_id,x,y,age35\na,{AT},1\n"), groups=("age_3_5",))
    with pytest.raises(LayerError, match=r'columns = \{ age_3_5 = "age35" \}'):
        read_demand([source], town, crs=CRS, log=log)
    with pytest.raises(LayerError, match="at least one layer of population"):
        read_demand([], town, crs=CRS, log=log)

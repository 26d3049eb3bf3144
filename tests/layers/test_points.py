from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import Point, box

from planner.errors import LayerError
from planner.layers import (
    BoundarySource,
    DemandSource,
    FaultLog,
    LayerSource,
    read_boundaries,
    read_demand,
    read_facilities,
)

CRS = "EPSG:4550"
E, N = 400_000, 4_300_000
HEAD = "facility_id,service,x,y,unit_code\n"


def test_units_are_given_or_found(town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog) -> None:
    """A known code stands; a missing one is found by position; an unknown one is replaced and told."""
    text = f"{HEAD}a,s,{E + 500},{N + 500},V1\nb,s,{E + 1500},{N + 500},\nc,s,{E + 1500},{N + 500},OLD\n"
    read = read_facilities([table(text)], town, crs=CRS, log=log)
    assert read["unit_code"].to_dict() == {"a": "V1", "b": "T2", "c": "T2"}
    assert log.to_frame()[["row_id", "code"]].to_numpy().tolist() == [["c", "unit_unknown"]]


def test_rows_left_out_have_a_line_each(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """Without position, outside all polygons without a code, outside with an unknown code: three lines."""
    text = f"{HEAD}a,s,,,T1\nb,s,{E - 50},{N},\nc,s,{E - 50},{N},OLD\nd,s,{E - 50},{N},T1\n"
    read = read_facilities([table(text)], town, crs=CRS, log=log)
    assert list(read.index) == ["d"]
    told = log.to_frame().set_index("row_id")
    assert told["code"].to_dict() == {"a": "left_out_no_position", "b": "left_out_no_unit", "c": "left_out_no_unit"}
    assert "OLD" in told.loc["c", "message"]
    assert (told[["message", "message_en", "remedy"]] != "").all(axis=None)


def test_a_coarser_unit_is_told_once(town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog) -> None:
    """Rows that only a county holds are kept, with one line that counts them."""
    lacking = town.assign(geometry=town.geometry.where(town["code"] != "T2"))
    rows = "".join(f"{number},s,{E + 1500},{N + 500},\n" for number in range(3))
    read = read_facilities([table(HEAD + rows)], lacking, crs=CRS, log=log)
    assert set(read["unit_code"]) == {"K1"}
    assert log.to_frame()[["code", "row_id"]].to_numpy().tolist() == [["unit_coarse", ""]]
    assert log.to_frame()["message"].iloc[0].startswith("3 行")


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(-1000, 3000)),
            st.one_of(st.none(), st.floats(-1000, 2000)),
            st.sampled_from(["", "T1", "T2", "V1", "K1", "OLD"]),
            st.integers(0, 1000),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_no_row_and_no_person_is_lost(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple]) -> None:
    """Rows in = rows out + rows listed, and so for people, whatever is missing or misplaced."""
    boundaries = gpd.GeoDataFrame(
        {"code": ["K1", "T1", "T2", "V1"], "level": ["county", "township", "township", "village"]},
        geometry=[None, box(E, N, E + 1000, N + 1000), box(E + 1000, N, E + 2000, N + 1000), None],
        crs=CRS,
    )
    path = tmp_path_factory.mktemp("rows") / "demand.csv"
    near = [(500.0, 500.0, "", 0)]  # one row within, so that the layer as a whole is believed
    cells = [
        f"d{number},{'' if x is None else E + x},{'' if y is None else N + y},{code},{people}"
        for number, (x, y, code, people) in enumerate(near + rows)
    ]
    path.write_text("demand_id,x,y,unit_code,people\n" + "\n".join(cells), encoding="utf-8")
    log = FaultLog()
    read = read_demand([DemandSource(path=path, crs=CRS)], boundaries, crs=CRS, log=log)
    listed = log.to_frame()
    listed = listed[listed["code"].str.startswith("left_out_")]
    assert len(read) + len(listed) == len(cells)
    assert set(read.index) | set(listed["row_id"]) == {f"d{number}" for number in range(len(cells))}
    lost = sum(people for number, (*_, people) in enumerate(near + rows) if f"d{number}" in set(listed["row_id"]))
    assert read["people"].sum() + lost == sum(people for *_, people in near + rows)


def test_swapped_coordinates_are_recognised_by_the_boundaries(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """Points that lie inside only when x and y are swapped are a fault with that remedy, in metres too."""
    to_utm = Transformer.from_crs(CRS, "EPSG:32651", always_xy=True)
    (x, y), (x2, y2) = to_utm.transform(E + 500, N + 500), to_utm.transform(E + 1500, N + 500)
    text = f"{HEAD}a,s,{y},{x},T1\nb,s,{y2},{x2},T2\n"
    with pytest.raises(LayerError, match=r"found 0% of the points inside .* 100% if they were swapped: swap x and y"):
        read_facilities([table(text, crs="EPSG:32651")], town, crs=CRS, log=log)


def test_swapped_degrees_within_range_are_recognised(
    geojson: Callable[..., Path], write: Callable[..., Path], log: FaultLog
) -> None:
    """In Malta both orders are possible latitudes; the boundaries tell."""
    to_degrees = Transformer.from_crs("EPSG:32633", "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(450_000, 3_970_000)
    path = geojson("malta.geojson", [(box(14.1, 35.7, 14.7, 36.1), {"code": "1", "name": "M"})], "EPSG:4326")
    source = BoundarySource(path=path, level="city")
    malta = read_boundaries([source], crs="EPSG:32633", log=log)
    good = LayerSource(path=write("good.csv", f"{HEAD}a,s,{lon},{lat},\n"), crs="EPSG:4326")
    assert read_facilities([good], malta, crs="EPSG:32633", log=log).loc["a", "x"] == pytest.approx(450_000, abs=1e-3)
    bad = LayerSource(path=write("bad.csv", f"{HEAD}a,s,{lat},{lon},\n"), crs="EPSG:4326")
    with pytest.raises(LayerError, match="swap x and y"):
        read_facilities([bad], malta, crs="EPSG:32633", log=log)


def test_a_layer_far_away_is_refused(town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog) -> None:
    """A layer of which nothing is near the boundaries has a wrong crs, even if every row has a code."""
    text = f"{HEAD}a,s,{E + 90_000},{N},T1\nb,s,{E + 90_100},{N},T2\n"
    with pytest.raises(LayerError, match=r"inside the boundaries, found none of 2, .*: check the crs"):
        read_facilities([table(text)], town, crs=CRS, log=log)


def test_ids_are_unique_over_all_sources(town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog) -> None:
    """The same id in two files is told with both."""
    sources = [
        LayerSource(path=write(name, f"{HEAD}a,s,{E + 500},{N + 500},T1\n"), crs=CRS) for name in ("one.csv", "two.csv")
    ]
    with pytest.raises(
        LayerError, match=r"one.csv \+ two.csv once, found \"a\" in row 2 of one.csv, \"a\" in row 2 of two.csv"
    ):
        read_facilities(sources, town, crs=CRS, log=log)


def test_all_layers_are_told_at_once(town: gpd.GeoDataFrame, write: Callable[..., Path], log: FaultLog) -> None:
    """A fault in one source does not hide those of the next."""
    sources = [LayerSource(path=write(name, "a\n1\n"), crs=CRS) for name in ("one.csv", "two.csv")]
    with pytest.raises(LayerError) as caught:
        read_facilities(sources, town, crs=CRS, log=log)
    assert [("one.csv" in one, "two.csv" in one) for one in caught.value.faults] == [(True, False)] * 2 + [
        (False, True)
    ] * 2


def test_polygons_stand_at_a_point_inside(town: gpd.GeoDataFrame, geojson: Callable[..., Path], log: FaultLog) -> None:
    """A facility drawn as a parcel, even a hollow one, has a position inside its parcel."""
    hollow = Point(E + 500, N + 500).buffer(100).difference(Point(E + 500, N + 500).buffer(90))
    source = LayerSource(path=geojson("f.geojson", [(hollow, {"facility_id": "a", "service": "s"})]))
    row = read_facilities([source], town, crs=CRS, log=log).loc["a"]
    assert hollow.contains(Point(row["x"], row["y"]))


def test_row_order_does_not_show(town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog) -> None:
    """Two files with the same rows in another order give the same table."""
    rows = [f"a,s,{E + 500},{N + 500},\n", f"b,s,{E + 1500},{N + 500},V1\n", f"c,s,{E + 700},{N + 500},\n"]
    first = read_facilities([table(HEAD + "".join(rows))], town, crs=CRS, log=log)
    second = read_facilities([table(HEAD + "".join(reversed(rows)))], town, crs=CRS, log=log)
    assert first.equals(second)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_source

TEXT = "编号,name,kind,lon,lat\n1,a,8,123,39\n2,b,9,123.1,39\n3,c,8.0,,\n"


@pytest.fixture
def path(write: Callable[..., Path]) -> Path:
    """Return a table with three rows; the last has no position."""
    return write("a.csv", TEXT)


def _read(path: Path, **settings: object) -> gpd.GeoDataFrame:
    log = FaultLog()
    return read_source(LayerSource(path=path, **settings), crs="EPSG:4550", log=log, positions="x" in settings)  # type: ignore[arg-type]


def test_coordinates_become_points(path: Path) -> None:
    """Named columns become points in the study's crs; a row without coordinates has none."""
    frame = _read(path, x="lon", y="lat", crs="EPSG:4490")
    assert frame.crs == "EPSG:4550"
    assert frame.geometry.x.iloc[0] == pytest.approx(500_000, abs=1e-3)
    assert frame.geometry.isna().to_list() == [False, False, True]
    assert list(frame.columns) == ["编号", "name", "kind", "geometry"]


def test_columns_are_renamed_and_constants_added(path: Path) -> None:
    """Ours come from theirs; a constant wins; a column whose name is taken is kept under another."""
    frame = _read(path, columns={"id": "编号", "name": "kind"}, values={"service": "school", "kind": "k"})
    assert frame[["id", "name", "service", "kind", "name_in_file"]].iloc[0].to_list() == ["1", "8", "school", "k", "a"]
    assert "编号" not in frame.columns


def test_one_column_may_serve_twice(path: Path) -> None:
    """Code and name can be the same column of the file."""
    assert _read(path, columns={"id": "编号", "code": "编号"}).iloc[0][["id", "code"]].to_list() == ["1", "1"]


@pytest.mark.parametrize(
    ("where", "rows"),
    [({"kind": 8}, [2, 4]), ({"kind": "9"}, [3]), ({"kind": [8, 9], "name": ["a", "b"]}, [2, 3]), ({"name": "a"}, [2])],
)
def test_where_chooses_rows(where: dict[str, object], rows: list[int], path: Path) -> None:
    """Equal as a person reads it: 8, 8.0 and "8"; a list means any; all columns must fit."""
    assert list(_read(path, where=where).index) == rows


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"where": {"kind": 7}}, "expected rows with kind = 7 in a.csv, found none of 3: correct 'where'."),
        (
            {"where": {"knd": 7}},
            ("expected a column 'knd' in a.csv, found 编号, name, kind, lon, lat: write 'kind' in 'where'."),
        ),
        (
            {"columns": {"id": "编"}},
            ("expected a column '编' in a.csv, found 编号, name, kind, lon, lat: write '编号' in 'columns.id'."),
        ),
        (
            {"x": "lon", "y": "lta", "crs": "EPSG:4490"},
            ("expected a column 'lta' in a.csv, found 编号, name, kind, lon, lat: write 'lat' in 'y'."),
        ),
        (
            {"x": "lon", "y": "lat"},
            (
                'expected a coordinate reference system for a.csv, found none: add crs = "EPSG:4490" '
                ""
                "(or the one it is in) to the layer in the study file."
            ),
        ),
        (
            {"x": "lat", "y": "lon", "crs": "EPSG:4490"},
            ("expected longitude (east) as x and latitude (north) as y in a.csv, found x = 39, y = 123: swap x and y."),
        ),
        (
            {"x": "name", "y": "lat", "crs": "EPSG:4490"},
            (
                "expected numbers in column 'name' of a.csv, found \"a\" in row 2, "
                '"b" in row 3, "c" in row 4: correct these cells or leave them empty.'
            ),
        ),
        (
            {"osm": {"amenity": "school"}},
            ("expected an .osm.pbf file for the tags in 'osm', found a.csv: use 'where' instead."),
        ),
    ],
)
def test_bad_input_is_one_sentence(settings: dict[str, object], message: str, path: Path) -> None:
    """Each fault says what was expected, what was found and what to do."""
    with pytest.raises(LayerError) as caught:
        _read(path, **settings)
    assert caught.value.faults == (message,)


def test_faults_are_told_together(path: Path) -> None:
    """Two wrong columns and a missing crs are three sentences at once."""
    with pytest.raises(LayerError) as caught:
        _read(path, x="a", y="b")
    assert len(caught.value.faults) == 3


def test_an_empty_table_is_told(write: Callable[..., Path]) -> None:
    """A header without rows is an empty layer."""
    with pytest.raises(LayerError, match=r"expected rows in empty.csv, found none"):
        _read(write("empty.csv", "a,b\n"))


def test_the_file_is_not_changed(path: Path) -> None:
    """Inputs are never written to."""
    before = path.read_bytes()
    _read(path, x="lon", y="lat", crs="EPSG:4490")
    assert path.read_bytes() == before
    assert sorted(one.name for one in path.parent.iterdir()) == ["a.csv"]

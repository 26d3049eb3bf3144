from __future__ import annotations

import pandas as pd

from planner.layers.duplicates import repeated_rows, shared_coordinates
from planner.layers.quality import MOST_LINES, Doubts


def _table(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    names, services, xs = zip(*rows, strict=True)
    index = pd.Index([f"f{number}" for number in range(len(rows))], name="facility_id")
    return pd.DataFrame({"name": names, "service": services, "x": xs, "y": 0.0}, index=index)


def test_a_coordinate_that_many_share_is_one_line_with_all_rows() -> None:
    """Three addresses that a geocoder put on one point are told once; 1 mm apart is not the same point."""
    doubts = Doubts("facilities")
    shared_coordinates(_table([("甲", "a", 5.0), ("乙", "a", 5.0), ("丙", "b", 5.0), ("丁", "a", 5.002)]), doubts)
    found = doubts.to_frame()
    assert found[["row_id", "code", "others"]].to_numpy().tolist() == [["f0", "coordinate_shared", "f1;f2"]]
    assert found["x"].to_list() == [5.0]


def test_one_house_of_one_name_is_not_a_collapsed_geocode() -> None:
    """A school that is listed with two services stands in one place."""
    doubts = Doubts("facilities")
    table = _table([("甲", "a", 5.0), ("甲", "b", 5.0)])
    shared_coordinates(table, doubts)
    repeated_rows(table, doubts)
    assert doubts.to_frame().empty


def test_one_name_nearby_may_be_one_row_twice() -> None:
    """The same name and service within 500 m is told, whatever its width and spaces; farther away it is another."""
    doubts = Doubts("facilities")
    repeated_rows(_table([("A园", "a", 0.0), ("Ａ 园", "a", 400.0), ("A园", "a", 900.0), ("A园", "b", 0.0)]), doubts)
    assert doubts.to_frame()[["row_id", "others"]].to_numpy().tolist() == [["f0", "f1"]]


def test_points_without_names_are_compared_by_place() -> None:
    """Residential points have no names: each shared coordinate is told."""
    doubts = Doubts("population")
    shared_coordinates(_table([("", "", 1.0), ("", "", 1.0)]).drop(columns=["name", "service"]), doubts)
    assert doubts.to_frame()["message"].iloc[0].startswith("2 行的坐标完全相同（f0, f1）")


def test_very_many_shared_coordinates_are_one_line() -> None:
    """A table of flats by building is not a thousand lines: one says how many, and names all rows."""
    rows = [("", "", float(number // 2)) for number in range(2 * MOST_LINES + 2)]
    doubts = Doubts("population")
    shared_coordinates(_table(rows), doubts)
    found = doubts.to_frame()
    assert found["message"].to_list() == ["2002 行只有 1001 个不同坐标"]
    assert len(found["others"].iloc[0].split(";")) == 2002

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pytest

from planner.errors import LayerError
from planner.layers import FaultLog, LayerSource, read_leading_zones

TEXT = (
    "zone_code,zone_name,unit_code,listed\nZ,新区,T2,2023-06-30\n"
    "Z,新区,T1,2023-06-30\nZ,新区,T1,2023-06-30\nZ,新区,OLD,\n"
)


def test_members_are_checked_against_the_units(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """Known members once each, sorted; an unknown and a repeated one have a line."""
    zones = read_leading_zones(table(TEXT), crs="EPSG:4550", log=log, boundaries=town)
    assert zones[["zone_code", "unit_code", "listed"]].to_numpy().tolist() == [
        ["Z", "T1", "2023-06-30"],
        ["Z", "T2", "2023-06-30"],
    ]
    told = log.to_frame()[["row_id", "code"]].to_numpy().tolist()
    assert told == [["OLD", "left_out_unit_unknown"], ["T1", "left_out_repeated"]]


def test_without_boundaries_members_stand(table: Callable[..., LayerSource], log: FaultLog) -> None:
    """Nothing to check against: only repetition is told."""
    assert len(read_leading_zones(table(TEXT), crs="EPSG:4550", log=log)) == 3


def test_a_missing_column_is_told(table: Callable[..., LayerSource], log: FaultLog) -> None:
    """A column of another spelling is offered."""
    with pytest.raises(LayerError, match='zone_code = "zone_cod"'):
        read_leading_zones(table("zone_cod,zone_name,unit_code\nZ,z,T1\n"), crs="EPSG:4550", log=log)


def test_a_zone_with_the_code_of_a_unit_is_refused(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """One code for a zone and a unit would join what does not belong together: one sentence, and no run."""
    with pytest.raises(LayerError, match=r"expected codes of leading zones in .* found T1 in the boundaries, too"):
        read_leading_zones(table(TEXT.replace("Z,", "T1,")), crs="EPSG:4550", log=log, boundaries=town)


@pytest.mark.parametrize(
    ("as_of", "members"),
    [("2018-07-30", ["T1", "T2"]), ("2023-06-30", ["T2"]), ("2020-01-01", ["T2"]), ("", ["T2"])],
)
def test_membership_is_dated(
    as_of: str, members: list[str], town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """A member that left on a day is no member from that day on; that is told, and earlier years keep it."""
    text = "zone_code,zone_name,unit_code,listed,until\nZ,z,T1,2015-01-01,2020-01-01\nZ,z,T2,2015-01-01,\n"
    zones = read_leading_zones(table(text), crs="EPSG:4550", log=log, boundaries=town, as_of=as_of)
    assert zones["unit_code"].to_list() == members
    assert log.to_frame()["code"].to_list() == ["left_out_ended"] * (2 - len(members))


def test_a_member_that_came_back_counts_once(
    town: gpd.GeoDataFrame, table: Callable[..., LayerSource], log: FaultLog
) -> None:
    """A membership that ended and one that lasts are one member, and only the ended one is told."""
    text = "zone_code,zone_name,unit_code,until\nZ,z,T1,2016-01-01\nZ,z,T1,\n"
    zones = read_leading_zones(table(text), crs="EPSG:4550", log=log, boundaries=town, as_of="2023-06-30")
    assert zones["until"].to_list() == [""]
    assert log.to_frame()["code"].to_list() == ["left_out_ended"]

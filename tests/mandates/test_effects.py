from __future__ import annotations

from typing import Any

import pandas as pd

from planner.mandates.effects import deltas, resulting_facilities
from tests.small import facilities, made_of, options, view_of

WANTED = {"owner": "public", "rank": "central"}
STANDING = facilities(
    {
        "facility_id": "f",
        "name": "old",
        "service": "kindergarten",
        "unit_code": "A0",
        "x": 1.0,
        "y": 2.0,
        "owner": "private",
        "rank": "central",
        "capacity": 90.0,
        "classes": 3,
        "largest_class": 30,
        "opened_year": 2010,
        "catchment_id": "z1",
    }
)
BUILD = {
    "option_id": "o",
    "action": "build",
    "service": "kindergarten",
    "place_id": "s",
    "unit_code": "A1",
    "name": "new",
    "x": 7.0,
    "y": 8.0,
    "owner": "public",
    "rank": "central",
    "capacity": 180.0,
}
UPGRADE = {"option_id": "o", "action": "upgrade", "service": "kindergarten", "facility_id": "f"}


def _result(option: dict[str, Any], table: pd.DataFrame = STANDING) -> pd.Series:
    return resulting_facilities(table, options(option)).loc["o"]


def test_a_build_is_what_its_option_says() -> None:
    """Place, unit, name, position and attributes are the option's; it stands, and is marked as planned."""
    row = _result(BUILD)
    assert row[["place_id", "service", "unit_code", "name"]].tolist() == ["s", "kindergarten", "A1", "new"]
    assert row[["x", "y", "owner", "rank", "capacity"]].tolist() == [7.0, 8.0, "public", "central", 180.0]
    assert (row["status"], row["planned"]) == ("现状", True)
    assert row[["opened_year", "closed_year", "classes", "largest_class"]].isna().all()


def test_a_build_has_no_catchment_unless_its_option_names_one() -> None:
    """A text that the option does not state is empty, as it is in the layers, not missing."""
    assert _result(BUILD)["catchment_id"] == ""
    assert _result({key: value for key, value in BUILD.items() if key != "rank"})["rank"] == ""


def test_an_upgrade_changes_only_what_it_names() -> None:
    """The owner becomes public; everything else stays, but the largest class of a school acted upon is not known."""
    row = _result({**UPGRADE, "owner": "public"})
    assert row[["owner", "rank", "capacity", "classes", "catchment_id"]].tolist() == ["public", "central", 90, 3, "z1"]
    assert row[["name", "place_id", "unit_code", "opened_year"]].tolist() == ["old", "f", "A0", 2010]
    assert pd.isna(row["largest_class"])
    assert row["planned"]


def test_an_option_cannot_move_or_rename_what_it_acts_on() -> None:
    """Its own position and name are those of the option's row, not of the facility."""
    row = _result({**UPGRADE, "x": 99.0, "y": 99.0, "name": "other", "unit_code": "A2", "place_id": "elsewhere"})
    assert row[["name", "place_id", "unit_code", "x", "y"]].tolist() == ["old", "f", "A0", 1.0, 2.0]


def test_false_is_an_attribute_and_missing_is_none() -> None:
    """Standardised = false is taken over; an empty text and a missing value are not."""
    table = STANDING.assign(standardised=pd.array([True], dtype="boolean"))
    assert not _result({**UPGRADE, "standardised": False}, table)["standardised"]
    assert _result({**UPGRADE, "standardised": pd.NA, "owner": ""}, table)["standardised"]
    assert _result({**UPGRADE, "owner": ""}, table)["owner"] == "private"


def test_columns_of_ones_own_are_kept() -> None:
    """What only the facility has stays with it; what an option names too, it replaces."""
    table = STANDING.assign(source="survey", roof="flat")
    chosen = options(UPGRADE).assign(roof="steep")
    row = resulting_facilities(table, chosen).loc["o"]
    assert row[["source", "roof"]].tolist() == ["survey", "steep"]


def test_the_tables_stay_as_they_were() -> None:
    """Nothing is changed in place, and the columns and their types are those of the facilities."""
    before, chosen = STANDING.copy(), options(BUILD)
    result = resulting_facilities(STANDING, chosen)
    assert STANDING.equals(before)
    assert chosen.equals(options(BUILD))
    assert result.columns.tolist() == STANDING.columns.tolist()
    assert result.dtypes.drop("planned").equals(STANDING.dtypes.drop("planned"))


def _change(option: dict[str, Any], table: pd.DataFrame = STANDING, *, year: int = 2027, **where: Any) -> int:
    view = view_of(made_of(table), options(option), year=year)
    return int(deltas(view, "kindergarten", where or WANTED).change[0])


def test_what_an_option_adds_or_takes_away() -> None:
    """One more where a facility becomes of the kind, one less where it ceases to be, else nothing."""
    assert _change(BUILD) == 1
    assert _change({**BUILD, "owner": "private"}) == 0
    assert _change({**BUILD, "service": "school"}) == 0
    assert _change({**UPGRADE, "owner": "public"}) == 1
    assert _change({**UPGRADE, "capacity": 120.0}) == 0
    assert _change({**UPGRADE, "owner": "public"}, owner="private") == -1
    assert _change({**UPGRADE, "classes": 4}, owner="private") == 0


def test_an_option_on_what_is_not_open_changes_nothing() -> None:
    """Closed by then, only planned, not yet opened, or no such facility: there is nothing to upgrade."""
    public = {**UPGRADE, "owner": "public"}
    assert _change(public, STANDING.assign(closed_year=pd.array([2026], dtype="Int64"))) == 0
    assert _change(public, STANDING.assign(status="规划")) == 0
    assert _change(public, STANDING.assign(opened_year=pd.array([2028], dtype="Int64"))) == 0
    assert _change({**public, "facility_id": "nowhere"}) == 0
    assert _change(public, STANDING.assign(opened_year=pd.array([2027], dtype="Int64"), status="在建")) == 1


def test_without_facilities_builds_still_count() -> None:
    """A city that has nothing can build; without options there is nothing to change."""
    assert _change(BUILD, facilities()) == 1
    empty = deltas(view_of(made_of(facilities()), options()), "kindergarten", WANTED)
    assert len(empty.change) == 0

from __future__ import annotations

import pandas as pd
import pytest

from planner.errors import LayerError
from planner.layers import FaultLog, schema
from planner.layers.checking import checked
from planner.layers.schema import TABLES, empty

GOOD = {"facility_id": ["1"], "service": ["school"]}
UNITS = {"_m2": "m2", "_year": "year"}


def _faults(columns: dict[str, list[object]], table: str = "facilities") -> tuple[str, ...]:
    with pytest.raises(LayerError) as caught:
        checked(pd.DataFrame(columns), schema(table), layer="f.csv", log=FaultLog())
    return caught.value.faults


@pytest.mark.parametrize("table", TABLES)
def test_schema_files_are_sound(table: str) -> None:
    """Every column is described, of a known type, and its unit agrees with its suffix."""
    columns = schema(table).columns
    assert len({column.name for column in columns}) == len(columns)
    for column in columns:
        assert column.description
        assert column.dtype in {"string", "integer", "number", "boolean", "date", "persons", "position", "geometry"}
        assert column.required in {"yes", "column", "no", "given"}
        for suffix, unit in UNITS.items():
            assert not column.name.endswith(suffix) or column.unit == unit
    assert schema(table).id_column in {"", *(column.name for column in columns)}


def test_dtypes_of_a_good_table() -> None:
    """Columns get the dtypes of their schema; absent ones are added empty, further ones stay."""
    frame = pd.DataFrame({**GOOD, "opened_year": ["2020"], "standardised": ["是"], "capacity": [""], "extra": ["x"]})
    table = checked(frame, schema("facilities"), layer="f.csv", log=FaultLog())
    dtypes = table.dtypes.astype(str).to_dict()
    assert dtypes["opened_year"] == dtypes["closed_year"] == "Int64"
    assert dtypes["standardised"] == dtypes["demonstration"] == "boolean"
    assert (dtypes["capacity"], dtypes["status"], dtypes["extra"]) == ("Float64", "str", "str")
    assert frame["opened_year"].to_list() == ["2020"]


def test_an_empty_table_has_the_same_dtypes() -> None:
    """A table that no file gives looks like one that a file gave."""
    given = checked(pd.DataFrame(GOOD), schema("facilities"), layer="f.csv", log=FaultLog()).dtypes
    blank = empty("facilities").dtypes
    assert blank.drop(["x", "y"]).equals(given[blank.drop(["x", "y"]).index])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"服务类型": ["a"]},
            (
                "expected a column 'service' (服务类型) in f.csv, found facility_id, 服务类型: add columns = "
                ""
                '{ service = "服务类型" } to the layer in the study file.'
            ),
        ),
        (
            {"servise": ["a"]},
            (
                "expected a column 'service' (服务类型) in f.csv, found facility_id, servise: add "
                "columns = "
                '{ service = "servise" } to the layer in the study file.'
            ),
        ),
        (
            {"服务类型": ["a"], "设施类型": ["b"]},
            (
                "expected a column 'service' (服务类型) in f.csv, found facility_id, 服务类型, 设施类型: "
                "say which of 服务类型, 设施类型 is meant: columns = { service = … }."
            ),
        ),
        (
            {},
            (
                "expected a column 'service' (服务类型) in f.csv, found facility_id: name it with "
                "columns = { service = … }, or "
                "state one value for all rows with values = { service = … }."
            ),
        ),
    ],
)
def test_a_missing_column_names_the_one_that_is_meant(columns: dict[str, list[object]], message: str) -> None:
    """The Chinese name or the nearest spelling is offered; several are asked about, never guessed."""
    assert _faults({"facility_id": ["1"], **columns}) == (message,)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"opened_year": ["abc"]}, "expected numbers in column 'opened_year' of f.csv, found \"abc\" in row 0"),
        (
            {"status": ["新建"]},
            "expected one of 现状, 在建, 已批未建, 规划 in column 'status' of f.csv, found \"新建\" in row 0",
        ),
        ({"standardised": ["maybe"]}, "expected true or false"),
        ({"capacity": ["-1"]}, "expected 0 or more in column 'capacity'"),
        (
            {"facility_id": [" "]},
            ("expected a value in every row of column 'facility_id' of f.csv, found none: \" \" in row 0"),
        ),
        ({"service": [None]}, "expected a value in every row of column 'service'"),
    ],
)
def test_wrong_values_are_named(columns: dict[str, list[object]], message: str) -> None:
    """Types, allowed values, ranges and empty cells are told with their rows."""
    faults = _faults({**GOOD, **columns})
    assert len(faults) == 1
    assert faults[0].startswith(message)


def test_repeated_ids_are_named() -> None:
    """Each row that shares its id is named; the remedy is to give it its own."""
    faults = _faults({"facility_id": ["1", "1", "2"], "service": ["a", "a", "a"]})
    assert faults == (
        (
            'expected each id in column \'facility_id\' of f.csv once, found "1" in row 0, "1" '
            "in row 1: "
            "give each row an id of its own."
        ),
    )


def test_all_faults_are_told_at_once() -> None:
    """Four faults of four kinds are four sentences."""
    frame: dict[str, list[object]] = {"facility_id": ["1", "1"], "status": ["x", ""], "classes": ["1.5", ""]}
    assert len(_faults(frame)) == 4


@pytest.mark.parametrize(
    ("cell", "found"), [("-1", "persons"), ("", "a value"), ("NaN", "numbers"), ("inf", "numbers")]
)
def test_persons_are_counted_or_refused(cell: str, found: str) -> None:
    """Negative, missing and infinite people are never used."""
    frame = pd.DataFrame({"demand_id": ["1", "2"], "people": ["3", cell], "age_3_5": ["1", "１，０００"]})
    wanted = schema("demand").with_groups(["people", "age_3_5"])
    with pytest.raises(LayerError, match=f"^expected {found}") as caught:
        checked(frame, wanted, layer="d.csv", log=FaultLog())
    assert len(caught.value.faults) == 1


def test_dates_are_dates() -> None:
    """A date is written YYYY-MM-DD."""
    columns: dict[str, list[object]] = {
        "zone_code": ["1"],
        "zone_name": ["z"],
        "unit_code": ["2"],
        "listed": ["2023/6/30"],
    }
    assert "YYYY-MM-DD" in _faults(columns, "leading_zones")[0]


def test_a_column_that_is_nearly_ours_is_told() -> None:
    """A misspelt optional column and a Chinese one that nobody mapped do not vanish unseen."""
    log = FaultLog()
    frame = pd.DataFrame({**GOOD, "opened_yaer": ["2020"], "办学性质": ["公办"]})
    checked(frame, schema("facilities"), layer="f.csv", log=log)
    remedies = log.to_frame()["remedy"].to_list()
    assert [("opened_yaer" in one, "办学性质" in one) for one in remedies] in (
        [(True, False), (False, True)],
        [(False, True), (True, False)],
    )


def test_areas_need_geometries() -> None:
    """An exclusion layer without geometries is refused."""
    assert "geometries" in _faults({"rule_id": ["r"]}, "exclusions")[0]

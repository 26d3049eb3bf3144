from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from planner.coverage import Situation
from planner.mandates import count_statuses, evaluate, finding_keys, read_policy
from planner.mandates.evaluation import FINDING_COLUMNS
from planner.mandates.mandate import Mandate
from planner.mandates.profile import Profile, parse_profile
from planner.mandates.reasons import REASONS
from tests.small import demand_points, facilities, made_of, reaches_of, standard

KINDERGARTEN = {"service": "kindergarten", "owner": "public", "rank": "central"}
SCHOOL = {"service": "primary_school", "unit_code": "A0", "catchment_id": "z1"}


def _profile(*, confirmed: bool = False, invented: bool = False) -> Profile:
    more = {"confirmed": confirmed, "invented": invented}
    depot = {"service": "disaster_depot", "mode": "straight", "cost": "radius_m", "direction": "toward"}
    return parse_profile(
        {
            "standard": [
                {"id": f"depot.{name}", **depot, "targets": "anchor", "limit": "100 m", **more}
                for name in ("township", "village")
            ],
            "number": [
                {"id": "school.class_size_limit", "service": "primary_school", "value": 55, "unit": "人/班", **more}
            ],
        },
        where="p",
    )


def _mandates(profile: Profile, **more: Any) -> tuple[Mandate, ...]:
    return read_policy("dazhengfa-2018-28", profile=profile, years=(2026, 2027), **more).mandates


def _situation(*rows: dict[str, Any]) -> Situation:
    table = facilities(*({"facility_id": f"f{n}", **row} for n, row in enumerate(rows)))
    demand = demand_points({"unit_code": "A0v0", "people": 5, "age_6_11": 3, "catchment_primary_school": "z1"})
    limit = standard("anchor", "disaster_depot", limit=100.0)
    nobody = pd.DataFrame([], index=pd.Index([], dtype="str"), columns=["A", "A0", "A0v0", "C", "Z"], dtype="float64")
    return made_of(table, demand=demand, reaches=reaches_of((limit, nobody)))


WHOLE = _situation(
    {**KINDERGARTEN, "unit_code": "A0"},
    {**SCHOOL, "name": "First School", "largest_class": 56},
    {**SCHOOL, "name": "Second School", "largest_class": 40},
    {"service": "fitness_park", "unit_code": "A0", "demonstration": True, "opened_year": 2026},
)


def _found(situation: Situation = WHOLE, *, profile: Profile | None = None, **more: Any) -> pd.DataFrame:
    used = _profile() if profile is None else profile
    return evaluate(_mandates(used, **more), situation, profile=used)


def test_a_finding_is_complete() -> None:
    """Each row has every column, in the stated order, and repeats the clause it comes from."""
    found = _found()
    assert tuple(found.columns) == FINDING_COLUMNS
    by_id = {mandate.mandate_id: mandate for mandate in _mandates(_profile())}
    for row in found.itertuples():
        mandate = by_id[row.mandate_id]
        told = (row.quote, row.section, row.lead_department, row.strength, row.predicate, row.service, row.interpretive)
        assert told == (
            mandate.quote,
            mandate.section,
            mandate.lead_department,
            mandate.strength,
            mandate.predicate_name,
            mandate.service,
            mandate.interpretive,
        )


def test_findings_are_sorted_and_each_has_its_key() -> None:
    """Mandate, unit and year name a finding; the year is empty where none is counted."""
    found = _found()
    keys = finding_keys(found)
    assert keys.is_unique
    years = found["year"].fillna(0)
    order = list(zip(found["mandate_id"], found["unit_code"], years, strict=True))
    assert order == sorted(order)
    assert "fitness-park.per-year|C|2026" in keys
    assert "kindergarten.township-central|A0|" in keys


def test_the_order_of_mandates_and_facilities_does_not_matter() -> None:
    """The same table, cell by cell, from shuffled inputs."""
    turned = WHOLE.with_facilities(WHOLE.facilities.iloc[::-1])
    mandates = _mandates(_profile())
    pd.testing.assert_frame_equal(evaluate(mandates[::-1], turned, profile=_profile()), _found())


def test_units_have_names_levels_and_counties() -> None:
    """A township lies in its county, a county in itself, a zone and the city in none."""
    found = _found().drop_duplicates("unit_code").set_index("unit_code")
    columns = ["unit_name", "unit_level", "county_code", "county_name"]
    assert found.loc["A0", columns].tolist() == ["township 0", "township", "A", "county A"]
    assert found.loc["A", columns].tolist() == ["county A", "county", "A", "county A"]
    assert found.loc["Z", columns].tolist() == ["zone", "leading_zone", "", ""]
    assert found.loc["C", columns].tolist() == ["city", "city", "", ""]


def test_a_catchment_is_named_after_its_first_school() -> None:
    """It is no unit: its level is catchment, its county that of the school; without any school it keeps its id."""
    columns = ["unit_name", "unit_level", "county_code"]
    found = _found(only=["school.no-large-class"]).set_index("unit_code")
    assert found.loc["z1", columns].tolist() == ["First School", "catchment", "A"]
    alone = _found(_situation(), only=["school.no-large-class"]).set_index("unit_code")
    assert alone.loc["z1", columns].tolist() == ["z1", "catchment", ""]


def test_a_number_is_printed_with_its_finding() -> None:
    """The standard as it was written, and whether it is confirmed; an invented one is not."""
    large = ["school.no-large-class"]
    for confirmed, invented, expected in ((True, False, True), (False, False, False), (True, True, False)):
        row = _found(profile=_profile(confirmed=confirmed, invented=invented), only=large).iloc[0]
        assert (row["standard_id"], row["standard_limit"]) == ("school.class_size_limit", "55 人/班")
        assert bool(row["standard_confirmed"]) is expected
    plain = _found(only=["kindergarten.township-central"])
    assert plain["standard_confirmed"].isna().all()
    assert set(plain["standard_limit"]) == {""}


def test_unconfirmed_numbers_that_are_forbidden_are_never_met() -> None:
    """A study that forbids them gets not evaluable and why, for the class size and for both limits of depots."""
    found = _found(forbid_unconfirmed=True)
    refused = found[found["reason_code"] == "standard_unconfirmed"]
    assert set(refused["status"]) == {"not_evaluable"}
    assert set(refused["mandate_id"]) == {"school.no-large-class", "disaster-depot.roles"}
    assert set(refused["unit_level"]) == {"catchment", "township", "village"}
    seen = _found(profile=_profile(confirmed=True), forbid_unconfirmed=True)
    assert "standard_unconfirmed" not in set(seen["reason_code"])


def test_the_policys_own_profile_leaves_what_needs_a_number_open() -> None:
    """Under a profile without numbers only what can be counted is judged."""
    found = _found(profile=parse_profile({}, where="none"))
    judged = found[found["status"] != "not_evaluable"]
    assert set(judged["mandate_id"]) == {
        "kindergarten.township-central",
        "health-center.township-standardised",
        "fitness-park.per-year",
        "disaster-depot.roles",
    }
    assert set(judged.loc[judged["mandate_id"] == "disaster-depot.roles", "unit_level"]) == {
        "city",
        "county",
        "leading_zone",
    }


def test_a_county_without_townships_is_not_counted_as_met() -> None:
    """County B has one row that cannot be evaluated, and the count of met findings is that of real ones."""
    found = _found(only=["kindergarten.township-central"])
    row = found.set_index("unit_code").loc["B"]
    assert (row["status"], row["reason_code"]) == ("not_evaluable", "empty_unit_set")
    assert "不计为达标" in row["reason"]
    assert count_statuses(found) == {"met": 1, "gap": 2, "not_evaluable": 1}


def test_an_absent_unit_is_told_with_the_date_of_the_list() -> None:
    """Which list says that the county has no such unit stands in the reason, in both languages."""
    found = _found(only=["kindergarten.township-central"]).set_index("unit_code")
    assert found.loc["B", "reason"].endswith("（2023-06-30）")
    assert found.loc["B", "reason_en"].endswith("(listed 2023-06-30)")
    assert not found.loc["A2", "reason"].endswith("）")


def test_every_status_has_a_count() -> None:
    """Also those that do not occur."""
    assert count_statuses(_found().iloc[:0]) == {"met": 0, "gap": 0, "not_evaluable": 0}


def test_each_reason_is_a_sentence_in_two_languages() -> None:
    """A met finding has no reason; every other has a code and both its sentences."""
    found = _found()
    for row in found.itertuples():
        assert (row.reason_code == "") == (row.status == "met")
        chinese, english = REASONS[row.reason_code]
        assert row.reason.removesuffix("（2023-06-30）") == chinese
        assert row.reason_en.removesuffix(" (listed 2023-06-30)") == english
    assert all(bool(chinese) == bool(english) == bool(code) for code, (chinese, english) in REASONS.items())


def test_nothing_demanded_nothing_found() -> None:
    """Without mandates the table is empty, has its columns, and can be counted."""
    found = evaluate((), WHOLE)
    assert found.empty
    assert tuple(found.columns) == FINDING_COLUMNS
    assert count_statuses(found) == {"met": 0, "gap": 0, "not_evaluable": 0}


def test_nothing_found_has_no_keys() -> None:
    """An empty table of findings has the types of a full one."""
    assert finding_keys(evaluate((), WHOLE)).empty


def test_closing_the_only_kindergarten_changes_that_row_only() -> None:
    """One fact broken, one row different."""
    closed = WHOLE.facilities.assign(closed_year=pd.array([2025, *[pd.NA] * 3], dtype="Int64"))
    before, after = _found(), _found(WHOLE.with_facilities(closed))
    different = (before.astype("str").fillna("") != after.astype("str").fillna("")).any(axis=1)
    assert finding_keys(before[different]).tolist() == ["kindergarten.township-central|A0|"]
    assert after.loc[different, "status"].tolist() == ["gap"]
    assert after.loc[different, "people_affected"].tolist() == [5]


def test_evaluating_changes_nothing() -> None:
    """The situation's tables are as they were."""
    facilities_before, demand_before = WHOLE.facilities.copy(), WHOLE.demand.copy()
    _found()
    assert WHOLE.facilities.equals(facilities_before)
    assert WHOLE.demand.equals(demand_before)


@pytest.mark.parametrize("year", [2025, 2026])
def test_findings_are_those_of_the_situations_year(year: int) -> None:
    """A kindergarten that opens in 2026 is met from then on."""
    later = WHOLE.facilities.assign(opened_year=pd.array([2026, *[pd.NA] * 3], dtype="Int64"))
    situation = replace(WHOLE, year=year).with_facilities(later)
    found = _found(situation, only=["kindergarten.township-central"]).set_index("unit_code")
    assert found.at["A0", "status"] == ("met" if year == 2026 else "gap")

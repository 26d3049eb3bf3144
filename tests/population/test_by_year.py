"""People by year, against the verifier, which hands out person by person."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.population import Span, area_points, people_by_year
from planner.population.by_year import LIVED_IN
from planner.verify.people_years import Tables, demands_again
from tests.population.test_scaling import ABOVE, LEVELS

GROUPS = ("people", "age_3_5")
YEARS = (2026, 2027, 2030)
UNITS = pd.DataFrame({"level": LEVELS})

POINTS = st.lists(
    st.tuples(st.sampled_from(["A1", "A2", "B1", "A"]), st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=9
)
STATED = st.dictionaries(
    st.tuples(st.sampled_from(sorted(LEVELS)), st.sampled_from(GROUPS), st.sampled_from([2026, 2027, 2029, 2033])),
    st.integers(0, 300),
    max_size=8,
)
AREAS = st.lists(
    st.tuples(st.sampled_from(["A1", "B1", "C"]), st.integers(0, 50), st.sampled_from([2020, 2026, 2030, 2040])),
    max_size=3,
)


def _demand(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    index = pd.Index([f"d{n}" for n in range(len(rows))], dtype="str", name="demand_id")
    table = pd.DataFrame(rows, columns=["unit_code", *GROUPS], index=index)
    return table.assign(x=[17.0 * n % 5 for n in range(len(rows))], y=[31.0 * n % 7 for n in range(len(rows))])


def _areas(rows: list[tuple[str, int, int]]) -> pd.DataFrame:
    index = pd.Index([f"n{n}" for n in range(len(rows))], dtype="str", name="area_id")
    table = pd.DataFrame(rows, columns=["unit_code", "people", "delivery_year"], index=index)
    return table.astype({"unit_code": "str"}).assign(x=3.0, y=4.0)


def _stated(rows: dict[tuple[str, str, int], int]) -> pd.DataFrame:
    listed = [(*key, persons, "stated", "s") for key, persons in rows.items()]
    return pd.DataFrame(listed, columns=["unit_code", "group", "year", "persons", "kind", "source"])


@settings(max_examples=30, deadline=None)
@given(POINTS, STATED, AREAS, st.sampled_from(["step", "linear"]))
def test_the_verifier_comes_to_the_same_people(
    points: list[tuple[str, int, int]], stated: dict[tuple[str, str, int], int], areas: list[tuple[str, int, int]],
    between: str,
) -> None:  # fmt: skip
    """Any points, areas and statements: both give every point of every year the same persons, and the same lived in."""
    demand, new = _demand(points), _areas(areas)
    rows = area_points(new, demand, groups=GROUPS, ancestors=ABOVE)
    parts = [demand, rows.drop(columns="structure_of")] if len(rows) else [demand]
    full = pd.concat(parts).sort_index()
    since = rows.assign(year=new["delivery_year"].to_numpy())["year"].reindex(full.index).fillna(0).astype("int64")
    span = Span(groups=GROUPS, base_year=2025, years=YEARS, between=between)  # type: ignore[arg-type]
    ours = people_by_year(full, since, _stated(stated), span=span, units=UNITS, ancestors=ABOVE)
    tables = Tables(
        stated=_stated(stated), ages=pd.DataFrame(), births=pd.DataFrame(), areas=new,
        settings={"study": {"base_year": 2025, "years": list(YEARS)}, "years_of_people": {"between": between}},
    )  # fmt: skip
    above = {code: frozenset(units) for code, units in ABOVE.items()}
    theirs = demands_again(demand, tables, GROUPS, levels=LEVELS, above=above)
    for year in (2025, *YEARS):
        for group in GROUPS:
            assert ours.demands[year][group].tolist() == theirs[year][group].reindex(full.index).tolist()
        if len(new):
            assert ours.demands[year][LIVED_IN].tolist() == theirs[year][LIVED_IN].tolist()
    sums = ours.table.set_index(["unit_code", "year", "group"])["persons"]
    inside = np.array(["A" in ABOVE[code] for code in full["unit_code"]])
    assert sums[("A", 2030, "people")] == ours.demands[2030]["people"].to_numpy()[inside].sum()


def test_nothing_stated_changes_nothing() -> None:
    """Without statements and areas every year has the very table of the base year."""
    demand = _demand([("A1", 3, 1), ("B1", 5, 2)])
    since = pd.Series(0, index=demand.index)
    span = Span(groups=GROUPS, base_year=2025, years=YEARS, between="step")
    found = people_by_year(demand, since, _stated({}), span=span, units=UNITS, ancestors=ABOVE)
    assert all(found.demands[year] is demand for year in YEARS)
    assert set(found.table["basis"]) == {"base"}


def test_where_a_number_comes_from_is_told() -> None:
    """Stated, held, from its parts or its whole, as in the base year: each number says which it is."""
    demand = _demand([("A1", 3, 1), ("A2", 5, 2)])
    since = pd.Series(0, index=demand.index)
    span = Span(groups=GROUPS, base_year=2025, years=(2026, 2027), between="step")
    stated = _stated({("A1", "people", 2026): 30})
    found = people_by_year(demand, since, stated, span=span, units=UNITS, ancestors=ABOVE)
    basis = found.table.set_index(["unit_code", "group", "year"])["basis"].sort_index()
    assert basis[("A1", "people")].tolist() == ["base", "stated", "held"]
    assert basis[("A", "people")].tolist() == ["base", "derived", "derived"]
    assert basis[("A2", "people")].tolist() == basis[("A1", "age_3_5")].tolist() == ["base"] * 3


def test_an_area_has_the_structure_of_the_unit_around_it() -> None:
    """A tenth of township A1 is 3 to 5: so is a tenth of the area there; where nobody lives the county tells."""
    demand = _demand([("A1", 90, 9), ("A1", 10, 1), ("A2", 0, 0)])
    rows = area_points(_areas([("A1", 55, 2026), ("A2", 20, 2026)]), demand, groups=GROUPS, ancestors=ABOVE)
    assert rows["people"].tolist() == [55, 20]
    assert rows["age_3_5"].tolist() == [6, 2]  # 5.5 and 2.0, halves up
    assert rows["structure_of"].tolist() == ["A1", "A"]

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.population.cohort import Band, Cohorts, cohorts
from planner.verify.cohort_again import shifted

BANDS: dict[str, Band] = {
    "people": (0, None),
    "age_0_2": (0, 2),
    "age_3_5": (3, 5),
    "age_8_plus": (8, None),
    "age_8_9": (8, 9),
}
STUDY = {"base_year": 2025, "years": [2026, 2028]}


def _ages(persons: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"unit_code": "T", "age": range(len(persons)), "persons": persons, "source": "s"})


def _births(by_year: dict[int, int]) -> pd.DataFrame:
    return pd.DataFrame({"unit_code": "T", "year": list(by_year), "births": list(by_year.values()), "source": "s"})


def _made(persons: list[int], births: dict[int, int], survival: float = 1.0) -> Cohorts:
    return cohorts(_ages(persons), _births(births), bands=BANDS, base_year=2025, years=(2026, 2028), survival=survival)


def _by(made: Cohorts) -> dict[tuple[str, int], int]:
    return {(str(row.group), int(row.year)): int(row.persons) for row in made.rows.itertuples()}  # type: ignore[arg-type]


PERSONS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
BIRTHS = {2026: 1000, 2027: 2000, 2028: 4000}


def test_everybody_grows_older_and_children_are_born() -> None:
    """Worked out by hand: who is 3 to 5 in 2028 was 0 to 2; those below are born; from 9 on the highest age is open."""
    found = _by(_made(PERSONS, BIRTHS))
    assert found[("age_3_5", 2025)] == 8 + 16 + 32
    assert found[("age_3_5", 2026)] == 4 + 8 + 16
    assert found[("age_3_5", 2028)] == 1 + 2 + 4
    assert found[("age_0_2", 2026)] == 1000 + 1 + 2
    assert found[("age_0_2", 2028)] == 4000 + 2000 + 1000
    assert found[("age_8_plus", 2028)] == 32 + 64 + 128 + 256 + 512
    assert found[("people", 2028)] == sum(PERSONS) + 7000


def test_survival_is_applied_once_a_year() -> None:
    """Half survive each year: of 800 babies a hundred are 3 in 2028; of 400 born in 2027, 200 are 1 then."""
    made = cohorts(
        _ages([800, 0, 0, 0, 0, 0, 0]), _births({2026: 0, 2027: 400, 2028: 0}),
        bands={"age_3_5": (3, 5), "age_0_2": (0, 2)}, base_year=2025, years=(2028,), survival=0.5,
    )  # fmt: skip
    found = _by(made)
    assert found[("age_3_5", 2028)] == 100
    assert found[("age_0_2", 2028)] == 200


def test_what_cannot_be_known_is_not_made() -> None:
    """Missing births, an age without a row, and groups beyond the open age are told and give no number."""
    made = _made(PERSONS, {2026: 1000})
    assert ("age_0_2", 2028) not in _by(made)
    assert ("age_0_2", 2026) in _by(made)
    told = set(made.lacking[["group", "code"]].itertuples(index=False, name=None))
    assert {("age_0_2", "births_missing"), ("people", "births_missing"), ("age_8_9", "ages_too_coarse")} <= told
    holed = cohorts(_ages(PERSONS).drop(index=4), _births(BIRTHS), bands=BANDS, base_year=2025, years=(2026,))
    assert holed.rows.empty
    assert holed.lacking["code"].tolist() == ["ages_incomplete"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=14),
    st.dictionaries(st.integers(2026, 2028), st.integers(0, 500)),
    st.sampled_from([1.0, 0.5, 0.25]),
)
def test_the_verifier_shifts_alike(persons: list[int], births: dict[int, int], survival: float) -> None:
    """An independent program, following each age, comes to the same numbers and leaves out the same."""
    made = _made(persons, births, survival).rows
    later = made[made["year"] > 2025]
    ours = set(later[["unit_code", "group", "year", "persons"]].itertuples(index=False, name=None))
    again = shifted(_ages(persons), _births(births), BANDS, STUDY, survival)
    assert ours == set(again)

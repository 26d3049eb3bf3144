from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.population import Ages, ages_of, parents


@pytest.mark.parametrize(
    ("name", "ages"),
    [
        ("people", Ages()),
        ("age_3_5", Ages(first=3, last=5)),
        ("age_60_plus", Ages(first=60)),
        ("age_7", Ages(first=7, last=7)),
        ("women_15_49", Ages(first=15, last=49, sex="f")),
        ("men_60_plus", Ages(first=60, sex="m")),
        ("elderly", None),
        ("age_5_3", None),
        ("age_300", None),
    ],
)
def test_names_say_ages(name: str, ages: Ages | None) -> None:
    """Ages are read from names that say them, and from no others."""
    assert ages_of(name) == ages


def test_groups_lie_in_the_narrowest_that_holds_them() -> None:
    """80+ in 65+ in 60+ in everybody; women of 60+ in 60+; unknown ages in everybody."""
    names = ("people", "age_60_plus", "age_80_plus", "age_65_plus", "women_60_plus", "pupils", "age_3_5", "age_0_6")
    assert parents(names) == {
        "people": "",
        "age_60_plus": "people",
        "age_80_plus": "age_65_plus",
        "age_65_plus": "age_60_plus",
        "women_60_plus": "age_60_plus",
        "pupils": "people",
        "age_3_5": "age_0_6",
        "age_0_6": "people",
    }
    assert parents(("kids", "people"), {"kids": Ages(first=0, last=14)}) == {"kids": "people", "people": ""}
    assert parents(("age_3_5", "preschool"), {"preschool": Ages(first=3, last=5)})["preschool"] == "age_3_5"
    assert parents(("age_3_5", "pupils")) == {"age_3_5": "", "pupils": ""}


@pytest.mark.parametrize(("first", "last"), [(-1, 3), (5, 3), (0, 150)])
def test_impossible_ages_are_refused(first: int, last: int) -> None:
    """Ages run upwards, from 0."""
    with pytest.raises(InputError, match="expected ages"):
        Ages(first=first, last=last)

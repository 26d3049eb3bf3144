from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.layers.ages import Ages, age_column, age_columns, ages_of, composed


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


@pytest.mark.parametrize(("first", "last"), [(-1, 3), (5, 3), (0, 150)])
def test_impossible_ages_are_refused(first: int, last: int) -> None:
    """Ages run upwards, from 0."""
    with pytest.raises(InputError, match="expected ages"):
        Ages(first=first, last=last)


@pytest.mark.parametrize(
    ("header", "ages"),
    [
        ("0岁", Ages(first=0, last=0)),
        ("１０周岁人数", Ages(first=10, last=10)),
        ("age_7", Ages(first=7, last=7)),
        ("0-4岁", Ages(first=0, last=4)),
        ("0～4 岁人口", Ages(first=0, last=4)),
        ("10-14", Ages(first=10, last=14)),
        ("85岁及以上", Ages(first=85)),
        ("85+", Ages(first=85)),
        ("女15-19岁", Ages(first=15, last=19, sex="f")),
        ("0岁男", Ages(first=0, last=0, sex="m")),
        ("f_15_19", Ages(first=15, last=19, sex="f")),
        ("m_80_plus", Ages(first=80, sex="m")),
        ("2020", None),
        ("5-3岁", None),
        ("人口", None),
        ("男", None),
        ("200岁以上", None),
    ],
)
def test_headers_say_ages(header: str, ages: Ages | None) -> None:
    """Single years, bands and open bands, of both sexes or one, are read from headers; other headers say nothing."""
    assert age_column(header) == ages


def test_groups_are_made_of_columns() -> None:
    """Whole years are added up, bands are cut evenly, open bands never; sexes are added where no column has both."""
    years = age_columns([f"{year}岁" for year in range(7)])
    assert composed(Ages(first=3, last=5), years) == {"3岁": 1.0, "4岁": 1.0, "5岁": 1.0}
    assert composed(Ages(first=3, last=7), years) is None
    bands = age_columns(["0-4", "5-9", "10-59", "60+", "name"])
    assert composed(Ages(first=3, last=5), bands) == {"0-4": 0.4, "5-9": 0.2}
    assert composed(Ages(first=60), bands) == {"60+": 1.0}
    assert composed(Ages(first=80), bands) is None
    assert composed(Ages(), bands) == dict.fromkeys(bands, 1.0)
    sexed = age_columns(["f_15_49", "m_15_49"])
    assert composed(Ages(first=15, last=49), sexed) == {"f_15_49": 1.0, "m_15_49": 1.0}
    assert composed(Ages(first=15, last=49, sex="f"), sexed) == {"f_15_49": 1.0}
    assert composed(Ages(first=15, last=49, sex="f"), bands) is None
    mixed = age_columns(["3岁", "0-4岁"])
    assert composed(Ages(first=3, last=3), mixed) == {"3岁": 1.0}

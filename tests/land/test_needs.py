from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.land import with_needs
from planner.land.needs import BASES, use_class
from planner.verify.needs import needs_again

COLUMNS = ("current_use", "current_use_scheme", "tenure", "supply_mode", "conversion_needed", "expropriation_needed")


def _sites(*rows: tuple[object, ...]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        rows, columns=list(COLUMNS), index=pd.Index([f"s{i}" for i in range(len(rows))], name="site_id")
    )
    flags = {name: table[name].astype("boolean") for name in COLUMNS[4:]}
    return gpd.GeoDataFrame(table.assign(**flags), geometry=gpd.points_from_xy([0] * len(rows), [0] * len(rows)))


@pytest.mark.parametrize(
    ("code", "scheme", "expected"),
    [
        ("0101", "", ("agricultural", "")),
        ("08H2", "", ("construction", "")),
        ("0810", "用地用海", ("construction", "")),
        ("1006", "国土调查", ("agricultural", "")),
        ("1006", "", ("", "scheme_open")),
        ("0601", "国土调查", ("construction", "")),
        ("0601", "", ("", "scheme_open")),
        ("0601", "用地用海", ("", "class_open")),
        ("0404", "", ("unused", "")),
        ("99", "", ("", "unknown_code")),
        ("", "", ("", "no_current_use")),
    ],
)
def test_the_class_of_a_present_use(code: str, scheme: str, expected: tuple[str, str]) -> None:
    """Where the two classifications differ and nobody says which it is, the class is not known."""
    assert use_class(code, scheme) == expected


def test_needs_are_stated_or_derived_or_absent() -> None:
    """What the table says stands; farmland is converted; the state's land is not expropriated; the rest is absent."""
    made = with_needs(
        _sites(
            ("0101", "", "集体", "划拨", None, None),
            ("0701", "", "国有", "", None, None),
            ("0101", "", "集体", "", False, None),
            ("", "", "", "", None, True),
            ("0203", "", "集体", "集体使用", None, None),
        )
    )
    assert made["conversion_needed"].tolist()[:3] == [True, False, False]
    assert made["conversion_basis"].tolist() == ["derived", "derived", "stated", "no_current_use", "derived"]
    assert made["expropriation_basis"].tolist() == ["derived", "derived", "supply_open", "stated", "derived"]
    assert made["expropriation_needed"].isna().tolist() == [False, False, True, False, False]
    assert [bool(made["expropriation_needed"].iloc[row]) for row in (0, 1, 3, 4)] == [True, False, True, False]


CODES = st.text("0123456789", max_size=4) | st.builds("{:02d}{:02d}".format, st.integers(1, 24), st.integers(0, 10))


@given(
    st.lists(
        st.tuples(CODES, st.sampled_from(["", "国土调查", "用地用海"]), st.sampled_from(["", "国有", "集体"]),
                  st.sampled_from(["", "划拨", "集体使用", "其他"]), st.sampled_from([None, True, False]),
                  st.sampled_from([None, True, False])), min_size=1, max_size=30,
    )
)  # fmt: skip
def test_the_verifier_derives_the_same(rows: list[tuple[object, ...]]) -> None:
    """Two derivations that share neither code nor table agree, and a need is known exactly where a basis says so."""
    made = with_needs(_sites(*rows))
    again = needs_again(pd.DataFrame(_sites(*rows).drop(columns="geometry")).reset_index()).set_index("site_id")
    for name in ("conversion", "expropriation"):
        told = made[f"{name}_needed"].map(lambda value: "" if pd.isna(value) else str(bool(value)))
        assert told.tolist() == again[f"{name}_needed"].tolist()
        known = made[f"{name}_basis"].isin(["stated", "derived"])
        assert known.tolist() == made[f"{name}_needed"].notna().tolist()
        assert made[f"{name}_basis"].isin(BASES).all()

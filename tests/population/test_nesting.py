from __future__ import annotations

from planner.layers.ages import Ages
from planner.population import parents


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

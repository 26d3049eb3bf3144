"""What mandates and options ask of facilities must be something that facilities can have."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.pipeline import check
from tests.little import FILES, STUDY

POLICY = """
[policy]
id = "own"
title = "own"
[[mandate]]
id = "zone"
quote = "…"
section = "…"
strength = "hard"
lead_department = "…"
predicate = "COUNT_PER_UNIT"
service = "kindergarten"
unit_set = "institutions"
where = {{ tcm_zone = {value} }}
"""


def _faults(folder: Path, value: str) -> tuple[str, ...]:
    lines = FILES["facilities.csv"].splitlines()
    facilities = "\n".join([f"{lines[0]},tcm_zone", *(f"{line},有" for line in lines[1:])]) + "\n"
    own = {"facilities.csv": facilities, "policy.toml": POLICY.format(value=value)}
    for name, text in (FILES | own).items():
        (folder / name).write_text(text, "utf-8")
    text = STUDY.replace('"dazhengfa-2018-28"', '"policy.toml"').replace('"kindergarten.township-central"', '"zone"')
    (folder / "study.toml").write_text(text, "utf-8")
    return check(folder / "study.toml").faults


@pytest.mark.parametrize("value", ["true", "1"])
def test_a_value_of_another_kind_is_told(value: str, tmp_path: Path) -> None:
    """A column of texts never equals true or 1: that is a fault, not a gap everywhere; the words there are named."""
    (fault,) = _faults(tmp_path, value)
    assert "expected a text for 'tcm_zone' in where of mandate zone" in fault
    assert "which has 有" in fault


@pytest.mark.parametrize("value", ['"有"', '["有", "在建"]'])
def test_a_value_of_the_columns_kind_is_asked(value: str, tmp_path: Path) -> None:
    """A text, or a list of texts, is compared with the column."""
    assert _faults(tmp_path, value) == ()

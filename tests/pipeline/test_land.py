"""Land in a study: what a check says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner import check, read_study
from planner.pipeline import read_inputs
from tests.land_town import write_land_town


def _changed(folder: Path, old: str, new: str) -> Path:
    path = write_land_town(folder)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('site_id = "red2"', 'site_id = "red9"', "the sites of [[land.exceptions]], found none called red9"),
        ('standard = "walk"\ncount = 3', 'standard = "wlk"\ncount = 3', "for [[land.generate]] 'left', found wlk"),
        ("count = 3", 'count = 3\ngroup = "age_3_5"', "for [[land.generate]] 'left', found age_3_5"),
        ('land_uses = ["G"]', 'land_uses = ["Z"]', "permitted land of Z for [[land.generate]] 'grid'"),
        ('code_means = { CZKFBJ = "urban-growth-boundary" }', "", "to know what CZKFBJ means in czkfbj.geojson"),
        ("limit = 10", "", "a limit of rule 'slope'"),
        ('dem = "dem.tif"', 'dem = "dam.tif"', "a file dam.tif for dem in [land]"),
        ('rule_id = "flood"', 'rule_id = "floods"', "write 'flood'"),
        ('id = "grid"', 'id = "vc"', "each id of [[land.generate]] once"),
        ('method = "grid"', 'method = "gird"', "method"),
        ('document = "示例〔2025〕1号"', 'document = ""', "document of the exception for site 'red2'"),
    ],
)
def test_what_is_wrong_with_land_is_one_sentence(tmp_path: Path, old: str, new: str, words: str) -> None:
    """Exceptions, standards, codes, limits, ids: told by the check, before anything is computed."""
    found = check(_changed(tmp_path, old, new))
    assert not found.ok
    assert any(words in sentence for sentence in found.faults), found.faults


def test_a_sound_study_has_its_proposals_and_says_so(tmp_path: Path) -> None:
    """Village centres and grid points are there before anything is measured; that they are is told."""
    inputs = read_inputs(read_study(write_land_town(tmp_path)))
    assert set(inputs.sites["origin"]) == {"supplied", "village_centres", "grid"}
    told = inputs.faults[inputs.faults["code"] == "sites_proposed"]
    assert told["message"].str.contains("需落实地块").all()
    assert inputs.screened.set_index("rule_id").loc["farmland", "why"] == "研究没有注明该规则的依据"

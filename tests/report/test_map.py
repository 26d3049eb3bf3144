"""map.html as a file: nothing to fetch, nothing that runs but its own scripts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from planner.report import Material
from planner.report.map import study_map
from planner.report.offline_map import inert
from tests.report.synthetic import HOSTILE, Size, synthetic

LARGEST = 6_000_000


@pytest.fixture(scope="module")
def page(written: Path) -> str:
    """Return the text of the map."""
    return (written / "map.html").read_text(encoding="utf-8")


def _without_blocks(page: str) -> str:
    """Return the page without what stands inside scripts and styles."""
    return re.sub(r"(<(script|style)[^>]*>).*?(</\2>)", r"\1\3", page, flags=re.DOTALL)


def test_nothing_to_fetch(page: str) -> None:
    """No link, no source, no address in a style: the file is all there is."""
    frame = _without_blocks(page)
    assert not re.search(r"\b(src|href)\s*=", frame)
    assert not re.search(r"url\((?!#|data:)", page)
    assert "@import" not in page
    assert "sourceMappingURL" not in page
    assert not re.search("jquery|bootstrap|font-?awesome|cdn", page, flags=re.IGNORECASE)


def test_policy_admits_exactly_the_scripts_of_the_page(page: str) -> None:
    """Each script's hash is in the policy, and nothing else is admitted."""
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts}
    stated = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert stated is not None
    assert "default-src 'none'" in stated[1]
    assert set(re.findall(r"'sha256-[^']*'", stated[1])) == hashes
    assert len(scripts) == 2
    assert page.count("<script") == 3


def test_names_are_data_only(page: str) -> None:
    """A hostile name stands in the block of data and nowhere in the page; no template read it."""
    for name in ("<script>alert(1)</script>", "<img src=x", "</script><script>"):
        assert name not in page
    block = re.search(r'id="planner-data">(.*?)</script>', page, flags=re.DOTALL)
    assert block is not None
    data = json.loads(block[1])
    assert set(HOSTILE) <= set(data["strings"])
    assert "{{ 7 * 7 }}{% raw %}" in block[1]


def test_title_is_escaped(material: Material) -> None:
    """The title of a study cannot leave its element."""
    page = study_map(replace(material, title="</title><script>alert(1)</script>{{ 7*7 }}")).get_root().render()
    assert "<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page


def test_inert_json_reads_back() -> None:
    """JSON in the page holds no bracket, ampersand or line separator, and reads back as it was."""
    value = {"a": "</script>&\u2028\u2029<!--", "b": [1, None, 2.5]}
    text = inert(value)
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == value


def test_shown_in_a_notebook(material: Material) -> None:
    """In a notebook the map is a frame that carries everything, folium's address lists unused."""
    shown = study_map(material)._repr_html_()
    assert shown.startswith("<iframe srcdoc=")
    assert "cdn." not in shown


def test_large_study_is_small_enough() -> None:
    """45,000 points, some 60,000 road nodes and 1,500 sites stay under six megabytes."""
    material = synthetic(size=Size(points=45_000, blocks=40, sites=1_500))
    assert material.roads is not None
    assert material.roads.geometry.count_coordinates().sum() > 100_000
    assert len(study_map(material).get_root().render().encode()) < LARGEST

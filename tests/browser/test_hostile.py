"""Names that attack show as text; nothing runs, nothing breaks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planner.report import write_report
from tests.browser.conftest import Visit, opened
from tests.report.synthetic import HOSTILE, synthetic

INNER = (
    "document.querySelectorAll('#page script, #page img, #page iframe, #page svg, #page a[href^=javascript]').length"
)


@pytest.mark.parametrize("name", HOSTILE)
def test_name_shows_as_text(visit: Visit, name: str) -> None:
    """A unit, a facility and a site of this name are found, and their popups show the name letter for letter."""
    visit.page.check("#layer-facilities")
    visit.page.check("#layer-sites")
    visit.search(name)
    found = visit.page.locator(".results button")
    names = found.locator(".name").all_text_contents()
    assert names[:3] == [name] * 3
    for number, shown in enumerate(names):
        found.nth(number).click()
        assert visit.page.text_content(".leaflet-popup h3") == shown
    assert visit.dialogs == []
    assert visit.messages == []
    assert visit.run(INNER) == 0


def test_every_popup_of_hostile_facilities(visit: Visit) -> None:
    """Hovering and clicking where the hostile facilities stand fires nothing."""
    visit.page.check("#layer-facilities")
    visit.page.uncheck("#layer-plan")
    for number in range(len(HOSTILE)):
        spot = visit.run(f"plannerMap.spot('facilities', {number})")
        visit.page.mouse.move(spot["x"], spot["y"] + 76)
        visit.page.click("#map", position=spot, force=True)
    assert visit.page.locator(".leaflet-popup").count() == 1
    assert visit.dialogs == []
    assert visit.messages == []


def test_policy_stops_what_slips_through(visit: Visit) -> None:
    """Even markup put into the page by force cannot run, nor call out."""
    visit.run(
        """document.body.insertAdjacentHTML('beforeend', '<img src="data:,x" onerror="window.ran = 1">');
        const made = document.createElement('script');
        made.textContent = 'window.ran = 2';
        document.body.appendChild(made);"""
    )
    visit.page.wait_for_timeout(200)
    assert visit.run("window.ran") is None
    assert visit.run("fetch('http://127.0.0.1:9/').then(() => 'went', () => 'stopped')") == "stopped"
    assert all("Content Security Policy" in message for message in visit.messages)


def test_hostile_words_of_the_study(browser: Any, tmp_path: Path) -> None:
    """Title, notice, labels, quotes and ids of a study are text as well."""
    attack = "</title><script>alert(1)</script>${alert(1)}{{ 7*7 }}"
    material = synthetic()
    findings = material.findings_after.assign(quote=attack, reason=attack, section=attack)
    hostile = replace(
        material,
        title=attack,
        notice=attack,
        map_review_number=attack,
        findings_after=findings,
        labels={"kindergarten": (attack, attack), "__proto__": (attack, attack), "constructor": (attack, attack)},
    )
    write_report(hostile, tmp_path / "out")
    with browser.new_context(viewport={"width": 1360, "height": 860}, offline=True) as context:
        visit = opened(context, tmp_path / "out" / "map.html")
        visit.page.check("#layer-findings")
        visit.page.check("#layer-facilities")
        visit.page.click("#map", position={"x": 500, "y": 400})
        assert visit.page.inner_text("#head h1") == attack
        assert attack in visit.page.inner_text("#notice")
        assert attack in visit.page.inner_text("#panel")
        assert visit.dialogs == []
        assert visit.messages == []
        assert visit.run(INNER) == 0

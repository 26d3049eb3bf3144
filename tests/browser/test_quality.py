"""The map of the quality report in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.report.quality_map import quality_map
from tests.report.test_quality_map import ACCOUNTS, CRS, ROWS, UNITS


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Any:
    """Open the page of two faults, and see that it asks for nothing and reports no error."""
    file = tmp_path / "quality.html"
    quality_map(ROWS, ACCOUNTS, UNITS, crs=CRS, title="标题").write(file)
    opened, requests, errors = browser.new_page(), [], []
    opened.on("request", lambda request: requests.append(request.url))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("dialog", lambda dialog: errors.append(dialog.message))
    opened.goto(file.as_uri())
    yield opened
    assert requests == [file.as_uri()]
    assert not errors
    opened.close()


def test_faults_are_drawn_hidden_and_found(page: Any) -> None:
    """The fault with a place is drawn, a click in the list opens it, and its box hides it."""
    assert page.evaluate("qualityMap.drawn()") == 1
    kind = page.locator("details.kind").nth(1)
    kind.locator("summary .words").click()
    kind.locator(".fault").first.click()
    assert "两行共用" in page.inner_text(".leaflet-popup-content")
    kind.locator("input").click()
    assert page.evaluate("qualityMap.drawn()") == 0


def test_both_languages(page: Any) -> None:
    """The page changes its language, and hostile names stay text in both."""
    assert "没有坐标，未读入" in page.inner_text("#panel")
    page.click("#language")
    assert "No position, not read" in page.inner_text("#panel")
    page.locator("details.kind summary .words").first.click()
    assert "</script><script>" in page.inner_text("#panel")

"""A browser without a network, and the map of the made-up study in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from planner.report import write_report
from tests.report.synthetic import synthetic

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@dataclass
class Visit:
    """A page that was opened, and what it did."""

    page: Any
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def run(self, script: str) -> Any:
        """Return what a script of the test says."""
        return self.page.evaluate(script)

    def drawn(self) -> dict[str, int]:
        """Return how many things each layer drew."""
        return dict(self.run("plannerMap.board.drawn"))

    def search(self, words: str) -> None:
        """Type into the search box."""
        self.page.fill("#search", words)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a Chromium that was started for the tests."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        reason = "no Chromium on this machine: install it (Debian: apt-get install chromium)"
        pytest.fail(reason) if os.environ.get("PLANNER_REQUIRE_BROWSER") == "1" else pytest.skip(reason)
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: install the dev dependencies")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=executable, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of the made-up study with names that attack, in a folder with a Chinese name and a space."""
    return write_report(synthetic(hostile=True), tmp_path_factory.mktemp("报告 folder") / "out")


@pytest.fixture
def visit(browser: Any, report: Path) -> Iterator[Visit]:
    """Return the map, opened as a double click opens it, with no network."""
    with browser.new_context(viewport={"width": 1360, "height": 860}, offline=True) as context:
        yield opened(context, report / "map.html")


def opened(context: Any, path: Path) -> Visit:
    """Open a file and wait until it is painted, keeping account of what it asks for and says."""
    seen = Visit(context.new_page())
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("console", lambda message: seen.messages.append(f"{message.type}: {message.text}"))
    seen.page.on("pageerror", lambda error: seen.messages.append(f"error: {error}"))
    seen.page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
    seen.page.goto(path.as_uri())
    seen.page.wait_for_selector("html[data-painted]")
    return seen

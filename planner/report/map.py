"""map.html: the map of a finished run, one file that opens with no network."""

from __future__ import annotations

from pathlib import Path

from planner.report.material import Material
from planner.report.offline_map import OfflineMap
from planner.report.payload import payload

SCRIPTS = (
    "element.js",
    "data.js",
    "symbols.js",
    "board.js",
    "ground.js",
    "people.js",
    "provision.js",
    "status.js",
    "popups.js",
    "legend.js",
    "panel.js",
    "main.js",
)
"""The page's own scripts, in the order in which they are joined."""


def study_map(material: Material) -> OfflineMap:
    """Return the map of a finished run."""
    data = payload(material)
    meta = data["meta"]
    title = f"{meta['title']} · {meta['notice']}"
    return OfflineMap(data, title=title, language=meta["language"], scripts=SCRIPTS, styles=("map.css",))


def write_map(material: Material, folder: Path) -> None:
    """Write map.html."""
    study_map(material).write(folder / "map.html")

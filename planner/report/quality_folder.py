"""The quality report as files: a map, two tables, and the places of the faults as GeoPackage."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from planner.report.csvfiles import write_table
from planner.report.folder import replaced_folder
from planner.report.geopackage import write_points
from planner.report.quality_map import quality_map

MARK = "quality.csv"


def write_quality(
    quality: pd.DataFrame,
    accounts: pd.DataFrame,
    out: Path | str,
    *,
    crs: str,
    boundaries: gpd.GeoDataFrame | None = None,
    title: str = "",
    notice: str = "",
    language: str = "zh",
) -> Path:
    """Write quality.html, quality.csv, accounts.csv and quality.gpkg into a folder, whole or not at all.

    Parameters
    ----------
    quality
        One row per fault, with x, y (NaN where a fault has no place: those stand in the table only).
    accounts
        One row per layer: rows of the file, chosen, left out with a line each, kept.
    out
        A new or an empty folder, or one with an earlier quality report, which is replaced.
    crs
        Of x and y; "" where nothing has a place.
    boundaries
        Drawn on the map; None where they could not be read.
    title, notice, language
        Of the study.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        If the folder may not be replaced or cannot be written; it is then as it was.
    """
    placed = quality[quality["x"].notna()]
    with replaced_folder(Path(out), mark=MARK) as folder:
        write_table(accounts, folder / "accounts.csv")
        points = gpd.points_from_xy(placed["x"], placed["y"])
        if len(placed):
            write_points(gpd.GeoDataFrame(placed, geometry=points, crs=crs), folder / "quality.gpkg", "quality")
        page = quality_map(quality, accounts, boundaries, crs=crs, title=title, notice=notice, language=language)
        page.write(folder / "quality.html")
        write_table(quality, folder / MARK)
    return Path(out)

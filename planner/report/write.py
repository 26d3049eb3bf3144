"""write_report: every output of a run, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from planner.report.csvfiles import write_tables
from planner.report.folder import replaced_folder
from planner.report.geopackage import write_geopackage
from planner.report.map import write_map
from planner.report.material import Material
from planner.report.runfile import write_run
from planner.report.workbook import write_workbook

Writer = Callable[[Material, Path], None]

_WRITERS: dict[str, Writer] = {
    "tables": write_tables,
    "findings.xlsx": write_workbook,
    "plan.gpkg": write_geopackage,
    "map.html": write_map,
    "run.json": write_run,  # last: it marks the folder as finished
}


def write_report(material: Material, out: Path | str, *, progress: Callable[[str], None] | None = None) -> Path:
    """Write map.html, findings.xlsx, plan.gpkg, tables/*.csv and run.json into a folder.

    Everything is written beside `out` and renamed at the end; what stood there stays until then.

    Parameters
    ----------
    material
        The tables of a finished run.
    out
        The folder; a new, an empty or an earlier output folder.
    progress
        Called with the name of each output before it is written.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        If the folder may not be replaced or cannot be written; `out` is then as it was.
    """
    with replaced_folder(Path(out)) as folder:
        for name, write in _WRITERS.items():
            if progress is not None:
                progress(name)
            write(material, folder)
    return Path(out)

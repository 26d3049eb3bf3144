"""How fast a population table is read, and in how much memory, against pandas and pyogrio on the same file.

Each program reads in a process of its own; the planner also checks every cell, projects every point and places it
in a unit. Run from the checkout: ``python benchmarks/layers.py`` (``--rows`` for another size).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from planner.layers import BoundarySource, DemandSource, FaultLog, read_boundaries, read_demand

GROUPS = ("people", "age_0_2", "age_3_5", "age_6_11", "age_12_14", "age_60_plus")
CRS = "EPSG:4550"
WEST, EAST, SOUTH, NORTH, CELLS = 121.0, 123.5, 38.7, 40.2, 12


def main() -> None:
    """Make the table, let each program read it in turn, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--encoding", default="utf-8", choices=["utf-8", "gb18030"])
    parser.add_argument("--read", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.read:
        print(json.dumps(measured(chosen.read, chosen.folder)))
        return
    with tempfile.TemporaryDirectory() as folder:
        size = write(Path(folder), chosen.rows, chosen.encoding)
        print(f"{chosen.rows:,} rows, {size / 2**20:.0f} MiB, {chosen.encoding}; {os.cpu_count()} cores")
        versions = ", ".join(f"{name} {version(name)}" for name in ("pandas", "pyarrow", "pyogrio", "shapely"))
        print(f"Python {platform.python_version()}, {versions}")
        compare(Path(folder), chosen.rounds, chosen.encoding)


def write(folder: Path, rows: int, encoding: str) -> int:
    """Write the table and a grid of units, from a seed; return the bytes of the table."""
    random = np.random.default_rng(5)
    persons = {name: random.integers(0, 400 if name == "people" else 40, rows) for name in GROUPS}
    table = pd.DataFrame(
        {
            "编号": np.char.add("d", np.arange(rows).astype(str)),
            "村名": random.choice(["得胜街道前进社区", "华家街道李屯村", "大长山岛镇"], rows),
            "经度": random.uniform(WEST, EAST, rows).round(6),
            "纬度": random.uniform(SOUTH, NORTH, rows).round(6),
            **persons,
        }
    )
    table.to_csv(folder / "people.csv", index=False, encoding=encoding)
    lon, lat = np.linspace(WEST - 0.1, EAST + 0.1, CELLS + 1), np.linspace(SOUTH - 0.1, NORTH + 0.1, CELLS + 1)
    boxes = [shapely.box(lon[i], lat[j], lon[i + 1], lat[j + 1]) for i in range(CELLS) for j in range(CELLS)]
    codes = [f"u{number:03}" for number in range(len(boxes))]
    units = gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=shapely.segmentize(boxes, 0.01), crs="EPSG:4490")
    units.to_file(folder / "units.gpkg")
    return (folder / "people.csv").stat().st_size


def compare(folder: Path, rounds: int, encoding: str) -> None:
    """Let the programs take turns; stop where their persons differ."""
    found: dict[str, list[dict[str, float]]] = {}
    for _ in range(rounds):
        for name in ("planner", "pandas", "pyogrio") if encoding == "utf-8" else ("planner", "pandas"):
            command = [sys.executable, __file__, "--read", name, "--folder", str(folder), "--encoding", encoding]
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=_environment(encoding))
            found.setdefault(name, []).append(json.loads(done.stdout.splitlines()[-1]))
    assert len({one["people"] for runs in found.values() for one in runs}) == 1, "the programs disagree"
    for name, runs in found.items():
        times = sorted(one["seconds"] for one in runs)
        peak = max(one["peak_mib"] for one in runs)
        busy = statistics.median(one["processor_s"] for one in runs)
        wall = f"{statistics.median(times):6.1f} s ({times[0]:.1f}-{times[-1]:.1f})"
        print(f"{name:8} {wall}, of the processor {busy:.1f} s, peak {peak:,.0f} MiB")


def _environment(encoding: str) -> dict[str, str]:
    return {**os.environ, "BENCH_ENCODING": encoding}


def measured(name: str, folder: Path) -> dict[str, float]:
    """Return seconds, without imports, and the highest memory of the process, with what all of them import."""
    read = {"planner": by_planner, "pandas": by_pandas, "pyogrio": by_pyogrio}[name]
    used = resource.getrusage(resource.RUSAGE_SELF)
    before, start = used.ru_utime + used.ru_stime, time.perf_counter()
    people = read(folder)
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    processor = used.ru_utime + used.ru_stime - before
    return {"people": people, "seconds": seconds, "processor_s": processor, "peak_mib": used.ru_maxrss / 1024}


def by_planner(folder: Path) -> int:
    """Read, check, project and place."""
    log = FaultLog()
    units = read_boundaries(
        [BoundarySource(path=folder / "units.gpkg", level="township", kind="town")], crs=CRS, log=log
    )
    source = DemandSource(
        path=folder / "people.csv",
        datum="cgcs2000",
        x="经度",
        y="纬度",
        columns={"demand_id": "编号"},
        groups=GROUPS,
    )
    return int(read_demand([source], units, crs=CRS, log=log)["people"].sum())


def by_pandas(folder: Path) -> int:
    """Read only."""
    encoding = os.environ.get("BENCH_ENCODING", "utf-8")
    return int(pd.read_csv(folder / "people.csv", encoding=encoding)["people"].sum())


def by_pyogrio(folder: Path) -> int:
    """Read only, as GDAL does."""
    return int(pyogrio.read_dataframe(folder / "people.csv")["people"].astype("int64").sum())


if __name__ == "__main__":
    main()

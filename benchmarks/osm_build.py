"""OpenStreetMap extract to a routable graph for cars: planner.network against pyrosm with igraph, and osmnx.

Every build runs in a process of its own; the programs take turns, round after round. Peak memory is counted from after
the imports; it and CPU seconds include processes that a program starts. The planner and pyrosm read the PBF; osmnx has
no PBF reader and no filter for files, so it gets an XML file of the roads for cars alone, made beforehand and not
timed. pyrosm reads "driving+service" for the same reason: the planner's roads for cars have service roads in them. Run
from the checkout:

    python benchmarks/osm_build.py FILE.osm.pbf --crs EPSG:32633 --peers PYTHON [--tiles 4] [--rounds 3]
        [--page PAGE --append]

PYTHON is the interpreter of an environment with pyrosm, igraph and osmnx. With `--tiles` the extract is laid out that
many times, with its tags and restrictions.
"""

# ruff: noqa: PLC0415 - a process loads the program it measures, and no other

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import page

STEP_DEGREES = 0.7
CLASSES = (
    *("motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link"),
    *("tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "road"),
)
ONCE = ("osmnx",)
"""Programs that compile nothing and take long: built once per process."""


def main() -> None:
    """Print a table of medians."""
    options = arguments()
    if options.child:
        child(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        pbf, xml = Path(folder) / "roads.osm.pbf", Path(folder) / "cars.osm"
        nodes = tile(options.extract, pbf, options.tiles)
        if "osmnx" in options.tools:
            cars_only(pbf, xml)
        size_mb = pbf.stat().st_size / 1e6
        rows: dict[str, list[dict[str, float]]] = {tool: [] for tool in options.tools}
        for _ in range(options.rounds):
            for tool in options.tools:
                rows[tool].append(build(tool, xml if tool == "osmnx" else pbf, options))
    page.begin(options)
    times = f", laid out {options.tiles} times" if options.tiles > 1 else ""
    page.add(
        options,
        f"## OSM extract to a routable graph for cars: {options.extract.name}{times}",
        "",
        f"Made by `benchmarks/osm_build.py`: {nodes:,} nodes, {size_mb:.1f} MB; {options.rounds} alternating rounds.",
        "Every build runs in a process of its own; peak memory is counted from after the imports, and the first build",
        "compiles. osmnx reads an XML file of the roads for cars alone, made beforehand.",
        "",
        *report(rows),
        "",
    )


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("extract", type=Path, help="a local .osm.pbf")
    parser.add_argument("--crs", default="EPSG:4550", help="metric reference system for the planner")
    parser.add_argument("--peers", default=sys.executable, help="interpreter with pyrosm, igraph and osmnx")
    parser.add_argument("--tiles", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    page.add_arguments(parser)
    parser.add_argument("--tools", nargs="+", default=["planner", "pyrosm", "osmnx"])
    parser.add_argument("--child", choices=["planner", "pyrosm", "osmnx"], help=argparse.SUPPRESS)
    return parser.parse_args()


def tile(source: Path, target: Path, tiles: int) -> int:
    """Write an extract several times, ids and longitudes shifted; return the number of nodes."""
    import osmium
    from osmium.osm.mutable import Node, Relation, Way

    extract = [(one.type_str(), one.id, {tag.k: tag.v for tag in one.tags}, parts(one)) for one in _objects(source)]
    shift = {kind: 1 + max((one[1] for one in extract if one[0] == kind), default=0) for kind in "nwr"}
    make = {
        "n": lambda name, tags, place, number: Node(
            id=name, tags=tags, version=1, location=(place[0] + STEP_DEGREES * number, place[1])
        ),
        "w": lambda name, tags, refs, number: Way(
            id=name, tags=tags, version=1, nodes=[ref + number * shift["n"] for ref in refs]
        ),
        "r": lambda name, tags, members, number: Relation(
            id=name,
            tags=tags,
            version=1,
            members=[(kind, ref + number * shift[kind], role) for kind, ref, role in members],
        ),
    }
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for kind in "nwr":
            for number in range(tiles):
                for name, tags, said in ((one[1], one[2], one[3]) for one in extract if one[0] == kind):
                    writer.add(make[kind](name + number * shift[kind], tags, said, number))
    return tiles * sum(one[0] == "n" for one in extract)


def _objects(source: Path) -> Iterator[Any]:
    """Yield nodes, ways and turn restrictions."""
    import osmium

    for one in osmium.FileProcessor(str(source)):
        if not one.is_relation() or one.tags.get("type") == "restriction":
            yield one


def parts(one: Any) -> Any:
    """Return the place of a node, the nodes of a way, the members of a relation."""
    if one.is_node():
        return one.lon, one.lat
    if one.is_way():
        return [node.ref for node in one.nodes]
    return [(part.type, part.ref, part.role) for part in one.members]


def cars_only(source: Path, target: Path) -> None:
    """Write the roads for cars, and their nodes, as XML."""
    import osmium
    from osmium.osm.mutable import Node, Way

    places, ways = {}, []
    for one in osmium.FileProcessor(str(source)).with_filter(
        osmium.filter.EntityFilter(osmium.osm.NODE | osmium.osm.WAY)
    ):
        if one.is_node():
            places[one.id] = (one.lon, one.lat)
        elif one.tags.get("highway") in CLASSES and one.tags.get("area") != "yes":
            refs = [node.ref for node in one.nodes if node.ref in places]  # osmnx refuses ways that lack nodes
            ways.append((one.id, refs, {tag.k: tag.v for tag in one.tags}))
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for name in sorted({ref for _, refs, _ in ways for ref in refs}):
            writer.add_node(Node(id=name, location=places[name], version=1))
        for name, refs, tags in ways:
            writer.add_way(Way(id=name, nodes=refs, tags=tags, version=1))


def build(tool: str, file: Path, options: argparse.Namespace) -> dict[str, float]:
    """Let a program build its graph in a process of its own."""
    python = sys.executable if tool == "planner" else options.peers
    command = [python, __file__, str(file), "--crs", options.crs, "--child", tool]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{tool} failed: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def child(options: argparse.Namespace) -> None:
    """Build once for what is compiled or loaded on first use, then once for the clock."""
    warnings.simplefilter("ignore")
    make = {"planner": of_planner, "pyrosm": of_pyrosm, "osmnx": of_osmnx}[options.child](options)
    before = peak(reset=True)
    helpers = Helpers()
    helpers.start()
    start = time.perf_counter()
    counts = make()
    first = time.perf_counter() - start
    started = helpers.stop()  # looking takes time, too: not while the clock runs
    result = {"first_s": first, "s": first, "cpu_s": cpu_s(), **counts}
    if options.child not in ONCE:
        gc.collect()
        start, cpu = time.perf_counter(), cpu_s()
        make()
        result.update(s=time.perf_counter() - start, cpu_s=cpu_s() - cpu)
    print(json.dumps({**result, "mb": peak() - before + started}))


class Helpers(threading.Thread):
    """Watches the largest resident memory of processes that this one starts (Linux; osmium runs in one)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.largest, self.done = 0.0, threading.Event()
        self.own = Path("/proc/self/cmdline").read_bytes() if Path("/proc/self/cmdline").is_file() else b""

    def run(self) -> None:
        """Look every few milliseconds."""
        while not self.done.wait(0.005):
            for listed in Path("/proc/self/task").glob("*/children"):
                with contextlib.suppress(OSError, StopIteration):
                    for number in listed.read_text(encoding="ascii").split():
                        if Path(f"/proc/{number}/cmdline").read_bytes() != self.own:  # it shares our memory until then
                            self.largest = max(self.largest, peak_of(Path(f"/proc/{number}/status")))

    def stop(self) -> float:
        """Return the largest memory seen, MB."""
        self.done.set()
        self.join()
        return self.largest


def cpu_s() -> float:
    """Return the CPU seconds of this process and those it started."""
    return sum(os.times()[:4])


def peak(*, reset: bool = False) -> float:
    """Return the largest resident memory of this process so far, in MB; from now on, where the system can forget."""
    if reset:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    status = Path("/proc/self/status")
    if status.is_file():
        return peak_of(status)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def peak_of(status: Path) -> float:
    """Return the peak resident memory that a process's status file states, MB."""
    line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


def of_planner(options: argparse.Namespace) -> Callable[[], dict[str, float]]:
    """Return the planner's build: the network, and both directions of the arcs of cars."""
    import planner.report  # noqa: F401 - a run has all libraries loaded
    from planner.network import RoadSource, default_modes, read_network
    from planner.network.views import mode_view

    modes = {"drive": default_modes()["drive"]}

    def make() -> dict[str, float]:
        network = read_network(RoadSource(path=options.extract, kind="osm"), crs=options.crs, modes=modes)
        view = mode_view(network, "drive", "distance_m")
        km = float(network.length_mm.sum()) / 1e6
        return {"nodes": network.node_count, "arcs": len(view.outgoing.heads), "km": km}

    return make


def of_pyrosm(options: argparse.Namespace) -> Callable[[], dict[str, float]]:
    """Return pyrosm's build of an igraph."""
    import pyrosm

    def make() -> dict[str, float]:
        reader = pyrosm.OSM(str(options.extract))
        nodes, edges = reader.get_network(network_type="driving+service", nodes=True)
        graph = reader.to_graph(nodes, edges, graph_type="igraph", retain_all=True)
        return {"nodes": graph.vcount(), "arcs": graph.ecount(), "km": float(edges["length"].sum()) / 1000}

    return make


def of_osmnx(options: argparse.Namespace) -> Callable[[], dict[str, float]]:
    """Return osmnx's build."""
    import osmnx

    def make() -> dict[str, float]:
        graph = osmnx.graph_from_xml(options.extract, retain_all=True)
        km = sum(data["length"] for _, _, data in osmnx.convert.to_undirected(graph).edges(data=True)) / 1000
        return {"nodes": graph.number_of_nodes(), "arcs": graph.number_of_edges(), "km": km}

    return make


def report(rows: dict[str, list[dict[str, float]]]) -> list[str]:
    """Return a table: medians, and how many times as long as the planner each program takes."""
    table = [
        "| program | s (fastest to slowest) | CPU s | first build s | peak +MB | nodes | arcs | km | x planner |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    ours = statistics.median(row["s"] for row in rows["planner"]) if "planner" in rows else float("nan")
    for tool, found in rows.items():
        middle = {key: statistics.median(row[key] for row in found) for key in found[0]}
        low, high = min(row["s"] for row in found), max(row["s"] for row in found)
        table.append(
            f"| {tool} | {middle['s']:.2f} ({low:.2f}-{high:.2f}) | {middle['cpu_s']:.2f} | {middle['first_s']:.2f} | "
            f"{middle['mb']:.0f} | {middle['nodes']:,.0f} | {middle['arcs']:,.0f} | {middle['km']:,.0f} | "
            f"{middle['s'] / ours:.1f} |"
        )
    return table


if __name__ == "__main__":
    main()

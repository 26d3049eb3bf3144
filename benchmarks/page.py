"""The page that benchmarks write their sections to: each alone, or one after the other.

Whichever script begins the page writes the machine at its top; the others add to it with `--append`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

BEGUN = dt.datetime.now(tz=dt.UTC)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a script take the page."""
    parser.add_argument("--page", type=Path, help="write there what is printed")
    parser.add_argument("--append", action="store_true", help="add sections to the page, of one machine and day")


def begin(options: argparse.Namespace, *about: str) -> None:
    """Write the top of the page, unless sections are added to one."""
    if options.page and not options.append:
        options.page.write_text("\n".join((*heading(), *about)) + "\n", encoding="utf-8")


def add(options: argparse.Namespace, *lines: str) -> None:
    """Print a section, and write it to the page."""
    section = "\n" + "\n".join((*lines, f"Run begun {BEGUN:%Y-%m-%d %H:%M} UTC; load {os.getloadavg()[1]:.1f}."))
    print(section, flush=True)
    if options.page:
        with options.page.open("a", encoding="utf-8") as page:
            page.write(section + "\n")


def heading() -> list[str]:
    """Return the top of the page: machine, versions, noise."""
    models = [line for line in _lines(Path("/proc/cpuinfo")) if "model name" in line]
    processor = models[0].split(":")[1].strip() if models else platform.processor()
    system = f"{platform.system()}, Python {platform.python_version()}"
    names = ("numba", "numpy", "scipy", "networkx", "igraph", "pandana", "osmium", "pyrosm", "osmnx")
    return f"""# Performance

Made by the scripts in `benchmarks/`; see [their rules](../benchmarks/README.md). Numbers of different machines are not
compared; ratios of programs that took turns in one run are.

{BEGUN:%Y-%m-%d}; {processor}, {os.cpu_count()} cores; {system}; {", ".join(map(_version, names))}.
Every section says when the run that it comes from began, and the load of the machine (5 minutes) at its end: above the
number of threads it is other people's work.
""".splitlines()


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} not installed"

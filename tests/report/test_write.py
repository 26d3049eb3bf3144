"""The whole report."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import planner.report.write as writing
from planner.errors import OutputError
from planner.report import Material, write_report

FILES = ["findings.xlsx", "map.html", "plan.gpkg", "run.json", "tables"]

_ON_A_SMALL_DISK = """
import resource, sys
from tests.report.synthetic import synthetic
from planner.errors import OutputError
from planner.report import write_report
material = synthetic()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    write_report(material, sys.argv[1])
except OutputError as error:
    print("OutputError:", error)
"""


def test_all_outputs_written(written: Path) -> None:
    """The folder holds every output and nothing else; nothing is left beside it."""
    assert sorted(path.name for path in written.iterdir()) == FILES
    assert [path.name for path in written.parent.iterdir()] == ["out"]


def test_progress_names_each_output(material: Material, tmp_path: Path) -> None:
    """Whoever waits is told what is being written."""
    told: list[str] = []
    write_report(material, tmp_path / "out", progress=told.append)
    assert told == ["tables", "findings.xlsx", "plan.gpkg", "map.html", "run.json"]


def test_same_material_same_bytes(material: Material, written: Path, tmp_path: Path) -> None:
    """A second report of the same run is the same, byte by byte."""
    again = write_report(material, tmp_path / "again")
    for path in sorted(path for path in written.rglob("*") if path.is_file()):
        assert (again / path.relative_to(written)).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize("name", ["findings.xlsx", "plan.gpkg", "map.html", "run.json"])
def test_error_half_way_leaves_the_old_report(
    material: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A fault in any writer leaves the earlier report as it was."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text("old", encoding="utf-8")

    def broken(_material: Material, folder: Path) -> None:
        (folder / name).write_text("half", encoding="utf-8")
        raise ZeroDivisionError

    monkeypatch.setitem(writing._WRITERS, name, broken)
    with pytest.raises(ZeroDivisionError):
        write_report(material, out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "run.json").read_text(encoding="utf-8") == "old"


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are a POSIX matter")
@pytest.mark.parametrize("limit", [10_000, 60_000, 120_000])
def test_no_room_is_one_sentence(tmp_path: Path, checkout: Path, limit: int) -> None:
    """When files cannot grow, as on a full disk, whichever output fails gives one sentence, and nothing is left."""
    script = [sys.executable, "-c", _ON_A_SMALL_DISK, str(tmp_path / "out"), str(limit)]
    told = subprocess.run(script, cwd=checkout, capture_output=True, text=True, check=False)
    assert told.stdout.startswith("OutputError: expected"), told.stderr
    assert told.stdout.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_out_not_writable(material: Material, tmp_path: Path) -> None:
    """A parent that is a file is told in one sentence."""
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="expected"):
        write_report(material, tmp_path / "file" / "out")

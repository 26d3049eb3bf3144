"""A run on disks that are full, closed, or oddly named: one sentence, exit code 2, nothing lost; inputs untouched."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import geopandas as gpd
import pytest

from planner.cli import DONE, WRONG_INPUT, main
from tests.disks import disk, read_only, small_files
from tests.little import FILES, STUDY


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a little study that runs, in a folder with spaces and Chinese; its towns are a GeoPackage in WAL mode."""
    folder = tmp_path / "研究 一 (a&b)"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    gpd.read_file(folder / "towns.geojson").to_file(folder / "towns.gpkg", layer="towns")
    database = sqlite3.connect(folder / "towns.gpkg")
    database.execute("PRAGMA journal_mode = WAL")  # as desktop programs leave it
    database.close()
    (folder / "towns.geojson").unlink()
    (folder / "study.toml").write_text(STUDY.replace("towns.geojson", "towns.gpkg"), encoding="utf-8")
    return folder / "study.toml"


def _leave(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main(["--language", "en", *map(str, arguments)])
    return int(left.value.code or 0)


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _told(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one sentence that was told."""
    text = capsys.readouterr().err
    assert "Traceback" not in text
    (sentence,) = [line for line in text.splitlines() if line.startswith("error: ")]
    return sentence


def test_inputs_may_be_read_only_and_stay_as_they_are(study: Path, tmp_path: Path) -> None:
    """Inputs that nobody can write to are run, checked and verified; inputs that one could write to are not changed."""
    before, out = _hashes(study.parent), tmp_path / "结果 out"
    assert _leave("run", study, "-o", out) == DONE
    assert _hashes(study.parent) == before
    with read_only(study.parent):
        assert _leave("check", study) == DONE
        assert _leave("run", study, "-o", out) == DONE
        assert _leave("verify", out) == DONE
    assert _hashes(study.parent) == before


def test_out_in_a_closed_folder(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder in which nothing can be made is refused in one sentence, before anything is computed."""
    closed = tmp_path / "closed"
    closed.mkdir()
    with read_only(closed):
        assert _leave("run", study, "-o", closed / "out") == WRONG_INPUT
    assert "writable" in _told(capsys)
    assert _names(closed) == []


@pytest.mark.parametrize(
    "size", ["disk 40k", "disk 160k", "disk 200k", "disk 300k", "disk 500k", "file 20k", "file 200k"]
)
def test_full_disk(study: Path, tmp_path: Path, size: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever output no longer has room, a run ends in one sentence and the earlier output stands."""
    place, kilobytes = tmp_path / "disk", int(size[5:-1])
    with disk(place, f"size={kilobytes}k") if size.startswith("disk") else small_files(kilobytes * 1000):
        out = place / "out"
        out.mkdir(parents=True)
        (out / "run.json").write_text("{}", encoding="utf-8")
        assert _leave("run", study, "-o", out) == WRONG_INPUT
        assert "found a full disk" in _told(capsys)
        assert (out / "run.json").read_text("utf-8") == "{}"
        assert not [name for name in _names(place) if "partial" in name or "old" in name]


def test_an_output_that_was_moved_aside_is_brought_back(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a kill in the middle of replacing OUT, `verify`, and `run` even of a wrong study, find it in its place."""
    out, aside = tmp_path / "out", tmp_path / ".out.old-7"
    assert _leave("run", study, "-o", out) == DONE
    out.rename(aside)
    assert _leave("verify", out) == DONE
    assert "back in its place" in capsys.readouterr().err
    out.rename(aside)
    assert _leave("run", tmp_path / "nothing.toml", "-o", out) == WRONG_INPUT
    assert (out / "run.json").is_file()
    assert not aside.exists()

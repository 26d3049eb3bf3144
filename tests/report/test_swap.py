"""One folder takes the place of another, also where a run is killed in between."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from planner.report import swap
from planner.report.folder import replaced_folder
from planner.report.swap import beside, claimed, exchanged, restored, swept

HALF_WAY = """
import os, signal, sys
from pathlib import Path
from planner.report import swap
from planner.report.folder import replaced_folder

rename = Path.rename
def stop(self, target):
    rename(self, target)
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "swapping":
    swap.exchanged = lambda _one, _other: False
    Path.rename = stop
with replaced_folder(Path(sys.argv[1])) as folder:
    (folder / "run.json").write_text("new")
    if sys.argv[2] == "writing":
        os.kill(os.getpid(), signal.SIGKILL)
"""


def _folder(path: Path, word: str) -> Path:
    path.mkdir()
    (path / "run.json").write_text(word, encoding="utf-8")
    return path


def _word(folder: Path) -> str:
    return (folder / "run.json").read_text(encoding="utf-8")


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _killed(out: Path, when: str) -> None:
    done = subprocess.run([sys.executable, "-c", HALF_WAY, out, when], capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr


def _write(out: Path, word: str) -> None:
    with replaced_folder(out) as folder:
        (folder / "run.json").write_text(word, encoding="utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets two folders change places in one step")
def test_two_folders_change_places(tmp_path: Path) -> None:
    """In one step each has the other's name; one that is missing is an error, and nothing is moved."""
    one, other = _folder(tmp_path / "新 one", "1"), _folder(tmp_path / "other", "2")
    assert exchanged(one, other)
    assert (_word(one), _word(other)) == ("2", "1")
    with pytest.raises(FileNotFoundError, match="nobody"):
        exchanged(one, tmp_path / "nobody")
    assert _word(one) == "2"


def test_killed_while_writing(tmp_path: Path) -> None:
    """The earlier output stands, and the next run takes the half-written folder away."""
    out = _folder(tmp_path / "out", "old")
    _killed(out, "writing")
    assert _word(out) == "old"
    assert len(_names(tmp_path)) == 2
    _write(out, "next")
    assert _word(out) == "next"
    assert _names(tmp_path) == ["out"]


def test_killed_between_the_two_moves(tmp_path: Path) -> None:
    """Where two moves are needed and only the first was made, the earlier output is found and put back."""
    out = _folder(tmp_path / "out", "old")
    _killed(out, "swapping")
    assert not out.exists()
    assert restored(out)
    assert _word(out) == "old"
    assert not restored(out)
    _write(out, "next")
    assert _names(tmp_path) == ["out"]


def test_the_next_run_restores_before_it_writes(tmp_path: Path) -> None:
    """If the next run fails, too, the output of before both is there."""
    out = _folder(tmp_path / "out", "old")
    _killed(out, "swapping")
    with pytest.raises(ZeroDivisionError), replaced_folder(out):
        raise ZeroDivisionError
    assert _word(out) == "old"
    assert _names(tmp_path) == ["out"]


def test_the_newest_is_restored(tmp_path: Path) -> None:
    """Of several that were moved aside the one changed last comes back; the others are swept away."""
    for number, word in ((11, "older"), (9, "newest")):
        folder = _folder(tmp_path / f".out.old-{number}", word)
        os.utime(folder, (2_000 - number, 2_000 - number))
    assert restored(tmp_path / "out")
    assert _word(tmp_path / "out") == "newest"
    swept(tmp_path / "out")
    assert _names(tmp_path) == ["out"]


def test_folders_of_a_living_run_stay(tmp_path: Path) -> None:
    """A folder that a run holds, or that is not ours by its name, is not swept away."""
    out = _folder(tmp_path / "out", "old")
    names = [
        ".out.partial-1",
        ".out.partial-x",
        ".outer.partial-1",
        "out.partial-1",
        ".out.old",
        ".out.partial-1.old-2",
    ]
    held, *_ = [_folder(tmp_path / name, "") for name in names]
    gone = _folder(tmp_path / ".out.partial-2", "")
    with claimed(held) as ours:
        assert ours
        swept(out)
    assert not gone.exists()
    assert _names(tmp_path) == sorted(["out", *names])
    swept(out)
    assert not held.exists()


def test_a_name_that_is_taken_is_not_used_again(tmp_path: Path) -> None:
    """Process numbers come again (in containers always the same): the next free number is taken."""
    first = beside(tmp_path / "out", "partial")
    assert first.name == f".out.partial-{os.getpid()}"
    first.mkdir()
    assert beside(tmp_path / "out", "partial").name == f".out.partial-{os.getpid() + 1}"


def test_without_the_step_two_moves_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a system that cannot exchange, the new output stands in the end just the same."""
    out = _folder(tmp_path / "out", "old")
    monkeypatch.setattr(swap, "exchanged", lambda _one, _other: False)
    _write(out, "new")
    assert _word(out) == "new"
    assert _names(tmp_path) == ["out"]
